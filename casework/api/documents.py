"""Documents in the API."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.documents.custody import read_custody
from casework.documents.reading import read_document
from casework.documents.responses import content_response
from casework.models import CustodyEvent, Document
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, DocumentSerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class NewDocumentSerializer(BodySerializer):
    """A file, and what it is."""

    file = serializers.FileField(max_length=200)
    kind = CodeField(Document.Kind.choices)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class RemovalSerializer(BodySerializer):
    """Why a document is removed."""

    reason = serializers.CharField(max_length=2000)


class AttachedSerializer(DocumentSerializer):
    """A document, without its content. Of a removed one name and description are empty."""

    row = "row"
    id = serializers.UUIDField()
    state = serializers.ChoiceField(Document.State.choices)
    name = serializers.CharField(source="facts.name", help_text="The file's name as it was given.")
    kind = serializers.ChoiceField(Document.Kind.choices, source="facts.kind")
    description = serializers.CharField(source="facts.description")
    media_type = serializers.CharField(source="facts.mime", help_text="Found out from the content.")
    size = serializers.IntegerField(source="facts.size", help_text="In bytes.")
    sha256 = serializers.CharField(source="facts.sha256", help_text="Of the content as it came, in hex.")
    added_by = PersonSerializer()
    added_at = serializers.DateTimeField()
    removed_at = serializers.DateTimeField(allow_null=True)


class CustodyLineSerializer(serializers.Serializer[Any]):
    """One line of the custody log."""

    number = serializers.IntegerField()
    what = serializers.ChoiceField(CustodyEvent.What.choices)
    by = PersonSerializer()
    at = serializers.DateTimeField()
    note = serializers.CharField(help_text="Why, where somebody had to say so.")
    page = serializers.IntegerField(allow_null=True, help_text="The page that was looked at.")


class AttachedDetailSerializer(AttachedSerializer):
    """A document with its custody log, the first line first."""

    custody = CustodyLineSerializer(many=True)

    def to_representation(self, opened: Any) -> dict[str, Any]:
        """Of a document and its log."""
        document, custody = opened
        lines = CustodyLineSerializer(custody, many=True).data
        return {**AttachedSerializer(document).data, "custody": lines}


class ContentRenderer(BaseRenderer):
    """Lets a program ask for any type; the answer is made by content_response."""

    media_type = "*/*"
    format = "content"


class Documents(APIView):
    """The documents of a case."""

    parser_classes = [MultiPartParser]

    @operation(
        "list_documents",
        "Documents of a case",
        responses={200: AttachedSerializer(many=True)},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """In the order in which they were added, also the removed ones. That you read them is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(AttachedSerializer(file.attachments.all, many=True).data)

    @operation(
        "add_document",
        "Add a document",
        request={"multipart/form-data": NewDocumentSerializer},
        responses={201: AttachedDetailSerializer},
        problems=(403, 404),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """It is sealed while it arrives, and kept as it came. Its type is found out from its content."""
        data = body_of(request, NewDocumentSerializer)
        actor = actor_of(request, *CASE_ROLES)
        row = services.add_document(actor=actor, case_id=case_id, upload=data.pop("file"), **data)
        return Response(_read(request, case_id, row.pk), status=status.HTTP_201_CREATED)


class OneDocument(APIView):
    """One document."""

    @operation(
        "read_document", "Facts of a document", responses={200: AttachedDetailSerializer}, problems=(404,)
    )
    def get(self, request: Request, case_id: UUID, document_id: UUID) -> Response:
        """What is known of it, and who has had it in hand."""
        return Response(_read(request, case_id, document_id))


class DocumentContent(APIView):
    """The content of a document."""

    renderer_classes = [JSONRenderer, ContentRenderer]

    @operation(
        "read_document_content",
        "Content of a document",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID, document_id: UUID) -> Any:
        """As it came. `Repr-Digest` is its hash. That you read it stands in its custody log."""
        actor = actor_of(request, *CASE_ROLES)
        return content_response(*read_document(actor, case_id, document_id))


class RemoveDocument(APIView):
    """The end of a document."""

    @operation(
        "remove_document",
        "Remove a document",
        request=RemovalSerializer,
        responses={200: AttachedDetailSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID, document_id: UUID) -> Response:
        """Nobody opens it again. Its hash and its custody log remain, name and description don't."""
        data = body_of(request, RemovalSerializer)
        actor = actor_of(request, *CASE_ROLES)
        services.remove_document(actor=actor, case_id=case_id, document_id=document_id, **data)
        return Response(_read(request, case_id, document_id))


def _read(request: Request, case_id: UUID, document_id: UUID) -> dict[str, Any]:
    file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
    document = file.attachments.get(document_id)
    return dict(AttachedDetailSerializer((document, read_custody(file, document))).data)
