"""What is not granted is not in a list, whichever way the list is looked up."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import Actor
from core.grant_rows import Principal
from core.granted import Granted
from core.marks import Outsider
from core.models import Level, Team
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
KEPT_OUT_BY = {
    "assigned": {"assigned", "team"},
    "teammate": {"teammate", "team"},
    "stranger": {"stranger", "other_team"},
    "focal_point": {"focal_point", "partner_team"},
}
GRANTED = st.lists(
    st.tuples(
        st.sets(st.sampled_from(PRINCIPALS)),
        st.sets(st.sampled_from(PRINCIPALS), max_size=2),
        st.integers(1, 3),
        st.booleans(),
    ),
    max_size=6,
)


def principal(world: World, name: str) -> Principal:
    return getattr(world, name) if name.endswith("team") else world[name].user


def outsider(world: World, name: str) -> Outsider:
    """A person, or the organisation of a team."""
    found = principal(world, name)
    return found.organisation if isinstance(found, Team) else found


def in_pages(actor: Actor, size: int) -> list[UUID]:
    """The ids of the whole list, a page after the other."""
    ids: list[UUID] = []
    while found := rows_beside(drafts(actor), size, str(ids[-1]) if ids else ""):
        ids += [row.pk for row in found]
    return ids


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(granted=GRANTED, size=st.integers(1, 4))
def test_one_sees_what_one_or_ones_team_was_granted_unless_kept_out_and_nothing_else(
    world: World, granted: list[tuple[set[str], set[str], int, bool]], size: int
) -> None:
    with transaction.atomic():
        made = []
        for names, without, moment, active in granted:
            to = [(principal(world, name), Level.READ) for name in sorted(names)]
            kept_out = [outsider(world, name) for name in sorted(without)]
            row = new_draft(world, to, moment, active=active, kept_out=kept_out)
            made.append((row, names if active else set(), without, moment))
        for name, opens in OPENS_FOR.items():
            actor = world[name].actor
            seen = [
                (-moment, row.pk)
                for row, names, without, moment in made
                if names & opens and not without & KEPT_OUT_BY[name]
            ]
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


def test_a_lookup_that_finds_too_much_shows_no_more(
    world: World, assigned: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row that it finds is asked about once more, by itself."""
    mine = new_draft(world, [(world.team, Level.READ)], 1)
    new_draft(world, [(world.other_team, Level.READ)], 2)
    new_draft(world, [(world.team, Level.READ)], 3, active=False)
    new_draft(world, [(world.team, Level.READ)], 4, kept_out=[assigned.user])
    everything = RawSQL("SELECT core_sealedobject.id FROM core_sealedobject", ())
    monkeypatch.setattr(Granted, "newest", lambda *_, **__: everything)
    assert rows_beside(drafts(assigned.actor), 50) == [mine]


def test_a_narrowed_list_is_searched_to_its_end(world: World, assigned: Persona) -> None:
    """The newest few granted are not enough where most of them are filtered out."""
    old = new_draft(world, [(world.team, Level.READ)], 1)
    for moment in range(2, 6):
        new_draft(world, [(world.team, Level.READ)], moment)
    rows = drafts(assigned.actor)
    oldest = rows.filter(object__sort_key=1)
    for narrowed in (oldest, rows.exclude(object__sort_key__gt=1), rows & oldest):
        assert rows_beside(narrowed, 1) == [old]
