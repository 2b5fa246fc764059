"""The table of facts over the API."""

import csv
from io import StringIO

import pytest

from advocacy.models import Fact
from referrals.demo import World
from tests.answers import answer, problem
from tests.conftest import api

TABLE = "/api/v1/statistics/table/"
ASKED = {"rows": "citizenship", "columns": "ageBroad"}


@pytest.fixture
def facts(db: None) -> None:
    """140 facts; the three of the youngest from Nepal must not be countable."""
    counted = {
        ("NPL", "0--8"): 3,
        ("NPL", "30--38"): 47,
        ("NPL", "48+"): 20,
        ("UKR", "30--38"): 40,
        ("UKR", "48+"): 30,
    }
    for (country, band), number in counted.items():
        Fact.objects.bulk_create(
            Fact(written_in="2026-Q1", citizenship=country, age_broad=band) for _nth in range(number)
        )


def test_small_counts_are_suppressed_and_can_not_be_worked_out(world: World, facts: None) -> None:
    body = answer(api(world["advocate"]).get(TABLE, ASKED))
    assert (body["rows"]["name"], body["columns"]["name"]) == ("citizenship", "ageBroad")
    assert (body["row_codes"], body["records"], body["withheld"]) == (["NPL", "UKR"], 140, False)
    youngest = body["column_codes"].index("0--8")
    assert body["cells"][0][youngest] is None
    assert sum(cell is None for cell in body["cells"][0]) + (body["row_totals"][0] is None) >= 2
    assert not [cell for row in body["cells"] for cell in row if cell and cell < body["threshold"]]


@pytest.mark.parametrize("by", ["format", "accept"])
def test_the_table_comes_as_csv_too(world: World, facts: None, by: str) -> None:
    client = api(world["advocate"])
    if by == "format":
        response = client.get(TABLE, ASKED | {"format": "csv"})
    else:
        response = client.get(TABLE, ASKED, HTTP_ACCEPT="text/csv")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    lines = list(csv.reader(StringIO(response.content.decode())))
    assert lines[0][:2] == ["citizenship / ageBroad", "0--8"]
    assert lines[1][:2] == ["NPL", "*"]


def test_what_too_few_are_counted_for_is_withheld(world: World) -> None:
    Fact.objects.create(written_in="2026-Q1", citizenship="NPL", age_broad="0--8")
    body = answer(api(world["advocate"]).get(TABLE, ASKED))
    assert (body["withheld"], body["records"], body["cells"]) == (True, None, [])


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {"rows", "columns"}),
        ({"rows": "citizenship"}, {"columns"}),
        ({"rows": "citizenship", "columns": "handle"}, {"columns"}),
        ({"rows": "gender", "columns": "gender"}, {"columns"}),
        ({"rows": "\0", "columns": "é"}, {"rows", "columns"}),
    ],
)
@pytest.mark.parametrize("format", ["json", "csv"])
def test_a_dimension_that_is_not_offered_is_named(
    world: World, asked: dict[str, str], fields: set[str], format: str
) -> None:
    response = api(world["advocate"]).get(TABLE, asked | {"format": format})
    body = problem(response, 400, "unknown_dimension")
    assert {error["attr"] for error in body["errors"]} == fields


def test_there_is_no_other_format(world: World) -> None:
    assert api(world["advocate"]).get(TABLE, ASKED | {"format": "xlsx"}).status_code == 404


@pytest.mark.parametrize(
    "persona", ["assigned", "teammate", "supervisor", "stranger", "focal_point", "administrator"]
)
@pytest.mark.parametrize("format", ["json", "csv"])
def test_it_is_the_advocacy_officer_s(world: World, facts: None, persona: str, format: str) -> None:
    problem(api(world[persona]).get(TABLE, ASKED | {"format": format}), 403, "not_allowed")
