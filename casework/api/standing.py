"""Who carries a case and where it stands, in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.api.cases import CaseSerializer
from casework.caseload import QUIET, caseload_of
from casework.record.entries.state_change import STATE_REASONS
from casework.services.assignment import assign_case
from casework.services.states import change_state
from casework.transitions import CaseStep
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField, PersonSerializer, TeamSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES, Role


class AssignSerializer(BodySerializer):
    """Who is to carry a case."""

    to = serializers.UUIDField(help_text="A caseworker or supervisor of the case's team.")
    follow_ups = serializers.BooleanField(
        required=False, default=True, help_text="Whether what is due from the earlier caseworker goes along."
    )


class StepSerializer(BodySerializer):
    """A step that moves a case."""

    step = CodeField([each.value for each in CaseStep])
    reason = CodeField(
        [*STATE_REASONS.codes],
        required=False,
        default="",
        help_text="Needed for hold, close and reopen; which ones depends on the step.",
    )
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class LoadSerializer(serializers.Serializer[Any]):
    """What one person carries in one team."""

    person = PersonSerializer()
    left = serializers.BooleanField(help_text="Is no caseworker or supervisor of the team any more.")
    open = serializers.IntegerField(help_text="Cases that are not closed; the other counts are of these.")
    urgent = serializers.IntegerField()
    overdue = serializers.IntegerField(help_text="With a follow-up whose time has passed.")
    quiet = serializers.IntegerField(help_text=f"In which nothing was written for {QUIET.days} days.")


class TeamLoadSerializer(serializers.Serializer[Any]):
    """A team with what its members carry."""

    team = TeamSerializer()
    loads = LoadSerializer(many=True)


class CaseloadSerializer(serializers.Serializer[Any]):
    """The teams that one supervises."""

    results = TeamLoadSerializer(many=True)


class Assign(APIView):
    """The caseworker of a case."""

    @operation(
        "assign_case",
        "Assign a case",
        request=AssignSerializer,
        responses={200: CaseSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """A supervisor assigns; a caseworker may take over the case of a colleague who has left."""
        actor = actor_of(request, *CASE_ROLES)
        case = assign_case(actor=actor, case_id=case_id, **body_of(request, AssignSerializer))
        return Response(CaseSerializer(case).data)


class State(APIView):
    """Where a case stands."""

    @operation(
        "change_state",
        "Move a case on",
        request=StepSerializer,
        responses={200: CaseSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Put it on hold, take it up again, close it or reopen it. Closing needs another person's approval first."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, StepSerializer)
        case = change_state(actor=actor, case_id=case_id, step=CaseStep(data.pop("step")), **data)
        return Response(CaseSerializer(case).data)


class Caseload(APIView):
    """What one's teams carry."""

    @operation("read_caseload", "Caseload", responses={200: CaseloadSerializer}, problems=(403,))
    def get(self, request: Request) -> Response:
        """Each member of the teams that you supervise, first whoever has left and still has cases."""
        return Response(CaseloadSerializer({"results": caseload_of(actor_of(request, Role.SUPERVISOR))}).data)
