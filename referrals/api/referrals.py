"""The sender's side of a referral in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.api.follow_ups import CaseReferenceSerializer
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import (
    BodySerializer,
    DocumentSerializer,
    OrganisationSerializer,
    PartnerTeamSerializer,
)
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES
from referrals import selectors, services
from referrals.api.handovers import HandoverSerializer
from referrals.api.packets import ContentSerializer
from referrals.api.services import ServiceReferenceSerializer
from referrals.duplicates import REASON_LENGTH
from referrals.enclosures import MOST
from referrals.exchange import with_unread
from referrals.exchange_rules import SENDER
from referrals.models import Referral


class NewReferralSerializer(BodySerializer):
    """A service, and what is to be shared with it."""

    case = serializers.UUIDField()
    service = serializers.UUIDField()
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=100), help_text="As section.field: identity.chosen_name."
    )
    documents = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST,
        help_text="Documents of the case: pictures and PDFs, of which copies without hidden data are sent.",
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ReferralSerializer(serializers.Serializer[Any]):
    """A referral, without what it shares."""

    id = serializers.UUIDField()
    case = CaseReferenceSerializer()
    service = ServiceReferenceSerializer()
    organisation = OrganisationSerializer(source="service.organisation")
    partner = PartnerTeamSerializer(source="service.team", allow_null=True)
    state = serializers.ChoiceField(Referral.State.choices)
    way = serializers.ChoiceField(Referral.Way.choices)
    group = serializers.UUIDField(allow_null=True, help_text="Shared by people who are referred together.")
    created_on = serializers.DateField()
    sent_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class ListedReferralSerializer(ReferralSerializer):
    """A referral in the list."""

    unread = serializers.BooleanField(
        help_text="Whether the partner has written what you have not looked at on its page."
    )


class ReferralDetailSerializer(DocumentSerializer, ReferralSerializer):
    """A referral with what was chosen, and once it was sent, what the partner reads and has answered."""

    row = "referral"
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]
    documents = serializers.ListField(
        child=serializers.UUIDField(), help_text="Chosen among those of the case."
    )
    note = serializers.CharField()
    packet = ContentSerializer(allow_null=True)
    handover = HandoverSerializer(allow_null=True, help_text="Once the consent has ended.")


class Referrals(APIView):
    """The referrals of one's teams' cases."""

    @operation(
        "list_referrals",
        "Referrals, newest first",
        parameters=[AFTER],
        responses={200: page_schema(ListedReferralSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those of your teams' cases, without what they share."""
        actor = actor_of(request, *CASE_ROLES)
        rows = with_unread(selectors.referrals_of(actor), actor, SENDER)
        return page_of(request, rows).response(ListedReferralSerializer)

    @operation(
        "draft_referral",
        "Draft a referral",
        request=NewReferralSerializer,
        responses={201: ReferralSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request) -> Response:
        """Choose a service and the fields to share. Nothing leaves the case before it is sent.

        Refused where a child's protection stands against it: the answer says what the record must say first.
        """
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewReferralSerializer)
        made = services.draft_referral(
            actor=actor, case_id=data.pop("case"), service_id=data.pop("service"), **data
        )
        return Response(ReferralSerializer(made).data, status=status.HTTP_201_CREATED)


class OneReferral(APIView):
    """One referral."""

    @operation("read_referral", "Read a referral", responses={200: ReferralDetailSerializer}, problems=(404,))
    def get(self, request: Request, referral_id: UUID) -> Response:
        """What was chosen, and what the partner answered. That you read it is recorded."""
        document = selectors.read_referral(actor_of(request, *CASE_ROLES), referral_id)
        return Response(ReferralDetailSerializer(document).data)


class SendSerializer(BodySerializer):
    """Why there is to be a second one to the same service, where there is one already."""

    again = serializers.CharField(required=False, allow_blank=True, max_length=REASON_LENGTH)


class Send(APIView):
    """The step that shares."""

    @operation(
        "send_referral",
        "Send a referral",
        request=SendSerializer,
        responses={200: ReferralSerializer},
        problems=(400, 403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Seal the chosen fields to the partner's team. Refused without consent or another legal ground.

        Where one to the same service is still open, it is refused unless `again` says why there is to be another.
        """
        actor = actor_of(request, *CASE_ROLES)
        made = services.send_referral(
            actor=actor, referral_id=referral_id, **body_of(request, SendSerializer)
        )
        return Response(ReferralSerializer(made).data)


class Withdraw(APIView):
    """The step back."""

    @operation(
        "withdraw_referral",
        "Withdraw a referral",
        responses={200: ReferralSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        """Take it back before it is accepted. The partner can't open its packet any more."""
        made = services.withdraw_referral(actor=actor_of(request, *CASE_ROLES), referral_id=referral_id)
        return Response(ReferralSerializer(made).data)
