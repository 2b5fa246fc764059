"""Handing out and doing work while much of it is due; beside the same work done at once, by nobody's leave."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.harness import Result, compare
from benchmarks.models import PlainAudit
from core import outbox
from core.models import OutboxItem

DUE = 20_000
FEW = 400
AT_ONCE = 200
KIND = "benchmarks.work"


def measure(due: int = DUE, rounds: int = 30) -> Iterator[Result]:
    """A relay's worth of rows, handed out and done, and the queries of handing out. Leaves no row behind."""

    def work(subject: UUID) -> None:
        PlainAudit.objects.create(at=timezone.now(), actor=subject, action=KIND, object=subject)

    def handed_out() -> None:
        ids = outbox.hand_out(AT_ONCE)
        assert len(ids) == AT_ONCE
        for each in ids:
            assert outbox.run(each)

    def at_once() -> None:
        for _ in range(AT_ONCE):
            with transaction.atomic():
                work(uuid4())

    outbox.handler(KIND)(work)
    try:
        OutboxItem.objects.all().delete()  # what others have left
        _fill(FEW)
        before = _queries(outbox.hand_out)
        OutboxItem.objects.all().delete()
        _fill(due)
        after = _queries(outbox.hand_out)
        OutboxItem.objects.update(leased_until=None)
        result = compare(
            f"Hand out {AT_ONCE} of {due:,} pieces of work that are due, and do them",
            handed_out,
            "the same work, done at once",
            at_once,
            rounds=rounds,
            prepare=_all_due_again,
        )
        rate = AT_ONCE / result.ours_ms * 1000
        yield replace(
            result,
            limit="as many queries to hand them out",
            met=after == before,
            value=f"{rate:.0f} a second; {after} queries, {before} where {FEW} are due",
        )
    finally:
        OutboxItem.objects.all().delete()
        PlainAudit.objects.filter(action=KIND).delete()
        outbox._works.pop(KIND)


def _fill(rows: int) -> None:
    past = timezone.now() - timedelta(hours=1)
    OutboxItem.objects.bulk_create(
        [
            OutboxItem(kind=KIND, subject=uuid4(), run_at=past + timedelta(milliseconds=number))
            for number in range(rows)
        ],
        batch_size=1000,
    )


def _all_due_again() -> None:
    OutboxItem.objects.filter(done_at__isnull=False).update(done_at=None, leased_until=None, attempts=0)


def _queries(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)
