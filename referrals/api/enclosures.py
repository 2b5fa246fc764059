"""Copies of documents in packets, in the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from casework.api.documents import ContentRenderer
from casework.documents.responses import saved_response
from core.api.openapi import operation
from core.api.views import actor_of
from core.models import Role
from referrals import services


class EnclosedSerializer(serializers.Serializer[Any]):
    """A copy of a document, without its content."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    media_type = serializers.CharField(source="mime")
    size = serializers.IntegerField(help_text="In bytes.")
    sha256 = serializers.CharField(help_text="Of the copy, in hex.")


class EnclosureContent(APIView):
    """The content of a copy."""

    renderer_classes = [JSONRenderer, ContentRenderer]

    @operation(
        "read_packet_document_content",
        "Content of a document in a packet",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        problems=(404,),
    )
    def get(self, request: Request, packet_id: UUID, enclosure_id: UUID) -> Any:
        """A copy without what was hidden in the original. `Repr-Digest` is its hash. That you read it is recorded."""
        actor = actor_of(request, Role.FOCAL_POINT)
        document, content = services.read_enclosure(
            actor=actor, packet_id=packet_id, enclosure_id=enclosure_id
        )
        return saved_response(
            content, id=document.id, type=document.type, size=document.size, sha256=document.sha256
        )
