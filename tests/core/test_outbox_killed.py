"""kill -9 at any point of handing out and doing work: each piece is done, and what can be done once is done once."""

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core import audit, outbox
from core.models import AuditEvent, OutboxItem
from tests.core.test_concurrency import at_once
from tests.killing import KILLED, Moment, at_call, at_statement, in_a_process

pytestmark = pytest.mark.django_db(transaction=True)

POINTS, ITEMS = 20, 300


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done leaves a line in the trail: only the transaction around it keeps there from being two."""
    monkeypatch.setattr(outbox, "_works", {})

    def leave_a_trace(subject: UUID) -> None:
        audit.record("tests.done", subject=subject)

    outbox.handler("inside")(leave_a_trace)
    outbox.handler("outside", outside=True)(leave_a_trace)


def done() -> list[UUID]:
    events = AuditEvent.objects.filter(action="tests.done")
    return sorted(each.object for each in events if each.object)


def enqueued(kind: str, count: int) -> list[UUID]:
    subjects = [uuid4() for _ in range(count)]
    with transaction.atomic():
        for subject in subjects:
            outbox.enqueue(kind, subject)
    return sorted(subjects)


def leases_run_out() -> None:
    past = timezone.now() - timedelta(seconds=1)
    OutboxItem.objects.filter(done_at=None).update(leased_until=past, run_at=past)


def some_point(chosen: random.Random) -> Moment:
    """A statement, a commit, or a step of the outbox's own; before it or when it is done."""
    number, done = chosen.randint(1, 12), chosen.random() < 0.5
    ways: list[Callable[[], Moment]] = [
        lambda: at_statement(4 * number),
        lambda: at_call(connection, "_commit", done=done, number=number),
        lambda: at_call(outbox, "_begin", done=done, number=number),
        lambda: at_call(outbox, "_mark_done", done=done, number=number),
        lambda: at_call(outbox, "hand_out", done=done, number=number),
    ]
    return chosen.choice(ways)()


def killed_at_points() -> None:
    chosen = random.Random(47)
    for _ in range(POINTS):
        assert in_a_process(outbox.drain, some_point(chosen)) == KILLED, "it was killed before all was done"
        leases_run_out()
    assert OutboxItem.objects.filter(done_at=None).exists()
    in_a_process(outbox.drain)
    assert not OutboxItem.objects.filter(done_at=None).exists()
    assert not OutboxItem.objects.exclude(dead_at=None).exists()


def test_what_is_done_in_the_database_is_done_once() -> None:
    subjects = enqueued("inside", ITEMS)
    killed_at_points()
    assert done() == subjects


def test_what_leaves_the_machine_is_done_at_least_once() -> None:
    subjects = enqueued("outside", ITEMS)
    killed_at_points()
    assert set(done()) == set(subjects)
    assert len(done()) <= ITEMS + POINTS


def test_relays_that_go_on_at_once_share_the_rows_out() -> None:
    enqueued("inside", 90)

    def all_there_is() -> list[UUID]:
        got: list[UUID] = []
        while ids := outbox.hand_out(limit=3):
            got += ids
        return got

    first, second = at_once(all_there_is, all_there_is)
    assert len(first) + len(second) == len({*first, *second})
    # A relay passes over what another has locked at that moment; the next one gets what was left.
    assert len(first) + len(second) + len(outbox.hand_out()) == 90
