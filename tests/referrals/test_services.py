"""Referrals: only with consent, only what was chosen, only to the partner."""

from typing import Any
from uuid import uuid4

import pytest

from casework.models import Case, Consent
from casework.services import save_section, withdraw_consent
from core.access import open_object
from core.errors import Invalid, NotAllowed, NotVisible, Refused, Tampered, WrongState
from core.models import AuditEvent, Grant, Kind, SealedObject, ServerShare, Team
from referrals.demo import World
from referrals.models import Packet, Referral, Service
from referrals.selectors import inbox_of, read_packet, read_referral, referrals_of, services_for
from referrals.services import (
    accept_referral,
    decline_referral,
    draft_referral,
    open_packet,
    send_referral,
    withdraw_referral,
)

FIELDS = ["identity.chosen_name", "contact_and_safety.phone"]
OUTSIDERS = ("stranger", "focal_point", "advocate", "administrator")


def drafted(world: World, case: Case, name: str = "assigned", **given: Any) -> Referral:
    values: dict[str, Any] = {"service_id": world.services[0].pk, "fields": FIELDS, "note": "Canarynote"}
    return draft_referral(actor=world[name].actor, case_id=case.pk, **(values | given))


def never_shared(case: Case) -> str:
    from casework.record.sections import SECTIONS

    return next(f"{s.name}.{f.name}" for s in SECTIONS for f in s.fields if not f.shareable)


@pytest.fixture
def draft(world: World, case: Case, share_consent: None) -> Referral:
    return drafted(world, case)


@pytest.fixture
def sent(world: World, draft: Referral) -> Referral:
    return send_referral(actor=world["assigned"].actor, referral_id=draft.pk)


@pytest.fixture
def packet(sent: Referral) -> Packet:
    return Packet.objects.get(referral=sent)


# --- drafting  ----------------------------------------


def test_a_draft_leaves_the_case_nowhere(world: World, draft: Referral) -> None:
    assert draft.state == "draft"
    assert not Packet.objects.exists()
    assert not inbox_of(world["focal_point"].actor).exists()
    document = read_referral(world["teammate"].actor, draft.pk)
    assert (document.fields, document.note, document.packet) == (FIELDS, "Canarynote", None)
    assert b"chosen_name" not in bytes(draft.sealed_draft)
    assert b"Canarynote" not in bytes(draft.sealed_draft)


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"fields": []}, "fields"),
        ({"fields": ["identity.no_such"]}, "identity.no_such"),
        ({"fields": ["nothing"]}, "nothing"),
        ({"fields": ["identity.family_name"]}, "identity.family_name"),
        ({"service_id": uuid4()}, "service"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_a_draft_of_what_is_not_there_is_refused(world: World, case: Case, given: Any, at: str) -> None:
    with pytest.raises(Invalid) as caught:
        drafted(world, case, **given)
    assert at in caught.value.fields
    assert not Referral.objects.exists()


def test_what_never_leaves_the_case_is_refused(world: World, case: Case) -> None:
    with pytest.raises(Invalid) as caught:
        drafted(world, case, fields=[never_shared(case)])
    assert set(caught.value.fields) == {never_shared(case)}


def test_a_service_that_is_closed_or_ones_own_is_refused(world: World, case: Case) -> None:
    Service.objects.filter(pk=world.services[0].pk).update(active=False)
    own = Service.objects.create(
        organisation=world.team.organisation, team=world.team, name="Shelter", type=world.services[0].type
    )
    for service in (world.services[0], own):
        with pytest.raises(Invalid):
            drafted(world, case, service_id=service.pk)
        assert service not in services_for(world["assigned"].actor.team_ids)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_drafts_sends_reads_or_withdraws(world: World, draft: Referral, name: str) -> None:
    actor = world[name].actor
    tries: list[Any] = [
        lambda: drafted(world, draft.case, name),
        lambda: send_referral(actor=actor, referral_id=draft.pk),
        lambda: withdraw_referral(actor=actor, referral_id=draft.pk),
        lambda: read_referral(actor, draft.pk),
        lambda: send_referral(actor=actor, referral_id=uuid4()),
    ]
    for each in tries:
        with pytest.raises(NotVisible):
            each()
    assert not referrals_of(actor).exists()
    draft.refresh_from_db()
    assert draft.state == "draft"


# --- sending  ----------------------------------------


def test_without_a_consent_for_this_partner_nothing_is_sent(world: World, case: Case) -> None:
    draft = drafted(world, case)
    with pytest.raises(Refused) as caught:
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)
    assert world.partner_team.organisation.name in str(caught.value.message)
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not SealedObject.objects.filter(kind=Kind.PACKET).exists()
    assert not AuditEvent.objects.filter(action="referral.sent").exists()


