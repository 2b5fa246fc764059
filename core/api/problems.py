"""Errors of the API as problem bodies (RFC 9457), content type application/problem+json.

{"type": "about:blank", "title": "Bad Request", "status": 400, "code": "invalid", "detail": ...,
 "errors": [{"attr": "answers.dr_wages_earnings", "code": "invalid", "detail": ...}]}
"""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import exception_handler as standard_handler
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from core.errors import HearthError, Invalid, NotVisible, Stale
from core.middleware import audit_denial

CONTENT_TYPE = "application/problem+json"


class TooLarge(HearthError):
    """A body of more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes: 413."""

    status = 413
    code = "too_large"
    message = _("This is too large.")


def exception_handler(error: Exception, context: Any) -> Response | None:
    """DRF's and Hearth's errors as problem bodies; anything else stays a 500 without content."""
    if isinstance(error, Http404):
        error = NotVisible()
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    if isinstance(error, HearthError):
        audit_denial(context["request"]._request, error)
        response = Response(_problem(error), status=error.status)
    else:
        made = standard_handler(error, context)
        if made is None:
            return None
        response = made
    response.content_type = CONTENT_TYPE
    request = context["request"]  # JSON also where a CSV was asked for
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return response


def _problem(error: HearthError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": str(error.message),
        "errors": [],
    }
    if isinstance(error, Invalid):
        body["errors"] = [
            {"attr": name, "code": "invalid", "detail": str(message)}
            for name, messages in error.fields.items()
            for message in messages
        ]
    if isinstance(error, Stale):
        body["newest"] = {"version": error.newest_version, "values": dict(error.newest)}
        body["yours"] = dict(error.yours)
    return body


class ProblemFormatter(ExceptionFormatter):
    """drf-standardized-errors finds the errors in their nesting; this lays them out as a problem body."""

    def format_error_response(self, error_response: Any) -> dict[str, Any]:
        """The body of one DRF exception."""
        exc: APIException = self.exc
        invalid = isinstance(exc, ValidationError)
        first = error_response.errors[0] if error_response.errors else None
        return {
            "type": "about:blank",
            "title": HTTPStatus(exc.status_code).phrase,
            "status": exc.status_code,
            "code": "invalid" if invalid else "not_found" if isinstance(exc, NotFound) else exc.default_code,
            "detail": str(Invalid.message) if invalid or first is None else first.detail,
            "errors": [{"attr": e.attr, "code": e.code, "detail": e.detail} for e in error_response.errors]
            if invalid
            else [],
        }
