"""The rows of a package while they are compared with each other: in a temporary database on the disk, not in memory.

It has no name, and is gone when it is closed.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from referrals.hsds.given import Given
from referrals.hsds.problems import Problem, Tell, Weight
from referrals.hsds.schema import Column, Table

AT_ONCE = 500
CONFIDENTIAL = "confidential"  # a column beside the specification's: of this row nothing leaves
_NO = ("", "false", "f", "no", "n", "0")

_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -8000;
CREATE TABLE given (n INTEGER PRIMARY KEY, tbl TEXT, id TEXT, file TEXT, row TEXT, inside TEXT, data TEXT, hidden INT,
                    bad INT);
CREATE UNIQUE INDEX given_id ON given (id, tbl);
CREATE INDEX given_tbl ON given (tbl, n);
CREATE TABLE link (n INTEGER PRIMARY KEY, of INT, tbl TEXT, col TEXT, target TEXT, ttbl TEXT, required INT,
                   UNIQUE (of, col, target));
CREATE INDEX link_tbl ON link (tbl, n);
CREATE TABLE once (tbl TEXT, col TEXT, value TEXT, row TEXT, PRIMARY KEY (tbl, col, value)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Staged:
    """A row that was taken, with what it names: (column, id)."""

    n: int
    hsds_id: UUID
    data: dict[str, object] = field(repr=False)
    confidential: bool
    links: list[tuple[str, UUID]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A row that names one that is not in the package (`refused`: that is, and can't be loaded); or names none."""

    n: int
    of: int
    column: str
    target: UUID | None
    to: str
    required: bool
    refused: bool
    file: str
    row: str
    inside: str


def is_confidential(value: object) -> bool:
    """Whether a row's flag says so. Whatever does not say no says yes."""
    return str("" if value is None else value).strip().lower() not in _NO


