"""Erasing a case, in the API: what would go, asking for it, stopping it. The second person decides on the approval."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors
from casework.api.approvals import ApprovalSerializer
from casework.approvals import Subject, approvals_of
from casework.erasing import standing_order, what_would_go
from casework.models import Erasure
from casework.services.approvals import asked_for
from casework.services.erasure import ask_erasure, cancel_erasure, is_held, may_cancel
from core.api.openapi import operation
from core.api.serializers import BodySerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.errors import NotAllowed
from core.models import CASE_ROLES


class NewErasureSerializer(BodySerializer):
    """Why a case is to be erased."""

    reason = serializers.CharField(max_length=2000, help_text="It is erased with the case.")


class OrderSerializer(serializers.Serializer[Any]):
    """An order to erase."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(Erasure.State.choices)
    asked_by = PersonSerializer()
    approved_by = PersonSerializer()
    approved_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="When it is carried out, unless it is stopped or held.")


class CategorySerializer(serializers.Serializer[Any]):
    """One sort of data, and how much of it there is."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class ErasureSerializer(serializers.Serializer[Any]):
    """What would go, and where it stands."""

    would_go = CategorySerializer(many=True)
    held = serializers.BooleanField(help_text="Whether a legal hold stands against it.")
    asked = serializers.UUIDField(allow_null=True, help_text="The approval that waits for a second person.")
    order = OrderSerializer(allow_null=True)


class ErasureOfCase(APIView):
    """The erasure of a case."""

    @operation(
        "read_erasure",
        "What an erasure would destroy, and where it stands",
        responses={200: ErasureSerializer},
        problems=(403, 404),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """A dry run, in numbers. That you read the case is recorded."""
        actor = actor_of(request, *CASE_ROLES)
        file = selectors.read_case(actor, case_id)
        if not may_cancel(actor, file.case):
            raise NotAllowed
        counts = [
            {"name": each.name, "label": each.label, "count": count}
            for each, count in what_would_go(file.case)
        ]
        asked = asked_for(file, Subject.ERASURE).values_list("pk", flat=True).first()
        body = {
            "would_go": counts,
            "held": is_held(file),
            "asked": asked,
            "order": standing_order(file.case),
        }
        return Response(ErasureSerializer(body).data)

    @operation(
        "ask_erasure",
        "Ask for a case to be erased",
        request=NewErasureSerializer,
        responses={201: ApprovalSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """As a supervisor, of a closed case. Another person of the team approves or refuses it, as any approval."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewErasureSerializer)
        row = ask_erasure(actor=actor, case_id=case_id, reason=data["reason"])
        asked = next(
            each for each in approvals_of(selectors.read_case(actor, case_id)) if each.approval.pk == row.pk
        )
        return Response(ApprovalSerializer(asked).data, status=status.HTTP_201_CREATED)


class CancelErasure(APIView):
    """An end before it is carried out."""

    @operation(
        "cancel_erasure",
        "Stop an erasure that was ordered",
        responses={200: OrderSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Nothing is erased. Any caseworker of the team may."""
        order = cancel_erasure(actor=actor_of(request, *CASE_ROLES), case_id=case_id)
        return Response(OrderSerializer(order).data)
