"""How many of those who are in the index are found by a name that was spelt otherwise: a floor, on a fixed list."""

import pytest

from casework.models import Case, IndexEntry, IndexToken
from casework.record.fields import Indexed
from casework.search.candidates import holding_most
from casework.search.find import ALIKE, MOST
from casework.search.tokens import index_key
from casework.search.values import words_of
from casework.search.words import Part, name_likeness, name_parts
from core.models import Kind, SealedObject
from referrals.demo import Persona, World
from tests.casework.names import people

PEOPLE = people(600, seed=11)


@pytest.fixture
def ids(world: World, assigned: Persona, case: Case) -> list[object]:
    """Everyone's first spelling in the team's index, beside the objects alone: the cases are not opened here."""
    key = index_key(assigned.actor, world.team)
    objects = SealedObject.objects.bulk_create(
        SealedObject(kind=Kind.CASE, sort_key=place) for place in range(len(PEOPLE))
    )
    entries = IndexEntry.objects.bulk_create(
        IndexEntry(team=world.team, object=each, rules=1) for each in objects
    )
    IndexToken.objects.bulk_create(
        IndexToken(entry=entry, token=token)
        for entry, (recorded, _other) in zip(entries, PEOPLE, strict=True)
        for token in key.kept(words_of([(Indexed.NAME, recorded)]), entry.object_id)
    )
    return [each.pk for each in objects]


def test_nineteen_of_twenty_are_found_by_another_spelling(
    world: World, assigned: Persona, ids: list[object]
) -> None:
    keys = [index_key(assigned.actor, world.team)]
    found = shown = 0
    for id, (recorded, typed) in zip(ids, PEOPLE, strict=True):
        if id in holding_most(keys, words_of([(Indexed.NAME, typed)]))[:MOST]:
            found += 1
            both = ([Part(part) for part in name_parts(name)] for name in (typed, recorded))
            shown += name_likeness(*both) >= ALIKE
    assert found / len(PEOPLE) >= 0.98
    assert shown / len(PEOPLE) >= 0.97
