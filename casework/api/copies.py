"""The survivor's copy in the API: read together first, then handed out as JSON in the words of HTCDS."""

import json
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors
from casework.services.copies import Format, give_copy
from casework.survivors_copy import parts_of, talk_that_holds
from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class ItemSerializer(serializers.Serializer[Any]):
    """One recorded value."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    tick = serializers.SerializerMethodField(
        help_text="To send back for a text in which somebody has looked for other people; else empty."
    )
    about_others = serializers.BooleanField(help_text="Whether the field is meant to tell of others.")

    def get_tick(self, item: Any) -> str:
        """What stands for the text as it was read."""
        return item.tick if item.path else ""


class PartSerializer(serializers.Serializer[Any]):
    """What stands together."""

    title = serializers.CharField()
    items = ItemSerializer(many=True)


class RecordSerializer(serializers.Serializer[Any]):
    """The whole record in plain words."""

    parts = PartSerializer(many=True)
    may_leave = serializers.BooleanField(
        help_text="Whether a talk of the last days about where it is safe to keep lets one leave."
    )


class GiveSerializer(BodySerializer):
    """What goes into the copy beside the short values: texts in which nobody else can be recognised."""

    include = serializers.ListField(
        child=serializers.CharField(max_length=400), required=False, default=list, max_length=10_000
    )


class Copy(APIView):
    """The survivor's copy."""

    @operation(
        "read_record_for_copy",
        "Read a record in plain words, before a copy of it",
        responses={200: RecordSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """To be read together with the survivor. That you read the case is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        body = {"parts": parts_of(file), "may_leave": talk_that_holds(file) is not None}
        return Response(RecordSerializer(body).data)

    @operation(
        "give_copy",
        "Hand out the survivor's copy",
        request=GiveSerializer,
        responses={200: OpenApiResponse(OpenApiTypes.OBJECT, "The record in the words of HTCDS.")},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Only after a talk about where it is safe to keep. That it was given is recorded."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, GiveSerializer)
        content = give_copy(actor=actor, case_id=case_id, format=Format.JSON, include=data["include"])
        return Response(json.loads(content))
