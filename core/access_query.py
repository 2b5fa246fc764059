"""The one door from views and API to rows: what an actor may see."""

from typing import Any, TypeVar

from django.db import models

from core.access import grants_of
from core.actor import Actor

M = TypeVar("M", bound=models.Model)


class VisibleQuerySet(models.QuerySet[M]):
    """A queryset of a model that hangs off a sealed object and names its KIND."""

    def visible_to(self, actor: Actor) -> "VisibleQuerySet[M]":
        """The rows whose object was granted to the actor, newest first."""
        kind = self.model.KIND  # type: ignore[attr-defined]
        return self.filter(object__in=grants_of(actor, kind).values("object")).order_by(
            "-object__sort_key", "-pk"
        )


class VisibleObjects(models.Manager[Any]):
    """The manager that goes with it."""

    def get_queryset(self) -> VisibleQuerySet[Any]:
        """A VisibleQuerySet."""
        return VisibleQuerySet(self.model, using=self._db)

    def visible_to(self, actor: Actor) -> VisibleQuerySet[Any]:
        """The rows whose object was granted to the actor, newest first."""
        return self.get_queryset().visible_to(actor)
