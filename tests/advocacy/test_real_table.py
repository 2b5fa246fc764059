"""Citizenship by age over the real CTDC rows, against counts made without Hearth's code."""

import csv
from collections import Counter
from pathlib import Path

import pycountry
import pytest

from advocacy.mapping import load_mapping
from advocacy.models import Fact
from advocacy.selectors import protected_table
from advocacy.services import import_rows
from tests.advocacy.attacker import work_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(ctdc_file: Path) -> Counter[tuple[str, str]]:
    """(alpha-2, age category) -> rows, as they stand in the file."""
    with ctdc_file.open(newline="", encoding="utf-8") as file:
        return Counter((row["citizenship"], row["ageCategories"]) for row in csv.DictReader(file))


@pytest.fixture
def imported(ctdc_file: Path) -> int:
    return import_rows(path=ctdc_file, mapping=load_mapping("ctdc")).loaded


def renamed(citizenship: str, age: str) -> tuple[str, str]:
    country = pycountry.countries.get(alpha_2=citizenship)
    assert country
    return country.alpha_3, age.removeprefix("Age ").replace("-", "--")


def test_the_facts_count_as_the_file_does(imported: int, counted: Counter[tuple[str, str]]) -> None:
    assert imported == counted.total() == 14_299
    ours = Counter(Fact.objects.exclude(citizenship=None).values_list("citizenship", "age_broad"))
    theirs = {renamed(*cell): count for cell, count in counted.items() if cell[0] != "0"}
    assert ours == theirs
    assert sum(count < 11 for count in theirs.values()) == 15


def test_no_small_count_is_shown_or_can_be_worked_out(
    imported: int, counted: Counter[tuple[str, str]]
) -> None:
    table = protected_table(rows="citizenship", columns="ageBroad").protected
    truth = Counter({renamed(*cell): count for cell, count in counted.items() if cell[0] != "0"})
    for row, cells in zip(table.rows, table.cells, strict=True):
        for column, shown in zip(table.columns, cells, strict=True):
            true = truth[row, column]
            assert shown is None if 0 < true < 11 else shown in (true, None)
    assert all(high >= 11 and high - low >= 10 for low, high in work_out(table).values())
    assert table.records == 14_299
    assert table.missing == sum(count for (citizenship, _), count in counted.items() if citizenship == "0")
    assert table.suppressed <= 30


def test_each_age_category_of_the_file_is_mapped(imported: int, counted: Counter[tuple[str, str]]) -> None:
    assert not Fact.objects.filter(age_broad=None).exists()
    assert Fact.objects.values("age_broad").distinct().count() == len({age for _, age in counted})


def test_a_grouped_yes_is_not_expanded(ctdc_file: Path) -> None:
    report = import_rows(path=ctdc_file, mapping=load_mapping("ctdc"))
    assert report.unmapped["ControlCategory", "Physical"] == 1590
    assert report.unmapped["ExploitType", "Forced Marriage"] == 75
    assert not Fact.objects.exclude(means_abuse_psy_phy_sex=None).exists()
    assert report.malformed_count == 0
