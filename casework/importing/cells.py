"""What stands in a cell, as the record's own rules take it: split, looked up in a table, turned from another date."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import pycountry
from django.utils.translation import gettext_lazy as _

from core.errors import Message

Reader = Callable[[str], list[str]]
"""The values of a cell's text; none where it says nothing. Raises BadCell."""


class BadCell(ValueError):
    """A cell that can't be read. The message says what was expected, never what stood there."""

    def __init__(self, message: Message) -> None:
        super().__init__("a cell that can't be read")
        self.message = message


def reader(
    *,
    unknown: Iterable[str] = (),
    separator: str | None = None,
    one: Reader = lambda text: [text],
) -> Reader:
    """Split a cell at the separator, leave out what is empty or says "not known", and read each part with `one`."""
    nothing = {"", *unknown}

    def read(text: str) -> list[str]:
        parts = text.split(separator) if separator else [text]
        stripped = (part.strip() for part in parts)
        return [value for part in stripped if part not in nothing for value in one(part)]

    return read


def from_table(table: Mapping[str, list[str]]) -> Reader:
    """What the mapping says that a value stands for."""

    def read(text: str) -> list[str]:
        try:
            return table[text]
        except KeyError:
            raise BadCell(_("The mapping does not say what this value stands for.")) from None

    return read


def from_country(text: str) -> list[str]:
    """The alpha-3 code of a country written as an ISO 3166-1 code of two or three letters."""
    code = text.upper()
    country = pycountry.countries.get(alpha_2=code) or pycountry.countries.get(alpha_3=code)
    if country is None:
        raise BadCell(_("Enter a country as its ISO code of two or three letters."))
    return [country.alpha_3]


def from_date(formats: Iterable[str], written: str) -> Reader:
    """A date in one of the formats of `strptime`, or as ISO 8601 has it, as spreadsheets' own dates arrive here."""
    tried = [*formats, "%Y-%m-%d", *(["%Y-%m"] if written == "%Y-%m" else [])]

    def read(text: str) -> list[str]:
        for format_ in tried:
            try:
                return [datetime.strptime(text, format_).strftime(written)]
            except ValueError:
                continue
        raise BadCell(_("This is not a date in a format that the mapping names."))

    return read
