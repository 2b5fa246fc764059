"""The one door from views and API to rows: what an actor may see."""

from collections.abc import Sequence
from typing import Any, Self, TypeVar

from django.db import connections, models
from django.db.models.expressions import RawSQL
from django.db.models.sql.where import WhereNode

from core.access import Principal, grants_of, principals_of
from core.actor import Actor
from core.keyset import beyond, turned
from core.models import Grant, Kind, Team

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
        rows = self.filter(object__in=grants_of(actor, kind).values("object")).order_by(*_NEWEST_FIRST)
        if not self.query.where:
            rows._of = actor, rows.query.where
        return rows

    def stretch(self, order: Sequence[str], place: Sequence[Any], limit: int) -> "VisibleQuerySet[M]":
        """The rows that can be among the first `limit` beyond `place`, and perhaps others of the list.

        The whole list, newest first or backwards, is looked up in the grants' indexes: `limit` entries a principal,
        whatever has been granted to it. Whoever has narrowed or ordered the list otherwise looks through all of it.
        """
        if self._of is not None and self.query.where == self._of[1]:
            principals = principals_of(self._of[0], self.model.KIND)  # type: ignore[attr-defined]
            if principals and tuple(order) in (_NEWEST_FIRST, turned(_NEWEST_FIRST)):
                backwards = tuple(order) != _NEWEST_FIRST
                kind = self.model.KIND  # type: ignore[attr-defined]
                # Beside the condition of the whole list, never in its place: this narrows, that one protects.
                return self.filter(pk__in=_newest(principals, kind, place, limit, backwards, self.db))
        return self.filter(beyond(order, place)) if place else self


def _newest(
    principals: Sequence[Principal], kind: Kind, place: Sequence[Any], limit: int, backwards: bool, db: str
) -> RawSQL:
    """The ids of the first `limit` objects beyond `place`, each once however often it was granted.

    Django refuses the union of sliced queries on SQLite, which takes them as derived tables; and compiling one a
    principal takes longer than running them. The order is that of the grants' indexes.
    """
    newer, older, down, up = ("<", ">", "ASC", "DESC") if backwards else (">", "<", "DESC", "ASC")
    past, values = "", [kind, True]
    key = Grant._meta.pk
    if place:
        past = f" AND sort_key {older}= %s AND (sort_key {older} %s OR object_id {newer} %s)"
        values += [place[0], place[0], key.get_db_prep_value(place[1], connections[db])]
    arms: list[str] = []
    parameters: list[Any] = []
    for each in principals:
        whose = "team_id" if isinstance(each, Team) else "user_id"
        # Named by its table: a bare name that is not there would be looked up in the query around it, and found.
        arms.append(
            "SELECT newest.granted FROM (SELECT object_id AS granted FROM core_grant "  # noqa: S608  values apart
            f"WHERE {whose} = %s AND kind = %s AND active = %s{past} "
            f"ORDER BY sort_key {down}, object_id {up} LIMIT {limit:d}) newest"
        )
        parameters += [key.get_db_prep_value(each.pk, connections[db]), *values]
    return RawSQL(" UNION ".join(arms), parameters)  # noqa: S611  as above


class VisibleObjects(models.Manager[Any]):
    """The manager that goes with it."""

    def get_queryset(self) -> VisibleQuerySet[Any]:
        """A VisibleQuerySet."""
        return VisibleQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> VisibleQuerySet[Any]:
        """The rows whose object was granted to the actor, newest first."""
        return self.get_queryset().visible_to(actor)
