"""People, their organisations and teams."""

import uuid
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models.sensitivity import Sensitivity
from core.models.tagged import Tagged


class Role(models.TextChoices):
    """What a member does in a team."""

    CASEWORKER = "caseworker", _("Caseworker")
    SUPERVISOR = "supervisor", _("Supervisor")
    FOCAL_POINT = "focal_point", _("Focal point")
    ADVOCACY_OFFICER = "advocacy_officer", _("Advocacy officer")
    ADMINISTRATOR = "administrator", _("Administrator")


CASE_ROLES = frozenset({Role.CASEWORKER, Role.SUPERVISOR})


class Organisation(models.Model):
    """An organisation that works with Hearth: a shelter, an agency, a diocese."""

    SENSITIVITY = {"id": Sensitivity.SAFE, "name": Sensitivity.SAFE}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Members of one organisation who share a key. Its auth group carries guardian's permissions."""

    SENSITIVITY = {
        "id": Sensitivity.SAFE,
        "organisation": Sensitivity.SAFE,
        "name": Sensitivity.SAFE,
        "group": Sensitivity.SAFE,
        "key_version": Sensitivity.SAFE,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(_("name"), max_length=200)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="team")
    key_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["organisation__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="team_name_once_an_organisation"),
            models.CheckConstraint(condition=models.Q(key_version__gte=1), name="team_key_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}, {self.name}"


class UserManager(BaseUserManager["User"]):
    """Looks people up; making one is core.accounts.create_person."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """By e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. `password` holds the verifier, sealed under the pepper; keys lie in KeySlot."""

    SENSITIVITY = {
        "id": Sensitivity.SAFE,
        "email": Sensitivity.STAFF,
        "name": Sensitivity.STAFF,
        "organisation": Sensitivity.SAFE,
        "password": Sensitivity.SECRET,
        "last_login": Sensitivity.STAFF,
        "is_superuser": Sensitivity.SAFE,
        "is_active": Sensitivity.SAFE,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    is_active = models.BooleanField(default=True)
    password = models.CharField(max_length=300, editable=False)  # longer than Django's: it is sealed

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_person_an_address"),
        ]

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> NoReturn:
        """Refused: a password set from outside would orphan the person's keys."""
        raise TypeError("use core.accounts: setting a password here would orphan the person's keys")

    def check_password(self, raw_password: str | None) -> NoReturn:
        """Refused: the one place that sees a password is the authentication backend."""
        raise TypeError("use core.accounts.unlock")

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Never: model permissions open nothing here, least of all for a superuser. Grants do."""
        return False


class Membership(Tagged):
    """A person's place in a team: the role, and the team's private key sealed to the person."""

    TAGGED = ("id", "user_id", "team_id", "role", "team_key_version", "user_key_version", "sealed_team_key")
    SENSITIVITY = {
        "id": Sensitivity.SAFE,
        "user": Sensitivity.SAFE,
        "team": Sensitivity.SAFE,
        "role": Sensitivity.SAFE,
        "team_key_version": Sensitivity.SAFE,
        "user_key_version": Sensitivity.SAFE,
        "sealed_team_key": Sensitivity.SEALED,
        "tag": Sensitivity.SAFE,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    team_key_version = models.PositiveIntegerField()
    user_key_version = models.PositiveIntegerField()
    sealed_team_key = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "team"], name="one_membership_a_team"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"
