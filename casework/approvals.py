"""What needs a second person: how it is read, who may decide, and which step leads where."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from casework.case_file import CaseFile
from casework.manifest import fingerprint
from casework.models import Approval
from core.access import OpenObject, grants_of
from core.actor import Actor
from core.errors import WrongState
from core.models import CASE_ROLES, Kind, Role
from core.padded import padded_json

Subject, State = Approval.Subject, Approval.State

EXCEPTIONS = frozenset({Subject.IMMINENT_HARM, Subject.CHILD_PROTECTION, Subject.COURT_ORDER})
"""The legal grounds on which something is shared without consent."""

BY_A_COLLEAGUE = EXCEPTIONS | {Subject.ERASURE}
"""What any caseworker or supervisor of the team can be the second person for; an erasure, since a supervisor asks."""

DONE_ALREADY = frozenset({Subject.IMMINENT_HARM, Subject.BREAK_GLASS})
"""What nobody waits for, so that it must be looked at afterwards and can't be taken back."""


class Step(StrEnum):
    """What is done to something that was asked for."""

    APPROVE = "approve"
    REFUSE = "refuse"
    TAKE_BACK = "take_back"


TRANSITIONS: dict[tuple[str, Step], Approval.State] = {
    (State.ASKED, Step.APPROVE): State.APPROVED,
    (State.ASKED, Step.REFUSE): State.REFUSED,
    (State.ASKED, Step.TAKE_BACK): State.TAKEN_BACK,
}


@dataclass(frozen=True, slots=True)
class ApprovalDocument:
    """What was asked for, with its `reason` and, once decided, the `note` of who decided."""

    approval: Approval
    content: Mapping[str, Any]

    @property
    def overdue(self) -> bool:
        """Whether the second person should have decided by now."""
        due = self.approval.due_at
        return self.approval.state == State.ASKED and due is not None and due <= timezone.now()


def after(row: Approval, step: Step) -> Approval.State:
    """The state that a step leads to. Raises WrongState."""
    if step is Step.TAKE_BACK and row.subject in DONE_ALREADY:
        raise WrongState
    try:
        return TRANSITIONS[row.state, step]
    except KeyError:
        raise WrongState from None


def may_decide(actor: Actor, row: Approval) -> bool:
    """Whether the actor can be the second person: never who asked; the reviewer where one is named.

    A plan, a closure and an emergency access are a supervisor's to judge; an exception, and an erasure that a
    supervisor asked for, any colleague's of the team.
    """
    if row.asked_by_id == actor.user.pk:
        return False
    if row.reviewer_id is not None:
        return row.reviewer_id == actor.user.pk
    roles = CASE_ROLES if row.subject in BY_A_COLLEAGUE else {Role.SUPERVISOR}
    return actor.has_role(*roles, team_id=row.case.team_id)


def may_take_back(actor: Actor, row: Approval) -> bool:
    """Whether the actor can take it back: what they asked for, as long as it is not decided."""
    open = row.state == State.ASKED and row.subject not in DONE_ALREADY
    return open and row.asked_by_id == actor.user.pk


def approvals_waiting_for(actor: Actor) -> QuerySet[Approval]:
    """What the actor can decide on, in the cases that it may see: what is due first comes first."""
    theirs = Q(subject__in=BY_A_COLLEAGUE, case__team__in=actor.teams_as(*CASE_ROLES))
    theirs |= Q(case__team__in=actor.teams_as(Role.SUPERVISOR)) & ~Q(subject__in=BY_A_COLLEAGUE)
    return (
        Approval.objects.filter(state=State.ASKED, case__in=grants_of(actor, Kind.CASE).values("object"))
        .filter(Q(reviewer=actor.user) | Q(reviewer=None) & theirs)
        .exclude(asked_by=actor.user)
        .select_related("case", "asked_by")
        .order_by(F("due_at").asc(nulls_last=True), "asked_at", "pk")
    )


def seal_approval(opened: OpenObject, row: Approval, content: Mapping[str, Any]) -> bytes:
    """The stored form of what was asked and answered."""
    return opened.seal("approval", row.pk, row.state, content=padded_json(dict(content)))


def read_approval(file: CaseFile, row: Approval) -> ApprovalDocument:
    """What was asked for. Raises Tampered, also for a decision that was undone in the database."""
    file.manifest.check(f"approval/{row.pk}", 1 + (row.state != State.ASKED), approval_print(row))
    return ApprovalDocument(
        row, json.loads(file.opened.unseal("approval", row.pk, row.state, sealed=row.sealed))
    )


def approvals_of(file: CaseFile) -> list[ApprovalDocument]:
    """Everything that was asked for in a case, newest first. Raises Tampered."""

    def read() -> list[ApprovalDocument]:
        documents = [
            read_approval(file, row)
            for row in file.case.approvals.select_related("asked_by", "reviewer", "decided_by")
        ]
        file.check_count("approval", len(documents))
        return documents

    return file.checked(read)


def approval_print(row: Approval) -> str:
    """The fingerprint of an approval row."""
    times = (row.asked_at, row.due_at, row.decided_at)
    people = (row.asked_by_id, row.reviewer_id, row.decided_by_id)
    return fingerprint(
        row.sealed,
        row.subject,
        row.state,
        *(at.isoformat() if at else "" for at in times),
        *(str(person) if person else "" for person in people),
    )
