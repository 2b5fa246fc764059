"""The partner's inbox: what is new, what is due, and what was written, one page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case as If
from django.db.models import F, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access import open_many
from core.actor import Actor
from core.models import Kind
from referrals.exchange import EntryDocument, ExchangeDocument, read_exchanges
from referrals.exchange_rules import PARTNER
from referrals.models import Packet, Referral
from referrals.selectors import inbox_of

State = Referral.State
ROWS = 20
"""How many stand on a page: each of them is opened, to look for what was written and for appointments."""


class Show(models.TextChoices):
    """Which part of the inbox."""

    ALL = "", _("All")
    WAITING = "waiting", _("To be answered")
    UNDER_WAY = "under_way", _("Under way")
    ENDED = "ended", _("Ended")


_STATES = {
    Show.WAITING: [State.SENT, State.RECEIVED],
    Show.UNDER_WAY: [State.ACCEPTED, State.IN_PROGRESS],
    Show.ENDED: [State.DECLINED, State.COMPLETED, State.WITHDRAWN, State.EXPIRED],
}
_SHOWN = (
    "updated_at",
    *(f"referral__{name}" for name in ("state", "sent_at", "answer_by")),
    *(f"referral__{name}__referral" for name in ("handover", "exchange")),
    "referral__exchange__key_for_partner",
)
_NAMES = {
    "service_name": F("referral__service__name"),
    "sender_name": F("referral__case__team__organisation__name"),
}
"""With _SHOWN all that a row shows: a page reads no more of what hangs together with a packet."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A packet with what its team has to know of it before opening it."""

    packet: Packet
    exchange: ExchangeDocument | None
    service: str
    sender: str

    @property
    def unread(self) -> int:
        """How many entries of the sender the person has not seen."""
        return self.exchange.unread if self.exchange else 0

    @property
    def answer_by(self) -> datetime | None:
        """Until when an answer is due; None once there is one."""
        referral = self.packet.referral
        return referral.answer_by if referral.state in _STATES[Show.WAITING] else None

    @property
    def overdue(self) -> bool:
        """Whether that has passed."""
        return self.answer_by is not None and self.answer_by <= timezone.now()

    @property
    def under_way(self) -> bool:
        """Whether it has been accepted and has not ended."""
        return self.packet.referral.state in _STATES[Show.UNDER_WAY]

    @property
    def appointment(self) -> EntryDocument | None:
        """The next appointment of one that is under way."""
        return self.exchange.next_appointment if self.exchange and self.under_way else None

    @property
    def unanswered(self) -> EntryDocument | None:
        """An appointment that has passed with nobody having said whether they arrived."""
        return self.exchange.unanswered_appointment if self.exchange and self.under_way else None

    @property
    def today(self) -> bool:
        """Whether the next appointment is today, by the clock of its own place."""
        at = self.appointment.planned_for if self.appointment else None
        return at is not None and at.date() == timezone.now().astimezone(at.tzinfo).date()

    @property
    def pressing(self) -> bool:
        """Whether something of it can't wait for tomorrow."""
        return self.overdue or self.today or self.unanswered is not None


def packets_shown(actor: Actor, show: Show) -> QuerySet[Packet]:
    """The packets of one part of the inbox, the ones that nobody has opened first."""
    opened = If(When(referral__state=State.SENT, then=Value(0)), default=Value(1))
    packets = inbox_of(actor).select_related(None).select_related("referral__exchange", "referral__handover")
    packets = packets.only(*_SHOWN).annotate(opened=opened, **_NAMES)
    packets = packets.order_by("opened", "-object__sort_key", "pk")
    return packets.filter(referral__state__in=_STATES[show]) if show in _STATES else packets


def read_rows(actor: Actor, packets: Sequence[Any]) -> list[InboxRow]:
    """Open a page of `packets_shown`, with as many queries for twenty as for one; what presses comes first.

    Raises Tampered.
    """
    opened = open_many(actor, [each.pk for each in packets], Kind.PACKET)
    exchanges = [
        (each.referral.exchange, opened[each.pk])
        for each in packets
        if each.pk in opened and hasattr(each.referral, "exchange")
    ]
    found = read_exchanges(actor, exchanges, PARTNER)
    if found:
        audit.record("inbox.read", actor=actor, packets=len(found))
    rows = [
        InboxRow(each, found.get(each.referral_id), each.service_name, each.sender_name) for each in packets
    ]
    return sorted(rows, key=lambda row: not row.pressing)
