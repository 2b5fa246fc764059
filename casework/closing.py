"""What has to be looked at before a case is closed, and what is still open in it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.children import age_of_majority_on
from casework.countries import RetentionRule, retention_rule
from casework.entries import Entry
from casework.models import Case, FollowUp
from casework.selectors import follow_ups_in
from casework.transitions import CaseStep
from core.registries import Registry

CHECKLIST, MOVES = "closure", "state_change"


@dataclass(frozen=True, slots=True)
class StillOpen:
    """Something that a point of the checklist is about; `place` is where on the page of the case it stands."""

    point: str
    label: str | Promise
    count: int
    place: str


still_open_elsewhere: Registry[[CaseFile, list[StillOpen]]] = Registry("still_open")
"""Run when a case is about to be closed: each function appends what the apps above know of."""


def still_open(file: CaseFile) -> list[StillOpen]:
    """What is not ended yet, by the point of the checklist that it belongs to."""
    goals = sum("result" not in entry.values for entry in file.entries.of("goal"))
    due = FollowUp.objects.filter(follow_ups_in(file.case), state=FollowUp.State.DUE).count()
    found = [
        StillOpen("goals", _("Goals without an end"), goals, "case-plan"),
        StillOpen("follow_ups", _("Follow-ups that are due"), due, "follow-ups"),
    ]
    still_open_elsewhere.run(file, found)
    return [each for each in found if each.count]


def checklist_of(file: CaseFile) -> Entry | None:
    """The checklist that lets the case be closed: the newest, gone through since it was last reopened."""
    newest = next(iter(file.entries.of(CHECKLIST)), None)
    reopened = _last(file, CaseStep.REOPEN)
    return newest if newest and (reopened is None or newest.saved_at > reopened) else None


def _last(file: CaseFile, step: CaseStep) -> datetime | None:
    return next((each.saved_at for each in file.entries.of(MOVES) if each.values["step"] == step), None)


# --- how long a closed case is kept ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retention:
    """Until when a closed case is kept, and by which rule. Then people decide; nothing erases itself."""

    until: date
    rule: RetentionRule

    @property
    def over(self) -> bool:
        """Whether that day has come."""
        return self.until <= localdate()


def retention_of(file: CaseFile) -> Retention | None:
    """Until when the case is kept; None as long as it is not closed."""
    if file.case.state != Case.State.CLOSED:
        return None
    closed = _last(file, CaseStep.CLOSE)
    return retention_from(file, localdate(closed) if closed else localdate())


def retention_from(file: CaseFile, closed_on: date) -> Retention:
    """Until when it is kept if it is closed that day: of a child, counted from the day on which they come of age."""
    rule = retention_rule(str(file.section("contact_and_safety").values.get("country", "")))
    begins = max(filter(None, (closed_on, age_of_majority_on(file))))
    return Retention(_years_after(begins, rule.years), rule)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
