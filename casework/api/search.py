"""Search in the API. What is searched for comes in a body: a URL is logged in many places."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.api.cases import CaseSerializer
from casework.record.fields import Indexed
from casework.search.find import search
from casework.search.query import read_query
from casework.search_forms import LONGEST
from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES


class SearchSerializer(BodySerializer):
    """What to look for."""

    text = serializers.CharField(
        max_length=LONGEST,
        help_text="A case number, or names, dates of birth, phone and document numbers, in any order.",
    )


class FoundSerializer(serializers.Serializer[Any]):
    """A case, and which of what was looked for it matches; nothing for a case number."""

    case = CaseSerializer()
    matched = serializers.ListField(
        child=serializers.ChoiceField([each.value for each in Indexed]), help_text="Kinds of fields."
    )


class ResultsSerializer(serializers.Serializer[Any]):
    """The best match first."""

    results = FoundSerializer(many=True)


class Search(APIView):
    """Search."""

    @operation(
        "search_cases",
        "Search for cases",
        request=SearchSerializer,
        responses={200: ResultsSerializer},
        problems=(403, 429),
    )
    def post(self, request: Request) -> Response:
        """Up to a hundred of your teams' cases. That you searched is recorded, what for is not."""
        actor = actor_of(request, *CASE_ROLES)
        found = search(actor, read_query(body_of(request, SearchSerializer)["text"]))
        results = [
            {"case": each.case, "matched": sorted(kind.value for kind in each.matched)} for each in found
        ]
        return Response(ResultsSerializer({"results": results}).data)
