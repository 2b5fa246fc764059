"""Makes services of the rows whose kind is known, and keeps to what they say; what staff have said besides stays."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.bulk import insert_many
from core.errors import Invalid
from core.models import Organisation
from referrals.hsds.facts import said_of
from referrals.hsds.loading import Counts, write_over
from referrals.hsds.reading import Node, View, trees
from referrals.hsds.staging import CONFIDENTIAL, is_confidential
from referrals.hsds.types import Kinds, TermMapping, kinds_of
from referrals.models import DirectoryRow, DirectorySource, Service, ServiceArea, ServiceCode, ServiceHours
from referrals.service_codes import CodeKind
from referrals.service_facts import CODES, COLUMNS, ServiceFacts, check_facts, read_facts
from referrals.services.directory import NAME_LENGTH, write_facts

AT_ONCE = 200
_CAPACITY = ("places_total", "places_free", "waiting")  # once staff have confirmed it, it is theirs
_NOT_FOLLOWED = ("service.organization_id", "service.program_id")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a service's rows say that it should be."""

    row: DirectoryRow
    type: str
    needs: frozenset[str]
    active: bool
    secret: bool
    said: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.row.data.get("name") or "").strip()[:NAME_LENGTH]

    @property
    def description(self) -> str:
        return str(self.row.data.get("description") or "").strip()

    def digest(self, organisation: Organisation) -> str:
        said = sorted((name, _in_order(value)) for name, value in self.said.items())
        whole = (self.name, self.type, sorted(self.needs), self.description, self.active, self.secret, said)
        return hashlib.sha256(repr((*whole, organisation.pk)).encode()).hexdigest()


def _in_order(value: object) -> str:
    return repr(sorted(map(repr, value)) if isinstance(value, frozenset) else value)


def make_services(
    source: DirectorySource, mapping: TermMapping, counts: Counts, on_rows: Callable[[int], object]
) -> None:
    """Go through a source's services: flag those that are sheltered, and make or change the services of ours."""
    organisations = _Organisations(source, mapping, counts)
    after = 0
    while True:
        rows = list(
            DirectoryRow.objects.filter(source=source, table="service", pk__gt=after)
            .select_related("service")
            .order_by("pk")[:AT_ONCE]
        )
        if not rows:
            return
        after = rows[-1].pk
        found = trees(rows, View.INSIDE, without=_NOT_FOLLOWED)
        wanted = [_wanted(row, tree, mapping, counts) for row, tree in zip(rows, found, strict=True)]
        _fill([each for each in wanted if each is not None], organisations, counts)
        on_rows(len(rows))


def _wanted(row: DirectoryRow, tree: Node, mapping: TermMapping, counts: Counts) -> _Wanted | None:
    kinds = kinds_of(tree, mapping)
    _flag(row, kinds)
    if not kinds.types:
        if row.service is not None and row.service.active:
            _close(row.service)
        counts.untyped += not row.gone
        return None
    if row.service is None and row.gone:
        return None
    secret = row.sheltered or row.confidential
    return _Wanted(
        row=row,
        type=kinds.types[0],
        needs=frozenset(kinds.types),
        active=row.active,
        secret=secret,
        said=said_of(tree, secret=secret),
    )


def _flag(row: DirectoryRow, kinds: Kinds) -> None:
    confidential = is_confidential(row.data.get(CONFIDENTIAL)) or kinds.confidential
    # A service that is gone keeps what was known of it: its place is as secret as it was.
    sheltered = (
        kinds.sheltered
        or (row.service is not None and row.service.confidential)
        or (row.gone and row.sheltered)
    )
    if (row.confidential, row.sheltered) != (confidential, sheltered):
        row.confidential, row.sheltered, row.public = confidential, sheltered, False
        row.save(update_fields=["confidential", "sheltered", "public"])


def _close(service: Service) -> None:
    service.active, service.changed_at = False, timezone.now()
    service.save(update_fields=["active", "changed_at"])


def _fill(wanted: list[_Wanted], organisations: "_Organisations", counts: Counts) -> None:
    _lock_services([each.row for each in wanted])
    owners = organisations.of(each.row for each in wanted)
    fresh: list[tuple[Service, ServiceFacts]] = []
    changed: list[DirectoryRow] = []
    known = read_facts([each.row.service for each in wanted if each.row.service is not None])
    for each in wanted:
        organisation = owners.get(each.row.pk)
        if organisation is None:  # its organization is nowhere: it was refused, or is gone
            if each.row.service is not None and each.row.service.active:
                _close(each.row.service)
            continue
        counts.services += 1
        if each.row.filled_in == (digest := each.digest(organisation)):
            continue
        service = each.row.service
        facts = _facts(each, service, known[service.pk] if service is not None else ServiceFacts())
        each.row.filled_in = digest
        changed.append(each.row)
        if service is not None and service.team_id is not None:  # its team says what is so, but for this
            if each.secret and not service.confidential:
                write_facts(service, _without_a_place(known[service.pk]))
            continue
        if service is None:
            each.row.service = service = Service(organisation=organisation)
            fresh.append((service, facts))
        service.organisation, service.name = organisation, each.name
        service.type, service.description, service.active = each.type, each.description, each.active
        if not service._state.adding:
            write_facts(service, facts)
    _insert(fresh)
    write_over(changed, ["service", "filled_in"])


