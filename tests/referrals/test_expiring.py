"""What ends by its date: a consent that runs out, and a referral that nobody answers."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.consents import Asking, How, Purpose
from casework.models import Case, Consent
from casework.services import record_consent, withdraw_consent
from core.errors import WrongState
from core.models import AuditEvent, ServerShare
from referrals.demo import World
from referrals.models import Handover, Packet, Referral
from referrals.selectors import inbox_of
from referrals.services import accept_referral, decline_referral, end_what_is_over
from referrals.services import expiring as expiring_module
from referrals.taxonomy import ServiceType, answer_within
from tests.referrals.test_endings import referral_in, told

TODAY = timezone.localdate()
SOON = TODAY + timedelta(days=3)


def consent(world: World, case: Case, until: date | None, **others: Any) -> Consent:
    return record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        **{
            "purpose": Purpose.SHARE,
            "recipient": world.partner_team.organisation_id,
            "given_on": TODAY,
            "expires_on": until,
            "how": How.ORAL,
            "explained": "What is shared, with whom and why.",
            "language": "nep",
            "asking": Asking(witness="Somebody"),
            **others,
        },
    )


@pytest.fixture
def in_days(monkeypatch: pytest.MonkeyPatch) -> Any:
    now = timezone.now()

    def move(days: float) -> datetime:
        later = now + timedelta(days=days)
        monkeypatch.setattr(timezone, "now", lambda: later)
        return later

    return move


@pytest.mark.parametrize(
    ("state", "then", "opens"),
    [
        ("sent", "withdrawn", False),
        ("received", "withdrawn", False),
        ("declined", "declined", False),
        ("accepted", "accepted", True),
    ],
)
def test_the_day_after_a_consents_last_one_what_rested_on_it_ends(
    world: World, case: Case, in_days: Any, state: str, then: str, opens: bool
) -> None:
    consent(world, case, SOON)
    referral = referral_in(world, case, state)
    assert referral.ends_on == SOON
    in_days(3)
    assert end_what_is_over() == 0
    in_days(4)
    assert end_what_is_over() == 1
    assert end_what_is_over() == 0
    referral.refresh_from_db()
    assert referral.state == then
    packet = Packet.objects.get(referral=referral)
    assert ServerShare.objects.filter(object=packet.pk).exists() == opens
    assert Handover.objects.filter(referral=referral).exists() == opens
    assert told(world["assigned"]).count("referral_consent_ran_out") == 1


@pytest.mark.parametrize("until", [None, SOON + timedelta(days=30)])
def test_a_consent_renewed_in_time_lets_it_go_on(
    world: World, case: Case, in_days: Any, until: date | None
) -> None:
    consent(world, case, SOON)
    referral = referral_in(world, case, "accepted")
    consent(world, case, until)
    referral.refresh_from_db()
    assert referral.ends_on == until
    in_days(4)
    assert end_what_is_over() == 0


@pytest.mark.parametrize("until", [SOON, SOON - timedelta(days=1)])
def test_a_consent_that_lasts_no_longer_renews_nothing(world: World, case: Case, until: date) -> None:
    consent(world, case, SOON)
    with pytest.raises(WrongState):
        consent(world, case, until)


def test_a_consent_to_another_service_lets_nothing_go_on(world: World, case: Case, in_days: Any) -> None:
    consent(world, case, SOON, service=world.services[0].pk)
    referral = referral_in(world, case, "accepted")
    consent(world, case, None, service=world.services[1].pk)
    in_days(4)
    assert end_what_is_over() == 1
    assert Handover.objects.filter(referral=referral).exists()


@pytest.mark.parametrize("which", [0, 1])
def test_withdrawing_one_ends_both(world: World, case: Case, which: int) -> None:
    given = [consent(world, case, SOON), consent(world, case, None)]
    referral = referral_in(world, case, "accepted")
    assert referral.ends_on is None
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=given[which].pk)
    assert Handover.objects.filter(referral=referral).count() == 1


# --- silence  ----------------------------------------


@pytest.mark.parametrize("state", ["sent", "received"])
def test_what_nobody_answers_expires_and_its_packet_is_closed_for_good(
    world: World, case: Case, share_consent: None, in_days: Any, state: str
) -> None:
    referral = referral_in(world, case, state)
    in_days(6.99)
    assert end_what_is_over() == 0
    in_days(7.01)
    assert end_what_is_over() == 1
    assert end_what_is_over() == 0
    referral.refresh_from_db()
    assert (referral.state, referral.sealed_share) == ("expired", None)
    assert not ServerShare.objects.filter(object=Packet.objects.get(referral=referral).pk).exists()
    assert not inbox_of(world["focal_point"].actor).exists()
    assert "referral_expired" in told(world["assigned"])
    assert "referral_taken_back" in told(world["focal_point"])
    assert AuditEvent.objects.filter(action="referral.expired", actor=None).count() == 1


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_what_was_answered_does_not_expire(
    world: World, case: Case, share_consent: None, in_days: Any, answer: str
) -> None:
    packet = Packet.objects.get(referral=referral_in(world, case, "received"))
    actor = world["focal_point"].actor
    if answer == "accept":
        accept_referral(actor=actor, packet_id=packet.pk)
    else:
        decline_referral(actor=actor, packet_id=packet.pk, reason="full")
    in_days(8)
    assert end_what_is_over() == 0


def test_a_shelter_tonight_is_not_waited_for_a_week() -> None:
    assert answer_within(ServiceType.SHELTER_EMERGENCY) == timedelta(hours=24)
    assert answer_within(ServiceType.LEGAL_ADVICE) == timedelta(days=7)


def test_one_that_cannot_be_ended_holds_up_no_other(
    world: World, case: Case, share_consent: None, in_days: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (referral_in(world, case, "sent") for _each in range(2))
    close = expiring_module.close_packet

    def fail_once(referral: Referral, *others: Any) -> None:
        if referral.pk == first.pk:
            raise OSError("Canaryname")
        close(referral, *others)

    in_days(8)
    monkeypatch.setattr(expiring_module, "close_packet", fail_once)
    assert end_what_is_over() == 1
    states = dict(Referral.objects.values_list("pk", "state"))
    assert states == {first.pk: "sent", second.pk: "expired"}
    monkeypatch.undo()
    in_days(8)
    assert end_what_is_over() == 1
