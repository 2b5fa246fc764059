"""What names, dates and numbers are found by, whatever their spelling and script."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.record.fields import Indexed
from casework.search.find import ALIKE
from casework.search.query import read_query
from casework.search.words import Part, name_likeness, name_parts, same_phone, words
from tests.casework.names import SPELLINGS


def likeness(left: str, right: str) -> float:
    return name_likeness(*([Part(part) for part in name_parts(each)] for each in (left, right)))


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spellings", SPELLINGS, ids=lambda spellings: spellings[0])
def test_every_two_spellings_of_a_name_have_words_in_common(spellings: list[str]) -> None:
    apart = [
        pair
        for pair in combinations(spellings, 2)
        if not words(Indexed.NAME, pair[0]) & words(Indexed.NAME, pair[1])
    ]
    assert apart == []


def test_nineteen_of_twenty_pairs_of_spellings_are_alike() -> None:
    pairs = [pair for spellings in SPELLINGS for pair in combinations(spellings, 2)]
    assert sum(likeness(*pair) >= ALIKE for pair in pairs) / len(pairs) >= 0.95


def test_few_different_names_are_alike() -> None:
    pairs = list(combinations([spellings[0] for spellings in SPELLINGS], 2))
    assert sum(likeness(*pair) >= ALIKE for pair in pairs) / len(pairs) <= 0.01


@given(st.text(max_size=40))
def test_a_name_is_as_alike_to_itself_as_can_be(name: str) -> None:
    assert not name_parts(name) or likeness(name, name) == 1
    assert words(Indexed.NAME, name) == words(Indexed.NAME, name.upper().lower()) or not name.isascii()


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_lies_between_nothing_and_one(left: str, right: str) -> None:
    assert 0 <= likeness(left, right) <= 1


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("  Anne-Marie  O'Neill ", ["anne", "marie", "oneill"]),
        ("Łukasz Žižka", ["lukasz", "zhizhka"]),
        ("El-Bukhari", ["bukhari"]),
        ("Nguyễn Thị", ["nguyen", "thi"]),
        ("...", []),
    ],
)
def test_a_name_is_split_into_latin_parts(written: str, parts: list[str]) -> None:
    assert name_parts(written) == parts


def test_the_arabic_article_does_not_hide_a_name() -> None:
    assert likeness("البخاري", "Bukhari") >= ALIKE


# --- numbers --------------------------------------------------------------------------------------------------------


@given(
    st.text("0123456789", min_size=9, max_size=12),
    st.sampled_from(["+", "00"]),
    st.sampled_from([" ", "-", " ("]),
)
def test_a_phone_number_is_found_with_its_country_and_without(digits: str, prefix: str, between: str) -> None:
    abroad = f"{prefix}39{between}{digits[:3]}) {digits[3:]}"
    assert words(Indexed.PHONE, abroad) == words(Indexed.PHONE, digits)
    assert same_phone(abroad, digits) == (len(digits.lstrip("0")) >= 6)


def test_two_phone_numbers_with_the_same_end_are_two() -> None:
    assert not same_phone("+39 333 5550147", "+39 334 5550147")


@pytest.mark.parametrize(
    "typed",
    ["ab 123-456", "AB123456", "AB123456, passport, ROU", "АВ123456".translate({0x410: "A", 0x412: "B"})],
)
def test_a_document_number_is_found_however_it_is_spaced(typed: str) -> None:
    assert words(Indexed.NUMBER, "AB123456, passport, ROU\nX77, permit, ITA") & words(Indexed.NUMBER, typed)


def test_the_letter_o_counts_as_a_nought() -> None:
    assert words(Indexed.NUMBER, "O0123") == words(Indexed.NUMBER, "0O123")


@given(st.dates())
def test_a_date_is_found_as_it_stands(day: object) -> None:
    assert (Indexed.DATE, str(day)) in read_query(str(day)).values or str(day) < "1000"


def test_the_same_text_in_two_kinds_of_fields_is_two_words() -> None:
    assert not words(Indexed.PHONE, "3335550147") & words(Indexed.NUMBER, "3335550147")


# --- what is typed --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("Amina Okello", {"name"}),
        ("أمينة", {"name"}),
        ("1997-03-04", {"date"}),
        ("٤/٣/١٩٩٧", {"date"}),
        ("Amina 4.3.1997", {"name", "date"}),
        ("+39 333 555 0147", {"phone", "number"}),
        ("AB 123456", {"name", "phone", "number"}),
        ("3435-6Z8V-5", {"case"}),
        ("2023-02-31", set()),
        ("  ", set()),
    ],
)
def test_what_a_line_asks_for(typed: str, kinds: set[str]) -> None:
    assert read_query(typed).kinds == kinds


def test_day_and_month_may_stand_in_either_order() -> None:
    assert read_query("4/3/1997").values == {(Indexed.DATE, "1997-03-04"), (Indexed.DATE, "1997-04-03")}


def test_what_is_looked_for_is_not_in_its_repr() -> None:
    assert "Okello" not in repr(read_query("Amina Okello"))
