"""Two who decide about one case at once, on real connections: one of them does."""

from collections.abc import Callable
from typing import Any

import pytest

from casework.approvals import State, Subject
from casework.models import Approval, Case, Transfer
from casework.selectors import read_case
from casework.services import save_section
from casework.services.approvals import approve, ask_approval, refuse
from casework.services.assignment import assign_case
from casework.services.entries import add_entry, change_entry
from casework.services.links import link_cases
from casework.services.transfers import accept_transfer, offer_transfer, take_back_transfer
from core.access_audit import disagreements
from core.accounts import admit_member
from core.errors import HearthError, NotVisible, Stale, WrongState
from core.models import AuditEvent, Grant, Role
from referrals.demo import Persona, World
from tests.casework.test_links import another
from tests.core.test_concurrency import at_once
from tests.neighbours import Neighbours, outreach, person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def near(world: World) -> Neighbours:
    """Another team of the same organisation."""
    return outreach(world)


@pytest.fixture
def offered(world: World, case: Case, near: Neighbours) -> Transfer:
    """The case, offered to that team."""
    return offer_transfer(
        actor=world["supervisor"].actor, case_id=case.pk, to_team=near.team.pk, note="Yours?"
    )


def accepts(near: Neighbours, offered: Transfer, to: Persona) -> Callable[[], Any]:
    actor = near.supervisor.actor
    return lambda: accept_transfer(actor=actor, transfer_id=offered.pk, assign_to=to.user.pk)


def test_of_two_who_accept_one_does(case: Case, near: Neighbours, offered: Transfer) -> None:
    results = at_once(accepts(near, offered, near.supervisor), accepts(near, offered, near.caseworker))
    won = [each for each in results if isinstance(each, Case)]
    assert [type(each) for each in results if each not in won] == [WrongState]
    case.refresh_from_db()
    assert (case.team, case.assigned_to) == (near.team, won[0].assigned_to)
    assert list(disagreements()) == []


def test_accepted_and_taken_back_at_once_it_is_one_of_the_two(
    world: World, case: Case, near: Neighbours, offered: Transfer
) -> None:
    actor = world["supervisor"].actor
    results = at_once(
        accepts(near, offered, near.supervisor),
        lambda: take_back_transfer(actor=actor, transfer_id=offered.pk),
    )
    assert sum(isinstance(each, HearthError) for each in results) == 1
    case.refresh_from_db()
    offered.refresh_from_db()
    assert (case.team == near.team) == (offered.state == "accepted")
    assert {grant.team_id for grant in Grant.objects.filter(object=case.pk, team__isnull=False)} == {
        case.team_id
    }
    assert list(disagreements()) == []


def test_two_who_link_the_same_two_cases_from_either_end_link_them_once(
    world: World, assigned: Persona, case: Case
) -> None:
    other = another(assigned, world.team)
    here, there = assigned.actor, world["teammate"].actor
    results = at_once(
        lambda: link_cases(actor=here, case_id=case.pk, other_id=other.pk, relation="family"),
        lambda: link_cases(actor=there, case_id=other.pk, other_id=case.pk, relation="family"),
    )
    assert sum(isinstance(each, WrongState) for each in results) == 1


# --- entries  ----------------------------------------

ALERT = {"message": "Canaryalert", "since": "2026-01-16"}


def test_two_who_add_an_entry_both_do(world: World, case: Case) -> None:
    actors = [world[name].actor for name in ("assigned", "teammate")]
    made = at_once(
        *(lambda a=a: add_entry(actor=a, case_id=case.pk, kind="alert", values=ALERT) for a in actors)
    )
    assert {each.id for each in read_case(actors[0], case.pk).entries.of("alert")} == set(made)


def test_of_two_who_change_an_entry_one_does_and_the_other_sees_both(
    world: World, assigned: Persona, case: Case
) -> None:
    entry = add_entry(actor=assigned.actor, case_id=case.pk, kind="alert", values=ALERT)
    actors = {name: world[name].actor for name in ("assigned", "teammate")}

    def change(name: str) -> Callable[[], Any]:
        values = ALERT | {"message": name}
        return lambda: change_entry(
            actor=actors[name],
            case_id=case.pk,
            kind="alert",
            entry_id=entry,
            values=values,
            base_version=1,
        )

    results = at_once(*map(change, actors))
    [stale] = [each for each in results if isinstance(each, Stale)]
    assert [each for each in results if each is not stale] == [2]
    (now,) = read_case(assigned.actor, case.pk).entries.of("alert")
    assert now.values == stale.newest
    assert {stale.newest["message"], stale.yours["message"]} == set(actors)


# --- who decides, who has the case, and who is kept out  ----------------------------------------


def test_of_two_supervisors_who_decide_one_does(world: World, assigned: Persona, case: Case) -> None:
    second = person("second", world.team.organisation)
    first = world["supervisor"].actor
    admit_member(actor=first, team=world.team, user=second.user, role=Role.SUPERVISOR)
    asked = ask_approval(actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason="x")
    other, which = second.actor, {"case_id": case.pk, "approval_id": asked.pk}
    approved, refused = at_once(
        lambda: approve(actor=first, **which), lambda: refuse(actor=other, **which, note="Not yet.")
    )
    assert isinstance(approved, WrongState) != isinstance(refused, WrongState)
    won, decider = (approved, first) if isinstance(approved, Approval) else (refused, other)
    asked.refresh_from_db()
    assert asked.state == (State.APPROVED if decider is first else State.REFUSED) == won.state
    assert asked.decided_by == decider.user


def test_of_two_who_assign_a_case_the_later_one_knows_of_the_earlier(world: World, case: Case) -> None:
    actor = world["supervisor"].actor
    to = [world[name].user for name in ("teammate", "supervisor")]
    results = at_once(*(lambda u=u: assign_case(actor=actor, case_id=case.pk, to=u.pk) for u in to))
    assert all(isinstance(each, Case) for each in results)
    case.refresh_from_db()
    last = AuditEvent.objects.filter(action="case.assigned").order_by("pk").last()
    assert last is not None
    assert last.codes["to"] == str(case.assigned_to_id)


def test_whoever_is_kept_out_while_they_save_comes_first_or_finds_nothing(
    world: World, assigned: Persona, case: Case
) -> None:
    mine, theirs = assigned.actor, world["teammate"].actor
    whom = {"whom": f"user:{theirs.user.pk}", "reason": "x", "since": "2026-01-16"}
    kept_out, saved = at_once(
        lambda: add_entry(actor=mine, case_id=case.pk, kind="keep_out", values=whom),
        lambda: save_section(
            actor=theirs,
            case_id=case.pk,
            section="identity",
            values={"chosen_name": "Siskin"},
            base_version=1,
        ),
    )
    assert not isinstance(kept_out, Exception)
    in_time = not isinstance(saved, Exception)
    assert in_time or isinstance(saved, NotVisible)
    name = read_case(mine, case.pk).section("identity").values["chosen_name"]
    assert name == ("Siskin" if in_time else "Linnet")
    with pytest.raises(NotVisible):
        read_case(theirs, case.pk)
    assert list(disagreements()) == []
