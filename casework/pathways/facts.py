"""What advocacy counts of pathways: the one that has led furthest, without a day in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from advocacy.facts import waiting_band
from casework.pathways.timeline import Journey, Standing, day, journeys_of

if TYPE_CHECKING:
    from casework.case_file import CaseFile

_FURTHEST = {
    Standing.GRANTED: ("granted", 3),
    Standing.REFUSED: ("refused", 2),
    Standing.WAITING: ("started", 1),
    Standing.STARTED: ("started", 1),
}
"""One that is only talked over is not counted: it commits nobody, and its kind could tell of a person."""


def pathway_columns(file: CaseFile) -> dict[str, str]:
    """The columns of the fact, none where no pathway has begun. Of two that led as far, the later opened counts.

    The time is that from the application to the decision: a wait that goes on would be out of date the next day.
    """
    begun = [each for each in journeys_of(file) if each.led_to in _FURTHEST]
    if not begun:
        return {}
    journey = max(begun, key=lambda each: (_FURTHEST[each.led_to][1], str(each.entry.values["opened_on"])))
    columns = {"pathway": journey.pathway.name, "pathway_standing": _FURTHEST[journey.led_to][0]}
    waited = _months_waited(journey)
    return columns if waited is None else columns | {"pathway_wait": waiting_band(waited)}


def _months_waited(journey: Journey) -> int | None:
    since = journey.applied_on
    decided = day(journey.decided.values, "done_on") if journey.decided else None
    if since is None or decided is None or decided < since:
        return None
    return _full_months(since, decided)


def _full_months(since: date, until: date) -> int:
    return (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)
