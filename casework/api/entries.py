"""What a case holds many of in the API: alerts, goals, notes and the like."""

from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors
from casework.api.cases import STALE
from casework.case_file import CaseFile
from casework.entries import Entry
from casework.record.entries import ENTRIES, entry_kind
from casework.record.schema import section_serializer
from casework.services.entries import add_entry, change_entry
from core.api.openapi import operation
from core.api.serializers import BodySerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=[each.name for each in ENTRIES])


class EntryValuesField(serializers.DictField):
    """The values of an entry, by field. What is empty is left out."""


class EntryValuesExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """In the OpenAPI document: those of any one kind."""

    target_class = EntryValuesField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """References to the kinds."""
        of = [auto_schema.resolve_serializer(section_serializer(each)(), direction).ref for each in ENTRIES]
        return {"anyOf": of}


class EntrySerializer(serializers.Serializer[Any]):
    """An entry at one version."""

    id = serializers.UUIDField()
    kind = serializers.CharField(source="kind.name")
    version = serializers.IntegerField()
    under = serializers.UUIDField(allow_null=True, help_text="The entry that it belongs to.")
    late = serializers.BooleanField(help_text="Whether it was entered days after what it tells of.")
    saved_by = PersonSerializer()
    saved_at = serializers.DateTimeField()
    written_on = serializers.DateField(
        allow_null=True, help_text="The day on which it was written on paper, if it was."
    )
    reason = serializers.CharField(help_text="Why it was saved against a rule; empty where it was not.")
    values = EntryValuesField()


class EntryListSerializer(serializers.Serializer[Any]):
    """Every entry of a kind."""

    results = EntrySerializer(many=True)


class _ValuesSerializer(BodySerializer):
    values = EntryValuesField()
    reason = serializers.CharField(
        required=False,
        default="",
        max_length=1000,
        help_text="Why it is done against a rule that allows that.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the declared fields of `kind`, where one is given as context."""
        fields = super().get_fields()
        if kind := self.context.get("kind"):
            fields["values"] = section_serializer(kind)()
        return fields


class NewEntrySerializer(_ValuesSerializer):
    """A new entry."""

    under = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="The entry that it belongs to."
    )
    written_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The day on which it was written on paper."
    )


class EntryChangeSerializer(_ValuesSerializer):
    """An entry's new values, and the version that they were edited from."""

    version = serializers.IntegerField(min_value=1, help_text="The version edited from.")


def _read(request: Request, case_id: UUID) -> CaseFile:
    return selectors.read_case(actor_of(request, *CASE_ROLES), case_id)


def _one(request: Request, case_id: UUID, kind: str, entry_id: UUID) -> Response:
    entry: Entry = _read(request, case_id).entries.get(kind, entry_id)
    return Response(EntrySerializer(entry).data)


class Entries(APIView):
    """The entries of one kind."""

    @operation(
        "list_entries",
        "Entries of a kind, the latest first",
        parameters=[KIND],
        responses={200: EntryListSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID, kind: str) -> Response:
        """Each at its newest version. That you read the case is recorded."""
        declared = entry_kind(kind)
        found = _read(request, case_id).entries.of(declared.name)
        return Response(EntryListSerializer({"results": found}).data)

    @operation(
        "add_entry",
        "Add an entry",
        parameters=[KIND],
        request=NewEntrySerializer,
        responses={201: EntrySerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID, kind: str) -> Response:
        """Add one, below the entry that it belongs to where its kind asks for one."""
        data = body_of(request, NewEntrySerializer, kind=entry_kind(kind))
        entry_id = add_entry(
            actor=actor_of(request, *CASE_ROLES),
            case_id=case_id,
            kind=kind,
            values=data["values"],
            under=data["under"],
            reason=data["reason"],
            written_on=data["written_on"],
        )
        response = _one(request, case_id, kind, entry_id)
        response.status_code = status.HTTP_201_CREATED
        return response


class OneEntry(APIView):
    """One entry."""

    @operation(
        "read_entry", "Read an entry", parameters=[KIND], responses={200: EntrySerializer}, problems=(404,)
    )
    def get(self, request: Request, case_id: UUID, kind: str, entry_id: UUID) -> Response:
        """Its newest version. That you read the case is recorded."""
        return _one(request, case_id, kind, entry_id)

    @operation(
        "change_entry",
        "Change an entry",
        parameters=[KIND],
        request=EntryChangeSerializer,
        responses={200: EntrySerializer, **STALE},
        problems=(403, 404),
    )
    def put(self, request: Request, case_id: UUID, kind: str, entry_id: UUID) -> Response:
        """Append a version with these values; a field left out is empty from then on."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, EntryChangeSerializer, kind=entry_kind(kind))
        change_entry(
            actor=actor,
            case_id=case_id,
            kind=kind,
            entry_id=entry_id,
            values=data["values"],
            base_version=data["version"],
            reason=data["reason"],
        )
        return _one(request, case_id, kind, entry_id)
