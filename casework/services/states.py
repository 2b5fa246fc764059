"""Moving a case from state to state. Each move stays in the case, with its reason."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.approvals import ApprovalDocument, approvals_of
from casework.case_file import CaseFile, open_case_file
from casework.models import Approval, Case, Transfer
from casework.record.fields import Value
from casework.services.cases import section_rule
from casework.services.entries import Change, entry_rule, write_entry
from casework.transitions import CASE_TRANSITIONS, REASONS, CaseStep, case_after, may_take
from core import audit
from core.actor import Actor
from core.errors import Invalid, Message, NotAllowed, Refused
from core.models import Level

KIND = "state_change"


@transaction.atomic
def change_state(*, actor: Actor, case_id: UUID, step: CaseStep, reason: str = "", note: str = "") -> Case:
    """Put a case on hold, take it up again, close it or reopen it.

    Raises NotVisible; NotAllowed outside of the case's team, and for a caseworker who reopens; WrongState; Invalid at
    `reason` or `note`; Refused for closing without another person's approval.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if not may_take(actor, file.case, step):
        raise NotAllowed
    state = case_after(file.case.state, step)
    _check(step, reason, note)
    if step is CaseStep.CLOSE and closing_approval(file) is None:
        raise Refused(_("Closing needs the approval of a supervisor. Ask for it first."))
    _move(file, step, state, reason, note)
    return file.case


def closing_approval(file: CaseFile) -> ApprovalDocument | None:
    """The approval that lets the case be closed: the newest for closing it.

    It does not outlive a reopening, nor a handing over to another team.
    """
    asked = (each for each in approvals_of(file) if each.approval.subject == Approval.Subject.CLOSURE)
    newest = next(asked, None)
    if newest is None or newest.approval.state != Approval.State.APPROVED:
        return None
    reopened = [entry.saved_at for entry in file.entries.of(KIND) if entry.values["step"] == CaseStep.REOPEN]
    accepted = Transfer.objects.filter(case=file.case, state=Transfer.State.ACCEPTED)
    since = [*reopened, *accepted.values_list("decided_at", flat=True)]
    decided = newest.approval.decided_at
    return newest if decided and all(at and decided > at for at in since) else None


def _check(step: CaseStep, reason: str, note: str) -> None:
    wrong: dict[str, list[Message]] = {}
    if reason not in REASONS.get(step, ("",)):
        wrong["reason"] = [_("Choose a reason from the list.")]
    if reason == "other" and not note.strip():
        wrong["note"] = [_("Say why.")]
    if wrong:
        raise Invalid(wrong)


def _move(file: CaseFile, step: CaseStep, state: Case.State, reason: str = "", note: str = "") -> None:
    write_entry(file, KIND, {"step": step.value, "reason": reason, "note": note})
    file.case.state = state
    file.case.save(update_fields=["state"])
    # Not the reason: that the survivor has died, or withdrew, is the survivor's, and the trail outlives the case.
    audit.record("case.moved", actor=file.actor, object=file.opened.object, step=step, state=state)


# --- the first contact or plan: work has begun --------------------------------------------------------------------


@entry_rule("contact", "goal")
def begins_with(change: Change) -> None:
    """A contact, or a goal of the plan."""
    _begin(change.file)


@section_rule("plan")
def begins_with_a_plan(file: CaseFile, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
    """The plan itself."""
    _begin(file)


def _begin(file: CaseFile) -> None:
    state = CASE_TRANSITIONS.get((file.case.state, CaseStep.ACTIVATE))
    if state is not None:
        _move(file, CaseStep.ACTIVATE, state)
