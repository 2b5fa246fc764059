"""A package of CSV files, in a folder or a zip archive, row by row. Nothing of an archive is unpacked to the disk."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, is_zipfile
from zlib import error as BadDeflate

from django.utils.translation import gettext_lazy as _

from referrals.hsds.given import Given, Message
from referrals.hsds.json_form import JsonPackage
from referrals.hsds.problems import Problem, Tell, Unreadable, Weight
from referrals.hsds.schema import Table, tables
from referrals.hsds.values import BadValue, from_text

UNPACKED = 1_000_000_000  # bytes: what an archive may come to when it is unpacked
MEMBERS = 1_000
CELL = 4_000_000  # characters: an area may be a long GeoJSON
DESCRIPTION = 5_000_000  # bytes of a datapackage.json


class _Folder:
    """The files of a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self.names = {
            each.name: each.stat().st_size for each in sorted(self._path.iterdir()) if each.is_file()
        }

    def open(self, name: str) -> BinaryIO:
        return (self._path / name).open("rb")

    def close(self) -> None:
        """Nothing is open."""


class _Archive:
    """The files of a zip archive that lie beside its data package, or its services."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
        except BadZipFile:
            raise Unreadable(_("%s: this archive is damaged.") % path.name) from None
        members = [each for each in self._zip.infolist() if not each.is_dir()]
        if len(members) > MEMBERS or sum(each.file_size for each in members) > UNPACKED:
            raise Unreadable(_("%s: this archive is too large when it is unpacked.") % path.name)
        for each in members:
            parts = PurePosixPath(each.filename.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or ":" in each.filename or each.flag_bits & 1:
                raise Unreadable(
                    _("%s: a file in this archive is encrypted, or has a name that leads out of it.")
                    % path.name
                )
        known = {"datapackage.json", *(table.path for table in tables().values())}
        folders = [
            PurePosixPath(m.filename).parent for m in members if PurePosixPath(m.filename).name in known
        ]
        base = min(folders, key=lambda folder: len(folder.parts), default=PurePosixPath("."))
        inside = [m for m in members if PurePosixPath(m.filename).parent == base]
        self._members = {PurePosixPath(m.filename).name: m for m in inside}
        self.names = {name: member.file_size for name, member in self._members.items()}

    def open(self, name: str) -> BinaryIO:
        return self._zip.open(self._members[name])  # type: ignore[return-value]

    def close(self) -> None:
        self._zip.close()


class TabularPackage:
    """The CSV files of a package, in the order in which rows name each other."""

    def __init__(self, path: Path) -> None:
        self._files: _Folder | _Archive = _Folder(path) if path.is_dir() else _Archive(path)
        self._paths = self._described()
        self.total = sum(self._files.names.get(name, 0) for name in self._paths.values())
        self.done = 0
        self.complete: set[str] = set()

    def close(self) -> None:
        """Close the archive."""
        self._files.close()

    def _described(self) -> dict[str, str]:
        """Table -> file: as the package's description has it, or else the specification's names."""
        paths = {name: table.path for name, table in tables().items()}
        if "datapackage.json" in self._files.names:
            with self._files.open("datapackage.json") as stream:
                try:
                    resources = json.loads(stream.read(DESCRIPTION))["resources"]
                    paths |= {each["name"]: each["path"] for each in resources if each["name"] in paths}
                except (ValueError, LookupError, TypeError, RecursionError):
                    raise Unreadable(
                        _("%s: this does not describe a data package.") % "datapackage.json"
                    ) from None
        found = {name: path for name, path in paths.items() if path in self._files.names}
        if not found:
            raise Unreadable(_("There is no table of the specification in this package."))
        return found

    def rows(self, tell: Tell) -> Iterator[Given]:
        """Every row of every table. Raises Unreadable for an archive that breaks off."""
        strangers = {name for name in self._files.names if name.endswith(".csv")} - set(self._paths.values())
        for name in sorted(strangers):
            tell(Problem(name, "", "", _("No table of the specification; left out."), Weight.NOTED))
        csv.field_size_limit(CELL)
        for name, table in tables().items():
            if name in self._paths:
                path = self._paths[name]
                before = self.done
                try:
                    with self._files.open(path) as stream:
                        yield from self._table(table, path, stream, tell)
                except (BadZipFile, BadDeflate, EOFError, RuntimeError):
                    raise Unreadable(_("%s: this file of the archive is damaged.") % path) from None
                self.done = before + self._files.names[path]

    def _table(self, table: Table, file: str, stream: BinaryIO, tell: Tell) -> Iterator[Given]:
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        records = csv.reader(text, strict=True)
        number, before = 1, self.done
        try:
            header = [name.strip() for name in next(records, [])]
            usable, bad = _header(table, file, header, tell)
            if not usable:
                return
            for number, cells in enumerate(records, start=2):
                if any(cell.strip() for cell in cells):
                    yield _given(table, file, number, header, cells, bad)
                if number % 500 == 0:
                    self.done = before + stream.tell()
            self.complete.add(table.name)
        except csv.Error:  # an open quotation mark swallows the rows that follow, whatever is done about it
            message = _(
                "A quotation mark is out of place, or a cell is too long; what follows can't be read."
            )
            tell(Problem(file, str(number + 1), "", message))


def _header(table: Table, file: str, header: list[str], tell: Tell) -> tuple[bool, bool]:
    """Whether rows can be read by this header, and whether all of them are bad."""
    twice = sorted({name for name in header if header.count(name) > 1})
    for name in twice:
        tell(Problem(file, "1", _safe(name), _("Two columns have this name.")))
    unclean = sorted({name for name in header if not _clean(name)})
    for name in unclean:
        tell(Problem(file, "1", _safe(name), _("This is not UTF-8.")))
    for name in header:
        if name not in table.columns:
            tell(Problem(file, "1", _safe(name), _("Not of the specification; kept as it is."), Weight.NOTED))
    missing = [name for name, column in table.columns.items() if column.required and name not in header]
    for name in missing:
        tell(Problem(file, "1", name, _("This column is needed, and missing: no row is loaded.")))
    return "id" in header and not twice and not unclean, bool(missing)


def _safe(name: str) -> str:
    """A column's name as it can be printed, whatever stands in it."""
    return name.encode("ascii", "backslashreplace").decode()[:80]


def _given(table: Table, file: str, number: int, header: list[str], cells: list[str], bad: bool) -> Given:
    data: dict[str, object] = {}
    problems: list[tuple[str, Message]] = []
    if len(cells) != len(header):
        problems.append(("", _("This row has more or fewer cells than the header.")))
    for name, cell in zip(header, cells, strict=False):
        if cell == "":
            continue
        column = table.columns.get(name)
        try:
            data[name] = from_text(column, cell) if column else _plain(cell)
        except BadValue as wrong:
            problems.append((name, wrong.message))
    if not bad:
        named = {name for name, _message in problems}
        problems += [
            (name, _("This is needed."))
            for name, column in table.columns.items()
            if column.required and name not in data and name not in named
        ]
    return Given(table, file, str(number), data, problems=tuple(problems), bad=bad)


def _plain(cell: str) -> str:
    if not _clean(cell):
        raise BadValue(_("This is not UTF-8."))
    return cell


def _clean(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def open_package(path: Path) -> TabularPackage | JsonPackage:
    """A folder, a zip archive or a JSON file. Raises Unreadable."""
    if path.is_dir():
        return TabularPackage(path)
    if not path.is_file():
        raise Unreadable(_("%s: there is no such file.") % path.name)
    return TabularPackage(path) if is_zipfile(path) else JsonPackage(path)
