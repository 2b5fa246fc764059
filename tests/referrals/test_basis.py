"""On what a referral may be sent: a legal ground without consent, the gates of a child, and who is kept out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.approvals import Subject
from casework.children import Gate, GateClosed
from casework.consents import How, Purpose
from casework.models import Approval, Case
from casework.services import record_consent, withdraw_consent
from casework.services.approvals import approve, refuse
from casework.services.exceptions import claim_exception
from core.errors import NotVisible, Refused
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Notice, ServerShare
from referrals.demo import Persona, World
from referrals.gates import GATES
from referrals.models import Handover, Packet, Referral, Service
from referrals.selectors import inbox_of, read_packet
from referrals.services import (
    accept_referral,
    draft_referral,
    end_what_is_over,
    send_referral,
    withdraw_referral,
)
from referrals.tasks import end_overdue
from referrals.taxonomy import ServiceType
from tests.conftest import api, sign_in
from tests.pages import text
from tests.sections import fill


def claim(world: World, case: Case, **given: Any) -> Approval:
    values: dict[str, Any] = {
        "basis": Subject.IMMINENT_HARM,
        "recipient": world.partner_team.organisation_id,
        "what": "The name",
        "reason": "He is at the door.",
    }
    return claim_exception(actor=world["assigned"].actor, case_id=case.pk, **(values | given))


def drafted(world: World, case: Case, service: Service | None = None) -> Referral:
    return draft_referral(
        actor=world["assigned"].actor,
        case_id=case.pk,
        service_id=(service or world.services[0]).pk,
        fields=["identity.chosen_name"],
    )


def sent(world: World, case: Case, service: Service | None = None) -> Packet:
    referral = drafted(world, case, service)
    return send_referral(actor=world["assigned"].actor, referral_id=referral.pk).packet


def decide(world: World, case: Case, row: Approval, verb: Any, **note: str) -> None:
    verb(actor=world["supervisor"].actor, case_id=case.pk, approval_id=row.pk, **note)


def a_day_later(monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(hours=24, minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)


# --- without consent  ----------------------------------------


def test_under_imminent_harm_it_is_sent_at_once_and_the_partner_reads_the_ground(
    world: World, case: Case
) -> None:
    row = claim(world, case)
    packet = sent(world, case)
    assert packet.referral.exception == row
    document = read_packet(world["focal_point"].actor, packet.pk)[1]
    assert document.basis == "imminent_harm"
    assert "Imminent serious harm" in text(sign_in(world["focal_point"]).get(f"/inbox/{packet.pk}/"))
    [event] = AuditEvent.objects.filter(action="referral.sent")
    assert event.codes["basis"] == "imminent_harm"


@pytest.mark.parametrize("ground", [Subject.CHILD_PROTECTION, Subject.COURT_ORDER])
def test_on_another_ground_only_after_a_second_person(
    world: World, case: Case, ground: Approval.Subject
) -> None:
    row = claim(world, case, basis=ground, reference="Canaryorder")
    referral = drafted(world, case)
    with pytest.raises(Refused):
        send_referral(actor=world["assigned"].actor, referral_id=referral.pk)
    decide(world, case, row, approve)
    packet = send_referral(actor=world["assigned"].actor, referral_id=referral.pk).packet
    document = read_packet(world["focal_point"].actor, packet.pk)[1]
    assert (document.basis, document.reference) == (ground, "Canaryorder")


def test_with_consent_nobody_rests_on_an_exception(world: World, case: Case, share_consent: None) -> None:
    claim(world, case)
    packet = sent(world, case)
    assert packet.referral.exception is None
    assert read_packet(world["focal_point"].actor, packet.pk)[1].basis == "consent"


def test_an_exception_carries_one_referral_and_after_its_withdrawal_another(world: World, case: Case) -> None:
    claim(world, case)
    first = sent(world, case)
    again = drafted(world, case)
    actor = world["assigned"].actor
    with pytest.raises(Refused):
        send_referral(actor=actor, referral_id=again.pk)
    withdraw_referral(actor=actor, referral_id=first.referral_id)
    assert send_referral(actor=actor, referral_id=again.pk).state == "sent"


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("how", ["refused", "overdue", "approved too late"])
def test_a_refusal_or_none_in_time_ends_what_was_sent(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch, how: str, accepted: bool
) -> None:
    row = claim(world, case)
    packet = sent(world, case)
    if accepted:
        accept_referral(actor=world["focal_point"].actor, packet_id=packet.pk)
    if how == "refused":
        decide(world, case, row, refuse, note="No.")
    else:
        a_day_later(monkeypatch)
        if how == "approved too late":
            decide(world, case, row, approve)
        end_overdue()
        assert end_what_is_over() == 0
        assert Notice.objects.filter(person=world["assigned"].user, what="exception_overdue").count() == 1
    packet.referral.refresh_from_db()
    assert packet.referral.state == ("accepted" if accepted else "withdrawn")
    assert Handover.objects.filter(referral=packet.referral).exists() == accepted
    assert ServerShare.objects.filter(object=packet.pk).exists() == accepted


def test_what_was_approved_in_time_goes_on(world: World, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    row = claim(world, case)
    packet = sent(world, case)
    decide(world, case, row, approve)
    a_day_later(monkeypatch)
    assert end_what_is_over() == 0
    assert read_packet(world["focal_point"].actor, packet.pk)[1].basis == "imminent_harm"


def test_the_page_of_a_draft_leads_to_the_consent_or_to_the_legal_ground(
    world: World, assigned: Persona, case: Case
) -> None:
    referral = drafted(world, case)
    browser = sign_in(assigned)
    page = text(browser.get(f"/referrals/{referral.pk}/"))
    assert "Record the consent" in page
    assert f"/cases/{case.pk}/exceptions/new/?recipient={world.partner_team.organisation_id}" in page
    claim(world, case)
    page = text(browser.get(f"/referrals/{referral.pk}/"))
    assert "This is shared without consent" in page
    assert "Imminent serious harm" in page


# --- a child's gates  ----------------------------------------


def test_each_gate_stands_before_a_service() -> None:
    assert set(GATES.values()) == set(Gate)
    assert set(GATES) < set(ServiceType.values)


@pytest.fixture
def tracing(world: World) -> Service:
    return Service.objects.create(
        organisation=world.partner_team.organisation,
        team=world.partner_team,
        name="Tracing",
        type=ServiceType.FAMILY_TRACING,
    )


def test_a_child_is_not_referred_before_the_record_says_what_it_must(
    world: World, assigned: Persona, case: Case, tracing: Service, share_consent: None
) -> None:
    fill(assigned.actor, case, "child_protection", treated_as_child="yes")
    with pytest.raises(GateClosed):
        drafted(world, case, tracing)
    assert not Referral.objects.exists()
    assert drafted(world, case).state == "draft"
    browser = sign_in(assigned)
    form = {"service": str(tracing.pk), "fields": ["identity.chosen_name"], "note": ""}
    refused = browser.post(f"/cases/{case.pk}/referrals/new/", form)
    assert refused.status_code == 409
    assert "who the guardian is" in text(refused)
    assert f"/cases/{case.pk}/sections/child_protection/" in text(refused)
    sent = {"case": str(case.pk), "service": str(tracing.pk), "fields": ["identity.chosen_name"]}
    answer = api(assigned).post("/api/v1/referrals/", sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    assert "who the guardian is" in answer.json()["detail"]


def test_a_gate_that_closed_since_the_draft_stops_the_sending(
    world: World, assigned: Persona, case: Case, tracing: Service, share_consent: None
) -> None:
    referral = drafted(world, case, tracing)
    fill(assigned.actor, case, "child_protection", treated_as_child="yes")
    claim(world, case)
    with pytest.raises(GateClosed):
        send_referral(actor=assigned.actor, referral_id=referral.pk)
    page = text(sign_in(assigned).get(f"/referrals/{referral.pk}/"))
    assert "who the guardian is" in page
    assert f"/referrals/{referral.pk}/send/" not in page
    assert not Packet.objects.exists()


# --- who is kept out  ----------------------------------------


def test_a_partner_that_is_kept_out_gets_neither_a_draft_nor_a_packet(
    world: World, assigned: Persona, case: Case, share_consent: None
) -> None:
    referral = drafted(world, case)
    keep_out(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, whom=world.partner_team.organisation)
    tries: list[Callable[[], Referral]] = [
        lambda: drafted(world, case),
        lambda: send_referral(actor=assigned.actor, referral_id=referral.pk),
    ]
    for each in tries:
        with pytest.raises(Refused) as caught:
            each()
        assert str(caught.value.message) == "This can't be shared with them."
    assert not Packet.objects.exists()


def test_a_focal_point_who_is_kept_out_of_the_case_is_kept_out_of_the_packet(
    world: World, assigned: Persona, case: Case, share_consent: None
) -> None:
    keep_out(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, whom=world["focal_point"].user)
    packet = sent(world, case)
    with pytest.raises(NotVisible):
        read_packet(world["focal_point"].actor, packet.pk)
    assert not inbox_of(world["focal_point"].actor).exists()
    withdraw_referral(actor=assigned.actor, referral_id=packet.referral_id)
    assert not Notice.objects.filter(person=world["focal_point"].user).exists()


def test_once_its_exception_is_refused_it_rests_on_consent_and_ends_with_it(world: World, case: Case) -> None:
    row, packet = claim(world, case), sent(world, case)
    consent = record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        purpose=Purpose.SHARE,
        recipient=world.partner_team.organisation_id,
        given_on=timezone.localdate(),
        how=How.WRITTEN,
        explained="x",
        language="nep",
    )
    decide(world, case, row, refuse, note="No.")
    packet.referral.refresh_from_db()
    assert packet.referral.state == "sent"
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=consent.pk)
    packet.referral.refresh_from_db()
    assert packet.referral.state == "withdrawn"
    assert not ServerShare.objects.filter(object=packet.pk).exists()
