"""Handing a case over to another team."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team


class Transfer(models.Model):
    """An offer of a case to another team, under a key of its own: that team decides before it can open the case."""

    class State(models.TextChoices):
        """Where it stands; the table of steps is in casework/transitions.py."""

        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        TAKEN_BACK = "taken_back", _("Taken back")

    SENSITIVITY = {
        **dict.fromkeys(
            (
                "object",
                "case",
                "from_team",
                "to_team",
                "state",
                "keep_reading",
                "offered_by",
                "offered_at",
                "decided_by",
                "decided_at",
            ),
            Sensitivity.SAFE,
        ),
        "sealed": Sensitivity.SEALED,
        "sealed_answer": Sensitivity.SEALED,
    }
    KIND = Kind.TRANSFER

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="transfer"
    )
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transfers")
    from_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OFFERED)
    keep_reading = models.BooleanField(help_text="the team that hands over goes on reading")
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    # What the receiving team is told, and why it declined: {"note": ...}.
    sealed = models.BinaryField()
    sealed_answer = models.BinaryField(null=True)

    objects = VisibleObjects()

    class Meta:
        ordering = ["-offered_at", "object"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="offered"), name="one_offered_transfer_a_case"
            ),
            models.CheckConstraint(
                condition=~models.Q(from_team=models.F("to_team")), name="transfer_to_another_team"
            ),
            models.CheckConstraint(
                condition=models.Q(state="offered", decided_by=None, decided_at=None)
                | models.Q(
                    state__in=["accepted", "declined", "taken_back"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="transfer_decided_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
