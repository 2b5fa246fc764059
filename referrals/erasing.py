"""What an erasure destroys of a case's referrals: with each packet's key, whatever its partner could still read."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.erasing import Category, add_category, destroy_with_keys
from referrals.models import (
    Disclosure,
    Enclosure,
    ExchangeEntry,
    OneTimePacket,
    Packet,
    PlaceRequest,
    Referral,
)
from referrals.places import case_marks
from referrals.services.enclosing import forget_enclosures
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
    Category(
        "packet_documents",
        _("Copies of documents in packets"),
        lambda case: Enclosure.objects.filter(packet__referral__case=case),
        forget_enclosures,
    ),
    Category(
        "place_requests",
        _("Places that were asked for"),
        lambda case: PlaceRequest.objects.filter(case_mark__in=case_marks(case.pk)),
    ),
    Category(
        "exchanges",
        _("What was written to and by partners"),
        lambda case: ExchangeEntry.objects.filter(exchange__referral__case=case),
    ),
    Category(
        "disclosures",
        _("What was told by other ways"),
        lambda case: Disclosure.objects.filter(referral__case=case),
    ),
    Category(
        "one_time_packets",
        _("Packets that are opened once"),
        lambda case: OneTimePacket.objects.filter(referral__case=case).select_related("object"),
        destroy_with_keys,
    ),
):
    add_category(_category)
