"""How the work that happens later is doing: the page, the metrics, and the runs that both tell of."""

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from celery import shared_task
from celery.schedules import crontab
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from core import beat_runs, celery, operations, outbox
from core.health import SILENCE
from core.logs import formatter
from core.metrics import metrics
from core.models import BeatRun, Heartbeat, OutboxItem
from referrals.demo import World
from tests.conftest import PERSONAS, api, sign_in
from tests.pages import queries, text, who_sees

pytestmark = pytest.mark.django_db

NOW = timezone.now


@shared_task(name="tests.crash")
def crash() -> None:
    raise ValueError("Canarygiven +39 333 5550147")


@shared_task(name="tests.fine")
def fine() -> None:
    return None


@pytest.fixture
def scheduled(settings: Any) -> None:
    settings.CELERY_BEAT_SCHEDULE = {
        "crash": {"task": "tests.crash", "schedule": 60.0},
        "fine": {"task": "tests.fine", "schedule": 60.0},
    }


def row(**values: Any) -> OutboxItem:
    made = {"kind": "core.notify", "subject": uuid4(), "run_at": NOW() - timedelta(seconds=90)}
    return OutboxItem.objects.create(**made | values)


@pytest.fixture
def sent_to_the_broker() -> Iterator[None]:
    """What a test sends there is taken out again."""
    yield
    celery.app.control.purge()


@pytest.fixture
def some(db: None) -> list[OutboxItem]:
    """Of each state a different number."""
    now = NOW()
    later, leased = now + timedelta(hours=1), now + outbox.LEASE
    return [
        row(),
        *(row(leased_until=leased) for _ in range(2)),
        *(row(run_at=later, error="OSError") for _ in range(3)),
        *(row(kind="casework.erase", dead_at=now, error="KeyError") for _ in range(4)),
        *(row(done_at=now) for _ in range(10)),
        row(done_at=now - timedelta(hours=1), error="OSError"),
    ]


# --- runs of the schedule  ----------------------------------------


@pytest.mark.usefixtures("scheduled")
def test_a_run_is_noted_with_how_long_it_took_and_how_it_ended() -> None:
    fine.apply()
    run = BeatRun.objects.get()
    assert (run.name, run.outcome, run.error) == ("tests.fine", "ok", "")
    assert NOW() - timedelta(seconds=30) < run.at <= NOW()


@pytest.mark.usefixtures("scheduled")
def test_the_last_run_stands_for_all_of_its_name() -> None:
    for _ in range(3):
        fine.apply()
    first = BeatRun.objects.get()
    fine.apply()
    assert BeatRun.objects.get().at > first.at


@pytest.mark.usefixtures("scheduled")
def test_a_failure_is_noted_and_logged_by_its_class_alone() -> None:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter())
    logging.getLogger().addHandler(handler)
    try:
        crash.apply()
    finally:
        logging.getLogger().removeHandler(handler)
    run = BeatRun.objects.get()
    assert (run.outcome, run.error) == ("failed", "ValueError")
    assert '"exception": "ValueError"' in written.getvalue()
    assert not re.search("Canary|5550147", str(vars(run)) + written.getvalue())


@pytest.mark.usefixtures("scheduled")
def test_a_run_takes_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        fine.apply()


def test_what_stands_in_no_schedule_is_not_noted() -> None:
    fine.apply()
    assert not BeatRun.objects.exists()
    assert beat_runs._begun == {}


