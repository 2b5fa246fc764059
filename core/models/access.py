"""What is sealed, and to whom it is granted."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from core.models.accounts import Team
from core.models.sensitivity import Sensitivity
from core.models.tagged import Tagged


class Kind(models.TextChoices):
    """What a sealed object is."""

    IDENTIFICATION = "identification", _("Identification")
    CASE = "case", _("Case")
    PACKET = "packet", _("Packet")
    DRAFT = "draft", _("Draft")
    TRANSFER = "transfer", _("Offered transfer")
    INTERPRETER = "interpreter", _("Interpreter")
    INDEX = "index", _("Index of a team")
    IMPORT = "import", _("Table to import")
    ONE_TIME = "one_time", _("Packet that is opened once")


class Level(models.TextChoices):
    """What a grant allows. Guardian holds one permission row for each thing allowed."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and change")


PERMISSIONS = {Level.READ: ("open_sealedobject",), Level.WRITE: ("open_sealedobject", "write_sealedobject")}


class SealedObject(models.Model):
    """Anything that has a key of its own. Cases, identifications and packets hang off one each."""

    SENSITIVITY = dict.fromkeys(("id", "kind", "key_version", "rekey_due", "sort_key"), Sensitivity.SAFE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    key_version = models.PositiveIntegerField(default=1)
    # A grant was taken away where nobody could draw a new key: whoever next changes the object does.
    rekey_due = models.BooleanField(default=False)
    sort_key = models.BigIntegerField(help_text="milliseconds since 1970, for newest-first pages")

    class Meta:
        default_permissions = ()
        permissions = [
            ("open_sealedobject", "Can open the object"),
            ("write_sealedobject", "Can change the object and grant it"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="sealed_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ServerShare(models.Model):
    """S: the server's share of an object's key, wrapped by the KEK. Deleting it erases the object."""

    SENSITIVITY = {"object": Sensitivity.SAFE, "wrapped": Sensitivity.SEALED, "kek_version": Sensitivity.SAFE}

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="share"
    )
    wrapped = models.BinaryField()
    kek_version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.object_id)


class ObjectKey(models.Model):
    """A version of an object's key, wrapped under S and G together; it wraps the version before."""

    SENSITIVITY = {
        **dict.fromkeys(("id", "object", "version"), Sensitivity.SAFE),
        "wrapped": Sensitivity.SEALED,
        "sealed_previous": Sensitivity.SEALED,
    }

    object = models.ForeignKey(SealedObject, on_delete=models.CASCADE, related_name="keys")
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    sealed_previous = models.BinaryField(default=bytes, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object", "version"], name="object_key_version_once")]

    def __str__(self) -> str:
        return f"{self.object_id} v{self.version}"


class Grant(Tagged):
    """G sealed to one team or one person. Only core.grant_rows writes it, together with guardian's permissions.

    A dormant one (not active) opens nothing and has no permissions until it is woken.
    """

    TAGGED = (
        "id",
        "object_id",
        "team_id",
        "user_id",
        "level",
        "active",
        "key_version",
        "recipient_key_version",
        "sealed",
    )
    SENSITIVITY = {
        **dict.fromkeys(
            (
                "id",
                "object",
                "kind",
                "sort_key",
                "team",
                "user",
                "level",
                "active",
                "key_version",
                "recipient_key_version",
                "tag",
            ),
            Sensitivity.SAFE,
        ),
        "sealed": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    object = models.ForeignKey(SealedObject, on_delete=models.CASCADE, related_name="grants")
    # Copied from the object, so that a page of what a principal may see is read from one index.
    kind = models.CharField(max_length=20, choices=Kind.choices)
    sort_key = models.BigIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="grants"
    )
    level = models.CharField(max_length=5, choices=Level.choices)
    active = models.BooleanField(default=True)
    key_version = models.PositiveIntegerField()
    recipient_key_version = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "team"], name="one_grant_a_team"),
            models.UniqueConstraint(fields=["object", "user"], name="one_grant_a_person"),
            models.CheckConstraint(
                condition=models.Q(team__isnull=True, user__isnull=False)
                | models.Q(team__isnull=False, user__isnull=True),
                name="grant_to_a_team_or_a_person",
            ),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="grant_level_known"),
        ]
        indexes = [
            models.Index(fields=["team", "kind", "active", "-sort_key", "object"], name="grants_of_a_team"),
            models.Index(fields=["user", "kind", "active", "-sort_key", "object"], name="grants_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.object_id} to {self.team_id or self.user_id}"


class KeptOut(Tagged):
    """Somebody who must never see an object, without saying who: a person's or an organisation's mark (core/marks.py).

    The mark is the same for every object, so that one condition in SQL leaves out whatever a principal is kept out of.
    A stolen database tells that some objects keep out the same principal, and not which.
    """

    TAGGED = ("id", "object_id", "mark")
    SENSITIVITY = dict.fromkeys(("id", "object", "mark", "tag"), Sensitivity.SAFE)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    object = models.ForeignKey(SealedObject, on_delete=models.CASCADE, related_name="kept_out")
    mark = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mark", "object"], name="kept_out_once")]

    def __str__(self) -> str:
        return str(self.id)


class UserPermission(UserObjectPermissionBase):
    """Guardian's permission of a person on a sealed object."""

    SENSITIVITY = dict.fromkeys(("id", "permission", "user", "content_object"), Sensitivity.SAFE)

    content_object = models.ForeignKey(SealedObject, on_delete=models.CASCADE)


class TeamPermission(GroupObjectPermissionBase):
    """Guardian's permission of a team (through its group) on a sealed object."""

    SENSITIVITY = dict.fromkeys(("id", "permission", "group", "content_object"), Sensitivity.SAFE)

    content_object = models.ForeignKey(SealedObject, on_delete=models.CASCADE)
