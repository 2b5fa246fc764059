"""Consents in the API."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.case_file import CaseFile
from casework.consents import Asking, ChildsView, CopyFor, GivenBy, How, Outcome, Purpose
from casework.models import Consent
from casework.record.codelists import LANGUAGES
from casework.record.contact_codes import Channel
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, DocumentSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class NewConsentSerializer(BodySerializer):
    """What came of asking for one purpose. What the purpose names goes with it, and nothing else does."""

    purpose = CodeField(Purpose.choices)
    recipient = serializers.UUIDField(
        required=False, allow_null=True, help_text="The organisation, where the purpose is to share."
    )
    service = serializers.UUIDField(
        required=False, allow_null=True, help_text="One service of it; left out, all of them."
    )
    authority = serializers.CharField(
        required=False, max_length=200, help_text="Its name, where the purpose is to share with one."
    )
    country = serializers.CharField(required=False, help_text="The authority's: ISO 3166-1 alpha-3.")
    channel = CodeField(Channel.choices, required=False, help_text="Where the purpose is to be contacted.")
    outcome = CodeField(
        Outcome.choices, default=Outcome.GIVEN, help_text="Only `given` lets anything be done."
    )
    how = CodeField(How.choices, required=False, help_text="Of what was given.")
    explained = serializers.CharField(
        max_length=10_000, required=False, help_text="What was explained, in your words: of what was given."
    )
    language = serializers.CharField(help_text="The ISO 639-3 code of the language it was explained in.")
    interpreter = serializers.UUIDField(required=False, allow_null=True, help_text="Of your team's roster.")
    other_interpreter = serializers.CharField(required=False, allow_blank=True, max_length=200)
    given_by = CodeField(GivenBy.choices, default=GivenBy.SURVIVOR, help_text="Who answered.")
    childs_view = CodeField(ChildsView.choices, required=False, help_text="Of a child, whoever answered.")
    childs_words = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=10_000,
        help_text="What the child said, above all where they disagree; or why nobody asked.",
    )
    witness = serializers.CharField(required=False, allow_blank=True, max_length=200)
    note = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=10_000,
        help_text="Needed where they are not able to decide: how you know, and when to ask again.",
    )
    copy_for = CodeField(CopyFor.choices, default=CopyFor.NOBODY, help_text="Who was given a copy.")
    given_on = serializers.DateField(help_text="The day on which they were asked.")
    expires_on = serializers.DateField(
        required=False, allow_null=True, help_text="The last day on which it holds."
    )

    def validate_language(self, code: str) -> str:
        """A living language of ISO 639-3."""
        if code not in LANGUAGES:
            raise serializers.ValidationError(_("Choose from the list."))
        return code


class ConsentSerializer(DocumentSerializer):
    """What came of asking. Only where `holds` is true may anything rest on it."""

    row = "consent"
    id = serializers.UUIDField()
    purpose = serializers.ChoiceField(Purpose.choices)
    recipient = serializers.UUIDField(allow_null=True)
    service = serializers.UUIDField(source="scope.service", allow_null=True)
    authority = serializers.CharField(source="scope.authority")
    country = serializers.CharField(source="scope.country")
    channel = serializers.ChoiceField(Channel.choices, source="scope.channel", allow_blank=True)
    how = serializers.ChoiceField(How.choices, source="content.how", allow_blank=True)
    explained = serializers.CharField(source="content.explained")
    language = serializers.CharField(source="content.language")
    interpreter = serializers.CharField(source="content.interpreter", help_text="An id of the roster.")
    other_interpreter = serializers.CharField(source="content.other_interpreter")
    given_by = serializers.ChoiceField(GivenBy.choices, source="content.given_by")
    guardian = serializers.CharField(source="content.guardian", help_text="Who it was when asked.")
    childs_view = serializers.ChoiceField(ChildsView.choices, source="content.childs_view", allow_blank=True)
    childs_words = serializers.CharField(source="content.childs_words")
    witness = serializers.CharField(source="content.witness")
    note = serializers.CharField(source="content.note")
    copy_for = serializers.ChoiceField(CopyFor.choices, source="content.copy_for")
    state = serializers.ChoiceField(Consent.State.choices)
    holds = serializers.SerializerMethodField(help_text="Also false where the guardian is distrusted.")
    given_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)
    withdrawn_on = serializers.DateField(allow_null=True)

    def get_holds(self, opened: Any) -> bool:
        """Whether something may rest on it today."""
        file: CaseFile = self.context["file"]
        return file.holds(opened)


class Consents(APIView):
    """The consents of a case."""

    @operation(
        "list_consents", "Consents of a case", responses={200: ConsentSerializer(many=True)}, problems=(404,)
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """All of them, also those that ended, the newest first. That you read them is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(ConsentSerializer(file.consents, many=True, context={"file": file}).data)

    @operation(
        "record_consent",
        "Record a consent",
        request=NewConsentSerializer,
        responses={201: ConsentSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Record what came of asking for one purpose: a yes, a no, or that they were not able to decide."""
        data = body_of(request, NewConsentSerializer)
        asking = Asking(**{each.name: data.pop(each.name) for each in fields(Asking) if each.name in data})
        data = {"how": None, "explained": ""} | data
        row = services.record_consent(
            actor=actor_of(request, *CASE_ROLES), case_id=case_id, asking=asking, **data
        )
        return Response(_read(request, row), status=status.HTTP_201_CREATED)


class WithdrawConsent(APIView):
    """The end of a consent."""

    @operation(
        "withdraw_consent", "Withdraw a consent", responses={200: ConsentSerializer}, problems=(403, 404, 409)
    )
    def post(self, request: Request, case_id: UUID, consent_id: UUID) -> Response:
        """At once: referrals that rest on it stop, accepted ones are handed over, and a fact leaves the statistics."""
        row = services.withdraw_consent(
            actor=actor_of(request, *CASE_ROLES), case_id=case_id, consent_id=consent_id
        )
        return Response(_read(request, row))


def _read(request: Request, row: Consent) -> dict[str, Any]:
    file = selectors.read_case(actor_of(request, *CASE_ROLES), row.case_id)
    return dict(ConsentSerializer(file.read_consent(row), context={"file": file}).data)
