"""What a review found: each test failed before."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from casework.approvals import Subject
from casework.children import GateClosed
from casework.models import Case
from casework.services.approvals import approve
from core import crypto
from core.errors import Invalid, NotVisible, WrongState
from core.models import AuditEvent, Notice
from referrals.demo import World
from referrals.gates import missing_of
from referrals.hsds import linking
from referrals.models import Disclosure, Handover, OneTimePacket, PlaceRequest, Referral, Service
from referrals.places import asks_to, held_for, requests_of
from referrals.selectors import read_packet
from referrals.service_facts import ServiceFacts
from referrals.services import (
    close_service,
    end_place_request,
    end_places_in_time,
    end_what_is_over,
    hold_place,
    offer_service,
    send_referral,
)
from referrals.services import places as places_module
from referrals.services.directory import write_facts
from referrals.services.other_ways import hand_out_file, record_answer
from referrals.taxonomy import ServiceType
from tests.casework.test_keeping_out import keep_out, whom
from tests.conftest import sign_in
from tests.referrals.directories import bring_in, located, organization, service, typed, write
from tests.referrals.test_basis import claim, decide
from tests.referrals.test_endings import referral_in, told, withdraw
from tests.referrals.test_expiring import in_days  # noqa: F401  a fixture
from tests.referrals.test_one_time import posts
from tests.referrals.test_other_ways import _is_a_child, record
from tests.referrals.test_places import NEED, ask, asks, shelters, wanted  # noqa: F401  a fixture
from tests.referrals.test_updating import updated
from tests.referrals.ways import allow, by_link, clinic, draft, keys
from tests.sections import fill


@pytest.fixture(autouse=True)
def _few_rounds(settings: Any) -> None:
    settings.LINK_ROUNDS = 1_000


def answered(world: World, sent: Any, answer: str, **others: str) -> Referral:
    return record_answer(actor=world["assigned"].actor, referral_id=sent.referral.pk, answer=answer, **others)


# --- links  ----------------------------------------


def test_a_link_whose_partner_said_yes_by_phone_and_never_opened_it_ends_too(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
) -> None:
    sent = by_link(world, case)
    answered(world, sent, "accepted")
    in_days(8)
    assert (end_what_is_over(), end_what_is_over()) == (1, 0)
    assert OneTimePacket.objects.get(pk=sent.packet_id).sealed is None


@pytest.mark.parametrize("end", ["consent", "kept out"])
def test_a_link_whose_partner_said_yes_by_phone_ends_with_what_allowed_it(
    world: World, case: Case, end: str
) -> None:
    sent = by_link(world, case)
    answered(world, sent, "accepted")
    if end == "consent":
        withdraw(world, case)
    else:
        keep_out(world["supervisor"], case, f"organisation:{clinic().organisation_id}")
    assert OneTimePacket.objects.get(pk=sent.packet_id).sealed is None


def test_a_row_that_was_left_waiting_after_a_no_opens_nothing(world: World, case: Case) -> None:
    sent = by_link(world, case)
    Referral.objects.filter(pk=sent.referral.pk).update(state="declined")
    assert Client().get(f"/o/{sent.packet_id}/").status_code == 404
    assert Client().post(f"/o/{sent.packet_id}/open/", posts(sent, keys(sent))).status_code == 404


def test_whoever_guesses_at_the_answer_keeps_nobody_from_giving_it(world: World, case: Case) -> None:
    sent = by_link(world, case)
    address = f"/o/{sent.packet_id}"
    guessed = posts(sent, keys(sent, link_key=crypto.new_key()))
    for _try in range(25):
        Client().post(f"{address}/answer/", {"token": guessed["link"], "answer": "accepted"})
    opened = Client().post(f"{address}/open/", posts(sent, keys(sent)))
    said = {"token": opened.json()["token"], "answer": "accepted"}
    assert Client().post(f"{address}/answer/", said).status_code == 200


# --- places  ----------------------------------------


def test_whoever_the_case_keeps_out_of_ones_own_team_sees_and_ends_none_of_its_places(
    world: World,
    case: Case,
    shelters: list[Service],  # noqa: F811
) -> None:
    request = ask(world, case, shelters)
    teammate = world["teammate"]
    assert list(requests_of(teammate.actor)) == [request]
    keep_out(world["supervisor"], case, whom(teammate))
    assert not requests_of(teammate.actor).exists()
    assert sign_in(teammate).post(f"/places/{request.pk}/send/").status_code == 404
    with pytest.raises(NotVisible):
        end_place_request(actor=teammate.actor, request_id=request.pk)
    assert list(requests_of(world["assigned"].actor)) == [request]


def test_whoever_asked_and_is_kept_out_since_is_neither_told_nor_shown_what_is_held(
    world: World,
    case: Case,
    shelters: list[Service],  # noqa: F811
) -> None:
    request = ask(world, case, shelters)
    keep_out(world["supervisor"], case, whom(world["assigned"]))
    hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[0].pk, hours=6)
    assert not held_for(world["assigned"].actor).exists()
    assert "place_held" not in told(world["assigned"])
    assert "place_held" in told(world["supervisor"])


@pytest.mark.parametrize("out", ["the organisation", "a person of the team"])
def test_keeping_somebody_out_ends_what_they_were_asked(
    world: World,
    case: Case,
    shelters: list[Service],  # noqa: F811
    out: str,
) -> None:
    request = ask(world, case, shelters)
    partner = world["focal_point"]
    held = asks(request)[0]
    hold_place(actor=partner.actor, ask_id=held.pk, hours=6)
    organisation = f"organisation:{world.partner_team.organisation_id}"
    keep_out(world["supervisor"], case, organisation if out == "the organisation" else whom(partner))
    assert not asks_to(partner.actor).exists()
    with pytest.raises(NotVisible):
        hold_place(actor=partner.actor, ask_id=held.pk, hours=6)
    request.refresh_from_db()
    assert request.state == "open"
    assert "place_over" not in told(partner)
    assert "place_not_held" in told(world["assigned"])


def test_places_are_forgotten_a_month_after_they_are_over(
    world: World,
    case: Case,
    shelters: list[Service],  # noqa: F811
    in_days: Any,  # noqa: F811
) -> None:
    over = ask(world, case, shelters)
    end_place_request(actor=world["assigned"].actor, request_id=over.pk)
    in_days(30)
    end_places_in_time()
    assert PlaceRequest.objects.filter(pk=over.pk).exists()
    in_days(32)
    end_places_in_time()
    assert not PlaceRequest.objects.exists()
    assert AuditEvent.objects.get(action="place.forgotten").codes == {"places": 1}


def test_asking_reads_no_case_beside_it_in_the_trail(
    world: World,
    case: Case,
    shelters: list[Service],  # noqa: F811
) -> None:
    posted = {"age": "18_24", "among": "women", "people": "1", "wait_hours": "6"}
    days = {"from_on": timezone.localdate().isoformat(), "services": [str(each.pk) for each in shelters]}
    browser = sign_in(world["assigned"])
    assert browser.post(f"/cases/{case.pk}/places/new/?need={NEED}", posted | days).status_code == 302
    assert PlaceRequest.objects.exists()
    assert not AuditEvent.objects.filter(action="case.read").exists()


def test_one_place_that_cannot_be_ended_holds_up_no_other(
    world: World,
    case: Case,
    shelters: list[Service],  # noqa: F811
    in_days: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = ask(world, case, shelters)
    offer_service(
        actor=world["focal_point"].actor,
        organisation=world.partner_team.organisation,
        team=world.partner_team,
        name="Doctor",
        type="medical_general",
    )
    second = ask(world, case, [Service.objects.get(name="Doctor")], need="medical_general")
    tell = places_module._tell_sender

    def fail_once(request: PlaceRequest, what: str) -> None:
        if request.pk == first.pk:
            raise OSError("Canaryname")
        tell(request, what)

    in_days(2)
    monkeypatch.setattr(places_module, "_tell_sender", fail_once)
    assert end_places_in_time() == 1
    assert dict(PlaceRequest.objects.values_list("pk", "state")) == {first.pk: "open", second.pk: "expired"}


# --- grounds  ----------------------------------------


def test_a_childs_gate_stands_before_every_need_that_a_service_meets(world: World, case: Case) -> None:
    several = world.services[0]
    write_facts(several, ServiceFacts(needs=frozenset({"family_tracing", "alternative_care"})))
    file = fill(world["assigned"].actor, case, "child_protection", treated_as_child="yes")
    codes = [each.code for each in missing_of(file, several)]
    assert {"guardian", "family_risk"} <= set(codes)
    assert len(codes) == len(set(codes))
    with pytest.raises(GateClosed):
        draft(world, case, several)


def test_a_newer_version_goes_on_the_ground_that_it_was_sent_on_and_not_on_a_consent_beside_it(
    world: World, case: Case
) -> None:
    decide(world, case, claim(world, case), approve)
    referral = referral_in(world, case, "accepted")
    assert referral.exception is not None
    allow(world, case, world.services[0])
    packet = updated(world, referral)
    assert read_packet(world["focal_point"].actor, packet.pk)[1].basis == "imminent_harm"


def test_other_quiet_times_alone_make_a_newer_version(
    world: World, case: Case, share_consent: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = referral_in(world, case, "accepted")
    updated(world, referral)
    with pytest.raises(Invalid):
        updated(world, referral)
    from referrals.services import updating

    packet_fields = updating.packet_fields
    monkeypatch.setattr(
        updating, "packet_fields", lambda *given: {**packet_fields(*given), "quiet_times": ["At night"]}
    )
    assert updated(world, referral).version == 3


@pytest.mark.parametrize("given_since", [False, True])
def test_what_was_told_without_consent_ends_unless_one_was_given_since_and_with_that_one(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
    given_since: bool,
) -> None:
    at = timezone.now() - timedelta(days=2)
    if given_since:
        allow(world, case, clinic(), expires_on=timezone.localdate() + timedelta(days=3))
    made = record(world, case, at=at, answer="accepted")
    assert Disclosure.objects.get(referral=made).breach
    assert Handover.objects.filter(referral=made).exists() != given_since
    in_days(4)
    end_what_is_over()
    assert Handover.objects.filter(referral=made).exists()


def test_a_breach_of_another_kind_does_not_hide_that_the_consent_has_run_out(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
) -> None:
    tracing, now = clinic(ServiceType.FAMILY_CONTACT), timezone.now()
    allow(world, case, tracing, expires_on=timezone.localdate() + timedelta(days=4))
    _is_a_child(world, case, tracing)
    in_days(9)
    made = record(world, case, tracing, at=now + timedelta(days=2), answer="accepted")
    assert Disclosure.objects.get(referral=made).breach
    assert Handover.objects.filter(referral=made).exists()


@pytest.mark.parametrize(("basis", "breach"), [(Subject.COURT_ORDER, True), (Subject.IMMINENT_HARM, False)])
def test_a_ground_that_a_second_person_must_approve_allows_nothing_before(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
    basis: Any,
    breach: bool,
) -> None:
    now = timezone.now()
    row = claim(world, case, recipient=clinic().organisation_id, basis=basis, reference="Canaryorder")
    if not breach:
        decide(world, case, row, approve)
    in_days(3)
    if breach:
        decide(world, case, row, approve)
    made = record(world, case, at=now + timedelta(days=1))
    assert Disclosure.objects.get(referral=made).breach == breach


# --- services  ----------------------------------------


@pytest.mark.parametrize("way", ["hearth", "file"])
def test_nothing_is_sent_to_a_service_that_has_closed_since(
    world: World, case: Case, share_consent: None, way: str
) -> None:
    made = draft(world, case, world.services[0])
    close_service(actor=world["focal_point"].actor, service_id=world.services[0].pk)
    send: Any = send_referral if way == "hearth" else hand_out_file
    with pytest.raises(WrongState):
        send(actor=world["assigned"].actor, referral_id=made.pk)


def test_words_give_a_shelter_away_beside_a_kind_that_is_known(tmp_path: Any, db: None) -> None:
    refuge = service("x", name="Women's Refuge")
    rows = {
        "organization": [organization()],
        "service": [refuge],
        **located("x"),
        **typed("x", "legal_advice"),
    }
    bring_in(write(tmp_path, **rows))
    made = Service.objects.get(name="Women's Refuge")
    assert made.confidential
    assert made.latitude is None


def published() -> set[str]:
    from tests.referrals.test_hsds_own import call_command, listed

    call_command("publish_services")
    return listed()


def test_one_of_hearths_own_is_not_published_whose_name_gives_a_shelter_away(world: World) -> None:
    assert world.services[0].name in published()
    Service.objects.filter(pk=world.services[0].pk).update(name="Refuge for women")
    assert published() == {world.services[1].name}


def test_a_service_that_meets_a_secret_need_from_now_on_leaves_no_more_at_once(world: World) -> None:
    from tests.referrals.test_hsds_own import listed

    several = world.services[0]
    assert several.name in published()
    write_facts(several, ServiceFacts(needs=frozenset({"shelter_emergency"})))
    assert several.name not in listed()


def test_an_import_does_not_write_over_what_staff_call_confidential_while_it_runs(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    def rows(name: str) -> dict[str, Any]:
        given = service("x", name=name)
        return {
            "organization": [organization()],
            "service": [given],
            **located("x"),
            **typed("x", "legal_advice"),
        }

    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    bring_in(write(tmp_path / "1", **rows("Advice")))
    made, trees = Service.objects.get(name="Advice"), linking.trees
    assert made.latitude == Decimal("41.9")

    def meanwhile(*given: Any, **others: Any) -> Any:
        write_facts(Service.objects.get(pk=made.pk), ServiceFacts(confidential=True))
        return trees(*given, **others)

    monkeypatch.setattr(linking, "trees", meanwhile)
    bring_in(write(tmp_path / "2", **rows("Better advice")))
    made.refresh_from_db()
    assert (made.name, made.confidential, made.latitude) == ("Better advice", True, None)


# --- after a no, and in groups  ----------------------------------------


def test_whoever_has_declined_hears_nothing_more_of_it(world: World, case: Case, share_consent: None) -> None:
    referral_in(world, case, "declined")
    before = Notice.objects.filter(person=world["focal_point"].user).count()
    withdraw(world, case)
    assert Notice.objects.filter(person=world["focal_point"].user).count() == before
