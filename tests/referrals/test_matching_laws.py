"""Laws of matching that hold for any services and any survivor, drawn at random from fixed seeds."""

import random
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from referrals.demo import World
from referrals.matching.hard import HARD
from referrals.matching.search import for_need, rank
from referrals.matching.situation import Situation
from referrals.matching.soft import SOFT
from referrals.matching.survivor import SurvivorFacts
from referrals.models import Service
from referrals.service_codes import SERVED_GENDERS, Answer, Children, Waiting
from tests.referrals.services import FRANCE, ITALY, MILAN, NEED, ROME, count, offer, open_on

pytestmark = pytest.mark.django_db

SERVICES, SURVIVORS = 18, 25
ZONES = ("", "Europe/Rome")


@pytest.fixture
def services(world: World) -> list[Service]:
    """Services of all kinds; the last has said nothing at all."""
    drawn = random.Random(20261124)
    made = [offer(world, f"Service {nth}", **facts(drawn)) for nth in range(SERVICES - 1)]
    for service in made[::2]:
        count(world, service, drawn.choice([0, 1, 5, None]), waiting=drawn.choice(list(Waiting.values)))
    Service.objects.filter(pk__in=[each.pk for each in made[::7]]).update(active=False)
    return [*made, offer(world, "Silent")]


def facts(drawn: random.Random) -> dict[str, Any]:
    lowest = drawn.choice([None, 0, 12, 18, 40])
    return {
        "min_age": lowest,
        "max_age": drawn.choice([None, (lowest or 0) + 10]),
        "children": drawn.choice(Children.values),
        "genders": set(drawn.sample(SERVED_GENDERS, drawn.choice([0, 0, 1, 2]))),
        "languages": set(drawn.sample(["eng", "fra", "nep"], drawn.choice([0, 1, 2]))),
        "areas": drawn.choice([frozenset(), FRANCE, ITALY, ROME, MILAN]),
        "hours": drawn.choice([frozenset(), open_on("tue", 9, 17)]),
        "time_zone": drawn.choice(ZONES),
        "always_open": drawn.random() < 0.2,
        "irregular_status": drawn.choice(Answer.values),
        "reports_to_immigration": drawn.choice(Answer.values),
        "accessibility": set(drawn.sample(["step_free", "remote"], drawn.choice([0, 1, 2]))),
        "staff_genders": set(drawn.sample(["women", "men"], drawn.choice([0, 1, 2]))),
    }


def situations(services: list[Service]) -> list[Situation]:
    drawn = random.Random(7)
    made = []
    for _nth in range(SURVIVORS):
        years = drawn.choice([None, 8, 17, 18, 30, 60])
        survivor = SurvivorFacts(
            ages=None if years is None else (years, years),
            child=None if years is None else years < 18,
            alone=drawn.choice([None, True, False]),
            gender=drawn.choice([None, *SERVED_GENDERS]),
            country=drawn.choice([None, "ITA", "FRA", "DEU"]),
            town=drawn.choice([None, "Rome"]),
            languages=tuple(drawn.sample(["eng", "fra", "nep"], drawn.choice([0, 1, 2]))),
            accessibility=frozenset(drawn.sample(["step_free", "remote"], drawn.choice([0, 1, 2]))),
            staff_gender=drawn.choice([None, "women", "men"]),
            irregular=drawn.choice([None, True, False]),
        )
        asked = {each.pk: "declined" for each in drawn.sample(services, 2)}
        made.append(Situation(survivor, now=timezone.now(), asked=asked, zones=ZONES))
    return made


def names(situation: Situation, **rules: Any) -> list[str]:
    fits, _left_out, _more, _more_left_out = rank(for_need(Service.objects.all(), NEED), situation, **rules)
    return [fit.service.name for fit in fits]


def test_a_rule_more_never_adds_a_service(services: list[Service]) -> None:
    for situation in situations(services):
        before = set(names(situation, hard=()))
        assert before == {each.name for each in services}
        for nth in range(len(HARD)):
            after = set(names(situation, hard=HARD[: nth + 1]))
            assert after <= before, HARD[nth].name
            before = after


def test_what_the_record_does_not_say_leaves_nobody_out(services: list[Service]) -> None:
    unasked = {
        "ages": None,
        "child": None,
        "alone": None,
        "gender": None,
        "country": None,
        "town": None,
        "languages": (),
        "accessibility": frozenset(),
        "staff_gender": None,
        "irregular": None,
    }
    assert set(unasked) == {field.name for field in fields(SurvivorFacts)}
    for situation in situations(services):
        known = set(names(situation))
        for name, nothing in unasked.items():
            if name == "child" or (name == "ages" and situation.survivor.child):
                continue
            silent = replace(situation, survivor=replace(situation.survivor, **{name: nothing}))
            assert known <= set(names(silent)), name


def test_what_a_service_does_not_say_never_leaves_it_out(services: list[Service]) -> None:
    silent = services[-1]
    for situation in situations(services):
        assert silent.name in names(replace(situation, asked={}))


def test_the_order_is_total_and_stable(services: list[Service]) -> None:
    """The same services in the same order every time, and any one taken away moves no other."""
    for situation in situations(services)[:8]:
        ordered = names(situation)
        assert ordered == names(situation)
        for gone in ordered[::3]:
            rest = Service.objects.exclude(name=gone)
            fits, *_others = rank(for_need(rest, NEED), situation)
            assert [fit.service.name for fit in fits] == [name for name in ordered if name != gone]


def test_the_reason_that_is_said_is_the_rule_that_decides(services: list[Service]) -> None:
    """What is said to put one before the next is said of both, by a rule on which they differ."""
    for situation in situations(services):
        fits, *_others = rank(for_need(Service.objects.all(), NEED), situation)
        assert [fit.ahead is None for fit in fits[-1:]] == [True] * len(fits[-1:])
        for fit, after in pairwise(fits):
            if fit.ahead is None:  # alike in everything: the name decides
                assert fit.service.name < after.service.name
            else:
                assert fit.ahead[0] in fit.reasons
                assert fit.ahead[1] in after.reasons


def test_soft_rules_leave_nobody_out(services: list[Service]) -> None:
    for situation in situations(services):
        assert set(names(situation, soft=())) == set(names(situation, soft=SOFT))
