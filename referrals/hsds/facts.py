"""What the specification's rows say of a service that matching asks about. What they don't say is not in the result."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import pycountry

from casework.record.codelists import LANGUAGES
from referrals.hsds.staging import CONFIDENTIAL, is_confidential
from referrals.service_codes import Accessibility, Waiting, Weekday
from referrals.service_facts import Area, Hours

Tree = Mapping[str, Any]

_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), Weekday.values, strict=True))
_LAST = time(23, 59)
_LONGEST_PLACE = 60  # characters: what is longer is a sentence, not a name
_ACCESS = {
    Accessibility.STEP_FREE: r"wheelchair|step[- ]free|\bramps?\b",
    Accessibility.TOILET: r"(accessible|disabled) (toilet|restroom|bathroom)",
    Accessibility.HEARING: r"hearing (aid|loop)|induction loop",
    Accessibility.SIGN_LANGUAGE: r"sign language",
    Accessibility.LARGE_PRINT: r"large[- ]print|braille",
    Accessibility.COMPANION: r"(assistance|guide|service) (animal|dog)s?",
}
_NEGATED = re.compile(r"\b(no|not|without|except|limited|un\w*able|isn't|aren't|don't)\b")
_WAIT = re.compile(r"(?:up to |about |approximately )?(\d{1,3}) (day|week|month)s?")
_LENGTHS = {"day": 1, "week": 7, "month": 31}


def said_of(service: Tree, *, secret: bool) -> dict[str, Any]:
    """The facts that a service's tree of rows states, by their names in ServiceFacts; not the place of a secret one."""
    said: dict[str, Any] = {
        "min_age": _age(service.get("minimum_age")),
        "max_age": _age(service.get("maximum_age")),
        "required_documents": _documents(service),
        "email": service.get("email"),
        "website": _website(service.get("url")),
        "phone": _phone(service),
        "languages": frozenset(filter(None, map(_language, service.get("languages", ())))),
        "accessibility": frozenset(_accessibility(service)),
        "areas": frozenset(_areas(service)),
        "hours": frozenset(_hours(service)),
        "waiting": _waiting(service.get("wait_time")),
    }
    if {each.weekday for each in said["hours"] if each.opens == time(0) and each.closes == _LAST} == set(
        Weekday.values
    ):
        said["always_open"] = True
    if not secret:
        said |= _place(service)
    return {name: value for name, value in said.items() if value not in (None, "", frozenset())}


def _age(value: object) -> int | None:
    return (
        int(value) if isinstance(value, int | float) and 0 <= value <= 120 and value == int(value) else None
    )


def _documents(service: Tree) -> str:
    named = [each["document"] for each in service.get("required_documents", ()) if each.get("document")]
    return "; ".join(named)[:500]


def _website(url: object) -> str:
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) and len(url) <= 200 else ""


def _phone(service: Tree) -> str:
    for each in _open(service, "phones"):
        number = str(each.get("number") or "").strip("\"' ")
        if 0 < len(number) <= 40:
            return number
    return ""


def _language(row: Tree) -> str | None:
    return _language_code(str(row.get("code") or row.get("name") or "").strip().lower())


@lru_cache(maxsize=1000)
def _language_code(word: str) -> str | None:
    """ISO 639-3, of a code of two or three letters (also of `en-GB`) or an English name."""
    code = word.partition("-")[0] if re.match(r"[a-z]{2,3}-", word) else word
    # One after the other: "en" is also the name of a language, and lookup() takes that.
    found = (
        pycountry.languages.get(alpha_2=code)
        or pycountry.languages.get(alpha_3=code)
        or pycountry.languages.get(name=word.title())
    )
    return str(found.alpha_3) if found is not None and found.alpha_3 in LANGUAGES else None


def _open(tree: Tree, name: str) -> Iterator[Tree]:
    """What hangs on a row and is not flagged."""
    return (each for each in tree.get(name, ()) if not is_confidential(each.get(CONFIDENTIAL)))


def _locations(service: Tree) -> Iterator[Tree]:
    for each in service.get("service_at_locations", ()):
        location = each.get("location")
        if isinstance(location, dict) and not is_confidential(location.get(CONFIDENTIAL)):
            yield location


