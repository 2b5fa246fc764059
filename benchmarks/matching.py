"""Finding a service among many: rules, order and reasons, against the bare filter."""

import random
from collections.abc import Iterator
from datetime import time, timedelta
from itertools import islice

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from benchmarks.harness import Result, compare
from core.models import Organisation
from referrals.capacity import fresh
from referrals.matching.search import SHOWN, for_need, rank
from referrals.matching.situation import Situation
from referrals.matching.survivor import SurvivorFacts
from referrals.models import Service, ServiceArea, ServiceCode, ServiceHours
from referrals.service_codes import CodeKind
from referrals.service_facts import read_facts
from referrals.taxonomy import ServiceType

SERVICES, ORGANISATIONS, A_SERVICE = 20_000, 400, 3
"""Each meets three needs, so that some 1,800 meet any one."""

_NEED = ServiceType.MHPSS
_LANGUAGES = ("ita", "eng", "fra", "spa", "ara", "ron", "ukr", "nep", "tgl", "ben")
_COUNTRIES = ("ITA", "ITA", "ITA", "FRA", "ESP")
_SURVIVOR = SurvivorFacts(
    ages=(29, 29),
    child=False,
    gender="Feminine",
    country="ITA",
    town="Place 7",
    languages=("tgl", "eng"),
    accessibility=frozenset({"step_free"}),
    staff_gender="women",
    irregular=True,
)


def measure(rounds: int = 100) -> Iterator[Result]:
    """The first twenty that fit, and ten of those left out, with their reasons."""
    _fill()
    situation = Situation(_SURVIVOR, zones=("Europe/Rome",))
    services = Service.objects.filter(organisation__name__startswith="Many")

    def ours() -> int:
        fits, _left_out, more, _more_left_out = rank(for_need(services, _NEED), situation)
        return len(fits) + more

    def bare() -> int:
        return len(_bare(services))

    assert ours() == bare() > 3 * SHOWN
    what = f"Services for a need among {SERVICES:,}, ranked with reasons"
    yield compare(what, ours, "those that fit, by name", bare, rounds=rounds, at_most=1.5)


def _bare(services: QuerySet[Service]) -> list[Service]:
    """What a plain application would ask: the same conditions in one WHERE, and the facts of the twenty it shows."""
    genders = ServiceCode.objects.filter(service=OuterRef("pk"), kind=CodeKind.GENDER)
    areas = ServiceArea.objects.filter(service=OuterRef("pk"))
    women = ~Exists(genders) | Exists(genders.filter(code="Feminine"))
    here = ~Exists(areas) | Exists(areas.filter(country="ITA"))
    of_age = (Q(min_age=None) | Q(min_age__lte=29)) & (Q(max_age=None) | Q(max_age__gte=29))
    full = Q(places_free__isnull=False, places_free=0) & fresh(timezone.now())
    rows = services.filter(
        of_age, women, here, ~full, active=True, codes__kind=CodeKind.NEED, codes__code=_NEED
    )
    found = list(rows.select_related("organisation", "team__organisation").order_by("name", "pk"))
    read_facts(found[:SHOWN])
    return found


def _fill() -> None:
    """Services with facts of every kind, the same ones each time."""
    drawn = random.Random(11)
    owners = Organisation.objects.bulk_create(
        Organisation(name=f"Many services {nth}") for nth in range(ORGANISATIONS)
    )
    services = Service.objects.bulk_create(
        (_service(drawn, nth, owners[nth % ORGANISATIONS]) for nth in range(SERVICES)), batch_size=500
    )
    ServiceCode.objects.bulk_create(
        (
            ServiceCode(service=each, kind=kind, code=code)
            for each in services
            for kind, code in _codes(drawn, each)
        ),
        batch_size=5000,
    )
    ServiceArea.objects.bulk_create(
        (
            ServiceArea(service=each, country=drawn.choice(_COUNTRIES), place=f"Place {drawn.randrange(60)}")
            for each in islice(services, 0, None, 2)
        ),
        batch_size=5000,
    )
    ServiceHours.objects.bulk_create(
        (
            ServiceHours(service=each, weekday=day, opens=time(9), closes=time(17))
            for each in islice(services, 0, None, 2)
            for day in ("mon", "tue", "wed", "thu", "fri")
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:  # as PostgreSQL's autovacuum does by itself
        cursor.execute("ANALYZE")


def _service(drawn: random.Random, nth: int, organisation: Organisation) -> Service:
    free = drawn.choice([None, None, 0, 2, 5])
    return Service(
        organisation=organisation,
        name=f"Service {nth:05}",
        type=drawn.choice(ServiceType.values),
        min_age=drawn.choice([None, 18, 30]),
        max_age=drawn.choice([None, 65]),
        irregular_status=drawn.choice(["yes", "no", "unknown"]),
        reports_to_immigration=drawn.choice(["no", "unknown", "unknown", "yes"]),
        always_open=drawn.random() < 0.1,
        by_appointment=drawn.random() < 0.3,
        time_zone="Europe/Rome",
        places_free=free,
        capacity_confirmed_at=None if free is None else timezone.now() - timedelta(days=drawn.randrange(60)),
    )


def _codes(drawn: random.Random, service: Service) -> Iterator[tuple[str, str]]:
    needs = {service.type, *drawn.sample(ServiceType.values, A_SERVICE - 1)}
    for kind, codes, most in (
        (CodeKind.GENDER, ("Feminine", "Masculine"), 2),
        (CodeKind.LANGUAGE, _LANGUAGES, 4),
        (CodeKind.ACCESSIBILITY, ("step_free", "remote"), 2),
        (CodeKind.STAFF_GENDER, ("women", "men"), 2),
    ):
        for code in drawn.sample(codes, drawn.randrange(most + 1)):
            yield kind, code
    for need in needs:
        yield CodeKind.NEED, need
