"""The JSON form: organizations with their services, or services with their organization, each a tree of rows.

A list is read an element at a time, so that it may be as long as it likes.
"""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from referrals.hsds.given import Given, Message
from referrals.hsds.problems import Problem, Tell, Unreadable, Weight
from referrals.hsds.schema import Column, Table, by_list_name, reference_to, tables
from referrals.hsds.values import BadValue, check_text, from_json

CHUNK = 1 << 16
LONGEST = 50_000_000  # characters: one organization with all its services
DEEPEST = 12


class JsonPackage:
    """A JSON file: one organization or service, a list of them, or a page of an API's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.total = path.stat().st_size
        self.done = 0
        self.complete: set[str] = set()

    def close(self) -> None:
        """Nothing is open."""

    def rows(self, tell: Tell) -> Iterator[Given]:
        """The rows of every tree. Raises Unreadable."""
        file = self._path.name
        with self._path.open("rb") as stream:
            for number, item in enumerate(_items(stream, file), start=1):
                self.done = stream.tell()
                if isinstance(item, dict):
                    named = any(each in item for each in ("status", "organization", "organization_id"))
                    table = tables()["service" if named else "organization"]
                    yield from _Tree(file, str(number), tell).rows(table, item)
                else:
                    tell(Problem(file, str(number), "", _("Expected an organization or a service.")))
        self.complete = set(tables())


def _items(stream: BinaryIO, file: str) -> Iterator[object]:
    """The elements of a list; or the one thing that the file holds. Raises Unreadable."""
    reader = _Reader(stream, file)
    if reader.peek() != "[":
        whole = reader.value()
        if reader.peek():
            raise reader.broken()
        contents = whole.get("contents") if isinstance(whole, dict) else None
        yield from contents if isinstance(contents, list) else [whole]
        return
    reader.skip()
    mark = reader.peek()
    if mark == "]":
        reader.skip()
    while mark != "]":
        yield reader.value()
        if (mark := reader.peek()) not in (",", "]"):
            raise reader.broken()
        reader.skip()
    if reader.peek():
        raise reader.broken()


class _Reader:
    """JSON values from a stream, one after the other."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._stream, self._file = stream, file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(parse_constant=self._constant)
        self._text, self._at, self._over, self._item = "", 0, False, 1

    def broken(self) -> Unreadable:
        """What to raise where this is no JSON."""
        return Unreadable(
            _("%(file)s, row %(row)s: this is not JSON.") % {"file": self._file, "row": self._item}
        )

    def _constant(self, _name: str) -> object:
        raise ValueError  # NaN and the infinite are no JSON

    def _more(self) -> bool:
        if self._over:
            return False
        chunk = self._stream.read(
            max(CHUNK, len(self._text))
        )  # twice as much: else long values take for ever
        self._over = not chunk
        try:
            self._text = self._text[self._at :] + self._decoder.decode(chunk, final=self._over)
        except UnicodeDecodeError:
            raise Unreadable(
                _("%(file)s, row %(row)s: this is not UTF-8.") % {"file": self._file, "row": self._item}
            ) from None
        self._at = 0
        if len(self._text) > LONGEST:
            raise Unreadable(_("%(file)s, row %(row)s: too long.") % {"file": self._file, "row": self._item})
        return not self._over

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in " \t\r\n":
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Pass over that character."""
        self._at += 1

    def value(self) -> object:
        """The next value. Raises Unreadable."""
        self.peek()
        while True:
            try:
                found, end = self._json.raw_decode(self._text, self._at)
            except RecursionError:
                raise self.broken() from None
            except ValueError:
                found, end = None, -1
            if end >= 0 and (end < len(self._text) or self._over):
                self._at, self._item = end, self._item + 1
                return found
            if not self._more() and end < 0:
                raise self.broken()


class _Tree:
    """The rows of one organization or service, what hangs on each with the id of what it hangs on."""

    def __init__(self, file: str, row: str, tell: Tell) -> None:
        self._file, self._row, self._tell = file, row, tell

    def rows(
        self,
        table: Table,
        node: dict[str, object],
        inside: str = "",
        above: tuple[str, object] | None = None,
        depth: int = 0,
    ) -> Iterator[Given]:
        """A row, after those that it names and before those that hang on it."""
        data: dict[str, object] = {}
        problems: list[tuple[str, Message]] = []
        below: list[tuple[Table, object, str]] = []
        for name, value in node.items():
            child = by_list_name().get(name)
            if name in table.ones and isinstance(value, dict):
                column = table.ones[name]
                if depth < DEEPEST:
                    yield from self.rows(tables()[column.to], value, self._way(inside, name), depth=depth + 1)
                data[column.name] = value.get("id")
            elif name in table.ones or (
                child is not None and reference_to(child, table) and name not in table.columns
            ):
                if child is None or not isinstance(value, list):
                    if value is not None:
                        problems.append((name, _("Expected a list.") if child else _("Expected an object.")))
                else:
                    below += [
                        (child, each, f"{self._way(inside, name)}[{at}]") for at, each in enumerate(value)
                    ]
            else:
                self._plain(table, name, value, inside, data, problems)
        if above is not None:
            column_name, of = above
            if data.setdefault(column_name, of) != of:
                problems.append((column_name, _("This names another than what it stands in.")))
        named = {name for name, _message in problems}
        problems += [
            (name, _("This is needed."))
            for name, column in table.columns.items()
            if column.required and not column.to and data.get(name) in (None, "") and name not in named
        ]
        yield Given(table, self._file, self._row, data, inside, tuple(problems), merges=True)
        for child, each, way in below:
            hangs = reference_to(child, table)
            if not isinstance(each, dict) or hangs is None or depth >= DEEPEST:
                self._tell(Problem(self._file, self._row, way, _("Expected an object.")))
            else:
                yield from self.rows(child, each, way, (hangs.name, data.get("id")), depth + 1)

    def _plain(
        self,
        table: Table,
        name: str,
        value: object,
        inside: str,
        data: dict[str, object],
        problems: list[tuple[str, Message]],
    ) -> None:
        column = table.columns.get(name)
        try:
            if column is not None:
                data[name] = from_json(column, value)
                return
            check_text(_TEXT, json.dumps([name, value], ensure_ascii=False))
        except (BadValue, RecursionError) as wrong:
            problems.append((name, getattr(wrong, "message", _("This is nested too deeply."))))
            return
        data[name] = value
        way = self._way(inside, name.encode("ascii", "backslashreplace").decode()[:80])
        self._tell(
            Problem(self._file, self._row, way, _("Not of the specification; kept as it is."), Weight.NOTED)
        )

    @staticmethod
    def _way(inside: str, name: str) -> str:
        return f"{inside}.{name}" if inside else name


_TEXT = Column("", "string")
