"""Tables over the facts. Nothing leaves here that has not been through disclosure control."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.codebook import BY_FIELD, Column, Kind
from advocacy.disclosure import THRESHOLD, ProtectedTable, protect
from advocacy.facts import quarter
from advocacy.models import Fact
from core.errors import Invalid, Message

DIMENSIONS: tuple[Column, ...] = tuple(column for column in BY_FIELD.values() if column.kind is not Kind.FLAG)
"""What may be asked for. A flag has one value and "not reported", which is no second one."""


class UnknownDimension(Invalid):
    """A dimension that is not offered, or the same one twice. `fields` names `rows` or `columns`."""

    code = "unknown_dimension"


@dataclass(frozen=True, slots=True)
class FactTable:
    """A protected table and the two columns of the codebook that it crosses."""

    rows: Column
    columns: Column
    protected: ProtectedTable


def counted_facts() -> QuerySet[Fact]:
    """The facts whose consent still stands."""
    this_quarter = quarter(timezone.localdate())
    return Fact.objects.filter(Q(consent_ends_in__isnull=True) | Q(consent_ends_in__gt=this_quarter))


def protected_table(*, rows: str, columns: str, k: int = THRESHOLD) -> FactTable:
    """Facts by two dimensions, named as in CTDC's codebook (see DIMENSIONS), counted by one query and
    protected.

    Facts without a value in either dimension are the missing. There is no filter, by source or otherwise: the
    difference of two tables would count a few people. Raises UnknownDimension.
    """
    row_column, column_column = _dimensions(rows, columns)
    counts: Counter[tuple[str, str]] = Counter()
    missing = 0
    found: list[dict[str, Any]] = list(
        counted_facts().values(row_column.field, column_column.field).order_by().annotate(n=Count("pk"))
    )
    for group in found:
        row, column = group[row_column.field], group[column_column.field]
        if row is None or column is None:
            missing += group["n"]
        else:
            counts[str(row), str(column)] = group["n"]
    row_codes = _codes(row_column, {row for row, _column in counts})
    column_codes = _codes(column_column, {column for _row, column in counts})
    protected = protect(
        row_codes,
        column_codes,
        [[counts[row, column] for column in column_codes] for row in row_codes],
        missing=missing,
        k=k,
    )
    return FactTable(row_column, column_column, protected)


def _dimensions(rows: str, columns: str) -> tuple[Column, Column]:
    offered = {column.name: column for column in DIMENSIONS}
    wrong: dict[str, list[Message]] = {
        field: [_("Choose one of: %(names)s.") % {"names": ", ".join(offered)}]
        for field, name in (("rows", rows), ("columns", columns))
        if name not in offered
    }
    if not wrong and rows == columns:
        wrong = {"columns": [_("Choose another dimension than for the rows.")]}
    if wrong:
        raise UnknownDimension(wrong)
    return offered[rows], offered[columns]


def _codes(column: Column, seen: set[str]) -> list[str]:
    """A code list in its own order, whole; of countries and years those that occur."""
    return list(column.codes) if column.kind is Kind.CODE else sorted(seen)
