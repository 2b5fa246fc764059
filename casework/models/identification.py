"""Identifications."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.access_query import VisibleObjects
from core.models import Kind, SealedObject, Sensitivity, Team


class Identification(models.Model):
    """A screening of one person: the answers and what they make, sealed under a key of its own."""

    class State(models.TextChoices):
        """Where the identification stands. A screen alone never sets `not_indicated`: a person does."""

        CONTACT = "contact", _("Contact")
        INITIAL_SCREENING = "initial_screening", _("Initial screening")
        PRESUMED = "presumed", _("Presumed victim")
        NOT_INDICATED = "not_indicated", _("Not indicated")
        NEEDS_MORE = "needs_more_information", _("Needs more information")

    SENSITIVITY = {
        **dict.fromkeys(
            ("object", "team", "state", "urgent", "recorded_on", "recorded_by", "case"), Sensitivity.SAFE
        ),
        "sealed": Sensitivity.SEALED,
    }
    KIND = Kind.IDENTIFICATION

    object = models.OneToOneField(
        SealedObject, on_delete=models.PROTECT, primary_key=True, related_name="identification"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="identifications")
    state = models.CharField(_("state"), max_length=30, choices=State.choices)
    urgent = models.BooleanField(_("urgent"), default=False)
    recorded_on = models.DateField(_("recorded on"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        "casework.Case", on_delete=models.PROTECT, null=True, blank=True, related_name="identifications"
    )
    sealed = models.BinaryField()

    objects = VisibleObjects()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=[
                        "contact",
                        "initial_screening",
                        "presumed",
                        "not_indicated",
                        "needs_more_information",
                    ]
                ),
                name="identification_state_known",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
