"""Statistics in the API."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advocacy.selectors import DIMENSIONS, FactTable, protected_table
from advocacy.table_csv import csv_lines
from core.api.openapi import operation
from core.api.serializers import LabelledSerializer
from core.api.views import actor_of
from core.models import Role

_NAMES = [column.name for column in DIMENSIONS]


class TableDimensionSerializer(LabelledSerializer):
    """A column of CTDC's codebook."""

    name = serializers.ChoiceField(_NAMES)


class _Codes(serializers.ListField):
    child = serializers.CharField()


class _Counts(serializers.ListField):
    child = serializers.IntegerField(allow_null=True)


class TableSerializer(serializers.Serializer[Any]):
    """A table after disclosure control. A count of null is suppressed."""

    rows = TableDimensionSerializer()
    columns = TableDimensionSerializer()
    row_codes = _Codes(source="protected.rows")
    column_codes = _Codes(source="protected.columns")
    cells = serializers.ListField(
        child=_Counts(), source="protected.cells", help_text="A list of counts for each row."
    )
    row_totals = _Counts(source="protected.row_totals")
    column_totals = _Counts(source="protected.column_totals")
    included = serializers.IntegerField(
        source="protected.included", allow_null=True, help_text="Records with a value for both dimensions."
    )
    missing = serializers.IntegerField(
        source="protected.missing", allow_null=True, help_text="Records without one."
    )
    records = serializers.IntegerField(source="protected.records", allow_null=True)
    threshold = serializers.IntegerField(
        source="protected.k", help_text="No count from 1 to below this is shown."
    )
    withheld = serializers.BooleanField(
        source="protected.withheld", help_text="Whether nothing but the number of records can be shown."
    )


class CSVRenderer(BaseRenderer):
    """A protected table as CSV."""

    media_type = "text/csv"
    format = "csv"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> str:
        """The file's text."""
        assert isinstance(data, FactTable)
        return "".join(csv_lines(data))


class Table(APIView):
    """A table of de-identified facts."""

    renderer_classes = [JSONRenderer, CSVRenderer]

    @operation(
        "read_table",
        "A table of two dimensions",
        parameters=[
            OpenApiParameter("rows", str, required=True, enum=_NAMES),
            OpenApiParameter("columns", str, required=True, enum=_NAMES, description="Another one."),
            OpenApiParameter("format", str, enum=["json", "csv"], description="As the Accept header does."),
        ],
        responses={(200, "application/json"): TableSerializer, (200, "text/csv"): str},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Counts of de-identified facts; small ones, and those that would give them away, are suppressed."""
        actor_of(request, Role.ADVOCACY_OFFICER)
        asked = request.query_params
        table = protected_table(rows=asked.get("rows", ""), columns=asked.get("columns", ""))
        if request.accepted_renderer.format == CSVRenderer.format:
            return Response(table, headers={"Content-Disposition": 'attachment; filename="table.csv"'})
        return Response(TableSerializer(table).data)
