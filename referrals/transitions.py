"""Which step leads a referral from which state to which: the one table; what it does not name is refused."""

from enum import StrEnum

from core.errors import WrongState
from referrals.models import Referral

State = Referral.State


class Step(StrEnum):
    """What is done to a referral."""

    SEND = "send"
    RECEIVE = "receive"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    START = "start"
    COMPLETE = "complete"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.DRAFT, Step.SEND): State.SENT,
    (State.DRAFT, Step.WITHDRAW): State.WITHDRAWN,
    (State.SENT, Step.RECEIVE): State.RECEIVED,
    (State.SENT, Step.ACCEPT): State.ACCEPTED,
    (State.SENT, Step.DECLINE): State.DECLINED,
    (State.SENT, Step.WITHDRAW): State.WITHDRAWN,
    (State.RECEIVED, Step.ACCEPT): State.ACCEPTED,
    (State.RECEIVED, Step.DECLINE): State.DECLINED,
    (State.RECEIVED, Step.WITHDRAW): State.WITHDRAWN,
    (State.SENT, Step.EXPIRE): State.EXPIRED,
    (State.RECEIVED, Step.EXPIRE): State.EXPIRED,
    (State.ACCEPTED, Step.START): State.IN_PROGRESS,
    (State.ACCEPTED, Step.COMPLETE): State.COMPLETED,
    (State.IN_PROGRESS, Step.COMPLETE): State.COMPLETED,
}


def after(state: str, step: Step) -> State:
    """The state that `step` leads to from `state`. Raises WrongState where the table has none."""
    try:
        return TRANSITIONS[State(state), step]
    except KeyError:
        raise WrongState from None


def allowed(state: str) -> frozenset[Step]:
    """The steps that the table knows from `state`."""
    return frozenset(step for (from_state, step) in TRANSITIONS if from_state == state)
