"""An opened case: the one object through which a record is read and written, made for an Actor alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from casework.children import guardian_barred
from casework.consents import ConsentDocument, Scope, consent_print, unseal_consent
from casework.documents.attachments import Attachments
from casework.emergency import catch_up
from casework.entries import Entries
from casework.manifest import Manifest, fingerprint, read_manifest, seal_manifest
from casework.models import Case, Consent, Decision, SectionVersion
from casework.record.documents import parse
from casework.record.fields import Value
from casework.record.sections import SECTIONS
from core import audit
from core.access import OpenObject, lock_object, open_object
from core.actor import Actor
from core.errors import NotVisible, Tampered
from core.models import Kind, Level, User

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SectionDocument:
    """A section as it stands: version 0 and no values where nothing was saved yet."""

    section: str
    version: int
    values: Mapping[str, Value]
    saved_by: User | None = None
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionDocument:
    """A decision with what it says; `recovery_days` where it starts or extends a recovery period."""

    decision: Decision
    decided_on: date
    outcome: str
    recovery_days: int | None
    content: Mapping[str, Any]


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
        """Every declared section at its newest version, in the declared order.

        One query, and one more for whoever else than the actor has saved one.
        """
        names = {section.name: self.manifest.version(f"section/{section.name}") for section in SECTIONS}
        found = self.case.section_versions.filter(entry=None, version__in=set(names.values()))
        rows = {(row.section, row.version): row for row in found if names.get(row.section) == row.version}
        authors = self._people({row.saved_by_id for row in rows.values()})
        for row in rows.values():
            row.saved_by = authors[row.saved_by_id]
        documents = {}
        for name, version in names.items():
            if version == 0:
                documents[name] = SectionDocument(name, 0, {})
            elif (name, version) in rows:
                documents[name] = self.read_section(rows[name, version])
            else:
                raise Tampered  # the manifest knows of a version that is gone
        return documents

    def _people(self, ids: set[UUID]) -> dict[UUID, User]:
        known = {self.actor.user.pk: self.actor.user}
        others = ids - known.keys()
        return known | (User.objects.in_bulk(others) if others else {})

    def read_section(self, row: SectionVersion) -> SectionDocument:
        """What a row says. Raises Tampered unless the manifest knows it as the newest version."""
        self.manifest.check(f"section/{row.section}", row.version, fingerprint(row.sealed))
        return self._unseal_section(row)

    def section(self, name: str) -> SectionDocument:
        """One section. Raises NotVisible for a name that is not declared."""
        try:
            return self.sections[name]
        except KeyError:
            raise NotVisible from None

    def history(self, name: str) -> list[SectionDocument]:
        """Every version of a section up to the newest, newest first, in one query.

        The manifest knows the newest version and its hash: that one is checked, and so is that none before it is
        gone. An earlier one is authenticated by its own ciphertext, which is bound to the case, the section, the
        schema and the version, so none can stand in another's place. Who saved it and when lies in clear; the
        audit trail says it too.

        Raises NotVisible for a name that is not declared, or Tampered.
        """
        newest = self.section(name)
        rows = self._earlier(name, newest.version).order_by("-version")
        versions = [*([newest] if newest.version else ()), *map(self._unseal_section, rows)]
        if len(versions) != newest.version:
            raise Tampered
        return versions

    def version(self, name: str, version: int) -> SectionDocument:
        """One version of a section, authenticated as in `history`.

        Raises NotVisible where there never was one, or Tampered.
        """
        newest = self.section(name)
        if version == newest.version and version:
            return newest
        if not 0 < version < newest.version:
            raise NotVisible
        row = self._earlier(name, newest.version).filter(version=version).first()
        if row is None:
            raise Tampered  # there were later ones, so there was this one
        return self._unseal_section(row)

    def _earlier(self, name: str, newest: int) -> QuerySet[SectionVersion]:
        rows = self.case.section_versions.filter(section=name, entry=None, version__lt=newest)
        return rows.select_related("saved_by")

    def _unseal_section(self, row: SectionVersion) -> SectionDocument:
        written = self.opened.unseal("section", row.section, row.schema, row.version, sealed=row.sealed)
        return SectionDocument(row.section, row.version, parse(written), row.saved_by, row.saved_at)

    @property
    def documents(self) -> dict[str, Mapping[str, Value]]:
        """The values of every section, by its name."""
        return {name: document.values for name, document in self.sections.items()}

    @cached_property
    def entries(self) -> Entries:
        """What the case holds many of: alerts, goals, notes and the like."""
        return Entries(self)

    @cached_property
    def attachments(self) -> Attachments:
        """The files that were brought to the case: the interface's "documents"."""
        return Attachments(self)

    @cached_property
    def consents(self) -> list[ConsentDocument]:
        """Every consent, newest first. Raises Tampered."""
        return self.checked(self._read_consents)

    def checked(self, read: Callable[[], T]) -> T:
        """What `read` reads, checked against a manifest that was read before it. Raises Tampered."""
        try:
            return read()
        except Tampered:
            # On PostgreSQL someone may have saved between the reading of manifest and rows: look once more.
            self.case.refresh_from_db(fields=["manifest"])
            self.manifest = read_manifest(self.opened, self.case.manifest)
            return read()

    def check_count(self, entry: str, count: int) -> None:
        """Raise Tampered unless the manifest knows of as many things of one sort."""
        if count != sum(name.startswith(f"{entry}/") for name in self.manifest.entries):
            raise Tampered  # the manifest knows of one that is gone

    def _read_consents(self) -> list[ConsentDocument]:
        documents = [self.read_consent(row) for row in self.case.consents.order_by("-given_on", "-pk")]
        self.check_count("consent", len(documents))
        return documents

    def read_consent(self, row: Consent) -> ConsentDocument:
        """A consent's content. Raises Tampered, also for a withdrawal that was undone in the database."""
        self.manifest.check(
            f"consent/{row.pk}", 1 + (row.state == Consent.State.WITHDRAWN), consent_print(row)
        )
        return unseal_consent(self.opened, row)

    @cached_property
    def decisions(self) -> list[DecisionDocument]:
        """Every decision, in the order in which they were recorded. Raises Tampered."""
        return self.checked(self._read_decisions)

    def _read_decisions(self) -> list[DecisionDocument]:
        documents = [self._read_decision(row) for row in self.case.decisions.select_related("recorded_by")]
        self.check_count("decision", len(documents))
        return documents

    def _read_decision(self, row: Decision) -> DecisionDocument:
        self.manifest.check(f"decision/{row.pk}", 1, decision_print(row))
        content = json.loads(self.opened.unseal("decision", row.pk, sealed=row.sealed))
        decided_on = date.fromisoformat(content.pop("decided_on"))
        return DecisionDocument(
            row, decided_on, content.pop("outcome"), content.pop("recovery_days"), content
        )

    @property
    def recovery_end(self) -> date | None:
        """The last day of the recovery and reflection period; None where none was granted."""
        end = None
        for decision in self.decisions:
            if decision.recovery_days and decision.decision.kind == Decision.Kind.REASONABLE:
                end = decision.decided_on + timedelta(days=decision.recovery_days)
            elif decision.recovery_days and end is not None:
                end += timedelta(days=decision.recovery_days)
        return end

    def consent_for(
        self, purpose: str, recipient: UUID | None = None, service: UUID | None = None
    ) -> ConsentDocument | None:
        """The consent that holds today for this purpose, organisation and service, or None."""
        return self.consent_to(Scope(purpose, recipient, service))

    def consent_to(self, scope: Scope) -> ConsentDocument | None:
        """The consent that holds today and covers this, or None."""
        return next((each for each in self.consents if each.scope.covers(scope) and self.holds(each)), None)

    def holds(self, consent: ConsentDocument) -> bool:
        """Whether something may rest on this consent today: not on a guardian's whom the case has come to distrust."""
        if not consent.holds(timezone.localdate()):
            return False
        return not (consent.through_guardian and guardian_barred(self))

    def note_change(self, name: str, version: int, print_: str, action: str, **codes: Any) -> None:
        """Enter a change into the manifest, save the case row, and put the manifest's hash into the trail.

        `codes` are what else the event says.
        """
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
            **codes,
        )


def decision_print(row: Decision) -> str:
    """The fingerprint of a decision row."""
    return fingerprint(row.sealed, row.kind)


def open_case_file(actor: Actor, case_id: UUID, *, level: Level = Level.READ, lock: bool = False) -> CaseFile:
    """Open a case. With `lock`, inside a transaction, other writers wait, and so does a new key.

    Whoever locks it to change it does what was left to them: casework/emergency.py. Raises NotVisible, NotAllowed or
    Tampered.
    """
    if lock:
        lock_object(case_id)
    opened = open_object(actor, case_id, Kind.CASE, level=level)
    case = Case.objects.get(pk=case_id)
    _introduce(actor, case)
    if lock and level == Level.WRITE and catch_up(actor, case, opened.object):
        opened = open_object(actor, case_id, Kind.CASE, level=level)
    return CaseFile(actor, case, opened)


def _introduce(actor: Actor, case: Case) -> None:
    """Hang on the case whom the actor brings along: to compile a join takes longer than to run it."""
    for membership in actor.memberships:
        if membership.team_id == case.team_id:
            case.team = membership.team
    if case.assigned_to_id == actor.user.pk:
        case.assigned_to = actor.user
