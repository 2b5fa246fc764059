"""The instrument files say what the publications say, and a bad file is refused with its name and place."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from casework.instruments import (
    BadValue,
    BranchingCycle,
    DuplicateId,
    InstrumentError,
    MalformedFile,
    MissingLabel,
    Strength,
    UnknownDimension,
    UnknownField,
    UnknownIndicatorReference,
    UnknownInstrument,
    UnknownStrength,
    enabled_instruments,
    instrument,
    load_instruments,
    parse_instrument,
)

DIMENSIONS = (
    "deceptive_recruitment",
    "coercive_recruitment",
    "recruitment_abuse_of_vulnerability",
    "exploitation",
    "coercion_at_destination",
    "abuse_of_vulnerability_at_destination",
)


def a_file() -> dict[str, Any]:
    return {
        "id": "sample",
        "version": "1",
        "title": "Sample",
        "exploitation": "any",
        "enabled": True,
        "population": {"label": "Anybody", "basis": "today"},
        "source": {"citation": "Nobody", "certainty": "ours"},
        "rule": {
            "kind": "dimensions",
            "reading": "indicators",
            "certainty": "ours",
            "clauses": [{"id": "one", "label": "One strong", "at_least": {"strong": 1}}],
        },
        "dimensions": [{"id": "first", "label": "First", "element": "means"}],
        "indicators": [
            {"id": "a", "label": "A", "dimension": "first", "strength": "strong"},
            {"id": "b", "label": "B", "dimension": "first", "strength": "weak"},
        ],
    }


def parse(content: dict[str, Any]) -> Any:
    return parse_instrument(yaml.safe_dump(content), file="sample.yaml")


@pytest.mark.parametrize(
    ("id", "counts"),
    [
        ("ilo-adult-labour", (10, 10, 16, 9, 15, 7)),
        ("ilo-child-labour", (10, 10, 15, 8, 15, 7)),
        ("ilo-adult-sexual", (10, 10, 16, 9, 15, 7)),
        ("ilo-child-sexual", (10, 10, 15, 8, 15, 7)),
    ],
)
def test_an_ilo_set_has_every_indicator_of_every_dimension(id: str, counts: tuple[int, ...]) -> None:
    ilo = instrument(id)
    assert tuple(dimension.id for dimension in ilo.dimensions) == DIMENSIONS
    assert tuple(len(ilo.by_dimension[dimension]) for dimension in DIMENSIONS) == counts


@pytest.mark.parametrize(
    ("id", "strong", "medium", "weak"), [("ilo-adult-labour", 7, 53, 7), ("ilo-child-labour", 15, 50, 0)]
)
def test_the_labour_sets_have_the_published_strengths(id: str, strong: int, medium: int, weak: int) -> None:
    counts = Counter(indicator.strength for indicator in instrument(id).indicators)
    assert (counts[Strength.STRONG], counts[Strength.MEDIUM], counts[Strength.WEAK]) == (strong, medium, weak)


def test_the_sexual_sets_are_there_but_off_and_marked_as_unverified() -> None:
    for id in ("ilo-adult-sexual", "ilo-child-sexual"):
        assert not instrument(id).enabled
        assert instrument(id).by_id["dr_wages_earnings"].unverified
        assert not instrument(id).by_id["cd_forced_tasks_or_clients"].unverified
    assert {each.id for each in enabled_instruments()} == {
        "ilo-adult-labour",
        "ilo-child-labour",
        "palermo",
        "qyit",
        "raft",
        "tvit-short",
    }


def test_an_instrument_is_read_once() -> None:
    assert instrument("raft") is instrument("raft")
    assert load_instruments() is load_instruments()


def test_an_instrument_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownInstrument, match=r"'no-such'.*raft"):
        instrument("no-such")


@pytest.mark.parametrize(("prevalence", "of_100"), [(0.014, 4), (0.1, 22), (0.3, 52)])
def test_of_100_positive_raft_screens_this_many_are_survivors(prevalence: float, of_100: int) -> None:
    validation = instrument("raft").accuracy[1]
    assert validation.survivors == 12
    assert round(100 * validation.survivors_among_positives(prevalence)) == of_100


def test_a_label_is_given_in_the_language_asked_for_else_in_english() -> None:
    content = a_file()
    content["title"] = {"en": "Sample", "fr": "Exemple"}
    title = parse(content).title
    assert [title.in_language(code) for code in ("fr", "fr-ca", "ar", "en")] == [
        "Exemple",
        "Exemple",
        "Sample",
        "Sample",
    ]
    assert str(title) == "Sample"


def change(content: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    target: Any = content
    for step in way:
        target = target[step]
    target[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "error", "place"),
    [
        ("indicators.1.id", "a", DuplicateId, "indicators[1].id"),
        ("indicators.0.dimension", "other", UnknownDimension, "indicators[0].dimension"),
        ("indicators.0.strength", "heavy", UnknownStrength, "indicators[0].strength"),
        ("indicators.0.label", "", MissingLabel, "indicators[0].label"),
        ("indicators.0.label", None, MissingLabel, "indicators[0].label"),
        ("indicators.0.label", {"fr": "A"}, MissingLabel, "indicators[0].label"),
        ("indicators.0.label", {"en": "A", "fr": " "}, MissingLabel, "indicators[0].label"),
        ("indicators.0.ask_if", {"a": "present"}, BranchingCycle, "indicators[0].ask_if"),
        ("indicators.0.ask_if", {"c": "present"}, UnknownIndicatorReference, "indicators[0].ask_if"),
        ("indicators.0.ask_if", {"b": "maybe"}, BadValue, "indicators[0].ask_if.b"),
        ("indicators.0.colour", "red", UnknownField, "indicators[0].colour"),
        ("indicators.0.id", "Not An Id", BadValue, "indicators[0].id"),
        ("indicators.0.points", -1, BadValue, "indicators[0].points"),
        ("indicators.0.points", True, BadValue, "indicators[0].points"),
        ("indicators.0", "a", BadValue, "indicators[0]"),
        ("indicators", [], BadValue, "indicators"),
        ("dimensions", [], BadValue, "dimensions"),
        ("dimensions.0.element", "motive", BadValue, "dimensions[0].element"),
        ("title", None, MissingLabel, "title"),
        ("version", 1, BadValue, "version"),
        ("enabled", "off", BadValue, "enabled"),
        ("colour", "red", UnknownField, "colour"),
        ("population.from_age", -1, BadValue, "population.from_age"),
        ("population.to_age", "young", BadValue, "population.to_age"),
        ("source.certainty", "sure", BadValue, "source.certainty"),
        ("rule.kind", "vote", BadValue, "rule.kind"),
        ("rule.clauses.0.at_least", {"heavy": 1}, UnknownStrength, "rule.clauses[0].at_least.heavy"),
        ("rule.clauses.0.at_least", {"strong": 0}, BadValue, "rule.clauses[0].at_least.strong"),
        ("rule.clauses.0.at_least", {}, BadValue, "rule.clauses[0].at_least"),
        (
            "rule",
            {"kind": "score", "positive_from": 0, "certainty": "ours"},
            BadValue,
            "rule.positive_from",
        ),
        ("rule", {"kind": "score", "positive_from": 1, "certainty": "ours"}, BadValue, "dimensions"),
        ("rule", {"kind": "judgement", "about": ["magic"], "certainty": "ours"}, BadValue, "rule.about"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_place(
    path: str, value: Any, error: type[InstrumentError], place: str
) -> None:
    parse(a_file())
    with pytest.raises(InstrumentError) as refusal:
        parse(change(a_file(), path, value))
    assert type(refusal.value) is error
    assert (refusal.value.file, refusal.value.place) == ("sample.yaml", place)
    assert str(refusal.value).startswith(f"sample.yaml: {place}: ")


def test_a_longer_cycle_in_the_branching_is_spelt_out() -> None:
    content = change(a_file(), "indicators.0.ask_if", {"b": "present"})
    with pytest.raises(BranchingCycle, match="a -> b -> a"):
        parse(change(content, "indicators.1.ask_if", {"a": "absent"}))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("id: one\nid: two\n", "line 2"),
        ("id: [one\n", "line 2"),
        ("a: &x [1]\nb: *x\n", "line 2"),
        ("a: !!python/object:os.system {}\n", "line 1"),
        ("1: one\n", "line 1"),
        ("- one\n", ""),
        ("", ""),
        ("id: \x00\n", ""),
        (f"id: {'x' * 1_000_001}", ""),
    ],
)
def test_a_file_that_is_not_plain_yaml_is_refused_with_its_line(text: str, place: str) -> None:
    with pytest.raises(MalformedFile) as refusal:
        parse_instrument(text, file="sample.yaml")
    assert (refusal.value.file, refusal.value.place) == ("sample.yaml", place)


def test_two_files_of_one_id_or_a_file_of_another_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sample.yaml").write_text(yaml.safe_dump(a_file()))
    (tmp_path / "second.yaml").write_text(yaml.safe_dump(a_file()))
    with pytest.raises(DuplicateId, match=r"second\.yaml: id"):
        load_instruments(tmp_path)
    (tmp_path / "sample.yaml").unlink()
    with pytest.raises(BadValue, match=r"second\.yaml: id"):
        load_instruments(tmp_path)


def test_branching_rules_out_what_follows_from_an_answer_and_nothing_while_it_is_unknown() -> None:
    content = change(a_file(), "indicators.1.ask_if", {"a": "present"})
    content["indicators"].append({"id": "c", "label": "C", "dimension": "first", "ask_if": {"b": "absent"}})
    branching = parse(content)
    assert branching.rules_out("c", {"a": "absent"})
    assert not branching.rules_out("c", {"a": "present"})
    assert not branching.rules_out("c", {})
    assert branching.rules_out("c", {"a": "present", "b": "present"})
