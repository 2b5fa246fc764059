"""What holds for the contact log, for times not to contact, and when contact is made against the rules."""

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.case_file import CaseFile, open_case_file
from casework.record.contact_codes import CHANNEL_OF_KIND, OVERRIDDEN, SURVIVOR, THEM
from casework.record.fields import Value
from casework.safe_contact import Verdict, require_allowed
from casework.services.entries import Change, entry_rule, write_entry
from core import audit
from core.actor import Actor
from core.errors import Invalid
from core.models import Level


@transaction.atomic
def show_contact(*, actor: Actor, case_id: UUID, channel: str, reason: str = "") -> tuple[CaseFile, Verdict]:
    """Open what one needs to get in touch now: if it is allowed, or with a reason why it is done all the same.

    The log then says, sealed, that details were shown against the rules and why; the trail says which rules. Raises
    NotVisible, NotAllowed; Invalid at `channel`; at `reason` where one is needed.
    """
    now = timezone.localtime()
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    verdict = require_allowed(file, channel, now, reason)
    if verdict.allowed:
        audit.record("contact.shown", actor=actor, object=file.opened.object, channel=verdict.channel)
        return file, verdict
    values = {
        "kind": OVERRIDDEN,
        "on": now.date().isoformat(),
        "at": f"{now:%H:%M}",
        "with_whom": [SURVIVOR],
        "channel": verdict.channel.value,
    }
    write_entry(file, "contact", values, reason=reason.strip())
    return file, verdict


@entry_rule("contact")
def keep_to_safe_contact(change: Change) -> None:
    """A contact with the survivor that began with us keeps to the rules at its time, or says why it did not."""
    values = change.values
    if values["kind"] == OVERRIDDEN:
        if not change.reason:
            raise Invalid({"reason": [_("Say why.")]})
        return
    if SURVIVOR not in _several(values["with_whom"]) or values.get("begun_by") == THEM:
        return
    channel = values.get("channel") or CHANNEL_OF_KIND.get(str(values["kind"]))
    if channel is None:
        if values["kind"] == "message":
            raise Invalid({"channel": [_("Say which way the message went.")]})
        return
    if "at" not in values and change.file.entries.of("quiet_time"):
        raise Invalid({"at": [_("There are times not to contact them: say when it was.")]})
    require_allowed(change.file, str(channel), _moment(values), change.reason)


def _several(value: Value) -> list[str]:
    return value if isinstance(value, list) else [str(value)]


def _moment(values: Mapping[str, Value]) -> datetime:
    """When a contact was, by the clock of the page on which it was entered; at noon where no hour matters."""
    day, clock = date.fromisoformat(str(values["on"])), time.fromisoformat(str(values.get("at", "12:00")))
    return timezone.make_aware(datetime.combine(day, clock))


@entry_rule("quiet_time")
def say_when(change: Change) -> None:
    """A time not to contact names some time, with both ends of its hours."""
    values = change.values
    if ("from_time" in values) != ("until_time" in values):
        missing = "until_time" if "from_time" in values else "from_time"
        raise Invalid({missing: [_("Give the beginning and the end, or neither.")]})
    if not values.keys() & {"days", "from_time", "from_date", "until_date"}:
        raise Invalid({"days": [_("Say when: days, hours or dates.")]})
