"""The de-identified fact of a case, read off the record: bands, countries and flags, no more."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from advocacy.facts import FactValues, age_band, trafficking_band
from casework.record.documents import Documents
from casework.record.fields import CodeList, Field, Kind, Value
from casework.record.sections import SECTIONS

_BANDS = {"age_broad": age_band, "traffick_months": trafficking_band}


def derive_fact(
    documents: Documents, *, on: date, beside: Mapping[str, str] = MappingProxyType({})
) -> FactValues:
    """What the case's documents come to as a fact, for a case registered `on` that day.

    `beside` holds the columns that come from elsewhere than the sections.

    Of several citizenships the first counts; the age is that on the day of registration.
    """
    columns: dict[str, Any] = {"year_of_registration": on.year, **beside}
    months: dict[str, list[str]] = {}
    for field, value in _recorded(documents):
        if field.codes is not None:
            _read_codes(field, field.codes, value, into=columns)
        elif field.fact and field.kind is Kind.MONTH:
            months.setdefault(field.fact, []).append(str(value))
        elif field.fact:
            number = _full_years(str(value), on) if field.kind is Kind.DATE else int(str(value))
            _read_number(field.fact, number, into=columns)
    for column, span in months.items():
        if len(span) == 2:
            _read_number(column, _months_between(*span), into=columns)
    return FactValues(**columns)


def _recorded(documents: Documents) -> Iterator[tuple[Field, Value]]:
    """Every recorded field in declared order: of two that fill one column, the first counts."""
    for section in SECTIONS:
        document = documents.get(section.name, {})
        yield from ((field, document[field.name]) for field in section.fields if field.name in document)


def _read_codes(field: Field, codes: CodeList, value: Value, *, into: dict[str, Any]) -> None:
    for name in value if isinstance(value, list) else [str(value)]:
        code = codes.codes.get(name)
        if code and code.flag:
            into[code.flag] = 1
        if code and code.fact and field.fact:
            into.setdefault(field.fact, code.fact)


def _read_number(column: str, number: int, *, into: dict[str, Any]) -> None:
    if number >= 0:  # below: dates that contradict each other, so nothing is known
        into.setdefault(column, _BANDS[column](number))


def _full_years(birth: str, on: date) -> int:
    born = date.fromisoformat(birth)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _months_between(first: str, last: str) -> int:
    start, end = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    return (end.year - start.year) * 12 + end.month - start.month
