"""Sharing without consent, on a legal ground: as long as a second person has not said no."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from casework.approvals import EXCEPTIONS, ApprovalDocument, State, Subject, approvals_of
from casework.case_file import CaseFile
from casework.consents import Purpose, Scope

REVIEW_WITHIN = timedelta(hours=24)
"""Under imminent harm one person acts, and a second one looks at it within this time."""


def exception_scope(document: ApprovalDocument) -> Scope:
    """Whom it names: a partner, with or without one of its services, or an authority."""
    content = document.content
    recipient, service = (UUID(content[name]) if content[name] else None for name in ("recipient", "service"))
    purpose = Purpose.SHARE if recipient else Purpose.AUTHORITY
    return Scope(purpose, recipient, service, content["authority"], content["country"])


def exception_holds(document: ApprovalDocument) -> bool:
    """Whether something may be shared on it now.

    Imminent harm while it waits for its review, no longer than that may take; every ground once a second person has
    approved it, in time where there was a time. A late approval comes after what it was for had to stop.
    """
    row = document.approval
    if row.subject not in EXCEPTIONS:
        return False
    if row.state == State.ASKED:
        # Without a time by which it is reviewed it was refused before, and waits for the second person.
        return row.subject == Subject.IMMINENT_HARM and row.due_at is not None and not document.overdue
    in_time = row.due_at is None or row.decided_at is None or row.decided_at <= row.due_at
    return row.state == State.APPROVED and in_time


def exceptions_of(file: CaseFile) -> list[ApprovalDocument]:
    """Every exception that was claimed in a case, newest first. Raises Tampered."""
    return [each for each in approvals_of(file) if each.approval.subject in EXCEPTIONS]


def exceptions_for(file: CaseFile, recipient: UUID, service: UUID | None = None) -> list[ApprovalDocument]:
    """The exceptions that hold now for a partner and its service, newest first. Raises Tampered."""
    wanted = Scope(Purpose.SHARE, recipient, service)
    return [
        each for each in exceptions_of(file) if exception_holds(each) and exception_scope(each).covers(wanted)
    ]


def exception_for(file: CaseFile, recipient: UUID, service: UUID | None = None) -> ApprovalDocument | None:
    """The newest of them, or None."""
    return next(iter(exceptions_for(file, recipient, service)), None)
