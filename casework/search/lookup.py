"""Looking tokens up, in SQL of its own: hundreds go in as one array, where Django would write a parameter for each."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connections, models, router

from casework.models import IndexEntry, IndexToken

_TOKENS, _ENTRIES = IndexToken._meta.db_table, IndexEntry._meta.db_table
_AMONG = {"postgresql": "= ANY(%s)", "sqlite": "IN (SELECT value FROM json_each(%s))"}


def holders(tokens: Iterable[int], *, most: int) -> list[UUID]:
    """The ids of up to `most` cases that hold one of the tokens."""
    return _ids(
        "SELECT e.object_id FROM {tokens} t JOIN {entries} e ON e.id = t.entry_id WHERE t.token {among} LIMIT %s",
        tokens,
        most,
    )


def holders_of_most(tokens: Iterable[int], *, least: int, most: int) -> list[UUID]:
    """The ids of up to `most` cases that hold at least `least` of the tokens, those with the most of them first."""
    return _ids(
        "WITH held AS (SELECT entry_id, COUNT(*) AS times FROM {tokens} WHERE token {among} "
        "GROUP BY entry_id HAVING COUNT(*) >= %s ORDER BY times DESC, entry_id LIMIT %s) "
        "SELECT e.object_id FROM held JOIN {entries} e ON e.id = held.entry_id "
        "ORDER BY held.times DESC, held.entry_id",
        tokens,
        least,
        most,
    )


def times_held(tokens: Iterable[int]) -> dict[int, int]:
    """By how many cases each of the tokens is held; without those that none holds."""
    return dict(_rows("SELECT token, COUNT(*) FROM {tokens} WHERE token {among} GROUP BY token", tokens))


def _ids(statement: str, tokens: Iterable[int], *parameters: int) -> list[UUID]:
    """Each once, also where two teams of the actor hold the case."""
    field: models.Field[Any, Any] = IndexEntry._meta.get_field("object").target_field
    return list(dict.fromkeys(field.to_python(id) for (id,) in _rows(statement, tokens, *parameters)))


def _rows(statement: str, tokens: Iterable[int], *parameters: int) -> list[Any]:
    connection = connections[router.db_for_read(IndexToken)]
    among = list(tokens)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(tokens=_TOKENS, entries=_ENTRIES, among=_AMONG[connection.vendor]),
            [among if connection.vendor == "postgresql" else json.dumps(among), *parameters],
        )
        return list(cursor.fetchall())
