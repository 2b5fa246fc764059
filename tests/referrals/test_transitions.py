"""The table of steps, as a truth table."""

import pytest

from core.errors import WrongState
from referrals.models import Referral
from referrals.transitions import TRANSITIONS, Step, after, allowed

State = Referral.State

TRUTH = """
             send   receive   accept    decline   withdraw   expire   start        complete
draft        sent   -         -         -         withdrawn  -        -            -
sent         -      received  accepted  declined  withdrawn  expired  -            -
received     -      -         accepted  declined  withdrawn  expired  -            -
accepted     -      -         -         -         -          -        in_progress  completed
declined     -      -         -         -         -          -        -            -
in_progress  -      -         -         -         -          -        -            completed
completed    -      -         -         -         -          -        -            -
withdrawn    -      -         -         -         -          -        -            -
expired      -      -         -         -         -          -        -            -
"""
HEAD, *ROWS = [line.split() for line in TRUTH.strip().splitlines()]
CELLS = [(row[0], step, to) for row in ROWS for step, to in zip(HEAD, row[1:], strict=True)]


@pytest.mark.parametrize(("state", "step", "to"), CELLS)
def test_each_step_from_each_state(state: str, step: str, to: str) -> None:
    if to == "-":
        with pytest.raises(WrongState):
            after(state, Step(step))
        assert Step(step) not in allowed(state)
    else:
        assert after(state, Step(step)) == to
        assert Step(step) in allowed(state)


def test_the_table_above_is_whole() -> None:
    assert {cell[0] for cell in CELLS} == set(State.values)
    assert {cell[1] for cell in CELLS} == {step.value for step in Step}
    assert len(TRANSITIONS) == sum(to != "-" for _state, _step, to in CELLS)


def test_nothing_leads_back_to_a_draft_and_an_end_is_an_end() -> None:
    assert State.DRAFT not in TRANSITIONS.values()
    assert all(
        allowed(end) == frozenset()
        for end in (State.COMPLETED, State.DECLINED, State.WITHDRAWN, State.EXPIRED)
    )
