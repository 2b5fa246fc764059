"""A CSV or XLSX file row by row, never as a whole, and nothing of it copied to the disk.

A CSV file may come through a pipe. A workbook is a zip archive, which has to be searched: from a pipe it is held in
memory, compressed as it came. Its sheet is read as a stream; the texts that its cells share are held in memory.
"""

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import zip_longest
from typing import BinaryIO, Protocol, cast
from zipfile import BadZipFile, ZipFile, is_zipfile

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from casework.importing.mapping import CaseMapping

_DAMAGED = (AttributeError, BadZipFile, EOFError, LookupError, SyntaxError, TypeError, ValueError, zlib.error)
"""What openpyxl raises of a workbook that no program wrote; a SyntaxError is what its parsers of XML say."""
UNPACKED = 500_000_000  # bytes: what a workbook may come to when it is unpacked


class Unreadable(ValueError):
    """The file, or what is left of it, can't be read by this mapping. The message quotes nothing of its rows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, by its number in a spreadsheet: the header is row 1. `problem` where it does not fit the header."""

    number: int
    cells: Mapping[str, str] = field(repr=False)
    problem: str = ""


class Source(Protocol):
    """Rows, and how far they have been read."""

    total: int | None
    unit: str

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty. Raises Unreadable."""
        ...

    @property
    def done(self) -> int:
        """Of `total`, in `unit`."""
        ...


def open_source(stream: BinaryIO, mapping: CaseMapping) -> Source:
    """The rows of a file, CSV or XLSX by its content. Raises Unreadable."""
    if not stream.seekable():
        beginning = stream.read(4)
        if beginning != b"PK\x03\x04":
            return CsvSource(
                io.BufferedReader(_Rejoined(beginning, cast(io.BufferedIOBase, stream))), mapping
            )
        stream = io.BytesIO(beginning + stream.read())
    if is_zipfile(stream):
        if _unpacked(stream) > UNPACKED:
            raise Unreadable(_("This workbook is too large when it is unpacked."))
        stream.seek(0)
        return XlsxSource(stream, mapping)
    stream.seek(0)
    return CsvSource(stream, mapping)


def _unpacked(stream: BinaryIO) -> int:
    try:
        with ZipFile(stream) as packed:
            return sum(each.file_size for each in packed.infolist())
    except BadZipFile:
        raise Unreadable(_("This is neither a CSV file nor a workbook.")) from None


class _Rejoined(io.RawIOBase):
    """A pipe, with the bytes that were read to see what it is put back in front."""

    def __init__(self, beginning: bytes, rest: io.BufferedIOBase) -> None:
        self._beginning, self._rest = beginning, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        piece = self._beginning or self._rest.read1(len(buffer))
        self._beginning = piece[len(buffer) :] if self._beginning else b""
        piece = piece[: len(buffer)]
        buffer[: len(piece)] = piece
        return len(piece)


class CsvSource:
    """A CSV file, with the encoding and the delimiter that the mapping names."""

    unit = "B"

    def __init__(self, stream: BinaryIO, mapping: CaseMapping) -> None:
        self._stream, self._mapping = stream, mapping
        self.total = None
        if stream.seekable():
            self.total = stream.seek(0, io.SEEK_END)
            stream.seek(0)

    @property
    def done(self) -> int:
        """Bytes read."""
        return self._stream.tell() if self._stream.seekable() else 0

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty. Raises Unreadable."""
        encoding = {"utf-8": "utf-8-sig"}.get(self._mapping.encoding, self._mapping.encoding)
        # What is not of that encoding comes as lone surrogates, and spoils its own cell alone.
        text = io.TextIOWrapper(self._stream, encoding, errors="surrogateescape", newline="")
        try:
            yield from _named(csv.reader(text, strict=True, delimiter=self._mapping.delimiter), self._mapping)
        except csv.Error:  # an open quotation mark swallows the rows that follow, whatever is done about it
            raise Unreadable(
                _("A quotation mark is missing or out of place; what follows can't be read.")
            ) from None
        except UnicodeError:
            raise Unreadable(_("The file is not in the encoding that the mapping names.")) from None
        finally:
            text.detach()  # the file is the caller's


class XlsxSource:
    """One sheet of a workbook. Formulas count as what they last came to."""

    unit = "rows"

    def __init__(self, stream: BinaryIO, mapping: CaseMapping) -> None:
        self._mapping = mapping
        self.done = 0
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        except (InvalidFileException, *_DAMAGED):  # a zip archive of something else
            raise Unreadable(_("This is neither a CSV file nor a workbook.")) from None
        names = [sheet.title for sheet in book.worksheets]
        if not names or (mapping.sheet and mapping.sheet not in names):
            raise Unreadable(_("There is no sheet of the name in the mapping."))
        self._sheet = book[mapping.sheet or names[0]]
        self.total = self._sheet.max_row
        self._sheet.reset_dimensions()  # a writer may have left too small ones

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty. Raises Unreadable."""
        for row in _named(self._cells(), self._mapping, padded=True):
            self.done = row.number
            yield row

    def _cells(self) -> Iterator[list[str]]:
        try:
            for row in self._sheet.iter_rows(values_only=True):
                yield [_text(cell) for cell in row]
        except _DAMAGED:
            raise Unreadable(_("The workbook is damaged; what follows can't be read.")) from None


def _text(cell: object) -> str:
    """A cell of a workbook as a CSV file would have it, dates as ISO 8601."""
    match cell:
        case None:
            return ""
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell)


def _named(rows: Iterable[list[str]], mapping: CaseMapping, *, padded: bool = False) -> Iterator[Row]:
    """Each row's cells by the header's names; `padded` where a row may leave out the empty ones at its end.

    Raises Unreadable for a header that is not the mapping's.
    """
    numbered = enumerate(rows, start=1)
    _one, first = next(numbered, (1, []))
    header = [name.strip() for name in first]
    while header and not header[-1]:  # a sheet's unused columns
        header.pop()
    _check_header(header, mapping)
    for number, cells in numbered:
        if not any(cell.strip() for cell in cells):
            continue
        problem = ""
        if any(cell.strip() for cell in cells[len(header) :]):
            problem = _("This row has more cells than the header.")
        elif len(cells) < len(header) and not padded:
            problem = _("This row has fewer cells than the header.")
        yield Row(number, dict(zip_longest(header, cells[: len(header)], fillvalue="")), problem)


def _check_header(header: list[str], mapping: CaseMapping) -> None:
    """Names of the mapping alone are quoted until all of them are found: a first row may be a person's."""
    if absent := [name for name in mapping.names if name not in header]:
        raise Unreadable(_("Columns are missing: %s.") % ", ".join(absent))
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise Unreadable(_("Columns with the same name: %s.") % ", ".join(twice))
    known = {*mapping.names, *mapping.ignored}
    if strangers := [name for name in header if name not in known]:
        raise Unreadable(_("The mapping does not say what these columns are: %s.") % ", ".join(strangers))
