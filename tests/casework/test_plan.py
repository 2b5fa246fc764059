"""The case plan: goals for needs, actions with follow-ups, what was approved and whether it is still that."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.approvals import Subject, approvals_of
from casework.models import Case, FollowUp
from casework.plan import needs_of, plan_approval
from casework.selectors import follow_ups_of, read_case, read_follow_ups
from casework.services import plan_follow_up, save_section
from casework.services.approvals import approve, ask_approval, take_back
from casework.services.entries import add_entry, change_entry
from core.errors import Invalid, NotAllowed, NotVisible
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import queries, text

TODAY = timezone.localdate()
SOON = (TODAY + timedelta(days=5)).isoformat()
LATER = (TODAY + timedelta(days=9)).isoformat()
ROOM = {"wish": "A room of her own", "need": "shelter_transitional"}


def add(persona: Persona, case: Case, kind: str, values: dict[str, Any], under: UUID | None = None) -> UUID:
    return add_entry(actor=persona.actor, case_id=case.pk, kind=kind, values=values, under=under)


@pytest.fixture
def goal(assigned: Persona, case: Case) -> UUID:
    return add(assigned, case, "goal", ROOM)


@pytest.fixture
def call(world: World) -> dict[str, Any]:
    """What a teammate does."""
    who = str(world["teammate"].user.pk)
    return {"what": "Call the house", "done_by": "colleague", "colleague": who, "by_when": SOON}


def follow_ups(persona: Persona, case: Case) -> list[tuple[str, str, str]]:
    """What each is about, whose it is and its state, the earliest first."""
    actor = persona.actor
    documents = read_follow_ups(actor, follow_ups_of(actor).filter(object=case.pk))
    return [(each.about, each.follow_up.assignee.name, each.follow_up.state) for each in documents]


# --- the tree ---------------------------------------------------------------------------------------------------


def test_the_plan_is_a_tree_of_needs_goals_and_actions(assigned: Persona, case: Case, goal: UUID) -> None:
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="needs",
        values={"needs": ["legal_advice", "shelter_transitional"]},
        base_version=0,
    )
    work = add(assigned, case, "goal", {"wish": "Bake", "need": "vocational_training"})
    for what in ("First", "Second"):
        add(assigned, case, "action", {"what": what, "done_by": "survivor"}, under=goal)
    needs = needs_of(read_case(assigned.actor, case.pk))
    assert [each.code for each in needs] == ["legal_advice", "shelter_transitional", "vocational_training"]
    assert [len(each.goals) for each in needs] == [0, 1, 1]
    assert [each.values["what"] for each in needs[1].goals[0].actions] == ["First", "Second"]
    assert needs[2].goals[0].entry.id == work


def test_an_action_belongs_to_a_goal(assigned: Persona, case: Case) -> None:
    with pytest.raises(NotVisible):
        add(assigned, case, "action", {"what": "x", "done_by": "survivor"})


@pytest.mark.parametrize(
    ("kind", "values", "missing"),
    [
        ("goal", {"result": "reached"}, "ended_on"),
        ("goal", {"ended_on": TODAY.isoformat()}, "result"),
        ("action", {"result": "done"}, "ended_on"),
        ("action", {"ended_on": TODAY.isoformat()}, "result"),
        ("action", {"done_by": "colleague"}, "colleague"),
        ("action", {"done_by": "partner"}, "partner"),
    ],
)
def test_what_goes_together_is_asked_for_together(
    assigned: Persona, case: Case, goal: UUID, kind: str, values: dict[str, Any], missing: str
) -> None:
    base = ROOM if kind == "goal" else {"what": "x", "done_by": "survivor"}
    with pytest.raises(Invalid) as refused:
        add(assigned, case, kind, base | values, under=goal if kind == "action" else None)
    assert set(refused.value.fields) == {missing}


def test_only_a_member_of_the_team_does_an_action(
    world: World, assigned: Persona, case: Case, goal: UUID, call: dict[str, Any]
) -> None:
    for other in (str(world["stranger"].user.pk), str(world["advocate"].user.pk), "x"):
        with pytest.raises(Invalid) as refused:
            add(assigned, case, "action", call | {"colleague": other}, under=goal)
        assert set(refused.value.fields) == {"colleague"}


def test_who_has_left_keeps_what_they_did_and_gets_nothing_new(
    world: World, assigned: Persona, case: Case, goal: UUID, call: dict[str, Any]
) -> None:
    action = add(assigned, case, "action", call, under=goal)
    world["teammate"].user.memberships.all().delete()
    change = {"actor": assigned.actor, "case_id": case.pk, "kind": "action", "entry_id": action}
    done = call | {"result": "done", "ended_on": TODAY.isoformat()}
    change_entry(**change, values=done, base_version=1)
    page = text(sign_in(assigned).get(reverse("plan", args=[case.pk])))
    assert world["teammate"].user.name in page
    with pytest.raises(Invalid):
        add(assigned, case, "action", call, under=goal)


# --- follow-ups -------------------------------------------------------------------------------------------------


def test_a_colleague_gets_a_follow_up_that_ends_with_the_action(
    world: World, assigned: Persona, case: Case, goal: UUID, call: dict[str, Any]
) -> None:
    action = add(assigned, case, "action", call, under=goal)
    teammate = world["teammate"].user.name
    assert follow_ups(assigned, case) == [("Call the house", teammate, "due")]
    change = {"actor": assigned.actor, "case_id": case.pk, "kind": "action", "entry_id": action}
    change_entry(**change, values=call | {"outcome": "They call back."}, base_version=1)
    assert follow_ups(assigned, case) == [("Call the house", teammate, "due")]
    change_entry(**change, values=call | {"by_when": LATER}, base_version=2)
    assert [state for _about, _who, state in follow_ups(assigned, case)] == ["cancelled", "due"]
    done = call | {"by_when": LATER, "result": "done", "ended_on": TODAY.isoformat()}
    change_entry(**change, values=done, base_version=3)
    assert [state for _about, _who, state in follow_ups(assigned, case)] == ["cancelled", "done"]


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"result": "given_up", "ended_on": TODAY.isoformat()}, "cancelled"),
        ({"result": "partly", "ended_on": TODAY.isoformat()}, "done"),
        ({"done_by": "survivor"}, "cancelled"),
    ],
)
def test_how_an_action_ends_is_how_its_follow_up_ends(
    assigned: Persona, case: Case, goal: UUID, call: dict[str, Any], changed: dict[str, Any], state: str
) -> None:
    action = add(assigned, case, "action", call, under=goal)
    change_entry(
        actor=assigned.actor,
        case_id=case.pk,
        kind="action",
        entry_id=action,
        values=call | changed,
        base_version=1,
    )
    assert [each[2] for each in follow_ups(assigned, case)] == [state]


def test_the_survivors_and_a_partners_steps_are_nobody_s_follow_up(
    assigned: Persona, case: Case, goal: UUID
) -> None:
    for values in ({"done_by": "survivor"}, {"done_by": "partner", "partner": "The bakery"}):
        add(assigned, case, "action", {"what": "x", "by_when": SOON, **values}, under=goal)
    assert follow_ups(assigned, case) == []


def test_a_conference_stays_as_it_was_written_and_plans_the_next(
    world: World, assigned: Persona, case: Case
) -> None:
    held = {"held_on": TODAY.isoformat(), "took_part": "Us", "decided": "To wait", "next_on": SOON}
    first = add(world["supervisor"], case, "conference", held)
    add(world["supervisor"], case, "conference", held | {"next_on": LATER})
    name = assigned.user.name
    assert follow_ups(assigned, case) == [
        ("Case conference", name, "cancelled"),
        ("Case conference", name, "due"),
    ]
    with pytest.raises(NotAllowed):
        change_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="conference",
            entry_id=first,
            values=held,
            base_version=1,
        )


# --- approval ---------------------------------------------------------------------------------------------------


def test_an_approved_plan_shows_whether_it_has_changed_since(
    world: World, assigned: Persona, case: Case, goal: UUID
) -> None:
    def state() -> tuple[str, bool] | None:
        file = read_case(assigned.actor, case.pk)
        found = plan_approval(file, approvals_of(file))
        return (found.document.approval.state, found.changed) if found else None

    assert state() is None
    row = ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason="It is agreed.")
    approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=row.pk)
    values = {"kind": "alert", "values": {"message": "x", "since": TODAY.isoformat()}}
    add_entry(actor=assigned.actor, case_id=case.pk, **values)
    assert state() == ("approved", False)
    add(assigned, case, "action", {"what": "Look for a room", "done_by": "survivor"}, under=goal)
    assert state() == ("approved", True)
    assert "Changed since" in text(sign_in(assigned).get(reverse("plan", args=[case.pk])))
    again = ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason="One more step.")
    assert state() == ("asked", False)
    take_back(actor=assigned.actor, case_id=case.pk, approval_id=again.pk)
    assert state() == ("approved", True)


# --- pages and API ----------------------------------------------------------------------------------------------


def test_the_plan_is_made_with_forms_alone(world: World, assigned: Persona, case: Case) -> None:
    browser, plan = sign_in(assigned), reverse("plan", args=[case.pk])
    assert "No need is recorded yet" in text(browser.get(plan))
    new = reverse("entry-new", args=[case.pk, "goal"])
    assert browser.post(f"{new}?next={plan}", ROOM | {"next": plan}).headers["Location"] == plan
    (goal,) = read_case(assigned.actor, case.pk).entries.of("goal")
    new = f"{reverse('entry-new', args=[case.pk, 'action'])}?under={goal.id}"
    form = text(browser.get(new))
    assert world["teammate"].user.name in form
    assert world["stranger"].user.name not in form
    overdue = (TODAY - timedelta(days=2)).isoformat()
    values = {"what": "Canarystep", "done_by": "survivor", "by_when": overdue, "next": plan}
    assert browser.post(new, values).status_code == 302
    for kind, values in (
        ("service_received", {"service": "mhpss", "provider": "Canaryhouse", "begun_on": overdue}),
        ("conference", {"held_on": overdue, "took_part": "Canarypeople", "decided": "x"}),
    ):
        assert browser.post(reverse("entry-new", args=[case.pk, kind]), values).status_code == 302
    page = text(browser.get(plan))
    for shown in ("A room of her own", "Canarystep", "Overdue", "Canaryhouse", "Canarypeople"):
        assert shown in page


def test_the_plan_takes_as_many_queries_for_ten_actions_as_for_one(
    assigned: Persona, case: Case, goal: UUID, call: dict[str, Any]
) -> None:
    plan, browser = reverse("plan", args=[case.pk]), sign_in(assigned)
    add(assigned, case, "action", call, under=goal)
    before = queries(browser, plan)
    for _ in range(9):
        add(assigned, case, "action", call, under=goal)
    assert queries(browser, plan) == before


def test_the_api_takes_what_the_form_takes(
    world: World, assigned: Persona, case: Case, goal: UUID, call: dict[str, Any]
) -> None:
    client, address = api(assigned), f"/api/v1/cases/{case.pk}/entries/action/"
    sent = {"values": call, "under": str(goal)}
    made = client.post(address, sent, format="json")
    assert (made.status_code, made.data["values"]) == (201, call)
    sent["values"] = call | {"colleague": str(world["stranger"].user.pk)}
    refused = client.post(address, sent, format="json")
    assert refused.status_code == 400
    assert [error["attr"] for error in refused.data["errors"]] == ["colleague"]


def test_what_was_a_follow_up_by_hand_is_not_ended_by_the_plan(
    assigned: Persona, case: Case, goal: UUID, call: dict[str, Any]
) -> None:
    due = timezone.now() + timedelta(days=1)
    by_hand = plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=due, about="Call the house")
    action = add(assigned, case, "action", call, under=goal)
    change_entry(
        actor=assigned.actor,
        case_id=case.pk,
        kind="action",
        entry_id=action,
        values=call | {"result": "done", "ended_on": TODAY.isoformat()},
        base_version=1,
    )
    by_hand.refresh_from_db()
    assert by_hand.state == FollowUp.State.DUE
