"""The search's tables: tokens that only a team's index key makes, and filters without a word of free text."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.models import SealedObject, Sensitivity, Team


class TeamIndex(models.Model):
    """A team's index key, sealed under an object of its own: whoever makes tokens opens that one first."""

    SENSITIVITY = {**dict.fromkeys(("team", "object"), Sensitivity.SAFE), "sealed": Sensitivity.SEALED}

    team = models.OneToOneField(Team, on_delete=models.PROTECT, primary_key=True, related_name="index")
    object = models.OneToOneField(SealedObject, on_delete=models.PROTECT, related_name="index")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.team_id)


class IndexEntry(models.Model):
    """That a case stands in a team's index, by which version of the rules."""

    SENSITIVITY = dict.fromkeys(("id", "team", "object", "rules"), Sensitivity.SAFE)

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    object = models.ForeignKey(
        SealedObject, on_delete=models.CASCADE, db_index=False, related_name="index_entries"
    )
    rules = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["object", "team"], name="one_index_entry_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.object_id} for {self.team_id}"


class IndexToken(models.Model):
    """One of the tokens of a case: 8 bytes of a keyed hash, as a number. It does not say of which field."""

    SENSITIVITY = dict.fromkeys(("id", "token", "entry"), Sensitivity.SAFE)

    token = models.BigIntegerField()
    entry = models.ForeignKey(IndexEntry, on_delete=models.CASCADE, related_name="tokens")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "entry"], name="index_token_once"),
        ]

    def __str__(self) -> str:
        return f"{self.token:x}"


class PossibleDuplicates(models.Model):
    """Which other cases may be of the same person, and which are not, sealed under the key of this one."""

    SENSITIVITY = {"case": Sensitivity.SAFE, "sealed": Sensitivity.SEALED}

    case = models.OneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="possible_duplicates"
    )
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.case_id)


class Risk(models.TextChoices):
    """The levels of the record's `risk_and_safety.risk_level`, for a filter: never of a case in clear."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")
    IMMEDIATE = "immediate", _("Immediate")


class SavedFilter(models.Model):
    """A filter of the list of cases that a person comes back to. It has no name: what it filters by is its name."""

    SENSITIVITY = dict.fromkeys(
        ("id", "user", "saved_at", "state", "risk", "assigned_to", "opened_from", "opened_to"),
        Sensitivity.SAFE,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    saved_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=Case.State.choices, blank=True)
    risk = models.CharField(max_length=10, choices=Risk.choices, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    opened_from = models.DateField(null=True, blank=True)
    opened_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-saved_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["", "open", "active", "on_hold", "closed", "reopened", "erased"]
                ),
                name="saved_filter_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(risk__in=["", "low", "medium", "high", "immediate"]),
                name="saved_filter_risk_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
