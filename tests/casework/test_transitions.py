"""Where a case stands, and an offer of one: the tables of steps as truth tables, and who may take which."""

from datetime import date
from typing import Any

import pytest

from casework.models import Approval, Case, Transfer
from casework.selectors import read_case
from casework.services import save_section
from casework.services.approvals import approve, ask_approval, refuse
from casework.services.entries import add_entry
from casework.services.states import change_state
from casework.transitions import (
    CASE_TRANSITIONS,
    MAY,
    REASONS,
    TRANSFER_TRANSITIONS,
    CaseStep,
    TransferStep,
    case_after,
    steps_open_to,
    transfer_after,
)
from core.errors import HearthError, Invalid, NotAllowed, Refused, WrongState
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, api, sign_in
from tests.pages import text

CASES = """
          activate  hold     resume  close   reopen
open      active    -        -       closed  -
active    -         on_hold  -       closed  -
on_hold   -         -        active  closed  -
closed    -         -        -       -       reopened
reopened  active    -        -       closed  -
erased    -         -        -       -       -
"""
TRANSFERS = """
            accept    decline   take_back
offered     accepted  declined  taken_back
accepted    -         -         -
declined    -         -         -
taken_back  -         -         -
"""
# Of the case's team; whoever is not of it sees no case.
ROLES = """
            activate  hold  resume  close  reopen
assigned    yes       yes   yes     yes    -
teammate    yes       yes   yes     yes    -
supervisor  yes       yes   yes     yes    yes
"""


def cells(table: str) -> list[tuple[str, str, str]]:
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return [(row[0], step, to) for row in rows for step, to in zip(head, row[1:], strict=True)]


@pytest.mark.parametrize(("state", "step", "to"), cells(CASES))
def test_each_step_of_a_case(state: str, step: str, to: str) -> None:
    if to == "-":
        with pytest.raises(WrongState):
            case_after(state, CaseStep(step))
    else:
        assert case_after(state, CaseStep(step)) == to


@pytest.mark.parametrize(("state", "step", "to"), cells(TRANSFERS))
def test_each_step_of_an_offer(state: str, step: str, to: str) -> None:
    if to == "-":
        with pytest.raises(WrongState):
            transfer_after(state, TransferStep(step))
    else:
        assert transfer_after(state, TransferStep(step)) == to


def test_the_tables_above_are_whole() -> None:
    assert {cell[0] for cell in cells(CASES)} == set(Case.State.values)
    assert {cell[1] for cell in cells(CASES)} == {step.value for step in CaseStep}
    assert len(CASE_TRANSITIONS) == sum(to != "-" for *_, to in cells(CASES))
    assert {cell[0] for cell in cells(TRANSFERS)} == set(Transfer.State.values)
    assert len(TRANSFER_TRANSITIONS) == sum(to != "-" for *_, to in cells(TRANSFERS))
    assert set(MAY) == set(CaseStep)


# --- who  ----------------------------------------


def begins_in(case: Case, step: CaseStep) -> None:
    """Put the case where the step can be taken."""
    Case.objects.filter(pk=case.pk).update(
        state=next(state for state, each in CASE_TRANSITIONS if each is step)
    )
    case.refresh_from_db()


POINTS = ("goals", "referrals", "follow_ups", "safety_plan", "consents", "survivor_told", "copy_offered")


def checked(persona: Persona, case: Case) -> None:
    values = {**dict.fromkeys(POINTS, "done"), "goals": "not_needed"}
    add_entry(actor=persona.actor, case_id=case.pk, kind="closure", values=values)


def approved(world: World, case: Case) -> None:
    checked(world["assigned"], case)
    asked = ask_approval(
        actor=world["assigned"].actor, case_id=case.pk, subject=Approval.Subject.CLOSURE, reason="Canarydone"
    )
    approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=asked.pk)


