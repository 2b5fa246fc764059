"""How each task of beat's schedule went the last time, noted by Celery's own signals; and when beat itself was alive.

Nothing here may keep a task from running: where the database does not answer, there is no note.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from celery.signals import after_task_publish, task_postrun, task_prerun
from django.conf import settings
from django.db import close_old_connections
from django.db.utils import Error as DatabaseError
from django.utils import timezone

from core.models import BeatRun, Heartbeat

log = structlog.get_logger("hearth.beat")

BEAT, WORKER = "beat", "worker"
"""Whose heart beats: the process that sends the tasks, and one that does them."""

_begun: dict[str, tuple[datetime, float]] = {}


def tasks_of_beat() -> frozenset[str]:
    """The names of the tasks that stand in the schedule."""
    return frozenset(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())


@task_prerun.connect
def note_begin(task_id: str = "", task: Any = None, **_: Any) -> None:
    """Remember when a task of the schedule began."""
    if task.name in tasks_of_beat():
        _begun[task_id] = timezone.now(), time.monotonic()


@task_postrun.connect
def note_end(task_id: str = "", task: Any = None, retval: Any = None, **_: Any) -> None:
    """Note how it went, in one statement: of an exception its class name alone."""
    begun = _begun.pop(task_id, None)
    if begun is None:
        return
    at, started = begun
    error = type(retval).__name__[:100] if isinstance(retval, BaseException) else ""
    run = BeatRun(
        name=task.name,
        at=at,
        took_ms=round((time.monotonic() - started) * 1000),
        outcome=BeatRun.Outcome.FAILED if error else BeatRun.Outcome.OK,
        error=error,
    )
    try:
        BeatRun.objects.bulk_create(
            [run],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["at", "took_ms", "outcome", "error"],
        )
    except DatabaseError as failure:
        log.warning("beat_run_not_noted", exception=type(failure).__name__)


@after_task_publish.connect(sender="core.beat")
def note_beat(**_: Any) -> None:
    """Note that beat has sent its own task, in beat's process."""
    close_old_connections()
    try:
        note_heartbeat(BEAT)
    except DatabaseError as failure:
        log.warning("heartbeat_not_noted", exception=type(failure).__name__)
    finally:
        close_old_connections()


def note_heartbeat(name: str) -> None:
    """That `name` is alive now. Raises DatabaseError."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


def seconds_since(at: datetime, now: datetime) -> float:
    """How long ago that was; never less than nothing, whatever the clocks say."""
    return max(now - at, timedelta()).total_seconds()
