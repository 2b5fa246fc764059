"""Cases and their sections in the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.api.consents import ConsentSerializer
from casework.case_file import SectionDocument
from casework.models import Case
from casework.record.schema import section_serializer
from casework.record.sections import SECTIONS
from casework.record.sections import section as declared
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.problems import CONTENT_TYPE
from core.api.serializers import (
    BodySerializer,
    DocumentSerializer,
    PersonSerializer,
    ProblemSerializer,
    TeamSerializer,
)
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES

SECTION = OpenApiParameter("section", str, OpenApiParameter.PATH, enum=[each.name for each in SECTIONS])


class ValuesField(serializers.DictField):
    """The values of a section, by field. What is empty is left out."""


class ValuesExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """In the OpenAPI document: those of any one section."""

    target_class = ValuesField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """References to the sections."""
        of = [auto_schema.resolve_serializer(section_serializer(each)(), direction).ref for each in SECTIONS]
        return {"anyOf": of}


class NewCaseSerializer(BodySerializer):
    """What a case is opened from."""

    identification = serializers.UUIDField()


class CaseSerializer(serializers.Serializer[Any]):
    """A case, without what it says."""

    id = serializers.UUIDField(source="pk")
    number = serializers.CharField()
    state = serializers.ChoiceField(Case.State.choices)
    opened_on = serializers.DateField()
    assigned_to = PersonSerializer()
    team = TeamSerializer()


class SectionSerializer(serializers.Serializer[Any]):
    """A section as it stands: version 0 where nothing was saved yet."""

    section = serializers.CharField()
    version = serializers.IntegerField()
    saved_by = PersonSerializer(allow_null=True)
    saved_at = serializers.DateTimeField(allow_null=True)
    values = ValuesField()


class CaseDetailSerializer(DocumentSerializer, CaseSerializer):
    """A case with what it says."""

    row = "case"
    sections = serializers.DictField(child=SectionSerializer(), help_text="By name.")
    consents = ConsentSerializer(many=True)


class SectionChangeSerializer(BodySerializer):
    """A section's new values, and the version that they were edited from."""

    version = serializers.IntegerField(
        min_value=0, help_text="The version edited from; 0 where there is none."
    )
    values = ValuesField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the declared fields of `section`, where one is given as context."""
        fields = super().get_fields()
        if section := self.context.get("section"):
            fields["values"] = section_serializer(section)()
        return fields


class VersionSerializer(serializers.Serializer[Any]):
    """A version and its values."""

    version = serializers.IntegerField()
    values = ValuesField()


class StaleSerializer(ProblemSerializer):
    """A problem, and where a newer version was saved, both versions."""

    newest = VersionSerializer(required=False)
    yours = ValuesField(required=False)


class Cases(APIView):
    """The cases of one's teams."""

    @operation(
        "list_cases",
        "Cases, newest first",
        parameters=[AFTER],
        responses={200: page_schema(CaseSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those of your teams, without what they say."""
        rows = selectors.cases_of(actor_of(request, *CASE_ROLES))
        return page_of(request, rows).response(CaseSerializer)

    @operation(
        "open_case",
        "Open a case",
        request=NewCaseSerializer,
        responses={201: CaseSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request) -> Response:
        """Open a case from an identification, with a key of its own, for the identification's team."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewCaseSerializer)
        made = services.open_case(actor=actor, identification_id=data["identification"])
        return Response(CaseSerializer(made).data, status=status.HTTP_201_CREATED)


class OneCase(APIView):
    """One case."""

    @operation("read_case", "Read a case", responses={200: CaseDetailSerializer}, problems=(404,))
    def get(self, request: Request, case_id: UUID) -> Response:
        """Every section at its newest version, and the consents. That you read it is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(CaseDetailSerializer(file).data)


class OneSection(APIView):
    """One section of a case."""

    @operation(
        "read_section",
        "Read a section",
        parameters=[SECTION],
        responses={200: SectionSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID, section: str) -> Response:
        """The newest version. That you read it is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(SectionSerializer(file.section(section)).data)

    @operation(
        "save_section",
        "Save a section",
        parameters=[SECTION],
        request=SectionChangeSerializer,
        responses={
            200: SectionSerializer,
            (409, CONTENT_TYPE): OpenApiResponse(
                StaleSerializer, "A newer version was saved meanwhile. Nothing was overwritten."
            ),
        },
        problems=(403, 404),
    )
    def put(self, request: Request, case_id: UUID, section: str) -> Response:
        """Append a version with these values; a field left out is empty from then on."""
        data = body_of(request, SectionChangeSerializer, section=declared(section))
        row = services.save_section(
            actor=actor_of(request, *CASE_ROLES),
            case_id=case_id,
            section=section,
            values=data["values"],
            base_version=data["version"],
        )
        saved = SectionDocument(section, row.version, data["values"], row.saved_by, row.saved_at)
        return Response(SectionSerializer(saved).data)
