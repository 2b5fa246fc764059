"""How a referral ends whose ground has gone: by who ends it, and by how far it has come."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from casework.consents import Asking, ChildsView, GivenBy, How, Purpose
from casework.models import Case, Consent
from casework.services import record_consent, withdraw_consent
from core.access_audit import disagreements
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import AuditEvent, Notice, ServerShare
from referrals.demo import Persona, World
from referrals.handovers import HandoverAnswer
from referrals.models import Handover, Packet, Referral
from referrals.selectors import inbox_of, read_packet, read_referral
from referrals.services import (
    accept_referral,
    answer_handover,
    close_handover,
    decline_referral,
    draft_referral,
    open_packet,
    send_referral,
    withdraw_referral,
)
from tests.conftest import PERSONAS, api, sign_in
from tests.pages import text
from tests.sections import fill

ANSWER = HandoverAnswer(
    holds="Canaryholds", keeps="Canarykeeps", duty="Canaryduty", destroys="Canarydestroys"
)


def referral_in(world: World, case: Case, state: str) -> Referral:
    """A referral that has come as far as this, by the steps that lead there where there are some."""
    sender, partner = world["assigned"].actor, world["focal_point"].actor
    made = draft_referral(
        actor=sender,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=["identity.chosen_name"],
    )
    if state == "draft":
        return made
    packet_id = send_referral(actor=sender, referral_id=made.pk, again="For a sister, too.").packet.pk
    steps: dict[str, Callable[[], Any]] = {
        "received": lambda: open_packet(actor=partner, packet_id=packet_id),
        "accepted": lambda: accept_referral(actor=partner, packet_id=packet_id),
        "declined": lambda: decline_referral(actor=partner, packet_id=packet_id, reason="full"),
        "withdrawn": lambda: withdraw_referral(actor=sender, referral_id=made.pk),
    }
    if state in steps:
        steps[state]()
    elif state != "sent":  # no step leads there yet
        Referral.objects.filter(pk=made.pk).update(state=state, decided_at=timezone.now())
    return Referral.objects.get(pk=made.pk)


def withdraw(world: World, case: Case, name: str = "assigned") -> None:
    consent = Consent.objects.get(case=case, state=Consent.State.GIVEN)
    withdraw_consent(actor=world[name].actor, case_id=case.pk, consent_id=consent.pk)


def told(persona: Persona) -> list[str]:
    """But for the answers, of which test_declining.py tells."""
    rows = Notice.objects.filter(person=persona.user).exclude(what="referral_answered")
    return sorted(rows.values_list("what", flat=True))


@pytest.fixture
def handed_over(world: World, case: Case, share_consent: None) -> Packet:
    referral = referral_in(world, case, "accepted")
    withdraw(world, case)
    packet: Packet = Packet.objects.get(referral=referral)
    return packet


# --- withdrawing the consent  ----------------------------------------

# What becomes of the referral: its state afterwards, whether the packet opens, whether it is handed over.
ENDS = """
draft        withdrawn    closed  -
sent         withdrawn    closed  -
received     withdrawn    closed  -
accepted     accepted     opens   handover
in_progress  in_progress  opens   handover
completed    completed    opens   handover
declined     declined     closed  -
withdrawn    withdrawn    closed  -
expired      expired      closed  -
"""
STATES = [tuple(line.split()) for line in ENDS.strip().splitlines()]
MAY = ("assigned", "teammate", "supervisor")


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize(("state", "then", "packet", "handover"), STATES)
def test_who_withdraws_a_consent_and_what_becomes_of_a_referral(
    world: World,
    case: Case,
    share_consent: None,
    name: str,
    state: str,
    then: str,
    packet: str,
    handover: str,
) -> None:
    referral = referral_in(world, case, state)
    partner = world["focal_point"].actor
    open_before = inbox_of(partner).exists()
    if name not in MAY:
        with pytest.raises(NotVisible):
            withdraw(world, case, name)
        referral.refresh_from_db()
        assert (referral.state, inbox_of(partner).exists()) == (state, open_before)
        return
    withdraw(world, case, name)
    referral.refresh_from_db()
    assert referral.state == then
    assert inbox_of(partner).exists() == (packet == "opens")
    assert ServerShare.objects.filter(object__packet__referral=referral).exists() == (packet == "opens")
    assert Handover.objects.filter(referral=referral).exists() == (handover == "handover")
    assert list(disagreements()) == []


def test_the_table_above_is_whole() -> None:
    assert {row[0] for row in STATES} == set(Referral.State.values)


@pytest.mark.parametrize(
    ("state", "partner"),
    [("draft", []), ("sent", ["referral_taken_back"]), ("accepted", ["handover_opened"])],
)
def test_those_concerned_are_told_and_of_nothing_but_that(
    world: World, case: Case, share_consent: None, state: str, partner: list[str], mailoutbox: Any
) -> None:
    referral_in(world, case, state)
    withdraw(world, case, "teammate")
    assert told(world["focal_point"]) == partner
    assert told(world["assigned"]) == ["consent_ended"]
    assert told(world["teammate"]) == told(world["stranger"]) == []
    assert not mailoutbox  # what is sent waits for the commit, and says that something waits


def test_another_consent_that_holds_keeps_it_going(world: World, case: Case) -> None:
    actor, partner = world["assigned"].actor, world.partner_team.organisation_id

    def agree(**service: Any) -> Consent:
        return record_consent(
            actor=actor,
            case_id=case.pk,
            purpose=Purpose.SHARE,
            recipient=partner,
            given_on=date(2026, 1, 16),
            how=How.WRITTEN,
            explained="x",
            language="nep",
            **service,
        )

    narrow = agree(service=world.services[0].pk)
    referral = referral_in(world, case, "sent")
    agree()
    withdraw_consent(actor=actor, case_id=case.pk, consent_id=narrow.pk)
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_a_consent_to_one_service_ends_nothing_of_another(
    world: World, case: Case, share_consent: None
) -> None:
    actor = world["assigned"].actor
    referral = referral_in(world, case, "sent")
    withdraw(world, case)
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    consents = {
        service.pk: record_consent(
            actor=actor,
            case_id=case.pk,
            purpose=Purpose.SHARE,
            recipient=world.partner_team.organisation_id,
            service=service.pk,
            given_on=date(2026, 1, 16),
            how=How.WRITTEN,
            explained="x",
            language="nep",
        )
        for service in world.services
    }
    referral = referral_in(world, case, "sent")
    withdraw_consent(actor=actor, case_id=case.pk, consent_id=consents[world.services[1].pk].pk)
    referral.refresh_from_db()
    assert referral.state == "sent"


def test_a_guardian_whom_the_case_comes_to_distrust_ends_what_rested_on_their_word(
    world: World, case: Case
) -> None:
    actor = world["assigned"].actor
    fill(actor, case, "child_protection", treated_as_child="yes", guardian="Aunt", guardian_in_conflict="no")
    record_consent(
        actor=actor,
        case_id=case.pk,
        purpose=Purpose.SHARE,
        recipient=world.partner_team.organisation_id,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="x",
        language="nep",
        asking=Asking(given_by=GivenBy.BOTH, childs_view=ChildsView.AGREES),
    )
    referral = referral_in(world, case, "received")
    fill(world["teammate"].actor, case, "child_protection", guardian_in_conflict="yes")
    referral.refresh_from_db()
    assert referral.state == "withdrawn"
    assert not inbox_of(world["focal_point"].actor).exists()


# --- handing over  ----------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_the_partner_alone_answers_and_the_sender_alone_closes(
    world: World, handed_over: Packet, name: str
) -> None:
    actor = world[name].actor
    if name == "focal_point":
        answer_handover(actor=actor, packet_id=handed_over.pk, answer=ANSWER)
    else:
        with pytest.raises((NotVisible, NotAllowed)):
            answer_handover(actor=actor, packet_id=handed_over.pk, answer=ANSWER)
    if name in MAY:
        close_handover(actor=actor, referral_id=handed_over.referral_id, note="Agreed.")
    else:
        with pytest.raises((NotVisible, NotAllowed)):
            close_handover(actor=actor, referral_id=handed_over.referral_id, note="Agreed.")


def test_the_answer_is_read_by_both_and_after_closing_by_the_sender_alone(
    world: World, handed_over: Packet
) -> None:
    sender, partner = world["assigned"].actor, world["focal_point"].actor
    answer_handover(actor=partner, packet_id=handed_over.pk, answer=ANSWER)
    assert told(world["assigned"]) == ["handover_answered"]
    for handover in (
        read_packet(partner, handed_over.pk)[1].handover,
        read_referral(sender, handed_over.referral_id).handover,
    ):
        assert handover is not None
        assert (handover.answer, handover.open) == (ANSWER, True)
    close_handover(actor=sender, referral_id=handed_over.referral_id, note="Canaryclosing")
    document = read_referral(sender, handed_over.referral_id)
    assert document.packet is None
    assert document.handover is not None
    assert (document.handover.answer, document.handover.note) == (ANSWER, "Canaryclosing")
    with pytest.raises(NotVisible):
        read_packet(partner, handed_over.pk)
    assert not ServerShare.objects.filter(object=handed_over.pk).exists()
    assert "handover_closed" in told(world["focal_point"])


def test_nothing_of_it_stands_in_clear(world: World, handed_over: Packet) -> None:
    answer_handover(actor=world["focal_point"].actor, packet_id=handed_over.pk, answer=ANSWER)
    open_row = str(Handover.objects.values_list().get())
    close_handover(actor=world["assigned"].actor, referral_id=handed_over.referral_id, note="Canaryclosing")
    stored = open_row + str(Handover.objects.values_list().get())
    stored += str(list(AuditEvent.objects.values_list("codes")))
    assert "Canary" not in stored


@pytest.mark.parametrize(
    ("answer", "at"),
    [(HandoverAnswer(), "holds"), (HandoverAnswer(holds="Files", keeps="Files"), "duty")],
)
def test_what_is_kept_names_the_duty_that_keeps_it(
    world: World, handed_over: Packet, answer: HandoverAnswer, at: str
) -> None:
    with pytest.raises(Invalid) as caught:
        answer_handover(actor=world["focal_point"].actor, packet_id=handed_over.pk, answer=answer)
    assert set(caught.value.fields) == {at}


def test_without_an_answer_the_sender_says_what_was_agreed(world: World, handed_over: Packet) -> None:
    actor = world["assigned"].actor
    with pytest.raises(Invalid) as caught:
        close_handover(actor=actor, referral_id=handed_over.referral_id)
    assert set(caught.value.fields) == {"note"}
    close_handover(actor=actor, referral_id=handed_over.referral_id, note="By telephone.")
    with pytest.raises(WrongState):
        close_handover(actor=actor, referral_id=handed_over.referral_id, note="Again.")
    with pytest.raises(NotVisible):
        answer_handover(actor=world["focal_point"].actor, packet_id=handed_over.pk, answer=ANSWER)


def test_while_consent_holds_there_is_nothing_to_hand_over(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "accepted")
    tries: list[Callable[[], Any]] = [
        lambda: close_handover(actor=world["assigned"].actor, referral_id=referral.pk, note="x"),
        lambda: answer_handover(
            actor=world["focal_point"].actor, packet_id=referral.packet.pk, answer=ANSWER
        ),
    ]
    for each in tries:
        with pytest.raises(WrongState):
            each()


def test_it_is_handed_over_in_the_browser(world: World, handed_over: Packet) -> None:
    partner, sender = sign_in(world["focal_point"]), sign_in(world["assigned"])
    assert "To be ended" in text(partner.get("/inbox/"))
    packet = f"/inbox/{handed_over.pk}/"
    assert "agree with the sender how this ends" in text(partner.get(packet))
    assert partner.post(f"{packet}handover/", {"holds": ""}).status_code == 400
    sent = {"holds": "Canaryholds", "keeps": "", "duty": "", "destroys": "All"}
    assert "The sender sees what you have said" in text(partner.post(f"{packet}handover/", sent, follow=True))
    referral = f"/referrals/{handed_over.referral_id}/"
    assert "The partner has said" in text(sender.get(referral))
    assert "Canaryholds" in text(sender.get(f"{referral}handover/"))
    page = text(sender.post(f"{referral}handover/", {"note": ""}, follow=True))
    assert "How it was handed over" in page
    assert "Canaryholds" in page
    assert sender.get(f"{referral}handover/").status_code == 409
    assert partner.get(packet).status_code == 404


def test_it_is_handed_over_through_the_api(world: World, handed_over: Packet) -> None:
    path = f"/api/v1/referrals/{handed_over.referral_id}/handover/"
    answered = api(world["focal_point"]).post(f"{path}answer/", {"holds": "Files"}, format="json")
    assert answered.json()["holds"] == "Files"
    closed = api(world["assigned"]).post(f"{path}close/", {"note": "Agreed"}, format="json").json()
    assert (closed["holds"], closed["note"], bool(closed["closed_at"])) == ("Files", "Agreed", True)
    read = api(world["assigned"]).get(f"/api/v1/referrals/{handed_over.referral_id}/").json()
    assert read["handover"] == closed


def test_a_closed_referral_stays_closed_when_something_ends_again(world: World, handed_over: Packet) -> None:
    case = handed_over.referral.case
    close_handover(actor=world["assigned"].actor, referral_id=handed_over.referral_id, note="x")
    record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        purpose=Purpose.SHARE,
        recipient=world.partner_team.organisation_id,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="x",
        language="nep",
    )
    withdraw(world, case)
    assert Handover.objects.get().closed_at is not None
