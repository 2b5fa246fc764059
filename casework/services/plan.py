"""What else holds for the entries of the case plan, and the follow-ups that come from them."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from casework.models import FollowUp
from casework.services.entries import Change, entry_rule
from casework.services.follow_ups import add_follow_up, end_follow_ups, morning_of
from core.errors import Invalid, Message

_END = {"result", "ended_on"}
_ACTED_ON = ("what", "done_by", "colleague", "by_when", "result")


@entry_rule("goal", "action")
def end_whole(change: Change) -> None:
    """How it ended and when go together. Raises Invalid."""
    if _END & change.values.keys():
        _need(change, *_END)


@entry_rule("action")
def give_to_colleague(change: Change) -> None:
    """Whoever does it is named; a colleague gets a follow-up, which ends with the action. Raises Invalid."""
    now, before = change.values, change.before.values if change.before else {}
    doer = now["done_by"]
    if doer in {"colleague", "partner"}:
        _need(change, str(doer))
    if all(now.get(name) == before.get(name) for name in _ACTED_ON):
        return
    done = now.get("result") in {"done", "partly"}
    source, file = f"entry/action/{change.id}", change.file
    end_follow_ups(file.actor, file.opened, source, FollowUp.State.DONE if done else FollowUp.State.CANCELLED)
    if doer == "colleague" and "by_when" in now and "result" not in now:
        add_follow_up(
            file.actor,
            file.opened,
            due_at=morning_of(date.fromisoformat(str(now["by_when"]))),
            about=str(now["what"]),
            assignee_id=UUID(str(now["colleague"])),
            source=source,
        )


@entry_rule("conference")
def meet_again(change: Change) -> None:
    """The assigned caseworker gets a follow-up for the next one, in place of what an earlier one planned."""
    file = change.file
    end_follow_ups(file.actor, file.opened, "entry/conference")
    if next_on := change.values.get("next_on"):
        add_follow_up(
            file.actor,
            file.opened,
            due_at=morning_of(date.fromisoformat(str(next_on))),
            about=_("Case conference"),
            assignee_id=file.case.assigned_to_id,
            source="entry/conference",
        )


def _need(change: Change, *names: str) -> None:
    missing: dict[str, list[Message]] = {
        name: [_("This is needed.")] for name in names if name not in change.values
    }
    if missing:
        raise Invalid(missing)
