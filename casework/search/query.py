"""What is looked for, and reading it from a line of text."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from casework.numbers import parse_number
from casework.record.fields import Indexed
from casework.search.values import Values
from casework.search.words import document_numbers, name_parts


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: a case's number, or values of the indexed kinds of fields."""

    number: str | None = None
    values: Values = field(default=frozenset(), repr=False)

    @property
    def kinds(self) -> set[str]:
        """The kinds of what is looked for, without what it is."""
        return {indexed.value for indexed, _text in self.values} | ({"case"} if self.number else set())


_DATE = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
_PHONE = re.compile(r"(?<!\w)\+?\d[\d ()./-]{4,}\d\b")
_WITH_DIGIT = re.compile(r"[^\W_]*\d[^\W_]*")


def read_query(text: str) -> Query:
    """What one line of text asks for: a case number alone, or dates, phone or document numbers, and parts of names."""
    if number := parse_number(text):
        return Query(number=number)
    text = "".join(str(unicodedata.digit(letter, letter)) for letter in text)
    values: set[tuple[Indexed, str]] = set()
    for found in _DATE.finditer(text):
        values |= {(Indexed.DATE, day.isoformat()) for day in _days(found)}
    text = _DATE.sub(" ", text)
    values |= {(Indexed.PHONE, found[0]) for found in _PHONE.finditer(text)}
    values |= {(Indexed.NUMBER, number) for number in document_numbers(text)}
    name = _WITH_DIGIT.sub(" ", text)
    if name_parts(name):
        values.add((Indexed.NAME, name))
    return Query(values=frozenset(values))


def _days(found: re.Match[str]) -> set[date]:
    """The date, or both where day and month may stand in either order."""
    year, month, day = (int(group) for group in found.groups() if group is not None)
    if found[1] is None:
        day, month, year = year, month, day
    days = set()
    for one, other in {(month, day), (day, month)} if found[1] is None else {(month, day)}:
        try:
            days.add(date(year, one, other))
        except ValueError:
            continue
    return days
