"""What needs a second person, in the API."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors
from casework.approvals import ApprovalDocument, Subject, approvals_of
from casework.models import Approval
from casework.services import approvals as services
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, DocumentSerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.errors import NotVisible
from core.models import CASE_ROLES


class NewApprovalSerializer(BodySerializer):
    """What a supervisor is asked for."""

    subject = CodeField([(each.value, each.label) for each in (Subject.PLAN, Subject.CLOSURE)])
    reason = serializers.CharField(max_length=2000, help_text="What they should know.")


class NoteSerializer(BodySerializer):
    """What the second person says."""

    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class RefusalSerializer(BodySerializer):
    """Why the second person refuses."""

    note = serializers.CharField(max_length=2000)


class ApprovalSerializer(DocumentSerializer):
    """Something that was asked for."""

    row = "approval"
    id = serializers.UUIDField(source="pk")
    subject = serializers.ChoiceField(Subject.choices)
    state = serializers.ChoiceField(Approval.State.choices)
    reason = serializers.CharField(source="content.reason")
    asked_by = PersonSerializer()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="By when it must be decided.")
    overdue = serializers.BooleanField()
    reviewer = PersonSerializer(allow_null=True, help_text="Who alone decides, where one person must.")
    decided_by = PersonSerializer(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.SerializerMethodField(help_text="Of who decided; empty where there is none.")

    def get_note(self, document: ApprovalDocument) -> str:
        """The note, once decided."""
        return str(document.content.get("note", ""))


class ApprovalListSerializer(serializers.Serializer[Any]):
    """Everything that was asked for in a case."""

    results = ApprovalSerializer(many=True)


class Approvals(APIView):
    """What needs a second person in a case."""

    @operation(
        "list_approvals",
        "What was asked for, newest first",
        responses={200: ApprovalListSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """With what was decided. That you read the case is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(ApprovalListSerializer({"results": approvals_of(file)}).data)

    @operation(
        "ask_approval",
        "Ask for approval",
        request=NewApprovalSerializer,
        responses={201: ApprovalSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Of the plan as it stands, or of closing the case. A supervisor decides, never whoever asks."""
        data = body_of(request, NewApprovalSerializer)
        actor = actor_of(request, *CASE_ROLES)
        row = services.ask_approval(
            actor=actor, case_id=case_id, subject=Subject(data["subject"]), reason=data["reason"]
        )
        return Response(_read(request, case_id, row), status=status.HTTP_201_CREATED)


class Approve(APIView):
    """A yes."""

    @operation(
        "approve",
        "Approve, as the second person",
        request=NoteSerializer,
        responses={200: ApprovalSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID, approval_id: UUID) -> Response:
        """Never what you asked for yourself."""
        return _decide(request, case_id, approval_id, services.approve, NoteSerializer)


class Refuse(APIView):
    """A no."""

    @operation(
        "refuse",
        "Refuse, as the second person",
        request=RefusalSerializer,
        responses={200: ApprovalSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID, approval_id: UUID) -> Response:
        """Never what you asked for yourself; and say why."""
        return _decide(request, case_id, approval_id, services.refuse, RefusalSerializer)


class TakeBack(APIView):
    """An end without an answer."""

    @operation(
        "take_back_approval",
        "Take back what you asked for",
        responses={200: ApprovalSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID, approval_id: UUID) -> Response:
        """As long as nobody has decided; not what was done already and must be looked at."""
        return _decide(request, case_id, approval_id, services.take_back)


def _decide(
    request: Request,
    case_id: UUID,
    approval_id: UUID,
    verb: Callable[..., Approval],
    body: type[BodySerializer] | None = None,
) -> Response:
    data = body_of(request, body) if body else {}
    row = verb(actor=actor_of(request, *CASE_ROLES), case_id=case_id, approval_id=approval_id, **data)
    return Response(_read(request, case_id, row))


def _read(request: Request, case_id: UUID, row: Approval) -> dict[str, Any]:
    file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
    for document in approvals_of(file):
        if document.approval.pk == row.pk:
            return dict(ApprovalSerializer(document).data)
    raise NotVisible
