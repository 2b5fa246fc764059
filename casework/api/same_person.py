"""Adding an identification to a case of the same person, in the API."""

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.api.cases import CaseSerializer
from casework.services.same_person import add_to_case
from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class CaseOfTheSameSerializer(BodySerializer):
    """A case of the person who was identified."""

    case = serializers.UUIDField()


class AddToCase(APIView):
    """The case that an identification joins."""

    @operation(
        "add_identification_to_case",
        "Add an identification to a case of the same person",
        request=CaseOfTheSameSerializer,
        responses={200: CaseSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, identification_id: UUID) -> Response:
        """Instead of opening another case. Both are your team's, and you may change both."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, CaseOfTheSameSerializer)
        case = add_to_case(actor=actor, identification_id=identification_id, case_id=data["case"])
        return Response(CaseSerializer(case).data)
