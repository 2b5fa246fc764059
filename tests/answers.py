"""What the API's tests ask of every answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rest_framework.test import APIClient


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def answer(response: Any, status: int = 200) -> Any:
    """The JSON of an answer that has this status, and is what the OpenAPI document says it is."""
    assert response.status_code == status, response.content
    route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", response.resolver_match.route)
    described = document()["paths"][f"/{route}"][response.request["REQUEST_METHOD"].lower()]
    content = described["responses"][str(status)]["content"]
    kind = response.headers["Content-Type"].partition(";")[0]
    body = response.json()
    schema = {**content[kind]["schema"], "components": document()["components"]}
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(body)
    return body


def problem(response: Any, status: int, code: str) -> Any:
    """The problem body of a refusal that has this status and code word."""
    body = answer(response, status)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    return body


def at_fault(response: Any) -> set[str]:
    """The fields that a 400 names."""
    return {error["attr"] for error in problem(response, 400, "invalid")["errors"]}


@contextmanager
def nothing_written() -> Iterator[None]:
    """Every table has as many rows after as before, but for the audit trail: it keeps refusals."""
    models = [model for model in apps.get_models() if model.__name__ != "AuditEvent"]
    before = {model: model._default_manager.count() for model in models}
    yield
    assert {model: model._default_manager.count() for model in models} == before


def queries(client: APIClient, path: str) -> int:
    """How many queries a successful GET takes."""
    with CaptureQueriesContext(connection) as captured:
        answer(client.get(path))
    return len(captured)
