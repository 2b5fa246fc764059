"""What needs a second person: who can be one, which step leads where, and that nobody decides on their own."""

from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.approvals import (
    BY_A_COLLEAGUE,
    State,
    Step,
    Subject,
    after,
    approvals_of,
    approvals_waiting_for,
    may_decide,
    may_take_back,
)
from casework.case_file import open_case_file
from casework.models import Approval, Case
from casework.selectors import read_case
from casework.services import open_case, record_identification
from casework.services.approvals import approval_decided, approve, ask, ask_approval, refuse, take_back
from casework.services.entries import add_entry
from core.errors import Invalid, NotAllowed, NotVisible, Tampered, WrongState
from core.models import AuditEvent, Level, Notice
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import PLANTED, text

REASON = "Canaryreason: she wants to move."
A_SUPERVISORS = {"supervisor"}
A_COLLEAGUES = {"supervisor", "assigned", "teammate"}
# Each subject, and who of the made-up world can be the second person where they did not ask themselves.
DECIDERS = {
    Subject.PLAN: A_SUPERVISORS,
    Subject.CLOSURE: A_SUPERVISORS,
    Subject.BREAK_GLASS: A_SUPERVISORS,
    Subject.IMMINENT_HARM: A_COLLEAGUES,
    Subject.CHILD_PROTECTION: A_COLLEAGUES,
    Subject.COURT_ORDER: A_COLLEAGUES,
    Subject.ERASURE: A_COLLEAGUES,
}
PEOPLE = ("supervisor", "assigned", "teammate", "stranger", "focal_point", "advocate", "administrator")
ENDS = {Step.APPROVE: State.APPROVED, Step.REFUSE: State.REFUSED, Step.TAKE_BACK: State.TAKEN_BACK}


@pytest.fixture
def plan(assigned: Persona, case: Case) -> Approval:
    """The plan, put before a supervisor."""
    return ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason=REASON)


def asked(persona: Persona, case: Case, subject: Subject, reviewer: UUID | None = None) -> Approval:
    """Something that the persona asked for."""
    with transaction.atomic():
        file = open_case_file(persona.actor, case.pk, level=Level.WRITE, lock=True)
        return ask(file, subject, {"reason": REASON}, reviewer=reviewer)


# --- who, and in which state ------------------------------------------------------------------------------------


def test_every_subject_stands_in_the_table() -> None:
    assert set(DECIDERS) == set(Subject)
    assert {subject for subject, who in DECIDERS.items() if who == A_COLLEAGUES} == BY_A_COLLEAGUE


@pytest.mark.parametrize("subject", Subject)
def test_who_can_be_the_second_person_and_never_whoever_asked(
    world: World, case: Case, subject: Subject
) -> None:
    for decider, asker in product(PEOPLE, PEOPLE):
        row = Approval(case=case, subject=subject, asked_by=world[asker].user)
        expected = decider in DECIDERS[subject] and decider != asker
        assert may_decide(world[decider].actor, row) == expected, (decider, asker)


@pytest.mark.parametrize("subject", Subject)
def test_a_named_reviewer_decides_and_nobody_else(world: World, case: Case, subject: Subject) -> None:
    for decider, asker in product(PEOPLE, PEOPLE):
        reviewer = world["teammate"].user
        row = Approval(case=case, subject=subject, asked_by=world[asker].user, reviewer=reviewer)
        expected = decider == "teammate" and asker != "teammate"
        assert may_decide(world[decider].actor, row) == expected, (decider, asker)


@pytest.mark.parametrize(("subject", "state", "step"), [*product(Subject, State, Step)])
def test_which_step_leads_where(subject: Subject, state: State, step: Step) -> None:
    done_already = subject in {Subject.IMMINENT_HARM, Subject.BREAK_GLASS}
    row = Approval(subject=subject, state=state)
    if state == State.ASKED and not (step is Step.TAKE_BACK and done_already):
        assert after(row, step) == ENDS[step]
    else:
        with pytest.raises(WrongState):
            after(row, step)


@pytest.mark.parametrize(("subject", "state"), [*product(Subject, State)])
def test_only_whoever_asked_takes_it_back_and_only_while_it_is_open(
    world: World, case: Case, subject: Subject, state: State
) -> None:
    row = Approval(case=case, subject=subject, state=state, asked_by=world["assigned"].user)
    done_already = subject in {Subject.IMMINENT_HARM, Subject.BREAK_GLASS}
    assert may_take_back(world["assigned"].actor, row) == (state == State.ASKED and not done_already)
    assert not may_take_back(world["supervisor"].actor, row)


# --- asking and deciding ----------------------------------------------------------------------------------------


