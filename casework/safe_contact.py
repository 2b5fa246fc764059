"""Whether the survivor may be contacted, in a certain way at a certain time: by what the case says, and no default.

Everything that would contact anyone asks here: the page to get in touch, the contact log, a follow-up that is a
contact, and the packet of a referral, which takes the rules along.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.consents import Purpose, Scope
from casework.record.contact_codes import DAYS, WEEKDAYS, Channel
from casework.record.fields import Value
from core import audit
from core.errors import Invalid, Message

if TYPE_CHECKING:
    from casework.case_file import CaseFile

SECTION = "contact_and_safety"
PERMISSION: Mapping[Channel, str] = {
    Channel.CALL: "safe_to_call",
    Channel.TEXT: "safe_to_text",
    Channel.MESSAGING: "safe_to_message",
    Channel.EMAIL: "safe_to_email",
    Channel.LETTER: "safe_to_write",
    Channel.VISIT: "safe_to_visit",
}
"""The field that allows each channel. Only a yes does: what nobody asked, or nobody knows, is not allowed."""

_ADDRESS = ("street", "postal_code", "city", "country")
REACHED_BY: Mapping[Channel, tuple[str, ...]] = {
    Channel.CALL: ("phone",),
    Channel.TEXT: ("phone",),
    Channel.MESSAGING: ("messaging",),
    Channel.EMAIL: ("email",),
    Channel.LETTER: _ADDRESS,
    Channel.VISIT: _ADDRESS,
}
"""The fields that hold the number or the address of each."""

GUIDANCE = ("who_may_answer", "sender_to_give", "message_to_leave", "times_to_avoid")
"""What else one must know before getting in touch, whichever way."""


class Reason(StrEnum):
    """Why contact is not allowed: a rule of the case."""

    NOT_ASKED = "not_asked"
    NOT_KNOWN = "not_known"
    NOT_SAFE = "not_safe"
    NOT_AGREED = "not_agreed"
    QUIET_TIME = "quiet_time"

    @property
    def label(self) -> Message:
        """What it says to people."""
        return _LABELS[self]


_LABELS: Mapping[Reason, Message] = {
    Reason.NOT_ASKED: _("Nobody has asked yet whether this is safe."),
    Reason.NOT_KNOWN: _("It is not known whether this is safe."),
    Reason.NOT_SAFE: _("The survivor has said that this is not safe."),
    Reason.NOT_AGREED: _("The survivor was asked for consent to this, and there is none that holds."),
    Reason.QUIET_TIME: _("This is a time not to contact them."),
}
_REASONS: Mapping[Value | None, Reason] = {
    None: Reason.NOT_ASKED,
    "unknown": Reason.NOT_KNOWN,
    "no": Reason.NOT_SAFE,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a channel may be used at a moment, with every rule that stands against it."""

    channel: Channel
    at: datetime  # by the clock of the place where the survivor is
    reasons: tuple[Reason, ...]
    zone_recorded: bool

    @property
    def allowed(self) -> bool:
        """Whether no rule stands against it."""
        return not self.reasons

    @property
    def quiet(self) -> bool:
        """Whether this is a time not to contact them."""
        return Reason.QUIET_TIME in self.reasons

    @property
    def asked(self) -> bool:
        """Whether it is known that this is safe, or that it is not."""
        return not {Reason.NOT_ASKED, Reason.NOT_KNOWN} & set(self.reasons)

    @property
    def label(self) -> str:
        """The verdict in a sentence or more."""
        return " ".join(str(each.label) for each in self.reasons) or gettext("Allowed now.")

    def note_override(self, file: CaseFile) -> None:
        """Put into the trail that it is done all the same: the channel and the rules, never the reason."""
        audit.record(
            "contact.overridden",
            actor=file.actor,
            object=file.opened.object,
            channel=self.channel,
            rules=".".join(self.reasons),
        )


