"""Consents in the API."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.models import Consent
from casework.record.codelists import LANGUAGES
from casework.services.consents import How, Purpose
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, DocumentSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class NewConsentSerializer(BodySerializer):
    """A consent to one purpose, and to one partner where it is sharing."""

    purpose = CodeField(Purpose.choices)
    recipient = serializers.UUIDField(
        required=False, allow_null=True, help_text="The organisation, where the purpose is to share."
    )
    how = CodeField(How.choices)
    explained = serializers.CharField(max_length=10_000, help_text="What was explained, in your words.")
    language = serializers.CharField(help_text="The ISO 639-3 code of the language it was explained in.")
    given_on = serializers.DateField()
    expires_on = serializers.DateField(
        required=False, allow_null=True, help_text="The last day on which it holds."
    )

    def validate_language(self, code: str) -> str:
        """A living language of ISO 639-3."""
        if code not in LANGUAGES:
            raise serializers.ValidationError(_("Choose from the list."))
        return code


class ConsentSerializer(DocumentSerializer):
    """A consent."""

    row = "consent"
    id = serializers.UUIDField()
    purpose = serializers.ChoiceField(Purpose.choices)
    recipient = serializers.UUIDField(allow_null=True)
    how = serializers.ChoiceField(How.choices, source="content.how")
    explained = serializers.CharField(source="content.explained")
    language = serializers.CharField(source="content.language")
    state = serializers.ChoiceField(Consent.State.choices)
    given_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)
    withdrawn_on = serializers.DateField(allow_null=True)


class Consents(APIView):
    """The consents of a case."""

    @operation(
        "list_consents", "Consents of a case", responses={200: ConsentSerializer(many=True)}, problems=(404,)
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """All of them, also those that ended, the newest first. That you read them is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(ConsentSerializer(file.consents, many=True).data)

    @operation(
        "record_consent",
        "Record a consent",
        request=NewConsentSerializer,
        responses={201: ConsentSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Record that the survivor agreed to one purpose, and to one partner where it is sharing."""
        data = body_of(request, NewConsentSerializer)
        data |= {"purpose": Purpose(data["purpose"]), "how": How(data["how"])}
        row = services.record_consent(actor=actor_of(request, *CASE_ROLES), case_id=case_id, **data)
        return Response(_read(request, row), status=status.HTTP_201_CREATED)


class WithdrawConsent(APIView):
    """The end of a consent."""

    @operation(
        "withdraw_consent", "Withdraw a consent", responses={200: ConsentSerializer}, problems=(403, 404, 409)
    )
    def post(self, request: Request, case_id: UUID, consent_id: UUID) -> Response:
        """At once: open referrals that rest on it are stopped, and a fact is taken out of the statistics."""
        row = services.withdraw_consent(
            actor=actor_of(request, *CASE_ROLES), case_id=case_id, consent_id=consent_id
        )
        return Response(_read(request, row))


def _read(request: Request, row: Consent) -> dict[str, Any]:
    file = selectors.read_case(actor_of(request, *CASE_ROLES), row.case_id)
    return dict(ConsentSerializer(file.read_consent(row)).data)
