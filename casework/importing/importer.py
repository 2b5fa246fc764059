"""Checks the rows of a file and loads them, a batch at a time."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from casework.importing.mapping import CaseMapping
from casework.importing.rows import Row, Source, Unreadable
from casework.services.importing import (
    CaseFromElsewhere,
    case_from_elsewhere,
    import_cases,
    index_imported,
    tidy_number,
)
from core.actor import Actor
from core.errors import Invalid, Message, Refused

BATCH = 250  # cases a transaction: what an interrupted import does again


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row was refused: at which column, but for what is wrong with the row as a whole. Never what stood there."""

    row: int
    column: str
    message: str


class _TakenBack(Exception):
    """Rolls back a dry run."""


@dataclass(slots=True)
class Report:
    """What an import did. A dry run counts what it would do."""

    loaded: int = 0
    known: int = 0
    refused: int = 0


@dataclass(slots=True)
class CaseImport:
    """One import of a file into a team. Run again, it goes on: what is there by its number is passed over."""

    actor: Actor
    team_id: UUID
    mapping: CaseMapping
    on_refusal: Callable[[Refusal], object]
    on_batch: Callable[[], object] = lambda: None
    dry_run: bool = False
    report: Report = field(default_factory=Report)
    _rows: dict[str, int] = field(default_factory=dict, repr=False)

    def run(self, source: Source) -> Report:
        """Check every row, and load those that can be taken unless this is a dry run.

        Raises Unreadable, when the whole batches before are loaded, and NotAllowed unless the actor may import.
        """
        cases = self.checked(source.rows())
        while batch := list(islice(cases, BATCH)):
            self._load(batch)
        return self.report

    def go_on(self, source: Source, *, after: int, refused: Collection[int], most: int) -> int | None:
        """Do as `run` does with up to `most` rows after one: the number of the last, None at the end of the file.

        `refused` are the rows before that were: what comes later may have their number. What can't be read is refused
        where it begins. Raises NotAllowed unless the actor may import.
        """
        rows: list[Row] = []
        for row in self._readable(source.rows()):
            if row.number > after:
                rows.append(row)
            elif row.number not in refused:
                self._rows.setdefault(tidy_number(row.cells[self.mapping.number]), row.number)
            if len(rows) == most:
                break
        if cases := list(self.checked(iter(rows))):
            self._load(cases)
        return rows[-1].number if len(rows) == most else None

    def _readable(self, rows: Iterator[Row]) -> Iterator[Row]:
        number = 1
        try:
            for row in rows:
                number = row.number
                yield row
        except Unreadable as unreadable:
            self._refuse(number + 1, [("", str(unreadable))])

    def _load(self, batch: list[CaseFromElsewhere]) -> None:
        try:
            self._open(batch)
        except (Invalid, Refused):  # one of them: which, is seen one by one
            for case in batch:
                self._open_one(case)
        self.on_batch()

    def _open_one(self, case: CaseFromElsewhere) -> None:
        try:
            self._open([case])
        except Invalid as invalid:
            self._refuse(self._rows[case.number], self._at_columns(invalid))
        except Refused as refused:
            self._refuse(self._rows[case.number], [("", refused.message)])

    def _open(self, batch: list[CaseFromElsewhere]) -> None:
        """Open the cases; in a dry run, do it and take it back: what would be refused is refused."""
        cases: dict[UUID, CaseFromElsewhere] = {}
        with suppress(_TakenBack), transaction.atomic():
            cases = import_cases(actor=self.actor, team_id=self.team_id, cases=batch)
            if self.dry_run:
                raise _TakenBack
        if not self.dry_run:
            index_imported(actor=self.actor, team_id=self.team_id, cases=cases)
        self.report.loaded += len(cases)
        self.report.known += len(batch) - len(cases)

    def checked(self, rows: Iterator[Row]) -> Iterator[CaseFromElsewhere]:
        """The cases of those rows that can be taken; the others are refused. Raises Unreadable."""
        for row in rows:
            problems: list[tuple[str, Message]] = [("", row.problem)] if row.problem else []
            case = None
            if not problems:
                case, problems = self._case(row)
            if case is not None and (first := self._rows.setdefault(case.number, row.number)) != row.number:
                problems = [(self.mapping.number, _("Row %s has the same number.") % first)]
            if problems:
                self._refuse(row.number, problems)
            elif case is not None:
                yield case

    def _refuse(self, row: int, problems: list[tuple[str, Message]]) -> None:
        self.report.refused += 1
        for column, message in problems:
            self.on_refusal(Refusal(row, column, str(message)))

    def _case(self, row: Row) -> tuple[CaseFromElsewhere | None, list[tuple[str, Message]]]:
        """The case of a row, or all that is wrong with it, by column."""
        values, problems = self.mapping.values(row.cells)
        opened_on = values.pop("opened_on", None)
        sections: dict[str, dict[str, object]] = {}
        for path, value in values.items():
            section, _dot, name = path.partition(".")
            sections.setdefault(section, {})[name] = value
        case = None
        try:
            case = case_from_elsewhere(
                number=row.cells[self.mapping.number],
                opened_on=date.fromisoformat(opened_on) if isinstance(opened_on, str) else None,
                sections=sections,
            )
        except Invalid as invalid:
            problems += self._at_columns(invalid)
        return (None if problems else case), problems

    def _at_columns(self, invalid: Invalid) -> list[tuple[str, Message]]:
        """Where no column feeds the field, at the field."""
        return [
            (self.mapping.sources.get(path, path), message)
            for path, messages in invalid.fields.items()
            for message in messages
        ]
