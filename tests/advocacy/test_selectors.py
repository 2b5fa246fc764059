"""Tables are asked for by name, counted by one query, and come out protected."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advocacy.models import Fact
from advocacy.selectors import DIMENSIONS, UnknownDimension, protected_table
from advocacy.table_csv import _guarded, csv_lines

pytestmark = pytest.mark.django_db


def facts(number: int, **values: object) -> None:
    Fact.objects.bulk_create(Fact(written_in="2026-Q1", **values) for _ in range(number))


def lines(rows: str, columns: str) -> list[list[str]]:
    return list(csv.reader(StringIO("".join(csv_lines(protected_table(rows=rows, columns=columns))))))


def test_one_query_counts_a_table() -> None:
    facts(20, gender="Woman", citizenship="UKR")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        protected_table(rows="citizenship", columns="gender")
    assert len(queries) == 1


def test_facts_without_a_value_are_the_missing() -> None:
    facts(30, gender="Woman", citizenship="UKR")
    facts(12, gender="Woman")
    facts(13, citizenship="UKR")
    table = protected_table(rows="citizenship", columns="gender").protected
    assert table.rows == ("UKR",)
    assert table.cells == ((30, 0, 0),)
    assert (table.included, table.missing, table.records) == (30, 25, 55)


def test_facts_whose_consent_has_ended_are_not_counted() -> None:
    facts(30, gender="Woman", citizenship="UKR")
    facts(30, gender="Woman", citizenship="UKR", consent_ends_in="2021-Q4")
    assert protected_table(rows="citizenship", columns="gender").protected.records == 30


def test_bands_keep_their_order_and_years_are_offered() -> None:
    facts(30, age_broad="48+", year_of_registration=2021)
    table = protected_table(rows="yearOfRegistration", columns="ageBroad").protected
    assert table.rows == ("2021",)
    assert table.columns[0] == "0--8"
    assert table.columns[-1] == "48+"


@pytest.mark.parametrize(
    ("rows", "columns", "at_fault"),
    [
        ("citizenship", "handle", ["columns"]),
        ("source", "gender", ["rows"]),
        ("isForcedLabour", "written_in", ["rows", "columns"]),
        ("gender", "gender", ["columns"]),
        ("age_broad", "gender", ["rows"]),
    ],
)
def test_a_dimension_that_is_not_offered_is_named(rows: str, columns: str, at_fault: list[str]) -> None:
    with pytest.raises(UnknownDimension) as refusal:
        protected_table(rows=rows, columns=columns)
    assert list(refusal.value.fields) == at_fault


def test_every_offered_pair_can_be_asked_for() -> None:
    facts(15, gender="Man", citizenship="VNM", age_broad="18--20")
    for rows in DIMENSIONS:
        for columns in DIMENSIONS:
            if rows is not columns:
                assert protected_table(rows=rows.name, columns=columns.name).protected.records == 15


def test_the_csv_marks_what_is_suppressed_and_says_what_it_counts() -> None:
    facts(40, gender="Woman", citizenship="UKR")
    facts(30, gender="Man", citizenship="UKR")
    facts(25, gender="Woman", citizenship="NGA")
    facts(3, gender="Man", citizenship="NGA")
    table = lines("citizenship", "gender")
    assert table[0] == ["citizenship / gender", "Woman", "Man", "Trans/Transgender/NonConforming", "total"]
    assert table[1] == ["NGA", "*", "*", "0", "28"]
    assert table[2] == ["UKR", "*", "*", "0", "70"]
    assert ["records", "98"] in table
    assert any(line and line[0] == "*" and "under 11" in line[1] for line in table)
    assert not [cell for line in table for cell in line if cell.isdigit() and 0 < int(cell) < 11]


def test_a_withheld_table_has_no_cells_in_its_csv() -> None:
    facts(4, gender="Woman", citizenship="UKR")
    table = lines("citizenship", "gender")
    assert ["records", "*"] in table
    assert not [line for line in table if "UKR" in line]


def test_no_cell_is_taken_for_a_formula() -> None:
    assert [_guarded(cell) for cell in ("=1+1", "+1", "-1", "@a", "\t=1", "UKR", 12, None)] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@a",
        "'\t=1",
        "UKR",
        12,
        "*",
    ]
