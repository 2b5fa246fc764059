"""The declaration of the record is whole, and agrees with the standards that it names."""

from pathlib import Path

import pytest
import yaml
from django.utils.translation import override

from advocacy.codebook import OWN_COLUMNS
from advocacy.facts import FactValues
from casework.interview import Accompaniment
from casework.record import codelists
from casework.record.choices import known_choices
from casework.record.entries import ENTRIES
from casework.record.fields import Code, EntryKind, Field, Kind, Sensitivity
from casework.record.sections import SECTIONS, field, section
from core.errors import Invalid, NotVisible
from referrals.taxonomy import ServiceType

HTCDS: dict[str, list[str]] = yaml.safe_load(
    (Path(codelists.__file__).parent / "htcds-2.0.yaml").read_text(encoding="utf-8")
)
EVERY_FIELD = [
    pytest.param(declared, id=f"{owner.name}.{declared.name}")
    for owner in (*SECTIONS, *ENTRIES)
    for declared in owner.fields
]
CODES = [
    pytest.param(declared, code, id=f"{declared.name}.{code.value}")
    for owner in (*SECTIONS, *ENTRIES)
    for declared in owner.fields
    if declared.codes and declared.codes not in (codelists.COUNTRIES, codelists.LANGUAGES)
    for code in declared.codes.codes.values()
]
FREE = {Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE, Kind.EMAIL, Kind.DATE}


def columns_of(declared: Field) -> set[str]:
    """The columns of a fact that this field may fill."""
    flags = {code.flag for code in declared.codes.codes.values()} if declared.codes else set()
    return {column for column in {declared.fact, *flags} if column}


@pytest.mark.parametrize("declared", EVERY_FIELD)
def test_every_field_has_a_label_a_help_text_and_a_sensitivity(declared: Field) -> None:
    assert str(declared.label)
    assert str(declared.help).endswith(".")
    assert isinstance(declared.sensitivity, Sensitivity)


@pytest.mark.parametrize("declared", EVERY_FIELD)
def test_free_text_counts_as_identifying_since_it_may_hold_anything(declared: Field) -> None:
    assert declared.kind not in FREE or declared.sensitivity is Sensitivity.IDENTIFYING


def test_a_code_of_a_section_identifies_nobody_alone() -> None:
    codes = [each for owner in SECTIONS for each in owner.fields if each.kind not in FREE]
    assert not any(each.sensitivity is Sensitivity.IDENTIFYING for each in codes)


@pytest.mark.parametrize("declared", EVERY_FIELD)
def test_only_a_field_of_codes_has_a_code_list(declared: Field) -> None:
    listed = declared.codes is not None or declared.chosen_from is not None
    assert listed == (declared.kind in {Kind.CODE, Kind.CODES})


@pytest.mark.parametrize("declared", EVERY_FIELD)
def test_htcds_knows_the_names_that_the_record_uses(declared: Field) -> None:
    assert declared.htcds is None or declared.htcds in HTCDS


@pytest.mark.parametrize(("declared", "code"), CODES)
def test_a_code_of_an_htcds_list_is_exported_as_a_value_of_that_list(declared: Field, code: Code) -> None:
    values = HTCDS.get(declared.htcds or "", [])
    assert not values or (code.htcds or code.value) in values


@pytest.mark.parametrize("declared", EVERY_FIELD)
def test_a_fact_has_the_columns_that_the_record_fills(declared: Field) -> None:
    assert columns_of(declared) <= FactValues.__dataclass_fields__.keys()


def test_the_record_fills_every_column_of_a_fact() -> None:
    filled = set[str]().union(*(columns_of(declared) for owner in SECTIONS for declared in owner.fields))
    elsewhere = {"year_of_registration", *(column.field for column in OWN_COLUMNS)}
    assert filled == FactValues.__dataclass_fields__.keys() - elsewhere


def test_names_are_unique_and_the_earlier_date_is_in_the_same_section() -> None:
    assert len({owner.name for owner in SECTIONS}) == len(SECTIONS)
    for owner in SECTIONS:
        assert len({declared.name for declared in owner.fields}) == len(owner.fields)
        for declared in owner.fields:
            assert declared.not_before is None or owner.get(declared.not_before)


def test_the_code_word_never_leaves_the_case() -> None:
    assert not field("contact_and_safety.code_word").shareable


def test_who_must_be_kept_out_and_the_notes_never_leave_the_case() -> None:
    assert not field("child_protection.guardian_in_conflict").shareable
    assert not any(each.shareable for owner in (section("notes"), *ENTRIES) for each in owner.fields)


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.name)
def test_the_choices_of_a_case_have_somebody_who_makes_them(kind: EntryKind) -> None:
    assert {each.chosen_from for each in kind.fields if each.chosen_from} <= known_choices()
    assert {kind.title, kind.happened or kind.title} <= {each.name for each in kind.fields}


def test_the_sections_stand_in_the_order_of_the_pages() -> None:
    assert [owner.name for owner in SECTIONS] == [
        "identity",
        "contact_and_safety",
        "risk_and_safety",
        "needs",
        "trafficking_experience",
        "child_protection",
        "legal_status",
        "plan",
        "notes",
    ]


def test_needs_are_the_kinds_of_services_in_the_same_words() -> None:
    assert [(code.value, str(code.label)) for code in codelists.KINDS_OF_NEEDS.codes.values()] == [
        (value, str(label)) for value, label in ServiceType.choices
    ]


def test_a_child_is_accompanied_in_the_words_of_the_interview() -> None:
    assert [(code.value, str(code.label)) for code in codelists.ACCOMPANIMENTS.codes.values()] == [
        (value, str(label)) for value, label in Accompaniment.choices
    ]


def test_a_review_may_lie_ahead_but_not_before_the_assessment() -> None:
    review = field("risk_and_safety.review_on")
    assert (review.in_future, review.not_before) == (True, "assessed_on")


def test_a_field_is_found_by_its_path() -> None:
    assert field("identity.given_name") is section("identity").get("given_name")


@pytest.mark.parametrize(
    "path", ["", "identity", "identity.", "identity.shoe_size", "shoes.size", "identity.age.x"]
)
def test_a_path_to_nothing_is_named_in_the_error(path: str) -> None:
    with pytest.raises(Invalid) as refused:
        field(path)
    assert set(refused.value.fields) == {path}


def test_an_unknown_section_is_not_found() -> None:
    with pytest.raises(NotVisible):
        section("shoes")


def test_countries_are_named_and_sorted_in_the_interface_language() -> None:
    with override("fr"):
        names = [label for _code, label in codelists.COUNTRIES.choices()]
        assert codelists.COUNTRIES.label("DEU") == "Allemagne"
        assert names.index("Égypte") < names.index("France")
    with override("en"):
        assert codelists.COUNTRIES.label("DEU") == "Germany"


def test_languages_without_a_two_letter_code_are_offered_where_survivors_speak_them() -> None:
    offered = dict(codelists.LANGUAGES.choices())
    assert {"eng", "ara", "bin", "prs"} <= offered.keys()
    assert "lat" not in codelists.LANGUAGES  # not a living language
    assert len(offered) < 250 < len(codelists.LANGUAGES.codes)
