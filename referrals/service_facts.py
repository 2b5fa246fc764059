"""What is known of services, read and checked as a whole; referrals/services/directory.py writes it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import time
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pycountry
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from casework.record.codelists import COUNTRIES, LANGUAGES
from casework.record.contact_codes import TIME_ZONES
from core.errors import Invalid, Message
from referrals.models import Service, ServiceArea, ServiceCode, ServiceHours
from referrals.service_codes import CLOSED_CODES, Answer, Children, CodeKind, Waiting, Weekday
from referrals.taxonomy import ServiceType

_OLDEST = 120  # years
_NOT_IN_THE_LIST: Message = _("This is not in the list.")


@dataclass(frozen=True, slots=True)
class Area:
    """Where people may live: all of a country, or a part or a place of it."""

    country: str
    subdivision: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """When it is open on a day of the week."""

    weekday: str
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """Everything that is known of a service besides its name, type, description and confirmed capacity.

    What has not been said is None, "unknown" or empty. `needs` are those that it meets, its type always among them.
    """

    needs: frozenset[str] = frozenset()
    genders: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    accessibility: frozenset[str] = frozenset()
    staff_genders: frozenset[str] = frozenset()
    areas: frozenset[Area] = frozenset()
    hours: frozenset[Hours] = frozenset()
    min_age: int | None = None
    max_age: int | None = None
    children: str = Children.UNKNOWN
    irregular_status: str = Answer.UNKNOWN
    reports_to_immigration: str = Answer.UNKNOWN
    required_documents: str = ""
    confidential: bool = False
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    phone: str = ""
    email: str = ""
    website: str = ""
    always_open: bool = False
    by_appointment: bool = False
    time_zone: str = ""
    places_total: int | None = None
    places_free: int | None = None
    waiting: str = Waiting.UNKNOWN


CODES = {
    "needs": CodeKind.NEED,
    "genders": CodeKind.GENDER,
    "languages": CodeKind.LANGUAGE,
    "accessibility": CodeKind.ACCESSIBILITY,
    "staff_genders": CodeKind.STAFF_GENDER,
}
"""Which facts are rows of codes, and of which kind."""
COLUMNS = tuple(field.name for field in fields(ServiceFacts) if field.name not in (*CODES, "areas", "hours"))
"""Which facts are columns of the service."""


def read_facts(services: Iterable[Service]) -> dict[UUID, ServiceFacts]:
    """The facts of each of them, by its id. Three queries, however many there are."""
    rows = {service.pk: service for service in services}
    codes: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    areas: dict[UUID, set[Area]] = defaultdict(set)
    hours: dict[UUID, set[Hours]] = defaultdict(set)
    of_them = {"service__in": list(rows)}
    for pk, kind, code in ServiceCode.objects.filter(**of_them).values_list("service", "kind", "code"):
        codes[pk, kind].add(code)
    areas_of = ServiceArea.objects.filter(**of_them)
    for pk, country, subdivision, place in areas_of.values_list("service", "country", "subdivision", "place"):
        areas[pk].add(Area(country, subdivision, place))
    hours_of = ServiceHours.objects.filter(**of_them)
    for pk, weekday, opens, closes in hours_of.values_list("service", "weekday", "opens", "closes"):
        hours[pk].add(Hours(weekday, opens, closes))
    found = {}
    for pk, service in rows.items():
        columns: dict[str, Any] = {name: getattr(service, name) for name in COLUMNS}
        columns |= {name: frozenset(codes[pk, kind]) for name, kind in CODES.items()}
        found[pk] = ServiceFacts(areas=frozenset(areas[pk]), hours=frozenset(hours[pk]), **columns)
    return found


def check_facts(facts: ServiceFacts) -> None:
    """Raise Invalid at each fact that can't be so."""
    wrong: dict[str, list[Message]] = defaultdict(list)
    allowed: dict[str, Any] = {"needs": ServiceType.values, "languages": LANGUAGES}
    allowed |= {name: CLOSED_CODES[kind] for name, kind in CODES.items() if kind in CLOSED_CODES}
    for name, codes in allowed.items():
        if any(code not in codes for code in getattr(facts, name)):
            wrong[name].append(_NOT_IN_THE_LIST)
    for name, choices in (
        ("children", Children),
        ("irregular_status", Answer),
        ("reports_to_immigration", Answer),
        ("waiting", Waiting),
    ):
        if getattr(facts, name) not in choices.values:
            wrong[name].append(_NOT_IN_THE_LIST)
    if facts.time_zone and facts.time_zone not in TIME_ZONES:
        wrong["time_zone"].append(_NOT_IN_THE_LIST)
    if not all(map(_is_somewhere, facts.areas)):
        wrong["areas"].append(_NOT_IN_THE_LIST)
    if any(each.opens >= each.closes or each.weekday not in Weekday.values for each in facts.hours):
        wrong["hours"].append(_("Closing comes after opening. Split what runs past midnight in two."))
    _check_numbers(facts, wrong)
    _check_place(facts, wrong)
    for name in ("required_documents", "address", "phone", "email", "website"):
        try:
            _column(name).clean(getattr(facts, name), None)
        except ValidationError as error:
            wrong[name] += error.messages
    if wrong:
        raise Invalid(wrong)


def _column(name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", Service._meta.get_field(name))


def _check_numbers(facts: ServiceFacts, wrong: dict[str, list[Message]]) -> None:
    for lower, upper, most, message in (
        ("min_age", "max_age", _OLDEST, _("The highest age can't be below the lowest.")),
        ("places_free", "places_total", 1_000_000, _("No more can be free than there are.")),
    ):
        low, high = getattr(facts, lower), getattr(facts, upper)
        for name, number in ((lower, low), (upper, high)):
            if number is not None and not 0 <= number <= most:
                wrong[name].append(_("This number can't be right."))
        if low is not None and high is not None and low > high:
            wrong[upper if lower == "min_age" else lower].append(message)


def _check_place(facts: ServiceFacts, wrong: dict[str, list[Message]]) -> None:
    both = (facts.latitude, facts.longitude)
    if facts.confidential and (facts.address or any(each is not None for each in both)):
        wrong["address"].append(_("Nothing is kept here of where a confidential service is."))
    if (facts.latitude is None) != (facts.longitude is None):
        wrong["latitude"].append(_("Give both latitude and longitude, or neither."))
    elif abs(facts.latitude or Decimal()) > 90 or abs(facts.longitude or Decimal()) > 180:
        wrong["latitude"].append(_("This number can't be right."))


def _is_somewhere(area: Area) -> bool:
    if area.country not in COUNTRIES:
        return False
    if not area.subdivision:
        return True
    part = pycountry.subdivisions.get(code=area.subdivision)  # type: ignore[no-untyped-call]
    country = pycountry.countries.get(alpha_3=area.country)
    return part is not None and country is not None and part.country_code == country.alpha_2
