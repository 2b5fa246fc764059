"""Work that must happen: once, again after a failure, and never lost."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core import celery, outbox
from core.models import Organisation, OutboxItem
from tests.scanner import Place, redis_content, scan

pytestmark = pytest.mark.django_db

done: list[UUID] = []
broken: list[Exception] = []


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`inside` leaves an organisation, `outside` a note; both fail first where `broken` holds an error."""
    monkeypatch.setattr(outbox, "_works", dict(outbox._works))
    done.clear()
    broken.clear()

    @outbox.handler("inside")
    def inside(subject: UUID) -> None:
        Organisation.objects.create(name=str(subject))
        if broken:
            raise broken[0]
        done.append(subject)

    @outbox.handler("outside", outside=True)
    def outside(subject: UUID) -> None:
        if broken:
            raise broken[0]
        done.append(subject)

    yield
    done.clear()


def enqueued(kind: str = "inside", subject: UUID | None = None) -> OutboxItem:
    with transaction.atomic():
        outbox.enqueue(kind, subject or uuid4())
    return OutboxItem.objects.latest("run_at")


def pass_time(**values: object) -> None:
    OutboxItem.objects.update(**values)


# --- writing  ----------------------------------------


def test_what_is_rolled_back_is_not_done() -> None:
    with transaction.atomic():
        outbox.enqueue("inside", uuid4())
        transaction.set_rollback(True)
    assert outbox.hand_out() == []


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_taken() -> None:
    with pytest.raises(RuntimeError):
        outbox.enqueue("inside", uuid4())
    assert not OutboxItem.objects.exists()


def test_one_waits_for_each_subject() -> None:
    item = enqueued()
    enqueued(subject=item.subject)
    enqueued("outside", subject=item.subject)
    assert OutboxItem.objects.count() == 2
    outbox.run(item.pk)
    enqueued(subject=item.subject)
    assert OutboxItem.objects.filter(kind="inside").count() == 2


def test_what_comes_while_one_is_worked_on_gets_a_row_of_its_own() -> None:
    subject = uuid4()
    with transaction.atomic():
        outbox.enqueue("outside", subject)
    [held] = outbox.hand_out()
    with transaction.atomic():
        outbox.enqueue("outside", subject)
    assert OutboxItem.objects.filter(subject=subject, done_at=None).count() == 2
    broken.append(RuntimeError())
    assert outbox.run(held) is False
    assert OutboxItem.objects.filter(subject=subject, done_at=None).count() == 1, (
        "the newer one does the work"
    )


def test_nothing_is_done_before_its_time() -> None:
    with transaction.atomic():
        outbox.enqueue("inside", uuid4(), run_at=timezone.now() + timedelta(hours=1))
    assert outbox.hand_out() == []


# --- handing out  ----------------------------------------


def test_what_is_handed_out_is_not_handed_out_again() -> None:
    items = {enqueued().pk for _ in range(3)}
    assert set(outbox.hand_out()) == items
    assert outbox.hand_out() == []


def test_the_earliest_go_first_and_no_more_than_asked_for() -> None:
    items = [enqueued().pk for _ in range(5)]
    assert outbox.hand_out(limit=2) == items[:2]
    assert outbox.hand_out(limit=9) == items[2:]


def test_handing_out_takes_as_many_queries_however_many_are_due() -> None:
    counts = []
    for due in (1, 40):
        for _ in range(due):
            enqueued()
        with CaptureQueriesContext(connection) as captured:
            assert len(outbox.hand_out()) == due
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_what_a_dead_worker_held_is_handed_out_after_its_lease() -> None:
    item = enqueued()
    assert outbox.hand_out() == [item.pk]
    pass_time(leased_until=timezone.now() - timedelta(seconds=1))
    assert outbox.hand_out() == [item.pk]


def test_waiting_in_the_broker_is_no_attempt_and_a_worker_that_begins_has_the_whole_lease() -> None:
    item = enqueued()
    for _ in range(outbox.ATTEMPTS + 1):
        assert outbox.hand_out() == [item.pk]
        pass_time(leased_until=timezone.now() - timedelta(seconds=1))
    begun = outbox._begin(item.pk)
    assert begun is not None
    assert begun.attempts == 1
    assert outbox.hand_out() == []


def test_what_kills_its_worker_every_time_is_dead_in_the_end() -> None:
    item = enqueued()
    for _ in range(outbox.ATTEMPTS):
        assert outbox._begin(item.pk) is not None, "begun, and never heard of again"
    assert not outbox.run(item.pk)
    row = OutboxItem.objects.get()
    assert (row.dead_at is not None, row.error, done) == (True, "WorkerLost", [])


# --- doing  ----------------------------------------


@pytest.mark.parametrize("kind", ["inside", "outside"])
def test_it_is_done_once_however_often_it_is_delivered(kind: str) -> None:
    item = enqueued(kind)
    assert [outbox.run(item.pk) for _ in range(3)] == [True, False, False]
    assert done == [item.subject]
    assert outbox.hand_out() == []


def test_what_failed_halfway_leaves_nothing() -> None:
    item = enqueued()
    broken.append(ValueError("half"))
    assert not outbox.run(item.pk)
    assert not Organisation.objects.exists()
    broken.clear()
    assert outbox.run(item.pk)
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("kind", ["inside", "outside"])
def test_it_is_tried_again_later_and_later(kind: str) -> None:
    item = enqueued(kind)
    broken.append(ValueError("down"))
    waits = []
    for _ in range(4):
        assert outbox.hand_out() == [item.pk]
        outbox.run(item.pk)
        row = OutboxItem.objects.get()
        waits.append((row.run_at - timezone.now()).total_seconds())
        assert outbox.hand_out() == []
        pass_time(run_at=timezone.now())
    for attempt, wait in enumerate(waits, start=1):
        assert 0.5 * 2**attempt - 1 < wait < 1.5 * 2**attempt
    assert OutboxItem.objects.get().dead_at is None


