"""Sharing without consent, in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors
from casework.approvals import ApprovalDocument, Subject
from casework.exceptions import exception_holds, exception_scope, exceptions_of
from casework.models import Approval
from casework.services.exceptions import claim_exception
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, DocumentSerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES

GROUNDS = [
    (each.value, each.label)
    for each in (Subject.IMMINENT_HARM, Subject.CHILD_PROTECTION, Subject.COURT_ORDER)
]
_LONGEST = 2_000  # characters


class NewExceptionSerializer(BodySerializer):
    """A legal ground to share something without consent: with a partner, or else with an authority."""

    basis = CodeField(GROUNDS)
    recipient = serializers.UUIDField(required=False, allow_null=True, help_text="A partner organisation.")
    service = serializers.UUIDField(
        required=False, allow_null=True, help_text="One service of it; left out, all of them."
    )
    authority = serializers.CharField(
        required=False, max_length=200, help_text="An office outside of Hearth."
    )
    country = serializers.CharField(required=False, help_text="The authority's: ISO 3166-1 alpha-3.")
    what = serializers.CharField(
        max_length=_LONGEST, help_text="The least that does, and why less would not."
    )
    reason = serializers.CharField(max_length=_LONGEST)
    reference = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Of an order: court and number."
    )


class ExceptionSerializer(DocumentSerializer):
    """An exception. Only where `holds` is true may anything be shared on it."""

    row = "approval"
    id = serializers.UUIDField(source="pk")
    basis = serializers.ChoiceField(GROUNDS, source="subject")
    state = serializers.ChoiceField(Approval.State.choices)
    holds = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    service = serializers.SerializerMethodField()
    authority = serializers.CharField(source="content.authority")
    country = serializers.CharField(source="content.country")
    what = serializers.CharField(source="content.what")
    reason = serializers.CharField(source="content.reason")
    reference = serializers.CharField(source="content.reference")
    asked_by = PersonSerializer()
    asked_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="By when a second person must have decided."
    )

    def get_holds(self, document: ApprovalDocument) -> bool:
        """Whether something may be shared on it now."""
        return exception_holds(document)

    def get_recipient(self, document: ApprovalDocument) -> UUID | None:
        """The partner organisation."""
        return exception_scope(document).recipient

    def get_service(self, document: ApprovalDocument) -> UUID | None:
        """One service of it."""
        return exception_scope(document).service


class Exceptions(APIView):
    """The exceptions to consent in a case."""

    @operation(
        "list_exceptions",
        "Exceptions to consent in a case",
        responses={200: ExceptionSerializer(many=True)},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """All of them, the newest first. That you read them is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(ExceptionSerializer(exceptions_of(file), many=True).data)

    @operation(
        "claim_exception",
        "Claim a legal ground to share without consent",
        request=NewExceptionSerializer,
        responses={201: ExceptionSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Under imminent harm it holds at once, and a second person reviews it; any other waits for one."""
        actor = actor_of(request, *CASE_ROLES)
        data: dict[str, Any] = body_of(request, NewExceptionSerializer)
        data["basis"] = Subject(data["basis"])
        row = claim_exception(actor=actor, case_id=case_id, **data)
        made = next(
            each for each in exceptions_of(selectors.read_case(actor, case_id)) if each.approval.pk == row.pk
        )
        return Response(ExceptionSerializer(made).data, status=status.HTTP_201_CREATED)
