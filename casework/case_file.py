"""An opened case: the one object through which a record is read and written, made for an Actor alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone

from casework.manifest import Manifest, fingerprint, read_manifest, seal_manifest
from casework.models import Case, Consent, FollowUp, SectionVersion
from casework.record.documents import parse
from casework.record.fields import Value
from casework.record.sections import SECTIONS
from core import audit
from core.access import OpenObject, lock_object, open_object
from core.actor import Actor
from core.errors import NotVisible, Tampered
from core.models import Kind, Level, User


@dataclass(frozen=True, slots=True)
class SectionDocument:
    """A section as it stands: version 0 and no values where nothing was saved yet."""

    section: str
    version: int
    values: Mapping[str, Value]
    saved_by: User | None = None
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """A consent with what it says."""

    consent: Consent
    purpose: str
    recipient: UUID | None
    content: Mapping[str, Any]

    @property
    def id(self) -> UUID:
        """The consent's id."""
        return self.consent.pk

    def holds(self, on: date) -> bool:
        """Whether it is given, not withdrawn and not expired on that day."""
        expires = self.consent.expires_on
        return self.consent.state == Consent.State.GIVEN and (expires is None or expires >= on)


class CaseFile:
    """A case with its key unlocked. What it reads is checked against the manifest."""

    def __init__(self, actor: Actor, case: Case, opened: OpenObject) -> None:
        self.actor = actor
        self.case = case
        self.opened = opened

    def __repr__(self) -> str:
        return f"<CaseFile {self.case.pk}>"

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest. Raises Tampered."""
        return read_manifest(self.opened, self.case.manifest)

    @cached_property
    def sections(self) -> dict[str, SectionDocument]:
        """Every declared section at its newest version, in the declared order, read in one query."""
        names = {section.name: self.manifest.version(f"section/{section.name}") for section in SECTIONS}
        rows = {
            (row.section, row.version): row
            for row in self.case.section_versions.filter(version__in=set(names.values())).select_related(
                "saved_by"
            )
        }
        documents = {}
        for name, version in names.items():
            if version == 0:
                documents[name] = SectionDocument(name, 0, {})
            elif (name, version) in rows:
                documents[name] = self._read_section(rows[name, version])
            else:
                raise Tampered  # the manifest knows of a version that is gone
        return documents

    def _read_section(self, row: SectionVersion) -> SectionDocument:
        self.manifest.check(f"section/{row.section}", row.version, fingerprint(row.sealed))
        written = self.opened.unseal("section", row.section, row.schema, row.version, sealed=row.sealed)
        return SectionDocument(row.section, row.version, parse(written), row.saved_by, row.saved_at)

    def section(self, name: str) -> SectionDocument:
        """One section. Raises NotVisible for a name that is not declared."""
        try:
            return self.sections[name]
        except KeyError:
            raise NotVisible from None

    @property
    def documents(self) -> dict[str, Mapping[str, Value]]:
        """The values of every section, by its name."""
        return {name: document.values for name, document in self.sections.items()}

    @cached_property
    def consents(self) -> list[ConsentDocument]:
        """Every consent, newest first. Raises Tampered."""
        try:
            return self._read_consents()
        except Tampered:
            # On PostgreSQL someone may have saved between the reading of manifest and rows: look once more.
            self.case.refresh_from_db(fields=["manifest"])
            self.manifest = read_manifest(self.opened, self.case.manifest)
            return self._read_consents()

    def _read_consents(self) -> list[ConsentDocument]:
        documents = [self.read_consent(row) for row in self.case.consents.order_by("-given_on", "-pk")]
        if len(documents) != sum(name.startswith("consent/") for name in self.manifest.entries):
            raise Tampered  # the manifest knows of one that is gone
        return documents

    def read_consent(self, row: Consent) -> ConsentDocument:
        """A consent's content. Raises Tampered, also for a withdrawal that was undone in the database."""
        self.manifest.check(
            f"consent/{row.pk}", 1 + (row.state == Consent.State.WITHDRAWN), consent_print(row)
        )
        content = json.loads(self.opened.unseal("consent", row.pk, sealed=row.sealed))
        recipient = UUID(content["recipient"]) if content.get("recipient") else None
        return ConsentDocument(row, content["purpose"], recipient, content)

    def consent_for(self, purpose: str, recipient: UUID | None = None) -> ConsentDocument | None:
        """The consent that holds today for this purpose and recipient, or None."""
        today = timezone.localdate()
        return next(
            (
                c
                for c in self.consents
                if c.purpose == purpose and c.recipient == recipient and c.holds(today)
            ),
            None,
        )

    def read_follow_up(self, row: FollowUp) -> dict[str, str]:
        """What a follow-up is about: {"about": ..., "outcome": ...}."""
        content: dict[str, str] = json.loads(self.opened.unseal("follow-up", row.pk, sealed=row.sealed))
        return content

    def note_change(self, name: str, version: int, print_: str, action: str) -> None:
        """Enter a change into the manifest, save the case row, and put the manifest's hash into the trail."""
        self.manifest.set(name, version, print_)
        self.case.manifest = seal_manifest(self.opened, self.manifest)
        self.case.save(update_fields=["manifest"])
        audit.record(
            action,
            actor=self.actor,
            object=self.opened.object,
            entry=name.replace("/", ":"),
            version=version,
            counter=self.manifest.counter,
            manifest=fingerprint(self.case.manifest),
        )


def consent_print(row: Consent) -> str:
    """The fingerprint of a consent row: its content, its state and its dates."""
    dates = (row.given_on, row.expires_on, row.withdrawn_on)
    return fingerprint(row.sealed, row.state, *(day.isoformat() if day else "" for day in dates))


def open_case_file(actor: Actor, case_id: UUID, *, level: Level = Level.READ, lock: bool = False) -> CaseFile:
    """Open a case. With `lock`, inside a transaction, other writers wait, and so does a new key.

    Raises NotVisible, NotAllowed or Tampered.
    """
    if lock:
        lock_object(case_id)
    opened = open_object(actor, case_id, Kind.CASE, level=level)
    cases = Case.objects.select_related("team__organisation", "assigned_to")
    return CaseFile(actor, cases.get(pk=case_id), opened)