def test_a_consent_for_another_partner_does_not_do(world: World, draft: Referral) -> None:
    other = Service.objects.create(
        organisation=world.other_team.organisation,
        team=world.other_team,
        name="Shelter",
        type=world.services[0].type,
    )
    elsewhere = drafted(world, draft.case, service_id=other.pk)
    with pytest.raises(Refused):
        send_referral(actor=world["assigned"].actor, referral_id=elsewhere.pk)


def test_a_withdrawn_consent_does_not_do(world: World, case: Case, share_consent: None) -> None:
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=Consent.objects.get().pk)
    draft = drafted(world, case)
    with pytest.raises(Refused):
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)


def test_the_partner_reads_what_was_chosen_and_nothing_else(world: World, packet: Packet) -> None:
    [listed] = inbox_of(world["focal_point"].actor)
    assert listed == packet
    _packet, document = read_packet(world["focal_point"].actor, packet.pk)
    assert document.fields == {
        "identity": {"chosen_name": "Linnet"},
        "contact_and_safety": {"phone": "+39 333 5550147"},
    }
    assert document.note == "Canarynote"


def test_the_packet_says_what_the_case_says_when_it_is_sent(world: World, draft: Referral) -> None:
    save_section(
        actor=world["assigned"].actor,
        case_id=draft.case_id,
        section="identity",
        values={"chosen_name": "Siskin"},
        base_version=1,
    )
    send_referral(actor=world["assigned"].actor, referral_id=draft.pk)
    packet = Packet.objects.get()
    assert read_packet(world["focal_point"].actor, packet.pk)[1].fields["identity"] == {
        "chosen_name": "Siskin"
    }


def test_a_field_that_became_empty_stops_the_sending(world: World, draft: Referral) -> None:
    save_section(
        actor=world["assigned"].actor,
        case_id=draft.case_id,
        section="identity",
        values={"given_name": "X"},
        base_version=1,
    )
    with pytest.raises(Invalid) as caught:
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)
    assert set(caught.value.fields) == {"identity.chosen_name"}
    assert not Packet.objects.exists()


def test_it_is_sent_once(world: World, sent: Referral) -> None:
    with pytest.raises(WrongState):
        send_referral(actor=world["assigned"].actor, referral_id=sent.pk)
    assert Packet.objects.count() == 1


def test_the_partner_has_no_way_to_the_case_nor_the_sender_a_grant_on_the_packet(
    world: World, packet: Packet
) -> None:
    with pytest.raises(NotVisible):
        open_object(world["focal_point"].actor, packet.referral.case_id, Kind.CASE)
    with pytest.raises(NotVisible):
        open_object(world["assigned"].actor, packet.pk, Kind.PACKET)
    assert [grant.team for grant in Grant.objects.filter(object=packet.pk)] == [world.partner_team]


def test_the_sender_reads_what_was_sent_and_what_was_answered(world: World, packet: Packet) -> None:
    decline_referral(
        actor=world["focal_point"].actor, packet_id=packet.pk, reason="language", note="No interpreter."
    )
    document = read_referral(world["teammate"].actor, packet.referral_id)
    assert document.packet
    assert document.packet.fields["identity"] == {"chosen_name": "Linnet"}
    assert (document.packet.reason, document.packet.answer) == ("language", "No interpreter.")


# --- the partner  ----------------------------------------


@pytest.mark.parametrize(
    "name", ["assigned", "teammate", "supervisor", "stranger", "advocate", "administrator"]
)
def test_only_the_partner_opens_and_answers(world: World, packet: Packet, name: str) -> None:
    actor = world[name].actor
    tries: list[Any] = [
        lambda: open_packet(actor=actor, packet_id=packet.pk),
        lambda: accept_referral(actor=actor, packet_id=packet.pk),
        lambda: decline_referral(actor=actor, packet_id=packet.pk, reason="full"),
    ]
    for each in tries:
        with pytest.raises((NotVisible, NotAllowed)):
            each()
    assert not inbox_of(actor).exists()
    packet.referral.refresh_from_db()
    assert packet.referral.state == "sent"


