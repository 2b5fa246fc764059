"""Lists by keyset: fifty rows, and the address of the next fifty. A page costs the same wherever it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.errors import Invalid

M = TypeVar("M", bound=Model)

SIZE = 50
AFTER = OpenApiParameter("after", UUID, description="The id of a row: begin with the one after it.")


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list, and the address of the page after them; None on the last one."""

    rows: list[M]
    next: str | None

    def response(
        self, serializer: type[serializers.BaseSerializer[Any]], items: Iterable[Any] | None = None
    ) -> Response:
        """The page as JSON: of its rows, or of the `items` that were read from them."""
        results = serializer(self.rows if items is None else items, many=True).data
        return Response({"results": results, "next": self.next})


def page_of(request: Request, rows: "QuerySet[M, Any]") -> Page[M]:
    """The rows after the one that `?after=` names, in one query and one for that row.

    `rows` are ordered by one column and then `pk`, both up or both down. Raises Invalid at `after` where these rows
    hold none of this id (any more).
    """
    if after := request.query_params.get("after"):
        rows = rows.filter(_beyond(rows, after))
    found = list(rows[: SIZE + 1])
    if len(found) <= SIZE:
        return Page(found, None)
    last = found[SIZE - 1]
    return Page(found[:SIZE], replace_query_param(request.build_absolute_uri(), "after", str(last.pk)))


def _beyond(rows: "QuerySet[M, Any]", after: str) -> Q:
    order, _pk = map(str, rows.query.order_by)
    way, column = ("lt" if order.startswith("-") else "gt"), order.removeprefix("-")
    try:
        value, pk = rows.values_list(column, "pk").get(pk=UUID(after))
    except (ValueError, ObjectDoesNotExist):
        raise Invalid({"after": [_("There is no such row. Begin with the first page.")]}) from None
    # The first half says nothing new; it lets the index find where to begin.
    return Q((f"{column}__{way}e", value)) & (Q((f"{column}__{way}", value)) | Q((f"pk__{way}", pk)))


def page_schema(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """How the OpenAPI document describes a page of these."""
    name = item.__name__.removesuffix("Serializer")
    fields = {"results": item(many=True), "next": serializers.URLField(allow_null=True)}
    made = type(f"{name}PageSerializer", (serializers.Serializer,), fields)
    return extend_schema_serializer(many=False)(made)
