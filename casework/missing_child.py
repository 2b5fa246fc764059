"""The sheet for whoever looks for a missing child: as little of the record as helps, and blanks for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.case_file import CaseFile
from casework.children import guardian_barred
from casework.entries import Entry
from casework.record.entries.missing_episode import MISSING_EPISODE
from casework.record.fields import Section, Value
from casework.record.sections import section as declared
from casework.record.values import show

# What helps to find a child and to keep them safe once found. Neither the story nor where they stay stands on paper.
_FROM_THE_RECORD = {
    "identity": (
        "chosen_name",
        "given_name",
        "family_name",
        "other_names",
        "date_of_birth",
        "gender",
        "citizenship",
        "first_language",
        "other_languages",
        "dialect",
    ),
    "child_protection": ("accompaniment", "guardian", "guardian_contact"),
    "risk_and_safety": ("risk_level", "reasons"),
}
_FROM_THE_EPISODE = (
    "since_on",
    "since_at",
    "last_seen",
    "with_whom",
    "looks",
    "clothes",
    "reported_to",
    "reported_on",
    "reference",
)
_OF_THE_GUARDIAN = {"guardian", "guardian_contact"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sheet: what is recorded, or "" for a blank to write on."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class MissingSheet:
    """The sheet. `not_for_the_guardian`: it must not reach them, and does not name how to reach them either."""

    episode: list[Line]
    child: list[Line]
    not_for_the_guardian: bool


def missing_sheet(file: CaseFile) -> MissingSheet:
    """The sheet of a case, with its newest open episode. Raises Tampered."""
    barred = guardian_barred(file)
    child = [Line(_("Age"), _age(file))]
    for name, fields in _FROM_THE_RECORD.items():
        values = file.section(name).values
        left_out = _OF_THE_GUARDIAN if barred else set()
        child += [_line(declared(name), values, each) for each in fields if each not in left_out]
    episode = open_episode(file)
    seen = episode.values if episode else {}
    return MissingSheet([_line(MISSING_EPISODE, seen, each) for each in _FROM_THE_EPISODE], child, barred)


def open_episode(file: CaseFile) -> Entry | None:
    """The newest episode that has not ended."""
    return next((each for each in file.entries.of("missing_episode") if "found_on" not in each.values), None)


def _line(section: Section, values: Mapping[str, Value], name: str) -> Line:
    field = section.get(name)
    assert field is not None
    value = values.get(name)
    return Line(str(field.label), show(field, value) if value is not None else "")


def _age(file: CaseFile) -> str:
    """In years today, by the date of birth, or as it was given at first contact."""
    values = file.section("identity").values
    if born := values.get("date_of_birth"):
        day, today = date.fromisoformat(str(born)), localdate()
        return str(today.year - day.year - ((today.month, today.day) < (day.month, day.day)))
    age = values.get("age")
    if age is None:
        return ""
    years = ngettext("%(years)d year at first contact", "%(years)d years at first contact", int(str(age)))
    return years % {"years": age}
