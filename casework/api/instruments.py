"""Instruments in the API: what there is to ask, in the language that was asked for."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.instruments import Certainty, Element, Exploitation, Indicator, Strength
from casework.instruments.schema import Basis
from casework.offered import offered_to
from core.api.openapi import operation
from core.api.serializers import LabelledSerializer
from core.api.views import actor_of
from core.models import CASE_ROLES

_CERTAINTIES = [each.value for each in Certainty]
_CERTAINTY = "from_memory is to be shown as unverified wording."


class PopulationSerializer(LabelledSerializer):
    """Whom it is for. Outside of these ages `interview.gate_reason` must say why it was used."""

    from_age = serializers.IntegerField(allow_null=True)
    to_age = serializers.IntegerField(allow_null=True)
    basis = serializers.ChoiceField([each.value for each in Basis])


class SourceSerializer(serializers.Serializer[Any]):
    """Where it is from."""

    citation = serializers.CharField()
    certainty = serializers.ChoiceField(_CERTAINTIES, help_text=_CERTAINTY)
    note = serializers.CharField(allow_null=True)


class AccuracySerializer(serializers.Serializer[Any]):
    """A published measurement: shares between 0 and 1, and on how many survivors it rests."""

    setting = serializers.CharField()
    sensitivity = serializers.FloatField()
    specificity = serializers.FloatField()
    prevalence = serializers.FloatField()
    survivors = serializers.IntegerField()
    citation = serializers.CharField()
    certainty = serializers.ChoiceField(_CERTAINTIES)


class DimensionSerializer(LabelledSerializer):
    """A dimension."""

    id = serializers.CharField()
    element = serializers.ChoiceField([each.value for each in Element])


class IndicatorSerializer(LabelledSerializer):
    """One thing to find out."""

    id = serializers.CharField()
    help = serializers.CharField(allow_null=True)
    dimension = serializers.CharField(allow_null=True)
    strength = serializers.ChoiceField([each.value for each in Strength], allow_null=True)
    note_required = serializers.BooleanField()
    certainty = serializers.ChoiceField(_CERTAINTIES, help_text=_CERTAINTY)
    ask_if = serializers.SerializerMethodField(help_text="Ask it only where these are answered so.")

    def get_ask_if(self, indicator: Indicator) -> dict[str, str]:
        """The answer that each of these indicators must have."""
        return {each.indicator: each.answer for each in indicator.ask_if}


class InstrumentSerializer(serializers.Serializer[Any]):
    """An instrument."""

    id = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    exploitation = serializers.ChoiceField([each.value for each in Exploitation])
    population = PopulationSerializer()
    source = SourceSerializer()  # type: ignore[assignment]
    accuracy = AccuracySerializer(many=True)
    dimensions = DimensionSerializer(many=True)
    indicators = IndicatorSerializer(many=True)


class Instruments(APIView):
    """The instruments that one's organisation uses."""

    @operation(
        "list_instruments",
        "Instruments",
        responses={200: InstrumentSerializer(many=True)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those that may be used now, the published ones first; labels in the language of `Accept-Language`."""
        actor = actor_of(request, *CASE_ROLES)
        offered = offered_to(actor.user.organisation_id)
        return Response(InstrumentSerializer(offered, many=True).data)
