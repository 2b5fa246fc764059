"""The one door from views and API to rows: what an actor may see."""

from collections.abc import Sequence
from typing import Any, Self, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models.sql.where import WhereNode

from core.access import granted
from core.actor import Actor
from core.granted import Granted
from core.keyset import Listed, turned

M = TypeVar("M", bound=models.Model)

_NEWEST_FIRST = ("-object__sort_key", "pk")


class VisibleQuerySet(models.QuerySet[M]):
    """A queryset of a model that hangs off a sealed object and names its KIND."""

    _of: tuple[Actor, WhereNode] | None = None
    """Whose whole list it is, and the condition that says so."""

    def _clone(self) -> Self:
        clone = super()._clone()  # type: ignore[misc]
        clone._of = self._of
        return clone  # type: ignore[no-any-return]

    def visible_to(self, actor: Actor) -> "VisibleQuerySet[M]":
        """The rows whose object was granted to the actor, newest first."""
        kind = self.model.KIND  # type: ignore[attr-defined]
        rows = self.filter(object__in=granted(actor, kind).select("object_id")).order_by(*_NEWEST_FIRST)
        if not self.query.where:
            rows._of = actor, rows.query.where
        return rows

    def place_of(self, order: Sequence[str], row_id: UUID) -> Sequence[Any]:
        """What the columns of the order hold in a row of the list. Raises ObjectDoesNotExist."""
        if (theirs := self._looked_up(order)) is None:
            return Listed(self).place_of(order, row_id)
        rows = self._without_condition().filter(pk=row_id).order_by()
        (sort_key,) = rows.values_list(theirs.sort_key_of(self.model)).get()
        if sort_key is None:
            raise ObjectDoesNotExist
        return sort_key, row_id

    def beside(self, order: Sequence[str], place: Sequence[Any], limit: int) -> list[M]:
        """The first `limit` rows of the list beyond `place`, in this order.

        The whole list, newest first or backwards, is looked up in the grants' indexes: `limit` entries a principal,
        whatever has been granted to it. Whoever has narrowed or ordered the list otherwise looks through all of it.
        """
        if (theirs := self._looked_up(order)) is None:
            return Listed(self).beside(order, place, limit)
        backwards = tuple(order) != _NEWEST_FIRST
        page = self._without_condition().filter(pk__in=theirs.newest(place, limit, backwards=backwards))
        # Each row found is asked about once more, by itself: a mistake in looking up narrows the list, never widens it.
        found: list[Any] = list(page.annotate(granted_at=theirs.sort_key_of(self.model)).order_by())
        found = [row for row in found if row.granted_at is not None]
        found.sort(key=lambda row: (-row.granted_at, row.pk), reverse=backwards)
        return found

    def _looked_up(self, order: Sequence[str]) -> Granted | None:
        """What to look the list up in, where it is whole and ordered as the grants' indexes are."""
        if self._of is None or self.query.where != self._of[1]:
            return None
        if tuple(order) not in (_NEWEST_FIRST, turned(_NEWEST_FIRST)):
            return None
        return granted(self._of[0], self.model.KIND) or None  # type: ignore[attr-defined]

    def _without_condition(self) -> "VisibleQuerySet[M]":
        """The same columns of every row, for a lookup that brings its own condition."""
        rows = self._chain()  # type: ignore[attr-defined]
        rows.query.where = WhereNode()
        return rows  # type: ignore[no-any-return]


class VisibleObjects(models.Manager[Any]):
    """The manager that goes with it."""

    def get_queryset(self) -> VisibleQuerySet[Any]:
        """A VisibleQuerySet."""
        return VisibleQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> VisibleQuerySet[Any]:
        """The rows whose object was granted to the actor, newest first."""
        return self.get_queryset().visible_to(actor)
