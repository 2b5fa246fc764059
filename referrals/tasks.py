"""Celery tasks of referrals: each calls one service."""

from celery import shared_task

from referrals.services import end_overdue_exceptions


@shared_task(name="referrals.end_overdue")
def end_overdue() -> None:
    """End what was shared without consent and not approved in time."""
    end_overdue_exceptions()
