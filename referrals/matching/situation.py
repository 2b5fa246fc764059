"""What the rules are asked about: a survivor's facts, the moment, what this case has asked of whom, and a service."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone

from referrals.matching.survivor import SurvivorFacts
from referrals.models import Service, ServiceArea, ServiceCode, ServiceHours
from referrals.service_codes import Weekday
from referrals.service_facts import ServiceFacts


@dataclass(frozen=True, slots=True)
class Situation:
    """For whom a service is looked for, and when.

    `asked` says where a referral of this case to a service stands; `near` are the services that name the survivor's
    town, compared here and not in the database; `zones` are the time zones that services keep hours in.
    """

    survivor: SurvivorFacts
    now: datetime = field(default_factory=timezone.now)
    asked: Mapping[UUID, str] = field(default_factory=dict)
    near: frozenset[UUID] = frozenset()
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One service as a rule puts it into words."""

    service: Service
    facts: ServiceFacts


def has_code(kind: str, *codes: str) -> Q:
    """That the service has one of these codes of a kind; any of the kind where none is named."""
    of_these = {"code__in": codes} if codes else {}
    return _has(ServiceCode.objects.filter(service=OuterRef("pk"), kind=kind, **of_these))


def has_area(**place: str) -> Q:
    """That it names such an area; any where nothing is asked."""
    return _has(ServiceArea.objects.filter(service=OuterRef("pk"), **place))


def has_hours() -> Q:
    """That it has said when it is open."""
    return _has(ServiceHours.objects.filter(service=OuterRef("pk")))


def _has(rows: QuerySet[Any]) -> Q:
    """That there is such a row: looked up for each service, where PostgreSQL would hash an EXISTS for all of them."""
    return Q(IsNull(Subquery(rows.values("pk")[:1]), False))


def open_now(situation: Situation) -> Q:
    """That by the clock of its own time zone it is open."""
    condition = Q(pk__in=())
    for zone in situation.zones:
        day, clock = local(situation.now, zone)
        hours = ServiceHours.objects.filter(
            service=OuterRef("pk"), weekday=day, opens__lte=clock, closes__gt=clock
        )
        condition |= Q(time_zone=zone) & _has(hours)
    return condition


def local(now: datetime, zone: str) -> tuple[str, time]:
    """The day of the week and the time in a zone; "" is the zone of the pages."""
    there = now.astimezone(ZoneInfo(zone or settings.TIME_ZONE))
    return Weekday.values[there.weekday()], there.time().replace(tzinfo=None)


def same_place(one: str, other: str) -> bool:
    """Whether two names of a town are the same but for accents and capitals."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).casefold().split())
