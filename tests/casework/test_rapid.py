"""Which screens an interview has and in which order: pure, so without a database."""

from typing import Any

import pytest

from casework.instruments import Instrument, instrument, load_instruments, parse_instrument
from casework.interview import Interview
from casework.rapid import (
    agreed,
    carried_over,
    following,
    outside_gate,
    progress,
    resumed,
    screens,
    set_for_age,
)

RAFT, LABOUR, CHILD = instrument("raft"), instrument("ilo-adult-labour"), instrument("ilo-child-labour")
OFFERED = {each.id for each in load_instruments().values() if each.enabled}

BRANCHING = """
id: branching
version: "1"
title: Branching
exploitation: any
enabled: true
population: {label: Anybody, basis: today}
source: {citation: Ours, certainty: ours}
rule: {kind: score, positive_from: 1, certainty: ours}
indicators:
  - {id: worked, label: Worked}
  - {id: paid, label: Was paid, ask_if: {worked: present}}
  - {id: slept, label: Slept there, ask_if: {worked: present}}
"""


def draft(**changes: Any) -> dict[str, Any]:
    """The content of a draft in which nothing was asked yet, but for what is given; other names are the interview's."""
    content: dict[str, Any] = {
        "answers": {},
        "age": None,
        "age_at_exploitation": None,
        "notes": "",
        "seen": [],
    }
    own = {name: changes.pop(name) for name in list(changes) if name in content}
    return content | own | {"interview": Interview(**changes).as_data()}


def ids(used: Instrument, content: dict[str, Any]) -> list[str]:
    return [each.id for each in screens(used, content)]


# --- which, in which order ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["raft", "qyit"])
def test_a_short_tool_has_four_screens(tool: str) -> None:
    assert ids(instrument(tool), draft()) == ["before", "urgent", "questions-1", "last"]


def test_a_set_with_dimensions_has_one_screen_a_dimension_and_asks_the_age_first() -> None:
    assert ids(LABOUR, draft()) == [
        *("before", "urgent", "age"),
        *(f"questions-{number}" for number in range(1, 7)),
        *("source", "notes"),
    ]
    asked = [each for each in screens(LABOUR, draft()) if each.indicators]
    assert [str(each.title) for each in asked] == [str(each.label) for each in LABOUR.dimensions]


@pytest.mark.parametrize("used", list(load_instruments().values()), ids=lambda each: each.id)
def test_every_question_is_asked_once(used: Instrument) -> None:
    asked = [indicator.id for each in screens(used, draft()) for indicator in each.indicators]
    assert sorted(asked) == sorted(used.by_id)


def test_a_long_tool_without_dimensions_is_asked_in_groups() -> None:
    groups = [each for each in screens(instrument("tvit-short"), draft()) if each.indicators]
    assert [len(each.indicators) for each in groups] == [4, 4, 4, 4]


@pytest.mark.parametrize(
    "content",
    [draft(age=15), draft(presumed_child=True), draft(age=17, presumed_child=False)],
    ids=["15", "presumed", "17"],
)
def test_a_child_adds_a_screen(content: dict[str, Any]) -> None:
    assert ids(RAFT, content)[-2:] == ["last", "child"]
    assert ids(CHILD, content)[2:4] == ["age", "child"]


def test_an_adult_who_was_a_child_then_has_no_guardian_to_be_asked_for() -> None:
    assert "child" not in ids(CHILD, draft(age=25, age_at_exploitation=15, presumed_child=True))


def test_what_is_urgent_is_answered_on_the_very_next_screen() -> None:
    assert ids(RAFT, draft(concerns=("medical",)))[:3] == ["before", "urgent", "now"]
    assert "now" not in ids(RAFT, draft(concerns=()))


def test_what_depends_on_an_answer_comes_after_it_or_not_at_all() -> None:
    used = parse_instrument(BRANCHING, file="branching")
    assert [len(each.indicators) for each in screens(used, draft()) if each.indicators] == [1, 2]
    ruled_out = draft(answers={"worked": "absent"})
    assert ids(used, ruled_out) == ["before", "urgent", "questions-1", "last"]
    assert ids(used, draft(answers={"worked": "declined"})) == ids(used, draft())


