"""How long a count of free places is believed, by the kind of service."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from referrals.models import Service


def fresh_for(service_type: str) -> timedelta:
    """How long after it was confirmed; the lengths are ours, and settings."""
    return timedelta(days=settings.CAPACITY_FRESH_DAYS_OF.get(service_type, settings.CAPACITY_FRESH_DAYS))


def is_fresh(service: Service, now: datetime | None = None) -> bool:
    """Whether its count of places is believed."""
    confirmed = service.capacity_confirmed_at
    return confirmed is not None and confirmed >= (now or timezone.now()) - fresh_for(service.type)


def fresh(now: datetime) -> Q:
    """The same as a condition. It is never null."""
    own = settings.CAPACITY_FRESH_DAYS_OF
    condition = ~Q(type__in=list(own)) & _since(now, settings.CAPACITY_FRESH_DAYS)
    for days in set(own.values()):
        condition |= Q(type__in=[each for each in own if own[each] == days]) & _since(now, days)
    return condition


def _since(now: datetime, days: int) -> Q:
    return Q(capacity_confirmed_at__isnull=False, capacity_confirmed_at__gte=now - timedelta(days=days))


COUNTED = Q(active=True) & (
    Q(places_total__isnull=False) | Q(places_free__isnull=False) | ~Q(waiting="unknown")
)
"""The services that have said anything of how full they are: who has not is not asked again and again."""
