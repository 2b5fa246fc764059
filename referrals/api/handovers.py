"""How an accepted referral ends whose consent has ended, in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.errors import NotVisible
from core.models import CASE_ROLES, Role
from referrals import selectors, services
from referrals.handovers import HandoverAnswer

_LONGEST = services.NOTE_LENGTH


class AnswerSerializer(BodySerializer):
    """What the partner holds, destroys and keeps."""

    holds = serializers.CharField(
        max_length=_LONGEST, help_text="What you still hold, or that it is nothing."
    )
    destroys = serializers.CharField(required=False, allow_blank=True, max_length=_LONGEST)
    keeps = serializers.CharField(required=False, allow_blank=True, max_length=_LONGEST)
    duty = serializers.CharField(
        required=False, allow_blank=True, max_length=_LONGEST, help_text="What makes you keep it."
    )


class CloseSerializer(BodySerializer):
    """The end of a handover."""

    note = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=_LONGEST,
        help_text="What was agreed: needed where the partner has not answered.",
    )


class HandoverSerializer(serializers.Serializer[Any]):
    """How it ends."""

    opened_at = serializers.DateTimeField(source="handover.opened_at")
    answered_at = serializers.DateTimeField(source="handover.answered_at", allow_null=True)
    closed_at = serializers.DateTimeField(source="handover.closed_at", allow_null=True)
    holds = serializers.CharField(source="answer.holds")
    destroys = serializers.CharField(source="answer.destroys")
    keeps = serializers.CharField(source="answer.keeps")
    duty = serializers.CharField(source="answer.duty")
    note = serializers.CharField(help_text="The sender's.")


class Answer(APIView):
    """The partner's side."""

    @operation(
        "answer_handover",
        "Say what you hold, destroy and keep, as the partner",
        request=AnswerSerializer,
        responses={200: HandoverSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Answer, once consent has ended for what you had accepted. Until the sender closes it you can answer again."""
        actor = actor_of(request, Role.FOCAL_POINT)
        data = body_of(request, AnswerSerializer)
        packet = selectors.inbox_of(actor).filter(referral=referral_id).first()
        if packet is None:
            raise NotVisible
        services.answer_handover(actor=actor, packet_id=packet.pk, answer=HandoverAnswer(**data))
        _packet, document = selectors.read_packet(actor, packet.pk)
        return Response(HandoverSerializer(document.handover).data)


class Close(APIView):
    """The sender's side."""

    @operation(
        "close_handover",
        "Close a handover",
        request=CloseSerializer,
        responses={200: HandoverSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Close it. The packet's key is destroyed; what the partner answered stays with the case."""
        actor = actor_of(request, *CASE_ROLES)
        services.close_handover(actor=actor, referral_id=referral_id, **body_of(request, CloseSerializer))
        return Response(HandoverSerializer(selectors.read_referral(actor, referral_id).handover).data)
