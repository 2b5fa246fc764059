"""Consents."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.models.case import Case
from core.models import Sensitivity


class Consent(models.Model):
    """What came of asking for one purpose and recipient, which are sealed; state and dates are not."""

    class State(models.TextChoices):
        """Whether it holds: only what was given does. That somebody said no, or was not able to say, is kept too."""

        GIVEN = "given", _("Given")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REFUSED = "refused", _("Refused")
        NOT_ABLE = "not_able", _("Not able to decide")

    SENSITIVITY = {
        **dict.fromkeys(
            ("id", "case", "state", "given_on", "expires_on", "withdrawn_on", "recorded_by"), Sensitivity.SAFE
        ),
        "sealed": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    given_on = models.DateField(help_text="the day on which it was asked")
    expires_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["given", "refused", "not_able"], withdrawn_on=None)
                | models.Q(state="withdrawn", withdrawn_on__isnull=False),
                name="consent_withdrawn_has_a_date",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on=None) | models.Q(expires_on__gte=models.F("given_on")),
                name="consent_expires_after_given",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
