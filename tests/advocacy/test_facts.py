"""Handing facts down: coarse, reachable by their handle alone, hidden among others."""

import datetime
from collections.abc import Callable
from dataclasses import fields

import pycountry
import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from advocacy.codebook import BY_NAME, COLUMNS, COUNTRIES, OWN_COLUMNS, alpha_3
from advocacy.facts import (
    FactValues,
    InvalidFact,
    NoSuchFact,
    age_band,
    flag,
    hand_down,
    quarter,
    replace,
    trafficking_band,
    withdraw,
)
from advocacy.models import Fact, FactImport
from advocacy.selectors import counted_facts

pytestmark = pytest.mark.django_db
WOMAN = FactValues(gender="Woman", age_broad="18--20", citizenship="UKR", is_forced_labour=1)


def down(values: FactValues = WOMAN, until: datetime.date | None = None) -> bytes:
    return hand_down(values=values, consent_expires_on=until)


def contents() -> set[tuple[object, ...]]:
    names = ["handle", "written_in", "consent_ends_in", *(column.field for column in COLUMNS)]
    return {
        tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
        for row in Fact.objects.values_list(*names)
    }


def test_the_codebook_the_values_and_the_table_have_the_same_27_columns() -> None:
    names = [column.field for column in COLUMNS]
    assert len(names) == len(set(names)) == len(BY_NAME) == 27
    names += [column.field for column in OWN_COLUMNS]  # beside CTDC's
    assert [field.name for field in fields(FactValues)] == names
    assert set(names) <= {field.name for field in Fact._meta.fields}


def test_a_fact_is_reached_by_its_handle_replaced_and_withdrawn() -> None:
    handle = down()
    assert Fact.objects.get(handle=handle).citizenship == "UKR"
    replace(handle=handle, values=FactValues(citizenship="NGA"), consent_expires_on=None)
    assert Fact.objects.get(handle=handle).citizenship == "NGA"
    assert Fact.objects.get(handle=handle).gender is None
    assert withdraw(handle=handle) is True
    assert withdraw(handle=handle) is False
    assert not Fact.objects.exists()


def test_a_withdrawn_fact_is_not_replaced() -> None:
    handle = down()
    withdraw(handle=handle)
    with pytest.raises(NoSuchFact):
        replace(handle=handle, values=WOMAN, consent_expires_on=None)
    assert not Fact.objects.exists()


def test_a_refused_replacement_leaves_the_fact_as_it_was() -> None:
    handle = down()
    with pytest.raises(InvalidFact):
        replace(handle=handle, values=FactValues(), consent_expires_on=datetime.date(2020, 1, 1))
    assert Fact.objects.get(handle=handle).citizenship == "UKR"


def test_each_write_gives_the_others_of_its_quarter_new_keys_and_keeps_what_they_say() -> None:
    for age in range(12):
        down(FactValues(age_broad=age_band(age * 5)))
    keys, before = set(Fact.objects.values_list("pk", flat=True)), contents()
    down()
    assert keys.isdisjoint(Fact.objects.values_list("pk", flat=True))
    assert before < contents()
    assert len(contents()) == 13


def test_the_order_of_rows_is_not_the_order_of_writing() -> None:
    handles = [down() for _ in range(30)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT handle FROM advocacy_fact")
        lying = [bytes(row[0]) for row in cursor.fetchall()]
    assert sorted(lying) == sorted(handles)
    assert lying != handles


def test_a_fact_shares_its_transaction_with_others() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no transaction ids")
    for _ in range(10):
        down()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM advocacy_fact")
        assert cursor.fetchone() == (1,)


def test_imported_facts_are_left_where_they_are() -> None:
    imported = Fact.objects.create(source="import:ctdc", written_in=quarter(timezone.localdate()))
    down()
    assert Fact.objects.filter(pk=imported.pk).exists()


def test_nothing_in_a_fact_leads_out_of_advocacy_or_to_a_day() -> None:
    for model in (Fact, FactImport):
        for field in model._meta.get_fields():
            related = field.related_model
            assert related is None or related._meta.app_label == "advocacy"
            assert not isinstance(
                field, models.DateField | models.TimeField | models.AutoField | models.TextField
            )


def test_a_fact_counts_until_the_quarter_in_which_its_consent_ends() -> None:
    today = timezone.localdate()
    down(until=None)
    down(until=today + datetime.timedelta(days=400))
    down(until=today)
    assert Fact.objects.count() == 3
    assert counted_facts().count() == 2


def test_a_consent_that_has_ended_writes_nothing() -> None:
    with pytest.raises(InvalidFact) as refusal:
        down(until=timezone.localdate() - datetime.timedelta(days=1))
    assert list(refusal.value.fields) == ["consent_expires_on"]
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gender", "Female"),
        ("age_broad", "19"),
        ("citizenship", "UA"),
        ("citizenship", "XXX"),
        ("country_of_exploitation", "Kyiv"),
        ("traffick_months", "7"),
        ("year_of_registration", 1889),
        ("year_of_registration", 2999),
        ("is_forced_labour", 0),
        ("is_forced_labour", True),
        ("means_threats", 2),
    ],
)
def test_values_that_the_codebook_does_not_have_are_named(field: str, value: object) -> None:
    with pytest.raises(InvalidFact) as refusal:
        FactValues(**{field: value})  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]
    assert str(value) not in str(refusal.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_forced_labour": 0},
        {"means_threats": 2},
        {"citizenship": "XXX"},
        {"age_broad": "19"},
        {"gender": ""},
        {"year_of_registration": 1889},
        {"written_in": "2026-11"},
        {"consent_ends_in": "2026-11"},
    ],
)
def test_the_database_itself_refuses_what_is_not_coarse(wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Fact.objects.create(**({"written_in": "2026-Q4"} | wrong))


@pytest.mark.parametrize(
    ("years", "band"),
    [
        (0, "0--8"),
        (8, "0--8"),
        (9, "9--17"),
        (17, "9--17"),
        (18, "18--20"),
        (38, "30--38"),
        (47, "39--47"),
        (48, "48+"),
    ],
)
def test_an_age_becomes_its_band(years: int, band: str) -> None:
    assert age_band(years) == band


@pytest.mark.parametrize(
    ("months", "band"),
    [
        (0, "0--12 (0-1 yr)"),
        (12, "0--12 (0-1 yr)"),
        (13, "13--24 (1-2 yrs)"),
        (24, "13--24 (1-2 yrs)"),
        (25, "25+ (2+ yrs)"),
    ],
)
def test_months_become_their_band(months: int, band: str) -> None:
    assert trafficking_band(months) == band


@pytest.mark.parametrize(("banded", "number"), [(age_band, -1), (age_band, 131), (trafficking_band, -1)])
def test_what_cannot_be_banded_is_refused(banded: Callable[[int], str], number: int) -> None:
    with pytest.raises(InvalidFact):
        banded(number)


def test_a_flag_is_one_or_not_reported() -> None:
    assert [flag(True), flag(False), flag(None)] == [1, None, None]


def test_quarters_sort_as_text() -> None:
    days = [datetime.date(2026, month, 1) for month in (1, 3, 4, 12)] + [datetime.date(2027, 1, 1)]
    assert [quarter(day) for day in days] == ["2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4", "2027-Q1"]


def test_the_written_out_countries_are_those_of_iso_3166() -> None:
    assert sorted(country.alpha_3 for country in pycountry.countries) == list(COUNTRIES)
    assert [alpha_3(code) for code in ("UA", "UKR", "0", "", "ZZ")] == ["UKR", "UKR", None, None, None]
