"""What happens around every request."""

import logging
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from core import audit
from core.auth import current_actor, unlock_session
from core.errors import HearthError, Tampered

GetResponse = Callable[[HttpRequest], HttpResponseBase]
log = structlog.get_logger("hearth.web")

# The views that anyone may see; every other one asks for an unlocked session (or, under the API, a token).
# A packet that is opened once is for whoever has its link and its passphrase; `metrics` takes a
# session or a token, and says itself that there is no such page. A calendar comes with a secret in its link.
PUBLIC_VIEWS = frozenset(
    {"sign-in", "healthz", "set_language", "schema", "api-docs", "tokens", "metrics", "calendar"}
    | {"one-time", "one-time-open", "one-time-answer"}
    | {"api-hsds", "api-hsds-services", "api-hsds-service", "api-hsds-organizations", "api-hsds-organization"}
)


class RequestLog:
    """One line a request: method, name of the route, status, time. No path, no query, no address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Time the request and log it."""
        started = time.monotonic()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=uuid.uuid4().hex[:12])
        response = self.get_response(request)
        match = request.resolver_match
        log.log(
            logging.WARNING if response.status_code >= 500 else logging.INFO,
            "request",
            method=request.method,
            route=match.view_name if match else "none",
            status=response.status_code,
            ms=round((time.monotonic() - started) * 1000),
        )
        return response


class UnlockKeyring:
    """Puts the Actor on the request. A session without its key is no session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Unlock, or make the request anonymous."""
        actor = unlock_session(request)
        request.actor = actor  # type: ignore[attr-defined]
        if actor is None:
            request.user = AnonymousUser()
        return self.get_response(request)


class DenyByDefault:
    """Every page asks for a signed-in person unless its name stands in PUBLIC_VIEWS; typed errors become pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponseBase | None:
        """Refuse or send to sign-in before the view runs. The API answers for itself: its default is a token."""
        match = request.resolver_match
        if match is None or match.view_name in PUBLIC_VIEWS or request.path.startswith("/api/"):
            return None
        if current_actor(request) is None:
            return redirect_to_login(request.get_full_path())
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page for each typed error, written after the transaction has rolled back."""
        if isinstance(error, Tampered):
            log.error(
                "tampered", route=request.resolver_match.view_name if request.resolver_match else "none"
            )
        if not isinstance(error, HearthError):
            return None
        audit_denial(request, error)
        if error.status == 404:
            raise Http404 from None
        template = "403.html" if error.status == 403 else "refused.html"
        return render(request, template, {"message": error.message}, status=error.status)


def audit_denial(request: HttpRequest, error: HearthError) -> None:
    """Note what was refused, outside of the transaction that rolled back."""
    if error.status in (403, 404, 500):
        route = request.resolver_match.view_name if request.resolver_match else "none"
        subject = next(
            (
                v
                for v in (request.resolver_match.kwargs if request.resolver_match else {}).values()
                if isinstance(v, uuid.UUID)
            ),
            None,
        )
        audit.record(
            "request",
            actor=current_actor(request),
            subject=subject,
            outcome="denied",
            route=route,
            code=error.code,
        )


class NoStore:
    """No cache keeps a page: everything but static files is `no-store`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header."""
        response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            add_never_cache_headers(response)
        return response
