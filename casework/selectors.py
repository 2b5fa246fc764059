"""What casework reads: each function takes the Actor that reads."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from casework.assessment import Assessment, assess
from casework.case_file import CaseFile, open_case_file
from casework.instruments import instrument
from casework.models import Case, FollowUp, Identification
from core import audit
from core.access import open_many, open_object
from core.actor import Actor
from core.models import CASE_ROLES, Kind, User


@dataclass(frozen=True, slots=True)
class IdentificationDocument:
    """An opened identification: what was answered, and what it makes."""

    identification: Identification
    answers: Mapping[str, str]
    age: int | None
    age_at_exploitation: int | None
    notes: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class FollowUpDocument:
    """A follow-up with what it is about."""

    follow_up: FollowUp
    about: str
    outcome: str

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
    audit.record("identification.read", actor=actor, object=opened.object)
    return IdentificationDocument(
        identification=row,
        answers=content["answers"],
        notes=content["notes"],
        assessment=assess(instrument(content["instrument"]), content["answers"], **ages),
        **ages,
    )


def cases_of(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor may see, newest first."""
    return Case.objects.visible_to(actor).select_related("assigned_to", "team__organisation")


def read_case(actor: Actor, case_id: UUID) -> CaseFile:
    """Open one for reading, and note who did. Raises NotVisible or Tampered."""
    file = open_case_file(actor, case_id)
    audit.record("case.read", actor=actor, object=file.opened.object)
    return file


def follow_ups_of(actor: Actor) -> QuerySet[FollowUp]:
    """The follow-ups of the cases that the actor may see, the earliest first."""
    visible = Case.objects.visible_to(actor).order_by().values("pk")
    return (
        FollowUp.objects.filter(case__in=visible).select_related("case", "assignee").order_by("due_at", "pk")
    )


def read_follow_ups(actor: Actor, rows: Iterable[FollowUp]) -> list[FollowUpDocument]:
    """Open the given ones, with as many queries for fifty as for one. What the actor may not see is left out."""
    rows = list(rows)
    opened = open_many(actor, {row.case_id for row in rows}, Kind.CASE)
    documents = []
    for row in rows:
        if row.case_id in opened:
            content = CaseFile(actor, row.case, opened[row.case_id]).read_follow_up(row)
            documents.append(FollowUpDocument(row, content["about"], content.get("outcome", "")))
    return documents


def team_members(case: Case) -> QuerySet[User]:
    """Who may be assigned something in this case: the caseworkers and supervisors of its team."""
    return User.objects.filter(
        memberships__team=case.team_id, memberships__role__in=CASE_ROLES, is_active=True
    ).order_by("name")
