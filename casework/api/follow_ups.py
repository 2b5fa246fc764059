"""Follow-ups in the API."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.models import FollowUp
from casework.record.contact_codes import Channel
from casework.recurrence import Every
from casework.services.rescheduling import MOST_AT_ONCE
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import BodySerializer, DocumentSerializer, PersonSerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class NewFollowUpSerializer(BodySerializer):
    """Something to be done for a case."""

    case = serializers.UUIDField()
    due_at = serializers.DateTimeField()
    about = serializers.CharField(max_length=10_000)
    assignee = serializers.UUIDField(
        required=False, allow_null=True, help_text="A member of the case's team; you, if left out."
    )
    channel = serializers.ChoiceField(
        Channel.choices,
        required=False,
        allow_blank=True,
        help_text="How the survivor is to be contacted, where it is a contact.",
    )
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=1000,
        help_text="Why they are to be contacted against the rules.",
    )
    every = serializers.ChoiceField(
        Every.choices,
        required=False,
        allow_blank=True,
        help_text="How often it comes back, as a rule of RFC 5545.",
    )
    repeat_until = serializers.DateField(required=False, allow_null=True)


class PutOffSerializer(BodySerializer):
    """Several follow-ups, and when they are due instead."""

    follow_ups = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_AT_ONCE)
    until = serializers.DateTimeField()


class HandOnSerializer(BodySerializer):
    """Several follow-ups, and who does them instead."""

    follow_ups = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_AT_ONCE)
    to = serializers.UUIDField()


class OutcomeSerializer(BodySerializer):
    """What came of it."""

    outcome = serializers.CharField(required=False, allow_blank=True, max_length=10_000)


class CaseReferenceSerializer(serializers.Serializer[Any]):
    """Which case it is about."""

    id = serializers.UUIDField(source="pk")
    number = serializers.CharField()


class FollowUpSerializer(DocumentSerializer):
    """A follow-up."""

    row = "follow_up"
    id = serializers.UUIDField(source="pk")
    case = CaseReferenceSerializer(
        allow_null=True, help_text="None where it is for an identification without a case, or a draft."
    )
    about = serializers.CharField()
    due_at = serializers.DateTimeField()
    overdue = serializers.BooleanField()
    assignee = PersonSerializer()
    urgent = serializers.BooleanField()
    state = serializers.ChoiceField(FollowUp.State.choices)
    closed_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices, allow_blank=True)
    reason = serializers.CharField(help_text="Why they are to be contacted against the rules.")
    repeat = serializers.CharField(
        help_text="The rule of RFC 5545 by which it comes back; empty where it does not."
    )


class FollowUps(APIView):
    """The follow-ups of one's teams' cases."""

    @operation(
        "list_follow_ups",
        "Follow-ups, the earliest first",
        parameters=[AFTER],
        responses={200: page_schema(FollowUpSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those of your teams' cases, whoever does them."""
        actor = actor_of(request, *CASE_ROLES)
        page = page_of(request, selectors.follow_ups_of(actor))
        return page.response(FollowUpSerializer, selectors.read_follow_ups(actor, page.rows))

    @operation(
        "plan_follow_up",
        "Plan a follow-up",
        request=NewFollowUpSerializer,
        responses={201: FollowUpSerializer},
        problems=(403, 404),
    )
    def post(self, request: Request) -> Response:
        """Its assignee is told when it is due: that something is, and not what."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewFollowUpSerializer)
        row = services.plan_follow_up(
            actor=actor,
            case_id=data["case"],
            due_at=data["due_at"],
            about=data["about"],
            assignee_id=data.get("assignee"),
            channel=data.get("channel", ""),
            reason=data.get("reason", ""),
            every=data.get("every", ""),
            repeat_until=data.get("repeat_until"),
        )
        return Response(_read(request, row), status=status.HTTP_201_CREATED)


class PutOff(APIView):
    """Making several due later."""

    @operation(
        "put_off_follow_ups",
        "Put follow-ups off",
        request=PutOffSerializer,
        responses={204: None},
        problems=(403, 404, 409),
    )
    def post(self, request: Request) -> Response:
        """All of them or none. What is urgent waits a day at most."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, PutOffSerializer)
        services.put_off_follow_ups(actor=actor, follow_up_ids=data["follow_ups"], until=data["until"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class HandOn(APIView):
    """Giving several to a colleague."""

    @operation(
        "hand_on_follow_ups",
        "Give follow-ups to a colleague",
        request=HandOnSerializer,
        responses={204: None},
        problems=(403, 404, 409),
    )
    def post(self, request: Request) -> Response:
        """All of them or none; the colleague is told."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, HandOnSerializer)
        services.hand_on(actor=actor, follow_up_ids=data["follow_ups"], to=data["to"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class CompleteFollowUp(APIView):
    """The end of a follow-up."""

    @operation(
        "complete_follow_up",
        "Complete a follow-up",
        request=OutcomeSerializer,
        responses={200: FollowUpSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """Note that it was done, with what came of it."""
        return _close(request, follow_up_id, services.complete_follow_up)


class CancelFollowUp(APIView):
    """The other end of a follow-up."""

    @operation(
        "cancel_follow_up",
        "Cancel a follow-up",
        request=OutcomeSerializer,
        responses={200: FollowUpSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, follow_up_id: UUID) -> Response:
        """Note that it need not be done, and why."""
        return _close(request, follow_up_id, services.cancel_follow_up)


def _close(request: Request, follow_up_id: UUID, verb: Callable[..., FollowUp]) -> Response:
    data = body_of(request, OutcomeSerializer)
    return Response(
        _read(request, verb(actor=actor_of(request, *CASE_ROLES), follow_up_id=follow_up_id, **data))
    )


def _read(request: Request, row: FollowUp) -> dict[str, Any]:
    (document,) = selectors.read_follow_ups(actor_of(request, *CASE_ROLES), [row])
    return dict(FollowUpSerializer(document).data)
