"""What a referral's page shows of the ways besides Hearth, of a second one to the same service, and of its group."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from casework.case_file import open_case_file
from core.actor import Actor
from referrals.disclosures import Told, read_disclosure
from referrals.duplicates import still_open
from referrals.leaving import obstacle_label
from referrals.models import OneTimePacket, Referral
from referrals.one_time import MOST_TRIES
from referrals.selectors import PacketDocument, ReferralDocument, referrals_of
from referrals.services import DeclineReason

WAITING = (Referral.State.SENT, Referral.State.RECEIVED)


@dataclass(frozen=True, slots=True)
class DisclosureDocument:
    """What left by another way, as its sender reads it."""

    referral: Referral
    told: Told

    @property
    def packet(self) -> PacketDocument:
        """What left, as a partner in Hearth would read it."""
        return PacketDocument(**self.told.content)

    @property
    def reason_label(self) -> str:
        """The decline reason as people read it; empty where there is none."""
        return str(DeclineReason(self.told.reason).label) if self.told.reason else ""

    @property
    def obstacles(self) -> list[str]:
        """What stood against it, as people read it."""
        return [obstacle_label(code) for code in self.told.missing]

    @property
    def entered_at(self) -> datetime | None:
        """When it was recorded, where that was afterwards."""
        return parse_datetime(self.told.entered_at) if self.told.entered_at else None

    @property
    def late(self) -> bool:
        """Whether it was recorded on a later day than it happened."""
        entered, sent = self.entered_at, self.referral.sent_at
        if entered is None or sent is None:
            return False
        return timezone.localdate(entered) > timezone.localdate(sent)


def outside_of(actor: Actor, document: ReferralDocument) -> dict[str, Any]:
    """The context of the page for all this. Raises NotVisible or Tampered."""
    referral = document.referral
    context: dict[str, Any] = {"group": _group(actor, referral)}
    if referral.state == Referral.State.DRAFT:
        context["duplicate"] = still_open(referral.case_id, referral.service_id, but=referral.pk).first()
    elif referral.way != Referral.Way.HEARTH:
        told = read_disclosure(open_case_file(actor, referral.case_id), referral)
        context["disclosure"] = DisclosureDocument(referral, told) if told else None
        context["can_answer"] = referral.state in WAITING
        if row := OneTimePacket.objects.filter(referral=referral).first():
            context |= {"one_time": row, "used_up": row.opened_at is None and row.tries >= MOST_TRIES}
            context["one_time_reason"] = str(DeclineReason(row.reason).label) if row.reason else ""
    return context


def _group(actor: Actor, referral: Referral) -> list[Referral]:
    if referral.group is None:
        return []
    return list(referrals_of(actor).filter(group=referral.group).exclude(pk=referral.pk))
