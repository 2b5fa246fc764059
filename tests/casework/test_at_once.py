"""Two who decide about one case at once, on real connections: one of them does."""

from collections.abc import Callable
from typing import Any

import pytest

from casework.models import Case, Transfer
from casework.services.links import link_cases
from casework.services.transfers import accept_transfer, offer_transfer, take_back_transfer
from core.access_audit import disagreements
from core.errors import HearthError, WrongState
from core.models import Grant
from referrals.demo import Persona, World
from tests.casework.test_links import another
from tests.core.test_concurrency import at_once
from tests.neighbours import Neighbours, outreach

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
