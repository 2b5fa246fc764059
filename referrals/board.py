"""The sender's board: the referrals of the cases that one sees, by what they wait for, the most pressing first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.errors import Message
from referrals.exchange import with_unread
from referrals.models import Referral
from referrals.selectors import referrals_of

State = Referral.State
FEW = 10
"""How many of a column stand on the board; the rest is a list of its own."""


class Column(StrEnum):
    """What the sender has to do about a referral, or waits for."""

    LOOK_FURTHER = "look_further"
    WAITING = "waiting"
    DRAFTS = "drafts"
    UNDER_WAY = "under_way"
    ENDED = "ended"

    @property
    def label(self) -> Message:
        """What it says to people."""
        return _LABELS[self]


_LABELS: Mapping[Column, Message] = {
    Column.LOOK_FURTHER: _("Look further"),
    Column.WAITING: _("Waiting for an answer"),
    Column.DRAFTS: _("Not sent yet"),
    Column.UNDER_WAY: _("Under way"),
    Column.ENDED: _("Referrals that have ended"),
}
_STATES: Mapping[Column, Sequence[State]] = {
    Column.LOOK_FURTHER: (State.DECLINED, State.EXPIRED),
    Column.WAITING: (State.SENT, State.RECEIVED),
    Column.DRAFTS: (State.DRAFT,),
    Column.UNDER_WAY: (State.ACCEPTED, State.IN_PROGRESS),
    Column.ENDED: (State.COMPLETED, State.WITHDRAWN, State.DECLINED, State.EXPIRED),
}
_TO_BE_ENDED = Q(handover__isnull=False, handover__closed_at=None)


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """A column with its first rows and how many there are in all."""

    column: Column
    count: int
    rows: Sequence[Referral]

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.count > len(self.rows)


def in_column(rows: QuerySet[Referral], column: Column) -> QuerySet[Referral]:
    """Those of the rows that stand in a column: a need that nobody met stands where one looks further."""
    rows = rows.filter(state__in=_STATES[column])
    if column is Column.LOOK_FURTHER:
        return rows.filter(~_taken_up())
    if column is Column.ENDED:
        return rows.filter(~Q(state__in=_STATES[Column.LOOK_FURTHER]) | _taken_up())
    return rows


def _taken_up() -> Exists:
    """Whether somebody else was asked for the same need of the case, or has met it, after this one said no."""
    going_on = Referral.objects.exclude(state__in=[State.DECLINED, State.EXPIRED, State.WITHDRAWN])
    same = going_on.filter(case=OuterRef("case"), service__type=OuterRef("service__type"))
    return Exists(same.exclude(pk=OuterRef("pk")).order_by())


def board_of(actor: Actor, *, mine: bool = False) -> list[ColumnShown]:
    """Every column but that of what has ended: the most pressing first. `mine` leaves the cases that others carry."""
    rows = theirs(actor, mine=mine)
    shown = []
    for column in Column:
        if column is not Column.ENDED:
            first = with_unread(pressing(rows, column), actor)[:FEW]
            shown.append(ColumnShown(column, in_column(rows, column).order_by().count(), list(first)))
    return shown


def theirs(actor: Actor, *, mine: bool) -> QuerySet[Referral]:
    """The referrals of the cases that the actor sees, or carries."""
    rows = referrals_of(actor)
    return rows.filter(case__assigned_to=actor.user) if mine else rows


def pressing(rows: QuerySet[Referral], column: Column) -> QuerySet[Referral]:
    """A column, what can wait least first: what is to be ended, then by when an answer is due, then the oldest."""
    found = in_column(rows, column).annotate(
        to_be_ended=Exists(Referral.objects.filter(_TO_BE_ENDED, pk=OuterRef("pk")))
    )
    return found.order_by("-to_be_ended", F("answer_by").asc(nulls_last=True), "created_on", "pk")
