"""Erasing a case: a supervisor asks, a second person approves, it waits, and then a task without any key does it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy import facts
from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile, open_case_file
from casework.documents.attachments import OpenedDocument
from casework.erasing import (
    STANDING,
    due_orders,
    erase_rows,
    standing_order,
    unwrap_handle,
    unwrap_order,
    wrap_handle,
    wrap_order,
)
from casework.models import Approval, Case, Erasure
from casework.services.approvals import approval_decided, ask, asked_for
from casework.services.cases import fact_handle
from casework.services.documents import document_removal_veto
from casework.services.entries import Change, entry_rule
from casework.transitions import CaseStep
from core import audit, journal, notices, outbox
from core.access import lock_object
from core.actor import Actor
from core.crypto import CannotOpen
from core.errors import NotAllowed, Refused, WrongState
from core.models import CASE_ROLES, Level, Role, ServerShare, User

ERASE = "casework.erase"
ENTER = "casework.journal_erasure"
HOLD = "legal_hold"
ORDERED = notices.define("erasure_ordered", _("A case is going to be erased"))
STOPPED = notices.define("erasure_stopped", _("An erasure that was ordered is stopped"))
ERASED = notices.define("case_erased", _("A case was erased, as ordered"))

State = Erasure.State


def may_ask(actor: Actor, case: Case) -> bool:
    """Whether the actor may ask for it: as a supervisor of the case's team."""
    return actor.has_role(Role.SUPERVISOR, team_id=case.team_id)


def may_cancel(actor: Actor, case: Case) -> bool:
    """Whether the actor may stop it. Stopping destroys nothing, so any caseworker of the team may."""
    return actor.has_role(*CASE_ROLES, team_id=case.team_id)


def is_held(file: CaseFile) -> bool:
    """Whether a legal hold is in force."""
    return any("ended_on" not in entry.values for entry in file.entries.of(HOLD))