def test_a_supervisor_approves_what_a_caseworker_asked_for(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=plan.pk, note="Well thought out.")
    (document,) = approvals_of(read_case(assigned.actor, case.pk))
    assert (document.approval.state, document.approval.decided_by) == (
        State.APPROVED,
        world["supervisor"].user,
    )
    assert (document.content["reason"], document.content["note"]) == (REASON, "Well thought out.")
    assert b"Canaryreason" not in bytes(document.approval.sealed)
    assert AuditEvent.objects.filter(action="approval.approved", actor=world["supervisor"].user.pk).exists()


def test_whoever_can_decide_is_told_and_then_whoever_asked(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    assert [*Notice.objects.values_list("person", flat=True)] == [world["supervisor"].user.pk]
    refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=plan.pk, note="Ask her first.")
    assert Notice.objects.filter(person=assigned.user, what="approval_decided").count() == 1


def test_nobody_decides_on_their_own_not_even_in_the_database(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    for persona in (assigned, world["teammate"]):
        with pytest.raises(NotAllowed):
            approve(actor=persona.actor, case_id=case.pk, approval_id=plan.pk)
    with pytest.raises(NotVisible):
        approve(actor=world["stranger"].actor, case_id=case.pk, approval_id=plan.pk)
    own = {"state": State.APPROVED, "decided_by": assigned.user, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=plan.pk).update(**own)


def test_a_supervisor_without_another_supervisor_can_t_ask(world: World, case: Case) -> None:
    with pytest.raises(WrongState):
        ask_approval(actor=world["supervisor"].actor, case_id=case.pk, subject=Subject.PLAN, reason=REASON)


def test_a_refusal_says_why_and_a_question_too(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    with pytest.raises(Invalid) as refused:
        refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=plan.pk, note="  ")
    assert set(refused.value.fields) == {"note"}
    with pytest.raises(Invalid) as asking:
        ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.CLOSURE, reason=" ")
    assert set(asking.value.fields) == {"reason"}


def test_what_is_asked_for_is_asked_once_and_decided_once(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    with pytest.raises(WrongState):
        ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason=REASON)
    take_back(actor=assigned.actor, case_id=case.pk, approval_id=plan.pk)
    with pytest.raises(WrongState):
        approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=plan.pk)
    ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason=REASON)


def test_an_exception_is_not_asked_for_here(assigned: Persona, case: Case) -> None:
    with pytest.raises(NotAllowed):
        ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.COURT_ORDER, reason=REASON)


@pytest.mark.parametrize("harm", ["undone", "another reviewer", "gone"])
def test_a_row_that_is_not_ours_is_noticed(
    world: World, assigned: Persona, case: Case, plan: Approval, harm: str
) -> None:
    rows = Approval.objects.filter(pk=plan.pk)
    if harm == "undone":
        before = {"state": plan.state, "sealed": plan.sealed, "decided_by": None, "decided_at": None}
        refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=plan.pk, note="No.")
        rows.update(**before)
    elif harm == "another reviewer":
        rows.update(reviewer=world["teammate"].user)
    else:
        rows.delete()
    with pytest.raises(Tampered):
        approvals_of(read_case(assigned.actor, case.pk))


def test_what_follows_from_a_decision_runs_with_it(
    world: World, case: Case, plan: Approval, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand_in_the_way(*args: object) -> None:
        raise NotAllowed

    monkeypatch.setattr(approval_decided, "_functions", [stand_in_the_way])
    with pytest.raises(NotAllowed):
        approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=plan.pk)
    plan.refresh_from_db()
    assert plan.state == State.ASKED


# --- what waits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", Subject)
def test_what_waits_for_a_person_is_what_they_may_decide(
    world: World, assigned: Persona, case: Case, subject: Subject
) -> None:
    row = asked(assigned, case, subject)
    waits_for = {name for name in PEOPLE if row in approvals_waiting_for(world[name].actor)}
    assert waits_for == DECIDERS[subject] - {"assigned"}


