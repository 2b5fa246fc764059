"""Long lists, one page at a time, with one query a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import models
from django.http import HttpRequest

M = TypeVar("M", bound=models.Model)

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list; `previous` and `next` are the addresses beside it, empty where there is no page."""

    rows: Sequence[M]
    previous: str
    next: str


def page_of(request: HttpRequest, rows: "models.QuerySet[M, Any]", size: int = PAGE_SIZE) -> Page[M]:
    """The page that `?page=` names, counted from 1; the first one for anything that is no number."""
    text = request.GET.get("page", "")
    number = min(max(int(text), 1), 100_000) if text.isascii() and text.isdecimal() else 1
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Page(
        rows=found[:size],
        previous=f"?page={number - 1}" if number > 1 else "",
        next=f"?page={number + 1}" if len(found) > size else "",
    )