@transaction.atomic
def ask_erasure(*, actor: Actor, case_id: UUID, reason: str) -> Approval:
    """Ask a colleague to approve that a closed case is erased.

    Raises NotVisible; NotAllowed but for a supervisor of its team; WrongState unless it is closed, or where it is asked
    for or ordered already, or nobody could decide; Refused under a legal hold; Invalid at `reason`.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if not may_ask(actor, file.case):
        raise NotAllowed
    if asked_for(file, Approval.Subject.ERASURE).exists():
        raise WrongState(_("This is asked for already."))
    _require_erasable(file)
    return ask(file, Approval.Subject.ERASURE, {"reason": reason.strip()})


def _require_erasable(file: CaseFile) -> None:
    if file.case.state != Case.State.CLOSED:
        raise WrongState(_("Only a closed case can be erased. Close it first."))
    if standing_order(file.case) is not None:
        raise WrongState(_("It is ordered already."))
    if is_held(file):
        raise Refused(_("A legal hold stands against it."))


@approval_decided.register
def order_erasure(file: CaseFile, document: ApprovalDocument) -> None:
    """Write the order, with the case open: it holds all that its execution needs. Raises WrongState, Refused."""
    approval = document.approval
    if approval.subject != Approval.Subject.ERASURE or approval.state != Approval.State.APPROVED:
        return
    _require_erasable(file)
    order = Erasure(
        case=file.case,
        asked_by=approval.asked_by,
        approved_by=file.actor.user,
        approved_at=timezone.now(),
        due_at=_after_the_delay(),
        wrapped_handle=wrap_handle(file.case, fact_handle(file)),
    )
    order.save(force_insert=True)
    outbox.enqueue(ERASE, order.pk, run_at=order.due_at)
    audit.record("erasure.ordered", actor=file.actor, object=file.opened.object, order=order.pk)
    notices.tell({order.asked_by_id, file.case.assigned_to_id}, ORDERED, object=file.opened.object)


def _after_the_delay() -> datetime:
    return timezone.now() + timedelta(days=settings.ERASURE_DELAY_DAYS)


@transaction.atomic
def cancel_erasure(*, actor: Actor, case_id: UUID) -> Erasure:
    """Stop an order before it is carried out. Raises NotVisible; NotAllowed outside of the team; WrongState."""
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if not may_cancel(actor, file.case):
        raise NotAllowed
    order = standing_order(file.case)
    if order is None:
        raise WrongState
    _move(file, order, State.CANCELLED)
    return order


def _move(file: CaseFile, order: Erasure, state: Erasure.State) -> None:
    order.state = state
    if state == State.ORDERED:
        order.due_at = _after_the_delay()
        outbox.enqueue(ERASE, order.pk, run_at=order.due_at)
    elif state == State.CANCELLED:
        order.wrapped_handle = b""
    order.save()
    audit.record(f"erasure.{state}", actor=file.actor, object=file.opened.object, order=order.pk)
    told = ORDERED if state == State.ORDERED else STOPPED
    notices.tell({order.asked_by_id, order.approved_by_id}, told, object=file.opened.object)


# --- what stands against it ---------------------------------------------------------------------------------------


@entry_rule("legal_hold")
def hold_or_release(change: Change) -> None:
    """Stop a standing order while any hold is in force; the whole delay passes anew when the last one ends.

    Raises NotAllowed but for a supervisor of the case's team.
    """
    file = change.file
    if not file.actor.has_role(Role.SUPERVISOR, team_id=file.case.team_id):
        raise NotAllowed(_("A supervisor of the team sets and ends a legal hold."))
    others = (each for each in file.entries.of(HOLD) if each.id != change.id)
    held = "ended_on" not in change.values or any("ended_on" not in each.values for each in others)
    order = standing_order(file.case)
    if order is not None and held != (order.state == State.HELD):
        _move(file, order, State.HELD if held else State.ORDERED)


@entry_rule("state_change")
def stop_when_reopened(change: Change) -> None:
    """A case that is taken up again is not erased."""
    order = standing_order(change.file.case)
    if order is not None and change.values["step"] == CaseStep.REOPEN:
        _move(change.file, order, State.CANCELLED)


@document_removal_veto.register
def keep_documents(file: CaseFile, document: OpenedDocument) -> None:
    """Raise Refused under a legal hold."""
    if is_held(file):
        raise Refused(_("A legal hold stands against it."))


# --- without an Actor: ids, dates and states alone ----------------------------------------------------------------


@outbox.handler(ERASE, must=True)
def erase_when_due(order_id: UUID) -> None:
    """Carry out an order, unless it was stopped meanwhile; one that was put off waits anew, since this run is over."""
    if erase(order_id):
        return
    later = Erasure.objects.filter(pk=order_id, state=State.ORDERED, due_at__gt=timezone.now()).first()
    if later is not None:
        outbox.enqueue(ERASE, later.pk, run_at=later.due_at)


@transaction.atomic
def erase(order_id: UUID) -> bool:
    """Carry out an order whose delay has passed; whether it was. Safe to run twice, and at the same time.

    Whoever is writing into the case comes first, or finds nothing to open. Raises Tampered for an order that no
    approval wrote.
    """
    order = Erasure.objects.filter(pk=order_id).first()
    if order is None:
        return False
    lock_object(order.case_id)
    order = due_orders().filter(pk=order_id).first()
    if order is None:
        return False
    order.verify()
    case = order.case
    share = ServerShare.objects.filter(object=case.object).first()
    version = share.kek_version if share else 0  # none came with a restored backup
    if order.wrapped_handle:
        facts.withdraw(handle=unwrap_handle(case, bytes(order.wrapped_handle)))
    erase_rows(case)
    order.state, order.done_at, order.kek_version = State.DONE, timezone.now(), version
    order.save()
    outbox.enqueue(ENTER, order.pk)
    audit.record("case.erased", object=case.object, order=order.pk, kek_version=version)
    notices.tell({order.asked_by_id, order.approved_by_id}, ERASED)
    return True


@outbox.handler(ENTER, outside=True, must=True)
def enter_erasure(order_id: UUID) -> None:
    """Enter a carried out erasure in the off-box journal, with the handle of the fact, and then forget that too."""
    order = Erasure.objects.get(pk=order_id)
    order.verify()
    journal.write("case", order.case_id, wrap_order(order))
    order.wrapped_handle = b""
    order.save(update_fields=["wrapped_handle", "tag"])


@journal.replay("case")
def erase_again(line: journal.Line) -> bool:
    """Erase what a restored backup has brought back of a case, and put the order back that may be newer than it.

    Raises CannotOpen where fact and order can't be found any more; the case itself is erased by then.
    """
    case = Case.objects.select_related("object").filter(pk=line.id).first()
    if case is None:
        return False
    again = _erase_rows_again(case)
    order, handle = _read_order(case, line.wrapped)
    with transaction.atomic():
        fact = facts.withdraw(handle=handle) if handle else False
        if order is not None:
            _put_back(case, order)
    return again or fact


def _read_order(case: Case, wrapped: bytes) -> tuple[Erasure | None, bytes]:
    """The order and the handle of the fact; of a line from before orders were entered, what it has: the handle."""
    if not wrapped:
        return None, b""
    try:
        return unwrap_order(case, wrapped)
    except CannotOpen:
        return None, unwrap_handle(case, wrapped)


@transaction.atomic
def _erase_rows_again(case: Case) -> bool:
    lock_object(case.pk)
    case.refresh_from_db()
    if case.state == Case.State.ERASED and not ServerShare.objects.filter(object=case.object).exists():
        return False
    erase_rows(case)
    case.erasures.filter(state__in=STANDING).delete()
    audit.record("case.erased", object=case.object)
    return True


def _put_back(case: Case, order: Erasure) -> None:
    """The carried out order, where both people that it names were there when the backup was made."""
    people = {order.asked_by_id, order.approved_by_id}
    known = User.objects.filter(pk__in=people).count() == len(people)
    if known and not case.erasures.filter(state=State.DONE).exists():
        case.erasures.filter(pk=order.pk).delete()
        order.save(force_insert=True)
