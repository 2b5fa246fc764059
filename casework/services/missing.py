"""Somebody is missing: what follows from it at once, and the sheet for a report."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.case_file import CaseFile
from casework.children import Age, age_of
from casework.entries import entry_name
from casework.record.fields import Value
from casework.selectors import read_case
from casework.services.entries import Change, entry_rule, write_entry
from casework.services.follow_ups import add_follow_up, end_follow_ups
from core import audit
from core.actor import Actor
from core.errors import Refused

REPORT_WITHIN = timedelta(hours=1)
"""From the moment at which it is entered: nobody has to wait for 24 hours before reporting a child."""


@entry_rule("missing_episode")
def raise_the_alarm(change: Change) -> None:
    """While an episode is open an alert stands on the case, and somebody has to report it; its end ends the alert."""
    open_now, open_before = (
        _is_open(change.values),
        change.before is not None and _is_open(change.before.values),
    )
    if open_now and not open_before:
        _alert(change, ended=False)
        add_follow_up(
            change.file.actor,
            change.file.opened,
            due_at=timezone.now() + REPORT_WITHIN,
            about=_("Missing: report it to the police and to child protection now, and note the reference."),
            urgent=True,
            source=entry_name(change.kind.name, change.id),
        )
    elif open_before and not open_now:
        _alert(change, ended=True)
        end_follow_ups(change.file.actor, change.file.opened, entry_name(change.kind.name, change.id))


def _is_open(values: Mapping[str, Value]) -> bool:
    return "found_on" not in values


def _alert(change: Change, *, ended: bool) -> None:
    """Write the episode's alert, which is known by the episode's id."""
    since = date_format(date.fromisoformat(str(change.values["since_on"])), "DATE_FORMAT")
    values = {
        "message": _("Missing since %(day)s. The sheet for a report is on this page.") % {"day": since},
        "since": change.values["since_on"],
    }
    if ended:
        values["ended_on"] = change.values["found_on"]
    write_entry(change.file, "alert", values, entry_id=uuid.uuid5(change.id, "alert"))


def open_missing_sheet(*, actor: Actor, case_id: UUID) -> CaseFile:
    """Open a case for the sheet that goes to whoever looks for a missing child, and note who did.

    Raises NotVisible or Tampered; Refused where the survivor is known to be an adult.
    """
    file = read_case(actor, case_id)
    if age_of(file) is Age.ADULT:
        raise Refused(_("This sheet is for children. The record says that the survivor is an adult."))
    audit.record("missing_child.sheet_opened", actor=actor, object=file.opened.object)
    return file
