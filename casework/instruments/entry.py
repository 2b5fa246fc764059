"""Reads one mapping of an instrument file field by field, keeping the place for every refusal."""

import re
from enum import StrEnum
from typing import Any, TypeVar

from .errors import BadValue, InstrumentError, MissingLabel, UnknownField
from .schema import Text

_E = TypeVar("_E", bound=StrEnum)
_ID = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


class Entry:
    """A mapping of the file with its place in it. What nobody has read when it is closed is unknown."""

    def __init__(self, content: Any, file: str, place: str = "") -> None:
        self.file = file
        self.place = place
        if not isinstance(content, dict):
            raise self.refused("expected a mapping")
        self.content: dict[str, Any] = content
        self._read: set[str] = set()

    def refused(self, reason: str, key: str = "", error: type[InstrumentError] = BadValue) -> InstrumentError:
        return error(self.file, self._at(key), reason)

    def close(self) -> None:
        for key in self.content:
            if key not in self._read:
                raise self.refused("the format has no such field", key, UnknownField)

    def value(self, key: str, kind: type, *, required: bool = True) -> Any:
        """The value at `key`, None where it is not there and need not be."""
        self._read.add(key)
        value = self.content.get(key)
        if value is None:
            if required:
                raise self.refused("missing", key)
            return None
        # In Python a bool is an int; in a file "points: yes" is a mistake.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.refused(f"expected {_KINDS[kind]}", key)
        return value

    def id(self, key: str = "id") -> str:
        value: str = self.value(key, str)
        if not _ID.fullmatch(value):
            raise self.refused(f"{value!r} is not an id (small letters, digits, - or _)", key)
        return value

    def text(self, key: str) -> str:
        value: str = self.value(key, str)
        return value

    def count(self, key: str, *, required: bool = True) -> int | None:
        """A whole number of at least 0."""
        value: int | None = self.value(key, int, required=required)
        if value is not None and value < 0:
            raise self.refused("must not be below 0", key)
        return value

    def share(self, key: str) -> float:
        value = float(self.value(key, float))
        if not 0 <= value <= 1:
            raise self.refused("expected a share between 0 and 1", key)
        return value

    def choice(self, key: str, choices: type[_E], error: type[InstrumentError] = BadValue) -> _E:
        value = self.value(key, str)
        try:
            return choices(value)
        except ValueError:
            raise self.refused(f"{value!r} is none of {', '.join(choices)}", key, error) from None

    def label(self, key: str = "label") -> Text:
        label = self.optional_label(key)
        if label is None:
            raise self.refused("no label", key, MissingLabel)
        return label

    def optional_label(self, key: str) -> Text | None:
        self._read.add(key)
        value = self.content.get(key)
        if value is None:
            return None
        labels = {"en": value} if isinstance(value, str) else value
        if not isinstance(labels, dict) or "en" not in labels:
            raise self.refused("no English label", key, MissingLabel)
        for language, label in labels.items():
            if not isinstance(label, str) or not label.strip():
                raise self.refused(f"the label in {language!r} is empty or not text", key, MissingLabel)
        return Text(tuple(labels.items()))

    def entry(self, key: str) -> "Entry":
        return Entry(self.value(key, dict), self.file, self._at(key))

    def entries(self, key: str, *, required: bool = True) -> "list[Entry]":
        values = self.value(key, list, required=required) or []
        if required and not values:
            raise self.refused("is empty", key)
        return [Entry(value, self.file, f"{self._at(key)}[{n}]") for n, value in enumerate(values)]

    def _at(self, key: str) -> str:
        return ".".join(part for part in (self.place, key) if part)


_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number with a decimal point",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}