def _lock_services(rows: Iterable[DirectoryRow]) -> None:
    """Nobody changes them any more, and what staff have said since the rows were read is not written over."""
    linked = [row for row in rows if row.service_id is not None]
    ids = [row.service_id for row in linked]
    services = Service.objects.select_for_update().order_by("pk").in_bulk(ids)
    for row in linked:
        row.service = services[row.service_id]


def _facts(wanted: _Wanted, service: Service | None, known: ServiceFacts) -> ServiceFacts:
    """What is known, with what the rows say in its place; but for what can't be so."""
    said = dict(wanted.said)
    if service is not None and service.capacity_confirmed_at is not None:
        said = {name: value for name, value in said.items() if name not in _CAPACITY}
    facts = replace(known, **said, needs=wanted.needs)
    if known.confidential or wanted.secret:
        facts = _without_a_place(facts)
    try:
        check_facts(facts)
    except Invalid as invalid:
        nothing = ServiceFacts()
        spoilt = {*invalid.fields, *(("min_age",) if "max_age" in invalid.fields else ())}
        facts = replace(facts, **{name: getattr(nothing, name) for name in spoilt & set(said)})
    return facts


def _without_a_place(facts: ServiceFacts) -> ServiceFacts:
    return replace(facts, confidential=True, address="", latitude=None, longitude=None)


def _insert(fresh: Iterable[tuple[Service, ServiceFacts]]) -> None:
    """What write_facts does for one, for many that are new."""
    services, codes, areas, hours = [], [], [], []
    for service, facts in fresh:
        for name in COLUMNS:
            setattr(service, name, getattr(facts, name))
        service.changed_at = timezone.now()
        services.append(service)
        codes += [
            ServiceCode(service=service, kind=CodeKind(kind), code=code)
            for name, kind in CODES.items()
            for code in sorted(getattr(facts, name))
        ]
        areas += [
            ServiceArea(service=service, country=a.country, subdivision=a.subdivision, place=a.place)
            for a in facts.areas
        ]
        hours += [
            ServiceHours(service=service, weekday=h.weekday, opens=h.opens, closes=h.closes)
            for h in facts.hours
        ]
    Service.objects.bulk_create(services)
    insert_many(codes)
    insert_many(areas)
    insert_many(hours)


class _Organisations:
    """The organisation of ours behind each organization: linked, named in the mapping, or made.

    One that is here already by the same name is never taken for it: consents and referrals name it.
    """

    def __init__(self, source: DirectorySource, mapping: TermMapping, counts: Counts) -> None:
        self._source, self._mapping, self._counts = source, mapping, counts

    def of(self, services: Iterable[DirectoryRow]) -> dict[int, Organisation]:
        """By the key of the service's row."""
        named = {row.pk: row.data.get("organization_id") for row in services}
        ids = {pk: UUID(str(named[pk])) for pk in named if named[pk]}
        rows = {
            row.hsds_id: row
            for row in DirectoryRow.objects.filter(
                source=self._source, table="organization", hsds_id__in=set(ids.values())
            ).select_related("organisation")
        }
        return {pk: self._organisation(rows[hsds_id]) for pk, hsds_id in ids.items() if hsds_id in rows}

    def _organisation(self, row: DirectoryRow) -> Organisation:
        name = str(row.data.get("name") or "").strip()[:160] or self._source.name
        known = row.organisation
        if known is None:
            known = self._mapped(row) or Organisation.objects.create(name=self._free(name))
            row.organisation = known
            row.save(update_fields=["organisation"])
        elif (
            not known.name.startswith(name)
            and str(row.hsds_id) not in self._mapping.organisations
            and not known.teams.exists()
            and not known.people.exists()
        ):
            known.name = self._free(name)
            known.save(update_fields=["name"])
        return known

    def _mapped(self, row: DirectoryRow) -> Organisation | None:
        name = self._mapping.organisations.get(str(row.hsds_id))
        if name is None:
            return None
        return Organisation.objects.filter(name=name).exclude(directory_rows__source=self._source).first()

    def _free(self, name: str) -> str:
        """The name, with that of the source behind it where somebody else has it."""
        if not Organisation.objects.filter(name=name).exists():
            return name
        self._counts.renamed += 1
        taken = set(Organisation.objects.filter(name__startswith=name).values_list("name", flat=True))
        behind = f"{name} ({self._source.name})"
        number = 2
        while behind in taken:
            behind = f"{name} ({self._source.name} {number})"
            number += 1
        return behind
