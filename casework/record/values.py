"""The one rule for a single value: what may be entered, and how it reads."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.record.fields import CodeList, Field, Kind, Value

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
WRITTEN = {Kind.DATE: "%Y-%m-%d", Kind.MONTH: "%Y-%m"}
_EARLIEST_YEAR = 1900  # anything before is a slip of the keyboard, as in 0024


def clean(field: Field, raw: object) -> Value | None:
    """`raw`, from a form or from JSON, as the value to keep; None where it is empty.

    Raises:
        ValidationError: not a value of this field. No message repeats the input.
    """
    match field.kind, raw:
        case _, None:
            return None
        case Kind.CODES, list():
            return _several(field, raw)
        case Kind.CODES, _:
            raise ValidationError(_("Enter a list of codes."))
        case Kind.NUMBER, int() if not isinstance(raw, bool):
            return _within(field, raw)
        case Kind.NUMBER, _ if not isinstance(raw, str):
            raise ValidationError(_("Enter a whole number."))
        case _, str():
            text = _text(field, raw)
            return _CLEANERS[field.kind](field, text) if text else None
        case _:
            raise ValidationError(_("Enter text."))


def show(field: Field, value: Value) -> str:
    """A kept value for people, in the interface language. Never fails on what an older declaration let in."""
    if _left_open(field):  # what its codes mean, the case knows
        return ", ".join(value) if isinstance(value, list) else str(value)
    if isinstance(value, list):
        return get_text_list([code_list(field).label(code) for code in value], _("and"))
    if isinstance(value, int):
        return str(value)
    match field.kind:
        case Kind.CODE:
            return code_list(field).label(value)
        case Kind.DATE:
            return date_format(date.fromisoformat(value), "DATE_FORMAT")
        case Kind.MONTH:
            return date_format(date.fromisoformat(f"{value}-01"), "YEAR_MONTH_FORMAT")
        case _:
            return value


def code_list(field: Field) -> CodeList:
    """The code list of a field of kind CODE or CODES."""
    assert field.codes is not None, f"{field.name} is declared without its code list"
    return field.codes


def _left_open(field: Field) -> bool:
    """Whether its choices are a case's, and not in place: the verb that saves it looks at it with them."""
    return field.chosen_from is not None and field.codes is None


def _text(field: Field, raw: str) -> str:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if field.kind is not Kind.LONG_TEXT:
        text = " ".join(text.split())
    if field.kind not in {Kind.TEXT, Kind.LONG_TEXT}:  # ASCII digits, whatever the keyboard's
        text = "".join(str(unicodedata.digit(letter, letter)) for letter in text)
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text):
        raise ValidationError(_("Remove the control characters."))
    if len(text) > field.max_length:
        raise ValidationError(
            ngettext("Use at most %(most)d character.", "Use at most %(most)d characters.", field.max_length)
            % {"most": field.max_length}
        )
    return text


def _day(field: Field, text: str) -> str:
    written = WRITTEN[field.kind]
    try:
        day = datetime.strptime(text, written).date()
    except ValueError:
        raise ValidationError(
            _("Enter a date as YYYY-MM-DD.") if field.kind is Kind.DATE else _("Enter a month as YYYY-MM.")
        ) from None
    if day.year < _EARLIEST_YEAR:
        raise ValidationError(_("Check the year."))
    if day > timezone.localdate() and not field.in_future:
        raise ValidationError(_("This can't lie in the future."))
    return day.strftime(written)


def _time(field: Field, text: str) -> str:
    try:
        return datetime.strptime(text, "%H:%M").strftime("%H:%M")
    except ValueError:
        raise ValidationError(_("Enter a time as HH:MM.")) from None


def _number(field: Field, text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise ValidationError(_("Enter a whole number."))
    return _within(field, int(text))


def _within(field: Field, number: int) -> int:
    if not field.minimum <= number <= field.maximum:
        raise ValidationError(
            _("Enter a number from %(least)d to %(most)d.") % {"least": field.minimum, "most": field.maximum}
        )
    return number


def _code(field: Field, text: str) -> str:
    if not _left_open(field) and text not in code_list(field):
        raise ValidationError(_("Choose from the list."))
    return text


def _several(field: Field, raw: list[object]) -> list[str] | None:
    """Each code once, in the order given: the first counts as the main one."""
    if not all(isinstance(code, str) for code in raw):
        raise ValidationError(_("Choose from the list."))
    return list(dict.fromkeys(_code(field, code) for code in cast(list[str], raw) if code)) or None


def _phone(field: Field, text: str) -> str:
    """As written: the ways to write a number differ too much between countries for more."""
    if not _PHONE.fullmatch(text) or not 3 <= sum(map(str.isdigit, text)) <= 20:
        raise ValidationError(_("Enter a phone number."))
    return text


def _email(field: Field, text: str) -> str:
    validate_email(text)
    return text


_CLEANERS: dict[Kind, Callable[[Field, str], Value]] = {
    Kind.TEXT: lambda field, text: text,
    Kind.LONG_TEXT: lambda field, text: text,
    Kind.DATE: _day,
    Kind.MONTH: _day,
    Kind.TIME: _time,
    Kind.CODE: _code,
    Kind.NUMBER: _number,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
}
