"""Lists by keyset: fifty rows, and the address of the next fifty. A page costs the same wherever it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.errors import Invalid
from core.paging import NoSuchRow, rows_beside

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
    """The rows after the one that `?after=` names.

    Raises Invalid at `after` where the list holds no row of this id (any more).
    """
    try:
        found = rows_beside(rows, SIZE + 1, request.query_params.get("after", ""))
    except NoSuchRow:
        raise Invalid({"after": [_("There is no such row. Begin with the first page.")]}) from None
    if len(found) <= SIZE:
        return Page(found, None)
    last = found[SIZE - 1]
    return Page(found[:SIZE], replace_query_param(request.build_absolute_uri(), "after", str(last.pk)))


def page_schema(item: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """How the OpenAPI document describes a page of these."""
    name = item.__name__.removesuffix("Serializer")
    fields = {"results": item(many=True), "next": serializers.URLField(allow_null=True)}
    made = type(f"{name}PageSerializer", (serializers.Serializer,), fields)
    return extend_schema_serializer(many=False)(made)
