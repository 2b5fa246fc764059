"""Who counts as a child, whom consent may be asked of, and what must be known before some services."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework import children
from casework.case_file import open_case_file
from casework.children import (
    Age,
    Gate,
    GateClosed,
    age_of,
    guardian_barred,
    is_child,
    may_receive_copy,
    missing_for,
)
from casework.consents import CopyFor
from casework.countries import best_interests_rule
from casework.models import Case
from referrals.demo import World
from tests.sections import fill

TODAY = timezone.localdate()


def years_ago(years: int, days: int = 0) -> str:
    return (TODAY.replace(year=TODAY.year - years) - timedelta(days=days)).isoformat()


# --- who is a child  ----------------------------------------

AGES: list[tuple[dict[str, Any], str | None, Age]] = [
    # identity, treated as a child, comes to
    ({"date_of_birth": years_ago(18)}, None, Age.ADULT),
    ({"date_of_birth": years_ago(18, days=-1)}, None, Age.CHILD),
    ({"date_of_birth": years_ago(29)}, "yes", Age.CHILD),
    ({"date_of_birth": years_ago(29)}, "no", Age.ADULT),
    ({"date_of_birth": years_ago(29)}, "unknown", Age.ADULT),
    ({"date_of_birth": None, "age": 17}, None, Age.CHILD),
    ({"date_of_birth": None, "age": 18}, None, Age.ADULT),
    ({"date_of_birth": None, "age": 0}, None, Age.CHILD),
    ({"date_of_birth": None}, None, Age.NOT_KNOWN),
    ({"date_of_birth": None}, "unknown", Age.NOT_KNOWN),
    ({"date_of_birth": None}, "yes", Age.CHILD),
]


@pytest.mark.parametrize(("identity", "treated", "age"), AGES)
def test_the_caseworkers_judgement_comes_before_the_papers_and_those_before_an_estimate(
    world: World, case: Case, identity: dict[str, Any], treated: str | None, age: Age
) -> None:
    actor = world["assigned"].actor
    file = fill(actor, case, "identity", **identity)
    if treated:
        file = fill(actor, case, "child_protection", treated_as_child=treated)
    assert age_of(file) is age
    assert is_child(file) == (age is Age.CHILD)


def test_an_estimated_age_grows_with_the_case(world: World, case: Case) -> None:
    file = fill(world["assigned"].actor, case, "identity", date_of_birth=None, age=17)
    opened = file.case.opened_on
    assert is_child(file, opened + timedelta(days=360))
    assert not is_child(file, opened + timedelta(days=370))


# --- the guardian  ----------------------------------------

GUARDIANS = [
    # child, in conflict, barred
    ("yes", "yes", True),
    ("yes", "unknown", True),
    ("yes", None, True),
    ("yes", "no", False),
    (None, "yes", True),
    (None, "unknown", False),
    (None, None, False),
    (None, "no", False),
]


@pytest.mark.parametrize(("child", "conflict", "barred"), GUARDIANS)
def test_nothing_goes_through_a_guardian_who_is_distrusted_nor_for_a_child_through_one_nobody_asked_about(
    world: World, case: Case, child: str | None, conflict: str | None, barred: bool
) -> None:
    file = fill(
        world["assigned"].actor,
        case,
        "child_protection",
        guardian="Aunt",
        treated_as_child=child,
        guardian_in_conflict=conflict,
    )
    assert guardian_barred(file) == barred
    assert may_receive_copy(file, CopyFor.GUARDIAN) == (not barred)
    assert may_receive_copy(file, CopyFor.SURVIVOR)
    assert may_receive_copy(file, CopyFor.NOBODY)


# --- the gates  ----------------------------------------

NOTHING: dict[str, Any] = {"treated_as_child": "yes"}
GUARDED = NOTHING | {"guardian": "Aunt", "guardian_in_conflict": "no", "childs_view": "Wants to stay"}
ASSESSED = GUARDED | {"bia_on": TODAY.isoformat(), "family_involved": "no"}
DETERMINED = GUARDED | {"bid_on": TODAY.isoformat(), "family_involved": "no"}
WITH_PARENT = {"accompaniment": "accompanied"}

RECORDS: dict[str, dict[str, Any]] = {
    "nothing": NOTHING,
    "guardian": GUARDED,
    "barred": ASSESSED | {"guardian_in_conflict": "yes"},
    "not-asked": ASSESSED | {"guardian_in_conflict": None},
    "assessed": ASSESSED,
    "accompanied": ASSESSED | WITH_PARENT,
    "silent": ASSESSED | WITH_PARENT | {"childs_view": None},
    "old": ASSESSED | WITH_PARENT | {"bia_on": years_ago(1)},
    "family?": ASSESSED | WITH_PARENT | {"family_involved": None},
    "family": ASSESSED | WITH_PARENT | {"family_involved": "yes"},
    "looked-at": ASSESSED | WITH_PARENT | {"family_involved": "yes", "family_risk_on": TODAY.isoformat()},
    "to-stay": DETERMINED | {"bid_outcome": "stay"},
    "to-return": DETERMINED | {"bid_outcome": "return"},
    "to-reunify": DETERMINED | {"bid_outcome": "family_reunification"},
    "to-resettle": DETERMINED | {"bid_outcome": "resettlement"},
    "old-bid": DETERMINED | {"bid_outcome": "return", "bid_on": years_ago(1)},
}
# G guardian, N not checked, B barred, A assessment, D determination, O determined otherwise, V view, F family; - open
GATES = """
             family_contact family_tracing reunification return relocation care
