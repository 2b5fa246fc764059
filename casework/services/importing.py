"""Cases that were kept elsewhere, taken over many at a time."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.emergency import supervisors_outside
from casework.manifest import Manifest, fingerprint, seal_manifest
from casework.models import Case, ErasedImport, ImportedCase, SectionVersion
from casework.record.documents import Document, serialise, validate
from casework.record.sections import SECTIONS
from casework.search.index import index_new
from casework.search.tokens import IndexKey, index_key
from casework.search.values import values_of
from casework.services.cases import follow_rules
from core import audit
from core.access import OpenObject, found_many
from core.actor import Actor
from core.bulk import insert_many
from core.errors import Invalid, Message, NotAllowed
from core.models import AuditEvent, Kind, Level, Role, Team

NUMBER_LENGTH = 100


@dataclass(frozen=True, slots=True)
class CaseFromElsewhere:
    """What a case will hold, checked: made by `case_from_elsewhere` alone. `number` is the one that it had, as it is
    compared; `spelled` as it stood there, by which cases were marked before."""

    number: str = field(repr=False)
    spelled: str = field(repr=False)
    opened_on: date
    documents: Mapping[str, Document] = field(repr=False)


def tidy_number(text: str) -> str:
    """A number as it is compared: with what stands around it, how its parts are set apart, and how it is typed, left
    out."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def case_from_elsewhere(
    *, number: str, opened_on: date | None, sections: Mapping[str, Mapping[str, object]]
) -> CaseFromElsewhere:
    """Check a case by the rules of the record.

    Raises Invalid with all that is wrong, at `number`, `opened_on` or `section.field`.
    """
    problems: dict[str, list[Message]] = {}
    spelled, number = " ".join(number.split()), tidy_number(number)
    if not number:
        problems["number"] = [_("This is needed.")]
    elif len(number) > NUMBER_LENGTH or not number.isprintable():
        problems["number"] = [_("This is not a number that a case can have had.")]
    if opened_on is not None and opened_on > timezone.localdate():
        problems["opened_on"] = [_("This date is in the future.")]
    documents: dict[str, Document] = {}
    for section in SECTIONS:
        if section.name in sections:
            try:
                documents[section.name] = validate(section, sections[section.name])
            except Invalid as invalid:
                problems |= {f"{section.name}.{name}": m for name, m in invalid.fields.items()}
    if problems:
        raise Invalid(problems)
    return CaseFromElsewhere(number, spelled, opened_on or timezone.localdate(), documents)


@transaction.atomic
def import_cases(
    *, actor: Actor, team_id: UUID, cases: Sequence[CaseFromElsewhere]
) -> dict[UUID, CaseFromElsewhere]:
    """Open these cases in a team, assigned to the actor: all of them, but for those imported before, or none.

    Each gets a key, grants and a manifest as if it had been opened and its sections saved. It has no identification:
    nobody has asked the questions of one. Nor has it a consent, so that nothing of it leaves the team. Returns those
    that were opened, by their ids.

    Raises NotAllowed unless the actor is a supervisor of the team; Invalid at `number` where one of them was imported
    and erased; Invalid at `section.field`, or Refused, where what follows from a section forbids one of them.
    """
    if not actor.has_role(Role.SUPERVISOR, team_id=team_id):
        raise NotAllowed
    # Of two who import the same file, the second waits and finds what the first has done.
    team = Team.objects.select_for_update(no_key=True).get(pk=team_id)
    key = index_key(actor, team)
    new = _not_imported(team, key, cases)
    founded = found_many(
        actor=actor,
        kind=Kind.CASE,
        grants=[(team, Level.WRITE)],
        count=len(new),
        asleep=[(person, Level.WRITE) for person in supervisors_outside(team)],
    )
    written = _Written(actor, team)
    for (mark, case), (opened, _share) in zip(new.items(), founded, strict=True):
        written.add(case, mark, opened)
    written.save()
    for file, case in written.files:
        _follow_rules(file, case)
    return {opened.object.pk: case for (opened, _share), case in zip(founded, new.values(), strict=True)}


