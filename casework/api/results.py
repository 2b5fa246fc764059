"""The result of an identification in the API: `Assessment.as_data()`, field by field."""

from typing import Any

from rest_framework import serializers

from casework.assessment import ScreeningResult
from casework.instruments import Element, Strength
from casework.palermo import PalermoResult
from core.api.serializers import LabelledSerializer


def _choices(enum: Any) -> list[str]:
    return [member.value for member in enum]


class WordingSerializer(LabelledSerializer):
    """What a result means, and what to do next. Never a verdict."""

    next_step = serializers.CharField()


class ReferenceSerializer(LabelledSerializer):
    """An indicator or a rule of the instrument."""

    id = serializers.CharField()


class EvidenceSerializer(ReferenceSerializer):
    """An indicator that is present."""

    strength = serializers.ChoiceField(_choices(Strength), allow_null=True)


class DimensionResultSerializer(LabelledSerializer):
    """A dimension, with the evidence that made it what it is."""

    element = serializers.ChoiceField(_choices(Element))
    positive = serializers.BooleanField()
    clause = ReferenceSerializer(allow_null=True, help_text="The rule that made it positive.")
    strong = serializers.IntegerField()
    medium = serializers.IntegerField()
    weak = serializers.IntegerField()
    absent = serializers.IntegerField()
    unknown = serializers.IntegerField()
    asked_about = serializers.BooleanField()
    evidence = EvidenceSerializer(many=True)
    still_unknown = ReferenceSerializer(many=True)


class ElementSerializer(serializers.Serializer[Any]):
    """An element of the Palermo definition."""

    covered = serializers.BooleanField(help_text="Whether the instrument asks about it at all.")
    needed = serializers.BooleanField(help_text="A child needs no means.")
    supported = serializers.BooleanField()
    supported_by = serializers.ListField(child=serializers.CharField())


class ScreeningSerializer(serializers.Serializer[Any]):
    """The result of an instrument without dimensions."""

    result = serializers.ChoiceField(_choices(ScreeningResult))
    outcome = WordingSerializer()
    points = serializers.IntegerField(allow_null=True)
    positive_from = serializers.IntegerField(allow_null=True)
    evidence = EvidenceSerializer(many=True)
    still_unknown = ReferenceSerializer(many=True)


class WarningSerializer(serializers.Serializer[Any]):
    """Something about the ages that needs a second look."""

    code = serializers.CharField()
    text = serializers.CharField()


class ResultSerializer(serializers.Serializer[Any]):
    """What the answers amount to, and why. Decision support, never a verdict."""

    instrument = serializers.CharField()
    version = serializers.CharField()
    dimensions = serializers.DictField(child=DimensionResultSerializer())
    elements = serializers.DictField(child=ElementSerializer())
    child = serializers.BooleanField(allow_null=True)
    palermo_result = serializers.ChoiceField(_choices(PalermoResult), allow_null=True)
    outcome = WordingSerializer(allow_null=True)
    screening = ScreeningSerializer(allow_null=True)
    unknown = serializers.IntegerField()
    limit = serializers.CharField(allow_null=True)
    warnings = WarningSerializer(many=True)
