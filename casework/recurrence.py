"""When something that comes back comes back: rules of RFC 5545, read on the clock of the wall where one works."""

from datetime import date, datetime

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Every(models.TextChoices):
    """How often; each is a rule of RFC 5545."""

    DAY = "FREQ=DAILY", _("Every day")
    WEEKDAY = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", _("Every day from Monday to Friday")
    WEEK = "FREQ=WEEKLY", _("Every week")
    FORTNIGHT = "FREQ=WEEKLY;INTERVAL=2", _("Every two weeks")
    MONTH = "FREQ=MONTHLY", _("Every month")
    QUARTER = "FREQ=MONTHLY;INTERVAL=3", _("Every three months")


_SHORTEST_MONTH = 28


def rule_for(every: str, first: datetime, until: date | None) -> dict[str, str]:
    """What a follow-up keeps of it: {"repeat": the rule, "since": the first time, by the clock of the wall}.

    What is due on a day that not each month has is due on the last one of the others. Raises ValueError for another
    rule than one of Every.
    """
    rule, since = Every(every).value, timezone.make_naive(first)
    if rule.startswith("FREQ=MONTHLY") and since.day > _SHORTEST_MONTH:
        days = ",".join(map(str, range(_SHORTEST_MONTH, since.day + 1)))
        rule += f";BYMONTHDAY={days};BYSETPOS=-1"
    if until is not None:
        rule += f";UNTIL={until:%Y%m%d}T235959"
    return {"repeat": rule, "since": since.isoformat()}


def next_due(repeat: str, since: str, due_at: datetime) -> datetime | None:
    """The first time that lies after this one was due, and after now; None where that was the last.

    What was missed meanwhile does not pile up.
    """
    past = timezone.make_naive(max(due_at, timezone.now()))
    found: datetime | None = rrulestr(repeat, dtstart=datetime.fromisoformat(since)).after(past)
    return None if found is None else timezone.make_aware(found)


def every_label(repeat: str) -> str:
    """How often, as people read it."""
    begins = max((each for each in Every if repeat.startswith(each.value)), key=lambda each: len(each.value))
    return str(begins.label)
