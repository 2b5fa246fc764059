"""The ways besides Hearth in the API."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.crypto.containers import BadRecipient, age_recipient
from core.errors import Invalid
from core.models import CASE_ROLES
from referrals.api.referrals import ReferralSerializer, SendSerializer
from referrals.packet_files import FILE_NAME, for_key, zipped
from referrals.services.one_time import send_by_link
from referrals.services.other_ways import (
    ACCEPTED,
    BY_MOUTH,
    DECLINED,
    TO_LENGTH,
    Telling,
    hand_out_file,
    record_answer,
    record_told,
)

_ANSWERS = [(ACCEPTED, ACCEPTED), (DECLINED, DECLINED)]


class LinkSerializer(SendSerializer):
    """In which language the labels are."""

    language = serializers.ChoiceField(settings.LANGUAGES, required=False, default=settings.LANGUAGE_CODE)


class SentByLinkSerializer(serializers.Serializer[Any]):
    """A link and its passphrase, for two different ways to the partner. Neither is ever shown again."""

    referral = ReferralSerializer()
    link = serializers.CharField()
    passphrase = serializers.CharField(source="secrets.passphrase")


class FileSerializer(SendSerializer):
    """For whom the file is encrypted."""

    recipient = serializers.CharField(max_length=100, help_text="A public key of age.")


class OutsideAnswerSerializer(BodySerializer):
    """What a partner has answered by another way than Hearth."""

    answer = serializers.ChoiceField(_ANSWERS)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=20)
    said = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ToldSerializer(BodySerializer):
    """What was told, how, when and to whom."""

    case = serializers.UUIDField()
    service = serializers.UUIDField()
    fields = serializers.ListField(child=serializers.CharField(max_length=100))  # type: ignore[assignment]
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")
    way = serializers.ChoiceField([(way.value, way.label) for way in BY_MOUTH])
    to = serializers.CharField(max_length=TO_LENGTH)
    at = serializers.DateTimeField()
    answer = serializers.ChoiceField([("", ""), *_ANSWERS], required=False, default="")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")
    said = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class Link(APIView):
    """A packet that is opened once."""

    @operation(
        "send_referral_by_link",
        "Send a referral by a link that opens once",
        request=LinkSerializer,
        responses={200: SentByLinkSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Seal the chosen fields under a link and a passphrase, which this answer alone holds. Refused like sending."""
        actor = actor_of(request, *CASE_ROLES)
        sent = send_by_link(actor=actor, referral_id=referral_id, **body_of(request, LinkSerializer))
        return Response(SentByLinkSerializer(sent).data)


class File(APIView):
    """A packet as an encrypted file."""

    @operation(
        "hand_out_referral",
        "Hand out a referral as an encrypted file",
        request=FileSerializer,
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> HttpResponse:
        """The chosen fields, encrypted with age for the partner's key; no copy is kept. Refused as sending is."""
        actor, body = actor_of(request, *CASE_ROLES), body_of(request, FileSerializer)
        recipient = body.pop("recipient")
        try:
            age_recipient(recipient)
        except BadRecipient:
            raise Invalid({"recipient": ["This is not a public key of age."]}) from None
        _referral, sheet, content = hand_out_file(actor=actor, referral_id=referral_id, **body)
        response = HttpResponse(
            for_key(zipped(sheet, content), recipient), content_type="application/octet-stream"
        )
        response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
        return response


class Told(APIView):
    """What was told by phone, in person or on paper."""

    @operation(
        "record_told",
        "Record what was told to a partner",
        request=ToldSerializer,
        responses={201: ReferralSerializer},
        problems=(403, 404),
    )
    def post(self, request: Request) -> Response:
        """Recorded whatever stood against it; what was missing is kept with it, and a supervisor looks at it."""
        actor, body = actor_of(request, *CASE_ROLES), body_of(request, ToldSerializer)
        telling = Telling(
            **{name: body.pop(name) for name in ("way", "to", "at", "answer", "reason", "said")}
        )
        made = record_told(
            actor=actor, case_id=body.pop("case"), service_id=body.pop("service"), telling=telling, **body
        )
        return Response(ReferralSerializer(made).data, status=status.HTTP_201_CREATED)


class Answer(APIView):
    """A partner's answer that the sender enters."""

    @operation(
        "record_answer",
        "Record what a partner has answered",
        request=OutsideAnswerSerializer,
        responses={200: ReferralSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """For what went another way than through Hearth, where the partner answers itself."""
        actor = actor_of(request, *CASE_ROLES)
        made = record_answer(
            actor=actor, referral_id=referral_id, **body_of(request, OutsideAnswerSerializer)
        )
        return Response(ReferralSerializer(made).data)
