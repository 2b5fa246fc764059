"""`manage.py assess` prints an assessment and names the place of whatever it refuses."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def answers(tmp_path: Path) -> Any:
    def write(text: str) -> Path:
        path = tmp_path / "answers.yaml"
        path.write_text(text)
        return path

    return write


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("assess", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_json_holds_the_dimensions_and_the_codes(answers: Any) -> None:
    path = answers(
        "present: [dr_wages_earnings, dr_working_conditions, dr_education_access, ex_excessive_hours,\n"
        "  ex_low_or_no_salary, cd_debt_bondage, cd_document_confiscation]\n"
        "absent: [cr_debt_bondage]\nage: 30\n"
    )
    data = json.loads(run("ilo-adult-labour", path, "--json"))
    positive = {id: dimension["positive"] for id, dimension in data["dimensions"].items()}
    assert positive == {
        "deceptive_recruitment": True,
        "coercive_recruitment": False,
        "recruitment_abuse_of_vulnerability": False,
        "exploitation": True,
        "coercion_at_destination": True,
        "abuse_of_vulnerability_at_destination": False,
    }
    deceptive = data["dimensions"]["deceptive_recruitment"]
    assert (deceptive["strong"], deceptive["medium"], deceptive["weak"]) == (0, 2, 1)
    assert data["palermo_result"] == "indicators_of_trafficking"
    assert data["survey_classification"] == "victim_of_trafficking_for_forced_labour"
    assert (data["unknown"], data["warnings"]) == (59, [])


def test_an_age_against_the_gate_is_a_warning_in_the_output(answers: Any) -> None:
    path = answers("present: [ex_excessive_hours, ex_hazardous_work]\nage: 17\n")
    data = json.loads(run("ilo-adult-labour", path, "--json"))
    assert [each["code"] for each in data["warnings"]] == ["age_outside_population"]
    assert data["palermo_result"] == "indicators_of_child_trafficking"
    assert "Warning: Under 18" in run("ilo-adult-labour", path)


def test_the_text_names_evidence_and_clause_and_no_survey_classification(answers: Any) -> None:
    text = run("ilo-adult-labour", answers("present: [ex_excessive_hours, ex_hazardous_work]\n"))
    assert "Signs of exploitation; no means recorded so far" in text
    assert "Exploitation: positive (One strong indicator with a medium or weak one)" in text
    assert "strong: Excessive working days or hours" in text
    assert "Coercive recruitment: not asked about" in text
    assert "migrant" not in text


def test_a_screen_is_printed_with_its_evidence(answers: Any) -> None:
    text = run("raft", answers("present: [raft_scared_unsafe]\n"))
    assert "Positive screen" in text
    assert "present: Worked or did other things in a place that felt scary or unsafe" in text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("present: [raft_scared_unsafe]\n", r"present\[0\] \(raft_scared_unsafe\): not an indicator of ilo"),
        ("absent: [ex_hazardous_work, nothing]\n", r"absent\[1\] \(nothing\)"),
        (
            "present: [ex_hazardous_work]\nabsent: [ex_hazardous_work]\n",
            r"absent\[0\]: ex_hazardous_work is answered already, in present\[0\]",
        ),
        ("present: [ex_hazardous_work, ex_hazardous_work]\n", r"present\[1\]: .* in present\[0\]"),
        ("present: []\npresent: []\n", r"line 2: 'present' is written twice"),
        ("present: [ex_hazardous_work\n", r"line 2"),
        ("present: ex_hazardous_work\n", r"present: expected a list"),
        ("present: [1]\n", r"present\[0\]: expected an id"),
        ("presence: []\n", r"presence: expected one of present"),
        ("age: young\n", r"age: expected a whole number"),
        ("age: true\n", r"age: expected a whole number"),
        ("age: 200\n", r"age: not a possible age"),
        ("age: 20\nage_at_exploitation: 21\n", r"age_at_exploitation: not a possible age"),
        ("- present\n", r"expected a mapping"),
    ],
)
def test_bad_answers_are_refused_with_their_place(answers: Any, text: str, place: str) -> None:
    with pytest.raises(CommandError, match=rf"^answers\.yaml: {place}"):
        run("ilo-adult-labour", answers(text))


def test_what_is_not_there_or_switched_off_is_refused(answers: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no instrument 'ilo'"):
        run("ilo", answers("present: []\n"))
    with pytest.raises(CommandError, match="switched off"):
        run("ilo-adult-sexual", answers("present: []\n"))
    with pytest.raises(CommandError, match=r"^missing\.yaml: No such file"):
        run("raft", tmp_path / "missing.yaml")
