"""What follows from an assessment of the risk: it says why, it is looked at again, and the worst is marked urgent."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from casework.case_file import CaseFile
from casework.record.fields import Value
from casework.services.cases import section_rule
from casework.services.follow_ups import add_follow_up, end_follow_ups, morning_of
from core import audit
from core.access import open_object
from core.actor import Actor
from core.errors import Invalid, Message
from core.models import Kind

SECTION = "risk_and_safety"
SOURCE = f"section/{SECTION}"
IMMEDIATE = "immediate"
_REVIEWED = {"high", IMMEDIATE}
"""The levels that must not stand without a day on which they are looked at again."""
_ASSESSED = ("risk_level", "reasons", "assessed_on", "review_on")


@section_rule(SECTION)
def assess_risk(file: CaseFile, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
    """A level has its reasons and its day; the review of the assessment before gives way to that of the new one.

    Where someone may be harmed today or this week, the case is urgent, until it is assessed otherwise. Raises Invalid.
    """
    if all(before.get(name) == after.get(name) for name in _ASSESSED):
        return
    level = after.get("risk_level")
    if level:
        _check(after, needed=("reasons", "assessed_on", *(("review_on",) if level in _REVIEWED else ())))
    end_follow_ups(file.actor, file.opened, SOURCE)
    if review_on := after.get("review_on"):
        add_follow_up(
            file.actor,
            file.opened,
            due_at=morning_of(date.fromisoformat(str(review_on))),
            about=_("Look at the risk again"),
            assignee_id=file.case.assigned_to_id,
            urgent=level == IMMEDIATE,
            source=SOURCE,
        )
    if IMMEDIATE in (level, before.get("risk_level")):
        file.case.urgent = level == IMMEDIATE
        file.case.save(update_fields=["urgent"])


@transaction.atomic
def hand_out_safety_plan(*, actor: Actor, case_id: UUID) -> None:
    """Note that the safety plan was put on paper. Raises NotVisible."""
    opened = open_object(actor, case_id, Kind.CASE)
    audit.record("safety_plan.printed", actor=actor, object=opened.object)


def _check(after: Mapping[str, Value], *, needed: tuple[str, ...]) -> None:
    missing: dict[str, list[Message]] = {name: [_("This is needed.")] for name in needed if name not in after}
    if missing:
        raise Invalid(missing)
