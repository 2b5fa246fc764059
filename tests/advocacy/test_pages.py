"""The advocacy officer's page and its file."""

import pytest
from django.test import Client
from django.urls import reverse

from advocacy.models import Fact
from referrals.demo import World
from tests.conftest import sign_in
from tests.pages import text, title, who_sees

URL = "/statistics/"


@pytest.fixture
def browser(world: World) -> Client:
    """The advocacy officer, signed in."""
    return sign_in(world["advocate"])


def some_facts(citizenship: str, age_broad: str, count: int) -> None:
    Fact.objects.bulk_create(
        Fact(written_in="2026-Q1", citizenship=citizenship, age_broad=age_broad) for _ in range(count)
    )


@pytest.fixture
def facts(db: None) -> None:
    """Cells large and small."""
    for citizenship, counts in {"NPL": (40, 3, 25), "UKR": (30, 20, 2), "PHL": (17, 18, 19)}.items():
        for band, count in zip(("18--20", "21--23", "30--38"), counts, strict=True):
            some_facts(citizenship, band, count)
    Fact.objects.create(written_in="2026-Q1", citizenship="NPL")


def test_statistics_are_the_advocacy_officer_s_alone(world: World) -> None:
    assert who_sees(world, URL) == {"advocate"}
    file = reverse("statistics-csv")
    assert sign_in(world["assigned"]).get(file).status_code == 404
    assert sign_in(world["administrator"]).get(file).status_code == 404


def test_without_records_the_page_says_so(browser: Client) -> None:
    page = text(browser.get(URL))
    assert "No records yet" in page
    assert "<table" not in page


def test_the_table_shows_large_counts_and_a_mark_for_hidden_ones(browser: Client, facts: None) -> None:
    response = browser.get(URL)
    page = text(response)
    assert title(response) == "Hearth: statistics"
    assert "Nepal" in page
    assert "18–20" in page
    assert ">40</td>" in page
    assert ">3</td>" not in page
    assert ">2</td>" not in page
    assert 'govuk-visually-hidden">hidden</span></td>' in page
    assert "a count under 11" in page
    assert "Records:" in page
    assert "Source:" in page


def test_rows_and_columns_can_be_chosen(browser: Client, facts: None) -> None:
    page = text(browser.get(URL, {"rows": "ageBroad", "columns": "citizenship"}))
    assert '<option value="ageBroad" selected>' in page
    assert "Age at registration by Citizenship" in page


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"rows": "names", "columns": "ageBroad"}, "rows"),
        ({"rows": "gender", "columns": "gender"}, "columns"),
        ({"columns": ""}, "columns"),
    ],
)
def test_a_dimension_that_is_not_offered_is_refused_at_its_field(
    browser: Client, facts: None, chosen: dict[str, str], field: str
) -> None:
    response = browser.get(URL, chosen)
    assert response.status_code == 400
    assert f'id="id_{field}_error"' in text(response)
    assert browser.get(reverse("statistics-csv"), chosen).status_code == 400


def test_the_file_holds_the_same_table(browser: Client, facts: None) -> None:
    page = text(browser.get(URL))
    assert "/statistics/table.csv?rows=citizenship&amp;columns=ageBroad" in page
    response = browser.get("/statistics/table.csv?rows=citizenship&columns=ageBroad")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="table.csv"'
    lines = text(response).splitlines()
    assert lines[0].startswith("citizenship / ageBroad,")
    assert any(line.startswith("NPL,") and "40" in line and "*" in line for line in lines)
