"""What a case holds many of, as it is read: alerts, goals, notes and the like, each sealed by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from casework.manifest import fingerprint
from casework.models import SectionVersion
from casework.record.choices import in_case
from casework.record.entries import entry_kind
from casework.record.fields import EntryKind, Value
from core.errors import NotVisible, Tampered
from core.models import User
from core.padded import padded_json

if TYPE_CHECKING:
    from casework.case_file import CaseFile

LATE = timedelta(days=2)
"""An entry about something that was longer ago than this is marked as entered late."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of an entry; `first_saved_at` is when the entry was made.

    `reason` says why it was saved against a rule, and `written_on` when it was first written down, on paper.
    """

    id: UUID
    kind: EntryKind
    version: int
    values: Mapping[str, Value]
    under: UUID | None
    saved_by: User
    saved_at: datetime
    first_saved_at: datetime
    reason: str = ""
    written_on: date | None = None

    @property
    def late(self) -> bool:
        """Whether it was entered days after what it tells of, or after it was written on paper."""
        day = self.values.get(self.kind.happened or "")
        happened = date.fromisoformat(day) if isinstance(day, str) else self.written_on
        return happened is not None and localdate(self.first_saved_at) - happened > LATE


class Entries:
    """The entries of an opened case. What it reads is checked against the manifest."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file
        self._kinds: dict[str, EntryKind] = {}

    def kind(self, name: str) -> EntryKind:
        """The declaration of a kind with this case's own choices in place. Raises NotVisible where there is none."""
        if name not in self._kinds:
            self._kinds[name] = in_case(entry_kind(name), self._file)
        return self._kinds[name]

    def of(self, kind: str) -> list[Entry]:
        """The newest version of each entry of one kind, the latest made first.

        Raises NotVisible for a kind that is not declared, or Tampered.
        """
        return self._newest.get(entry_kind(kind).name, [])

    def get(self, kind: str, entry_id: UUID) -> Entry:
        """The newest version of one entry. Raises NotVisible or Tampered."""
        for entry in self.of(kind):
            if entry.id == entry_id:
                return entry
        raise NotVisible

    def under(self, entry: Entry, kind: str) -> list[Entry]:
        """The entries of a kind that belong to another entry."""
        return [each for each in self.of(kind) if each.under == entry.id]

    def history(self, kind: str, entry_id: UUID) -> list[Entry]:
        """Every version of an entry, newest first. Raises NotVisible, or Tampered where one is gone."""
        newest = self.get(kind, entry_id)
        rows = self._rows.filter(entry=entry_id, version__lt=newest.version).order_by("-version")
        versions = [newest, *map(self._unseal, rows)]
        if len(versions) != newest.version:
            raise Tampered
        return versions

    @cached_property
    def _newest(self) -> dict[str, list[Entry]]:
        return self._file.checked(self._read)

    def _read(self) -> dict[str, list[Entry]]:
        newest = SectionVersion.objects.filter(entry=OuterRef("entry")).order_by("-version")
        rows = self._rows.filter(version=Subquery(newest.values("version")[:1]))
        found: dict[str, list[Entry]] = {}
        manifest = self._file.manifest
        for row in rows:
            manifest.check(entry_name(row.section, row.entry), row.version, fingerprint(row.sealed))
            found.setdefault(row.section, []).append(self._unseal(row))
        self._file.check_count("entry", sum(map(len, found.values())))
        for entries in found.values():
            entries.sort(key=lambda entry: (entry.first_saved_at, entry.id), reverse=True)
        return found

    @property
    def _rows(self) -> QuerySet[Any]:
        first = SectionVersion.objects.filter(entry=OuterRef("entry"), version=1)
        rows = self._file.case.section_versions.filter(entry__isnull=False).select_related("saved_by")
        return rows.annotate(first_saved_at=Subquery(first.values("saved_at")[:1]))

    def _unseal(self, row: Any) -> Entry:
        context = (row.section, row.entry, row.schema, row.version)
        content = json.loads(self._file.opened.unseal("entry", *context, sealed=row.sealed))
        under = UUID(content["under"]) if content["under"] else None
        return Entry(
            row.entry,
            self.kind(row.section),
            row.version,
            content["values"],
            under,
            row.saved_by,
            row.saved_at,
            row.first_saved_at,
            content.get("reason", ""),
            date.fromisoformat(content["written_on"]) if content.get("written_on") else None,
        )


def entry_name(kind: str, entry_id: UUID) -> str:
    """What the manifest calls an entry."""
    return f"entry/{kind}/{entry_id}"


def seal_entry(
    file: CaseFile,
    kind: EntryKind,
    entry_id: UUID,
    version: int,
    values: Mapping[str, Value],
    under: UUID | None,
    *,
    reason: str = "",
    written_on: date | None = None,
) -> bytes:
    """The stored form of one version of an entry: bound to its case, kind, id, schema and version."""
    content: dict[str, Any] = {"values": values, "under": str(under) if under else None}
    if reason:
        content["reason"] = reason
    if written_on:
        content["written_on"] = written_on.isoformat()
    context = (kind.name, entry_id, kind.schema, version)
    return file.opened.seal("entry", *context, content=padded_json(content))
