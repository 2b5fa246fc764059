"""Claiming a legal ground to share something without consent, and what follows from its review."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.approvals import EXCEPTIONS, ApprovalDocument, State, Subject
from casework.case_file import CaseFile, open_case_file
from casework.consents import Purpose, Scope
from casework.exceptions import REVIEW_WITHIN, exception_scope, exceptions_of
from casework.models import Approval, FollowUp
from casework.services.approvals import approval_decided, ask, deciders
from casework.services.consents import wrong_scope
from casework.services.follow_ups import add_follow_up, end_follow_ups
from core.access import KEPT_OUT
from core.actor import Actor
from core.errors import Invalid, Refused, WrongState
from core.marks import is_kept_out
from core.models import Level, Organisation
from core.registries import Registry

exception_ended: Registry[[CaseFile, ApprovalDocument]] = Registry("exception_ended")
"""Run when a second person has refused an exception, in the same transaction: whatever rested on it ends."""

REVIEW = "approval/"
"""How the source of a follow-up begins that comes of an exception and its review."""


@transaction.atomic
def claim_exception(
    *,
    actor: Actor,
    case_id: UUID,
    basis: Approval.Subject,
    what: str,
    reason: str,
    recipient: UUID | None = None,
    service: UUID | None = None,
    authority: str = "",
    country: str = "",
    reference: str = "",
) -> Approval:
    """Claim a legal ground to share the least that is needed with a partner or an authority, without consent.

    Under imminent harm it holds at once, and a second person reviews it within 24 hours; a duty to protect a child and
    a court order hold once a second person has approved. Principle 13 of IOM's Data Protection Manual: an exception is
    lawful, necessary and written down.

    Raises NotVisible, NotAllowed; Invalid at each field at fault; Refused for whoever is kept out; WrongState where
    the same is asked for already, and where nobody is there to decide.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    purpose = Purpose.AUTHORITY if recipient is None else Purpose.SHARE
    scope = Scope(purpose, recipient, service, authority.strip(), country)
    wrong = wrong_scope(scope)
    if basis not in EXCEPTIONS:
        wrong["basis"] = [_("Choose the legal ground.")]
    if not what.strip():
        wrong["what"] = [_("Say what is shared, and why no less would do.")]
    if not reason.strip():
        wrong["reason"] = [_("Say why.")]
    if basis == Subject.COURT_ORDER and not reference.strip():
        wrong["reference"] = [_("Give the court and the number of the order.")]
    if wrong:
        raise Invalid(wrong)
    if recipient is not None and is_kept_out(file.case.pk, Organisation.objects.get(pk=recipient)):
        raise Refused(KEPT_OUT)
    if any(_waits(each, basis) and exception_scope(each) == scope for each in exceptions_of(file)):
        raise WrongState(_("This is asked for already."))
    content = {
        "reason": reason.strip(),
        "what": what.strip(),
        "reference": reference.strip(),
        "recipient": str(recipient or ""),
        "service": str(service or ""),
        "authority": scope.authority,
        "country": country,
    }
    urgent = basis == Subject.IMMINENT_HARM and not _went_unconfirmed(file, scope)
    row = ask(file, basis, content, due_at=timezone.now() + REVIEW_WITHIN if urgent else None)
    if urgent:
        _plan_review(file, row)
    return row


def _waits(document: ApprovalDocument, basis: Approval.Subject) -> bool:
    row = document.approval
    return row.subject == basis and row.state == State.ASKED and not document.overdue


def _went_unconfirmed(file: CaseFile, scope: Scope) -> bool:
    """Whether nobody has confirmed imminent harm for this recipient in time: the next claim waits for a second person.

    Else one person alone could share for as long as they like, a day at a time.
    """
    whole = replace(scope, service=None)
    return any(
        each.approval.subject == Subject.IMMINENT_HARM
        and (each.approval.state == State.REFUSED or each.overdue)
        and replace(exception_scope(each), service=None) == whole
        for each in exceptions_of(file)
    )


def _plan_review(file: CaseFile, row: Approval) -> None:
    """An urgent follow-up for everyone who can decide: whoever does it first ends it for the others."""
    assert row.due_at is not None
    for person in deciders(file, Approval.Subject(row.subject)):
        add_follow_up(
            file.actor,
            file.opened,
            due_at=row.due_at,
            about=_("Review what was shared without consent under imminent harm: it stops at this time."),
            assignee_id=person,
            urgent=True,
            source=_source(row),
        )


def _source(row: Approval) -> str:
    return f"{REVIEW}{row.pk}"


@approval_decided.register
def follow_review(file: CaseFile, document: ApprovalDocument) -> None:
    """A review is done; a no ends what rested on the exception, and whoever acted is told by an urgent follow-up."""
    row = document.approval
    if row.subject not in EXCEPTIONS:
        return
    end_follow_ups(file.actor, file.opened, _source(row), FollowUp.State.DONE)
    if row.state != State.REFUSED:
        return
    if row.subject == Subject.IMMINENT_HARM:
        add_follow_up(
            file.actor,
            file.opened,
            due_at=timezone.now(),
            about=_(
                "Sharing without consent was refused on review. See what was shared, and have it destroyed."
            ),
            assignee_id=row.asked_by_id,
            urgent=True,
            source=_source(row),
        )
    exception_ended.run(file, document)
