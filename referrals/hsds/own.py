"""Hearth's own services as rows of the specification, for those who want to publish them: nothing does so by itself.

A service whose address is confidential, or of whose kind, any need that it meets or name nobody should know the place,
is left out. Of the others goes what is said of them in public: where they are, only as a point on the map.
"""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID, uuid5

from referrals.hsds.given import Given
from referrals.hsds.problems import Tell
from referrals.hsds.schema import tables
from referrals.hsds.types import SECRET_PLACES, own_taxonomy, sounds_sheltered, term_id
from referrals.hsds.withholding import OWN
from referrals.models import Service
from referrals.service_facts import ServiceFacts, read_facts

AT_ONCE = 200
_DAYS = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}

Data = dict[str, object]


class OwnServices:
    """Every active service that was not imported, read as if it were a package. Where one has gone, it is missing."""

    def __init__(self) -> None:
        self._services = (
            Service.objects.filter(active=True, confidential=False, directory_row=None)
            .exclude(type__in=SECRET_PLACES)
            .select_related("organisation")
            .order_by("pk")
        )
        self.total = self._services.count()
        self.done = 0
        self.complete: set[str] = set()

    def rows(self, tell: Tell) -> Iterator[Given]:
        """The rows of all of them; of an organisation, the first time it comes."""
        for table, data in own_taxonomy():
            yield _given(table, data)
        seen: set[UUID] = set()
        each = self._services.iterator(chunk_size=AT_ONCE)
        while batch := list(islice(each, AT_ONCE)):
            facts = read_facts(batch)
            for service in batch:
                if facts[service.pk].needs & SECRET_PLACES or sounds_sheltered(service.name):
                    continue
                if service.organisation_id not in seen:
                    seen.add(service.organisation_id)
                    name = service.organisation.name
                    yield _given(
                        "organization",
                        {"id": str(service.organisation_id), "name": name, "description": name},
                    )
                for table, data in _rows(service, facts[service.pk]):
                    yield _given(table, data)
            self.done += len(batch)
        self.complete = set(tables())


def _given(table: str, data: Data) -> Given:
    return Given(
        tables()[table], OWN, str(data["id"]), {name: v for name, v in data.items() if v not in (None, "")}
    )


def _rows(service: Service, facts: ServiceFacts) -> Iterator[tuple[str, Data]]:
    def part(word: str) -> str:
        return str(uuid5(service.pk, word))

    of: Data = {"service_id": str(service.pk)}
    yield (
        "service",
        {
            "id": str(service.pk),
            "organization_id": str(service.organisation_id),
            "name": service.name,
            "description": service.description,
            "status": "active",
            "url": service.website,
            "email": service.email,
            "minimum_age": facts.min_age,
            "maximum_age": facts.max_age,
        },
    )
    for need in sorted(facts.needs):
        attribute = {
            "link_id": str(service.pk),
            "link_entity": "service",
            "taxonomy_term_id": str(term_id(need)),
        }
        yield "attribute", {"id": part(f"need {need}"), **attribute}
    for code in sorted(facts.languages):
        yield "language", {"id": part(f"language {code}"), **of, "code": code}
    if facts.phone:
        yield "phone", {"id": part("phone"), **of, "number": facts.phone}
    for area in sorted(facts.areas, key=repr):
        name = area.place or area.subdivision or area.country
        yield "service_area", {"id": part(f"area {area}"), **of, "name": name}
    for each in sorted(facts.hours, key=repr):
        hours = {"byday": _DAYS[each.weekday], "opens_at": str(each.opens), "closes_at": str(each.closes)}
        yield "schedule", {"id": part(f"hours {each}"), **of, "freq": "WEEKLY", **hours}
    if facts.latitude is not None and facts.longitude is not None:
        point = {"latitude": float(facts.latitude), "longitude": float(facts.longitude)}
        yield "location", {"id": part("location"), "location_type": "physical", **point}
        yield "service_at_location", {"id": part("at"), **of, "location_id": part("location")}
