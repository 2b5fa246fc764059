"""Every field of HTCDS 2.0 is kept somewhere, or left out for a reason; and the page says so."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import override

from casework.record.htcds import declared, elsewhere, htcds_fields, htcds_page, left_out

PAGE = Path(__file__).parents[2] / "docs" / "htcds.md"


def test_there_are_eighty_four_fields_and_each_has_one_place() -> None:
    places = [*declared(), *elsewhere(), *left_out()]
    assert len(places) == len(set(places)) == 84
    assert set(places) == set(htcds_fields())


@pytest.mark.parametrize("name", sorted(left_out()))
def test_what_is_left_out_has_a_reason(name: str) -> None:
    assert left_out()[name].endswith(".")


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text("utf-8") == htcds_page(), "renew it: manage.py htcds_page > docs/htcds.md"


def test_the_command_prints_the_page_whatever_the_language() -> None:
    printed = StringIO()
    with override("fr"):
        call_command("htcds_page", stdout=printed)
    assert printed.getvalue() == htcds_page()


def test_the_page_names_whose_standard_it_is() -> None:
    assert "International Organization for Migration (IOM)" in htcds_page()
    assert "CC BY 4.0" in htcds_page()
