"""A team's roster of interpreters in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.api.cases import STALE
from casework.interpreters import interpreters_of, read_interpreter
from casework.record.roster import INTERPRETER
from casework.record.schema import section_serializer
from casework.services.interpreters import add_interpreter, change_interpreter, retire_interpreter
from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES

Values = section_serializer(INTERPRETER)


class InterpreterSerializer(serializers.Serializer[Any]):
    """An interpreter of a roster."""

    id = serializers.UUIDField()
    team = serializers.UUIDField(source="interpreter.team_id")
    version = serializers.IntegerField(source="interpreter.version")
    retired_on = serializers.DateField(source="interpreter.retired_on", allow_null=True)
    values = Values()


class RosterSerializer(serializers.Serializer[Any]):
    """The roster."""

    results = InterpreterSerializer(many=True)


class NewInterpreterSerializer(BodySerializer):
    """Somebody new on a team's roster."""

    team = serializers.UUIDField()
    values = Values()


class InterpreterChangeSerializer(BodySerializer):
    """What is known now, and the version that it was edited from."""

    version = serializers.IntegerField(min_value=1)
    values = Values()


class Interpreters(APIView):
    """The roster of one's teams."""

    @operation(
        "list_interpreters", "Interpreters, by name", responses={200: RosterSerializer}, problems=(403,)
    )
    def get(self, request: Request) -> Response:
        """Everyone on the roster of your teams; who is retired comes last."""
        roster = interpreters_of(actor_of(request, *CASE_ROLES))
        return Response(RosterSerializer({"results": roster}).data)

    @operation(
        "add_interpreter",
        "Add an interpreter",
        request=NewInterpreterSerializer,
        responses={201: InterpreterSerializer},
        problems=(403, 404),
    )
    def post(self, request: Request) -> Response:
        """Put somebody on a team's roster."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewInterpreterSerializer)
        row = add_interpreter(actor=actor, team_id=data["team"], values=data["values"])
        response = _one(request, row.pk)
        response.status_code = status.HTTP_201_CREATED
        return response


class OneInterpreter(APIView):
    """One interpreter."""

    @operation(
        "read_interpreter", "Read an interpreter", responses={200: InterpreterSerializer}, problems=(404,)
    )
    def get(self, request: Request, interpreter_id: UUID) -> Response:
        """What the team knows of them."""
        return _one(request, interpreter_id)

    @operation(
        "change_interpreter",
        "Change an interpreter",
        request=InterpreterChangeSerializer,
        responses={200: InterpreterSerializer, **STALE},
        problems=(403, 404),
    )
    def put(self, request: Request, interpreter_id: UUID) -> Response:
        """Save these values; a field left out is empty from then on."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, InterpreterChangeSerializer)
        change_interpreter(
            actor=actor,
            interpreter_id=interpreter_id,
            values=data["values"],
            base_version=data["version"],
        )
        return _one(request, interpreter_id)


class RetireInterpreter(APIView):
    """The end of an interpreter's work for a team."""

    @operation(
        "retire_interpreter",
        "Retire an interpreter",
        responses={200: InterpreterSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, interpreter_id: UUID) -> Response:
        """They are no longer offered, and still named where they interpreted."""
        retire_interpreter(actor=actor_of(request, *CASE_ROLES), interpreter_id=interpreter_id)
        return _one(request, interpreter_id)


def _one(request: Request, interpreter_id: UUID) -> Response:
    document = read_interpreter(actor_of(request, *CASE_ROLES), interpreter_id)
    return Response(InterpreterSerializer(document).data)