def test_what_is_due_first_waits_first_and_what_is_decided_waits_no_more(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    supervisor = world["supervisor"].actor
    with transaction.atomic():
        file = open_case_file(assigned.actor, case.pk, level=Level.WRITE, lock=True)
        soon = timezone.now() + timedelta(hours=1)
        harm = ask(file, Subject.IMMINENT_HARM, {"reason": REASON}, due_at=soon)
    assert [*approvals_waiting_for(supervisor)] == [harm, plan]
    approve(actor=supervisor, case_id=case.pk, approval_id=harm.pk)
    assert [*approvals_waiting_for(supervisor)] == [plan]
    page = text(sign_in(world["supervisor"]).get(reverse("today")))
    assert reverse("approval", args=[case.pk, plan.pk]) in page
    assert "Canaryreason" not in page


# --- pages ------------------------------------------------------------------------------------------------------


def test_the_pages_ask_and_decide(world: World, assigned: Persona, case: Case) -> None:
    browser, supervisor = sign_in(assigned), sign_in(world["supervisor"])
    asking = reverse("approval-new", args=[case.pk])
    assert "A supervisor decides" in text(browser.get(asking))
    assert browser.post(asking, {"subject": "plan"}).status_code == 400
    assert browser.post(asking, {"subject": "court_order", "reason": REASON}).status_code == 400
    assert browser.post(asking, {"subject": "plan", "reason": REASON}).status_code == 302
    row = case.approvals.get()
    page = reverse("approval", args=[case.pk, row.pk])
    own, theirs = text(browser.get(page)), text(supervisor.get(page))
    assert REASON in own
    assert 'value="approve"' not in own
    assert 'value="take_back"' in own
    assert 'value="approve"' in theirs
    assert 'value="take_back"' not in theirs
    assert "Waits for you" in text(supervisor.get(reverse("case", args=[case.pk])))
    assert browser.post(page, {"answer": "approve"}).status_code == 403
    assert supervisor.post(page, {"answer": "maybe"}).status_code == 400
    assert supervisor.post(page, {"answer": "refuse"}).status_code == 400
    assert supervisor.post(page, {"answer": "refuse", "note": "Ask her first."}).status_code == 302
    assert supervisor.post(page, {"answer": "approve"}).status_code == 409
    assert "Ask her first." in text(browser.get(page))
    row.refresh_from_db()
    assert row.state == State.REFUSED


def test_a_page_takes_back(assigned: Persona, case: Case, plan: Approval) -> None:
    page = reverse("approval", args=[case.pk, plan.pk])
    assert sign_in(assigned).post(page, {"answer": "take_back"}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == State.TAKEN_BACK


def test_an_approval_of_another_case_is_not_there(world: World, assigned: Persona, plan: Approval) -> None:
    other = record_identification(
        actor=assigned.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    elsewhere = open_case(actor=assigned.actor, identification_id=other.pk)
    assert sign_in(assigned).get(reverse("approval", args=[elsewhere.pk, plan.pk])).status_code == 404
    with pytest.raises(NotVisible):
        take_back(actor=assigned.actor, case_id=elsewhere.pk, approval_id=plan.pk)


def test_whoever_approves_sees_that_the_plan_has_changed(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    supervisor = sign_in(world["supervisor"])
    page = reverse("approval", args=[case.pk, plan.pk])
    assert "no longer what it was" not in text(supervisor.get(page))
    add_entry(
        actor=assigned.actor,
        case_id=case.pk,
        kind="goal",
        values={"wish": "A room of her own", "need": "shelter_transitional"},
    )
    assert "no longer what it was" in text(supervisor.get(page))


# --- API --------------------------------------------------------------------------------------------------------


def test_the_api_asks_and_decides(world: World, assigned: Persona, case: Case) -> None:
    worker, supervisor = api(assigned), api(world["supervisor"])
    address = f"/api/v1/cases/{case.pk}/approvals/"
    assert worker.post(address, {"subject": "plan", "reason": REASON}, format="json").status_code == 201
    (row,) = worker.get(address).data["results"]
    assert (row["reason"], row["state"], row["note"], row["overdue"]) == (REASON, "asked", "", False)
    own = f"{address}{row['id']}/"
    assert worker.post(f"{own}approve/", {}, format="json").status_code == 403
    assert supervisor.post(f"{own}take-back/").status_code == 403
    assert supervisor.post(f"{own}refuse/", {}, format="json").status_code == 400
    answer = supervisor.post(f"{own}approve/", {"note": "Go on."}, format="json")
    assert (answer.data["state"], answer.data["note"]) == ("approved", "Go on.")
    assert supervisor.post(f"{own}refuse/", {"note": "No."}, format="json").status_code == 409
    assert supervisor.post(f"{address}{uuid4()}/approve/", {}, format="json").status_code == 404
    refused = worker.post(address, {"subject": "break_glass", "reason": REASON}, format="json")
    assert refused.status_code == 400


def test_no_approval_takes_a_name_out_of_the_case(
    world: World, assigned: Persona, case: Case, plan: Approval
) -> None:
    supervisor = sign_in(world["supervisor"])
    for name in ("today", "case-list"):
        page = text(supervisor.get(reverse(name)))
        assert not any(word in page for word in PLANTED)
