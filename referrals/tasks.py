"""Celery tasks of referrals: each calls one service."""

from celery import shared_task

from referrals.services import ask_for_capacity as ask
from referrals.services import end_places_in_time, end_what_is_over


@shared_task(name="referrals.end_overdue")
def end_overdue() -> None:
    """End what was shared without consent and not approved in time, what a consent has run out for, and silence."""
    end_what_is_over()
    end_places_in_time()


@shared_task(name="referrals.ask_for_capacity")
def ask_for_capacity() -> None:
    """Ask again how many places are free where the last answer has become old."""
    ask()
