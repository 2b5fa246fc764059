"""What has left a case by another way than through Hearth."""

from django.db import models

from core.models import Sensitivity
from referrals.models.referral import Referral


class Disclosure(models.Model):
    """What left, for whom, on what ground and what came of it, as the case remembers it: under the case key."""

    SENSITIVITY = {
        **dict.fromkeys(("referral", "breach"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }

    referral = models.OneToOneField(
        Referral, on_delete=models.CASCADE, primary_key=True, related_name="disclosure"
    )
    breach = models.BooleanField(
        default=False, help_text="it was told before what must come first: recorded afterwards"
    )
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)
