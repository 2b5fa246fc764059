"""Work that must happen: an outbox row written with its cause, relayed to Celery, claimed once, safe to run twice.

Nothing durable lives in the broker. A row whose lease has run out is handed out again, so a worker or a broker
that dies costs time, not work.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.models import OutboxItem

log = structlog.get_logger("hearth.outbox")

LEASE = timedelta(seconds=60)
ATTEMPTS = 8
Handler = Callable[[UUID], None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register what does the work of one kind. It gets the subject's id and runs inside a transaction."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


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


def hand_out(limit: int = 200) -> list[UUID]:
    """Lease due rows and return their ids, for the caller to send to a worker. Two relays never get the same row."""
    now = timezone.now()
    ids = OutboxItem.objects.filter(waiting(now)).order_by("run_at", "id").values_list("pk", flat=True)[:limit]
    return [
        pk
        for pk in list(ids)
        if OutboxItem.objects.filter(waiting(now), pk=pk).update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    ]


def run(item_id: UUID) -> bool:
    """Do the work of one row and mark it done, both in one transaction. False where it was done already.

    A failure is noted by its class name, and tried again with back-off and jitter; after ATTEMPTS the row is dead.
    """
    try:
        with transaction.atomic():
            now = timezone.now()
            claimed = OutboxItem.objects.filter(pk=item_id, done_at=None, dead_at=None).update(done_at=now)
            if not claimed:
                return False
            item = OutboxItem.objects.get(pk=item_id)
            _handlers[item.kind](item.subject)
            return True
    except Exception as error:
        _put_back(item_id, error)
        log.warning("outbox_failed", item=str(item_id), exception=type(error).__name__)
        return False


def _put_back(item_id: UUID, error: Exception) -> None:
    item = OutboxItem.objects.get(pk=item_id)
    delay = min(2**item.attempts, 3600) * random.uniform(0.5, 1.5)  # noqa: S311  jitter, not a secret
    dead = timezone.now() if item.attempts >= ATTEMPTS else None
    OutboxItem.objects.filter(pk=item_id, done_at=None).update(
        run_at=timezone.now() + timedelta(seconds=delay), leased_until=None, dead_at=dead, error=type(error).__name__[:100]
    )
