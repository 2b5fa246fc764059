"""Celery: the same tasks on the embedded broker and on Redis. Arguments are opaque ids, results are not kept."""

import os
from typing import Any
from uuid import UUID

from celery import Celery, shared_task
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

app = Celery("hearth")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Django's LOGGING stands: Celery's own would log arguments and tracebacks."""


@shared_task(name="core.relay")
def relay() -> None:
    """Hand due outbox rows to the workers. A message that nobody takes within the lease is void: another follows."""
    from core.outbox import LEASE, hand_out, room

    for item_id in hand_out(room()):
        run_item.apply_async((str(item_id),), expires=LEASE.total_seconds())


@shared_task(name="core.run_item")
def run_item(item_id: str) -> None:
    """Do the work of one outbox row."""
    from core.outbox import run

    run(UUID(item_id))


@shared_task(name="core.forget_sessions")
def forget_sessions() -> None:
    """Delete the sessions that have run out, and the sealed keys with them."""
    from django.core.management import call_command

    call_command("clearsessions")


@shared_task(name="core.forget_uploads")
def forget_uploads() -> None:
    """Delete what cut-off uploads left behind."""
    from core.uploads import forget_left_overs

    forget_left_overs()


@shared_task(name="core.forget_done")
def forget_done() -> None:
    """Delete the rows of work that was done long ago."""
    from core import outbox

    outbox.forget_done()


@shared_task(name="core.beat")
def beat() -> None:
    """Say that beat, broker and worker are all up."""
    from core.beat_runs import WORKER, note_heartbeat

    note_heartbeat(WORKER)
