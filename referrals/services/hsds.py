"""Bringing in a directory that somebody publishes."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import transaction

from core import audit
from referrals.hsds.checking import check_references
from referrals.hsds.given import Form
from referrals.hsds.linking import make_services
from referrals.hsds.loading import Counts, load_rows, note_gone
from referrals.hsds.packages import open_package
from referrals.hsds.problems import NothingLoaded, Problem, Tell, Weight
from referrals.hsds.staging import Staging
from referrals.hsds.types import TermMapping
from referrals.hsds.withholding import decide_what_leaves
from referrals.models import DirectorySource


class Progress(Protocol):
    """Told how far an import is."""

    def __call__(self, doing: str, done: int, total: int) -> object: ...


def _nobody(doing: str, done: int, total: int) -> None:
    """Nobody watches."""


def import_directory(
    *,
    path: Path,
    source: str,
    mapping: TermMapping | None = None,
    strict: bool = False,
    remove_missing: bool = False,
    tell: Tell,
    progress: Progress = _nobody,
) -> Counts:
    """Bring in a package: a folder or zip archive of CSV files, or a JSON file. All of it or, after an error, nothing.

    Raises Unreadable, and where `strict` is set NothingLoaded for any problem that does more than `tell` of itself.
    """
    with closing(open_package(path)) as form:
        return import_form(
            form=form,
            source=source,
            mapping=mapping or TermMapping(),
            strict=strict,
            remove_missing=remove_missing,
            tell=tell,
            progress=progress,
        )


def import_form(
    *,
    form: Form,
    source: str,
    mapping: TermMapping | None,
    strict: bool = False,
    remove_missing: bool = False,
    tell: Tell,
    progress: Progress = _nobody,
) -> Counts:
    """Bring in what `form` reads; without a mapping, make no services of it. Raises as import_directory."""
    heard = _Heard(tell)
    with closing(Staging()) as staging:
        for given in form.rows(heard):
            staging.add(given, heard)
            heard.rows += 1
            if heard.rows % 500 == 0:
                progress("reading", form.done, form.total)
        progress("reading", form.total, form.total)
        check_references(staging, source, heard)
        if strict and heard.serious:
            raise NothingLoaded
        return _store(staging, form, source, mapping, remove_missing, progress)


class _Heard:
    """Passes problems on, and remembers whether any was serious."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.serious, self.rows = False, 0

    def __call__(self, problem: Problem) -> None:
        self.serious = self.serious or problem.weight is not Weight.NOTED
        self._tell(problem)


@transaction.atomic
def _store(
    staging: Staging,
    form: Form,
    source_name: str,
    mapping: TermMapping | None,
    remove_missing: bool,
    progress: Progress,
) -> Counts:
    source, _made = DirectorySource.objects.get_or_create(name=source_name)
    counts = Counts(refused=staging.refused())
    load_rows(staging, source, counts, _counted(progress, "storing", staging.count()))
    if remove_missing:
        note_gone(staging, source, form.complete, counts)
    if mapping is not None:
        services = source.rows.filter(table="service").count()
        make_services(source, mapping, counts, _counted(progress, "services", services))
    decide_what_leaves(source)
    audit.record(
        "directory.imported",
        source=source.name,
        new=counts.new,
        changed=counts.changed,
        same=counts.same,
        refused=counts.refused,
        gone=counts.gone,
        services=counts.services,
    )
    return counts


def _counted(progress: Progress, doing: str, total: int) -> Callable[[int], object]:
    done = 0

    def more(rows: int) -> None:
        nonlocal done
        done += rows
        progress(doing, done, total)

    return more
