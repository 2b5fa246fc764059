"""The partner's side of a referral in the API: the inbox, a packet, and the answer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import BodySerializer, CodeField, Opened, PartnerTeamSerializer
from core.api.views import actor_of, body_of
from core.errors import NotVisible
from core.models import Role
from referrals import selectors, services
from referrals.api.enclosures import EnclosedSerializer
from referrals.api.handovers import HandoverSerializer
from referrals.api.services import ServiceReferenceSerializer
from referrals.exchange import with_unread
from referrals.exchange_rules import PARTNER
from referrals.models import Referral
from referrals.services import DeclineReason


class AcceptSerializer(BodySerializer):
    """An acceptance."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class DeclineSerializer(AcceptSerializer):
    """A refusal, which needs a reason."""

    reason = CodeField(DeclineReason.choices)
    onward = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=300,
        help_text="Whom you have referred to instead: needed where the reason is `referred_onward`.",
    )


class PacketSerializer(serializers.Serializer[Any]):
    """A packet in the inbox, unopened."""

    id = serializers.UUIDField(source="pk")
    referral = serializers.UUIDField(source="referral_id")
    state = serializers.ChoiceField(Referral.State.choices, source="referral.state")
    service = ServiceReferenceSerializer(source="referral.service")
    sender = PartnerTeamSerializer(source="referral.case.team")
    sent_at = serializers.DateTimeField(source="referral.sent_at")
    answer_by = serializers.DateTimeField(
        source="referral.answer_by", allow_null=True, help_text="Until when it waits for your answer."
    )
    decided_at = serializers.DateTimeField(source="referral.decided_at", allow_null=True)


class ListedPacketSerializer(PacketSerializer):
    """A packet in the list."""

    unread = serializers.BooleanField(
        help_text="Whether the sender has written what you have not looked at on its page."
    )


class ContentSerializer(serializers.Serializer[Any]):
    """What was shared, and what was answered."""

    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.DictField(), help_text="The chosen fields: {section: {field: value}}."
    )
    note = serializers.CharField()
    quiet_times = serializers.ListField(
        child=serializers.CharField(), help_text="Times not to contact the survivor, in words."
    )
    reason = serializers.ChoiceField(
        DeclineReason.choices, allow_blank=True, help_text="Why it was declined; empty unless it was."
    )
    answer = serializers.CharField(help_text="The note that came with the answer.")
    basis = serializers.CharField(
        help_text="`consent`, or the legal ground: imminent_harm, child_protection or court_order."
    )
    reference = serializers.CharField(help_text="Of an order; else empty.")
    handover = HandoverSerializer(allow_null=True, help_text="Once the consent has ended.")
    documents = EnclosedSerializer(many=True, help_text="The copies of documents that came with it.")


class PacketDetailSerializer(PacketSerializer, ContentSerializer):
    """A packet, opened."""

    def to_representation(self, opened: Any) -> dict[str, Any]:
        """Of a packet and its document."""
        packet, document = opened
        return super().to_representation(Opened(document, packet))


class Packets(APIView):
    """The inbox."""

    @operation(
        "list_packets",
        "Packets in your inbox, newest first",
        parameters=[AFTER],
        responses={200: page_schema(ListedPacketSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those sealed to your teams, unopened."""
        actor = actor_of(request, Role.FOCAL_POINT)
        rows = with_unread(selectors.inbox_of(actor), actor, PARTNER, referral="referral_id")
        return page_of(request, rows).response(ListedPacketSerializer)


class OnePacket(APIView):
    """One packet."""

    @operation("read_packet", "Open a packet", responses={200: PacketDetailSerializer}, problems=(404,))
    def get(self, request: Request, packet_id: UUID) -> Response:
        """The chosen fields and no others. The sender learns that you have received it."""
        opened = selectors.read_packet(actor_of(request, Role.FOCAL_POINT), packet_id)
        return Response(PacketDetailSerializer(opened).data)


class Accept(APIView):
    """Yes."""

    @operation(
        "accept_referral",
        "Accept a referral, as the partner",
        request=AcceptSerializer,
        responses={200: PacketSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Accept it; the sender reads your note."""
        return _answer(request, referral_id, services.accept_referral, AcceptSerializer)


class Decline(APIView):
    """No."""

    @operation(
        "decline_referral",
        "Decline a referral, as the partner",
        request=DeclineSerializer,
        responses={200: PacketSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Decline it with a reason from the list; the sender reads your note. You can't open it any more."""
        return _answer(request, referral_id, services.decline_referral, DeclineSerializer)


def _answer(
    request: Request, referral_id: UUID, verb: Callable[..., Referral], body: type[BodySerializer]
) -> Response:
    actor = actor_of(request, Role.FOCAL_POINT)
    data = body_of(request, body)
    inbox = selectors.inbox_of(actor).filter(referral=referral_id)
    packet = inbox.first()
    if packet is None:
        raise NotVisible
    packet.referral = verb(actor=actor, packet_id=packet.pk, **data)
    return Response(PacketSerializer(packet).data)