# --- what comes next ------------------------------------------------------------------------------------------------


def test_the_screens_follow_each_other_to_the_end() -> None:
    content, shown = draft(), screens(RAFT, draft())
    walked = [shown[0]]
    while after := following(shown, content, walked[-1].id):
        walked.append(after)
    assert walked == list(shown)


def test_an_interview_goes_on_at_the_first_screen_that_was_not_seen() -> None:
    seen = draft(seen=["before", "urgent", "questions-1"])
    assert resumed(screens(RAFT, seen), seen).id == "last"
    everything = draft(seen=ids(RAFT, draft()))
    assert resumed(screens(RAFT, everything), everything).id == "last"


def test_nothing_is_asked_twice() -> None:
    known = draft(seen=["before", "urgent", "last"], age=15, source="hotline")
    shown = screens(CHILD, known)
    assert resumed(shown, known).id == "child"
    last_question = f"questions-{len(CHILD.dimensions)}"
    after = following(shown, known, last_question)
    assert after is not None
    assert after.id == "notes"


def test_progress_counts_the_screens_that_there_are() -> None:
    shown = screens(LABOUR, draft())
    first, third = progress(shown, "before"), progress(shown, "age")
    assert (first.number, first.total, first.back) == (1, 11, None)
    assert (third.number, third.back) == (3, shown[1])


@pytest.mark.parametrize(
    ("explained", "consented", "holds"),
    [
        ("yes", "yes", True),
        ("no", "yes", False),
        ("", "yes", False),
        ("yes", "no", False),
        ("yes", "", False),
    ],
)
def test_an_agreement_holds_once_the_limits_were_explained(
    explained: str, consented: str, holds: bool
) -> None:
    assert agreed(draft(limits_explained=explained, consented=consented)) is holds


# --- the age chooses the set ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "age", "then", "presumed", "chosen"),
    [
        ("ilo-adult-labour", 15, None, False, "ilo-child-labour"),
        ("ilo-adult-labour", 25, 15, False, "ilo-child-labour"),
        ("ilo-adult-labour", None, None, True, "ilo-child-labour"),
        ("ilo-adult-labour", 25, None, False, "ilo-adult-labour"),
        ("ilo-adult-labour", 25, None, True, "ilo-adult-labour"),
        ("ilo-adult-labour", None, None, False, "ilo-adult-labour"),
        ("ilo-child-labour", 25, None, False, "ilo-adult-labour"),
        ("ilo-child-labour", None, None, False, "ilo-child-labour"),
        ("ilo-adult-sexual", 15, None, False, "ilo-adult-sexual"),  # the children's is switched off
        ("raft", 15, None, False, "raft"),
        ("palermo", 15, None, False, "palermo"),
    ],
)
def test_the_age_when_it_happened_chooses_the_set(
    used: str, age: int | None, then: int | None, presumed: bool, chosen: str
) -> None:
    assert set_for_age(used, age=age, then=then, presumed=presumed, offered=OFFERED) == chosen


@pytest.mark.parametrize(
    ("used", "age", "presumed", "fits"),
    [
        ("raft", 15, False, False),
        ("raft", None, True, False),
        ("raft", 18, True, True),
        ("raft", None, False, True),
        ("qyit", 23, False, False),
        ("qyit", 22, False, True),
        ("tvit-short", 15, False, True),
    ],
)
def test_someone_presumed_to_be_a_child_is_outside_of_a_set_for_adults(
    used: str, age: int | None, presumed: bool, fits: bool
) -> None:
    assert (outside_gate(instrument(used), age=age, then=None, presumed=presumed) is None) is fits


def test_a_change_of_set_loses_no_answer() -> None:
    content = draft(
        answers={"raft_tricked_forced": "present", "raft_scared_unsafe": "unknown"}, notes="Seen at noon."
    )
    assert carried_over(RAFT, CHILD, content).splitlines() == [
        "Seen at noon.",
        "RAFT: rapid appraisal for trafficking",
        "Tricked or forced into work not wanted: yes",
    ]


def test_a_change_of_set_writes_down_nothing_that_is_still_asked() -> None:
    content = draft(answers={"dr_wages_earnings": "present"})
    assert carried_over(LABOUR, CHILD, content) == ""
