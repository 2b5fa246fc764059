"""Work that must happen: once, again after a failure, and never lost."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from core import celery, outbox
from core.models import Organisation, OutboxItem

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


def test_another_relay_that_saw_the_same_rows_gets_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reads which rows wait before the first has leased them: made so by handing out in between."""
    enqueued()
    waiting, others = outbox.waiting, []

    def late(now: object) -> object:
        if not others:
            others.append(None)
            found = waiting(now)  # type: ignore[arg-type]
            others.append(outbox.hand_out())
            return found
        return waiting(now)  # type: ignore[arg-type]

    monkeypatch.setattr(outbox, "waiting", late)
    assert outbox.hand_out() == []
    assert len(others[1] or []) == 1


def test_what_a_dead_worker_held_is_handed_out_after_its_lease() -> None:
    item = enqueued()
    assert outbox.hand_out() == [item.pk]
    pass_time(leased_until=timezone.now() - timedelta(seconds=1))
    assert outbox.hand_out() == [item.pk]
    assert OutboxItem.objects.get().attempts == 2


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
    broken.append(ValueError("Canarygiven +39 333 5550147"))
    outbox.run(item.pk)
    row = OutboxItem.objects.get()
    assert row.error == "ValueError"
    assert "Canarygiven" not in str(vars(row)) + str([record.msg for record in caplog.records])


def test_an_unknown_kind_fails_like_any_other() -> None:
    item = enqueued("nobody does this")
    assert not outbox.run(item.pk)
    assert OutboxItem.objects.get().error == "KeyError"


def test_an_item_that_is_not_there_is_done_already() -> None:
    assert not outbox.run(uuid4())


def test_the_relay_sends_ids_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    item, sent = enqueued(), []
    monkeypatch.setattr(celery.run_item, "delay", lambda *arguments: sent.append(arguments))
    celery.relay()
    assert sent == [(str(item.pk),)]
    celery.run_item(*sent[0])
    assert done == [item.subject]
