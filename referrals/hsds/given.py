"""A row on its way in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from django.utils.functional import Promise

from referrals.hsds.problems import Tell
from referrals.hsds.schema import Table

Message = str | Promise


@dataclass(frozen=True, slots=True)
class Given:
    """A row as it was given, by file and row; in the JSON form, `inside` is the way to it from there.

    `problems` are what its values have, by column; `bad` a row that something said already is wrong with.
    """

    table: Table
    file: str
    row: str
    data: Mapping[str, object] = field(repr=False)
    inside: str = ""
    problems: tuple[tuple[str, Message], ...] = ()
    bad: bool = False
    merges: bool = False


class Form(Protocol):
    """A package that is being read."""

    total: int
    done: int
    complete: set[str]

    def rows(self, tell: Tell) -> Iterator[Given]:
        """Every row. `complete` are the tables that were read to their end. Raises Unreadable."""
        ...
