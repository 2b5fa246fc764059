"""Celery tasks of referrals: each calls one service."""

from celery import shared_task

from referrals.services import end_what_is_over


@shared_task(name="referrals.end_overdue")
def end_overdue() -> None:
    """End what was shared without consent and not approved in time, what a consent has run out for, and silence."""
    end_what_is_over()
