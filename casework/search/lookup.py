"""Looking tokens up, in SQL of its own: hundreds go in as one array, where Django would write a parameter for each."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connections, models, router

from casework.models import IndexEntry, IndexToken

_TABLES = {"tokens": IndexToken._meta.db_table, "entries": IndexEntry._meta.db_table}
# `among` the numbers of a parameter, or those that a subquery gives. PostgreSQL takes an array to be short, and goes
# by the index; a join with a subquery it would make by reading the whole table.
_WRITTEN = {
    "postgresql": {"among": "= ANY(%s)", "any_of": "= ANY(ARRAY({}))"},
    "sqlite": {"among": "IN (SELECT value FROM json_each(%s))", "any_of": "IN ({})"},
}


def holders(tokens: Iterable[int], *, most: int) -> list[UUID]:
    """The ids of up to `most` cases that hold one of the tokens."""
    some = "SELECT entry_id FROM {tokens} WHERE token {among} LIMIT %s"
    return _ids(_rows("SELECT object_id FROM {entries} WHERE id {any_of}", tokens, most, any_of=some))


def holders_of_most(tokens: Iterable[int], *, least: int, most: int) -> list[UUID]:
    """The ids of up to `most` cases that hold at least `least` of the tokens, those with the most of them first."""
    held = _rows(
        "SELECT entry_id FROM {tokens} WHERE token {among} GROUP BY entry_id HAVING COUNT(*) >= %s "
        "ORDER BY COUNT(*) DESC, entry_id LIMIT %s",
        tokens,
        least,
        most,
    )
    best = [entry for (entry,) in held]
    objects = dict(_rows("SELECT id, object_id FROM {entries} WHERE id {among}", best))
    return _ids((objects[entry],) for entry in best if entry in objects)


def times_held(tokens: Iterable[int]) -> dict[int, int]:
    """By how many cases each of the tokens is held; without those that none holds."""
    return dict(_rows("SELECT token, COUNT(*) FROM {tokens} WHERE token {among} GROUP BY token", tokens))


def _ids(rows: Iterable[tuple[Any]]) -> list[UUID]:
    """Each once, also where two teams of the actor hold the case."""
    field: models.Field[Any, Any] = IndexEntry._meta.get_field("object").target_field
    return list(dict.fromkeys(field.to_python(object_id) for (object_id,) in rows))


def _rows(statement: str, numbers: Iterable[int], *parameters: int, any_of: str = "") -> list[Any]:
    connection = connections[router.db_for_read(IndexToken)]
    written, array = _WRITTEN[connection.vendor], list(numbers)
    among = {**_TABLES, "among": written["among"]}
    statement = statement.format(**among, any_of=written["any_of"].format(any_of.format(**among)))
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [array if connection.vendor == "postgresql" else json.dumps(array), *parameters]
        )
        return list(cursor.fetchall())
