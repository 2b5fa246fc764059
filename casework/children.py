"""What protects a child: who counts as one, whom consent may be asked of, and what must be known before some services.

Under 18, or believed to be, while the age is not established (CETS 197, article 10(3)). The gates are those of child
protection practice, with UNHCR's Best Interests Procedure Guidelines behind them; where a source says less, so does
the comment at the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from casework.consents import CopyFor
from casework.countries import best_interests_rule
from casework.record.fields import Value
from core.errors import Message, Refused

if TYPE_CHECKING:
    from casework.case_file import CaseFile

MAJORITY = 18  # years
SECTION = "child_protection"


class Age(StrEnum):
    """Whether someone is a child, as far as the record knows."""

    CHILD = "child"
    ADULT = "adult"
    NOT_KNOWN = "not_known"


class Gate(StrEnum):
    """What nobody is referred to as a child before certain things are known."""

    FAMILY_CONTACT = "family_contact"
    FAMILY_TRACING = "family_tracing"
    REUNIFICATION = "reunification"
    RETURN = "return"
    RELOCATION = "relocation"  # resettlement, a humanitarian corridor or visa
    CARE = "care"  # a change of care


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that must be recorded first, and where."""

    code: str
    path: str  # section.field
    text: Message

    @property
    def section(self) -> str:
        """The section in which it is recorded."""
        return self.path.partition(".")[0]


AGE = Missing("age", "identity.date_of_birth", _("the date of birth, or an estimate of the age"))
GUARDIAN = Missing("guardian", f"{SECTION}.guardian", _("who the guardian is"))
GUARDIAN_NOT_CHECKED = Missing(
    "guardian_not_checked",
    f"{SECTION}.guardian_in_conflict",
    _("that the guardian is neither suspected nor in a conflict of interest"),
)
GUARDIAN_BARRED = Missing(
    "guardian_barred",
    f"{SECTION}.guardian_in_conflict",
    _("another guardian: this one is suspected, complicit or in a conflict of interest"),
)
ASSESSMENT = Missing("assessment", f"{SECTION}.bia_on", _("a current best interests assessment"))
DETERMINATION = Missing("determination", f"{SECTION}.bid_on", _("a current best interests determination"))
NOT_DETERMINED_SO = Missing(
    "not_determined_so",
    f"{SECTION}.bid_outcome",
    _("a determination that comes to this: the newest does not"),
)
CHILDS_VIEW = Missing("childs_view", f"{SECTION}.childs_view", _("what the child wants and fears"))
FAMILY_RISK = Missing(
    "family_risk",
    f"{SECTION}.family_risk_on",
    _("that the risk from the family was looked at, since they may be involved"),
)

_OF_THE_FAMILY = {Gate.FAMILY_CONTACT, Gate.FAMILY_TRACING, Gate.REUNIFICATION, Gate.RETURN}
_DETERMINED_AS = {
    Gate.REUNIFICATION: "family_reunification",
    Gate.RETURN: "return",
    Gate.RELOCATION: "resettlement",
}
"""Lasting solutions: for an unaccompanied or separated child they need a determination, by UNHCR's guidelines of 2008.

Those of 2021 revise when; for any other child UNHCR's resettlement handbook takes an assessment or a determination.
"""


class GateClosed(Refused):
    """A child's protection stands against it: 409, with what is `missing`."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        what = "; ".join(str(each.text) for each in missing)
        super().__init__(_("Before this can be referred, the record must say: %(what)s.") % {"what": what})
        self.missing = list(missing)


def age_of(file: CaseFile, on: date | None = None) -> Age:
    """Whether the survivor is a child on that day (today): by the caseworker's judgement before any paper.

    An age in years is that at first contact, and counted on from the day on which the case was opened.
    """
    if file.section(SECTION).values.get("treated_as_child") == "yes":
        return Age.CHILD
    years = years_of(file, on)
    if years is None:
        return Age.NOT_KNOWN
    return Age.CHILD if years < MAJORITY else Age.ADULT


def years_of(file: CaseFile, on: date | None = None) -> int | None:
    """The age in years on that day (today) as the record has it, whoever believes it; None where it has none."""
    on = on or localdate()
    identity = file.section("identity").values
    if born := identity.get("date_of_birth"):
        return _full_years(date.fromisoformat(str(born)), on)
    if "age" in identity:
        return int(str(identity["age"])) + _full_years(file.case.opened_on, on)
    return None


def age_of_majority_on(file: CaseFile) -> date | None:
    """The day on which the survivor comes of age, or came; None where the date of birth is not known."""
    born = file.section("identity").values.get("date_of_birth")
    if not born:
        return None
    day = date.fromisoformat(str(born))
    return date(day.year + MAJORITY, day.month, min(day.day, 28) if day.month == 2 else day.day)


def is_child(file: CaseFile, on: date | None = None) -> bool:
    """Whether the survivor is known or believed to be under 18 on that day (today)."""
    return age_of(file, on) is Age.CHILD


def why_not_guardian(file: CaseFile) -> Missing | None:
    """Why nothing may go through the guardian, or None.

    For an adult only where the record says that the guardian is suspected or in conflict; for whoever may be a child
    also as long as nobody has answered that: consent is not of a suspected trafficker or a complicit parent.
    """
    answer = file.section(SECTION).values.get("guardian_in_conflict")
    if answer == "yes":
        return GUARDIAN_BARRED
    return GUARDIAN_NOT_CHECKED if answer != "no" and age_of(file) is not Age.ADULT else None


def guardian_barred(file: CaseFile) -> bool:
    """Whether neither a consent nor a copy of anything may go through the guardian."""
    return why_not_guardian(file) is not None


def may_receive_copy(file: CaseFile, who: str) -> bool:
    """Whether this person may be given something on paper or as a file: asked by all that prints or exports a case."""
    return who != CopyFor.GUARDIAN or not guardian_barred(file)


def missing_for(file: CaseFile, gate: Gate) -> list[Missing]:
    """What must be recorded before this can be referred: nothing for an adult, and first of all the age."""
    age = age_of(file)
    if age is Age.ADULT:
        return []
    if age is Age.NOT_KNOWN:
        return [AGE]
    values = file.section(SECTION).values
    missing = [GUARDIAN] if "guardian" not in values else []
    if barred := why_not_guardian(file):
        missing.append(barred)
    if lacking := _missing_assessment(file, gate):
        missing.append(lacking)
    if "childs_view" not in values:
        missing.append(CHILDS_VIEW)
    may_be_involved = values.get("family_involved") != "no"
    if gate in _OF_THE_FAMILY and may_be_involved and "family_risk_on" not in values:
        missing.append(FAMILY_RISK)
    return missing


def _missing_assessment(file: CaseFile, gate: Gate) -> Missing | None:
    values = file.section(SECTION).values
    rule = best_interests_rule(str(file.section("contact_and_safety").values.get("country", "")))
    assessed = _is_current(values.get("bia_on"), rule.assessment_months)
    determined = _is_current(values.get("bid_on"), rule.determination_months)
    if determined and gate in _DETERMINED_AS:
        return None if values.get("bid_outcome") == _DETERMINED_AS[gate] else NOT_DETERMINED_SO
    if gate in _DETERMINED_AS and values.get("accompaniment") != "accompanied":
        return DETERMINATION
    return None if assessed or determined else ASSESSMENT


def _is_current(day: Value | None, months: int) -> bool:
    if day is None:
        return False
    then, today = date.fromisoformat(str(day)), localdate()
    passed = (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)
    return passed < months


def _full_years(since: date, on: date) -> int:
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))
