"""Which step leads a case, or the offer of one to another team, from which state to which, and who may take it.

The one table of each; what it does not name is refused.
"""

from enum import StrEnum

from casework.models import Case, Transfer
from core.actor import Actor
from core.errors import WrongState
from core.models import CASE_ROLES, Role


class CaseStep(StrEnum):
    """What moves a case. The first contact or plan activates it by itself."""

    ACTIVATE = "activate"
    HOLD = "hold"
    RESUME = "resume"
    CLOSE = "close"
    REOPEN = "reopen"


class TransferStep(StrEnum):
    """What ends an offer."""

    ACCEPT = "accept"
    DECLINE = "decline"
    TAKE_BACK = "take_back"


_Case, _Transfer = Case.State, Transfer.State

CASE_TRANSITIONS: dict[tuple[str, CaseStep], Case.State] = {
    (_Case.OPEN, CaseStep.ACTIVATE): _Case.ACTIVE,
    (_Case.OPEN, CaseStep.CLOSE): _Case.CLOSED,
    (_Case.ACTIVE, CaseStep.HOLD): _Case.ON_HOLD,
    (_Case.ACTIVE, CaseStep.CLOSE): _Case.CLOSED,
    (_Case.ON_HOLD, CaseStep.RESUME): _Case.ACTIVE,
    (_Case.ON_HOLD, CaseStep.CLOSE): _Case.CLOSED,
    (_Case.CLOSED, CaseStep.REOPEN): _Case.REOPENED,
    (_Case.REOPENED, CaseStep.ACTIVATE): _Case.ACTIVE,
    (_Case.REOPENED, CaseStep.CLOSE): _Case.CLOSED,
}
TRANSFER_TRANSITIONS: dict[tuple[str, TransferStep], Transfer.State] = {
    (_Transfer.OFFERED, TransferStep.ACCEPT): _Transfer.ACCEPTED,
    (_Transfer.OFFERED, TransferStep.DECLINE): _Transfer.DECLINED,
    (_Transfer.OFFERED, TransferStep.TAKE_BACK): _Transfer.TAKEN_BACK,
}
MAY: dict[CaseStep, frozenset[Role]] = {
    CaseStep.ACTIVATE: CASE_ROLES,
    CaseStep.HOLD: CASE_ROLES,
    CaseStep.RESUME: CASE_ROLES,
    CaseStep.CLOSE: CASE_ROLES,
    CaseStep.REOPEN: frozenset({Role.SUPERVISOR}),
}
"""In which role of the case's own team. Closing needs a supervisor's approval besides."""
REASONS: dict[CaseStep, tuple[str, ...]] = {
    CaseStep.HOLD: ("paused_by_survivor", "waiting", "lost_contact", "other"),
    CaseStep.CLOSE: ("goals_reached", "withdrawn", "lost_contact", "transferred", "deceased", "other"),
    CaseStep.REOPEN: ("back_in_touch", "new_risk", "closed_in_error", "other"),
}
"""The reasons that a step must have one of; of the record's list `STATE_REASONS`."""


def case_after(state: str, step: CaseStep) -> Case.State:
    """The state that `step` leads a case to. Raises WrongState."""
    try:
        return CASE_TRANSITIONS[state, step]
    except KeyError:
        raise WrongState from None


def transfer_after(state: str, step: TransferStep) -> Transfer.State:
    """The state that `step` leads an offer to. Raises WrongState."""
    try:
        return TRANSFER_TRANSITIONS[state, step]
    except KeyError:
        raise WrongState from None


def may_take(actor: Actor, case: Case, step: CaseStep) -> bool:
    """Whether the actor's role in the case's team allows the step, in whatever state the case is."""
    return actor.has_role(*MAY[step], team_id=case.team_id)


def steps_open_to(actor: Actor, case: Case) -> list[CaseStep]:
    """What the actor can do with the case as it stands."""
    return [
        step for step in CaseStep if (case.state, step) in CASE_TRANSITIONS and may_take(actor, case, step)
    ]
