"""Time zones as people look for them: by a city, in the language of the interface, with the zone's own name."""

import zoneinfo
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils.translation import get_language

_MADE_UP = ("Etc/", "Antarctica/")


def zones() -> list[str]:
    """The zones of the IANA database in which people live, each by the one name that is in use today."""
    in_use = set(get_global("zone_territories")) & zoneinfo.available_timezones()
    return sorted(zone for zone in in_use if not zone.startswith(_MADE_UP))


def zone_name(zone: str) -> str:
    """A zone for people: "Rome (Europe/Rome)". The zone itself for one that is unknown."""
    return _name(zone, get_language() or "en")


@lru_cache(maxsize=4096)
def _name(zone: str, interface: str) -> str:
    try:
        city = get_timezone_location(zone, locale=Locale.parse(interface, sep="-"), return_city=True)
    except LookupError:
        return zone
    return f"{city} ({zone})"
