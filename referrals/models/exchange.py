"""What partner and sender write to each other about a referral."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Sensitivity
from referrals.models.referral import Referral


class Exchange(models.Model):
    """Made when a referral is sent. Its key lies under the packet's, for the partner, and under the case's.

    So nothing has to be sealed anew when the packet ends: its key goes, and with it the partner's way in.
    """

    SENSITIVITY = {
        **dict.fromkeys(("referral", "first_read_at"), Sensitivity.SAFE),
        "key_for_partner": Sensitivity.SEALED,
        "key_for_sender": Sensitivity.SEALED,
    }

    referral = models.OneToOneField(
        Referral, on_delete=models.CASCADE, primary_key=True, related_name="exchange"
    )
    first_read_at = models.DateTimeField(null=True, help_text="when the partner first opened the packet")
    key_for_partner = models.BinaryField(null=True, help_text="gone with the packet's key")
    key_for_sender = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class ExchangeEntry(models.Model):
    """One thing that was written. It stays as it is: a later one can change or cancel what it says.

    Of what kind it is, and who wrote it, lies sealed: in clear stand the side and the time.
    """

    class Side(models.TextChoices):
        """Whose entry it is."""

        PARTNER = "partner", _("Partner")
        SENDER = "sender", _("Sender")

    SENSITIVITY = {
        **dict.fromkeys(("id", "exchange", "seq", "side", "at"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="entries")
    seq = models.PositiveIntegerField()
    side = models.CharField(max_length=7, choices=Side.choices)
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["exchange", "seq"], name="exchange_entry_once"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="exchange_entry_from_1"),
            models.CheckConstraint(
                condition=models.Q(side__in=["partner", "sender"]), name="exchange_side_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exchange_id} {self.seq}"


class ExchangeRead(models.Model):
    """How far a person has read."""

    SENSITIVITY = dict.fromkeys(("id", "exchange", "person", "seq"), Sensitivity.SAFE)

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, related_name="reads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seq = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["exchange", "person"], name="exchange_read_once")]

    def __str__(self) -> str:
        return f"{self.exchange_id} {self.person_id} {self.seq}"
