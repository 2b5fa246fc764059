"""What needs a second person: asking, deciding, taking back. Nobody decides on what they asked for."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.approvals import (
    BY_A_COLLEAGUE,
    ApprovalDocument,
    Step,
    after,
    approval_print,
    may_decide,
    read_approval,
    seal_approval,
)
from casework.case_file import CaseFile, open_case_file
from casework.models import Approval, Case
from casework.plan import plan_print
from core import notices
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.marks import kept_out_among
from core.models import CASE_ROLES, Level, Role, User
from core.registries import Registry

approval_decided: Registry[[CaseFile, ApprovalDocument]] = Registry("approval_decided")
"""Run when a second person has decided, in the same transaction: what it allowed, or must be undone, follows."""

ASKED = notices.define("approval_asked", _("A decision is asked of you"))
DECIDED = notices.define("approval_decided", _("What you asked for has been decided on"))


def ask(
    file: CaseFile,
    subject: Approval.Subject,
    content: Mapping[str, Any],
    *,
    due_at: datetime | None = None,
    reviewer: UUID | None = None,
) -> Approval:
    """Ask for a decision on an open and locked case, inside the caller's transaction, and tell who can make it.

    `content` holds at least the `reason`. Raises Invalid at `reason`; WrongState where there is nobody to decide.
    """
    if not str(content.get("reason", "")).strip():
        raise Invalid({"reason": [_("Say why.")]})
    row = Approval(
        case=file.case,
        subject=subject,
        asked_by=file.actor.user,
        asked_at=timezone.now(),
        due_at=due_at,
        reviewer_id=reviewer,
    )
    asked = deciders(file, subject, reviewer)
    if not asked:
        raise WrongState(_("Nobody else in the team can decide on this. Ask for another supervisor first."))
    row.sealed = seal_approval(file.opened, row, content)
    row.save(force_insert=True)
    file.note_change(f"approval/{row.pk}", 1, approval_print(row), "approval.asked", subject=subject)
    notices.tell(asked, ASKED, object=file.opened.object)
    return row


def deciders(file: CaseFile, subject: Approval.Subject, reviewer: UUID | None = None) -> list[UUID]:
    """Who can decide: the reviewer, or whoever of the team has the role; nobody whom the case keeps out."""
    roles = CASE_ROLES if subject in BY_A_COLLEAGUE else {Role.SUPERVISOR}
    colleagues = User.objects.filter(
        Q(pk=reviewer) if reviewer else Q(memberships__team=file.case.team, memberships__role__in=roles),
        is_active=True,
    )
    out = kept_out_among(file.case.pk, colleagues)
    others = colleagues.exclude(pk=file.actor.user.pk).exclude(pk__in=out)
    return [*others.values_list("pk", flat=True).distinct()]


@transaction.atomic
def ask_approval(*, actor: Actor, case_id: UUID, subject: Approval.Subject, reason: str) -> Approval:
    """Ask a supervisor to approve the plan as it stands, or the closing of the case.

    Raises NotVisible, NotAllowed, Invalid at `reason`; WrongState where it is asked for already or the case is closed.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if subject not in {Approval.Subject.PLAN, Approval.Subject.CLOSURE}:
        raise NotAllowed
    if file.case.state == Case.State.CLOSED:
        raise WrongState(_("The case is closed. Reopen it first."))
    if asked_for(file, subject).exists():
        raise WrongState(_("This is asked for already."))
    return ask(file, subject, {"reason": reason.strip(), "plan": plan_print(file)})


def name_no_reviewer(file: CaseFile, rows: Iterable[Approval]) -> None:
    """Who alone was to decide on these can't any more: whoever of the team has the role does. The file is locked."""
    for row in rows:
        row.reviewer = None
        row.save(update_fields=["reviewer"])
        file.note_change(f"approval/{row.pk}", 1, approval_print(row), "approval.reviewer_left")


def asked_for(file: CaseFile, subject: Approval.Subject) -> QuerySet[Approval]:
    """What of this subject is not decided yet."""
    return file.case.approvals.filter(subject=subject, state=Approval.State.ASKED)


def approve(*, actor: Actor, case_id: UUID, approval_id: UUID, note: str = "") -> Approval:
    """Approve, as the second person. Raises NotVisible, NotAllowed (also for one's own), WrongState."""
    return _decide(actor, case_id, approval_id, Step.APPROVE, note)


def refuse(*, actor: Actor, case_id: UUID, approval_id: UUID, note: str) -> Approval:
    """Refuse, as the second person, and say why. Raises NotVisible, NotAllowed, WrongState; Invalid at `note`."""
    if not note.strip():
        raise Invalid({"note": [_("Say why.")]})
    return _decide(actor, case_id, approval_id, Step.REFUSE, note)


def take_back(*, actor: Actor, case_id: UUID, approval_id: UUID) -> Approval:
    """Take back what one asked for. Raises NotVisible, NotAllowed for anyone else's, WrongState."""
    return _decide(actor, case_id, approval_id, Step.TAKE_BACK, "")


@transaction.atomic
def _decide(actor: Actor, case_id: UUID, approval_id: UUID, step: Step, note: str) -> Approval:
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    row = file.case.approvals.select_related("asked_by").filter(pk=approval_id).first()
    if row is None:
        raise NotVisible
    document = read_approval(file, row)
    mine = row.asked_by_id == actor.user.pk
    if (step is Step.TAKE_BACK and not mine) or (step is not Step.TAKE_BACK and not may_decide(actor, row)):
        raise NotAllowed
    row.state, row.decided_by, row.decided_at = after(row, step), actor.user, timezone.now()
    content = {**document.content, "note": note.strip()}
    row.sealed = seal_approval(file.opened, row, content)
    row.save(update_fields=["state", "decided_by", "decided_at", "sealed"])
    file.note_change(f"approval/{row.pk}", 2, approval_print(row), f"approval.{row.state}")
    if step is not Step.TAKE_BACK:
        approval_decided.run(file, ApprovalDocument(row, content))
        notices.tell([row.asked_by_id], DECIDED, object=file.opened.object)
    return row
