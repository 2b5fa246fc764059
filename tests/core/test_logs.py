"""A crash with personal data in its hands leaves none in the logs, on the page, or in a mail."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from celery.app.trace import build_tracer
from django.core import mail
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from core.celery import app
from core.logs import formatter

NAME, PHONE, NOTE = "Canarygiven", "393335550147", "Canarynarrative"
CANARIES = (NAME, PHONE, NOTE)


def crash(request: HttpRequest) -> HttpResponse:
    """Everything that may hold a person: a local, the message, its cause, and a note on it."""
    narrative = NOTE
    try:
        {}[request.POST["name"]]
    except KeyError as error:
        error.add_note(f"while reading {narrative}")
        raise ValueError(f"no such phone: {request.POST['phone']}") from error
    raise AssertionError


urlpatterns = [path("crash/", crash, name="crash"), path("sign-in/", crash, name="sign-in")]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler with Hearth's own formatter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.mark.parametrize("debug", [False, True])
def test_a_crash_shows_nothing_of_what_it_held(
    written: io.StringIO, settings: Any, debug: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = __name__
    settings.DEBUG = debug
    settings.ADMINS = [("Admin", "admin@hearth.example")]
    monkeypatch.setattr("core.middleware.PUBLIC_VIEWS", {"crash"})
    client = Client(raise_request_exception=False)
    client.cookies["key"] = NOTE
    response = client.post(
        "/crash/", {"name": NAME, "phone": PHONE, "note": NOTE}, headers={"accept": "text/html"}
    )
    plain = client.post("/crash/", {"name": NAME, "phone": PHONE}, headers={"accept": "text/plain"})
    assert response.status_code == plain.status_code == 500
    for canary in CANARIES:
        assert canary not in response.content.decode()
        assert canary not in plain.content.decode()
        assert canary not in written.getvalue()
    assert mail.outbox == []


def test_a_crash_says_what_and_where(
    written: io.StringIO, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr("core.middleware.PUBLIC_VIEWS", {"crash"})
    Client(raise_request_exception=False).post("/crash/", {"name": NAME, "phone": PHONE})
    [report] = [line for line in lines(written) if "exception" in line]
    assert report["exception"] == "ValueError"
    assert any(place.rpartition(":")[0].endswith("test_logs.py") for place in report["at"])
    [request] = [line for line in lines(written) if line["event"] == "request"]
    assert (request["route"], request["status"], request["level"]) == ("crash", 500, "warning")


def test_a_request_is_logged_by_the_name_of_its_route(written: io.StringIO, db: None) -> None:
    Client().get(f"/sign-in/?next=/{NAME}/", headers={"user-agent": NOTE})
    Client().get(f"/{PHONE}/")
    [known, unknown] = [line for line in lines(written) if line["event"] == "request"]
    assert (known["route"], known["status"]) == ("sign-in", 200)
    assert (unknown["route"], unknown["status"]) == ("none", 404)
    assert set(known) == {
        "event",
        "method",
        "route",
        "status",
        "ms",
        "request",
        "level",
        "logger",
        "timestamp",
    }
    for canary in CANARIES:
        assert canary not in written.getvalue()


def test_a_librarys_arguments_are_left_out(written: io.StringIO) -> None:
    logging.getLogger("somelibrary").warning("bad value %s of %s", NAME, PHONE)
    logging.getLogger("django.security").warning("Invalid host %(host)s", {"host": NOTE})
    assert [line["event"] for line in lines(written)] == ["bad value %s of %s", "Invalid host %(host)s"]
    for canary in CANARIES:
        assert canary not in written.getvalue()


def test_an_exception_that_is_logged_is_named_by_its_class(written: io.StringIO) -> None:
    try:
        raise LookupError(NAME)
    except LookupError:
        logging.getLogger("somelibrary").exception("failed")
        structlog.get_logger("hearth.x").error("failed", exc_info=sys.exc_info())
    assert [line["exception"] for line in lines(written)] == ["LookupError", "LookupError"]
    assert NAME not in written.getvalue()


def test_a_task_that_fails_tells_nothing(written: io.StringIO, db: None) -> None:
    @app.task(name="tests.fails")
    def fails(subject: str) -> None:
        raise ValueError(f"no such phone: {PHONE} of {subject}")

    trace = build_tracer("tests.fails", fails, app=app, eager=False, propagate=False)
    trace("00000000-0000-0000-0000-000000000000", [NAME], {}, {"id": "x", "retries": 0, "is_eager": False})
    assert "ValueError" in written.getvalue()
    for canary in CANARIES:
        assert canary not in written.getvalue()
