"""The rules of matching, each by its truth table: what leaves a service out, what puts it before another, and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from referrals.demo import World
from referrals.matching.hard import HARD
from referrals.matching.search import Fit, LeftOut, for_need, rank
from referrals.matching.situation import Situation, local, same_place
from referrals.matching.soft import SOFT
from referrals.matching.survivor import SurvivorFacts
from referrals.models import Service
from tests.referrals.services import FRANCE, ITALY, MILAN, NEED, ROME, TUESDAY, count, offer, open_on

pytestmark = pytest.mark.django_db


def found(situation: Situation, **rules: Any) -> tuple[list[Fit], list[LeftOut]]:
    fits, left_out, _more, _more_left_out = rank(for_need(Service.objects.all(), NEED), situation, **rules)
    return fits, left_out


def reasons(service: Service, situation: Situation) -> list[str] | None:
    """Why a service is left out; None where it is not."""
    fits, left_out = found(situation)
    if any(fit.service == service for fit in fits):
        assert not any(each.service == service for each in left_out)
        return None
    return next(each.reasons for each in left_out if each.service == service)


def order(situation: Situation) -> list[str]:
    return [fit.service.name for fit in found(situation)[0]]


def of(**survivor: Any) -> Situation:
    return Situation(SurvivorFacts(**survivor), now=TUESDAY)


# --- what leaves out ----------------------------------------


@pytest.mark.parametrize(
    ("ages", "lowest", "highest", "left_out"),
    [
        ((29, 29), None, None, False),
        ((29, 29), 18, None, False),
        ((29, 29), 29, 29, False),
        ((29, 29), 30, None, True),
        ((29, 29), None, 28, True),
        ((29, 29), 18, 25, True),
        ((0, 17), None, 17, False),
        ((0, 17), 16, 21, False),
        ((0, 17), 18, None, True),
        (None, 18, 25, False),
        (None, None, None, False),
    ],
)
def test_age(
    world: World, ages: tuple[int, int] | None, lowest: int | None, highest: int | None, left_out: bool
) -> None:
    service = offer(world, "Talk", min_age=lowest, max_age=highest)
    why = reasons(service, of(ages=ages))
    assert (why is not None) == left_out
    assert why is None or "Takes people" in why[0]


@pytest.mark.parametrize(
    ("child", "alone", "children", "left_out"),
    [
        (True, True, "alone", False),
        (True, True, "with_parent", True),
        (True, True, "none", True),
        (True, True, "unknown", False),
        (True, False, "with_parent", False),
        (True, False, "none", True),
        (True, None, "with_parent", False),
        (True, None, "none", True),
        (False, None, "none", False),
        (None, None, "none", False),
    ],
)
def test_children(
    world: World, child: bool | None, alone: bool | None, children: str, left_out: bool
) -> None:
    service = offer(world, "Talk", children=children)
    why = reasons(service, of(child=child, alone=alone))
    assert (why is not None) == left_out
    assert why is None or "hildren" in why[0]


@pytest.mark.parametrize(
    ("gender", "served", "left_out"),
    [
        ("Feminine", {"Feminine"}, False),
        ("Feminine", {"Masculine"}, True),
        ("Feminine", {"TransgenderFeminine"}, True),
        ("Feminine", set(), False),
        ("Masculine", {"Feminine", "Masculine"}, False),
        ("TransgenderFeminine", {"Feminine"}, False),
        ("TransgenderFeminine", {"TransgenderFeminine"}, False),
        ("TransgenderFeminine", {"Masculine"}, True),
        ("TransgenderMasculine", {"Masculine"}, False),
        ("TransgenderMasculine", {"Feminine"}, True),
        ("NonConforming", {"NonConforming"}, False),
        ("NonConforming", {"Feminine"}, True),
        (None, {"Feminine"}, False),
    ],
)
def test_gender(world: World, gender: str | None, served: set[str], left_out: bool) -> None:
    service = offer(world, "Talk", genders=served)
    why = reasons(service, of(gender=gender))
    assert (why is not None) == left_out
    assert why is None or "Serves:" in why[0]


def test_a_service_for_women_that_is_silent_on_trans_women_is_to_be_asked(world: World) -> None:
    offer(world, "Women's talk", genders={"Feminine"})
    (fit,), _left_out = found(of(gender="TransgenderFeminine"))
    assert fit.not_known == ["Gender"]


@pytest.mark.parametrize(
    ("country", "areas", "left_out"),
    [
        ("ITA", ITALY, False),
        ("ITA", FRANCE, True),
        ("ITA", FRANCE | ITALY, False),
        ("ITA", ROME, False),
        ("ITA", frozenset(), False),
        (None, FRANCE, False),
    ],
)
def test_country(world: World, country: str | None, areas: frozenset[Any], left_out: bool) -> None:
    service = offer(world, "Talk", areas=areas)
    why = reasons(service, of(country=country))
    assert (why is not None) == left_out
    assert why is None or why == ["Works in France"]


@pytest.mark.parametrize(
    ("free", "days_ago", "left_out"),
    [(0, 0, True), (0, 29, True), (0, 31, False), (0, None, False), (3, 0, False), (None, 0, False)],
)
def test_full(world: World, free: int | None, days_ago: int | None, left_out: bool) -> None:
    """A count that has become old leaves nobody out."""
    service = offer(world, "Talk", places_free=free)
    at = None if days_ago is None else TUESDAY - timedelta(days=days_ago)
    Service.objects.filter(pk=service.pk).update(capacity_confirmed_at=at)
    assert (reasons(service, of()) == ["No place is free"]) == left_out


def test_how_long_a_count_is_believed_is_the_setting_s(world: World, settings: Any) -> None:
    service = offer(world, "Talk", places_free=0)
    Service.objects.filter(pk=service.pk).update(capacity_confirmed_at=TUESDAY - timedelta(days=3))
    assert reasons(service, of()) is not None
    settings.CAPACITY_FRESH_DAYS_OF = {NEED: 2}
    assert reasons(service, of()) is None


@pytest.mark.parametrize(("state", "word"), [("declined", "declined"), ("sent", "already")])
def test_one_that_was_asked_already_is_left_out(world: World, state: str, word: str) -> None:
    service = offer(world, "Talk")
    why = reasons(service, replace(of(), asked={service.pk: state}))
    assert why is not None
    assert word in why[0]


def test_one_that_has_closed_is_left_out_last(world: World) -> None:
    closed, full = offer(world, "A closed one"), offer(world, "Full", places_free=0)
    Service.objects.filter(pk=closed.pk).update(active=False)
    Service.objects.filter(pk=full.pk).update(capacity_confirmed_at=TUESDAY)
    _fits, left_out = found(of())
    assert [(each.service.name, each.reasons) for each in left_out] == [
        ("Full", ["No place is free"]),
        ("A closed one", ["It has closed"]),
    ]


def test_each_reason_is_said_where_several_leave_out(world: World) -> None:
    service = offer(world, "Talk", min_age=40, genders={"Masculine"})
    assert reasons(service, of(ages=(29, 29), gender="Feminine")) == [
        "Takes people from 40 years on",
        "Serves: Man or boy",
    ]


# --- what puts before ----------------------------------------


def test_a_right_to_stay_comes_first_for_who_has_none(world: World) -> None:
    offer(world, "A reports", irregular_status="yes", reports_to_immigration="yes", languages={"nep"})
    offer(world, "B turns away", irregular_status="no")
    offer(world, "C silent")
    offer(world, "D serves", irregular_status="yes")
    assert order(of(irregular=True, languages=("nep",))) == [
        "D serves",
        "C silent",
        "B turns away",
        "A reports",
    ]
    assert order(of(irregular=False, languages=("nep",)))[0] == "A reports"


def test_language(world: World) -> None:
    offer(world, "A none", languages={"fra"})
    offer(world, "B silent")
    offer(world, "C other", languages={"eng", "fra"})
    offer(world, "D first", languages={"nep"})
    fits, _left_out = found(of(languages=("nep", "eng")))
    assert [(fit.service.name, fit.reasons[0]) for fit in fits] == [
        ("D first", "Speaks Nepali"),
        ("C other", "Speaks English"),
        ("B silent", "Not known which languages it speaks"),
        ("A none", "Speaks none of their languages"),
    ]
    assert fits[0].ahead == ("Speaks Nepali", "Speaks English")
    assert fits[-1].ahead is None


def test_opening_hours_by_the_clock_of_the_service(world: World) -> None:
    """10:30 UTC on a Tuesday is 11:30 in Rome and 19:30 in Tokyo."""
    offer(world, "A silent")
    offer(world, "B by appointment", by_appointment=True)
    offer(world, "C other day", hours=open_on("wed", 9, 17), time_zone="Europe/Rome")
    offer(world, "D closed there", hours=open_on("tue", 9, 17), time_zone="Asia/Tokyo")
    offer(world, "E open", hours=open_on("tue", 11, 12), time_zone="Europe/Rome")
    offer(world, "F always", always_open=True)
    zones = ("", "Europe/Rome", "Asia/Tokyo")
    assert order(replace(of(), zones=zones)) == [
        "F always",
        "E open",
        "B by appointment",
        "C other day",
        "D closed there",
        "A silent",
    ]
    assert local(TUESDAY, "Asia/Tokyo")[1].hour == 19
    assert local(TUESDAY.replace(hour=16), "Asia/Tokyo")[0] == "wed"


def test_free_places_and_how_sure_they_are(world: World) -> None:
    names = ("A waiting", "B silent", "C free long ago", "D free", "E no list")
    waiting, _silent, old, free, no_list = (offer(world, name) for name in names)
    count(world, waiting, None, waiting="month")
    count(world, old, 2)
    count(world, free, 1)
    count(world, no_list, None, waiting="none")
    Service.objects.filter(pk=old.pk).update(capacity_confirmed_at=timezone.now() - timedelta(days=45))
    situation = replace(of(), now=timezone.now())
    assert order(situation) == ["D free", "E no list", "C free long ago", "B silent", "A waiting"]
    said = {fit.service.name: fit.reasons[1] for fit in found(situation)[0]}
    assert said["D free"] == "1 place free, confirmed today"
    assert said["C free long ago"] == "2 places free, last confirmed 45 days ago: ask before you count on it"
    assert said["A waiting"] == "Waiting list: Up to a month, confirmed today"


def test_accessibility_asks_for_all_that_is_needed(world: World) -> None:
    offer(world, "A some", accessibility={"step_free"})
    offer(world, "B silent")
    offer(world, "C all", accessibility={"step_free", "sign_language", "remote"})
    fits, _left_out = found(of(accessibility=frozenset({"step_free", "sign_language"})))
    assert [fit.service.name for fit in fits] == ["C all", "B silent", "A some"]
    assert "Does not say that it has: Sign language" in fits[-1].reasons


def test_by_whom_one_wants_to_be_helped(world: World) -> None:
    offer(world, "A men", staff_genders={"men"})
    offer(world, "B silent")
    offer(world, "C both", staff_genders={"men", "women"})
    assert order(of(staff_gender="women")) == ["C both", "B silent", "A men"]
    assert order(of()) == ["A men", "B silent", "C both"]


def test_the_town(world: World) -> None:
    offer(world, "A Milan", areas=MILAN)
    offer(world, "B silent")
    offer(world, "C all of it", areas=ITALY)
    near = offer(world, "D Rome", areas=ROME)
    situation = replace(of(country="ITA", town="rome"), near=frozenset({near.pk}))
    fits, _left_out = found(situation)
    assert [fit.service.name for fit in fits] == ["D Rome", "C all of it", "B silent", "A Milan"]
    assert "Works in Rome" in fits[0].reasons


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Málaga", "malaga", True), (" São  Paulo", "sao paulo", True), ("Rome", "Roma", False)],
)
def test_a_town_is_known_by_its_letters(one: str, other: str, same: bool) -> None:
    assert same_place(one, other) == same


def test_an_earlier_rule_decides_whatever_later_ones_say(world: World) -> None:
    offer(world, "A", languages={"fra"}, always_open=True, staff_genders={"women"}, areas=ROME)
    offer(world, "B", languages={"nep"}, staff_genders={"men"}, areas=MILAN)
    fits, _left_out = found(of(languages=("nep",), staff_gender="women", country="ITA", town="Rome"))
    assert [fit.service.name for fit in fits] == ["B", "A"]
    assert fits[0].ahead == ("Speaks Nepali", "Speaks none of their languages")


def test_no_reason_holds_a_score(world: World) -> None:
    """Every rule has a name of its own and says its reasons in words; the order of the rules is written down."""
    assert [rule.name for rule in HARD] == ["closed", "age", "children", "gender", "area", "asked", "full"]
    assert [rule.name for rule in SOFT] == [
        *("status", "language", "schedule", "capacity", "accessibility", "staff_gender", "near")
    ]
    offer(world, "Talk", languages={"nep"})
    (fit,), _left_out = found(of(languages=("nep",), gender="Feminine"))
    assert not any(character.isdigit() for reason in fit.reasons for character in reason)
