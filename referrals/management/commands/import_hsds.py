"""`manage.py import_hsds PATH`: a published directory of services, in the form of HSDS 3.0."""

import csv
import re
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from referrals.hsds.loading import Counts
from referrals.hsds.problems import NothingLoaded, Problem, Unreadable, Weight
from referrals.hsds.types import BadMapping, TermMapping, load_term_mapping
from referrals.hsds.withholding import OWN
from referrals.services.hsds import import_directory

SHOWN = 100  # problems that are printed; the report has them all


class Command(BaseCommand):
    """Progress goes to stderr, the report to stdout: file, row, column and reason, never what stood there."""

    help = (
        "Loads a tabular data package (a folder or a zip archive) or a JSON file of the Human Services Data "
        "Specification 3.0. A row that can't be taken is reported and the rest loaded; run again, it changes what "
        "has changed. Exits with 1 where a row was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """PATH [--source NAME] [--mapping FILE] [--strict] [--remove-missing] [--report FILE]."""
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--source",
            default="hsds",
            help="who publishes it, in one word; rows of one source belong together",
        )
        parser.add_argument("--mapping", type=Path, help="what the terms stand for: docs/directory.md")
        parser.add_argument("--strict", action="store_true", help="load nothing if anything is wrong")
        parser.add_argument(
            "--remove-missing", action="store_true", help="the package is all there is: close what it has not"
        )
        parser.add_argument("--report", type=Path, help="a CSV file for all problems")

    def handle(self, **options: Any) -> None:
        """Import, and say what came of it."""
        source = _source(options["source"])
        mapping = _mapping(options["mapping"])
        report: Path | None = options["report"]
        try:
            with _opened(report) as stream, _Bar() as bar:
                problems = _Problems(self.stdout, stream)
                counts = import_directory(
                    path=options["path"],
                    source=source,
                    mapping=mapping,
                    strict=options["strict"],
                    remove_missing=options["remove_missing"],
                    tell=problems.add,
                    progress=bar,
                )
        except NothingLoaded:
            raise CommandError("Nothing was loaded: --strict, and the problems above.") from None
        except Unreadable as error:
            raise CommandError(f"Nothing was loaded. {error}") from None
        self._say(counts)
        if counts.refused or problems.refused:
            raise CommandError(f"Rows that were refused: {counts.refused}. The rest was loaded.")

    def _say(self, counts: Counts) -> None:
        self.stdout.write(
            f"Rows: {counts.new} new, {counts.changed} changed, {counts.same} the same, "
            f"{counts.refused} refused, {counts.gone} gone."
        )
        self.stdout.write(
            f"Services: {counts.services} with a type of ours, {counts.untyped} without a type of ours."
        )
        if counts.renamed:
            self.stdout.write(
                f"Organisations whose name was taken, and which carry that of the source: {counts.renamed}."
            )


def _source(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        raise CommandError("--source takes up to 40 letters, digits, hyphens and underscores.")
    if name == OWN:
        raise CommandError(f"{OWN} is the source of Hearth's own services; take another name.")
    return name


def _mapping(path: Path | None) -> TermMapping:
    if path is None:
        return TermMapping()
    try:
        return load_term_mapping(path.read_text("utf-8"), file=path.name)
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path.name}: not UTF-8") from None
    except BadMapping as error:
        raise CommandError(str(error)) from None


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO | None]:
    """The report's file, if there is to be one."""
    if path is None:
        yield None
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path.name}: {error.strerror}") from None
    with stream:
        yield stream


class _Bar:
    """A progress bar for each step."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Show how far a step is."""
        if self._bar is None or self._bar.desc != doing:
            self.__exit__()
            unit = "B" if doing == "reading" else "rows"
            self._bar = tqdm(total=total, unit=unit, unit_scale=True, desc=doing, disable=None)
            self._bar.desc = doing
        self._bar.update(done - self._bar.n)


class _Problems:
    """Prints the first problems, and writes all of them to the report."""

    def __init__(self, printed: Any, report: TextIO | None) -> None:
        self._printed, self._count = printed, 0
        self.refused = False
        self._report = csv.writer(report) if report else None
        if self._report:
            self._report.writerow(["file", "row", "column", "what", "reason"])

    def add(self, problem: Problem) -> None:
        """Print one, or write it, or both."""
        self._count += 1
        self.refused = self.refused or problem.weight is Weight.REFUSED
        if self._report:
            self._report.writerow(
                [problem.file, problem.row, problem.column, problem.weight.value, str(problem.message)]
            )
        if self._count <= SHOWN:
            row = f", row {problem.row}" if problem.row else ""
            column = f", {problem.column}" if problem.column else ""
            self._print(f"{problem.file}{row}{column}: {problem.message}")
        elif self._count == SHOWN + 1:
            self._print("More follow; --report writes all of them to a file.")

    def _print(self, line: str) -> None:
        with tqdm.external_write_mode():  # above the bar
            self._printed.write(line)
