"""Writing to each other about a referral: who may, in which state, what follows, and who is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from casework.models import Case
from core.access import grant_access
from core.accounts import remove_member
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Tampered, WrongState
from core.models import AuditEvent, Kind, Level, Notice
from referrals.demo import Persona, World
from referrals.exchange import WHEN
from referrals.models import Exchange, ExchangeEntry, Handover, Referral
from referrals.selectors import read_packet, read_referral
from referrals.services import decline_referral, note_read, write_as_partner, write_as_sender
from referrals.services.updating import update_packet
from tests.conftest import PERSONAS, sign_in
from tests.neighbours import found
from tests.referrals.exchanges import (
    VALUES,
    accepted,
    by_partner,
    by_sender,
    other_partner,
    second_focal_point,
)
from tests.referrals.test_endings import referral_in, told, withdraw


@pytest.fixture
def referral(world: World, case: Case, share_consent: None) -> Referral:
    """One that the partner has accepted."""
    return accepted(world, case)


def everyone(world: World) -> dict[str, Persona]:
    return {**{name: world[name] for name in PERSONAS}, "other_partner": other_partner(world)}


def outcome_of(call: Callable[[], Any]) -> str:
    """What comes of it, undone again: ok, or the code of the error."""
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except HearthError as error:
        return error.code
    return "ok"


# --- who, and when  ----------------------------------------

SENDERS = {"assigned", "teammate", "supervisor"}
# What becomes of a message, by the state of the referral: of those who see it, everyone else finds nothing.
STATES = """
state        partner      sender
draft        -            wrong_state
sent         ok           ok
received     ok           ok
accepted     ok           ok
in_progress  ok           ok
completed    ok           ok
declined     not_found    wrong_state
withdrawn    not_found    wrong_state
expired      wrong_state  wrong_state
"""
ROWS = [tuple(line.split()) for line in STATES.strip().splitlines()[1:]]


def test_the_table_of_states_is_whole() -> None:
    assert {row[0] for row in ROWS} == set(Referral.State.values)


@pytest.mark.parametrize(("state", "partner", "sender"), ROWS)
def test_who_can_write_in_which_state(
    world: World, case: Case, share_consent: None, state: str, partner: str, sender: str
) -> None:
    referral = referral_in(world, case, state)
    people = everyone(world)
    as_sender = {
        name: outcome_of(
            lambda p=p: write_as_sender(  # type: ignore[misc]
                actor=p.actor, referral_id=referral.pk, kind="message", values=VALUES["message"]
            )
        )
        for name, p in people.items()
    }
    assert as_sender == {name: sender if name in SENDERS else "not_found" for name in people}
    if state == "draft":
        return
    as_partner = {
        name: outcome_of(
            lambda p=p: write_as_partner(  # type: ignore[misc]
                actor=p.actor, packet_id=referral.packet.pk, kind="message", values=VALUES["message"]
            )
        )
        for name, p in people.items()
    }
    assert as_partner == {name: partner if name == "focal_point" else "not_found" for name in people}


def test_who_reads_on_which_side(world: World, referral: Referral) -> None:
    by_partner(world, referral, "message")
    people = everyone(world)
    sender = {
        name: outcome_of(lambda p=p: read_referral(p.actor, referral.pk))  # type: ignore[misc]
        for name, p in people.items()
    }
    partner = {
        name: outcome_of(lambda p=p: read_packet(p.actor, referral.packet.pk))  # type: ignore[misc]
        for name, p in people.items()
    }
    assert sender == {name: "ok" if name in SENDERS else "not_found" for name in people}
    assert partner == {name: "ok" if name == "focal_point" else "not_found" for name in people}


@pytest.mark.parametrize("kind", ["question", "arrival", "service", "outcome", "onward"])
def test_what_is_the_partner_s_to_say_the_sender_can_t_say(
    world: World, referral: Referral, kind: str
) -> None:
    with pytest.raises(WrongState):
        by_sender(world, referral, kind)
    assert not ExchangeEntry.objects.exists()


def test_whoever_may_only_read_the_case_does_not_write(world: World, case: Case, referral: Referral) -> None:
    reader = found(world.team.organisation, "reader")
    actor = world["assigned"].actor
    grant_access(actor=actor, object_id=case.pk, kind=Kind.CASE, principal=reader.team, level=Level.READ)
    assert read_referral(reader.supervisor.actor, referral.pk).exchange is not None
    with pytest.raises(NotAllowed):
        write_as_sender(
            actor=reader.supervisor.actor, referral_id=referral.pk, kind="message", values={"text": "x"}
        )


def test_once_consent_has_ended_both_can_say_how_it_ends_and_nothing_else(
    world: World, case: Case, referral: Referral
) -> None:
    by_partner(world, referral, "appointment")
    withdraw(world, case)
    assert Handover.objects.filter(pk=referral.pk).exists()
    for kind in ("appointment", "question", "service", "transport"):
        with pytest.raises(WrongState):
            by_partner(world, referral, kind)
    with pytest.raises(WrongState):
        by_sender(world, referral, "appointment")
    by_partner(world, referral, "arrival")
    by_partner(world, referral, "message")
    by_sender(world, referral, "message")


def test_an_unknown_kind_is_nothing_that_there_is(world: World, referral: Referral) -> None:
    with pytest.raises(NotVisible):
        by_partner(world, referral, "alert", text="x")


# --- what is written  ----------------------------------------


def test_both_sides_read_all_of_it_in_order(world: World, referral: Referral) -> None:
    for kind in ("message", "appointment", "transport", "arrival", "service", "outcome"):
        by_partner(world, referral, kind)
    by_sender(world, referral, "message", name="teammate")
    sender = read_referral(world["assigned"].actor, referral.pk).exchange
    _packet, document = read_packet(world["focal_point"].actor, referral.packet.pk)
    assert sender
    assert document.exchange
    for exchange in (sender, document.exchange):
        assert [each.entry.seq for each in exchange.entries] == [1, 2, 3, 4, 5, 6, 7]
        assert [each.values for each in exchange.entries][:3] == [
            VALUES["message"],
            VALUES["appointment"],
            VALUES["transport"],
        ]
    assert {each.by for each in sender.entries} == {"", world["teammate"].user.name}
    assert {each.by for each in document.exchange.entries} == {"", world["focal_point"].user.name}
    assert sender.unread == 6
    assert document.exchange.unread == 1


def test_what_is_begun_is_under_way_and_an_outcome_completes_it(world: World, referral: Referral) -> None:
    by_partner(world, referral, "appointment")
    referral.refresh_from_db()
    assert referral.state == "accepted"
    by_partner(world, referral, "arrival")
    referral.refresh_from_db()
    assert referral.state == "in_progress"
    by_partner(world, referral, "outcome")
    referral.refresh_from_db()
    assert referral.state == "completed"
    with pytest.raises(WrongState):
        by_partner(world, referral, "outcome")
    with pytest.raises(WrongState):
        by_partner(world, referral, "service")
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert {"referral.in_progress", "referral.completed"} <= set(actions)
    assert list(actions).count("exchange.written") == 3


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("message", {"text": " "}, "text"),
        ("message", {"text": "x" * 2001}, "text"),
        ("message", {"text": "x", "other": "y"}, "other"),
        ("appointment", {"date": "2031-05-06", "time": "10:30"}, "time_zone"),
        ("appointment", {"date": "2031-05-06", "time": "25:00", "time_zone": "Europe/Rome"}, "time"),
        ("arrival", {"arrival": "perhaps"}, "arrival"),
        ("outcome", {"note": "x"}, "outcome"),
        ("cancellation", {"reason": "x"}, "about"),
    ],
)
def test_what_is_not_whole_is_refused_at_its_field(
    world: World, referral: Referral, kind: str, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        by_partner(world, referral, kind, **values)
    assert set(refused.value.fields) == {field}
    assert not ExchangeEntry.objects.exists()


def test_an_appointment_is_changed_and_cancelled_by_later_entries(world: World, referral: Referral) -> None:
    first = by_partner(world, referral, "appointment")
    moved = VALUES["appointment"] | {"time": "12:00", "about": first.seq}
    second = by_sender(world, referral, "appointment", **moved)
    with pytest.raises(WrongState):
        by_partner(world, referral, "appointment", **moved)
    exchange = read_referral(world["assigned"].actor, referral.pk).exchange
    assert exchange
    assert [each.entry.seq for each in exchange.appointments] == [second.seq]
    assert "12:00" in exchange.appointments[0].planned_text
    by_partner(world, referral, "cancellation", reason="Canarywhy", about=second.seq)
    exchange = read_referral(world["assigned"].actor, referral.pk).exchange
    assert exchange
    assert exchange.appointments == []
    assert [each.cancelled for each in exchange.entries] == [False, True, False]
    was, then = "6 May 2031, 10:30, Rome (Europe/Rome)", "6 May 2031, 12:00, Rome (Europe/Rome)"
    assert [each.instead_of for each in exchange.entries] == [
        "",
        f"Appointment, {was}",
        f"Appointment, {then}",
    ]
    assert [text for field, text in exchange.entries[1].rows if field.name in WHEN] == [then]
    assert ExchangeEntry.objects.count() == 3


def test_only_what_there_is_and_fits_can_be_changed(world: World, referral: Referral) -> None:
    message = by_partner(world, referral, "message")
    for about in (message.seq, 99):
        with pytest.raises(Invalid):
            by_partner(world, referral, "cancellation", reason="x", about=about)
        with pytest.raises(Invalid):
            by_partner(world, referral, "appointment", **VALUES["appointment"], about=about)


def test_a_question_is_open_until_the_sender_writes(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "received")
    by_partner(world, referral, "question")
    actor = world["assigned"].actor
    asked = read_referral(actor, referral.pk).exchange
    assert asked
    assert asked.open_question
    by_sender(world, referral, "message")
    answered = read_referral(actor, referral.pk).exchange
    assert answered
    assert answered.open_question is None


def test_a_newer_version_of_the_packet_answers_a_question_too(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "received")
    by_partner(world, referral, "question")
    fields = ["identity.chosen_name", "contact_and_safety.phone"]
    update_packet(actor=world["assigned"].actor, referral_id=referral.pk, fields=fields)
    answered = read_referral(world["assigned"].actor, referral.pk).exchange
    assert answered
    assert answered.open_question is None


def test_declining_can_name_who_helps_instead(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "received")
    partner = world["focal_point"].actor
    for reason, onward in (
        ("referred_onward", " "),
        ("full", "Canaryonward"),
        ("referred_onward", "x" * 301),
    ):
        with pytest.raises(Invalid) as refused:
            decline_referral(actor=partner, packet_id=referral.packet.pk, reason=reason, onward=onward)
        assert set(refused.value.fields) == {"onward"}
    decline_referral(
        actor=partner, packet_id=referral.packet.pk, reason="referred_onward", onward="Canaryonward"
    )
    document = read_referral(world["assigned"].actor, referral.pk)
    assert document.exchange
    assert document.referral.state == "declined"
    assert [each.values for each in document.exchange.entries] == [{"to": "Canaryonward"}]


def test_referring_onward_goes_with_a_decline_alone(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "received")
    with pytest.raises(WrongState):
        by_partner(world, referral, "onward")


# --- who is told, and has read  ----------------------------------------


def test_the_other_side_is_told_once_until_they_have_looked(world: World, referral: Referral) -> None:
    by_partner(world, referral, "message")
    by_partner(world, referral, "question")
    assert told(world["assigned"]) == ["exchange_from_partner"]
    assert told(world["teammate"]) == told(world["supervisor"]) == []
    Notice.objects.update(seen_at=referral.sent_at)
    by_partner(world, referral, "message")
    assert told(world["assigned"]) == ["exchange_from_partner"] * 2
    by_sender(world, referral, "message")
    assert told(world["focal_point"]) == ["exchange_from_sender"]


def test_what_is_unread_is_each_person_s_own(world: World, referral: Referral) -> None:
    colleague = second_focal_point(world)
    by_sender(world, referral, "message")

    def unread(persona: Persona) -> int:
        _packet, document = read_packet(persona.actor, referral.packet.pk)
        assert document.exchange
        return document.exchange.unread

    assert (unread(world["focal_point"]), unread(colleague)) == (1, 1)
    _packet, document = read_packet(colleague.actor, referral.packet.pk)
    assert document.exchange
    note_read(actor=colleague.actor, document=document.exchange)
    assert (unread(world["focal_point"]), unread(colleague)) == (1, 0)
    by_sender(world, referral, "message")
    assert (unread(world["focal_point"]), unread(colleague)) == (2, 1)


def test_the_sender_sees_when_the_packet_was_first_opened(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "sent")
    exchange = Exchange.objects.get(pk=referral.pk)
    assert exchange.first_read_at is None
    read_packet(world["focal_point"].actor, referral.packet.pk)
    exchange.refresh_from_db()
    first = exchange.first_read_at
    assert first
    read_packet(world["focal_point"].actor, referral.packet.pk)
    exchange.refresh_from_db()
    assert exchange.first_read_at == first


# --- what was tampered with, and what has ended meanwhile  ----------------------------------------


def test_an_entry_that_is_gone_moved_or_put_on_the_other_side_is_noticed(
    world: World, referral: Referral
) -> None:
    entries = [by_partner(world, referral, "message"), by_partner(world, referral, "question")]
    actor = world["assigned"].actor

    def is_noticed(change: Callable[[], Any]) -> bool:
        with transaction.atomic():
            change()
            try:
                read_referral(actor, referral.pk)
            except Tampered:
                return True
            finally:
                transaction.set_rollback(True)
        return False

    rows = ExchangeEntry.objects.all()
    assert is_noticed(rows.filter(pk=entries[0].pk).delete)
    assert is_noticed(lambda: rows.filter(pk=entries[1].pk).update(side="sender"))
    assert is_noticed(lambda: rows.filter(pk=entries[1].pk).update(sealed=bytes(entries[0].sealed)))


def test_the_database_keeps_one_entry_a_number(world: World, referral: Referral) -> None:
    entry = by_partner(world, referral, "message")
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeEntry.objects.create(
            exchange=entry.exchange, seq=entry.seq, side="sender", at=entry.at, sealed=b"x"
        )


def test_whoever_leaves_the_partner_while_reading_is_refused_and_that_is_noted(
    world: World, referral: Referral
) -> None:
    colleague = second_focal_point(world)
    client = sign_in(colleague)
    page, packet = f"/inbox/{referral.packet.pk}/", referral.packet.pk
    assert client.get(page).status_code == 200
    remove_member(actor=colleague.actor, membership=colleague.user.memberships.get())
    response = client.post(f"{page}exchange/message/", {"text": "Canarylate"})
    assert response.status_code == client.get(page).status_code == 404
    assert not ExchangeEntry.objects.exists()
    denied = AuditEvent.objects.filter(actor=colleague.user.pk, outcome="denied", object=packet)
    assert sorted(event.codes["route"] for event in denied) == ["packet", "packet-exchange"]
