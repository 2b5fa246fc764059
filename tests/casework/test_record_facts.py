"""The fact of a case: coarse by declaration, with nothing of the survivor left in it."""

import datetime
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advocacy.facts import FactValues
from casework.record.documents import Documents, validate
from casework.record.facts import derive_fact
from casework.record.fields import Kind, Sensitivity
from casework.record.sections import SECTIONS, section

REGISTERED = datetime.date(2024, 6, 15)


def documents(**values: dict[str, Any]) -> Documents:
    return {name: validate(section(name), written) for name, written in values.items()}


def identity(**values: Any) -> FactValues:
    return derive_fact(documents(identity=values), on=REGISTERED)


def experience(**values: Any) -> FactValues:
    return derive_fact(documents(trafficking_experience=values), on=REGISTERED)


def reported(fact: FactValues) -> dict[str, Any]:
    return {column: value for column, value in asdict(fact).items() if value is not None}


def test_of_an_empty_record_only_the_year_is_known() -> None:
    assert reported(derive_fact({}, on=REGISTERED)) == {"year_of_registration": 2024}


def test_a_whole_record_comes_to_its_bands_countries_and_flags() -> None:
    record = documents(
        identity={"date_of_birth": "2006-06-16", "gender": "Feminine", "citizenship": ["NGA", "BEN"]},
        trafficking_experience={
            "types_of_exploitation": ["SexualExploitation", "ForcedBegging"],
            "means_of_control": ["DebtBondage", "TakesEarnings", "RestrictsMovement", "Other"],
            "sectors_of_labour": ["T_ActivitiesOfHouseholdsAsEmployers", "P_Education"],
            "kinds_of_sexual_exploitation": ["Prostitution", "PrivateSexualServices"],
            "recruiter_relation": ["Family", "Stranger"],
            "country_recruited": "NGA",
            "country_of_exploitation": "ITA",
            "from_month": "2022-05",
            "to_month": "2023-06",
        },
    )
    assert reported(derive_fact(record, on=REGISTERED)) == {
        "year_of_registration": 2024,
        "age_broad": "9--17",
        "gender": "Woman",
        "citizenship": "NGA",
        "country_of_exploitation": "ITA",
        "traffick_months": "13--24 (1-2 yrs)",
        "is_sexual_exploit": 1,
        "is_forced_labour": 1,
        "means_debt_bondage_earnings": 1,
        "means_deny_basic_needs": 1,
        "labour_domestic_work": 1,
        "sex_prostitution": 1,
        "recruiter_family": 1,
        "recruiter_other": 1,
    }


@pytest.mark.parametrize(
    ("born", "band"), [("2006-06-16", "9--17"), ("2006-06-15", "18--20"), ("2024-06-15", "0--8")]
)
def test_age_is_that_on_the_day_of_registration(born: str, band: str) -> None:
    assert identity(date_of_birth=born).age_broad == band


def test_a_date_of_birth_counts_more_than_an_age() -> None:
    assert identity(age=30).age_broad == "30--38"
    assert identity(age=30, date_of_birth="2006-06-15").age_broad == "18--20"


def test_a_birth_after_registration_tells_no_age() -> None:
    assert identity(date_of_birth="2024-06-16").age_broad is None


@pytest.mark.parametrize(
    ("gender", "column"),
    [
        ("Masculine", "Man"),
        ("TransgenderFeminine", "Trans/Transgender/NonConforming"),
        ("NonConforming", "Trans/Transgender/NonConforming"),
        ("NonSpecifiedUnknown", None),
    ],
)
def test_gender_is_reported_in_ctdc_words(gender: str, column: str | None) -> None:
    assert identity(gender=gender).gender == column


@pytest.mark.parametrize(
    ("first", "last", "band"),
    [
        ("2023-01", "2023-01", "0--12 (0-1 yr)"),
        ("2022-12", "2023-12", "0--12 (0-1 yr)"),
        ("2022-11", "2023-12", "13--24 (1-2 yrs)"),
        ("2020-11", "2023-12", "25+ (2+ yrs)"),
        ("2023-01", "", None),
        ("", "2023-01", None),
    ],
)
def test_time_in_trafficking_needs_both_ends(first: str, last: str, band: str | None) -> None:
    assert experience(from_month=first, to_month=last).traffick_months == band


def planted() -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """A record in which every identifying field holds a value that nothing else could."""
    letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=12).map(lambda text: f"zq{text}qz")
    by_kind = {
        Kind.TEXT: letters,
        Kind.LONG_TEXT: letters,
        Kind.DATE: st.dates(datetime.date(1950, 1, 1), datetime.date(2020, 1, 1)).map(str),
        Kind.PHONE: st.integers(10**9, 10**10).map(lambda number: f"+{number}"),
        Kind.EMAIL: letters.map(lambda text: f"{text}@example.org"),
    }
    return st.fixed_dictionaries(
        {
            owner.name: st.fixed_dictionaries(
                {
                    field.name: st.just("2020-01-01") if field.not_before else by_kind[field.kind]
                    for field in owner.fields
                    if field.sensitivity is Sensitivity.IDENTIFYING
                }
            )
            for owner in SECTIONS
        }
    )


@given(planted())
def test_no_value_of_an_identifying_field_is_anywhere_in_the_fact(record: dict[str, dict[str, Any]]) -> None:
    record["trafficking_experience"]["types_of_exploitation"] = ["ForcedLabour"]
    fact = derive_fact(documents(**record), on=REGISTERED)
    assert reported(fact).keys() == {"year_of_registration", "age_broad", "is_forced_labour"}
    values = [value for document in record.values() for value in document.values() if isinstance(value, str)]
    assert not any(value in str(fact) for value in values)
