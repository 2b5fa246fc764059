"""The rule of the ILO dimensions, the Palermo readings, screens, ages and branching."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.assessment import (
    OUTCOMES,
    SCREENING_OUTCOMES,
    Assessment,
    ImpossibleAge,
    ScreeningResult,
    UnknownAnswers,
    UnknownIndicators,
    assess,
)
from casework.assessment.survey import survey_classification
from casework.instruments import Element, Instrument, Strength, instrument, load_instruments
from casework.palermo import PalermoResult, read_indicators, read_palermo

ADULT = instrument("ilo-adult-labour")
CHILD = instrument("ilo-child-labour")
RECORD = instrument("palermo")

# The clauses as the brochure lists them, spelt out here apart from the instrument files.
CLAUSES: dict[str, Callable[[int, int, int], bool]] = {
    "two_strong": lambda strong, medium, weak: strong >= 2,
    "one_strong_one_other": lambda strong, medium, weak: strong >= 1 and medium + weak >= 1,
    "three_medium": lambda strong, medium, weak: medium >= 3,
    "two_medium_one_weak": lambda strong, medium, weak: medium >= 2 and weak >= 1,
}


def four_of_each(ilo: Instrument) -> Instrument:
    """An instrument by the rule of `ilo` with one dimension, and in it four indicators of each strength."""
    only = ilo.dimensions[0]
    indicators = tuple(
        replace(ilo.indicators[0], id=f"{strength}-{number}", dimension=only.id, strength=strength)
        for strength in Strength
        for number in range(4)
    )
    return replace(ilo, dimensions=(only,), indicators=indicators)


def present(*ids: str) -> dict[str, str]:
    return dict.fromkeys(ids, "present")


def positive_in(*dimensions: str, of: Instrument = ADULT) -> dict[str, str]:
    """Answers that make exactly these dimensions positive: everything in them is present."""
    return present(*(each.id for dimension in dimensions for each in of.by_dimension[dimension]))


def result_of(assessment: Assessment, dimension: str) -> Any:
    return next(each for each in assessment.dimensions if each.dimension.id == dimension)


# --- the rule of a dimension ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id", ["ilo-adult-labour", "ilo-child-labour", "ilo-adult-sexual", "ilo-child-sexual"]
)
@pytest.mark.parametrize(("strong", "medium", "weak"), list(product(range(5), repeat=3)))
def test_a_dimension_is_positive_by_the_closed_formula(id: str, strong: int, medium: int, weak: int) -> None:
    counts = {"strong": strong, "medium": medium, "weak": weak}
    answers = present(*(f"{strength}-{n}" for strength, count in counts.items() for n in range(count)))
    result = assess(four_of_each(instrument(id)), answers).dimensions[0]
    n = strong + medium + weak
    assert result.positive == ((strong >= 1 and n >= 2) or (medium >= 2 and n >= 3))
    clause = next((id for id, met in CLAUSES.items() if met(strong, medium, weak)), None)
    assert (result.clause and result.clause.id) == clause
    assert (len(result.strong), len(result.medium), len(result.weak)) == (strong, medium, weak)


@given(st.sampled_from([ADULT, CHILD]), st.data())
def test_more_evidence_never_turns_a_positive_negative(ilo: Instrument, data: st.DataObject) -> None:
    ids = st.sets(st.sampled_from(list(ilo.by_id)))
    some, more = data.draw(ids), data.draw(ids)
    before, after = assess(ilo, present(*some)), assess(ilo, present(*some, *more))
    for less, greater in zip(before.dimensions, after.dimensions, strict=True):
        assert greater.positive >= less.positive


@given(
    st.dictionaries(st.sampled_from(list(ADULT.by_id)), st.sampled_from(["absent", "unknown", "declined"]))
)
def test_without_anything_present_nothing_is_positive_and_nothing_is_ruled_out(
    answers: dict[str, str],
) -> None:
    assessment = assess(ADULT, answers)
    assert not any(each.positive for each in assessment.dimensions)
    assert assessment.palermo_result == PalermoResult.INSUFFICIENT_INDICATORS
    assert assessment.unknown == 67 - list(answers.values()).count("absent")


@given(st.dictionaries(st.sampled_from(list(CHILD.by_id)), st.sampled_from(["present", "absent", "unknown"])))
def test_every_indicator_is_evidence_or_absent_or_unknown(answers: dict[str, str]) -> None:
    for result in assess(CHILD, answers).dimensions:
        indicators = CHILD.by_dimension[result.dimension.id]
        assert len(result.evidence) + result.absent + len(result.unknown) == len(indicators)
        assert result.asked_about == any(answers.get(each.id, "unknown") != "unknown" for each in indicators)


def test_the_evidence_is_named_by_strength() -> None:
    answers = present("cd_debt_bondage", "cd_threat_violence", "cd_threat_inform_family_community")
    result = result_of(assess(ADULT, answers), "coercion_at_destination")
    assert [each.id for each in result.strong] == ["cd_debt_bondage"]
    assert [each.id for each in result.medium] == ["cd_threat_violence"]
    assert [each.id for each in result.weak] == ["cd_threat_inform_family_community"]
    assert result.clause.id == "one_strong_one_other"


def test_a_declined_answer_is_unknown_but_was_asked_about() -> None:
    result = result_of(assess(ADULT, {"ex_hazardous_work": "declined"}), "exploitation")
    assert (result.asked_about, len(result.unknown), result.absent) == (True, 9, 0)


def test_the_same_evidence_weighs_more_for_a_child() -> None:
    answers = present("cr_debt_bondage", "cr_threat_violence")
    assert not result_of(assess(ADULT, answers), "coercive_recruitment").positive
    assert result_of(assess(CHILD, answers), "coercive_recruitment").clause.id == "two_strong"


# --- the Palermo readings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exploitation", "means", "child", "result"),
    [
        (True, True, False, "indicators_of_trafficking"),
        (True, False, False, "exploitation_without_means"),
        (False, True, False, "means_without_exploitation"),
        (False, False, False, "insufficient_indicators"),
        (True, True, True, "indicators_of_child_trafficking"),
        (True, False, True, "indicators_of_child_trafficking"),
        (False, True, True, "means_without_exploitation"),
        (False, False, True, "insufficient_indicators"),
    ],
)
def test_dimensions_are_read_against_the_definition(
    exploitation: bool, means: bool, child: bool, result: str
) -> None:
    assert read_indicators(exploitation=exploitation, means=means, child=child) == result
    positive = ["exploitation"] * exploitation + ["coercion_at_destination"] * means
    ilo = CHILD if child else ADULT
    assert assess(ilo, positive_in(*positive, of=ilo)).palermo_result == result


@pytest.mark.parametrize("dimension", [each.id for each in ADULT.dimensions if each.element is Element.MEANS])
def test_any_of_the_five_dimensions_of_means_will_do(dimension: str) -> None:
    assessment = assess(ADULT, positive_in("exploitation", dimension))
    assert assessment.palermo_result == PalermoResult.INDICATORS_OF_TRAFFICKING
    elements = {each.element: each for each in assessment.elements}
    assert [each.id for each in elements[Element.MEANS].supported_by] == [dimension]
    assert elements[Element.PURPOSE].supported
    assert not elements[Element.ACT].covered


@pytest.mark.parametrize(
    ("age", "age_at_exploitation", "result"),
    [
        (None, None, "exploitation_without_means"),
        (30, None, "exploitation_without_means"),
        (30, 18, "exploitation_without_means"),
        (30, 17, "indicators_of_child_trafficking"),
        (17, None, "indicators_of_child_trafficking"),
        (None, 17, "indicators_of_child_trafficking"),
    ],
)
def test_the_age_at_the_time_decides_the_reading(
    age: int | None, age_at_exploitation: int | None, result: str
) -> None:
    answers = positive_in("exploitation")
    assessment = assess(ADULT, answers, age=age, age_at_exploitation=age_at_exploitation)
    assert assessment.palermo_result == result


@pytest.mark.parametrize(
    ("act", "means", "purpose", "child", "result"),
    [
        (1, 1, 1, False, "elements_met_adult"),
        (1, 0, 1, False, "missing_means"),
        (1, 0, 0, False, "missing_means"),
        (1, 1, 0, False, "missing_purpose"),
        (0, 1, 1, False, "missing_act"),
        (0, 0, 1, False, "missing_act"),
        (0, 1, 0, False, "missing_act"),
        (0, 0, 0, False, "missing_act"),
        (1, 1, 1, True, "elements_met_child"),
        (1, 0, 1, True, "elements_met_child"),
        (1, 0, 0, True, "missing_purpose"),
        (1, 1, 0, True, "missing_purpose"),
        (0, 1, 1, True, "missing_act"),
        (0, 0, 1, True, "missing_act"),
        (0, 1, 0, True, "missing_act"),
        (0, 0, 0, True, "missing_act"),
        (1, 1, 1, None, "age_unknown_presume_child_pending"),
        (1, 0, 1, None, "age_unknown_presume_child_pending"),
        (1, 0, 0, None, "missing_purpose"),
        (1, 1, 0, None, "missing_purpose"),
        (0, 1, 1, None, "missing_act"),
        (0, 0, 1, None, "missing_act"),
        (0, 1, 0, None, "missing_act"),
        (0, 0, 0, None, "missing_act"),
    ],
)
def test_a_record_of_the_elements_is_read_against_the_definition(
    act: int, means: int, purpose: int, child: bool | None, result: str
) -> None:
    acts, all_means, purposes = ["act_transfer"] * act, ["means_fraud"] * means, ["purpose_slavery"] * purpose
    assert read_palermo(acts, all_means, purposes, child) == result
    age = {True: 17, False: 18, None: None}[child]
    assessment = assess(RECORD, present(*acts, *all_means, *purposes), age_at_exploitation=age)
    assert assessment.palermo_result == result
    assert [each.supported for each in assessment.elements] == [bool(act), bool(means), bool(purpose)]


def test_every_result_has_its_wording_and_none_of_it_is_a_verdict() -> None:
    assert set(OUTCOMES) == set(PalermoResult)
    assert set(SCREENING_OUTCOMES) == set(ScreeningResult)
    for outcome in [*OUTCOMES.values(), *SCREENING_OUTCOMES.values()]:
        wording = f"{outcome.label} {outcome.next_step}".lower()
        assert "victim" not in wording
        assert "not trafficked" not in wording


@pytest.mark.parametrize("code", [*PalermoResult, *ScreeningResult])
def test_every_result_is_explained_to_caseworkers(code: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "identification.md"
    assert f"(`{code}`)" in page.read_text("utf-8")


# --- the survey classification, for the command's JSON alone ----------------------------------------------


@pytest.mark.parametrize(
    "positive", [list(which) for which in product([False, True], repeat=6)], ids=lambda which: str(sum(which))
)
def test_the_survey_classification_is_the_table_of_the_brochure(positive: list[bool]) -> None:
    deceived, coerced, vulnerable, exploited, coerced_there, vulnerable_there = positive
    free_of_abuse = not vulnerable and not vulnerable_there
    table = {
        "successful_migrant": free_of_abuse and not (exploited or coerced_there or deceived or coerced),
        "exploited_migrant": free_of_abuse and exploited and not (coerced_there or deceived or coerced),
        "victim_of_deception_and_exploitation": deceived and exploited and not (coerced_there or coerced),
        "victim_of_trafficking_for_forced_labour": (deceived or coerced) and exploited and coerced_there,
    }
    rows = [result for result, holds in table.items() if holds]
    assert len(rows) <= 1
    ids = [each.id for each, wanted in zip(ADULT.dimensions, positive, strict=True) if wanted]
    assessment = assess(ADULT, positive_in(*ids))
    assert [each.positive for each in assessment.dimensions] == positive
    assert survey_classification(assessment) == (rows[0] if rows else "not_in_source_table")


def test_the_survey_classification_is_no_part_of_the_assessment() -> None:
    assessment = assess(ADULT, {})
    assert survey_classification(assessment) == "successful_migrant"
    assert "migrant" not in str(assessment.as_data())
    assert survey_classification(assess(CHILD, {})) == "not_in_source_table"


# --- short screens ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["raft", "qyit"])
def test_any_yes_makes_a_short_screen_positive(id: str) -> None:
    tool = instrument(id)
    for indicator in tool.indicators:
        assessment = assess(tool, {indicator.id: "present"})
        assert assessment.screening is not None
        assert assessment.screening.result is ScreeningResult.POSITIVE
        assert assessment.palermo_result is None


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ((), "not_screened"),
        (("declined",) * 4, "not_screened"),
        (("absent",), "incomplete"),
        (("absent", "absent", "absent", "declined"), "incomplete"),
        (("absent",) * 4, "no_positive_answer"),
        (("absent", "present"), "positive"),
    ],
)
def test_a_short_screen_without_a_yes_says_what_is_missing(answers: tuple[str, ...], result: str) -> None:
    raft = instrument("raft")
    screening = assess(raft, dict(zip(raft.by_id, answers, strict=False))).screening
    assert screening is not None
    assert screening.result == result


def test_a_tool_without_a_score_asks_for_a_judgement() -> None:
    screening = assess(instrument("tvit-short"), {"tvit_unpaid": "present"}).screening
    assert screening is not None
    assert (screening.result, screening.points) == (ScreeningResult.JUDGEMENT_NEEDED, None)


# --- ages and bad answers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("id", "age", "age_at_exploitation", "warned"),
    [
        ("ilo-adult-labour", 17, None, True),
        ("ilo-adult-labour", 18, None, False),
        ("ilo-adult-labour", 30, 17, True),
        ("ilo-adult-labour", None, None, False),
        ("ilo-child-labour", 17, None, False),
        ("ilo-child-labour", 18, None, True),
        ("ilo-child-labour", 30, 12, False),
        ("raft", 17, None, True),
        ("raft", 30, 12, False),
        ("qyit", 17, None, True),
        ("qyit", 18, None, False),
        ("qyit", 22, None, False),
        ("qyit", 23, None, True),
        ("palermo", 5, None, False),
    ],
)
def test_an_age_against_the_gate_is_warned_about_and_not_refused(
    id: str, age: int | None, age_at_exploitation: int | None, warned: bool
) -> None:
    assessment = assess(instrument(id), {}, age=age, age_at_exploitation=age_at_exploitation)
    assert [each.code for each in assessment.warnings] == ["age_outside_population"] * warned


@pytest.mark.parametrize(
    ("age", "age_at_exploitation", "field"),
    [
        (-1, None, "age"),
        (121, None, "age"),
        (None, 121, "age_at_exploitation"),
        (20, 21, "age_at_exploitation"),
    ],
)
def test_an_impossible_age_is_refused_without_repeating_it(
    age: int | None, age_at_exploitation: int | None, field: str
) -> None:
    with pytest.raises(ImpossibleAge) as refusal:
        assess(ADULT, {}, age=age, age_at_exploitation=age_at_exploitation)
    assert refusal.value.field == field
    assert not any(character.isdigit() for character in str(refusal.value))


def test_answers_to_another_set_are_refused_with_all_their_ids() -> None:
    with pytest.raises(UnknownIndicators) as refusal:
        assess(CHILD, present("raft_scared_unsafe", "ex_no_social_protection", "ex_hazardous_work"))
    assert refusal.value.ids == ["ex_no_social_protection", "raft_scared_unsafe"]


def test_an_answer_that_is_no_answer_is_refused_without_repeating_it() -> None:
    with pytest.raises(UnknownAnswers) as refusal:
        assess(ADULT, {"ex_hazardous_work": "her name"})
    assert refusal.value.ids == ["ex_hazardous_work"]
    assert "her name" not in str(refusal.value)


@pytest.mark.parametrize("id", list(load_instruments()))
def test_what_every_instrument_returns_is_plain_data(id: str) -> None:
    tool = instrument(id)
    data = assess(tool, dict.fromkeys(tool.by_id, "present"), age=20).as_data()
    assert json.loads(json.dumps(data)) == data
    assert data["unknown"] == 0


def test_what_is_still_unknown_is_listed_without_its_weight() -> None:
    data = assess(ADULT, {}).as_data()["dimensions"]["exploitation"]
    assert data["unknown"] == len(data["still_unknown"]) == 9
    assert all(set(each) == {"id", "label"} for each in data["still_unknown"])
