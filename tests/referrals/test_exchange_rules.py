"""Who may write what in which state: each cell of the table, as it is asked for on a page or by a program."""

from itertools import product

import pytest

from referrals.exchange_kinds import KINDS
from referrals.exchange_rules import (
    MAY_WRITE,
    PARTNER,
    SENDER,
    Side,
    can_change,
    is_urgent,
    kinds_for,
    may_write,
    step_of,
)
from referrals.models import Referral
from referrals.transitions import Step

# p: the partner may write it, s: the sender, b: both, .: nobody. The second table is for while both agree how it ends.
TABLE = """
state        message question appointment transport cancellation arrival service outcome onward
draft        .       .        .           .         .            .       .       .       .
sent         b       p        .           .         .            .       .       .       p
received     b       p        .           .         .            .       .       .       p
accepted     b       p        b           b         b            p       p       p       .
in_progress  b       p        b           b         b            p       p       p       .
completed    b       .        .           .         .            .       .       .       .
declined     .       .        .           .         .            .       .       .       .
withdrawn    .       .        .           .         .            .       .       .       .
expired      .       .        .           .         .            .       .       .       .
"""
WHILE_ENDING = """
state        message question appointment transport cancellation arrival service outcome onward
draft        .       .        .           .         .            .       .       .       .
sent         b       .        .           .         .            .       .       .       .
received     b       .        .           .         .            .       .       .       .
accepted     b       .        .           .         .            p       .       p       .
in_progress  b       .        .           .         .            p       .       p       .
completed    b       .        .           .         .            .       .       .       .
declined     .       .        .           .         .            .       .       .       .
withdrawn    .       .        .           .         .            .       .       .       .
expired      .       .        .           .         .            .       .       .       .
"""


def cells(table: str) -> dict[tuple[str, str, str], bool]:
    """Of each side, kind and state whether it may be written."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return {
        (side, kind, row[0]): cell in (side[0], "b")
        for row in rows
        for kind, cell in zip(head[1:], row[1:], strict=True)
        for side in Side.values
    }


WHOLE = set(product(Side.values, [kind.name for kind in KINDS], Referral.State.values))


@pytest.mark.parametrize(("table", "ending"), [(TABLE, False), (WHILE_ENDING, True)])
def test_each_cell_of_the_table(table: str, ending: bool) -> None:
    expected = cells(table)
    assert set(expected) == WHOLE
    found = {(s, k, state): may_write(Side(s), k, state, ending=ending) for s, k, state in WHOLE}
    assert found == expected


def test_no_kind_stands_in_the_table_that_is_not_declared() -> None:
    assert {kind for _side, kind in MAY_WRITE} == {kind.name for kind in KINDS}
    assert not may_write(PARTNER, "alert", "accepted")


def test_what_comes_with_a_decline_is_not_offered_by_itself() -> None:
    assert [kind.name for kind in kinds_for(PARTNER, "received")] == ["message", "question"]
    assert [kind.name for kind in kinds_for(SENDER, "received")] == ["message"]
    assert kinds_for(SENDER, "declined") == []


@pytest.mark.parametrize(
    ("kind", "values", "state", "step"),
    [
        ("message", {}, "accepted", None),
        ("appointment", {}, "accepted", None),
        ("arrival", {"arrival": "arrived"}, "accepted", Step.START),
        ("arrival", {"arrival": "arrived"}, "in_progress", None),
        ("arrival", {"arrival": "did_not_arrive"}, "accepted", None),
        ("service", {}, "accepted", Step.START),
        ("service", {}, "in_progress", None),
        ("outcome", {}, "accepted", Step.COMPLETE),
        ("outcome", {}, "in_progress", Step.COMPLETE),
    ],
)
def test_which_step_an_entry_makes(kind: str, values: dict[str, str], state: str, step: Step | None) -> None:
    assert step_of(kind, values, state) == step


@pytest.mark.parametrize(
    ("kind", "values", "urgent"),
    [
        ("arrival", {"arrival": "arrived"}, False),
        ("arrival", {"arrival": "did_not_arrive"}, True),
        ("outcome", {"outcome": "need_met"}, False),
        ("outcome", {"outcome": "lost_contact"}, True),
        ("outcome", {"outcome": "never_came"}, True),
        ("message", {"text": "did_not_arrive"}, False),
    ],
)
def test_what_somebody_must_look_into_on_the_same_day(
    kind: str, values: dict[str, str], urgent: bool
) -> None:
    assert is_urgent(kind, values) == urgent


def test_what_can_take_the_place_of_what() -> None:
    able = {(a.name, b.name) for a in KINDS for b in KINDS if can_change(a.name, b.name)}
    assert able == {
        ("appointment", "appointment"),
        ("transport", "transport"),
        ("cancellation", "appointment"),
        ("cancellation", "transport"),
    }
