"""What is not granted is not in a list, whichever way the list is looked up."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access import Principal
from core.actor import Actor
from core.models import Level
from core.paging import rows_beside
from referrals.demo import Persona, World
from tests.core.drafts import drafts, new_draft

pytestmark = pytest.mark.django_db

PRINCIPALS = ("team", "partner_team", "other_team", "assigned", "teammate", "stranger", "focal_point")
OPENS_FOR = {
    "assigned": {"team", "assigned"},
    "teammate": {"team", "teammate"},
    "stranger": {"other_team", "stranger"},
    "focal_point": {"focal_point"},  # the role does not open the team's drafts
}
GRANTED = st.lists(
    st.tuples(st.sets(st.sampled_from(PRINCIPALS)), st.integers(1, 3), st.booleans()), max_size=6
)


def principal(world: World, name: str) -> Principal:
    return getattr(world, name) if name.endswith("team") else world[name].user


def in_pages(actor: Actor, size: int) -> list[UUID]:
    """The ids of the whole list, a page after the other."""
    ids: list[UUID] = []
    while found := rows_beside(drafts(actor), size, str(ids[-1]) if ids else ""):
        ids += [row.pk for row in found]
    return ids


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(granted=GRANTED, size=st.integers(1, 4))
def test_one_sees_what_is_granted_to_one_or_ones_team_and_nothing_else(
    world: World, granted: list[tuple[set[str], int, bool]], size: int
) -> None:
    with transaction.atomic():
        made = []
        for names, moment, active in granted:
            to = [(principal(world, name), Level.READ) for name in sorted(names)]
            made.append((new_draft(world, to, moment, active=active), names, moment, active))
        for name, opens in OPENS_FOR.items():
            actor = world[name].actor
            seen = [(-moment, row.pk) for row, names, moment, active in made if active and names & opens]
            expected = [pk for _moment, pk in sorted(seen)]
            assert [row.pk for row in drafts(actor)] == expected
            assert in_pages(actor, size) == expected
        transaction.set_rollback(True)


def test_what_is_granted_twice_stands_in_the_list_once(world: World, assigned: Persona) -> None:
    twice = new_draft(world, [(world.team, Level.READ), (assigned.user, Level.WRITE)], 1)
    once = new_draft(world, [(world.team, Level.READ)], 2)
    assert rows_beside(drafts(assigned.actor), 50) == list(drafts(assigned.actor)) == [once, twice]


def test_a_token_sees_nothing_of_what_its_owner_was_granted(world: World, assigned: Persona) -> None:
    new_draft(world, [(assigned.user, Level.WRITE)], 1)
    of_the_team = new_draft(world, [(world.team, Level.READ)], 2)
    token = replace(assigned.actor, token_id=uuid4())
    assert rows_beside(drafts(token), 50) == list(drafts(token)) == [of_the_team]


def test_who_is_nobody_sees_nothing(world: World, assigned: Persona) -> None:
    new_draft(world, [(world.team, Level.READ)], 1)
    nobody = replace(assigned.actor, memberships=(), token_id=uuid4())
    assert rows_beside(drafts(nobody), 50) == list(drafts(nobody)) == []


def test_a_narrowed_list_is_searched_to_its_end(world: World, assigned: Persona) -> None:
    """The newest few granted are not enough where most of them are filtered out."""
    old = new_draft(world, [(world.team, Level.READ)], 1)
    for moment in range(2, 6):
        new_draft(world, [(world.team, Level.READ)], moment)
    rows = drafts(assigned.actor)
    oldest = rows.filter(object__sort_key=1)
    for narrowed in (oldest, rows.exclude(object__sort_key__gt=1), rows & oldest):
        assert rows_beside(narrowed, 1) == [old]
