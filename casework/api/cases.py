"""Cases and their sections in the API."""

from collections.abc import Mapping
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
from casework.api.decisions import DecisionSerializer
from casework.api.filters import FILTERS, filtered
from casework.case_file import SectionDocument
from casework.models import Case
from casework.record.documents import differences
from casework.record.fields import Value
from casework.record.schema import section_serializer
from casework.record.sections import SECTIONS
from casework.record.sections import section as declared
from core.api.openapi import operation
from core.api.pagination import AFTER, page_schema
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
    urgent = serializers.BooleanField()
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
    decisions = DecisionSerializer(many=True)
    recovery_end = serializers.DateField(
        allow_null=True, help_text="The last day of the recovery and reflection period. It closes nothing."
    )


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


class VersionSummarySerializer(serializers.Serializer[Any]):
    """A version of a section, without its values."""

    version = serializers.IntegerField()
    saved_by = PersonSerializer()
    saved_at = serializers.DateTimeField()
    changed = serializers.ListField(
        child=serializers.CharField(), help_text="The fields in which it differs from the version before."
    )


class VersionsSerializer(serializers.Serializer[Any]):
    """Every version of a section."""

    results = VersionSummarySerializer(many=True)


class RestoreSerializer(BodySerializer):
    """What was the newest version when it was decided to restore an earlier one."""

    newest = serializers.IntegerField(min_value=1)


class StaleSerializer(ProblemSerializer):
    """A problem, and where a newer version was saved, both versions."""

    newest = VersionSerializer(required=False)
    yours = ValuesField(required=False)


STALE = {
    (409, CONTENT_TYPE): OpenApiResponse(
        StaleSerializer, "A newer version was saved meanwhile. Nothing was overwritten."
    )
}


class Cases(APIView):
    """The cases of one's teams."""

    @operation(
        "list_cases",
        "Cases, newest first",
        parameters=[AFTER, *FILTERS],
        responses={200: page_schema(CaseSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those of your teams, without what they say. Filtered by risk, a page may hold few while `next` goes on."""
        return filtered(request, actor_of(request, *CASE_ROLES)).response(CaseSerializer)

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
        """Every section at its newest version, the consents and the decisions. That you read it is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(CaseDetailSerializer(file, context={"file": file}).data)


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
        responses={200: SectionSerializer, **STALE},
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


class Versions(APIView):
    """The history of a section."""

    @operation(
        "list_section_versions",
        "Versions of a section, newest first",
        parameters=[SECTION],
        responses={200: VersionsSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID, section: str) -> Response:
        """Who saved each, when, and which fields changed. That you read it is recorded."""
        _file, versions = selectors.read_history(actor_of(request, *CASE_ROLES), case_id, section)
        before: Mapping[str, Value] = {}
        results = []
        for document in reversed(versions):
            changed = [field.name for field, *_ in differences(declared(section), before, document.values)]
            results.append(
                {
                    "version": document.version,
                    "saved_by": document.saved_by,
                    "saved_at": document.saved_at,
                    "changed": changed,
                }
            )
            before = document.values
        return Response(VersionsSerializer({"results": results[::-1]}).data)


class OneVersion(APIView):
    """One version of a section."""

    @operation(
        "read_section_version",
        "Read a version of a section",
        parameters=[SECTION],
        responses={200: SectionSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID, section: str, version: int) -> Response:
        """As it was saved. That you read it is recorded."""
        actor = actor_of(request, *CASE_ROLES)
        return Response(SectionSerializer(selectors.read_version(actor, case_id, section, version)).data)


class RestoreVersion(APIView):
    """An earlier version of a section as the newest."""

    @operation(
        "restore_section_version",
        "Restore a version of a section",
        parameters=[SECTION],
        request=RestoreSerializer,
        responses={200: SectionSerializer, **STALE},
        problems=(403, 404),
    )
    def post(self, request: Request, case_id: UUID, section: str, version: int) -> Response:
        """Append a version with the values of this one. `newest` is the newest that you have seen."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, RestoreSerializer)
        row = services.restore_section(
            actor=actor, case_id=case_id, section=section, version=version, base_version=data["newest"]
        )
        file = selectors.read_case(actor, case_id)
        return Response(SectionSerializer(file.version(section, row.version)).data)
