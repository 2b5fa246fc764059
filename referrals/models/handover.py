"""How an accepted referral ends whose consent has ended."""

from django.db import models

from core.models import Sensitivity
from referrals.models.referral import Referral


class Handover(models.Model):
    """Opened when the ground to share has gone; the partner says what it holds, keeps and destroys; the sender closes.

    While the packet opens, the answer lies under its key; when that is destroyed, it has moved under the case key.
    """

    SENSITIVITY = {
        **dict.fromkeys(("referral", "opened_at", "answered_at", "closed_at"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
        "sealed_record": Sensitivity.SEALED,
    }

    referral = models.OneToOneField(
        Referral, on_delete=models.CASCADE, primary_key=True, related_name="handover"
    )
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    sealed = models.BinaryField(null=True)
    sealed_record = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, sealed_record=None)
                | models.Q(closed_at__isnull=False, sealed_record__isnull=False, sealed=None),
                name="handover_closed_is_under_the_case_key",
            ),
            models.CheckConstraint(
                condition=models.Q(sealed=None) | models.Q(answered_at__isnull=False),
                name="handover_answer_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
