"""Case numbers."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.numbers import _ALPHABET, _format, new_number, parse_number

values = st.integers(0, 32**8 - 1).filter(lambda value: value % 37 < 32)  # the others are not used


@given(values)
def test_a_number_reads_back_however_it_was_written_down(value: int) -> None:
    number = _format(value)
    for spelling in (number, number.lower(), number.replace("-", ""), f" {number[:4]} {number[4:]} "):
        assert parse_number(spelling) == number


@given(values, st.integers(0, 8), st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_noticed(value: int, place: int, wrong: str) -> None:
    number = _format(value).replace("-", "")
    changed = number[:place] + wrong + number[place + 1 :]
    assert (parse_number(changed) is None) == (changed != number)


@given(values, st.integers(0, 6))
def test_two_characters_that_changed_places_are_noticed(value: int, place: int) -> None:
    number = _format(value).replace("-", "")
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert (parse_number(swapped) is None) == (swapped != number)


@given(values)
def test_letters_that_are_taken_for_digits_are(value: int) -> None:
    number = _format(value)
    assert parse_number(number.replace("0", "o").replace("1", "l")) == number


@pytest.mark.parametrize(
    "text",
    ["", "-", "K7M2-9QXD", "K7M2-9QXD-55", "K7M2-9Q D", "UUUU-UUUU-U", "é7M2-9QXD-5", "٠٠٠٠-٠٠٠٠-0", "*" * 9],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_a_number_has_no_letter_that_is_mistaken_for_another() -> None:
    assert set(string.ascii_uppercase) - set(_ALPHABET) == set("ILOU")
    assert len(_ALPHABET) == 32


def test_new_numbers_are_new_and_right() -> None:
    made = {new_number() for _ in range(300)}
    assert len(made) == 300
    assert all(parse_number(number) == number for number in made)
