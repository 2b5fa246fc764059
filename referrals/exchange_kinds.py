"""What can be written in an exchange, declared once: form, API, sealing and display all come from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from casework.record.contact_codes import TIME_ZONES
from casework.record.fields import Code, CodeList, Field, Kind, Section, Sensitivity
from core.errors import NotVisible

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True, eq=False)
class EntryKind(Section):
    """A kind of entry; `changes` are the kinds of the earlier entries that one of these can take the place of."""

    changes: tuple[str, ...] = ()
    only_changes: bool = False  # it says nothing without the one that it takes the place of


STANDINGS = CodeList([Code("arranged", _("Arranged")), Code("needed", _("Needed: please arrange it"))])

ARRIVED, NO_SHOW = "arrived", "did_not_arrive"
ARRIVALS = CodeList([Code(ARRIVED, _("Arrived")), Code(NO_SHOW, _("Did not arrive"))])

LOST_CONTACT = "lost_contact"
OUTCOMES = CodeList(
    [
        Code("need_met", _("The need is met")),
        Code("partly_met", _("The need is partly met")),
        Code("not_met", _("The need is not met")),
        Code("left", _("Left on their own wish")),
        Code("moved_on", _("Moved on to another service or place")),
        Code("never_came", _("Never came")),
        Code(LOST_CONTACT, _("We have lost contact")),
        Code("other", _("Other")),
    ]
)

_LONGEST = 2_000  # characters


def _text(
    name: str, label: StrOrPromise, help: StrOrPromise, *, required: bool = False, long: bool = True
) -> Field:
    """Whatever is typed may say who the survivor is."""
    return Field(
        name,
        label,
        help,
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT if long else Kind.TEXT,
        max_length=_LONGEST if long else 300,
        required=required,
    )


def _when(*, required: bool) -> tuple[Field, Field, Field]:
    """A day and an hour by the clock of a place: both sides may be in different ones."""
    return (
        Field("date", _("Day"), "", Sensitivity.IDENTIFYING, Kind.DATE, required=required, in_future=True),
        Field("time", _("Time"), "", Sensitivity.IDENTIFYING, Kind.TIME, required=required),
        Field(
            "time_zone",
            _("Time zone"),
            _("By whose clock that is."),
            Sensitivity.QUASI,
            Kind.CODE,
            TIME_ZONES,
            required=required,
        ),
    )


_NOTE = _text("note", _("Note"), "")

MESSAGE = EntryKind(
    "message",
    _("Message"),
    _("The other side alone reads it. It is sealed like the rest."),
    (_text("text", _("Message"), "", required=True),),
)
QUESTION = EntryKind(
    "question",
    _("Question"),
    _("Ask for what you need to know to decide or to help, and for no more."),
    (_text("text", _("What you need to know"), "", required=True),),
)
APPOINTMENT = EntryKind(
    "appointment",
    _("Appointment"),
    _("When and where they are expected. A later entry can change or cancel it."),
    (
        *_when(required=True),
        _text("where", _("Where"), _("In words, so that they find it. Nothing that puts a place in danger.")),
        _text("who", _("Who meets them"), "", long=False),
        _NOTE,
    ),
    changes=("appointment",),
)
TRANSPORT = EntryKind(
    "transport",
    _("Transport"),
    _("How they get there: arranged already, or needed."),
    (
        Field("standing", _("Transport is"), "", Sensitivity.SAFE, Kind.CODE, STANDINGS, required=True),
        *_when(required=False),
        _text("from_where", _("From where"), _("In words."), long=False),
        _text("accompanied_by", _("Accompanied by"), "", long=False),
        _NOTE,
    ),
    changes=("transport",),
)
CANCELLATION = EntryKind(
    "cancellation",
    _("Cancellation"),
    _("It does not take place."),
    (_text("reason", _("Why"), ""),),
    changes=("appointment", "transport"),
    only_changes=True,
)
ARRIVAL = EntryKind(
    "arrival",
    _("Arrival"),
    _("Say it as soon as you know. Where they did not arrive, the sender is told at once to look for them."),
    (
        Field("arrival", _("They"), "", Sensitivity.IDENTIFYING, Kind.CODE, ARRIVALS, required=True),
        Field(
            "date", _("Day"), _("On which they came, or were expected."), Sensitivity.IDENTIFYING, Kind.DATE
        ),
        _text("note", _("Note"), _("What you know: who called, what was said, whom you have told.")),
    ),
)
SERVICE = EntryKind(
    "service",
    _("Service delivered"),
    _("What was done for them. Each time is an entry of its own."),
    (
        Field("date", _("Day"), "", Sensitivity.IDENTIFYING, Kind.DATE, required=True),
        _text("what", _("What was done"), "", required=True),
        _text("by_whom", _("By whom"), "", long=False),
    ),
)
OUTCOME = EntryKind(
    "outcome",
    _("Outcome"),
    _("How it ended. With it the referral is completed."),
    (
        Field("outcome", _("Outcome"), "", Sensitivity.IDENTIFYING, Kind.CODE, OUTCOMES, required=True),
        _NOTE,
    ),
)
ONWARD = EntryKind(
    "onward",
    _("Referred onward"),
    _("Who may be able to help instead."),
    (
        _text(
            "to",
            _("Referred onward to"),
            _(
                "An organisation or a service, in words. Tell them nothing about this person that the survivor has not "
                "agreed to."
            ),
            long=False,
            required=True,
        ),
    ),
)

KINDS = (MESSAGE, QUESTION, APPOINTMENT, TRANSPORT, CANCELLATION, ARRIVAL, SERVICE, OUTCOME, ONWARD)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> EntryKind:
    """The declaration. Raises NotVisible where there is none."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise NotVisible from None
