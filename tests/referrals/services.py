"""Services with facts, for tests of the directory and of matching."""

from datetime import UTC, datetime, time
from typing import Any

from django.db import transaction

from core.models import Organisation
from referrals.demo import World
from referrals.models import Service
from referrals.service_facts import Area, Hours, ServiceFacts
from referrals.services import confirm_capacity, offer_service
from referrals.services.directory import write_facts

NEED = "mhpss"
TUESDAY = datetime(2026, 3, 10, 10, 30, tzinfo=UTC)


def offer(world: World, name: str, *, organisation: str = "Made-up Aid", **facts: Any) -> Service:
    """A service for the need, of an organisation that does not work with Hearth."""
    made, _new = Organisation.objects.get_or_create(name=organisation)
    known = {key: frozenset(value) if isinstance(value, set) else value for key, value in facts.items()}
    return offer_service(
        actor=world["administrator"].actor,
        organisation=made,
        name=name,
        type=NEED,
        facts=ServiceFacts(**known),
    )


def say(service: Service, **facts: Any) -> None:
    """Other facts of a service, whoever says them."""
    known = {key: frozenset(value) if isinstance(value, set) else value for key, value in facts.items()}
    with transaction.atomic():
        write_facts(service, ServiceFacts(**known))


def count(world: World, service: Service, free: int | None, *, waiting: str = "unknown") -> None:
    """Its free places, confirmed now."""
    confirm_capacity(
        actor=world["administrator"].actor, service_id=service.pk, places_free=free, waiting=waiting
    )


def open_on(day: str, opens: int, closes: int) -> frozenset[Hours]:
    """Opening hours of one day."""
    return frozenset({Hours(day, time(opens), time(closes))})


ITALY, FRANCE, ROME, MILAN = (
    frozenset({Area(*place)})
    for place in (("ITA",), ("FRA",), ("ITA", "IT-62", "Rome"), ("ITA", "IT-25", "Milan"))
)
