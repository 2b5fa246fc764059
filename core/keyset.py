"""Lists by keyset: a page begins beside a row, not after a number of rows, and costs the same wherever it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)


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


@dataclass(frozen=True, slots=True)
class Listed(Generic[M]):
    """Any ordered list, looked through by its own columns."""

    rows: QuerySet[M, Any]

    def place_of(self, order: Sequence[str], row_id: UUID) -> Sequence[Any]:
        """What the columns of the order hold in a row of the list. Raises ObjectDoesNotExist."""
        columns = (column.removeprefix("-") for column in order)
        place: Sequence[Any] = self.rows.values_list(*columns).get(pk=row_id)
        return place

    def beside(self, order: Sequence[str], place: Sequence[Any], limit: int) -> list[M]:
        """The first `limit` rows of the list beyond `place`, in this order."""
        rows = self.rows.filter(beyond(order, place)) if place else self.rows
        return list(rows.order_by(*order)[:limit])