def test_opening_tells_the_sender_that_it_was_received(world: World, packet: Packet) -> None:
    read_packet(world["focal_point"].actor, packet.pk)
    read_packet(world["focal_point"].actor, packet.pk)
    packet.referral.refresh_from_db()
    assert packet.referral.state == "received"
    assert AuditEvent.objects.filter(action="packet.read", object=packet.pk).count() == 2


def test_it_is_answered_once(world: World, packet: Packet) -> None:
    partner = world["focal_point"].actor
    accept_referral(actor=partner, packet_id=packet.pk, note=" Welcome. ")
    for again in (
        lambda: accept_referral(actor=partner, packet_id=packet.pk),
        lambda: decline_referral(actor=partner, packet_id=packet.pk, reason="full"),
        lambda: withdraw_referral(actor=world["assigned"].actor, referral_id=packet.referral_id),
    ):
        with pytest.raises(WrongState):
            again()
    assert read_packet(partner, packet.pk)[1].answer == "Welcome."


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "no"}, "reason"),
        ({"reason": "full", "note": "x" * 2001}, "note"),
    ],
)
def test_a_decline_needs_a_reason_from_the_list(world: World, packet: Packet, given: Any, at: str) -> None:
    with pytest.raises(Invalid) as caught:
        decline_referral(actor=world["focal_point"].actor, packet_id=packet.pk, **given)
    assert set(caught.value.fields) == {at}
    packet.referral.refresh_from_db()
    assert packet.referral.state == "sent"


# --- taking it back  ----------------------------------------


def nobody_reads(world: World, packet: Packet) -> bool:
    with pytest.raises(NotVisible):
        read_packet(world["focal_point"].actor, packet.pk)
    assert not inbox_of(world["focal_point"].actor).exists()
    assert read_referral(world["assigned"].actor, packet.referral_id).packet is None
    return not ServerShare.objects.filter(object=packet.pk).exists()


@pytest.mark.parametrize("opened", [False, True])
def test_a_withdrawn_referral_is_closed_to_the_partner_at_once(
    world: World, packet: Packet, opened: bool
) -> None:
    if opened:
        read_packet(world["focal_point"].actor, packet.pk)
    withdraw_referral(actor=world["teammate"].actor, referral_id=packet.referral_id)
    assert nobody_reads(world, packet)


def test_withdrawing_the_consent_stops_what_was_not_accepted(world: World, packet: Packet) -> None:
    draft = drafted(world, packet.referral.case)
    withdraw_consent(
        actor=world["assigned"].actor,
        case_id=packet.referral.case_id,
        consent_id=Consent.objects.get().pk,
    )
    assert nobody_reads(world, packet)
    assert set(Referral.objects.values_list("state", flat=True)) == {"withdrawn"}
    with pytest.raises(WrongState):
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)


def test_and_leaves_what_was_accepted_and_what_went_to_others(world: World, packet: Packet) -> None:
    accept_referral(actor=world["focal_point"].actor, packet_id=packet.pk)
    other = Service.objects.create(
        organisation=world.other_team.organisation,
        team=world.other_team,
        name="Shelter",
        type=world.services[0].type,
    )
    elsewhere = drafted(world, packet.referral.case, service_id=other.pk)
    withdraw_consent(
        actor=world["assigned"].actor,
        case_id=packet.referral.case_id,
        consent_id=Consent.objects.get().pk,
    )
    elsewhere.refresh_from_db()
    assert elsewhere.state == "draft"
    assert read_packet(world["focal_point"].actor, packet.pk)[1].note == "Canarynote"


# --- rows that were changed  ----------------------------------------


def test_a_packet_in_the_place_of_another_is_noticed(world: World, packet: Packet) -> None:
    another = drafted(world, packet.referral.case)
    second = send_referral(actor=world["assigned"].actor, referral_id=another.pk, again="x")
    Packet.objects.filter(pk=packet.pk).update(sealed=Packet.objects.get(referral=second).sealed)
    with pytest.raises(Tampered):
        read_packet(world["focal_point"].actor, packet.pk)
    with pytest.raises(Tampered):
        read_referral(world["assigned"].actor, packet.referral_id)


def test_a_team_that_slips_into_the_partners_place_gets_nothing(world: World, draft: Referral) -> None:
    """Whoever writes to the database turns the service to the own team, and the team to the consented partner."""
    Service.objects.filter(pk=draft.service_id).update(team=world.other_team)
    Team.objects.filter(pk=world.other_team.pk).update(
        organisation=world.partner_team.organisation, name="Another"
    )
    with pytest.raises(Tampered):
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)
    assert not Packet.objects.exists()
