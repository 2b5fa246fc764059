"""Choices that only the case knows, such as the people of its team: a field names them, a function makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from casework.record.fields import CodeList, EntryKind

if TYPE_CHECKING:
    from casework.case_file import CaseFile

Source = Callable[["CaseFile"], CodeList]
S = TypeVar("S", bound=Source)

_sources: dict[str, Source] = {}


def choices(name: str) -> Callable[[S], S]:
    """Register what a field that is `chosen_from` this name offers in a case.

    The list has a label for all that may have been recorded, and offers what may be chosen now.
    """

    def register(source: S) -> S:
        _sources[name] = source
        return source

    return register


def known_choices() -> frozenset[str]:
    """The names that a field can be `chosen_from`."""
    return frozenset(_sources)


class _Later(CodeList):
    """A list that is made when it is first looked at: most pages show no field that needs it."""

    def __init__(self, make: Callable[[], CodeList]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> object:
        if "codes" not in vars(self):
            vars(self).update(vars(self._make()))
        return object.__getattribute__(self, name)


def in_case(kind: EntryKind, file: CaseFile) -> EntryKind:
    """The declaration of a kind with the choices of a case in place; itself where it needs none."""
    if not any(field.chosen_from for field in kind.fields):
        return kind
    fields = (
        replace(field, codes=_Later(partial(_sources[field.chosen_from], file)))
        if field.chosen_from
        else field
        for field in kind.fields
    )
    return replace(kind, fields=tuple(fields))
