"""Lists by keyset: a page begins beside a row, not after a number of rows, and costs the same wherever it stands."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q


def turned(order: Iterable[str]) -> tuple[str, ...]:
    """The same order backwards: `-` before each column where there was none."""
    return tuple(column[1:] if column.startswith("-") else f"-{column}" for column in order)


def beyond(order: Sequence[str], place: Sequence[Any]) -> Q:
    """The rows that `order` puts after the one whose columns hold `place`. None of the columns may be null."""
    column, way = order[0].removeprefix("-"), "lt" if order[0].startswith("-") else "gt"
    past = Q((f"{column}__{way}", place[0]))
    if len(order) == 1:
        return past
    # The first half says nothing new; it lets an index find where to begin.
    return Q((f"{column}__{way}e", place[0])) & (past | beyond(order[1:], place[1:]))
