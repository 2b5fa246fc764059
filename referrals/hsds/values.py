"""Whether a value is one that its column takes. What is wrong is said without the value."""

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.hsds.schema import Column

Scalar = str | int | float | bool | None

_WHOLE = re.compile(r"-?(0|[1-9]\d{0,15})")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{2}:\d{2}.*")
_NEVER = {"javascript", "data", "vbscript"}  # not addresses, and harmful where somebody shows them as links


class BadValue(ValueError):
    """The column does not take it. `message` says what it takes."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__()
        self.message = message


def from_text(column: Column, text: str) -> Scalar:
    """The value of a CSV cell that is not empty. A number that would be written otherwise stays text.

    Raises BadValue.
    """
    if column.type == "number":
        return _number(text)
    check_text(column, text)
    return text


def from_json(column: Column, value: object) -> Scalar:
    """The value of a JSON member. Raises BadValue."""
    if value is None:
        return None
    if column.type == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadValue(_("Expected a number."))
        return value
    if not isinstance(value, str):
        raise BadValue(_("Expected text."))
    if value:
        check_text(column, value)
    return value


def as_number(value: Scalar) -> Scalar:
    """A number that stayed text, as JSON has it."""
    if not isinstance(value, str):
        return value
    number = Decimal(value)
    return int(number) if number == number.to_integral_value() and "." not in value else float(number)


def _number(text: str) -> Scalar:
    if _WHOLE.fullmatch(text):
        return int(text) if text != "-0" else text
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise BadValue(_("Expected a number.")) from None
    if not number.is_finite() or len(text) > 40 or abs(number) > Decimal("1e15"):
        raise BadValue(_("Expected a number."))
    return float(number) if str(float(number)) == text else text


def check_text(column: Column, text: str) -> None:
    """Raises BadValue where a column does not take a text."""
    if "\x00" in text:
        raise BadValue(_("There is a character here that no text holds."))
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise BadValue(_("This is not UTF-8."))
    if column.enum and text not in column.enum:
        raise BadValue(_("Expected one of: %s.") % ", ".join(column.enum))
    check = _CHECKS.get(column.format or column.type)
    if check is not None:
        check(text)


def _uuid(text: str) -> None:
    if not _UUID.fullmatch(text):
        raise BadValue(_("Expected a UUID."))


def _email(text: str) -> None:
    try:
        validate_email(text)
    except ValidationError:
        raise BadValue(_("Expected an e-mail address.")) from None


def _uri(text: str) -> None:
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if (
        not parts.scheme
        or parts.scheme in _NEVER
        or not (parts.netloc or parts.path)
        or re.search(r"\s", text)
    ):
        raise BadValue(_("Expected an address such as https://example.org."))


def _date(text: str) -> None:
    try:
        date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        raise BadValue(_("Expected a date such as 2026-01-31.")) from None


def _time(text: str) -> None:
    try:
        time.fromisoformat(text if _TIME.fullmatch(text) else "")
    except ValueError:
        raise BadValue(_("Expected a time such as 09:30.")) from None


def _datetime(text: str) -> None:
    try:
        datetime.fromisoformat(text if "T" in text else "")
    except ValueError:
        raise BadValue(_("Expected a date and time such as 2026-01-31T09:30:00Z.")) from None


_CHECKS = {"uuid": _uuid, "email": _email, "uri": _uri, "date": _date, "time": _time, "datetime": _datetime}
