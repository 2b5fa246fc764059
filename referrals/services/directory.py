"""Offering a service, changing what is known of it, confirming its free places, closing it.

By a focal point of the team that receives its referrals; by an administrator where no team does.
"""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import Organisation, Role, Team
from referrals.hsds.types import SECRET_PLACES
from referrals.hsds.withholding import withhold
from referrals.models import Service, ServiceArea, ServiceCode, ServiceHours
from referrals.service_codes import Waiting
from referrals.service_facts import CODES, COLUMNS, Area, Hours, ServiceFacts, check_facts, read_facts
from referrals.taxonomy import ServiceType

NAME_LENGTH = 200
Row = dict[str, Any]


def may_keep(actor: Actor, team_id: UUID | None) -> bool:
    """Whether the actor may say what is so of the services of this team, or of those without one."""
    if team_id is None:
        return actor.has_role(Role.ADMINISTRATOR)
    return actor.has_role(Role.FOCAL_POINT, team_id=team_id)


@transaction.atomic
def offer_service(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    type: str,
    team: Team | None = None,
    description: str = "",
    facts: ServiceFacts | None = None,
) -> Service:
    """Put a service into the directory. Raises NotAllowed or Invalid."""
    if not may_keep(actor, team.pk if team else None):
        raise NotAllowed
    if team is not None and team.organisation_id != organisation.pk:
        raise Invalid({"team": [_("This team is of another organisation.")]})
    service = Service(organisation=organisation, team=team)
    _name(service, name, type, description)
    write_facts(service, facts or ServiceFacts())
    audit.record("service.offered", actor=actor, subject=service.pk, type=type)
    return service


@transaction.atomic
def change_service(
    *,
    actor: Actor,
    service_id: UUID,
    facts: ServiceFacts,
    name: str | None = None,
    type: str | None = None,
    description: str | None = None,
) -> Service:
    """Say anew what is so of a service; what was said of its places stays.

    Raises NotVisible, NotAllowed, WrongState or Invalid.
    """
    service = _kept(actor, service_id)
    _name(
        service,
        service.name if name is None else name,
        type or service.type,
        service.description if description is None else description,
    )
    known = {each: getattr(service, each) for each in ("places_total", "places_free", "waiting")}
    write_facts(service, replace(facts, **known))
    audit.record("service.changed", actor=actor, subject=service.pk)
    return service


@transaction.atomic
def confirm_capacity(
    *,
    actor: Actor,
    service_id: UUID,
    places_free: int | None,
    places_total: int | None = None,
    waiting: str = Waiting.UNKNOWN,
) -> Service:
    """Say how many places are free today; None where nobody counts.

    Raises NotVisible, NotAllowed, WrongState or Invalid.
    """
    service = _kept(actor, service_id)
    counted = ServiceFacts(places_free=places_free, places_total=places_total, waiting=waiting)
    check_facts(counted)
    service.places_free, service.places_total, service.waiting = places_free, places_total, waiting
    service.capacity_confirmed_at, service.capacity_confirmed_by = timezone.now(), actor.user
    service.capacity_asked_at = None
    service.save(
        update_fields=[
            *("places_free", "places_total", "waiting"),
            *("capacity_confirmed_at", "capacity_confirmed_by", "capacity_asked_at"),
        ]
    )
    audit.record("service.capacity_confirmed", actor=actor, subject=service.pk)
    return service


@transaction.atomic
def close_service(*, actor: Actor, service_id: UUID) -> Service:
    """Take it out of the directory; what was referred to it stays. Raises NotVisible, NotAllowed, WrongState."""
    service = _kept(actor, service_id)
    service.active, service.changed_at = False, timezone.now()
    service.save(update_fields=["active", "changed_at"])
    audit.record("service.closed", actor=actor, subject=service.pk)
    return service


def write_facts(service: Service, facts: ServiceFacts) -> None:
    """Save the service with these facts in place of those before. Who may, and the trail, are the caller's.

    Inside a transaction. Raises Invalid, also for a name that its team has given already.
    """
    facts = replace(facts, needs=facts.needs | {service.type})
    check_facts(facts)
    for name in COLUMNS:
        setattr(service, name, getattr(facts, name))
    service.changed_at = timezone.now()
    known = ServiceFacts() if service._state.adding else read_facts([service])[service.pk]
    try:
        with transaction.atomic():
            service.save()
    except IntegrityError:
        raise Invalid({"name": [_("The team has a service of this name.")]}) from None
    _rewrite(ServiceCode, service, _code_rows(known), _code_rows(facts))
    _rewrite(ServiceArea, service, _rows(known.areas), _rows(facts.areas))
    _rewrite(ServiceHours, service, _rows(known.hours), _rows(facts.hours))
    if facts.needs & SECRET_PLACES:  # saving the service has looked at its type alone
        withhold(service, secret=True)


def _code_rows(facts: ServiceFacts) -> list[Row]:
    return [{"kind": kind, "code": code} for name, kind in CODES.items() for code in getattr(facts, name)]


def _rows(parts: Iterable[Area | Hours]) -> list[Row]:
    return [asdict(each) for each in parts]


def _rewrite(model: Any, service: Service, before: list[Row], after: list[Row]) -> None:
    """The rows of what is gone go, those of what is new come."""
    if gone := [row for row in before if row not in after]:
        model.objects.filter(Q(*(Q(**row) for row in gone), _connector=Q.OR), service=service).delete()
    model.objects.bulk_create(model(service=service, **row) for row in after if row not in before)


def _name(service: Service, name: str, type_: str, description: str) -> None:
    wrong: dict[str, list[Any]] = {}
    if not 0 < len(name.strip()) <= NAME_LENGTH:
        wrong["name"] = [_("This is needed.") if not name.strip() else _("This is too long.")]
    if type_ not in ServiceType.values:
        wrong["type"] = [_("This is not in the list.")]
    if wrong:
        raise Invalid(wrong)
    service.name, service.type, service.description = name.strip(), type_, description.strip()


def _kept(actor: Actor, service_id: UUID) -> Service:
    """The service, locked, for whoever may say what is so of it."""
    rows = Service.objects.select_for_update(of=("self",)).select_related("organisation", "team")
    service = rows.filter(pk=service_id).first()
    if service is None:
        raise NotVisible
    if not may_keep(actor, service.team_id):
        raise NotAllowed
    if not service.active:
        raise WrongState(_("This service has closed."))
    return service
