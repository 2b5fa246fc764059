"""What casework reads: each function takes the Actor that reads."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.assessment import Assessment, assess
from casework.case_file import CaseFile, SectionDocument, open_case_file
from casework.interview import Interview
from casework.models import Case, Draft, FollowUp, Identification, ImportTable
from casework.numbers import parse_number
from casework.offered import instrument_used
from casework.record.contact_codes import Channel
from casework.recurrence import every_label
from core import audit
from core.access import OpenObject, grants_of, open_many, open_object
from core.actor import Actor
from core.errors import Invalid
from core.marks import kept_out_among
from core.models import CASE_ROLES, Kind, Membership, Role, User

FOLLOWED_UP = (Kind.CASE, Kind.IDENTIFICATION, Kind.DRAFT)
"""What a follow-up can be for."""


@dataclass(frozen=True, slots=True)
class IdentificationDocument:
    """An opened identification: what was answered, and what it makes."""

    identification: Identification
    answers: Mapping[str, str]
    age: int | None
    age_at_exploitation: int | None
    notes: str
    interview: Interview
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class FollowUpDocument:
    """A follow-up with what it is about; `channel` where it is a contact with the survivor.

    `reason` says why that is to be made against the rules of safe contact.
    """

    follow_up: FollowUp
    about: str
    outcome: str
    channel: str = ""
    reason: str = ""
    repeat: str = ""

    @property
    def every_label(self) -> str:
        """How often it comes back, as people read it; empty where it does not."""
        return every_label(self.repeat) if self.repeat else ""

    @property
    def channel_label(self) -> str:
        """The channel as people read it."""
        return str(Channel(self.channel).label) if self.channel else ""

    @property
    def case(self) -> Case | None:
        """The case that it is for, also through the identification that the case was opened from."""
        object = self.follow_up.object
        if object.kind == Kind.CASE:
            return object.case
        return object.identification.case if object.kind == Kind.IDENTIFICATION else None

    @property
    def overdue(self) -> bool:
        """Derived from the date, not stored."""
        return self.follow_up.state == FollowUp.State.DUE and self.follow_up.due_at <= timezone.now()


def identifications_of(actor: Actor) -> QuerySet[Identification]:
    """The identifications that the actor may see, newest first."""
    return Identification.objects.visible_to(actor).select_related("recorded_by", "case", "team")


def read_identification(actor: Actor, identification_id: UUID) -> IdentificationDocument:
    """Open one. Raises NotVisible or Tampered."""
    opened = open_object(actor, identification_id, Kind.IDENTIFICATION)
    row = Identification.objects.select_related("team__organisation", "recorded_by", "case").get(
        pk=identification_id
    )
    content: dict[str, Any] = json.loads(opened.unseal("identification", sealed=row.sealed))
    ages = {"age": content["age"], "age_at_exploitation": content["age_at_exploitation"]}
    # Of the organisation where it was taken: the case may have been handed over to another one.
    used = instrument_used(row.recorded_by.organisation_id, content["instrument"], content["version"])
    audit.record("identification.read", actor=actor, object=opened.object)
    return IdentificationDocument(
        identification=row,
        answers=content["answers"],
        notes=content["notes"],
        interview=Interview.from_data(content["interview"]),
        assessment=assess(used, content["answers"], **ages),
        **ages,
    )


def cases_of(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor may see, newest first."""
    return Case.objects.visible_to(actor).select_related("assigned_to", "team__organisation")


def case_by_number(actor: Actor, text: str) -> Case:
    """The case of a number as typed or heard. Raises Invalid at `number`, whether it is not there or not seen."""
    case: Case | None = cases_of(actor).filter(number=parse_number(text) or "").first()
    if case is None:
        raise Invalid({"number": [_("You see no case of this number.")]})
    return case


def read_case(actor: Actor, case_id: UUID) -> CaseFile:
    """Open one for reading, and note who did. Raises NotVisible or Tampered."""
    file = open_case_file(actor, case_id)
    audit.record("case.read", actor=actor, object=file.opened.object)
    return file


