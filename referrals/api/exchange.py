"""The exchange of a referral in the API, the same for both sides; its kinds come from their declaration."""

from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.record.schema import section_serializer
from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.errors import NotVisible
from core.models import CASE_ROLES, Role
from referrals import selectors, services
from referrals.exchange import ExchangeDocument
from referrals.exchange_kinds import KINDS, kind_named
from referrals.exchange_rules import BY_VERB, Side

_WRITABLE = [each.name for each in KINDS if each.name not in BY_VERB]


class ExchangeValuesField(serializers.DictField):
    """What an entry says, by field. What is empty is left out."""


class ExchangeValuesExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """In the OpenAPI document: the fields of any one kind."""

    target_class = ExchangeValuesField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """References to the kinds."""
        of = [auto_schema.resolve_serializer(section_serializer(each)(), direction).ref for each in KINDS]
        return {"anyOf": of}


class ExchangeEntrySerializer(serializers.Serializer[Any]):
    """One thing that was written."""

    seq = serializers.IntegerField(source="entry.seq", help_text="Its number in this exchange, from 1.")
    side = serializers.ChoiceField(Side.choices, source="entry.side")
    at = serializers.DateTimeField(source="entry.at")
    by = serializers.CharField(help_text="Who wrote it, on your own side; empty for the other.")
    kind = serializers.ChoiceField([each.name for each in KINDS], source="kind.name")
    values = ExchangeValuesField()
    about = serializers.IntegerField(
        allow_null=True, help_text="The number of the entry whose place it takes."
    )
    changed_by = serializers.IntegerField(
        allow_null=True, help_text="The number of the entry that has taken its place."
    )
    cancelled = serializers.BooleanField()
    unread = serializers.BooleanField(help_text="Whether you have not looked at it on its page.")


class ExchangeSerializer(serializers.Serializer[Any]):
    """What both sides have written, the earliest first."""

    first_read_at = serializers.DateTimeField(
        source="exchange.first_read_at",
        allow_null=True,
        help_text="When the partner first opened the packet.",
    )
    entries = ExchangeEntrySerializer(many=True)


class NewExchangeEntrySerializer(BodySerializer):
    """Something to write."""

    kind = serializers.ChoiceField(_WRITABLE)
    values = ExchangeValuesField()
    about = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        help_text="The number of an appointment or a transport whose place it takes, or which it cancels.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the declared fields of `kind`, where one is given as context."""
        fields = super().get_fields()
        if kind := self.context.get("kind"):
            fields["values"] = section_serializer(kind)()
        return fields


def _body(request: Request) -> dict[str, Any]:
    kind = request.data.get("kind") if isinstance(request.data, dict) else None
    known = {"kind": kind_named(kind)} if kind in _WRITABLE else {}
    return body_of(request, NewExchangeEntrySerializer, **known)


def _shown(document: ExchangeDocument | None, code: int = status.HTTP_200_OK) -> Response:
    if document is None:
        raise NotVisible
    return Response(ExchangeSerializer(document).data, status=code)


class PacketExchange(APIView):
    """The partner's side."""

    @operation(
        "read_packet_exchange",
        "Read what was written about a packet",
        responses={200: ExchangeSerializer},
        problems=(404,),
    )
    def get(self, request: Request, packet_id: UUID) -> Response:
        """Every entry of both sides. The sender learns that you have opened the packet."""
        _packet, document = selectors.read_packet(actor_of(request, Role.FOCAL_POINT), packet_id)
        return _shown(document.exchange)

    @operation(
        "write_about_packet",
        "Write to the sender",
        request=NewExchangeEntrySerializer,
        responses={201: ExchangeSerializer},
        problems=(404, 409),
    )
    def post(self, request: Request, packet_id: UUID) -> Response:
        """What begins puts the referral under way, an outcome completes it.

        Where they did not arrive, whoever carries the case is told at once.
        """
        actor = actor_of(request, Role.FOCAL_POINT)
        services.write_as_partner(actor=actor, packet_id=packet_id, **_body(request))
        _packet, document = selectors.read_packet(actor, packet_id)
        return _shown(document.exchange, status.HTTP_201_CREATED)


class ReferralExchange(APIView):
    """The sender's side."""

    @operation(
        "read_referral_exchange",
        "Read what was written about a referral",
        responses={200: ExchangeSerializer},
        problems=(404,),
    )
    def get(self, request: Request, referral_id: UUID) -> Response:
        """Every entry of both sides; of one that was never sent through Hearth there are none, and it is a 404."""
        document = selectors.read_referral(actor_of(request, *CASE_ROLES), referral_id)
        return _shown(document.exchange)

    @operation(
        "write_about_referral",
        "Write to the partner",
        request=NewExchangeEntrySerializer,
        responses={201: ExchangeSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """The partner's focal points are told that something was written."""
        actor = actor_of(request, *CASE_ROLES)
        services.write_as_sender(actor=actor, referral_id=referral_id, **_body(request))
        return _shown(selectors.read_referral(actor, referral_id).exchange, status.HTTP_201_CREATED)