@dataclass(frozen=True, slots=True)
class QuietTime:
    """Hours of some days, or the whole of them, between two dates. A night belongs to the day on which it begins."""

    days: frozenset[int] = frozenset(range(7))  # as date.weekday() counts
    begins: time | None = None
    ends: time | None = None
    first: date = date.min
    last: date = date.max

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> QuietTime:
        """The one that an entry declares."""
        days = values.get("days")
        chosen = frozenset(map(DAYS.index, days)) if isinstance(days, list) else frozenset(range(7))
        begins, ends = values.get("from_time"), values.get("until_time")
        return cls(
            days=chosen,
            begins=time.fromisoformat(str(begins)) if begins else None,
            ends=time.fromisoformat(str(ends)) if ends else None,
            first=date.fromisoformat(str(values.get("from_date", date.min))),
            last=date.fromisoformat(str(values.get("until_date", date.max))),
        )

    def holds(self, at: datetime) -> bool:
        """Whether it holds at a moment, given by the local clock: an hour that the clock shows twice counts twice."""
        day, clock = at.date(), at.time()
        if self.begins is None or self.ends is None:
            return self._begins_on(day)
        if self.begins < self.ends:
            return self._begins_on(day) and self.begins <= clock < self.ends
        tonight = self._begins_on(day) and clock >= self.begins
        return tonight or (clock < self.ends and self._begins_on(day - timedelta(days=1)))

    @property
    def text(self) -> str:
        """How it reads: "Monday and Tuesday, 19:00 to 07:00, from 1 December 2026"."""
        every = len(self.days) == len(DAYS)
        named = [WEEKDAYS.label(DAYS[day]) for day in sorted(self.days)]
        parts = [gettext("Every day") if every else get_text_list(named, gettext("and"))]
        if self.begins is not None and self.ends is not None:
            hours = {"begins": f"{self.begins:%H:%M}", "ends": f"{self.ends:%H:%M}"}
            parts.append(gettext("%(begins)s to %(ends)s") % hours)
        if self.first != date.min:
            parts.append(gettext("from %(day)s") % {"day": date_format(self.first, "DATE_FORMAT")})
        if self.last != date.max:
            parts.append(gettext("until %(day)s") % {"day": date_format(self.last, "DATE_FORMAT")})
        return ", ".join(parts)

    def _begins_on(self, day: date) -> bool:
        return day.weekday() in self.days and self.first <= day <= self.last


def assess_contact(file: CaseFile, channel: str, at: datetime) -> Verdict:
    """Whether the survivor may be contacted this way at this moment, and if not, why.

    Times not to contact are kept by the clock of the time zone that is recorded, or else by that of this site
    (`zone_recorded` says which). Raises Invalid at `channel` for one that there is not; Tampered.
    """
    if channel not in Channel.values:
        raise Invalid({"channel": [_("Choose from the list.")]})
    values = file.section(SECTION).values
    answer = values.get(PERMISSION[Channel(channel)])
    reasons = [] if answer == "yes" else [_REASONS.get(answer, Reason.NOT_KNOWN)]
    if _refused(file, channel):
        reasons.append(Reason.NOT_AGREED)
    local = at.astimezone(zone_of(file) or timezone.get_default_timezone())
    if is_quiet(file, local):
        reasons.append(Reason.QUIET_TIME)
    return Verdict(Channel(channel), local, tuple(reasons), zone_of(file) is not None)


def _refused(file: CaseFile, channel: str) -> bool:
    """Whether the newest answer to being contacted this way is not a consent that holds; no answer is none."""
    asked = (each for each in file.consents if each.scope == Scope(Purpose.CONTACT, channel=channel))
    newest = next(asked, None)
    return newest is not None and not file.holds(newest)


def zone_of(file: CaseFile) -> ZoneInfo | None:
    """The time zone that is recorded of the survivor."""
    zone = file.section(SECTION).values.get("time_zone")
    return ZoneInfo(str(zone)) if zone else None


def quiet_times(file: CaseFile) -> list[QuietTime]:
    """The times not to contact that hold now or later, the latest made first."""
    found = [QuietTime.of(each.values) for each in file.entries.of("quiet_time")]
    yesterday = timezone.localdate() - timedelta(days=1)  # a night of yesterday, or a place west of here
    return [each for each in found if each.last >= yesterday]


def is_quiet(file: CaseFile, local: datetime) -> bool:
    """Whether a time not to contact holds at that moment of the local clock."""
    return any(QuietTime.of(each.values).holds(local) for each in file.entries.of("quiet_time"))


def require_allowed(file: CaseFile, channel: str, at: datetime, reason: str) -> Verdict:
    """Let a contact pass that is allowed, or has a reason why it is made all the same, which is then audited.

    The reason itself the caller seals. Raises Invalid at `channel`; at `reason` where one is needed, with the rules.
    """
    verdict = assess_contact(file, channel, at)
    if not verdict.allowed:
        if not reason.strip():
            why = [each.label for each in verdict.reasons]
            raise Invalid({"reason": [*why, _("If you do it all the same, say why: it is kept.")]})
        verdict.note_override(file)
    return verdict