class Staging:
    """The rows of one package."""

    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.executescript(_TABLES)
        self.database.execute("BEGIN")
        self._lost = 0

    def close(self) -> None:
        """Take it off the disk."""
        self.database.close()

    def add(self, given: Given, tell: Tell) -> None:
        """Take a row in, if only to know that what names it names a bad one. Tells what is wrong with it."""
        for column, message in given.problems:
            tell(Problem(given.file, given.row, _way(given.inside, column), message))
        key = _id(given.data.get("id"))
        if key is None or any(column == "id" for column, _message in given.problems):
            self._lost += 1
            return
        bad = bool(given.problems) or given.bad
        hidden = is_confidential(given.data.get(CONFIDENTIAL))
        added = self.database.execute(
            "INSERT OR IGNORE INTO given (tbl, id, file, row, inside, data, hidden, bad) VALUES (?,?,?,?,?,?,?,?)",
            (
                given.table.name,
                key,
                given.file,
                given.row,
                given.inside,
                json.dumps(given.data, ensure_ascii=False),
                hidden,
                bad,
            ),
        )
        if added.rowcount:
            self._link(int(added.lastrowid or 0), given, tell)
        elif given.merges:
            self._merge(key, given, bad, hidden, tell)
        else:
            self._twice(key, given, tell)

    def _twice(self, key: str, given: Given, tell: Tell) -> None:
        (row,) = self.database.execute(
            "SELECT row FROM given WHERE id=? AND tbl=?", (key, given.table.name)
        ).fetchone()
        self._lost += 1
        tell(Problem(given.file, given.row, "id", _("Row %s has the same id.") % row))

    def _merge(self, key: str, given: Given, bad: bool, hidden: bool, tell: Tell) -> None:
        """The JSON form shows a row wherever it belongs: the same each time, but for what it hangs on."""
        n, text = self.database.execute(
            "SELECT n, data FROM given WHERE id=? AND tbl=?", (key, given.table.name)
        ).fetchone()
        data = json.loads(text)
        for name, value in given.data.items():
            known = data.setdefault(name, value)
            if known != value and given.table.columns.get(name, _PLAIN).to == "":
                tell(
                    Problem(
                        given.file,
                        given.row,
                        _way(given.inside, name),
                        _("The same row stands elsewhere with another value."),
                    )
                )
                bad = True
            elif known != value:
                message = _("It belongs to several of these; a CSV file has room for the first alone.")
                tell(Problem(given.file, given.row, _way(given.inside, name), message, Weight.NOTED))
        self.database.execute(
            "UPDATE given SET data=?, hidden=max(hidden, ?), bad=max(bad, ?) WHERE n=?",
            (json.dumps(data, ensure_ascii=False), hidden, bad, n),
        )
        self._link(n, given, tell)

    def _link(self, n: int, given: Given, tell: Tell) -> None:
        table = given.table
        for column in table.references:
            target = _id(given.data.get(column.name))
            if target is not None:
                self.database.execute(
                    "INSERT OR IGNORE INTO link (of, tbl, col, target, ttbl, required) VALUES (?,?,?,?,?,?)",
                    (n, table.name, column.name, target, column.to, column.required),
                )
        for column in table.columns.values():
            value = given.data.get(column.name)
            if column.unique and column.name != "id" and value not in (None, ""):
                self._once(table, column, str(value), given, tell)

    def _once(self, table: Table, column: Column, value: str, given: Given, tell: Tell) -> None:
        key = (table.name, column.name, value)
        here = f"{given.row} {given.data.get('id')}"
        if not self.database.execute("INSERT OR IGNORE INTO once VALUES (?,?,?,?)", (*key, here)).rowcount:
            (there,) = self.database.execute(
                "SELECT row FROM once WHERE tbl=? AND col=? AND value=?", key
            ).fetchone()
            row, _space, of = there.partition(" ")
            if of != str(given.data.get("id")):
                message = _("Row %s has the same value, which should stand only once.") % row
                tell(Problem(given.file, given.row, _way(given.inside, column.name), message, Weight.NOTED))

    def loose(self, table: Table, after: int) -> list[Reference]:
        """Some of the references of a table's rows to what is not in the package or was refused, in order."""
        found = self.database.execute(
            "SELECT l.n, l.of, l.col, l.target, l.ttbl, l.required, t.bad IS NOT NULL, r.file, r.row, r.inside"
            " FROM link l JOIN given r ON r.n = l.of"
            " LEFT JOIN given t ON t.id = l.target AND (t.tbl = l.ttbl OR (l.ttbl = '*' AND t.bad = 1))"
            " WHERE l.tbl = ? AND l.n > ? AND r.bad = 0 AND (t.n IS NULL OR t.bad = 1) ORDER BY l.n LIMIT ?",
            (table.name, after, AT_ONCE),
        )
        return [
            Reference(n, of, col, UUID(target), to, bool(required), bool(bad), file, row, inside)
            for n, of, col, target, to, required, bad, file, row, inside in found
        ]

    def without(self, table: Table, column: Column, after: int) -> list[Reference]:
        """Some of the rows of a table that name no row in a column, in order."""
        found = self.database.execute(
            "SELECT n, file, row, inside FROM given WHERE tbl = ? AND n > ? AND bad = 0"
            " AND NOT EXISTS (SELECT 1 FROM link WHERE of = given.n AND col = ?) ORDER BY n LIMIT ?",
            (table.name, after, column.name, AT_ONCE),
        )
        return [
            Reference(n, n, column.name, None, column.to, True, False, file, row, inside)
            for n, file, row, inside in found
        ]

    def refuse(self, n: int) -> None:
        """Don't load this row."""
        self.database.execute("UPDATE given SET bad = 1 WHERE n = ?", (n,))

    def refused(self) -> int:
        """How many rows are not loaded."""
        bad = self.database.execute("SELECT count(*) FROM given WHERE bad = 1").fetchone()[0]
        return int(bad) + self._lost

    def count(self) -> int:
        """How many rows there are."""
        return int(self.database.execute("SELECT count(*) FROM given").fetchone()[0])

    def taken(self, table: Table) -> Iterator[list[Staged]]:
        """The rows of a table that are to be loaded, some at a time."""
        after = 0
        while True:
            rows = self.database.execute(
                "SELECT n, id, data, hidden FROM given WHERE tbl = ? AND n > ? AND bad = 0 ORDER BY n LIMIT ?",
                (table.name, after, AT_ONCE),
            ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            links: dict[int, list[tuple[str, UUID]]] = {}
            marks = ",".join("?" * len(rows))
            for of, column, target in self.database.execute(
                f"SELECT of, col, target FROM link WHERE of IN ({marks}) ORDER BY n",  # noqa: S608
                [row[0] for row in rows],
            ):
                links.setdefault(of, []).append((column, UUID(target)))
            yield [
                Staged(n, UUID(key), json.loads(data), bool(hidden), links.get(n, []))
                for n, key, data, hidden in rows
            ]

    def among(self, table: str, ids: list[UUID]) -> set[UUID]:
        """Which of these ids the package has, refused or not."""
        marks = ",".join("?" * len(ids))
        found = self.database.execute(
            f"SELECT id FROM given WHERE tbl = ? AND id IN ({marks})",  # noqa: S608
            [table, *(each.hex for each in ids)],
        )
        return {UUID(each) for (each,) in found}


_PLAIN = Column("", "string")


def _id(value: object) -> str | None:
    """A UUID as it is compared, or none; what is no UUID has been refused."""
    try:
        return UUID(value).hex if isinstance(value, str) else None
    except ValueError:
        return None


def _way(inside: str, column: str) -> str:
    return f"{inside}.{column}" if inside and column else inside or column