nothing      GNAVF          GNAVF          GNDVF         GNDVF  GNDV       GNAV
guardian     AF             AF             DF            DF     D          A
barred       B              B              BD            BD     BD         B
not-asked    N              N              ND            ND     ND         N
assessed     -              -              D             D      D          -
accompanied  -              -              -             -      -          -
silent       V              V              V             V      V          V
old          A              A              A             A      A          A
family?      F              F              F             F      -          -
family       F              F              F             F      -          -
looked-at    -              -              -             -      -          -
to-stay      -              -              O             O      O          -
to-return    -              -              O             -      O          -
to-reunify   -              -              -             O      O          -
to-resettle  -              -              O             O      -          -
old-bid      A              A              D             D      D          A
"""
LETTERS = {
    children.GUARDIAN: "G",
    children.GUARDIAN_NOT_CHECKED: "N",
    children.GUARDIAN_BARRED: "B",
    children.ASSESSMENT: "A",
    children.DETERMINATION: "D",
    children.NOT_DETERMINED_SO: "O",
    children.CHILDS_VIEW: "V",
    children.FAMILY_RISK: "F",
}
HEAD, *ROWS = [line.split() for line in GATES.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_gate_says_what_each_record_lacks(world: World, case: Case, row: list[str]) -> None:
    name, *expected = row
    file = fill(world["assigned"].actor, case, "child_protection", **RECORDS[name])
    lacking = ["".join(LETTERS[each] for each in missing_for(file, Gate(gate))) or "-" for gate in HEAD]
    assert lacking == expected


def test_the_table_above_is_whole() -> None:
    assert [gate.value for gate in Gate] == HEAD
    assert [row[0] for row in ROWS] == list(RECORDS)


def test_an_adult_passes_and_of_whoever_may_be_a_child_the_age_is_asked_first(
    world: World, case: Case
) -> None:
    actor = world["assigned"].actor
    assert all(missing_for(open_case_file(actor, case.pk), gate) == [] for gate in Gate)
    file = fill(actor, case, "identity", date_of_birth=None)
    assert all(missing_for(file, gate) == [children.AGE] for gate in Gate)


def test_a_closed_gate_names_what_is_missing_and_where_it_is_recorded() -> None:
    closed = GateClosed([children.GUARDIAN, children.CHILDS_VIEW])
    assert "who the guardian is; what the child wants and fears" in str(closed.message)
    assert {each.section for each in closed.missing} == {"child_protection"}
    assert children.AGE.section == "identity"


def test_how_long_an_assessment_counts_is_ours_until_a_source_says_it() -> None:
    rule = best_interests_rule("ITA")
    assert (rule.assessment_months, rule.determination_months, rule.confirmed) == (6, 12, False)
