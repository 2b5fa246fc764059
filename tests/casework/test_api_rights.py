"""Erasure, the survivor's copy and the filters of the list, over the API."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from casework.models import Case, Erasure
from casework.services import open_case, record_identification, save_section
from casework.services.erasure import ask_erasure
from core.models import AuditEvent
from core.paging import PAGE_SIZE
from referrals.demo import Persona, World
from tests.answers import answer, at_fault, problem, queries
from tests.casework.test_erasure import closed, hold, ordered  # noqa: F401
from tests.casework.test_rights import NARRATIVE, talk
from tests.conftest import PERSONAS, api

TODAY = timezone.localdate()
TEAM = {"assigned", "teammate", "supervisor"}


def erasure(case: Case, more: str = "") -> str:
    return f"/api/v1/cases/{case.pk}/erasure/{more}"


# --- erasure  ----------------------------------------


def test_asked_approved_and_stopped_by_programs(world: World, closed: Case) -> None:  # noqa: F811
    asked = answer(
        api(world["supervisor"]).post(erasure(closed), {"reason": "It is over."}, format="json"), 201
    )
    assert (asked["subject"], asked["state"], asked["reason"]) == ("erasure", "asked", "It is over.")
    colleague = api(world["teammate"])
    assert answer(colleague.get(erasure(closed)))["asked"] == asked["id"]
    approve = f"/api/v1/cases/{closed.pk}/approvals/{asked['id']}/approve/"
    problem(api(world["supervisor"]).post(approve, {}, format="json"), 403, "not_allowed")
    answer(colleague.post(approve, {}, format="json"))
    standing = answer(colleague.get(erasure(closed)))
    assert (standing["order"]["state"], standing["asked"]) == ("ordered", None)
    stopped = answer(api(world["assigned"]).post(erasure(closed, "cancel/")))
    assert (stopped["state"], Erasure.objects.get().state) == ("cancelled", "cancelled")
    problem(api(world["assigned"]).post(erasure(closed, "cancel/")), 409, "wrong_state")


def test_a_program_refuses_it_as_the_second_person(world: World, closed: Case) -> None:  # noqa: F811
    asked = ask_erasure(actor=world["supervisor"].actor, case_id=closed.pk, reason="x")
    refuse = f"/api/v1/cases/{closed.pk}/approvals/{asked.pk}/refuse/"
    answer(api(world["assigned"]).post(refuse, {"note": "Not yet."}, format="json"))
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("name", PERSONAS)
def test_who_reads_of_it_and_asks(world: World, closed: Case, name: str) -> None:  # noqa: F811
    client = api(world[name])
    assert client.get(erasure(closed)).status_code == (200 if name in TEAM else 404)
    asking = {"supervisor": 201, "assigned": 403, "teammate": 403}.get(name, 404)
    assert client.post(erasure(closed), {"reason": "x"}, format="json").status_code == asking


@pytest.mark.parametrize("name", PERSONAS)
def test_who_stops_it(world: World, closed: Case, name: str) -> None:  # noqa: F811
    ordered(world, closed)
    stopping = api(world[name]).post(erasure(closed, "cancel/"), {}, format="json").status_code
    assert stopping == (200 if name in TEAM else 404)


def test_it_counts_what_would_go_and_says_what_stands_against_it(world: World, case: Case) -> None:
    hold(world["supervisor"], case)
    found = answer(api(world["assigned"]).get(erasure(case)))
    counts = {each["name"]: each["count"] for each in found["would_go"]}
    assert (counts["entries"], counts["identifications"], counts["imported"]) == (4, 1, 0)
    assert (found["held"], found["order"], found["asked"]) == (True, None, None)
    client = api(world["supervisor"])
    problem(client.post(erasure(case), {"reason": "x"}, format="json"), 409, "wrong_state")
    Case.objects.update(state=Case.State.CLOSED)
    problem(client.post(erasure(case), {"reason": "x"}, format="json"), 409, "refused")
    assert at_fault(client.post(erasure(case), {}, format="json")) == {"reason"}


# --- the survivor's copy  ----------------------------------------


def copy(case: Case) -> str:
    return f"/api/v1/cases/{case.pk}/copy/"


def test_it_is_read_together_and_then_handed_out(assigned: Persona, case: Case) -> None:
    client = api(assigned)
    problem(client.post(copy(case), {}, format="json"), 409, "refused")
    record = answer(client.get(copy(case)))
    assert record["may_leave"] is False
    talk(assigned, case)
    record = answer(client.get(copy(case)))
    assert record["may_leave"] is True
    items = [item for part in record["parts"] for item in part["items"]]
    ticks = [item["tick"] for item in items if item["tick"].startswith(NARRATIVE)]
    assert len(ticks) == 1
    without = answer(client.post(copy(case), {}, format="json"))
    assert without["person"]["prs_FirstName"] == "Canarygiven"
    assert "Canarynarrative" not in str(without)
    assert "Canarynarrative" in str(answer(client.post(copy(case), {"include": ticks}, format="json")))
    assert AuditEvent.objects.filter(action="copy.given", object=case.pk).count() == 2


def test_a_text_that_has_changed_since_does_not_go_out_unread(assigned: Persona, case: Case) -> None:
    talk(assigned, case)
    client = api(assigned)
    record = answer(client.get(copy(case)))
    ticks = [item["tick"] for part in record["parts"] for item in part["items"] if item["tick"]]
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="trafficking_experience",
        values={"narrative": "Her cousin did it."},
        base_version=1,
    )
    problem(client.post(copy(case), {"include": ticks}, format="json"), 409, "changed")


@pytest.mark.parametrize("name", PERSONAS)
def test_who_reads_it_and_hands_it_out(world: World, case: Case, name: str) -> None:
    talk(world["assigned"], case)
    client, status = api(world[name]), 200 if name in TEAM else 404
    assert client.get(copy(case)).status_code == status
    assert client.post(copy(case), {}, format="json").status_code == status


# --- the filters of the list  ----------------------------------------


def another(world: World, opened_on: date | None = None, risk: str = "") -> Case:
    actor = world["supervisor"].actor
    made = record_identification(
        actor=actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    case = open_case(actor=actor, identification_id=made.pk)
    if opened_on:
        Case.objects.filter(pk=case.pk).update(opened_on=opened_on)
    if risk:
        save_section(
            actor=actor,
            case_id=case.pk,
            section="risk_and_safety",
            values={
                "risk_level": risk,
                "reasons": ["threats"],
                "assessed_on": TODAY.isoformat(),
                "review_on": TODAY.isoformat(),
            },
            base_version=0,
        )
    return case


def listed(persona: Persona, **query: object) -> list[UUID]:
    body = answer(api(persona).get("/api/v1/cases/", query))
    return [UUID(each["id"]) for each in body["results"]]


def test_each_filter_narrows_the_list_as_on_the_page(world: World, assigned: Persona, case: Case) -> None:
    old = another(world, opened_on=date(2019, 5, 3))
    risky = another(world, risk="high")
    Case.objects.filter(pk=old.pk).update(state=Case.State.ON_HOLD)
    assert set(listed(assigned)) == {case.pk, old.pk, risky.pk}
    assert listed(assigned, state="on_hold") == [old.pk]
    assert listed(assigned, risk="high") == [risky.pk]
    assert listed(assigned, assigned_to=assigned.user.pk) == [case.pk]
    assert listed(assigned, opened_to="2019-05-03") == [old.pk]
    assert set(listed(assigned, opened_from="2019-05-04")) == {case.pk, risky.pk}
    assert listed(assigned, risk="high", state="on_hold") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "Canarystate"),
        ("risk", "Canaryrisk"),
        ("assigned_to", "x"),
        ("assigned_to", "7a3f6f0e-0b5c-4f6e-9d8e-2b1c5a4d3e2f"),
        ("opened_from", "03/05/2019"),
        ("opened_too", "2019-05-03"),
    ],
)
def test_what_is_no_filter_is_refused_and_not_repeated(
    assigned: Persona, case: Case, name: str, value: str
) -> None:
    response = api(assigned).get("/api/v1/cases/", {name: value})
    assert at_fault(response) == {name}
    assert "Canary" not in response.content.decode()


def test_a_stranger_is_no_colleague_to_filter_by(world: World, assigned: Persona, case: Case) -> None:
    response = api(assigned).get("/api/v1/cases/", {"assigned_to": str(world["stranger"].user.pk)})
    assert at_fault(response) == {"assigned_to"}


def test_pages_of_a_filtered_list_go_on_to_its_end(world: World, assigned: Persona) -> None:
    made = {another(world, risk="high" if number % 2 else "low").pk for number in range(PAGE_SIZE + 3)}
    client, found = api(assigned), set()
    address: Any = "/api/v1/cases/?state=open"
    while address:
        body = answer(client.get(address))
        found |= {UUID(each["id"]) for each in body["results"]}
        address = body["next"]
    assert found == made
    first = answer(client.get("/api/v1/cases/?risk=high"))
    assert len(first["results"]) == (PAGE_SIZE + 3) // 2
    assert at_fault(client.get(f"/api/v1/cases/?risk=high&after={uuid4()}")) == {"after"}


def test_a_longer_filtered_list_takes_no_more_queries(world: World, assigned: Persona) -> None:
    another(world)
    client = api(assigned)
    queries(client, "/api/v1/cases/?state=open")
    before = queries(client, "/api/v1/cases/?state=open")
    for _ in range(3):
        another(world)
    assert queries(client, "/api/v1/cases/?state=open") == before
