"""Who may do what in a case, and in which state of it: one table each, and every cell of their product is tried.

Steps between states, approvals by subject, and who assigns to whom have tables of their own beside their subjects.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from casework.approvals import Subject
from casework.models import Case
from casework.people import OUTSIDE
from casework.selectors import read_case
from casework.services import plan_follow_up, record_consent, save_section
from casework.services.approvals import approve, ask_approval
from casework.services.assignment import assign_case
from casework.services.consents import How, Purpose
from casework.services.emergency import break_glass
from casework.services.entries import add_entry
from casework.services.exceptions import claim_exception
from casework.services.links import link_cases
from casework.services.transfers import offer_transfer
from core.actor import Actor
from core.errors import HearthError, WrongState
from core.keeping_out import keep_out
from core.models import Kind
from referrals.demo import World
from referrals.services import draft_referral, send_referral
from tests.casework.test_links import another
from tests.neighbours import Neighbours, outreach

# `kept_out` is a caseworker of the team whom the case keeps out; `outside` a supervisor of the organisation's other
# team, and `emergency` the same after opening it in an emergency. A plan waits for the decision of a supervisor;
# whoever was let in for a day keeps nobody out, and gets no follow-up for the time after that.
WHO = """
               read  section  entry  consent  exception  ask  decide  assign  offer  follow_up  referral  link  keep_out
assigned       ok    ok       ok     ok       ok         ok   403     403     403    ok         ok        ok    ok
teammate       ok    ok       ok     ok       ok         ok   403     403     403    ok         ok        ok    ok
supervisor     ok    ok       ok     ok       ok         409  ok      ok      ok     ok         ok        ok    ok
kept_out       404   404      404    404      404        404  404     404     404    404        404       404   404
outside        404   404      404    404      404        404  404     404     404    404        404       404   404
emergency      ok    ok       ok     ok       ok         ok   403     403     403    400        ok        404   403
stranger       404   404      404    404      404        404  404     404     404    404        404       404   404
focal_point    404   404      404    404      404        404  404     404     404    404        404       404   404
advocate       404   404      404    404      404        404  404     404     404    404        404       404   404
administrator  404   404      404    404      404        404  404     404     404    404        404       404   404
"""
# In a closed case late notes are written, courts ask, and what was asked for is answered; it is not carried on.
WHEN = """
          read  section  entry  consent  exception  ask  decide  assign  offer  follow_up  referral  link  keep_out
open      ok    ok       ok     ok       ok         ok   ok      ok      ok     ok         ok        ok    ok
active    ok    ok       ok     ok       ok         ok   ok      ok      ok     ok         ok        ok    ok
on_hold   ok    ok       ok     ok       ok         ok   ok      ok      ok     ok         ok        ok    ok
closed    ok    ok       ok     ok       ok         409  ok      ok      409    ok         409       ok    ok
reopened  ok    ok       ok     ok       ok         ok   ok      ok      ok     ok         ok        ok    ok
"""


def rows(table: str) -> dict[str, dict[str, str]]:
    head, *lines = [line.split() for line in table.strip().splitlines()]
    return {line[0]: dict(zip(head, line[1:], strict=True)) for line in lines}


ROLES, STATES = rows(WHO), rows(WHEN)
Try = Callable[[Actor], Any]


@pytest.fixture
def near(world: World) -> Neighbours:
    """Another team of the same organisation, there before the case."""
    return outreach(world)


@pytest.fixture
def case(near: Neighbours, case: Case) -> Case:
    """A case that was opened when it was there."""
    return case


@pytest.fixture
def tries(world: World, near: Neighbours, case: Case) -> dict[str, Try]:
    """Each action, done to the case in whatever state it is."""
    today, at = timezone.localdate(), {"case_id": case.pk}
    asker, sister = world["assigned"], another(world["assigned"], world.team)
    recipient = world.partner_team.organisation_id
    plan = ask_approval(actor=asker.actor, **at, subject=Subject.PLAN, reason="x")
    whom = {"whom": OUTSIDE, "name": "x", "reason": "x", "since": today.isoformat()}
    alert = {"message": "x", "since": today.isoformat()}
    return {
        "read": lambda by: read_case(by, case.pk),
        "section": lambda by: save_section(actor=by, **at, section="notes", values={}, base_version=0),
        "entry": lambda by: add_entry(actor=by, **at, kind="alert", values=alert),
        "consent": lambda by: record_consent(
            actor=by,
            **at,
            purpose=Purpose.SHARE,
            recipient=recipient,
            given_on=today,
            how=How.WRITTEN,
            explained="x",
            language="nep",
        ),
        "exception": lambda by: claim_exception(
            actor=by,
            **at,
            basis=Subject.COURT_ORDER,
            recipient=recipient,
            what="x",
            reason="x",
            reference="x",
        ),
        "ask": lambda by: ask_approval(actor=by, **at, subject=Subject.CLOSURE, reason="x"),
        "decide": lambda by: approve(actor=by, **at, approval_id=plan.pk),
        "assign": lambda by: assign_case(actor=by, **at, to=world["supervisor"].user.pk),
        "offer": lambda by: offer_transfer(actor=by, **at, to_team=near.team.pk, note="x"),
        "follow_up": lambda by: plan_follow_up(actor=by, **at, due_at=timezone.now(), about="x"),
        "referral": lambda by: draft_referral(
            actor=by, **at, service_id=world.services[0].pk, fields=["identity.chosen_name"]
        ),
        "link": lambda by: link_cases(actor=by, **at, other_id=sister.pk, relation="family"),
        "keep_out": lambda by: add_entry(actor=by, **at, kind="keep_out", values=whom),
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done meanwhile is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome(run: Try, actor: Actor) -> str:
    with undone():
        try:
            run(actor)
        except HearthError as error:
            return str(error.status)
    return "ok"


def somebody(world: World, near: Neighbours, case: Case, role: str) -> Actor:
    """Whoever the row is about, after what makes them so."""
    if role == "kept_out":
        about = {"object_id": case.pk, "kind": Kind.CASE, "whom": world["teammate"].user}
        keep_out(actor=world["assigned"].actor, **about)
        return world["teammate"].actor
    if role == "emergency":
        break_glass(actor=near.supervisor.actor, number=case.number, reason="x")
    return near.supervisor.actor if role in ("outside", "emergency") else world[role].actor


@pytest.mark.parametrize("role", ROLES)
def test_each_role_in_each_state_does_each_thing_or_may_not(
    world: World, near: Neighbours, case: Case, tries: dict[str, Try], role: str
) -> None:
    actor, wrong = somebody(world, near, case, role), []
    for state, action in product(STATES, tries):
        Case.objects.filter(pk=case.pk).update(state=state)
        expected = ROLES[role][action]
        expected = STATES[state][action] if expected == "ok" else expected
        if (got := outcome(tries[action], actor)) != expected:
            wrong.append(f"{role} in {state}, {action}: {got}, not {expected}")
    assert not wrong, "\n".join(wrong)


def test_the_tables_above_are_whole(tries: dict[str, Try]) -> None:
    assert set(STATES) == set(Case.State) - {Case.State.ERASED}
    for table in (ROLES, STATES):
        assert all(list(row) == list(tries) for row in table.values())


def test_what_was_drafted_before_it_closed_is_not_sent(
    world: World, case: Case, tries: dict[str, Try]
) -> None:
    sender = world["assigned"].actor
    drafted = tries["referral"](sender)
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    with pytest.raises(WrongState):
        send_referral(actor=sender, referral_id=drafted.pk)