def read_history(actor: Actor, case_id: UUID, section: str) -> tuple[CaseFile, list[SectionDocument]]:
    """Every version of a section, newest first, and its case; who read it is noted. Raises NotVisible or Tampered."""
    file = open_case_file(actor, case_id)
    versions = file.history(section)
    audit.record("section.history_read", actor=actor, object=file.opened.object, entry=f"section:{section}")
    return file, versions


def read_version(actor: Actor, case_id: UUID, section: str, version: int) -> SectionDocument:
    """One version of a section; who read it is noted. Raises NotVisible or Tampered."""
    file = open_case_file(actor, case_id)
    document = file.version(section, version)
    audit.record(
        "section.version_read",
        actor=actor,
        object=file.opened.object,
        entry=f"section:{section}",
        version=version,
    )
    return document


def follow_ups_of(actor: Actor) -> QuerySet[FollowUp]:
    """The follow-ups of the cases, identifications and drafts that the actor may see, the earliest first."""
    visible = Q()
    for kind in FOLLOWED_UP:
        visible |= Q(object__in=grants_of(actor, kind).values("object"))
    return (
        FollowUp.objects.filter(visible)
        .select_related("object__case", "object__identification__case", "object__draft", "assignee")
        .order_by("due_at", "pk")
    )


def follow_ups_in(case: Case) -> Q:
    """Those of a case and of the identifications that it was opened from."""
    return Q(object=case.pk) | Q(object__identification__case=case)


def read_follow_ups(actor: Actor, rows: Iterable[FollowUp]) -> list[FollowUpDocument]:
    """Open the given ones, with as many queries for fifty as for one. What the actor may not see is left out."""
    rows = list(rows)
    opened: dict[UUID, OpenObject] = {}
    for kind in FOLLOWED_UP:
        of_kind = {row.object_id for row in rows if row.object.kind == kind}
        opened |= open_many(actor, of_kind, kind) if of_kind else {}
    documents = []
    for row in rows:
        if row.object_id in opened:
            content = row.read(opened[row.object_id])
            more = [content.get(name, "") for name in ("outcome", "channel", "reason", "repeat")]
            documents.append(FollowUpDocument(row, content["about"], *more))
    return documents


def drafts_of(actor: Actor) -> QuerySet[Draft]:
    """The actor's own drafts, newest first."""
    return Draft.objects.visible_to(actor).filter(author=actor.user)


def colleagues_of(actor: Actor) -> QuerySet[User]:
    """Who carries cases in the actor's teams, by name."""
    people = User.objects.filter(
        memberships__team__in=actor.teams_as(*CASE_ROLES), memberships__role__in=CASE_ROLES
    )
    return people.distinct().order_by("name")


def import_tables_of(actor: Actor) -> QuerySet[ImportTable]:
    """The tables that the actor has sent to be imported, and that are not forgotten yet, newest first."""
    return ImportTable.objects.visible_to(actor).select_related("team")


def team_members(case: Case) -> QuerySet[User]:
    """Who may be assigned something in this case: the caseworkers and supervisors of its team whom it keeps not out."""
    members = User.objects.filter(
        memberships__team=case.team_id, memberships__role__in=CASE_ROLES, is_active=True
    )
    return members.exclude(pk__in=kept_out_among(case.pk, members)).order_by("name")


def carried_by(case: Case) -> list[UUID]:
    """Who is turned to in a case: its caseworker; its team's supervisors where that one can't carry it any more.

    Never nobody: where nobody of the team is left, it is the caseworker whose name stands on it.
    """
    members = team_members(case)
    if members.filter(pk=case.assigned_to_id).exists():
        return [case.assigned_to_id]
    supervisors = Membership.objects.filter(team=case.team_id, role=Role.SUPERVISOR).values("user")
    found = members.filter(pk__in=supervisors).values_list("pk", flat=True).distinct()
    return list(found) or [case.assigned_to_id]
