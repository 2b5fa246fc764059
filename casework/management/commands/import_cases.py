"""`manage.py import_cases FILE --mapping MAP.yaml`: cases that were kept elsewhere, into a signed-in person's team."""

import csv
import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from casework.importing.importer import CaseImport, Refusal
from casework.importing.mapping import BadMapping, CaseMapping, load_mapping
from casework.importing.rows import Unreadable, open_source
from core.actor import Actor
from core.errors import HearthError
from core.management.signed_in import VARIABLE, signed_in
from core.models import Role, Team

SHOWN = 100  # refusals that are printed; the report has them all
INTERRUPTED = 130  # as a shell has it

_IN_CLEAR = (
    "{file} lies in clear on this disk, and Hearth does not touch it. Once the import is complete, destroy it and "
    "every copy of it, in backups, mails and the trash too."
)


class Command(BaseCommand):
    """Progress goes to stderr, the report to stdout: rows, columns and reasons, never what stood in a cell."""

    help = (
        f"Opens a case for each row of a CSV or XLSX file. Needs an API token of a supervisor in {VARIABLE}. A row "
        "that can't be taken is reported and the rest loaded; run again, it passes over what is there. Exits with 1 "
        "where a row was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE --mapping MAP.yaml [--team NAME] [--dry-run] [--strict] [--report FILE]."""
        parser.add_argument(
            "file", help="the file; - reads it from a pipe, so that it need not lie on this disk"
        )
        parser.add_argument(
            "--mapping", type=Path, required=True, help="which column is what: docs/importing.md"
        )
        parser.add_argument("--team", help="its name, where you are a supervisor of several")
        parser.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
        parser.add_argument("--strict", action="store_true", help="load nothing if any row is refused")
        parser.add_argument("--report", type=Path, help="a CSV file for all refusals: row, column, reason")

    def handle(self, **options: Any) -> None:
        """Import, and say what was refused."""
        team = _team(actor := signed_in(), options["team"])
        mapping = _mapping(options["mapping"])
        dry_run, strict = options["dry_run"], options["strict"]
        with _opened(options["file"], twice=strict) as stream, _reported(options["report"]) as report:
            refusals = _Refusals(self.stdout, report)
            run = CaseImport(actor, team.pk, mapping, refusals.add, dry_run=dry_run or strict)
            try:
                _with_progress(run, stream)
                if strict and not dry_run and not run.report.refused:
                    stream.seek(0)
                    run = CaseImport(actor, team.pk, mapping, refusals.add)
                    _with_progress(run, stream)
            except (Unreadable, HearthError, KeyboardInterrupt) as stopped:
                self._say(run)
                raise _as_command_error(stopped) from None
        self._say(run)
        if options["file"] != "-" and not run.dry_run:
            self.stderr.write(_IN_CLEAR.format(file=options["file"]))
        if run.report.refused:
            raise CommandError(f"Rows that were refused: {run.report.refused}.")

    def _say(self, run: CaseImport) -> None:
        done = "would be loaded; nothing was written" if run.dry_run else "loaded"
        report = run.report
        self.stdout.write(
            f"Cases: {report.loaded} {done}, {report.known} there already, {report.refused} refused."
        )


def _team(actor: Actor, name: str | None) -> Team:
    """The team to import into: the one named, or the only one that the actor is a supervisor of."""
    teams = [team for team in actor.teams_as(Role.SUPERVISOR) if name in (None, team.name)]
    if len(teams) == 1:
        return teams[0]
    if not teams:
        raise CommandError("Cases are imported by a supervisor of the team.")
    raise CommandError(f"Choose one with --team: {', '.join(team.name for team in teams)}.")


def _mapping(path: Path) -> CaseMapping:
    try:
        return load_mapping(path.read_text("utf-8"), file=path.name)
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path.name}: not UTF-8") from None
    except BadMapping as error:
        raise CommandError(str(error)) from None


@contextmanager
def _opened(file: str, *, twice: bool) -> Iterator[BinaryIO]:
    """The file, or what comes through the pipe: in memory where it is read twice, never on the disk."""
    if file == "-":
        yield io.BytesIO(sys.stdin.buffer.read()) if twice else sys.stdin.buffer
        return
    with open(_descriptor(file, os.O_RDONLY), "rb") as stream:
        yield stream


@contextmanager
def _reported(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    descriptor = _descriptor(str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with open(descriptor, "w", encoding="utf-8", newline="") as report:
        yield report


def _descriptor(path: str, flags: int) -> int:
    try:
        return os.open(path, flags, 0o600)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


class _Refusals:
    """Prints the first refusals, and writes all of them to the report."""

    def __init__(self, printed: Any, report: TextIO | None) -> None:
        self._printed, self._count = printed, 0
        self._report = csv.writer(report) if report else None
        if self._report:
            self._report.writerow(["row", "column", "reason"])

    def add(self, refusal: Refusal) -> None:
        self._count += 1
        if self._report:
            self._report.writerow([refusal.row, refusal.column, refusal.message])
        if self._count <= SHOWN:
            column = f", {refusal.column}" if refusal.column else ""
            self._print(f"Row {refusal.row}{column}: {refusal.message}")
        elif self._count == SHOWN + 1:
            self._print("More follow; --report writes all of them to a file.")

    def _print(self, line: str) -> None:
        with tqdm.external_write_mode():  # above the bar
            self._printed.write(line)


def _with_progress(run: CaseImport, stream: BinaryIO) -> None:
    source = open_source(stream, run.mapping)
    doing = "checking" if run.dry_run else "importing"
    with tqdm(total=source.total, unit=source.unit, unit_scale=True, desc=doing, disable=None) as bar:
        run.on_batch = lambda: bar.update(source.done - bar.n)
        run.run(source)


def _as_command_error(stopped: BaseException) -> CommandError:
    if isinstance(stopped, KeyboardInterrupt):
        return CommandError("Stopped. Run it again to go on.", returncode=INTERRUPTED)
    return CommandError(str(stopped.message if isinstance(stopped, HearthError) else stopped))
