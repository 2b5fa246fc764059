"""The record in the API: serializers made from its declaration, whose schema OpenAPI shows.

What they take is decided by `documents.validate` alone; the schema only describes that rule.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from casework.record.documents import validate
from casework.record.fields import Field, Kind, Section
from casework.record.values import code_list
from core.errors import Invalid


def json_schema(field: Field) -> dict[str, Any]:
    """The JSON schema of a field's value, with its label as title and its help as description."""
    return {"title": str(field.label), "description": str(field.help), **_type(field)}


def _type(field: Field) -> dict[str, Any]:
    match field.kind:
        case Kind.DATE:
            return {"type": "string", "format": "date"}
        case Kind.MONTH:
            return {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
        case Kind.TIME:
            return {"type": "string", "pattern": r"^\d{2}:\d{2}$"}
        case Kind.CODE:
            return _code(field)
        case Kind.CODES:
            return {"type": "array", "items": _code(field), "uniqueItems": True}
        case Kind.NUMBER:
            return {"type": "integer", "minimum": field.minimum, "maximum": field.maximum}
        case Kind.EMAIL:
            return {"type": "string", "format": "email", "maxLength": field.max_length}
        case _:
            return {"type": "string", "maxLength": field.max_length}


def _code(field: Field) -> dict[str, Any]:
    if field.chosen_from:  # a list for each case, so none for the schema
        return {"type": "string", "maxLength": field.max_length}
    codes = code_list(field)
    if codes.pattern:
        return {"type": "string", "pattern": codes.pattern}
    return {"type": "string", "enum": list(codes.codes)}


class RecordField(serializers.Field[Any, Any, Any, Any]):
    """A declared field in the API: values go out as they are kept."""

    def __init__(self, declared: Field) -> None:
        super().__init__(required=declared.required, label=declared.label, help_text=declared.help)
        set_override(self, "field", json_schema(declared))

    def to_representation(self, value: Any) -> Any:
        return value


class SectionSerializer(serializers.Serializer[Any]):
    """The document of one section. `validated_data` of a valid one is the document to save."""

    section: ClassVar[Section]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {field.name: RecordField(field) for field in self.section.fields}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(
                {"non_field_errors": [_("Send an object of fields and values.")]}
            )
        try:
            return validate(self.section, data)
        except Invalid as refused:
            raise serializers.ValidationError(
                {name: [str(message) for message in messages] for name, messages in refused.fields.items()}
            ) from None


@cache
def section_serializer(section: Section) -> type[SectionSerializer]:
    """The serializer class of a section, named after it in the OpenAPI schema."""
    name = "".join(word.title() for word in section.name.split("_"))
    return type(f"{name}SectionSerializer", (SectionSerializer,), {"section": section})
