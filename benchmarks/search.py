"""Finding cases by the blind index, among many of one team; beside a table of the same in clear."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from benchmarks.harness import Result, compare
from benchmarks.models import PlainPerson
from casework.models import Case
from casework.record.fields import Indexed
from casework.search.candidates import holding_any, holding_most
from casework.search.find import MOST, find
from casework.search.tokens import index_keys_of
from casework.search.values import words_of
from casework.search.words import name_parts
from casework.selectors import cases_of
from casework.services.importing import case_from_elsewhere, import_cases, index_imported
from core.actor import Actor
from referrals.demo import Persona, World
from tests.casework.names import people

CASES = 5000
_LOOKED_FOR = 300
_AT_ONCE = 500
_BORN_FIRST = date(1975, 1, 1)

Person = tuple[UUID, str, str]  # the case, the name as another office spells it, the date of birth


def measure(world: World, rounds: int = 300) -> Iterator[Result]:
    """By date of birth and by name: the index alone, then the whole search with what it opens."""
    someone = world["supervisor"]
    wanted = _fill(world, someone)
    actor = someone.actor
    keys = index_keys_of(actor)
    find_alike = _alike_on(connection.vendor)

    def by_date(day: str) -> list[UUID]:
        return holding_any(keys, words_of([(Indexed.DATE, day)]))

    def plain_by_date(day: str) -> list[UUID]:
        return list(PlainPerson.objects.filter(born=day).values_list("id", flat=True))

    def by_name(name: str) -> list[Case]:
        return _rows(actor, holding_most(keys, words_of([(Indexed.NAME, name)]))[:MOST])

    def plain_by_name(name: str) -> list[Case]:
        return _rows(actor, find_alike(" ".join(name_parts(name))))

    def whole(name: str) -> int:
        return len(find(someone.actor, frozenset({(Indexed.NAME, name)})))

    def plain_whole(name: str) -> int:
        return len(_rows(someone.actor, find_alike(" ".join(name_parts(name)))))

    days, names = [day for _id, _name, day in wanted], [name for _id, name, _day in wanted]
    assert set(by_date(days[0])) == set(plain_by_date(days[0])) != set()
    ours, peer = _each(by_date, days), _each(plain_by_date, days)
    what = f"Look up a date of birth among {CASES:,} cases"
    yield compare(what, ours, "a plain indexed column", peer, rounds=rounds, at_most=1.2)
    alike = "pg_trgm" if connection.vendor == "postgresql" else "FTS5 trigrams"
    ours, peer = _each(by_name, names), _each(plain_by_name, names)
    result = compare("The cases of a name, spelt otherwise", ours, alike, peer, rounds=rounds, at_most=5)
    recalls = [_recall(run, wanted) for run in (by_name, plain_by_name)]
    met = bool(result.met) and recalls[0] >= 0.95
    yield replace(result, met=met, value="finds {:.1%}, the peer {:.1%}".format(*recalls))
    ours, peer = _each(whole, names), _each(plain_whole, names)
    yield compare("... opened and compared", ours, f"{alike}, and the same rows", peer, rounds=rounds // 3)


def _each(run: Callable[[str], object], values: list[str]) -> Callable[[], object]:
    """One value after the other, over and over."""
    following = cycle(values)
    return lambda: run(next(following))


def _recall(run: Callable[[str], list[Case]], wanted: list[Person]) -> float:
    return sum(id in {case.pk for case in run(name)} for id, name, _day in wanted) / len(wanted)


def _rows(actor: Actor, ids: "list[UUID] | QuerySet[PlainPerson, dict[str, UUID]]") -> list[Case]:
    return list(cases_of(actor).filter(pk__in=ids))


def _alike_on(vendor: str) -> Callable[[str], list[UUID]]:
    """The ids of up to MOST people with the most similar names, by the database's own means."""
    if vendor == "postgresql":
        statement = "SELECT id FROM {0} WHERE name %% %s ORDER BY similarity(name, %s) DESC LIMIT %s"
    else:
        statement = "SELECT id FROM {0}_fts WHERE name MATCH %s ORDER BY rank LIMIT %s"
    statement = statement.format(PlainPerson._meta.db_table)

    def alike(name: str) -> list[UUID]:
        trigrams = sorted({name[start : start + 3] for start in range(len(name) - 2)})
        either = " OR ".join(f'"{each}"' for each in trigrams)
        parameters = (name, name, MOST) if vendor == "postgresql" else (either, MOST)
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return [PlainPerson._meta.pk.to_python(id) for (id,) in cursor.fetchall()]

    return alike


def _fill(world: World, someone: Persona) -> list[Person]:
    """Real cases with a name and a date of birth, and the same in clear; who is looked for, among them."""
    chosen = random.Random(9)
    pairs = people(CASES, seed=9)
    days = [(_BORN_FIRST + timedelta(days=chosen.randrange(30 * 365))).isoformat() for _ in range(CASES)]
    files = [
        case_from_elsewhere(
            number=str(place),
            opened_on=None,
            sections={"identity": {"given_name": given, "family_name": family, "date_of_birth": day}},
        )
        for place, ((recorded, _typed), day) in enumerate(zip(pairs, days, strict=True))
        for given, family in [recorded.split()]
    ]
    plain, wanted = [], []
    for start in range(0, CASES, _AT_ONCE):
        made = import_cases(actor=someone.actor, team_id=world.team.pk, cases=files[start : start + _AT_ONCE])
        index_imported(actor=someone.actor, team_id=world.team.pk, cases=made)
        for id, file in made.items():
            (recorded, typed), day = pairs[int(file.number)], days[int(file.number)]
            plain.append(PlainPerson(id=id, name=" ".join(name_parts(recorded)), born=day))
            wanted.append((id, typed, day))
    PlainPerson.objects.bulk_create(plain)
    _index(PlainPerson._meta.db_table)
    return chosen.sample(wanted, _LOOKED_FOR)


def _index(table: str) -> None:
    """What the peers look names up by."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute(f"CREATE INDEX plain_person_trigrams ON {table} USING gin (name gin_trgm_ops)")
            cursor.execute(
                "SET pg_trgm.similarity_threshold = 0.1"
            )  # at the default, 0.3, it finds four of five
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute(
                f"CREATE VIRTUAL TABLE {table}_fts USING fts5(id UNINDEXED, name, tokenize='trigram')"
            )
            cursor.execute(f"INSERT INTO {table}_fts SELECT id, name FROM {table}")
            cursor.execute("ANALYZE")
