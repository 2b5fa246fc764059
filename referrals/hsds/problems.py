"""What is wrong with a package: where, and what. Never what stood there."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


class Weight(enum.Enum):
    """What a problem does to its row."""

    REFUSED = "refused"  # it is not loaded
    KEPT = "kept"  # it is loaded as it is; with --strict, nothing is
    NOTED = "noted"  # it is loaded, and somebody should know


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, by file, row and column. Rows of a CSV file count as in a spreadsheet: the header is row 1."""

    file: str
    row: str
    column: str
    message: str | Promise
    weight: Weight = Weight.REFUSED


Tell = Callable[[Problem], object]


class Unreadable(ValueError):
    """The package can't be read at all. The message names the file."""


class NothingLoaded(Exception):
    """Strict, and something is wrong: everything that was stored is rolled back."""
