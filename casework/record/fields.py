"""What a declaration of the record is made of: kinds, codes, fields and sections.

A field is declared once, in `sections`; form, API, encryption, referral packet, de-identified fact, export
and help text are all read from that declaration. Nothing here knows a single field.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import get_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A recorded value, as it is sealed and sent: text, date (YYYY-MM-DD), month (YYYY-MM), time and code are strings.
Value = str | int | list[str]


class Kind(Enum):
    """The form a value takes. Yes/no/unknown, country and language are codes of their own lists."""

    TEXT = "text"  # one line
    LONG_TEXT = "long text"  # several lines
    DATE = "date"  # YYYY-MM-DD
    MONTH = "month"  # YYYY-MM
    TIME = "time"  # HH:MM, by the clock of the place that the entry speaks of
    CODE = "code"  # one of `Field.codes`
    CODES = "codes"  # several of them, the most important first
    NUMBER = "number"  # whole
    PHONE = "phone"
    EMAIL = "email"


class Indexed(Enum):
    """As what a value is found by the search (casework/search): each kind has its own rule for what is alike."""

    NAME = "name"
    DATE = "date"
    PHONE = "phone"
    NUMBER = "number"


class Sensitivity(Enum):
    """What a value gives away about who the survivor is."""

    IDENTIFYING = (
        "identifying"  # alone: names, numbers, places, and all free text, which may hold any of them
    )
    QUASI = "quasi"  # together with others
    SAFE = "safe"  # not at all


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list.

    `flag` is the flag of a fact (a CTDC column) that the code sets; `fact` its value in its field's column.
    `htcds` is the HTCDS value it is exported as, where that is not `value` itself.
    """

    value: str
    label: StrOrPromise
    flag: str | None = None
    fact: str | None = None
    htcds: str | None = None


class CodeList:
    """A closed list of codes; `choices` shows those `offered`, or all. `pattern` describes a long list."""

    def __init__(
        self,
        codes: Iterable[Code],
        *,
        alphabetical: bool = False,
        offered: frozenset[str] | None = None,
        pattern: str | None = None,
    ) -> None:
        self.codes = {code.value: code for code in codes}
        self.pattern = pattern
        self._alphabetical = alphabetical
        self._offered = frozenset(self.codes) if offered is None else offered
        self._shown: dict[str, list[tuple[str, str]]] = {}

    def __contains__(self, value: object) -> bool:
        return value in self.codes

    def label(self, value: str) -> str:
        """The label in the interface language; the value itself where a later list has dropped it."""
        code = self.codes.get(value)
        return str(code.label) if code else value

    def offers(self, value: str) -> bool:
        """Whether it can be chosen now."""
        return value in self._offered

    def choices(self) -> list[tuple[str, str]]:
        """(value, label) of what a form offers, in the interface language."""
        language = get_language() or ""
        if language not in self._shown:  # hundreds of languages, sorted: once a language, not once a form
            shown = [(value, self.label(value)) for value in self.codes if value in self._offered]
            self._shown[language] = sorted(shown, key=_alphabet) if self._alphabetical else shown
        return list(self._shown[language])


def _alphabet(choice: tuple[str, str]) -> str:
    """Sorts É with E, which code points do not."""
    letters = unicodedata.normalize("NFKD", choice[1])
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


# eq=False: a declaration is itself and nothing else, and lazy labels would hash differently in each language.
@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One field of the record. A first contact knows little, so hardly anything is `required`."""

    name: str
    label: StrOrPromise
    help: StrOrPromise
    sensitivity: Sensitivity
    kind: Kind = Kind.TEXT
    codes: CodeList | None = None  # of CODE and CODES
    chosen_from: str | None = (
        None  # of CODE and CODES of an entry: `codes` are those of the case (record/choices.py)
    )
    htcds: str | None = None  # its name in HTCDS 2.0
    fact: str | None = None  # the column of a fact (CTDC) that it fills; flags are named by its codes
    indexed: Indexed | None = None
    shareable: bool = True  # may be chosen for a referral packet
    about_others: bool = False  # tells who somebody else is: left out of the survivor's copy unless looked at
    required: bool = False
    in_future: bool = False  # of DATE and MONTH: may lie after today
    not_before: str | None = None  # of DATE and MONTH: the field of the same section that comes first in time
    minimum: int = 0  # of NUMBER
    maximum: int = 1_000_000  # of NUMBER
    max_length: int = 200  # of texts, in characters


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """Fields that are read, saved and sealed together. `schema` grows when their meaning changes."""

    name: str
    label: StrOrPromise
    help: StrOrPromise
    fields: tuple[Field, ...]
    schema: int = 1

    def get(self, name: str) -> Field | None:
        """The field of this name, or None."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class EntryKind(Section):
    """A section of which a case holds many (alerts, goals, notes): each entry is saved and sealed by itself."""

    title: str = ""  # the field that stands for an entry in a list
    append_only: bool = False  # what was saved stays as it is
    happened: str | None = None  # the DATE field of when it was: an entry saved days later is marked as late
    under: str | None = None  # the kind of the entry that each of these belongs to
    about_others: bool = False  # the whole kind: never in the survivor's copy
    by_verb: bool = False  # made and changed by verbs of its own, never on the pages that all kinds share
