"""Decisions in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.models import Decision
from casework.services.decisions import Body, Outcome
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, DocumentSerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class NewDecisionSerializer(BodySerializer):
    """A decision. Only our own assessment has three degrees; an authority's is positive or negative."""

    kind = CodeField(Decision.Kind.choices)
    outcome = CodeField(Outcome.choices)
    decided_on = serializers.DateField()
    body = CodeField(Body.choices, help_text="Who decided: a code of HTCDS 2.0.")
    body_name = serializers.CharField(required=False, allow_blank=True, max_length=200)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    country = serializers.CharField(
        required=False, allow_blank=True, help_text="Whose rules apply: ISO 3166-1 alpha-3."
    )
    recovery_days = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="Of the recovery period, or what an extension adds; left out, the country's usual length.",
    )


class DecisionSerializer(DocumentSerializer):
    """A decision. It is never changed: a later one stands beside it."""

    row = "decision"
    id = serializers.UUIDField(source="pk")
    kind = serializers.ChoiceField(Decision.Kind.choices)
    outcome = serializers.ChoiceField(Outcome.choices)
    decided_on = serializers.DateField()
    body = serializers.ChoiceField(Body.choices, source="content.body")
    body_name = serializers.CharField(source="content.body_name")
    reason = serializers.CharField(source="content.reason")
    country = serializers.CharField(source="content.country")
    recovery_days = serializers.IntegerField(allow_null=True)
    recorded_by = PersonSerializer()
    recorded_at = serializers.DateTimeField()


class Decisions(APIView):
    """The decisions of a case."""

    @operation(
        "list_decisions",
        "Decisions of a case",
        responses={200: DecisionSerializer(many=True)},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """All of them, in the order in which they were recorded. That you read them is recorded."""
        file = selectors.read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(DecisionSerializer(file.decisions, many=True).data)

    @operation(
        "record_decision",
        "Record a decision",
        request=NewDecisionSerializer,
        responses={201: DecisionSerializer},
        problems=(403, 404),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Append one. A positive decision on reasonable grounds starts the recovery and reflection period."""
        data: dict[str, Any] = body_of(request, NewDecisionSerializer)
        actor = actor_of(request, *CASE_ROLES)
        row = services.record_decision(actor=actor, case_id=case_id, **data)
        file = selectors.read_case(actor, case_id)
        made = next(each for each in file.decisions if each.decision.pk == row.pk)
        return Response(DecisionSerializer(made).data, status=status.HTTP_201_CREATED)
