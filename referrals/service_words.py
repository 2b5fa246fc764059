"""What is known of a service in words: for its page, for lists and for the reasons of matching."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pycountry
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.record.codelists import COUNTRIES, GENDERS, LANGUAGES
from casework.record.contact_codes import TIME_ZONES
from referrals.capacity import is_fresh
from referrals.models import Service
from referrals.service_codes import Accessibility, Answer, Children, StaffGender, Waiting, Weekday
from referrals.service_facts import Area, ServiceFacts
from referrals.taxonomy import ServiceType


def ages_words(facts: ServiceFacts) -> str:
    """Which ages it takes; empty where it has no rule."""
    lowest, highest = facts.min_age, facts.max_age
    if lowest is not None and highest is not None:
        return _("Takes people from %(lowest)d to %(highest)d") % {"lowest": lowest, "highest": highest}
    if lowest is not None:
        return _("Takes people from %(lowest)d years on") % {"lowest": lowest}
    if highest is not None:
        return _("Takes people up to %(highest)d years") % {"highest": highest}
    return ""


def genders_words(facts: ServiceFacts) -> str:
    """Whom it serves; empty where it has not said."""
    served = [label for code, label in GENDERS.choices() if code in facts.genders]
    return _("Serves: %(whom)s") % {"whom": ", ".join(served)} if served else ""


def countries_words(facts: ServiceFacts) -> str:
    """In which countries it works; empty where it has not said."""
    countries = sorted(COUNTRIES.label(code) for code in {area.country for area in facts.areas})
    return _("Works in %(countries)s") % {"countries": ", ".join(countries)} if countries else ""


def capacity_words(service: Service, now: datetime | None = None) -> str:
    """How full it says that it is, and when that was last confirmed."""
    if service.places_free is not None:
        said = ngettext("%(free)d place free", "%(free)d places free", service.places_free) % {
            "free": service.places_free
        }
    elif service.waiting == Waiting.NONE:
        said = _("No waiting list")
    elif service.waiting == Waiting.UNKNOWN:
        return _("Not known how full it is")
    else:
        said = _("Waiting list: %(how_long)s") % {"how_long": Waiting(service.waiting).label}
    at = service.capacity_confirmed_at
    if at is None:
        return _("%(said)s, not confirmed") % {"said": said}
    days = (timezone.localdate() - timezone.localdate(at)).days
    if days <= 0:
        return _("%(said)s, confirmed today") % {"said": said}
    when = ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}
    if is_fresh(service, now):
        return _("%(said)s, last confirmed %(when)s") % {"said": said, "when": when}
    return _("%(said)s, last confirmed %(when)s: ask before you count on it") % {"said": said, "when": when}


def hours_words(facts: ServiceFacts) -> list[str]:
    """When it is open: a line for what holds always, then one for each day."""
    lines = [_("Open day and night")] if facts.always_open else []
    if facts.by_appointment:
        lines.append(_("By appointment"))
    for day in Weekday:
        spans = sorted((each.opens, each.closes) for each in facts.hours if each.weekday == day)
        if spans:
            times = ", ".join(f"{time_format(opens)}-{time_format(closes)}" for opens, closes in spans)
            lines.append(f"{day.label}: {times}")
    if facts.hours and facts.time_zone:
        lines.append(TIME_ZONES.label(facts.time_zone))
    return lines


def described(service: Service, facts: ServiceFacts) -> list[tuple[str, list[str]]]:
    """Everything that is known of it, as (what, lines): no lines where nobody has said."""
    rows: list[tuple[str, Any]] = [
        (_("Needs that it meets"), _labels(ServiceType, facts.needs)),
        (_("Genders"), [label for code, label in GENDERS.choices() if code in facts.genders]),
        (_("Age"), [ages_words(facts)]),
        (_("Children"), [_known(Children, facts.children)]),
        (_("Languages"), sorted(map(LANGUAGES.label, facts.languages))),
        (_("Where it works"), sorted(map(area_words, facts.areas))),
        (_("Address"), [_("Confidential: ask the service")] if facts.confidential else [facts.address]),
        (_("Phone"), [facts.phone]),
        (_("E-mail"), [facts.email]),
        (_("Website"), [facts.website]),
        (_("Opening hours"), hours_words(facts)),
        (_("Accessibility"), _labels(Accessibility, facts.accessibility)),
        (_("Staff that one can ask for"), _labels(StaffGender, facts.staff_genders)),
        (_("Papers that it asks for"), [facts.required_documents]),
        (_("Serves people without a right to stay"), [_known(Answer, facts.irregular_status)]),
        (_("Reports to immigration authorities"), [_known(Answer, facts.reports_to_immigration)]),
    ]
    return [(label, [line for line in lines if line]) for label, lines in rows]


def area_words(area: Area) -> str:
    """An area for people: "Rome, Roma, Italy"."""
    return ", ".join(filter(None, (area.place, _part(area.subdivision), COUNTRIES.label(area.country))))


def _part(code: str) -> str:
    """The name of a part of a country, in its own language as ISO 3166-2 has it; the code where it has none."""
    part = pycountry.subdivisions.get(code=code) if code else None  # type: ignore[no-untyped-call]
    return str(part.name) if part else code


def _labels(choices: Any, codes: Iterable[str]) -> list[str]:
    return [str(label) for code, label in choices.choices if code in codes]


def _known(choices: Any, code: str) -> str:
    return "" if code == "unknown" else str(choices(code).label)
