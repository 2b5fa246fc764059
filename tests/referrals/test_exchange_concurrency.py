"""Two at once in one exchange: both are kept, or one is told."""

from collections.abc import Callable
from typing import Any

import pytest

from casework.models import Case, FollowUp
from core.errors import HearthError, NotVisible, WrongState
from referrals.demo import World
from referrals.models import ExchangeEntry, Referral
from referrals.selectors import read_referral
from referrals.services import withdraw_referral, write_as_partner, write_as_sender
from tests.core.test_concurrency import at_once
from tests.referrals.exchanges import NO_SHOW, VALUES, accepted, second_focal_point
from tests.referrals.test_endings import referral_in

pytestmark = pytest.mark.django_db(transaction=True)


def partner_writes(
    world: World, referral: Referral, kind: str, values: dict[str, object] | None = None
) -> Callable[[], Any]:
    actor = world["focal_point"].actor
    return lambda: write_as_partner(
        actor=actor, packet_id=referral.packet.pk, kind=kind, values=values or VALUES[kind]
    )


def sender_writes(world: World, referral: Referral) -> Callable[[], Any]:
    actor = world["assigned"].actor
    return lambda: write_as_sender(
        actor=actor, referral_id=referral.pk, kind="message", values=VALUES["message"]
    )


def test_two_messages_are_both_kept_in_an_order(world: World, case: Case, share_consent: None) -> None:
    referral = accepted(world, case)
    results = at_once(partner_writes(world, referral, "message"), sender_writes(world, referral))
    assert sorted(each.seq for each in results) == [1, 2]
    exchange = read_referral(world["assigned"].actor, referral.pk).exchange
    assert exchange
    assert len(exchange.entries) == 2


def test_an_outcome_and_a_message_are_both_kept(world: World, case: Case, share_consent: None) -> None:
    referral = accepted(world, case)
    results = at_once(partner_writes(world, referral, "outcome"), sender_writes(world, referral))
    assert sorted(each.seq for each in results) == [1, 2]
    referral.refresh_from_db()
    assert referral.state == "completed"


def test_of_two_outcomes_one_completes_it(world: World, case: Case, share_consent: None) -> None:
    referral = accepted(world, case)
    colleague = second_focal_point(world).actor
    results = at_once(
        partner_writes(world, referral, "outcome"),
        lambda: write_as_partner(
            actor=colleague, packet_id=referral.packet.pk, kind="outcome", values={"outcome": "left"}
        ),
    )
    assert [type(each) for each in results if isinstance(each, HearthError)] == [WrongState]
    assert ExchangeEntry.objects.count() == 1


def test_a_no_show_and_a_message_hold_nobody_up(world: World, case: Case, share_consent: None) -> None:
    referral = accepted(world, case)
    at_once(
        partner_writes(world, referral, "arrival", NO_SHOW),
        sender_writes(world, referral),
        partner_writes(world, referral, "arrival", NO_SHOW),
    )
    assert ExchangeEntry.objects.count() == 3
    assert FollowUp.objects.filter(urgent=True).count() == 2


def test_of_taking_back_and_writing_nothing_is_written_afterwards(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "received")
    sender = world["assigned"].actor
    results = at_once(
        partner_writes(world, referral, "message"),
        lambda: withdraw_referral(actor=sender, referral_id=referral.pk),
    )
    written = ExchangeEntry.objects.count()
    assert written == sum(isinstance(each, ExchangeEntry) for each in results)
    assert {type(each) for each in results if isinstance(each, HearthError)} <= {NotVisible, WrongState}
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
