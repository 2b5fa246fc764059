"""Identifications in the API."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.api.results import ResultSerializer
from casework.assessment import Answer
from casework.models import Identification
from core.actor import Actor
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import (
    BodySerializer,
    CodeField,
    DocumentSerializer,
    PersonSerializer,
    TeamSerializer,
)
from core.api.views import actor_of, body_of
from core.errors import Invalid
from core.models import CASE_ROLES

_ANSWERS = [answer.value for answer in Answer]


class NewIdentificationSerializer(BodySerializer):
    """The answers to an instrument, and what goes with them."""

    team = serializers.UUIDField(required=False, help_text="Needed where you work in several teams.")
    instrument = serializers.CharField(help_text="For example ilo-adult-labour.")
    interviewed_on = serializers.DateField()
    age = serializers.IntegerField(required=False, allow_null=True, help_text="In years.")
    age_at_exploitation = serializers.IntegerField(required=False, allow_null=True, help_text="In years.")
    answers = serializers.DictField(
        child=CodeField(_ANSWERS), help_text="By indicator id; one left out is unknown."
    )
    notes = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class IdentificationSerializer(serializers.Serializer[Any]):
    """An identification, without what was said."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(Identification.State.choices)
    team = TeamSerializer()
    interviewed_on = serializers.DateField(source="recorded_on")
    recorded_by = PersonSerializer()
    case = serializers.UUIDField(source="case_id", allow_null=True, help_text="The case opened from it.")


class IdentificationDetailSerializer(DocumentSerializer, IdentificationSerializer):
    """An identification with what was answered, and what it makes."""

    row = "identification"
    answers = serializers.DictField(child=serializers.ChoiceField(_ANSWERS))
    age = serializers.IntegerField(allow_null=True)
    age_at_exploitation = serializers.IntegerField(allow_null=True)
    notes = serializers.CharField()
    result = ResultSerializer(source="assessment.as_data")


class Identifications(APIView):
    """The identifications of one's teams."""

    @operation(
        "list_identifications",
        "Identifications, newest first",
        parameters=[AFTER],
        responses={200: page_schema(IdentificationSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those of your teams, without what was said."""
        rows = selectors.identifications_of(actor_of(request, *CASE_ROLES))
        return page_of(request, rows).response(IdentificationSerializer)

    @operation(
        "record_identification",
        "Record an identification",
        request=NewIdentificationSerializer,
        responses={201: IdentificationDetailSerializer},
        problems=(403,),
    )
    def post(self, request: Request) -> Response:
        """Seal the answers to an instrument, and say what they amount to."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewIdentificationSerializer)
        team_id = data.pop("team", None) or _only_team(actor)
        made = services.record_identification(
            actor=actor, team_id=team_id, instrument_id=data.pop("instrument"), **data
        )
        document = selectors.read_identification(actor, made.pk)
        return Response(IdentificationDetailSerializer(document).data, status=status.HTTP_201_CREATED)


class OneIdentification(APIView):
    """One identification."""

    @operation(
        "read_identification",
        "Read an identification",
        responses={200: IdentificationDetailSerializer},
        problems=(404,),
    )
    def get(self, request: Request, identification_id: UUID) -> Response:
        """The answers, and the result with its evidence. That you read it is recorded."""
        document = selectors.read_identification(actor_of(request, *CASE_ROLES), identification_id)
        return Response(IdentificationDetailSerializer(document).data)


def _only_team(actor: Actor) -> UUID:
    try:
        (team_id,) = actor.team_ids
    except ValueError:
        raise Invalid({"team": [_("You work in several teams: name one.")]}) from None
    return team_id
