"""Closing a case: the checklist must be gone through, and somebody must look again when the time to keep it is over."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.children import is_child
from casework.closing import checklist_of, retention_from, still_open
from casework.record.entries.closure import DONE, GOES_ON, OF_A_CHILD
from casework.services.entries import Change, entry_rule
from casework.services.follow_ups import add_follow_up, end_follow_ups, morning_of
from casework.transitions import CaseStep
from core.errors import Invalid, Message, Refused

RETENTION = "retention"
"""What the follow-up comes from that asks what becomes of a closed case."""


@entry_rule("closure")
def check_points(change: Change) -> None:
    """A point that the case itself contradicts is not done; what others carry on is named. Raises Invalid."""
    wrong: dict[str, list[Message]] = {}
    for each in still_open(change.file):
        if change.values[each.point] == DONE:
            wrong[each.point] = [
                _("%(what)s: %(count)s.") % {"what": each.label, "count": each.count},
            ]
    if is_child(change.file):
        missing = [name for name in OF_A_CHILD if name not in change.values]
        wrong |= {name: [_("This is needed for a child.")] for name in missing}
    if GOES_ON in change.values.values() and "note" not in change.values:
        wrong["note"] = [_("Say who carries it on.")]
    if wrong:
        raise Invalid(wrong)


@entry_rule("state_change")
def close_with_a_checklist(change: Change) -> None:
    """No closing without the checklist, and a look at the case when it has been kept long enough. Raises Refused."""
    file, step = change.file, change.values["step"]
    if step == CaseStep.CLOSE:
        if checklist_of(file) is None:
            raise Refused(_("Go through the closing checklist first."))
        end = retention_from(file, timezone.localdate()).until
        add_follow_up(
            file.actor,
            file.opened,
            due_at=morning_of(end),
            about=str(_("The time to keep this case is over. Erase it, or say why it is kept longer.")),
            assignee_id=file.case.assigned_to_id,
            source=RETENTION,
        )
    elif step == CaseStep.REOPEN:
        end_follow_ups(file.actor, file.opened, RETENTION)
