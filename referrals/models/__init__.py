"""Referrals' tables: the services that partners offer, referrals with their packets, and how they are handed over."""

from referrals.models.directory import DirectoryLink, DirectoryRow, DirectorySource
from referrals.models.disclosure import Disclosure
from referrals.models.enclosure import Enclosure
from referrals.models.exchange import Exchange, ExchangeEntry, ExchangeRead
from referrals.models.handover import Handover
from referrals.models.one_time import OneTimePacket
from referrals.models.place import PlaceAsk, PlaceRequest
from referrals.models.referral import Packet, Referral
from referrals.models.service import Service, ServiceArea, ServiceCode, ServiceHours

__all__ = [
    "DirectoryLink",
    "DirectoryRow",
    "DirectorySource",
    "Disclosure",
    "Enclosure",
    "Exchange",
    "ExchangeEntry",
    "ExchangeRead",
    "Handover",
    "OneTimePacket",
    "Packet",
    "PlaceAsk",
    "PlaceRequest",
    "Referral",
    "Service",
    "ServiceArea",
    "ServiceCode",
    "ServiceHours",
]
