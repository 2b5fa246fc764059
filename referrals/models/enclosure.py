"""Copies of documents that a packet holds."""

import uuid

from django.db import models

from core.models import Sensitivity
from referrals.models.referral import Packet


class Enclosure(models.Model):
    """A cleaned copy of one document, stored sealed. Its key, name, type and size lie under the packet's key.

    When that is destroyed the row lets go of the packet, and what it knew; it stays until its file is deleted.
    """

    SENSITIVITY = {
        **dict.fromkeys(("id", "packet", "number", "stored_as"), Sensitivity.SAFE),
        "sealed": Sensitivity.SEALED,
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    packet = models.ForeignKey(Packet, on_delete=models.PROTECT, null=True, related_name="enclosures")
    number = models.PositiveSmallIntegerField()
    stored_as = models.CharField(max_length=100, unique=True)
    sealed = models.BinaryField(null=True)

    class Meta:
        ordering = ["packet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["packet", "number"], name="enclosure_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="enclosures_from_1"),
            models.CheckConstraint(
                condition=models.Q(packet=None, sealed=None)
                | models.Q(packet__isnull=False, sealed__isnull=False),
                name="enclosure_without_packet_says_nothing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