def _accessibility(service: Tree) -> Iterator[str]:
    for location in _locations(service):
        if location.get("location_type") == "virtual":
            yield Accessibility.REMOTE
        for row in location.get("accessibility", ()):
            text = f"{row.get('description') or ''}. {row.get('details') or ''}".lower()
            for sentence in re.split(r"[.;!?\n]", text):
                if not _NEGATED.search(sentence):
                    yield from (code for code, words in _ACCESS.items() if re.search(words, sentence))


@lru_cache(maxsize=1000)
def _country(word: str) -> str:
    try:
        return str(pycountry.countries.lookup(word).alpha_3)
    except LookupError:
        return ""


def _areas(service: Tree) -> Iterator[Area]:
    """A country, a part of one by its ISO 3166-2 code, or a place in the country where the service is."""
    countries = {
        _country(str(address.get("country") or ""))
        for location in _locations(service)
        for address in location.get("addresses", ())
    } - {""}
    for row in service.get("service_areas", ()):
        name = str(row.get("name") or "").strip()
        if not name or len(name) > _LONGEST_PLACE:
            continue
        part = pycountry.subdivisions.get(code=name.upper())  # type: ignore[no-untyped-call]
        if country := _country(name):
            yield Area(country)
        elif part is not None:
            yield Area(_country(part.country_code), part.code)
        elif len(countries) == 1:
            yield Area(next(iter(countries)), "", name)


def _hours(service: Tree) -> Iterator[Hours]:
    own = list(service.get("schedules", ()))
    there = [row for each in service.get("service_at_locations", ()) for row in each.get("schedules", ())]
    seen: set[tuple[str, time]] = set()
    for row in own or there:
        if row.get("freq") != "WEEKLY" or row.get("interval") not in (None, 1) or _is_over(row):
            continue
        for day in filter(None, (_DAYS.get(each.strip()) for each in str(row.get("byday") or "").split(","))):
            for hours in _of_a_day(day, _time(row.get("opens_at")), _time(row.get("closes_at"))):
                if (hours.weekday, hours.opens) not in seen:
                    seen.add((hours.weekday, hours.opens))
                    yield hours


def _of_a_day(day: str, opens: time | None, closes: time | None) -> Iterator[Hours]:
    """Split where it runs past midnight."""
    if opens is None or closes is None:
        return
    if opens < closes:
        yield Hours(day, opens, closes)
        return
    if opens < _LAST:
        yield Hours(day, opens, _LAST)
    if closes > time(0) and opens != closes:
        following = Weekday.values[(Weekday.values.index(day) + 1) % 7]
        yield Hours(following, time(0), closes)


def _time(value: object) -> time | None:
    try:
        return time.fromisoformat(str(value)).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return None


def _is_over(row: Tree) -> bool:
    try:
        return date.fromisoformat(str(row.get("valid_to") or "")) < date.today()
    except ValueError:
        return False


def _waiting(text: object) -> str:
    words = str(text or "").strip().lower().rstrip(".")
    if words in ("none", "no wait", "no waiting list", "no waiting time"):
        return Waiting.NONE
    found = _WAIT.fullmatch(words)
    if not found:
        return ""
    days = int(found[1]) * _LENGTHS[found[2]]
    limits = ((0, Waiting.NONE), (7, Waiting.WEEK), (31, Waiting.MONTH), (93, Waiting.QUARTER))
    return next((length for most, length in limits if days <= most), Waiting.LONGER)


def _place(service: Tree) -> dict[str, Any]:
    """The first place that has one: an address in one line, and where on the map."""
    for location in _locations(service):
        said: dict[str, Any] = {}
        at = [_degrees(location.get(name), most) for name, most in (("latitude", 90), ("longitude", 180))]
        if None not in at:
            said["latitude"], said["longitude"] = at
        address = next(
            (each for each in _open(location, "addresses") if each.get("address_type") != "postal"), None
        )
        if address is not None:
            parts = ("address_1", "address_2", "postal_code", "city", "region", "state_province", "country")
            said["address"] = ", ".join(str(address[part]) for part in parts if address.get(part))[:300]
        if said:
            return said
    return {}


def _degrees(value: object, most: int) -> Decimal | None:
    try:
        number = Decimal(str(value)).quantize(Decimal("0.00001"))
    except (InvalidOperation, ValueError):
        return None
    return number if abs(number) <= most else None