@transaction.atomic
def index_imported(*, actor: Actor, team_id: UUID, cases: Mapping[UUID, CaseFromElsewhere]) -> None:
    """Let the search find what `import_cases` has just opened. What is left out, the search brings up to date itself.

    Raises NotVisible for a team that the actor does not belong to.
    """
    team = Team.objects.get(pk=team_id)
    index_new(index_key(actor, team), team, {id: values_of(case.documents) for id, case in cases.items()})


def _not_imported(
    team: Team, key: IndexKey, cases: Iterable[CaseFromElsewhere]
) -> dict[bytes, CaseFromElsewhere]:
    """Those of the cases that the team has not imported yet, each by the mark of its number. Raises Invalid.

    The marks of erased ones are looked for last: of a case that is erased meanwhile, one of the two is found.
    """
    marked = {key.mark("imported-case", case.number): case for case in cases}
    of = {key.mark("imported-case", case.spelled): mark for mark, case in marked.items()}
    of |= {mark: mark for mark in marked}
    known = ImportedCase.objects.filter(team=team, mark__in=list(of)).values_list("mark", flat=True)
    for mark in known:
        marked.pop(of[bytes(mark)], None)
    left = [each for each, mark in of.items() if mark in marked]
    if ErasedImport.objects.filter(team=team, mark__in=left).exists():
        raise Invalid({"number": [_("This case was erased. It is not imported again.")]})
    return marked


def _follow_rules(file: CaseFile, case: CaseFromElsewhere) -> None:
    """What follows from a section that is saved, such as the review of a risk, follows from one that is imported."""
    for section, document in case.documents.items():
        try:
            follow_rules(file, section, {}, document)
        except Invalid as invalid:
            raise Invalid({f"{section}.{name}": m for name, m in invalid.fields.items()}) from None


class _Written:
    """The rows of several cases, to be saved in one statement a table."""

    def __init__(self, actor: Actor, team: Team) -> None:
        self._actor, self._team, self._now = actor, team, timezone.now()
        self._schemas = {section.name: section.schema for section in SECTIONS}
        self.files: list[tuple[CaseFile, CaseFromElsewhere]] = []
        self._sections: list[SectionVersion] = []
        self._imported: list[ImportedCase] = []
        self._events: list[AuditEvent] = []

    def add(self, case: CaseFromElsewhere, mark: bytes, opened: OpenObject) -> None:
        manifest = Manifest()
        row = Case(
            object_id=opened.object.pk,
            team_id=self._team.pk,
            assigned_to_id=self._actor.user.pk,
            opened_on=case.opened_on,
        )
        for name, document in case.documents.items():
            schema = self._schemas[name]
            sealed = opened.seal("section", name, schema, 1, content=serialise(document))
            manifest.set(f"section/{name}", 1, fingerprint(sealed))
            self._sections.append(
                SectionVersion(
                    case_id=opened.object.pk,
                    section=name,
                    version=1,
                    schema=schema,
                    sealed=sealed,
                    saved_by_id=self._actor.user.pk,
                    saved_at=self._now,
                )
            )
        row.manifest = seal_manifest(opened, manifest)
        self.files.append((CaseFile(self._actor, row, opened), case))
        self._imported.append(ImportedCase(team_id=self._team.pk, mark=mark, case_id=row.pk))
        self._events.append(
            audit.event(
                "case.imported",
                actor=self._actor,
                object=opened.object,
                sections=len(case.documents),
                counter=manifest.counter,
                manifest=fingerprint(row.manifest),
            )
        )

    def save(self) -> None:
        insert_many([file.case for file, _case in self.files])
        insert_many(self._sections)
        insert_many(self._imported)
        audit.record_many(self._events)
