"""Transfers of cases in the API: offering, declining, taking back. Accepting wakes a key, which no token may."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.models import Transfer
from casework.services.transfers import NOTE_LENGTH, decline_transfer, offer_transfer, take_back_transfer
from casework.transfers import read_transfer, transfers_of
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import BodySerializer, DocumentSerializer, PartnerTeamSerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class NewTransferSerializer(BodySerializer):
    """A case, and the team that it is offered to."""

    case = serializers.UUIDField()
    to_team = serializers.UUIDField()
    note = serializers.CharField(
        max_length=NOTE_LENGTH, help_text="What the team reads before it accepts; nothing else."
    )
    keep_reading = serializers.BooleanField(
        required=False, default=False, help_text="Whether your team goes on reading the case afterwards."
    )


class ReasonSerializer(BodySerializer):
    """Why a case is declined."""

    reason = serializers.CharField(max_length=NOTE_LENGTH)


class TransferSerializer(serializers.Serializer[Any]):
    """An offer, without what is said in it."""

    id = serializers.UUIDField(source="pk")
    case = serializers.UUIDField(source="case_id")
    from_team = PartnerTeamSerializer()
    to_team = PartnerTeamSerializer()
    state = serializers.ChoiceField(Transfer.State.choices)
    keep_reading = serializers.BooleanField()
    offered_by = PersonSerializer()
    offered_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class TransferDetailSerializer(DocumentSerializer, TransferSerializer):
    """An offer with what the receiving team is told, and why it declined."""

    row = "transfer"
    note = serializers.CharField()
    answer = serializers.CharField()


class Transfers(APIView):
    """The offers by and to one's teams."""

    @operation(
        "list_transfers",
        "Transfers, newest first",
        parameters=[AFTER],
        responses={200: page_schema(TransferSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those by and to your teams."""
        return page_of(request, transfers_of(actor_of(request, *CASE_ROLES))).response(TransferSerializer)

    @operation(
        "offer_transfer",
        "Offer a case to another team",
        request=NewTransferSerializer,
        responses={201: TransferSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request) -> Response:
        """As a supervisor. Refused for another organisation without a consent to share with it."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewTransferSerializer)
        made = offer_transfer(actor=actor, case_id=data.pop("case"), **data)
        return Response(TransferSerializer(made).data, status=status.HTTP_201_CREATED)


class OneTransfer(APIView):
    """One offer."""

    @operation("read_transfer", "Read a transfer", responses={200: TransferDetailSerializer}, problems=(404,))
    def get(self, request: Request, transfer_id: UUID) -> Response:
        """What the receiving team is told. That you read it is recorded. It is accepted on its page alone."""
        document = read_transfer(actor_of(request, *CASE_ROLES), transfer_id)
        return Response(TransferDetailSerializer(document).data)


class DeclineTransfer(APIView):
    """The receiving team's no."""

    @operation(
        "decline_transfer",
        "Decline a transfer",
        request=ReasonSerializer,
        responses={200: TransferSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Decline, and say why; the offer is gone for your team."""
        actor = actor_of(request, *CASE_ROLES)
        made = decline_transfer(actor=actor, transfer_id=transfer_id, **body_of(request, ReasonSerializer))
        return Response(TransferSerializer(made).data)


class TakeBackTransfer(APIView):
    """The end of one's own offer."""

    @operation(
        "take_back_transfer",
        "Take back a transfer",
        responses={200: TransferSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, transfer_id: UUID) -> Response:
        """Before it is accepted. The other team can't read the offer any more."""
        made = take_back_transfer(actor=actor_of(request, *CASE_ROLES), transfer_id=transfer_id)
        return Response(TransferSerializer(made).data)