@pytest.mark.usefixtures("scheduled")
def test_a_database_that_does_not_answer_keeps_no_task_from_running(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(*_: object, **__: object) -> None:
        raise DatabaseError("Canarypassword")

    monkeypatch.setattr(QuerySet, "bulk_create", down)
    monkeypatch.setattr(beat_runs, "close_old_connections", lambda: None)  # a test's is in a transaction
    assert fine.apply().state == "SUCCESS"
    beat_runs.note_beat()
    assert "beat_run_not_noted" in caplog.text
    assert "Canary" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_beat_itself_is_known_by_the_task_that_it_sends(sent_to_the_broker: None) -> None:
    celery.relay.delay()
    assert not Heartbeat.objects.exists()
    celery.beat.delay()
    celery.beat.delay()
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["beat"]


# --- what there is to say  ----------------------------------------


def test_the_outbox_is_counted_by_where_each_row_stands(some: list[OutboxItem]) -> None:
    now = operations.outbox_now()
    assert (now.waiting, now.leased, now.later, now.dead, now.done_lately) == (1, 2, 3, 4, 10)
    assert 89 < now.oldest < 120
    assert [(each.kind, each.error, each.dead, each.count) for each in now.failing] == [
        ("core.notify", "OSError", False, 3),
        ("casework.erase", "KeyError", True, 4),
    ]


def test_an_empty_outbox_has_no_oldest() -> None:
    assert operations.outbox_now() == operations.Outbox(0, 0, 0, 0, 0.0, 0, [])


def test_the_next_run_is_due_as_the_schedule_says(settings: Any) -> None:
    settings.CELERY_BEAT_SCHEDULE = {
        "hourly": {"task": "a", "schedule": 3600.0},
        "nightly": {"task": "b", "schedule": crontab(hour="3", minute="0")},
        "never": {"task": "c", "schedule": 60.0},
        "stuck": {"task": "d", "schedule": 60.0},
    }
    at = NOW()
    for name, ago in (("a", 10), ("b", 10), ("d", 60 + SILENCE.seconds + 10)):
        BeatRun.objects.create(name=name, at=at - timedelta(seconds=ago), took_ms=5, outcome="ok")
    hourly, nightly, never, stuck = operations.schedule()
    assert abs(hourly.due - at - timedelta(seconds=3590)) < timedelta(seconds=5)
    assert (nightly.due.hour, nightly.due.minute) == (3, 0)
    assert never.run is None
    assert [each.late for each in (hourly, nightly, never, stuck)] == [False, False, False, True]


def test_each_entry_of_the_schedule_has_a_name_for_people(settings: Any) -> None:
    assert set(settings.CELERY_BEAT_SCHEDULE) == set(operations.LABELS)


def test_a_process_that_fell_silent_is_told_from_one_that_runs() -> None:
    Heartbeat.objects.create(name="beat", at=NOW() - SILENCE - timedelta(seconds=5))
    celery.beat()
    assert [(each.name, each.beats) for each in operations.hearts()] == [("beat", False), ("worker", True)]


# --- the page  ----------------------------------------


def test_the_administrator_alone_sees_operations(world: World) -> None:
    assert who_sees(world, "/operations/") == {"administrator"}


def test_an_administrators_first_page_leads_there(world: World) -> None:
    page = text(sign_in(world["administrator"]).get("/", follow=True))
    assert 'href="/operations/"' in page
    assert 'href="/operations/"' not in text(sign_in(world["supervisor"]).get("/", follow=True))


def test_the_page_tells_what_runs_what_waits_and_what_failed(world: World, some: list[OutboxItem]) -> None:
    BeatRun.objects.create(
        name="core.relay", at=NOW(), took_ms=12, outcome="failed", error="OperationalError"
    )
    celery.beat()
    page = text(sign_in(world["administrator"]).get("/operations/"))
    assert "4 pieces of work have failed too often" in page
    assert 'href="/operations/dead/"' in page
    assert all(word in page for word in ("OperationalError", "casework.erase", "Handing out work", "12 ms"))
    assert not any(str(item.pk) in page or str(item.subject) in page for item in some)


def test_the_page_takes_as_many_queries_for_more_work(world: World) -> None:
    client = sign_in(world["administrator"])
    before = queries(client, "/operations/")
    for _ in range(10):
        row()
        row(dead_at=NOW(), error="OSError")
    assert queries(client, "/operations/") == before


# --- metrics  ----------------------------------------


def samples(page: str) -> dict[str, float]:
    """As Prometheus reads them; each name is told about before its samples."""
    told, found = set(), {}
    for line in page.splitlines():
        if line.startswith("# TYPE "):
            told.add(line.split()[2])
        elif not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name.partition("{")[0] in told
            found[name] = float(value)
    return found


def test_the_metrics_say_what_is_watched(world: World, some: list[OutboxItem]) -> None:
    at = NOW()
    BeatRun.objects.create(name="core.relay", at=at, took_ms=12, outcome="ok")
    BeatRun.objects.create(name="casework.find_due", at=at, took_ms=12, outcome="failed", error="KeyError")
    Heartbeat.objects.create(name="beat", at=at - timedelta(seconds=7))
    answer = api(world["administrator"]).get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(text(answer))
    assert 89 < found["hearth_outbox_oldest_waiting_seconds"] < 150
    assert [
        found[f'hearth_outbox_items{{state="{state}"}}'] for state in ("waiting", "leased", "later", "dead")
    ] == [1, 2, 3, 4]
    assert found["hearth_outbox_done_per_minute"] == 2
    failing = 'hearth_outbox_failing_items{kind="casework.erase",error="KeyError",state="dead"}'
    assert found[failing] == 4
    assert 6 < found['hearth_heartbeat_age_seconds{name="beat"}'] < 60
    last = found['hearth_beat_last_run_timestamp_seconds{task="core.relay"}']
    assert last == pytest.approx(at.timestamp(), abs=0.01)
    assert found['hearth_beat_last_run_seconds{task="core.relay"}'] == 0.012
    assert found['hearth_beat_last_run_ok{task="core.relay"}'] == 1
    assert found['hearth_beat_last_run_ok{task="casework.find_due"}'] == 0
    assert found['hearth_beat_late{task="core.forget_done"}'] == 1, "it has never run"
    assert not any(str(item.pk) in text(answer) or str(item.subject) in text(answer) for item in some)


def test_a_name_of_anything_stays_one_label() -> None:
    row(kind='a"b\\c\nd', error="OSError", dead_at=NOW())
    [line] = [each for each in samples(metrics()) if "failing" in each]
    assert line == r'hearth_outbox_failing_items{kind="a\"b\\c\nd",error="OSError",state="dead"}'


@pytest.mark.parametrize("way", ["session", "token"])
def test_there_are_no_metrics_for_anyone_but_an_administrator(world: World, way: str) -> None:
    enter: Any = sign_in if way == "session" else api
    got = {name: enter(world[name]).get("/metrics").status_code for name in PERSONAS}
    assert got == {name: 200 if name == "administrator" else 404 for name in PERSONAS}


def test_there_are_no_metrics_for_nobody_or_a_wrong_token() -> None:
    assert Client().get("/metrics").status_code == 404
    for word in ("Bearer hearth_x_y", "Bearer", "Basic eDp4"):
        assert Client().get("/metrics", headers={"authorization": word}).status_code == 404


# --- the command  ----------------------------------------


def test_status_counts_and_fails_where_something_is_dead(
    some: list[OutboxItem], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="4 dead"):
        call_command("outbox", "status")
    said = capsys.readouterr().out
    assert (
        "later: 3\ndead: 4\n  core.notify: 3 failing, OSError\n  casework.erase: 4 dead, KeyError\n" in said
    )
    assert "worker: never" in said
    OutboxItem.objects.all().delete()
    call_command("outbox", "status")
    assert "waiting: 0, the oldest for 0 s\n" in capsys.readouterr().out


def test_drain_does_what_is_due_here_and_now(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []
    monkeypatch.setattr(outbox, "_works", {})
    outbox.handler("core.notify", outside=True)(done.append)
    items = [row(), row(), row(kind="core.unknown")]
    call_command("outbox", "drain")
    assert set(done) == {item.subject for item in items[:2]}
    assert capsys.readouterr().out == "2 done, 1 failed attempts.\n"