def move(persona: Persona, case: Case, step: CaseStep, **others: Any) -> Case:
    reason = {"reason": REASONS[step][0]} if step in REASONS else {}
    return change_state(actor=persona.actor, case_id=case.pk, step=step, **reason | others)


@pytest.mark.parametrize(("name", "step", "may"), cells(ROLES))
def test_each_role_takes_each_step_or_may_not(
    world: World, case: Case, name: str, step: str, may: str
) -> None:
    approved(world, case)
    begins_in(case, CaseStep(step))
    assert (CaseStep(step) in steps_open_to(world[name].actor, case)) == (may == "yes")
    if may == "yes":
        assert move(world[name], case, CaseStep(step)).state == case_after(case.state, CaseStep(step))
    else:
        with pytest.raises(NotAllowed):
            move(world[name], case, CaseStep(step))


@pytest.mark.parametrize("name", sorted(set(PERSONAS) - {"assigned", "teammate", "supervisor"}))
@pytest.mark.parametrize("step", CaseStep)
def test_nobody_else_takes_any(world: World, case: Case, name: str, step: CaseStep) -> None:
    begins_in(case, step)
    with pytest.raises(HearthError) as refused:
        move(world[name], case, step)
    assert refused.value.status == 404


# --- why  ----------------------------------------


@pytest.mark.parametrize("step", REASONS)
def test_a_step_that_needs_a_reason_takes_one_of_its_own(world: World, case: Case, step: CaseStep) -> None:
    approved(world, case)
    begins_in(case, step)
    for reason in ("", "because", *(set(sum(REASONS.values(), ())) - set(REASONS[step]))):
        with pytest.raises(Invalid) as invalid:
            move(world["supervisor"], case, step, reason=reason)
        assert set(invalid.value.fields) == {"reason"}
    with pytest.raises(Invalid) as invalid:
        move(world["supervisor"], case, step, reason="other", note=" ")
    assert set(invalid.value.fields) == {"note"}
    assert move(world["supervisor"], case, step, reason="other", note="Canarynote").state != case.state


def test_why_stays_in_the_case_and_out_of_the_trail(world: World, assigned: Persona, case: Case) -> None:
    approved(world, case)
    move(assigned, case, CaseStep.CLOSE, reason="deceased", note="Canarynote")
    (entry,) = read_case(assigned.actor, case.pk).entries.of("state_change")
    assert (entry.values, entry.saved_by) == (
        {"step": "close", "reason": "deceased", "note": "Canarynote"},
        assigned.user,
    )
    event = AuditEvent.objects.get(action="case.moved")
    assert event.codes == {"step": "close", "state": "closed"}
    assert not AuditEvent.objects.filter(codes__icontains="deceased").exists()


def test_a_change_of_state_is_written_by_nothing_else(assigned: Persona, case: Case) -> None:
    with pytest.raises(NotAllowed):
        add_entry(actor=assigned.actor, case_id=case.pk, kind="state_change", values={"step": "close"})
    assert sign_in(assigned).get(f"/cases/{case.pk}/entries/state_change/new/").status_code == 403


# --- closing, and reopening  ----------------------------------------


def test_it_closes_only_with_the_approval_of_somebody_else(
    world: World, assigned: Persona, case: Case
) -> None:
    with pytest.raises(Refused):
        move(assigned, case, CaseStep.CLOSE)
    asked = ask_approval(
        actor=assigned.actor, case_id=case.pk, subject=Approval.Subject.CLOSURE, reason="Canarydone"
    )
    with pytest.raises(Refused):
        move(assigned, case, CaseStep.CLOSE)
    refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=asked.pk, note="Not yet.")
    with pytest.raises(Refused):
        move(assigned, case, CaseStep.CLOSE)
    approved(world, case)
    assert move(assigned, case, CaseStep.CLOSE).state == "closed"


