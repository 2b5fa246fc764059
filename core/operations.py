"""How the work that happens later is doing, in counts, ages and names of the code: for administrators and machines.

Everything here takes as many queries however much waits, and knows of no case and no person.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import BaseSchedule, maybe_schedule
from django.conf import settings
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.beat_runs import BEAT, WORKER, seconds_since
from core.celery import app
from core.health import SILENCE
from core.models import BeatRun, Heartbeat, OutboxItem
from core.outbox import waiting

LATELY = timedelta(minutes=5)

LABELS: dict[str, str | Promise] = {
    "beat": _("Heartbeat"),
    "relay": _("Handing out work that waits"),
    "old sessions": _("Forgetting old sessions"),
    "left-over uploads": _("Forgetting what cut-off uploads left"),
    "done work": _("Forgetting work that is done"),
    "due follow-ups": _("Finding follow-ups that are due"),
    "reviews not done in time": _("Ending what was not approved or answered in time"),
    "free places to confirm": _("Asking how many places are free"),
}
"""What an entry of the schedule is called on the page; one that is missing shows its own name."""
HEARTS: dict[str, str | Promise] = {BEAT: _("Beat, which starts tasks"), WORKER: _("Worker, which does them")}


@dataclass(frozen=True, slots=True)
class Failing:
    """Work of one kind whose last attempt failed in one way, and that is not done since."""

    kind: str
    error: str
    dead: bool
    count: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """What stands in the outbox. `oldest` is for how many seconds the first row that waits has been due."""

    waiting: int
    leased: int
    later: int
    dead: int
    oldest: float
    done_lately: int
    failing: list[Failing]

    @property
    def oldest_seconds(self) -> int:
        """The same, for people."""
        return round(self.oldest)


@dataclass(frozen=True, slots=True)
class Heart:
    """A process and when it was last known to be alive; `at` is None for never."""

    name: str
    at: datetime | None
    beats: bool

    @property
    def label(self) -> str:
        """What it is called on the page."""
        return str(HEARTS[self.name])


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of beat's schedule and its last run; without one it is due now."""

    name: str
    task: str
    run: BeatRun | None
    due: datetime
    late: bool

    @property
    def label(self) -> str:
        """What it is called on the page."""
        return str(LABELS.get(self.name, self.name))


def outbox_now() -> Outbox:
    """The outbox in figures."""
    now = timezone.now()
    undone = OutboxItem.objects.filter(done_at=None)
    due = waiting(now)
    live = undone.filter(dead_at=None).aggregate(
        waiting=Count("pk", filter=due),
        leased=Count("pk", filter=Q(leased_until__gte=now)),
        later=Count("pk", filter=Q(run_at__gt=now) & (Q(leased_until=None) | Q(leased_until__lt=now))),
        oldest=Min("run_at", filter=due),
    )
    failed = [
        *_failing(undone.filter(dead_at=None).exclude(error=""), dead=False),
        *_failing(undone.filter(dead_at__isnull=False), dead=True),
    ]
    return Outbox(
        waiting=live["waiting"],
        leased=live["leased"],
        later=live["later"],
        dead=sum(each.count for each in failed if each.dead),
        oldest=seconds_since(live["oldest"] or now, now),
        done_lately=OutboxItem.objects.filter(done_at__gte=now - LATELY).count(),
        failing=failed,
    )


def _failing(rows: Any, *, dead: bool) -> list[Failing]:
    counted = rows.values("kind", "error").annotate(count=Count("pk")).order_by("kind", "error")
    return [Failing(each["kind"], each["error"], dead, each["count"]) for each in counted]


def hearts() -> list[Heart]:
    """Beat and a worker."""
    known = dict(Heartbeat.objects.values_list("name", "at"))
    after = timezone.now() - SILENCE
    return [Heart(name, at, at is not None and at >= after) for name in HEARTS for at in [known.get(name)]]


def schedule() -> list[Entry]:
    """Each entry of beat's schedule, in its order."""
    runs, now = BeatRun.objects.in_bulk(), timezone.now()
    return [
        _entry(name, each, runs.get(each["task"]), now)
        for name, each in settings.CELERY_BEAT_SCHEDULE.items()
    ]


def _entry(name: str, entry: dict[str, Any], run: BeatRun | None, now: datetime) -> Entry:
    """Late is what should have begun a while ago: a queue before the worker, or a start, may take that long."""
    due = now
    if run:
        every = maybe_schedule(entry["schedule"], app=app)
        assert isinstance(every, BaseSchedule)
        due = timezone.now() + every.remaining_estimate(run.at) + timedelta(seconds=0.5)
    due = due.replace(microsecond=0)
    return Entry(name, entry["task"], run, due, late=run is not None and due < now - SILENCE)
