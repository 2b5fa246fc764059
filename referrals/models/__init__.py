"""Referrals' tables: the services that partners offer, and referrals with their packets."""

from referrals.models.referral import Packet, Referral
from referrals.models.service import Service

__all__ = ["Packet", "Referral", "Service"]
