"""The directory of services: what is shown of it, and which of them somebody keeps up to date."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.errors import NotVisible
from core.models import CASE_ROLES, Role
from referrals.models import Service
from referrals.service_codes import CodeKind
from referrals.service_facts import ServiceFacts, read_facts
from referrals.service_words import capacity_words, described
from referrals.services import may_keep, to_confirm

READERS = (*CASE_ROLES, Role.FOCAL_POINT, Role.ADMINISTRATOR)
"""Who looks into the directory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; nothing of it is about a survivor."""

    words: str = ""
    type: str = ""
    country: str = ""
    language: str = ""

    @property
    def query(self) -> dict[str, str]:
        """As the address of a page has it."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def narrow(self, services: QuerySet[Service]) -> QuerySet[Service]:
        """Those of them that are wanted: every word in the name of the service or its organisation."""
        if self.type:
            services = services.filter(codes__kind=CodeKind.NEED, codes__code=self.type)
        if self.country:
            services = services.filter(areas__country=self.country).distinct()
        if self.language:
            services = services.filter(
                pk__in=Service.objects.filter(
                    codes__kind=CodeKind.LANGUAGE, codes__code=self.language
                ).values("pk")
            )
        return services.filter(*map(named, self.words.split()))


def named(word: str) -> Q:
    """That a word stands in the name of the service or of its organisation."""
    return Q(name__icontains=word) | Q(organisation__name__icontains=word)


@dataclass(frozen=True, slots=True)
class ServiceDocument:
    """A service with all that is known of it."""

    service: Service
    facts: ServiceFacts

    @property
    def capacity(self) -> str:
        """How full it is, in words."""
        return capacity_words(self.service)

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """What is known of it, in words."""
        return described(self.service, self.facts)


def services_listed(wanted: Wanted) -> QuerySet[Service]:
    """The directory, by name."""
    rows = wanted.narrow(Service.objects.filter(active=True))
    return rows.select_related("organisation", "team__organisation").order_by("name", "pk")


def with_facts(services: Any) -> list[ServiceDocument]:
    """Each with what is known of it. Three queries."""
    rows = list(services)
    facts = read_facts(rows)
    return [ServiceDocument(row, facts[row.pk]) for row in rows]


def read_service(service_id: UUID) -> ServiceDocument:
    """One, also where it has closed. Raises NotVisible."""
    rows = Service.objects.select_related("organisation", "team__organisation").filter(pk=service_id)
    for document in with_facts(rows):
        return document
    raise NotVisible


def kept_by(actor: Actor) -> QuerySet[Service]:
    """The services that the actor may say of what is so, by name."""
    mine = Q(team__in=actor.teams_as(Role.FOCAL_POINT))
    if may_keep(actor, None):
        mine |= Q(team=None)
    rows = Service.objects.filter(mine, active=True).select_related("organisation", "team__organisation")
    return rows.order_by("name", "pk")


def unconfirmed_of(actor: Actor) -> QuerySet[Service]:
    """Those of them whose free places are to be said again."""
    return kept_by(actor).filter(pk__in=to_confirm().values("pk"))
