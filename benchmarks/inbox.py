"""A partner's inbox: a page of packets with what was written about each, opened."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case as If
from django.db.models import Value, When
from django.utils import timezone

from benchmarks.cases import made_case
from benchmarks.harness import Result, compare
from benchmarks.models import PlainAudit, PlainEntry, PlainPacket, PlainRead
from core.models import User
from core.paging import rows_beside
from referrals.demo import World
from referrals.exchange import EntryDocument, ExchangeDocument
from referrals.exchange_kinds import kind_named
from referrals.exchange_rules import PARTNER
from referrals.inbox import InboxRow, Show, packets_shown, read_rows
from referrals.models import Packet, Referral
from referrals.services import (
    accept_referral,
    draft_referral,
    send_referral,
    write_as_partner,
    write_as_sender,
)

PACKETS = 50
"""Each with a question and what was answered; every second one is accepted, and has an appointment."""

_QUESTION: dict[str, object] = {"text": "Which languages does she speak besides her own? " * 4}
_ANSWER: dict[str, object] = {"text": "She understands some English, and reads it well. " * 4}
_APPOINTMENT: dict[str, object] = {
    "date": "2031-05-06",
    "time": "10:30",
    "time_zone": "Europe/Rome",
    "where": "At the side door, under the lamp",
    "who": "Somebody of the intake",
}


def measure(world: World, rounds: int = 200) -> Iterator[Result]:
    """Fifty packets in the order of the inbox, with what is due and what is new, from the person on."""
    person = world["focal_point"]
    _fill(world)
    _plain_copy(world)

    @transaction.atomic
    def ours() -> list[Any]:
        actor = person.actor
        shown = rows_beside(packets_shown(actor, Show.ALL), PACKETS)
        return [_shown(row) for row in read_rows(actor, shown)]

    @transaction.atomic
    def plain() -> list[Any]:
        rows = _plain_rows(person.user)
        PlainAudit.objects.create(
            at=timezone.now(), actor=person.user.pk, action="inbox.read", object=person.user.pk
        )
        return [_shown(row) for row in rows]

    assert ours() == plain()
    assert len(ours()) == PACKETS
    yield compare(
        f"A partner's inbox of {PACKETS} packets",
        ours,
        "the same entries, not sealed",
        plain,
        rounds=rounds,
        at_most=1.5,
    )


def _shown(row: InboxRow) -> tuple[Any, ...]:
    """What the page shows of one."""
    appointment = row.appointment.planned_text if row.appointment else ""
    return (
        row.service,
        row.sender,
        row.packet.referral.state,
        row.unread,
        row.overdue,
        row.pressing,
        appointment,
    )


def _plain_rows(person: User) -> list[InboxRow]:
    """The same from plain tables, by the same rules."""
    teams = [each.team_id for each in person.memberships.select_related("team__organisation")]
    opened = If(When(state=Referral.State.SENT, then=Value(0)), default=Value(1))
    packets = PlainPacket.objects.filter(to__in=teams).select_related("service", "team__organisation")
    shown = packets.annotate(opened=opened).order_by("opened", "-sort_key", "pk")[:PACKETS]
    by_id: dict[UUID, Any] = {each.pk: each for each in shown}
    marks = dict(PlainRead.objects.filter(person=person, packet__in=by_id).values_list("packet", "seq"))
    entries: dict[UUID, list[EntryDocument]] = defaultdict(list)
    for row in PlainEntry.objects.filter(packet__in=by_id).select_related("by").order_by("packet", "seq"):
        entries[row.packet_id].append(_plain_entry(row, marks.get(row.packet_id, 0)))
    rows = [
        InboxRow(
            each,
            ExchangeDocument(each, PARTNER, entries[pk]),
            each.service.name,
            each.team.organisation.name,
        )
        for pk, each in by_id.items()
    ]
    return sorted(rows, key=lambda row: not row.pressing)


def _plain_entry(row: Any, read_to: int) -> EntryDocument:
    ours = row.side == PARTNER
    return EntryDocument(
        entry=row,
        kind=kind_named(row.kind),
        values=json.loads(row.values),
        by=row.by.name if ours else "",
        about=row.about,
        unread=not ours and row.seq > read_to,
    )


def _fill(world: World) -> None:
    sender, partner = world["assigned"].actor, world["focal_point"].actor
    case = made_case(world, world["assigned"])
    for nth in range(PACKETS):
        service = world.services[nth % len(world.services)]
        referral = draft_referral(
            actor=sender, case_id=case.pk, service_id=service.pk, fields=["identity.chosen_name"]
        )
        send_referral(actor=sender, referral_id=referral.pk, again="It is for another matter.")
        packet: Packet = Packet.objects.get(referral=referral)
        write_as_partner(actor=partner, packet_id=packet.pk, kind="question", values=_QUESTION)
        write_as_sender(actor=sender, referral_id=referral.pk, kind="message", values=_ANSWER)
        if nth % 2:
            accept_referral(actor=partner, packet_id=packet.pk, note="")
            write_as_partner(actor=partner, packet_id=packet.pk, kind="appointment", values=_APPOINTMENT)


def _plain_copy(world: World) -> None:
    """Every packet of the inbox and what was written about it, opened."""
    actor = world["focal_point"].actor
    packets = rows_beside(packets_shown(actor, Show.ALL), 2 * PACKETS)
    writers = {PARTNER: world["focal_point"].user}
    for row in read_rows(actor, packets):
        referral = row.packet.referral
        copy = PlainPacket.objects.create(
            id=row.packet.pk,
            to=row.packet.team,
            team=referral.case.team,
            service=referral.service,
            state=referral.state,
            answer_by=referral.answer_by,
            sort_key=row.packet.object.sort_key,
        )
        for each in row.exchange.entries if row.exchange else ():
            PlainEntry.objects.create(
                packet=copy,
                seq=each.entry.seq,
                side=each.entry.side,
                at=each.entry.at,
                kind=each.kind.name,
                values=json.dumps(dict(each.values)),
                by=writers.get(each.entry.side, world["assigned"].user),
            )
