"""Linked cases in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.api.follow_ups import CaseReferenceSerializer
from casework.links import links_of
from casework.record.entries.linked_case import RELATIONS
from casework.selectors import read_case
from casework.services.links import link_cases, unlink_cases
from core.api.openapi import operation
from core.api.serializers import BodySerializer, CodeField
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES

_RELATIONS = [(value, str(code.label)) for value, code in RELATIONS.codes.items()]


class NewLinkSerializer(BodySerializer):
    """Another case that this one belongs with."""

    case = serializers.UUIDField(help_text="The other case, which you must be able to change too.")
    relation = CodeField(_RELATIONS)
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=1000, help_text="It stands in both cases."
    )


class LinkSerializer(serializers.Serializer[Any]):
    """A link as this case has it."""

    id = serializers.UUIDField(source="entry.id")
    relation = serializers.ChoiceField(_RELATIONS, source="entry.values.relation")
    note = serializers.CharField(source="entry.values.note", default="")
    other = CaseReferenceSerializer(allow_null=True, help_text="None where you can't see the other case.")


class LinkListSerializer(serializers.Serializer[Any]):
    """The links of a case that hold."""

    results = LinkSerializer(many=True)


class Links(APIView):
    """The cases that a case belongs with."""

    @operation("list_links", "Linked cases", responses={200: LinkListSerializer}, problems=(404,))
    def get(self, request: Request, case_id: UUID) -> Response:
        """Those whose link holds. That you read the case is recorded."""
        file = read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(LinkListSerializer({"results": links_of(file)}).data)

    @operation(
        "link_cases",
        "Link two cases",
        request=NewLinkSerializer,
        responses={201: LinkSerializer},
        problems=(403, 404, 409),
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Write into both cases that they belong together."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewLinkSerializer)
        made = link_cases(actor=actor, case_id=case_id, other_id=data.pop("case"), **data)
        link = next(each for each in links_of(read_case(actor, case_id)) if each.entry.id == made)
        return Response(LinkSerializer(link).data, status=status.HTTP_201_CREATED)


class OneLink(APIView):
    """One link."""

    @operation("unlink_cases", "End a link", responses={204: None}, problems=(403, 404, 409))
    def delete(self, request: Request, case_id: UUID, link_id: UUID) -> Response:
        """End it in both cases; that there was one stays in their history."""
        unlink_cases(actor=actor_of(request, *CASE_ROLES), case_id=case_id, entry_id=link_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
