"""Long lists, one page at a time, by keyset: what comes meanwhile moves no page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import HttpRequest

from core.access_query import VisibleQuerySet
from core.keyset import Listed, turned

M = TypeVar("M", bound=models.Model)

PAGE_SIZE = 50


class NoSuchRow(LookupError):
    """The list holds no row of this id (any more)."""


def rows_beside(
    rows: "models.QuerySet[M, Any]", limit: int, row_id: str = "", *, before: bool = False
) -> list[M]:
    """Up to `limit` rows of an ordered list: those after the row of this id, or before it; the first without one.

    The last of the columns that `rows` are ordered by is `pk`, and none may be null. One query, and one for the row
    of this id. Raises NoSuchRow.
    """
    order = tuple(map(str, rows.query.order_by))
    look = rows if isinstance(rows, VisibleQuerySet) else Listed(rows)
    place: Sequence[Any] = ()
    if row_id:
        try:
            place = look.place_of(order, UUID(row_id))
        except (ValueError, ObjectDoesNotExist):
            raise NoSuchRow from None
    found = look.beside(turned(order) if before else order, place, limit)
    return found[::-1] if before else found


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list; `previous` and `next` are the addresses beside it, empty where there is no page."""

    rows: Sequence[M]
    previous: str
    next: str


def page_of(request: HttpRequest, rows: "models.QuerySet[M, Any]", size: int = PAGE_SIZE) -> Page[M]:
    """The page after the row that `?after=` names, or before that of `?before=`; the first one where none is there."""
    before = "before" in request.GET
    cursor = request.GET.get("before" if before else "after", "")
    try:
        found = rows_beside(rows, size + 1, cursor, before=before) if cursor else []
    except NoSuchRow:
        found = []
    if not found:
        before, cursor = False, ""
        found = rows_beside(rows, size + 1)
    more = len(found) > size
    shown = found[-size:] if before else found[:size]
    return Page(
        rows=shown,
        previous=f"?before={shown[0].pk}" if (more if before else cursor) else "",
        next=f"?after={shown[-1].pk}" if before or more else "",
    )