def test_a_reopened_case_needs_an_approval_of_its_own(world: World, assigned: Persona, case: Case) -> None:
    approved(world, case)
    move(assigned, case, CaseStep.CLOSE)
    move(world["supervisor"], case, CaseStep.REOPEN)
    with pytest.raises(Refused):
        move(assigned, case, CaseStep.CLOSE)
    approved(world, case)
    assert move(assigned, case, CaseStep.CLOSE).state == "closed"


def test_an_approval_that_a_later_refusal_overtook_closes_nothing(
    world: World, assigned: Persona, case: Case
) -> None:
    approved(world, case)
    asked = ask_approval(actor=assigned.actor, case_id=case.pk, subject=Approval.Subject.CLOSURE, reason="x")
    refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=asked.pk, note="She came back.")
    with pytest.raises(Refused):
        move(assigned, case, CaseStep.CLOSE)


# --- by itself  ----------------------------------------


def contact(assigned: Persona, case: Case) -> None:
    values = {"kind": "visit", "on": date.today().isoformat(), "with_whom": ["authority"]}
    add_entry(actor=assigned.actor, case_id=case.pk, kind="contact", values=values)


def goal(assigned: Persona, case: Case) -> None:
    values = {"wish": "A room of her own", "need": "shelter_emergency"}
    add_entry(actor=assigned.actor, case_id=case.pk, kind="goal", values=values)


@pytest.mark.parametrize("first", [contact, goal])
@pytest.mark.parametrize("state", ["open", "reopened", "on_hold", "closed", "active"])
def test_the_first_contact_or_goal_begins_the_work(
    assigned: Persona, case: Case, first: Any, state: str
) -> None:
    Case.objects.filter(pk=case.pk).update(state=state)
    first(assigned, case)
    case.refresh_from_db()
    assert case.state == ("active" if state in ("open", "reopened") else state)
    moves = read_case(assigned.actor, case.pk).entries.of("state_change")
    assert [entry.values["step"] for entry in moves] == ["activate"] * (state in ("open", "reopened"))


def test_other_sections_begin_nothing(assigned: Persona, case: Case) -> None:
    save_section(actor=assigned.actor, case_id=case.pk, section="notes", values={}, base_version=0)
    case.refresh_from_db()
    assert case.state == "open"


# --- pages and programs  ----------------------------------------


def test_the_page_offers_what_can_be_done_and_does_it(world: World, assigned: Persona, case: Case) -> None:
    client = sign_in(assigned)
    page = text(client.get(f"/cases/{case.pk}/state/"))
    assert 'value="close"' in page
    assert 'value="reopen"' not in page
    refused = client.post(f"/cases/{case.pk}/state/", {"step": "close", "reason": "goals_reached"})
    assert refused.status_code == 409
    assert "needs the approval of a supervisor" in text(refused)
    approved(world, case)
    done = {"step": "close", "reason": "goals_reached", "note": "Canarynote"}
    assert client.post(f"/cases/{case.pk}/state/", done).status_code == 302
    assert "Canarynote" in text(client.get(f"/cases/{case.pk}/"))
    assert client.get(f"/cases/{case.pk}/state/").status_code == 403
    assert sign_in(world["supervisor"]).get(f"/cases/{case.pk}/state/").status_code == 200


def test_a_program_does_the_same(world: World, assigned: Persona, case: Case) -> None:
    client = api(assigned)
    address = f"/api/v1/cases/{case.pk}/state/"
    begun = client.post(address, {"step": "activate"}, format="json")
    assert (begun.status_code, begun.json()["state"]) == (200, "active")
    held = client.post(address, {"step": "hold", "reason": "waiting"}, format="json")
    assert held.json()["state"] == "on_hold"
    assert client.post(address, {"step": "hold", "reason": "waiting"}, format="json").status_code == 409
    assert client.post(address, {"step": "reopen"}, format="json").status_code == 403
    assert client.post(address, {"step": "fly"}, format="json").status_code == 400
