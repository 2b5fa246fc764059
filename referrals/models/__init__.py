"""Referrals' tables: the services that partners offer, referrals with their packets, and how they are handed over."""

from referrals.models.handover import Handover
from referrals.models.referral import Packet, Referral
from referrals.models.service import Service, ServiceArea, ServiceCode, ServiceHours

__all__ = ["Handover", "Packet", "Referral", "Service", "ServiceArea", "ServiceCode", "ServiceHours"]
