"""What an erasure destroys of a case's referrals: with each packet's key, whatever its partner could still read."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.erasing import Category, add_category, destroy_with_keys
from referrals.models import Packet, Referral
from referrals.services.ending import TAKEN_BACK, tell_partner


def _take_back(packets: QuerySet[Packet]) -> None:
    for packet in packets.filter(object__share__isnull=False):
        tell_partner(packet, TAKEN_BACK)
    destroy_with_keys(packets)


for _category in (
    Category("referrals", _("Referrals"), lambda case: Referral.objects.filter(case=case)),
    Category(
        "packets",
        _("Packets that partners can open"),
        lambda case: Packet.objects.filter(referral__case=case).select_related("object"),
        _take_back,
    ),
):
    add_category(_category)
