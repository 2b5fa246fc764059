"""Celery tasks of casework: each calls one service."""

from celery import shared_task

from casework.services import notify_due


@shared_task(name="casework.find_due")
def find_due() -> None:
    """Find the follow-ups that have come due."""
    notify_due()
