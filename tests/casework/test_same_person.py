"""An identification of somebody who has a case joins that case, where whoever adds it may change both."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from casework.models import Case, Identification
from casework.selectors import read_identification
from casework.services import open_case, record_identification
from casework.services.same_person import ADDED, add_to_case
from casework.services.transfers import accept_transfer, offer_transfer, take_back_transfer
from core.access import grant_access, open_object
from core.access_audit import disagreements
from core.errors import HearthError, NotVisible, Refused, WrongState
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Level, Notice
from referrals.demo import Persona, World
from tests.answers import answer, problem
from tests.casework.test_keeping_out import keep_out as keep_out_of_case
from tests.casework.test_keeping_out import whom
from tests.casework.test_search_pages import new_identification
from tests.conftest import PERSONAS, api, sign_in
from tests.core.test_concurrency import at_once
from tests.neighbours import found, outreach
from tests.pages import text

TEAM = {"assigned", "teammate", "supervisor"}


@pytest.fixture
def second(world: World, case: Case, assigned: Persona) -> Identification:
    """Another identification, recorded by the same team, after the case was opened."""
    return new_identification(world, assigned)


def add(persona: Persona, identification: Identification, case: Case) -> Case:
    return add_to_case(actor=persona.actor, identification_id=identification.pk, case_id=case.pk)


# --- what it does  ----------------------------------------


def test_it_belongs_to_the_case_as_the_one_that_the_case_was_opened_from(
    world: World, case: Case, second: Identification
) -> None:
    assert add(world["teammate"], second, case) == case
    second.refresh_from_db()
    assert second.case == case
    assert case.identifications.count() == 2
    assert read_identification(world["supervisor"].actor, second.pk).identification.case == case
    event = AuditEvent.objects.get(action="identification.added")
    assert (event.object, event.codes) == (case.pk, {"identification": str(second.pk)})
    assert not list(disagreements())


def test_an_urgent_one_makes_the_case_urgent(world: World, assigned: Persona, case: Case) -> None:
    urgent = new_identification(world, assigned)
    Identification.objects.filter(pk=urgent.pk).update(urgent=True)
    assert not case.urgent
    assert add(assigned, urgent, case).urgent
    case.refresh_from_db()
    assert case.urgent


def test_who_carries_the_case_is_told_unless_they_did_it(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    add(assigned, second, case)
    assert not Notice.objects.filter(what=ADDED).exists()
    add(world["teammate"], new_identification(world, world["teammate"]), case)
    assert Notice.objects.get(what=ADDED).person == assigned.user


def test_it_goes_along_when_the_case_is_handed_over(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    near = outreach(world)
    add(assigned, second, case)
    offered = offer_transfer(actor=world["supervisor"].actor, case_id=case.pk, to_team=near.team.pk, note="x")
    accept_transfer(actor=near.supervisor.actor, transfer_id=offered.pk)
    assert read_identification(near.supervisor.actor, second.pk)
    with pytest.raises(NotVisible):
        read_identification(assigned.actor, second.pk)
    assert not list(disagreements())


def test_a_team_that_goes_on_reading_the_case_reads_it(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    reader = found(world.team.organisation, "reader")
    grant_access(
        actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, principal=reader.team, level=Level.READ
    )
    add(assigned, second, case)
    assert second.object.grants.filter(team=reader.team, level=Level.READ, active=True).exists()
    assert not list(disagreements())


def test_whoever_is_kept_out_of_the_case_is_kept_out_of_it(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    keep_out_of_case(assigned, case, whom(world["teammate"]))
    assert open_object(world["teammate"].actor, second.pk, Kind.IDENTIFICATION)
    add(assigned, second, case)
    with pytest.raises(NotVisible):
        open_object(world["teammate"].actor, second.pk, Kind.IDENTIFICATION)


# --- what stands against it  ----------------------------------------


def test_one_that_belongs_to_a_case_stays_there(world: World, assigned: Persona, case: Case) -> None:
    other = new_identification(world, assigned)
    open_case(actor=assigned.actor, identification_id=other.pk)
    with pytest.raises(WrongState):
        add(assigned, other, case)


def test_added_it_opens_no_case_any_more(assigned: Persona, case: Case, second: Identification) -> None:
    add(assigned, second, case)
    with pytest.raises(WrongState):
        open_case(actor=assigned.actor, identification_id=second.pk)
    with pytest.raises(WrongState):
        add(assigned, second, case)


def test_a_closed_case_takes_none(assigned: Persona, case: Case, second: Identification) -> None:
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    with pytest.raises(WrongState, match="wrong_state"):
        add(assigned, second, case)


def test_a_case_that_is_offered_takes_none_until_it_is_decided(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    near, supervisor = outreach(world), world["supervisor"].actor
    offered = offer_transfer(actor=supervisor, case_id=case.pk, to_team=near.team.pk, note="x")
    with pytest.raises(WrongState):
        add(assigned, second, case)
    take_back_transfer(actor=supervisor, transfer_id=offered.pk)
    assert add(assigned, second, case)


def test_a_case_of_another_team_takes_none(world: World, case: Case, assigned: Persona) -> None:
    from core.accounts import found_team
    from core.models import Role

    other = found_team(
        organisation=world.team.organisation, name="Night", founder=assigned.user, role=Role.CASEWORKER
    )
    theirs = record_identification(
        actor=assigned.actor,
        team_id=other.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    with pytest.raises(Refused):
        add(assigned, theirs, case)


def test_one_that_keeps_somebody_out_whom_the_case_does_not_is_refused(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    keep_out(
        actor=assigned.actor,
        object_id=second.pk,
        kind=Kind.IDENTIFICATION,
        whom=world["teammate"].user,
    )
    with pytest.raises(Refused):
        add(assigned, second, case)
    second.refresh_from_db()
    assert second.case is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_it_and_open_a_case_at_once_one_is_refused(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    results = at_once(
        lambda: add(assigned, second, case),
        lambda: open_case(actor=world["teammate"].actor, identification_id=second.pk),
    )
    assert sum(isinstance(each, WrongState) for each in results) == 1
    second.refresh_from_db()
    assert second.case_id in {case.pk, *Case.objects.exclude(pk=case.pk).values_list("pk", flat=True)}
    assert not list(disagreements())


# --- who  ----------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_who_adds_it(world: World, case: Case, second: Identification, name: str) -> None:
    status = None
    try:
        add(world[name], second, case)
    except HearthError as error:
        status = error.status
    assert status == (None if name in TEAM else 404)
    second.refresh_from_db()
    assert (second.case == case) == (name in TEAM)


def test_who_may_only_read_the_case_adds_nothing(
    world: World, assigned: Persona, case: Case, second: Identification
) -> None:
    reader = found(world.team.organisation, "reader")
    grant_access(
        actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, principal=reader.team, level=Level.READ
    )
    theirs = record_identification(
        actor=reader.supervisor.actor,
        team_id=reader.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    with pytest.raises(HearthError) as refused:
        add(reader.supervisor, theirs, case)
    assert refused.value.status == 403


# --- pages and programs  ----------------------------------------


def test_it_is_offered_where_one_looks_for_an_earlier_case(
    assigned: Persona, case: Case, second: Identification
) -> None:
    client = sign_in(assigned)
    found_ = client.post(reverse("earlier-records", args=[second.pk]), {"name": "Linnet"})
    address = reverse("same-person", args=[second.pk, case.pk])
    assert address in text(found_)
    response = client.post(address)
    assert (response.status_code, response["Location"]) == (302, reverse("case", args=[case.pk]))
    second.refresh_from_db()
    assert second.case == case


def test_it_is_not_offered_for_a_closed_case_nor_in_a_mere_search(
    assigned: Persona, case: Case, second: Identification
) -> None:
    client = sign_in(assigned)
    searched = text(client.post(reverse("search"), {"text": "Linnet"}))
    assert case.number in searched
    assert "/add-to/" not in searched
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    found_ = text(client.post(reverse("earlier-records", args=[second.pk]), {"name": "Linnet"}))
    assert case.number in found_
    assert "/add-to/" not in found_


def test_a_program_adds_it(world: World, assigned: Persona, case: Case, second: Identification) -> None:
    address = f"/api/v1/identifications/{second.pk}/add-to-case/"
    body: dict[str, Any] = {"case": str(case.pk)}
    problem(api(world["stranger"]).post(address, body, format="json"), 404, "not_found")
    added = answer(api(assigned).post(address, body, format="json"))
    assert added["id"] == str(case.pk)
    problem(api(assigned).post(address, body, format="json"), 409, "wrong_state")
