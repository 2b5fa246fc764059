"""A person's saved filters of the list of cases."""

from uuid import UUID

from django.db import transaction

from casework.models import SavedFilter
from casework.search.filters import CaseFilter
from core import audit
from core.actor import Actor
from core.errors import NotVisible

MOST = 20
"""Filters that a person keeps; saving one more takes the oldest away."""


@transaction.atomic
def save_filter(*, actor: Actor, filter: CaseFilter) -> SavedFilter:
    """Keep a filter for its person; one that is kept already stays the only one."""
    values = {name: getattr(filter, name) for name in ("state", "risk", "opened_from", "opened_to")}
    row, made = SavedFilter.objects.get_or_create(
        user=actor.user, assigned_to_id=filter.assigned_to, **values
    )
    if made:
        oldest = SavedFilter.objects.filter(user=actor.user).values_list("pk", flat=True)[MOST:]
        SavedFilter.objects.filter(pk__in=list(oldest)).delete()
        audit.record("filter.saved", actor=actor)
    return row


@transaction.atomic
def remove_filter(*, actor: Actor, filter_id: UUID) -> None:
    """Take one of the actor's filters away. Raises NotVisible."""
    deleted, _each = SavedFilter.objects.filter(user=actor.user, pk=filter_id).delete()
    if not deleted:
        raise NotVisible
    audit.record("filter.removed", actor=actor)