def test_after_enough_attempts_it_is_dead_and_stays_for_a_person_to_see() -> None:
    item = enqueued()
    broken.append(ValueError("down"))
    for _ in range(outbox.ATTEMPTS):
        assert OutboxItem.objects.get().dead_at is None
        assert outbox.hand_out() == [item.pk]
        outbox.run(item.pk)
        pass_time(run_at=timezone.now())
    assert OutboxItem.objects.get().dead_at is not None
    assert outbox.hand_out() == []
    assert not outbox.run(item.pk)


def test_a_failure_is_noted_by_its_class_alone(caplog: pytest.LogCaptureFixture) -> None:
    item = enqueued()
    try:
        raise KeyError("Canarycause")
    except KeyError as cause:
        broken.append(ValueError("Canarygiven +39 333 5550147"))
        broken[0].__cause__ = cause
        broken[0].add_note("Canarynote")
    outbox.run(item.pk)
    row = OutboxItem.objects.get()
    assert row.error == "ValueError"
    logged = [record.__dict__ for record in caplog.records]
    assert "outbox_failed" in str(logged)
    assert not re.search("Canary|5550147", str(vars(row)) + str(logged))


def test_an_unknown_kind_fails_like_any_other() -> None:
    item = enqueued("nobody does this")
    assert not outbox.run(item.pk)
    assert OutboxItem.objects.get().error == "KeyError"


def test_an_item_that_is_not_there_is_done_already() -> None:
    assert not outbox.run(uuid4())


def sending(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a relay sends to workers that never take it."""
    sent: list[str] = []

    def send(arguments: tuple[str], *, expires: float) -> None:
        assert expires == outbox.LEASE.total_seconds()
        sent.extend(arguments)

    monkeypatch.setattr(celery.run_item, "apply_async", send)
    return sent


def test_the_relay_sends_ids_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    item, sent = enqueued(), sending(monkeypatch)
    celery.relay()
    assert sent == [str(item.pk)]
    celery.run_item(*sent)
    assert done == [item.subject]


def test_no_more_is_sent_than_workers_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "IN_HAND", 3)
    sent = sending(monkeypatch)
    for _ in range(5):
        enqueued()
    for _ in range(2):
        celery.relay()
    assert len(sent) == 3
    celery.run_item(sent[0])
    celery.relay()
    assert len(sent) == 4


def test_what_beat_starts_is_not_held_up_behind_work() -> None:
    router = celery.app.amqp.router
    assert router.route({}, "core.run_item")["queue"].name == "work"
    assert router.route({}, "core.beat")["queue"].name == "celery"
    assert set(celery.app.amqp.queues.consume_from) == {"celery", "work"}


# --- draining and forgetting  ----------------------------------------


def test_draining_does_what_is_due_and_leaves_what_is_not() -> None:
    with transaction.atomic():
        outbox.enqueue("inside", uuid4(), run_at=timezone.now() + timedelta(hours=1))
    inside, outside = uuid4(), uuid4()
    with transaction.atomic():
        outbox.enqueue("inside", inside)
        outbox.enqueue("outside", outside)
        outbox.enqueue("nobody does this", uuid4())
    assert outbox.drain() == (2, 1)
    assert set(done) == {inside, outside}
    assert OutboxItem.objects.filter(done_at=None).count() == 2


def test_draining_takes_nothing_from_a_worker() -> None:
    enqueued()
    outbox.hand_out()
    assert outbox.drain() == (0, 0)


def test_done_work_is_forgotten_after_its_days_and_nothing_else_is(settings: Any) -> None:
    settings.OUTBOX_KEEP_DAYS = 3
    now = timezone.now()
    long_ago, lately = now - timedelta(days=3, minutes=1), now - timedelta(days=2)
    kept = [
        OutboxItem(kind="x", subject=uuid4(), run_at=long_ago),
        OutboxItem(kind="x", subject=uuid4(), run_at=long_ago, dead_at=long_ago, error="OSError"),
        OutboxItem(kind="x", subject=uuid4(), run_at=long_ago, done_at=lately),
    ]
    OutboxItem.objects.bulk_create(
        [*kept, OutboxItem(kind="x", subject=uuid4(), run_at=long_ago, done_at=long_ago)]
    )
    celery.forget_done()
    assert set(OutboxItem.objects.values_list("pk", flat=True)) == {each.pk for each in kept}


# --- the broker  ----------------------------------------


def test_the_broker_is_given_ids_and_nothing_else(
    settings: Any, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    item = enqueued()
    broken.append(ValueError("Canarygiven"))
    try:
        celery.relay.apply()
        celery.run_item.apply([str(item.pk)])
        redis, folder = settings.REDIS_URL, settings.BROKER_DIR
        places: list[Place] = redis_content(redis) if redis else [folder]
        logs = [caplog.text.encode(), capfd.readouterr().err.encode()]
        found = scan([*places, *logs], [str(item.pk), str(item.subject), "Canarygiven"])
    finally:
        celery.app.control.purge()
    assert {hit.needle for hit in found} == {str(item.pk)}
