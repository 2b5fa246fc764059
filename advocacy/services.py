"""Loading facts that others have published."""

import csv
import hashlib
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.facts import quarter
from advocacy.mapping import BadRow, FactMapping
from advocacy.models import Fact, FactImport
from core import audit
from core.errors import Invalid, Refused

BATCH = 1000  # rows per insert
SHOWN = 100  # malformed rows and unmapped values that a report keeps by name
_SOURCE = re.compile(r"[A-Za-z0-9._-]{1,30}")


class WrongFile(Invalid):
    """The file is not of the mapping's form: columns are missing."""

    code = "wrong_file"


class AlreadyImported(Refused):
    """This very file has been loaded before; `replace` loads it in the place of the earlier import."""

    code = "already_imported"
    message = _("This file has been imported before. Nothing was loaded.")


class MalformedRows(Invalid):
    """A strict import met malformed rows and loaded nothing. `report` says where."""

    code = "malformed_rows"

    def __init__(self, report: "ImportReport") -> None:
        super().__init__({"file": [_("%(count)s rows are malformed.") % {"count": report.malformed_count}]})
        self.report = report


@dataclass(slots=True)
class ImportReport:
    """What an import did. `malformed` holds (line, what is wrong), `unmapped` the rows by (column, value)."""

    loaded: int = 0
    malformed_count: int = 0
    malformed: list[tuple[int, str]] = field(default_factory=list)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmapped_beyond: int = 0

    def note_malformed(self, line: int, what: str) -> None:
        """Count a malformed row, and keep the first hundred by line."""
        self.malformed_count += 1
        if len(self.malformed) < SHOWN:
            self.malformed.append((line, what))

    def note_unmapped(self, column: str, value: str) -> None:
        """Count a value that maps to nothing; of a hundred different ones by name, the rest as one number."""
        if (column, value) in self.unmapped or len(self.unmapped) < SHOWN:
            self.unmapped[column, value] += 1
        else:
            self.unmapped_beyond += 1


@transaction.atomic
def import_rows(
    *,
    path: Path,
    mapping: FactMapping,
    source: str | None = None,
    strict: bool = False,
    replace: bool = False,
    on_bytes: Callable[[int], object] = lambda _count: None,
) -> ImportReport:
    """Load a CSV file as facts of `source` (the mapping's unless given), in constant memory and one
    transaction.

    A malformed row is reported with its line and the rest loaded; with `strict` nothing is. A file that has
    been loaded under this source before is refused; `replace` first removes what earlier imports of this
    source loaded, this file or another. `on_bytes` is told how many bytes were read since it was last
    called.

    Raises WrongFile, AlreadyImported, MalformedRows, and Invalid for the name of a source; then nothing has changed.
    """
    name = source or mapping.source
    if not _SOURCE.fullmatch(name):
        raise Invalid(
            {"source": [_("A source is named by up to 30 letters, digits, dots, hyphens and underscores.")]}
        )
    source = f"import:{name}"
    with path.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    if replace:
        FactImport.objects.filter(source=source).delete()
    elif FactImport.objects.filter(source=source, digest=digest).exists():
        raise AlreadyImported
    batch = FactImport.objects.create(source=source, digest=digest)
    report = ImportReport()
    written_in = quarter(timezone.localdate())
    facts = (
        Fact(source=source, batch=batch, written_in=written_in, **values)
        for values in _values(path, mapping, report, on_bytes)
    )
    while chunk := list(islice(facts, BATCH)):
        report.loaded += len(Fact.objects.bulk_create(chunk))
    if strict and report.malformed_count:
        raise MalformedRows(report)
    batch.rows = report.loaded
    batch.save(update_fields=["rows"])
    audit.record("facts_imported", subject=batch.pk, source=source, rows=report.loaded)
    return report


def _values(
    path: Path, mapping: FactMapping, report: ImportReport, on_bytes: Callable[[int], object]
) -> Iterator[dict[str, int | str]]:
    """The codebook fields of each well-formed row. Raises WrongFile."""
    with path.open("rb") as lines:
        first = lines.readline()
        on_bytes(len(first))
        try:
            header = _cells(first.removeprefix(BOM_UTF8))
        except (UnicodeDecodeError, csv.Error) as error:
            raise WrongFile({"file": [_("This is not a CSV file in UTF-8.")]}) from error
        if absent := [column.name for column in mapping.columns if column.name not in header]:
            raise WrongFile({"file": [_("Columns are missing: %(names)s.") % {"names": ", ".join(absent)}]})
        for number, line in enumerate(lines, start=2):
            on_bytes(len(line))
            try:
                if cells := _cells(line):
                    yield mapping.values(_named(header, cells), report.note_unmapped)
            except UnicodeDecodeError:
                report.note_malformed(number, "not UTF-8")
            except (csv.Error, BadRow) as error:
                report.note_malformed(number, str(error))


def _cells(line: bytes) -> list[str]:
    """One line is one row: codes hold no line ends, and so a stray quote or byte spoils its own row alone."""
    return next(csv.reader([line.decode()], strict=True), [])


def _named(header: list[str], cells: list[str]) -> Mapping[str, str]:
    if len(cells) != len(header):
        raise BadRow(f"{len(cells)} cells where the header has {len(header)}")
    return dict(zip(header, cells, strict=True))
