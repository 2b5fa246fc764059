"""Which side may write what in which state of a referral, what that leads to, and what is urgent: one table each."""

from collections.abc import Mapping

from casework.record.fields import Value
from referrals.exchange_kinds import (
    ARRIVED,
    KINDS,
    LOST_CONTACT,
    NO_SHOW,
    EntryKind,
    kind_named,
)
from referrals.models import ExchangeEntry, Referral
from referrals.transitions import Step, allowed

State = Referral.State
Side = ExchangeEntry.Side
PARTNER, SENDER = Side.PARTNER, Side.SENDER

_WAITING = {State.SENT, State.RECEIVED}
_UNDER_WAY = {State.ACCEPTED, State.IN_PROGRESS}

MAY_WRITE: dict[tuple[Side, str], frozenset[State]] = {
    (PARTNER, "message"): frozenset(_WAITING | _UNDER_WAY | {State.COMPLETED}),
    (PARTNER, "question"): frozenset(_WAITING | _UNDER_WAY),
    (PARTNER, "appointment"): frozenset(_UNDER_WAY),
    (PARTNER, "transport"): frozenset(_UNDER_WAY),
    (PARTNER, "cancellation"): frozenset(_UNDER_WAY),
    (PARTNER, "arrival"): frozenset(_UNDER_WAY),
    (PARTNER, "service"): frozenset(_UNDER_WAY),
    (PARTNER, "outcome"): frozenset(_UNDER_WAY),
    (PARTNER, "onward"): frozenset(_WAITING),
    (SENDER, "message"): frozenset(_WAITING | _UNDER_WAY | {State.COMPLETED}),
    (SENDER, "appointment"): frozenset(_UNDER_WAY),
    (SENDER, "transport"): frozenset(_UNDER_WAY),
    (SENDER, "cancellation"): frozenset(_UNDER_WAY),
}
"""What it does not name is refused."""

WHILE_ENDING: dict[Side, frozenset[str]] = {
    PARTNER: frozenset({"message", "arrival", "outcome"}),
    SENDER: frozenset({"message"}),
}
"""What is left of it once nothing allows sharing any more, and both agree how it ends."""

BY_VERB = frozenset({"onward"})
"""Kinds that come with a step of the referral (a decline), and with nothing else."""

URGENT: dict[str, tuple[str, frozenset[str]]] = {
    "arrival": ("arrival", frozenset({NO_SHOW})),
    "outcome": ("outcome", frozenset({LOST_CONTACT, "never_came"})),
}
"""Of a kind the field, and what it says where somebody must look for the survivor on the same day."""


def may_write(side: Side, kind: str, state: str, *, ending: bool = False) -> bool:
    """Whether a side may write this in this state; `ending`: nothing allows sharing any more."""
    if ending and kind not in WHILE_ENDING[side]:
        return False
    return state in MAY_WRITE.get((side, kind), ())


def kinds_for(side: Side, state: str, *, ending: bool = False) -> list[EntryKind]:
    """What a side can be offered to write, in the declared order."""
    return [
        kind
        for kind in KINDS
        if kind.name not in BY_VERB and may_write(side, kind.name, state, ending=ending)
    ]


def step_of(kind: str, values: Mapping[str, Value], state: str) -> Step | None:
    """The step that the referral makes with an entry: what is begun is under way, an outcome completes it."""
    if kind == "outcome":
        return Step.COMPLETE
    begun = kind == "service" or (kind == "arrival" and values["arrival"] == ARRIVED)
    return Step.START if begun and Step.START in allowed(state) else None


def is_urgent(kind: str, values: Mapping[str, Value]) -> bool:
    """Whether somebody must look for the survivor on the same day."""
    field, codes = URGENT.get(kind, ("", frozenset()))
    return values.get(field) in codes


def can_change(kind: str, earlier: str) -> bool:
    """Whether an entry of this kind can take the place of one of the other."""
    return earlier in kind_named(kind).changes
