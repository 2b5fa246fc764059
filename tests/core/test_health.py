"""/healthz names what is down, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from core import celery, health
from core.models import Heartbeat

pytestmark = pytest.mark.django_db


class Broker:
    """A broker that answers, or raises what it is given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def ensure_connection(self, **_: object) -> None:
        if self.error:
            raise self.error


@pytest.fixture(autouse=True)
def _broker_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.app, "connection_for_read", Broker)


def answer() -> tuple[int, Any]:
    response = Client().get("/healthz")
    return response.status_code, response.json()


def test_all_is_well_once_beat_has_reached_a_worker() -> None:
    assert answer() == (503, {"down": ["worker"]})
    celery.beat()
    assert answer() == (200, {"down": []})
    celery.beat()
    assert Heartbeat.objects.count() == 1


def test_a_worker_that_fell_silent_is_down() -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - health.SILENCE - timedelta(seconds=1))
    assert answer() == (503, {"down": ["worker"]})


@pytest.mark.parametrize("error", [OperationalError("redis://:secret@host"), ConnectionRefusedError("host")])
def test_a_broker_that_does_not_answer_is_down(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    celery.beat()
    monkeypatch.setattr(health.app, "connection_for_read", lambda: Broker(error))
    assert answer() == (503, {"down": ["broker"]})


def test_a_database_that_does_not_answer_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_cursor(*_: object) -> None:
        raise DatabaseError("password authentication failed for hearth")

    monkeypatch.setattr(connection, "cursor", no_cursor)
    assert health.what_is_down() == ["database", "worker"]


def test_the_real_broker_of_the_tests_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert "broker" not in health.what_is_down()
