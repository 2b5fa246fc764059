"""Pages by keyset: every row once and in order, whatever comes meanwhile."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core.models import Level
from core.paging import Page, page_of
from referrals.demo import Persona, World
from referrals.models import Service
from tests.core.drafts import drafts, new_draft

pytestmark = pytest.mark.django_db


def page(rows: QuerySet[Any], address: str = "", size: int = 2) -> Page[Any]:
    return page_of(RequestFactory().get(f"/{address}"), rows, size)


def walked(rows: QuerySet[Any], size: int) -> list[Page[Any]]:
    """Every page, from the first to the last."""
    pages = [page(rows, size=size)]
    while pages[-1].next:
        pages.append(page(rows, pages[-1].next, size))
    return pages


@pytest.fixture
def seven(world: World, assigned: Persona) -> list[str]:
    """Seven drafts, the newest first; three of them are of one millisecond."""
    for moment in (1, 2, 3, 3, 3, 4, 5):
        new_draft(world, [(assigned.user, Level.WRITE)], moment)
    return [row.pk for row in drafts(assigned.actor)]


@pytest.fixture(params=["whole", "narrowed", "ordered otherwise"])
def rows(request: pytest.FixtureRequest, assigned: Persona, seven: list[str]) -> QuerySet[Any]:
    """A list that is looked up in the grants, and two that are not."""
    whole = drafts(assigned.actor)
    return {
        "whole": whole,
        "narrowed": whole.filter(author=assigned.user),
        "ordered otherwise": whole.order_by("version", "-object__sort_key", "-pk"),
    }[request.param]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_pages_hold_every_row_once_and_in_order(rows: QuerySet[Any], size: int) -> None:
    pages = walked(rows, size)
    assert [row for each in pages for row in each.rows] == list(rows)
    assert all(len(each.rows) == size for each in pages[:-1])


@pytest.mark.parametrize("size", range(1, 9))
def test_the_way_back_leads_through_the_same_pages(rows: QuerySet[Any], size: int) -> None:
    forth = walked(rows, size)
    back = [forth[-1]]
    while back[-1].previous:
        back.append(page(rows, back[-1].previous, size))
    assert [each.rows for each in reversed(back)] == [each.rows for each in forth]
    assert all(each.next for each in back[1:])


def test_what_comes_meanwhile_moves_no_page(world: World, assigned: Persona, rows: QuerySet[Any]) -> None:
    before = list(rows)
    first = page(rows)
    new_draft(world, [(assigned.user, Level.WRITE)], 9)
    second = page(rows, first.next)
    assert second.rows == before[2:4]
    assert page(rows, second.previous).rows == first.rows


def test_a_cursor_that_is_no_row_of_the_list_is_the_first_page(
    world: World, assigned: Persona, seven: list[str]
) -> None:
    foreign = new_draft(world, [(world["stranger"].user, Level.WRITE)], 3)
    rows = drafts(assigned.actor)
    first = page(rows)
    for cursor in (foreign.pk, uuid4(), "", "1", "%00", "é", "1' OR 1=1"):
        assert page(rows, f"?after={cursor}") == first
        assert page(rows, f"?before={cursor}") == first


def test_beyond_either_end_is_the_first_page(assigned: Persona, seven: list[str]) -> None:
    rows = drafts(assigned.actor)
    assert page(rows, f"?after={seven[-1]}") == page(rows, f"?before={seven[0]}") == page(rows)


def test_an_empty_list_is_one_page(assigned: Persona) -> None:
    assert page(drafts(assigned.actor)) == Page([], "", "")


def test_a_list_of_anything_else_has_pages_too(world: World) -> None:
    rows = Service.objects.order_by("name", "pk")
    assert [row for each in walked(rows, 1) for row in each.rows] == list(rows)


def test_a_page_takes_one_query_and_one_for_the_row_it_begins_at(rows: QuerySet[Any]) -> None:
    def count(address: str, size: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(rows, address, size)
        return len(captured)

    for size in (1, 3, 50):
        assert count("", size) == 1
    for size in (1, 3):
        assert count(f"?after={rows[3].pk}", size) == count(f"?before={rows[3].pk}", size) == 2
