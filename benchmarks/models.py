"""What a plain application would keep instead: the same things, readable by whoever reads the database."""

from django.conf import settings
from django.db import models


class Plain(models.Model):
    """A table that measure.py makes, after the migrations that it refers to."""

    class Meta:
        abstract = True
        managed = False


class PlainAudit(Plain):
    """One event, as Hearth's trail has it."""

    at = models.DateTimeField()
    actor = models.UUIDField()
    action = models.CharField(max_length=60)
    object = models.UUIDField()
    codes = models.JSONField(default=dict)

    class Meta(Plain.Meta):
        indexes = [
            models.Index(fields=["object", "id"], name="plain_audit_of_an_object"),
            models.Index(fields=["actor", "id"], name="plain_audit_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.action


class PlainCase(Plain):
    """A case."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=11, unique=True)
    team = models.ForeignKey("core.Team", on_delete=models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.number


class PlainSection(Plain):
    """The newest version of a section, as JSON."""

    case = models.ForeignKey(PlainCase, on_delete=models.CASCADE, related_name="sections")
    section = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    values = models.TextField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.section


class PlainConsent(Plain):
    """A consent, as JSON."""

    id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(PlainCase, on_delete=models.CASCADE, related_name="consents")
    given_on = models.DateField()
    content = models.TextField()

    def __str__(self) -> str:
        return str(self.pk)


class PlainListed(Plain):
    """A case as it stands in a list, under an index in the list's order."""

    id = models.UUIDField(primary_key=True)
    sort_key = models.BigIntegerField()
    number = models.CharField(max_length=11, unique=True)
    # Never null; but SQLite begins with this table, and its index, only where the others are LEFT JOINs.
    team = models.ForeignKey("core.Team", on_delete=models.PROTECT, null=True, related_name="+")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=10)
    urgent = models.BooleanField()
    opened_on = models.DateField()

    class Meta(Plain.Meta):
        indexes = [models.Index(fields=["sort_key", "id"], name="plain_listed_in_order")]

    def __str__(self) -> str:
        return self.number


class PlainPerson(Plain):
    """What a search looks at, in clear and under an index, by the id of the case."""

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    born = models.CharField(max_length=10)

    class Meta(Plain.Meta):
        indexes = [models.Index(fields=["born", "id"], name="plain_person_born")]

    def __str__(self) -> str:
        return str(self.pk)


class PlainPacket(Plain):
    """A packet with what its referral says, so that the page of an inbox reads it as it reads Hearth's."""

    id = models.UUIDField(primary_key=True)
    sort_key = models.BigIntegerField()
    to = models.ForeignKey("core.Team", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("core.Team", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey("referrals.Service", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    answer_by = models.DateTimeField(null=True)

    class Meta(Plain.Meta):
        indexes = [models.Index(fields=["to", "sort_key"], name="plain_packet_to_a_team")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def referral(self) -> "PlainPacket":
        """Itself."""
        return self


class PlainEntry(Plain):
    """What one side wrote about a packet, as JSON."""

    packet = models.ForeignKey(PlainPacket, on_delete=models.CASCADE, related_name="entries")
    seq = models.PositiveIntegerField()
    side = models.CharField(max_length=7)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    values = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    about = models.PositiveIntegerField(null=True)

    class Meta(Plain.Meta):
        indexes = [models.Index(fields=["packet", "seq"], name="plain_entry_of_a_packet")]

    def __str__(self) -> str:
        return self.kind


class PlainRead(Plain):
    """How far a person has read."""

    packet = models.ForeignKey(PlainPacket, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()

    class Meta(Plain.Meta):
        indexes = [models.Index(fields=["person", "packet"], name="plain_read_by_a_person")]

    def __str__(self) -> str:
        return str(self.seq)
