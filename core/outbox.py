"""Work that must happen: an outbox row written with its cause, relayed to Celery, claimed once, safe to run twice.

Nothing durable lives in the broker. A row whose lease has run out is handed out again, so a worker or a broker
that dies costs time, not work. What failed too often is dead, and waits for a person: core/dead_letters.py.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.models import OutboxItem

log = structlog.get_logger("hearth.outbox")

LEASE = timedelta(seconds=60)
IN_HAND = 200
"""How many rows are sent to the workers at most before they have done some: in the broker a lease runs out too."""
ATTEMPTS = 8
NEVER_CAME_BACK = "WorkerLost"
"""What stands for an exception's name where every attempt ended with the worker's death."""
Handler = Callable[[UUID], None]


@dataclass(frozen=True, slots=True)
class _Work:
    do: Handler
    outside: bool
    must: bool


_works: dict[str, _Work] = {}


def handler(kind: str, *, outside: bool = False, must: bool = False) -> Callable[[Handler], Handler]:
    """Register what does the work of one kind, given the subject's id.

    It runs inside the transaction that marks the row done: exactly once. Work that leaves the machine (a mail) runs
    `outside` of one, so that no slow server holds a lock: at least once. What `must` be done can't be given up.
    """

    def register(function: Handler) -> Handler:
        _works[kind] = _Work(function, outside, must)
        return function

    return register


def must_be_done(kind: str) -> bool:
    """Whether work of this kind may never be given up: it destroys something, ends an access, or enters that it did."""
    return kind in _works and _works[kind].must


def enqueue(kind: str, subject: UUID, *, run_at: datetime | None = None) -> None:
    """Write the row, inside the caller's transaction. Where one for this subject waits already, that one stands."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("enqueue() belongs into the transaction of its cause")
    OutboxItem.objects.bulk_create(
        [OutboxItem(kind=kind, subject=subject, run_at=run_at or timezone.now())], ignore_conflicts=True
    )


def waiting(now: datetime) -> Q:
    """Which rows are due and not in someone's hands."""
    return Q(done_at=None, dead_at=None, run_at__lte=now) & (Q(leased_until=None) | Q(leased_until__lt=now))


def hand_out(limit: int = IN_HAND) -> list[UUID]:
    """Lease due rows and return their ids, for the caller to send to a worker. Two relays never get the same row."""
    now = timezone.now()
    due = OutboxItem.objects.filter(waiting(now))
    with transaction.atomic():
        first = due.select_for_update(skip_locked=True).order_by("run_at", "id")
        ids = list(first.values_list("pk", flat=True)[:limit])
        due.filter(pk__in=ids).update(leased_until=now + LEASE)
    return ids


def room() -> int:
    """How many more rows may be in hand."""
    leased = OutboxItem.objects.filter(done_at=None, dead_at=None, leased_until__gte=timezone.now())
    return max(0, IN_HAND - leased.count())


def run(item_id: UUID) -> bool:
    """Do the work of one row and mark it done. False where it was done already, or failed.

    A failure is noted by its class name, and tried again with back-off and jitter; after ATTEMPTS the row is dead.
    """
    item = _begin(item_id)
    if item is None:
        return False
    try:
        work = _works[item.kind]
        if work.outside:
            work.do(item.subject)
            return _mark_done(item)
        with transaction.atomic():
            if not _mark_done(item):
                return False
            work.do(item.subject)
            return True
    except Exception as error:
        _put_back(item, error)
        log.warning("outbox_failed", item=str(item_id), exception=type(error).__name__)
        return False


def _begin(item_id: UUID) -> OutboxItem | None:
    """Count the attempt, and renew the lease: the row may have waited in the broker. None where there is nothing to do.

    The attempt is counted before the work, so that what kills its worker every time does not do so for ever.
    """
    now = timezone.now()
    mine = OutboxItem.objects.filter(pk=item_id, done_at=None, dead_at=None)
    if not mine.update(attempts=F("attempts") + 1, leased_until=now + LEASE):
        return None
    item = mine.first()
    if item is None or item.attempts <= ATTEMPTS:
        return item
    mine.update(dead_at=now, leased_until=None, error=NEVER_CAME_BACK)
    log.warning("outbox_failed", item=str(item_id), exception=NEVER_CAME_BACK)
    return None


def drain() -> tuple[int, int]:
    """Do in this process what is due, one row after the other, until nothing is. How many were done, and failed."""
    done = failed = 0
    while ids := hand_out(limit=1):
        for item_id in ids:
            if run(item_id):
                done += 1
            else:
                failed += 1
    return done, failed


def forget_done() -> int:
    """Delete the rows of work that was done longer ago than it is kept. Returns how many."""
    before = timezone.now() - timedelta(days=settings.OUTBOX_KEEP_DAYS)
    return OutboxItem.objects.filter(done_at__lt=before).delete()[0]


def _mark_done(item: OutboxItem) -> bool:
    return bool(
        OutboxItem.objects.filter(pk=item.pk, done_at=None, dead_at=None).update(done_at=timezone.now())
    )


def _put_back(item: OutboxItem, error: Exception) -> None:
    dead = item.attempts >= ATTEMPTS
    delay = min(2**item.attempts, 3600) * random.uniform(0.5, 1.5)  # noqa: S311  jitter, not a secret
    mine = OutboxItem.objects.filter(pk=item.pk, done_at=None)
    try:
        with transaction.atomic():
            mine.update(
                run_at=timezone.now() + timedelta(seconds=delay),
                leased_until=None,
                dead_at=timezone.now() if dead else None,
                error=type(error).__name__[:100],
            )
    except IntegrityError:  # a newer row for this subject waits already, and will do the work
        _mark_done(item)
