"""The forms and the API schema that the declaration makes."""

import re
from typing import Any, cast

import pytest
from django.http import QueryDict
from django.urls import path
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from casework.record.fields import Section
from casework.record.forms import section_form
from casework.record.schema import json_schema, section_serializer
from casework.record.sections import SECTIONS, field, section

EVERY_SECTION = pytest.mark.parametrize("declared", SECTIONS, ids=lambda declared: declared.name)


def rendered(name: str, initial: dict[str, Any] | None = None) -> dict[str, str]:
    form = section_form(section(name))(initial=initial or {})
    return {bound.name: str(bound) for bound in form}


@EVERY_SECTION
def test_no_control_of_the_form_is_remembered_by_the_browser(declared: Section) -> None:
    for html in rendered(declared.name).values():
        controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", html)
        assert controls
        assert all('autocomplete="off"' in control for control in controls)


@EVERY_SECTION
def test_what_is_typed_is_not_sent_to_a_spelling_service(declared: Section) -> None:
    html = "".join(rendered(declared.name).values())
    typed = re.findall(r'<textarea\b[^>]*>|<input type="(?:text|tel|email|date)"[^>]*>', html)
    assert typed
    assert all('spellcheck="false"' in control for control in typed)


@EVERY_SECTION
def test_labels_and_help_come_from_the_declaration(declared: Section) -> None:
    form = section_form(declared)()
    assert [(bound.label, bound.help_text) for bound in form] == [(f.label, f.help) for f in declared.fields]


def test_the_form_class_is_made_once() -> None:
    with override("fr"):
        french = section_form(section("identity"))
    assert section_form(section("identity")) is french


def test_one_form_class_speaks_every_language() -> None:
    assert "Germany" in rendered("identity")["citizenship"]
    with override("fr"):
        assert "Allemagne" in rendered("identity")["citizenship"]


def test_several_citizenships_keep_their_order_and_leave_room_for_one_more() -> None:
    html = rendered("identity", {"citizenship": ["ROU", "MDA", "DEU"]})["citizenship"]
    assert re.findall(r'value="(\w+)" selected', html) == ["ROU", "MDA", "DEU"]
    assert html.count("<select") == 4
    assert len(set(re.findall(r'<select[^>]* id="([^"]+)"', html))) == 4
    form = section_form(section("identity"))(QueryDict("citizenship=ROU&citizenship=&citizenship=DEU"))
    assert form.is_valid()
    assert form.cleaned_data == {"citizenship": ["ROU", "DEU"]}


def test_a_recorded_language_that_is_not_offered_stays_chosen() -> None:
    html = rendered("identity", {"first_language": "zaw"})["first_language"]
    assert re.search(r'value="zaw" selected', html)


def test_a_choice_of_few_can_be_taken_back() -> None:
    html = rendered("contact_and_safety", {"safe_to_call": "no"})["safe_to_call"]
    assert html.count('type="radio"') == 4
    assert "Not recorded" in html


def test_the_schema_says_what_a_field_takes() -> None:
    assert json_schema(field("contact_and_safety.safe_to_call"))["enum"] == ["yes", "no", "unknown"]
    assert json_schema(field("identity.date_of_birth"))["format"] == "date"
    assert json_schema(field("identity.citizenship"))["items"] == {"type": "string", "pattern": "^[A-Z]{3}$"}
    assert json_schema(field("identity.age")) == {
        "title": "Age",
        "description": str(field("identity.age").help),
        "type": "integer",
        "minimum": 0,
        "maximum": 120,
    }


@EVERY_SECTION
def test_openapi_describes_every_field_of_a_section(declared: Section) -> None:
    serializer = section_serializer(declared)

    @extend_schema(request=serializer, responses=serializer)
    @api_view(["PUT"])
    def save(request: Request) -> Response:
        return Response()

    schema = cast(Any, SchemaGenerator)(patterns=[path("section/", save)]).get_schema(
        request=None, public=True
    )
    component = schema["components"]["schemas"][serializer.__name__.removesuffix("Serializer")]
    assert list(component["properties"]) == [f.name for f in declared.fields]
    assert all(described.get("description") for described in component["properties"].values())


def test_an_api_body_that_is_no_object_is_refused() -> None:
    assert not section_serializer(section("identity"))(data=["Ana"]).is_valid()
