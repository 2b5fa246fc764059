"""What the apps' serializers have in common."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class BodySerializer(serializers.Serializer[Any]):
    """What a request sends. An unknown name is refused: a misspelt `expires_on` must not pass unseen."""

    def to_internal_value(self, data: Any) -> Any:
        """The values. Raises ValidationError at every field at fault, unknown ones among them."""
        names = data if isinstance(data, Mapping) else ()
        wrong: dict[str, Any] = {
            name: [_("There is no such field.")] for name in names if name not in self.fields
        }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            wrong |= cast(dict[str, Any], error.detail)
        if wrong:
            raise serializers.ValidationError(wrong)
        return values


class CodeField(serializers.ChoiceField):
    """One code of a list. Its message does not repeat what was sent."""

    default_error_messages = {"invalid_choice": _("Choose from the list.")}


class Opened:
    """An opened document before the row it was opened from."""

    def __init__(self, document: object, row: object) -> None:
        self._both = (document, row)

    def __getattr__(self, name: str) -> Any:
        document, row = self._both
        return getattr(document if hasattr(document, name) else row, name)


class DocumentSerializer(serializers.Serializer[Any]):
    """An opened document: each field is read from it, or else from its row, the attribute named `row`."""

    row: ClassVar[str]

    def to_representation(self, document: Any) -> dict[str, Any]:
        """The document as JSON types."""
        return super().to_representation(Opened(document, getattr(document, self.row)))


class LabelledSerializer(serializers.Serializer[Any]):
    """Something with a name for people, in the language that was asked for."""

    label = serializers.CharField()  # type: ignore[assignment]


class PersonSerializer(serializers.Serializer[Any]):
    """A colleague."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class OrganisationSerializer(serializers.Serializer[Any]):
    """An organisation."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class TeamSerializer(serializers.Serializer[Any]):
    """A team of one's own organisation."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class PartnerTeamSerializer(TeamSerializer):
    """A team of another organisation."""

    organisation = OrganisationSerializer()


class ErrorSerializer(serializers.Serializer[Any]):
    """One thing that can't be taken."""

    attr = serializers.CharField(
        allow_null=True, help_text="The field, in a nested one with dots: answers.ex_low_or_no_salary."
    )
    code = serializers.CharField()
    detail = serializers.CharField(help_text="A sentence for people.")


class ProblemSerializer(serializers.Serializer[Any]):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField(default="about:blank")
    title = serializers.CharField(help_text="The name of the HTTP status.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="A word for machines, which stays the same.")
    detail = serializers.CharField(help_text="A sentence for people.")
    errors = ErrorSerializer(  # type: ignore[assignment]
        many=True, help_text="Each field at fault; empty where it is not about fields."
    )
