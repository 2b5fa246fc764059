"""The directory of services in the API."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import OrganisationSerializer, PartnerTeamSerializer
from core.api.views import actor_of
from core.models import CASE_ROLES
from referrals import selectors
from referrals.taxonomy import ServiceType


class ServiceReferenceSerializer(serializers.Serializer[Any]):
    """Which service it is about."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(ServiceType.choices)


class ServiceSerializer(ServiceReferenceSerializer):
    """A service, the organisation that offers it, and the team that receives referrals to it."""

    description = serializers.CharField()
    organisation = OrganisationSerializer()
    team = PartnerTeamSerializer(allow_null=True, help_text="Null where it does not work with Hearth.")


class Services(APIView):
    """The directory."""

    @operation(
        "list_services",
        "Services of partners, by name",
        parameters=[AFTER],
        responses={200: page_schema(ServiceSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those that you can refer to. A consent to share names the team's organisation."""
        rows = selectors.services_for(actor_of(request, *CASE_ROLES).team_ids).order_by("name", "pk")
        return page_of(request, rows).response(ServiceSerializer)
