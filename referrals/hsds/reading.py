"""Puts rows together again as the JSON form has them: an organization and its services, a service and its owner.

How many queries it takes depends on how deep the form goes, not on how many rows there are.
"""

import enum
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from referrals.hsds.schema import EXPANDED, OF_THE_ORGANIZATION, Table, downwards, tables
from referrals.hsds.staging import CONFIDENTIAL
from referrals.hsds.values import as_number
from referrals.hsds.withholding import OPEN_COLUMNS
from referrals.models import DirectoryLink, DirectoryRow

Node = dict[str, Any]
Key = tuple[str, UUID]

AT_ONCE = 500
DEEPEST = 12
MOST_FOR_ANYBODY = 2_000  # rows that hang on one: who wants more takes an export


class View(enum.Enum):
    """Who looks: Hearth itself, whoever gets an export, or anybody."""

    INSIDE = "inside"
    EXPORT = "export"
    ANYBODY = "anybody"

    @property
    def rows(self) -> Q:
        """The rows that are there for this view."""
        return {
            View.INSIDE: Q(gone=False),
            View.EXPORT: Q(gone=False, public=True),
            View.ANYBODY: Q(active=True, public=True),
        }[self]

    @property
    def linked_rows(self) -> Q:
        """The same, of the rows that name another."""
        return Q(*((f"row__{name}", value) for name, value in self.rows.children))  # type: ignore[misc]


def shown(row: DirectoryRow, view: View) -> Node:
    """What a view sees of a row by itself: anybody, the specification's columns alone."""
    columns = tables()[row.table].columns
    data: Node = row.data
    if view is not View.INSIDE and row.sheltered:
        data = {name: value for name, value in data.items() if name in OPEN_COLUMNS}
    elif view is not View.INSIDE:
        data = {name: value for name, value in data.items() if name != CONFIDENTIAL or view is View.EXPORT}
    if view is View.ANYBODY:
        data = {name: value for name, value in data.items() if name in columns}
    return {
        name: as_number(value) if name in columns and columns[name].type == "number" else value
        for name, value in data.items()
    }


def trees(rows: Sequence[DirectoryRow], view: View, *, without: Collection[str] = ()) -> list[Node]:
    """Each of these rows with all that hangs on it; `without` are references that are not followed.

    The rows are of one source and one table.
    """
    if not rows:
        return []
    found = _Found(rows, view, frozenset(without))
    return [found.node(row) for row in rows]


class _Found:
    """Some rows, and everything that can be reached from them, a step at a time."""

    def __init__(self, rows: Sequence[DirectoryRow], view: View, without: frozenset[str]) -> None:
        self._view = view
        self._source = rows[0].source_id
        self._down = downwards(rows[0].table) - without
        self._up = EXPANDED - without - ({OF_THE_ORGANIZATION} if rows[0].table == "organization" else set())
        self._rows: dict[Key, DirectoryRow] = {}
        self._below: dict[Key, list[tuple[str, DirectoryRow]]] = defaultdict(list)
        step: list[DirectoryRow] = list(rows)
        for row in rows:
            self._rows[row.table, row.hsds_id] = row
        for _depth in range(DEEPEST):
            if not step:
                break
            step = [*self._hanging_on(step), *self._named_by(step)]

    def _hanging_on(self, rows: list[DirectoryRow]) -> list[DirectoryRow]:
        keys = [(row.table, row.hsds_id) for row in rows]
        tables_of: dict[UUID, list[str]] = defaultdict(list)
        for table, hsds_id in keys:
            tables_of[hsds_id].append(table)
        fresh = []
        for ids in _some(tables_of):
            links = (
                DirectoryLink.objects.filter(
                    self._view.linked_rows, source=self._source, target__in=ids, column__in=self._down
                )
                .select_related("row")
                .order_by("row_id", "id")
            )
            if self._view is View.ANYBODY:
                links = links[: MOST_FOR_ANYBODY - min(len(self._rows), MOST_FOR_ANYBODY)]
            for link in links:
                name = link.column.partition(".")[2]
                to = tables()[link.row.table].columns[name].to
                for table in tables_of[link.target]:
                    if to in ("*", table):
                        self._below[table, link.target].append((name, link.row))
                if self._is_new(link.row):
                    fresh.append(link.row)
        return fresh

    def _named_by(self, rows: list[DirectoryRow]) -> list[DirectoryRow]:
        wanted = {
            key
            for row in rows
            for key in (_target(row, column.name, column.to) for column in self._ones(row).values())
            if key is not None and key not in self._rows
        }
        fresh = []
        for ids in _some({hsds_id for _table, hsds_id in wanted}):
            for row in DirectoryRow.objects.filter(self._view.rows, source=self._source, hsds_id__in=ids):
                if (row.table, row.hsds_id) in wanted and self._is_new(row):
                    fresh.append(row)
        return fresh

    def _ones(self, row: DirectoryRow) -> dict[str, Any]:
        table = tables()[row.table]
        return {name: column for name, column in table.ones.items() if table.label(column.name) in self._up}

    def _is_new(self, row: DirectoryRow) -> bool:
        key = (row.table, row.hsds_id)
        return self._rows.setdefault(key, row) is row

    def node(self, row: DirectoryRow, above: frozenset[Key] = frozenset()) -> Node:
        """A row as the JSON form has it: its own columns, then what hangs on it."""
        key = (row.table, row.hsds_id)
        table = tables()[row.table]
        above = above | {key}
        node = {
            name: value
            for name, value in shown(row, self._view).items()
            if not self._is_told(row, table, name)
        }
        for name, column in self._ones(row).items():
            one = self._rows.get(_target(row, column.name, column.to) or ("", row.hsds_id))
            if one is not None and (one.table, one.hsds_id) not in above:
                node[name] = self.node(one, above)
        for _name, child in self._below.get(key, ()):
            if (child.table, child.hsds_id) not in above:
                node.setdefault(tables()[child.table].list_name, []).append(self.node(child, above))
        return node

    def _is_told(self, row: DirectoryRow, table: Table, name: str) -> bool:
        """Whether the place in the tree says what this column does."""
        column = table.columns.get(name)
        if column is None or not column.to:
            return False
        target = _target(row, name, column.to)
        if target is None:
            return False
        if column.to == "*":
            return any(key[1] == target[1] for key in self._below)
        return target in self._rows


def _target(row: DirectoryRow, column: str, to: str) -> Key | None:
    value = row.data.get(column)
    try:
        return (to, UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _some(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    each = iter(ids)
    while batch := list(islice(each, AT_ONCE)):
        yield batch
