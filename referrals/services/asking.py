"""Asking again how many places are free, of whoever may say it, once each time the last answer has become old."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, notices
from core.models import Membership, Role
from referrals.capacity import COUNTED, fresh
from referrals.models import Service

CAPACITY_ASKED = notices.define(
    "capacity_asked", _("Say again how many places are free"), page="services-kept"
)
MOST = 500
"""How many services at a time: what is left waits for the next run."""


def to_confirm() -> QuerySet[Service]:
    """The services whose count of places has become old, or that nobody here has confirmed."""
    return Service.objects.filter(COUNTED).exclude(fresh(timezone.now()))


@transaction.atomic
def ask_for_capacity() -> int:
    """Ask about every such service that was not asked about since it was last confirmed. Returns how many.

    Safe to run twice, and at once: whoever marks a service tells its people, each of them one time.
    """
    due = to_confirm().filter(capacity_asked_at=None).order_by("capacity_confirmed_at", "pk")
    asked = [(pk, team) for pk, team in due.values_list("pk", "team")[:MOST] if _mark(pk)]
    if asked:
        notices.tell(_keepers({team for _pk, team in asked}), CAPACITY_ASKED)
    for pk, _team in asked:
        audit.record("service.capacity_asked", subject=pk)
    return len(asked)


def _mark(service_id: UUID) -> bool:
    unmarked = Service.objects.filter(pk=service_id, capacity_asked_at=None)
    return bool(unmarked.update(capacity_asked_at=timezone.now()))


def _keepers(teams: Iterable[UUID | None]) -> set[UUID]:
    """Whoever may confirm, as `directory.may_keep` has it."""
    keeps = Q(role=Role.FOCAL_POINT, team__in=[team for team in teams if team])
    if None in teams:
        keeps |= Q(role=Role.ADMINISTRATOR)
    return set(Membership.objects.filter(keeps, user__is_active=True).values_list("user", flat=True))
