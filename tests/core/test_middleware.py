"""What happens around every request: nobody passes unnamed, errors become pages, nothing is kept."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from core import audit
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Refused, Stale, Tampered, WrongState
from core.middleware import PUBLIC_VIEWS
from core.models import AuditEvent
from core.urls import urlpatterns as real
from referrals.demo import World
from tests.conftest import sign_in

ERRORS: dict[str, Callable[[], HearthError]] = {
    "not-visible": NotVisible,
    "not-allowed": NotAllowed,
    "refused": lambda: Refused("There is no consent."),
    "wrong-state": WrongState,
    "stale": lambda: Stale(newest_version=2, newest={"name": "Canarygiven"}, yours={"name": "Canarygiven"}),
    "invalid": lambda: Invalid({"name": ["Canarygiven"]}),
    "tampered": Tampered,
}
STATUS = {
    "not-visible": 404,
    "not-allowed": 403,
    "refused": 409,
    "wrong-state": 409,
    "stale": 409,
    "invalid": 400,
    "tampered": 500,
}


def raises(request: HttpRequest, name: str, subject: UUID) -> HttpResponse:
    with transaction.atomic():
        audit.record("half.done", subject=subject)
        raise ERRORS[name]()


def fine(request: HttpRequest) -> HttpResponse:
    return HttpResponse("fine")


urlpatterns = [
    path("raises/<slug:name>/<uuid:subject>/", raises, name="raises"),
    path("unnamed/", fine),
    path("named/", fine, name="named"),
    path("", include(real)),
]


@pytest.fixture
def _more_urls(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.usefixtures("_more_urls", "db")
@pytest.mark.parametrize("address", ["/unnamed/", "/named/", f"/raises/refused/{UUID(int=7)}/"])
@pytest.mark.parametrize("method", ["get", "post", "head", "options", "put", "delete"])
def test_a_view_that_nobody_thought_of_asks_for_a_person(address: str, method: str) -> None:
    response = getattr(Client(), method)(address)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/?next=")


@pytest.mark.usefixtures("_more_urls")
def test_a_signed_in_person_passes(world: World) -> None:
    assert sign_in(world["assigned"]).get("/unnamed/").content == b"fine"


def test_the_public_views_are_few() -> None:
    assert {
        "sign-in",
        "healthz",
        "set_language",
        "schema",
        "api-docs",
        "tokens",
        "metrics",
        "calendar",
        "javascript-catalog",
        "manifest",
        "api-hsds",
        "api-hsds-services",
        "api-hsds-service",
        "api-hsds-organizations",
        "api-hsds-organization",
        "one-time",
        "one-time-open",
        "one-time-answer",
    } >= PUBLIC_VIEWS


@pytest.mark.usefixtures("_more_urls")
@pytest.mark.parametrize("name", ERRORS)
def test_a_typed_error_becomes_a_page_after_its_transaction_rolled_back(world: World, name: str) -> None:
    client = sign_in(world["assigned"])
    client.raise_request_exception = False
    subject = uuid4()
    response = client.get(f"/raises/{name}/{subject}/")
    assert response.status_code == STATUS[name]
    assert "Canarygiven" not in response.content.decode()
    assert not AuditEvent.objects.filter(action="half.done").exists()
    denied = list(AuditEvent.objects.filter(action="request").values("outcome", "object", "actor", "codes"))
    expected = {
        "outcome": "denied",
        "object": subject,
        "actor": world["assigned"].user.pk,
        "codes": {"route": "raises", "code": ERRORS[name]().code},
    }
    assert denied == ([expected] if STATUS[name] in (403, 404, 500) else [])


@pytest.mark.usefixtures("_more_urls")
def test_a_refusal_says_why(world: World) -> None:
    response = sign_in(world["assigned"]).get(f"/raises/refused/{uuid4()}/")
    assert "There is no consent." in response.content.decode()


@pytest.mark.usefixtures("_more_urls")
def test_no_page_is_kept_framed_or_made_to_run_a_strangers_script(world: World) -> None:
    client = sign_in(world["assigned"])
    client.raise_request_exception = False
    pages = ["/unnamed/", "/password/", "/healthz", "/api/schema/", "/nothing-here/", "/sign-in/"]
    pages += [f"/raises/{name}/{uuid4()}/" for name in ERRORS]
    for page in pages:
        for browser in (client, Client(raise_request_exception=False)):
            response = browser.get(page)
            assert "no-store" in response.headers["Cache-Control"], page
            assert response.headers["X-Frame-Options"] == "DENY", page
            assert response.headers["X-Content-Type-Options"] == "nosniff", page
            assert response.headers["Referrer-Policy"] == "same-origin", page
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, page
            assert "unsafe" not in policy, page
            assert "http" not in policy, page


def test_an_error_says_its_code_and_no_content() -> None:
    for make in ERRORS.values():
        error = make()
        assert str(error) == error.code
        assert error.args == (error.code,)
