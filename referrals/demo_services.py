"""More services of the demo's directory. None of them exists, and no place is one where anybody helps."""

from datetime import time
from decimal import Decimal
from typing import Any

from django.db import transaction

from core.actor import Actor
from core.models import Organisation, Team
from referrals.demo import World
from referrals.models import Service
from referrals.service_codes import Answer, Children, Waiting
from referrals.service_facts import Area, Hours, ServiceFacts
from referrals.services import change_service, confirm_capacity, offer_service
from referrals.taxonomy import ServiceType


def _open(days: str, opens: int, closes: int) -> frozenset[Hours]:
    return frozenset(Hours(day, time(opens), time(closes)) for day in days.split())


_WEEK = "mon tue wed thu fri"
_ITALY = frozenset({Area("ITA")})
_ROME = frozenset({Area("ITA", "IT-62", "Rome")})
_LEGAL = ServiceFacts(
    needs=frozenset({ServiceType.NON_PUNISHMENT, ServiceType.RESIDENCE_PERMIT}),
    languages=frozenset({"ita", "eng", "tgl"}),
    areas=_ITALY,
    hours=_open(_WEEK, 9, 17),
    by_appointment=True,
    time_zone="Europe/Rome",
    children=Children.WITH_PARENT,
    irregular_status=Answer.YES,
    reports_to_immigration=Answer.NO,
    accessibility=frozenset({"step_free", "remote"}),
    staff_genders=frozenset({"women", "men"}),
)
# Organisation, name, type, description, facts, and (free, all, waiting list) where somebody has counted.
_SERVICES: list[tuple[str, str, str, str, dict[str, Any], tuple[int | None, int | None, str] | None]] = [
    (
        "Lantern House",
        "Women's shelter",
        ServiceType.SHELTER_TRANSITIONAL,
        "Rooms with a door that locks, for up to a year.",
        {
            "genders": {"Feminine", "TransgenderFeminine"},
            "languages": {"ita", "eng", "tgl"},
            "areas": _ROME,
            "min_age": 18,
            "children": Children.WITH_PARENT,
            "irregular_status": Answer.YES,
            "reports_to_immigration": Answer.NO,
            "confidential": True,
            "always_open": True,
            "staff_genders": {"women"},
            "accessibility": {"step_free", "toilet"},
        },
        (3, 14, Waiting.NONE),
    ),
    (
        "Almond Tree",
        "Rooms for working people",
        ServiceType.SHELTER_TRANSITIONAL,
        "Shared flats. A small rent from the fourth month on.",
        {
            "languages": {"ita", "fra", "ara"},
            "areas": _ITALY,
            "min_age": 18,
            "children": Children.NONE,
            "irregular_status": Answer.NO,
            "reports_to_immigration": Answer.YES,
            "address": "1 Invented Street, Rome",
            "latitude": Decimal("41.90000"),
            "longitude": Decimal("12.50000"),
            "hours": _open(_WEEK, 8, 20),
            "time_zone": "Europe/Rome",
            "required_documents": "Identity card or passport; a contract of work.",
        },
        (0, 20, Waiting.MONTH),
    ),
    (
        "Almond Tree",
        "House for men",
        ServiceType.SHELTER_TRANSITIONAL,
        "Rooms for two.",
        {"genders": {"Masculine"}, "languages": {"ita", "ben"}, "areas": _ITALY, "min_age": 18},
        (5, 12, Waiting.NONE),
    ),
    (
        "Second Home Network",
        "Host families",
        ServiceType.SHELTER_TRANSITIONAL,
        "A room with a family that has been prepared for it.",
        {"areas": _ITALY, "by_appointment": True, "children": Children.ALONE},
        None,
    ),
    (
        "Harbour Clinic",
        "Doctors without questions",
        ServiceType.MEDICAL_GENERAL,
        "General care, women's health and vaccinations. No card needed.",
        {
            "needs": {ServiceType.MEDICAL_SEXUAL, ServiceType.MHPSS},
            "languages": {"ita", "eng", "fra", "tgl"},
            "areas": _ROME,
            "children": Children.ALONE,
            "irregular_status": Answer.YES,
            "reports_to_immigration": Answer.NO,
            "hours": _open("mon wed fri sat", 8, 14),
            "time_zone": "Europe/Rome",
            "address": "2 Invented Square, Rome",
            "phone": "+39 06 5550123",
            "accessibility": {"step_free", "sign_language"},
        },
        (None, None, Waiting.WEEK),
    ),
]


@transaction.atomic
def furnish_directory(world: World) -> list[Service]:
    """Say more of the partner's services, and add those of organisations that do not work with Hearth."""
    partner, administrator = world["focal_point"].actor, world["administrator"].actor
    change_service(actor=partner, service_id=world.services[0].pk, facts=_LEGAL)
    made = [_offered(administrator, None, *each) for each in _SERVICES]
    team: Team = world.partner_team
    night = ServiceFacts(
        languages=frozenset({"ita", "eng", "tgl"}), areas=_ITALY, always_open=True, min_age=18
    )
    made.append(
        offer_service(
            actor=partner,
            organisation=team.organisation,
            team=team,
            name="Night desk",
            type=ServiceType.SHELTER_EMERGENCY,
            description="A bed for tonight, at any hour.",
            facts=night,
        )
    )
    confirm_capacity(actor=partner, service_id=made[-1].pk, places_free=2, places_total=4)
    return made


def _offered(
    actor: Actor,
    team: Team | None,
    organisation_name: str,
    name: str,
    type_: str,
    description: str,
    known: dict[str, Any],
    counted: tuple[int | None, int | None, str] | None,
) -> Service:
    organisation, _made = Organisation.objects.get_or_create(name=organisation_name)
    facts: dict[str, Any] = {
        key: frozenset(value) if isinstance(value, set) else value for key, value in known.items()
    }
    service = offer_service(
        actor=actor,
        organisation=organisation,
        team=team,
        name=name,
        type=type_,
        description=description,
        facts=ServiceFacts(**facts),
    )
    if counted is not None:
        free, places, waiting = counted
        confirm_capacity(
            actor=actor, service_id=service.pk, places_free=free, places_total=places, waiting=waiting
        )
    return service
