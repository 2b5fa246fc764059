"""Keys at rest. None of these rows opens anything without a password, and a stolen database not even with one."""

import uuid

from django.conf import settings
from django.db import models

from core.models.accounts import Membership, Team
from core.models.sensitivity import Sensitivity
from core.models.tagged import Tagged


class UserKey(Tagged):
    """A version of a person's public key."""

    TAGGED = ("user_id", "version", "public_key")
    SENSITIVITY = dict.fromkeys(("id", "user", "version", "public_key", "tag"), Sensitivity.SAFE)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="keys")
    version = models.PositiveIntegerField()
    public_key = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="user_key_version_once")]

    def __str__(self) -> str:
        return f"{self.user_id} v{self.version}"


class KeySlot(Tagged):
    """A way into a person's private key: sealed under what a password stretches to, then under the pepper.

    The pepper is an outer layer so that a task without any password can rotate it.
    """

    class Kind(models.TextChoices):
        """What opens the slot."""

        PASSWORD = "password"  # noqa: S105
        RECOVERY = "recovery"

    TAGGED = (
        "user_id",
        "kind",
        "salt",
        "memory",
        "passes",
        "lanes",
        "user_key_version",
        "sealed_private_key",
    )
    SENSITIVITY = {
        **dict.fromkeys(
            ("id", "user", "kind", "salt", "memory", "passes", "lanes", "user_key_version", "tag"),
            Sensitivity.SAFE,
        ),
        "sealed_private_key": Sensitivity.SEALED,
    }

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="key_slots")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    salt = models.BinaryField(max_length=32)
    memory = models.PositiveIntegerField(help_text="Argon2id memory in KiB")
    passes = models.PositiveSmallIntegerField()
    lanes = models.PositiveSmallIntegerField()
    user_key_version = models.PositiveIntegerField()
    sealed_private_key = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(kind="password"), name="one_password_slot_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class TeamKey(Tagged):
    """A version of a team's public key; the private key of the version before lies sealed to it."""

    TAGGED = ("team_id", "organisation_id", "version", "public_key", "sealed_previous")
    SENSITIVITY = {
        **dict.fromkeys(("id", "team", "version", "public_key", "tag"), Sensitivity.SAFE),
        "sealed_previous": Sensitivity.SEALED,
    }

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="keys")
    version = models.PositiveIntegerField()
    public_key = models.BinaryField(max_length=32)
    sealed_previous = models.BinaryField(default=bytes, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "version"], name="team_key_version_once")]

    @property
    def organisation_id(self) -> uuid.UUID:
        """Whose team it is: a consent names an organisation, and what it lets out is sealed to this key."""
        return self.team.organisation_id

    def __str__(self) -> str:
        return f"{self.team_id} v{self.version}"


class ApiToken(Tagged):
    """A principal of its own for programs: a key pair whose private half is derived from the token's secret.

    Only the public key is stored; a presented secret is right if it derives the same one.
    """

    TAGGED = ("id", "owner_id", "public_key", "expires_at")
    SENSITIVITY = {
        **dict.fromkeys(
            ("id", "owner", "public_key", "created_at", "expires_at", "revoked_at", "tag"), Sensitivity.SAFE
        ),
        "name": Sensitivity.STAFF,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    public_key = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)


class TokenTeamKey(Tagged):
    """A team's private key sealed to a token. It goes when the membership that it rests on goes."""

    TAGGED = ("token_id", "membership_id", "team_key_version", "sealed_team_key")
    SENSITIVITY = {
        **dict.fromkeys(("id", "token", "membership", "team_key_version", "tag"), Sensitivity.SAFE),
        "sealed_team_key": Sensitivity.SEALED,
    }

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="team_keys")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="token_keys")
    team_key_version = models.PositiveIntegerField()
    sealed_team_key = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "membership"], name="one_team_key_a_token")]

    def __str__(self) -> str:
        return f"{self.token_id} for {self.membership_id}"
