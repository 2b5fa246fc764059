"""Identifications in the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework import selectors, services
from casework.api.results import ResultSerializer
from casework.assessment import Answer
from casework.interview import Accompaniment, Concern, Interview, Source, YesNo
from casework.models import Identification
from casework.record.codelists import LANGUAGES
from core.actor import Actor
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import (
    BodySerializer,
    CodeField,
    DocumentSerializer,
    PersonSerializer,
    TeamSerializer,
)
from core.api.views import actor_of, body_of
from core.errors import Invalid
from core.models import CASE_ROLES

_ANSWERS = [answer.value for answer in Answer]
_LONGEST = 10_000  # characters
_INTERVIEW = frozenset(field.name for field in fields(Interview))


def _text(help_text: str) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=_LONGEST, help_text=help_text)


class InterviewSerializer(BodySerializer):
    """The conversation. What is empty or left out is not known."""

    alone = CodeField(
        YesNo.choices, required=False, allow_blank=True, help_text="Alone with the interviewer."
    )
    present = _text("Who else was there.")
    language = serializers.CharField(
        required=False, allow_blank=True, help_text="The ISO 639-3 code of the language it was held in."
    )
    interpreter = _text("Who interpreted.")
    not_interpreters = _text("Who must not interpret: a name on each line.")
    limits_explained = CodeField(
        YesNo.choices,
        required=False,
        allow_blank=True,
        help_text="Whether the limits of confidentiality were explained.",
    )
    consented = CodeField(
        YesNo.choices, required=False, allow_blank=True, help_text="Whether the person agreed to it."
    )
    source = CodeField(Source.choices, required=False, allow_blank=True)  # type: ignore[assignment]
    campaign = _text("Which awareness campaign, where that is the source.")
    concerns = serializers.ListField(
        child=CodeField(Concern.choices),
        required=False,
        allow_null=True,
        help_text="What can't wait; null where nobody asked. Each becomes an urgent follow-up.",
    )
    presumed_child = serializers.BooleanField(
        required=False, help_text="Taken for a child while the age is not known."
    )
    accompaniment = CodeField(Accompaniment.choices, required=False, allow_blank=True)
    guardian = _text("A child's guardian.")
    gate_reason = _text("Why the instrument was used outside the age that it is for.")
    evidence = serializers.DictField(
        child=serializers.CharField(max_length=_LONGEST),
        required=False,
        help_text="What was seen or said, by indicator id.",
    )

    def validate_concerns(self, concerns: list[str] | None) -> list[str] | None:
        """Each of them once."""
        return concerns and list(dict.fromkeys(concerns))

    def validate_language(self, code: str) -> str:
        """A living language of ISO 639-3."""
        if code and code not in LANGUAGES:
            raise serializers.ValidationError(_("Choose from the list."))
        return code


class NewIdentificationSerializer(BodySerializer):
    """The answers to an instrument, and what goes with them."""

    team = serializers.UUIDField(required=False, help_text="Needed where you work in several teams.")
    instrument = serializers.CharField(help_text="For example ilo-adult-labour.")
    interviewed_on = serializers.DateField()
    age = serializers.IntegerField(required=False, allow_null=True, help_text="In years.")
    age_at_exploitation = serializers.IntegerField(required=False, allow_null=True, help_text="In years.")
    answers = serializers.DictField(
        child=CodeField(_ANSWERS), help_text="By indicator id; one left out is unknown."
    )
    notes = serializers.CharField(required=False, allow_blank=True, max_length=_LONGEST)
    interview = InterviewSerializer(required=False)


class IdentificationSerializer(serializers.Serializer[Any]):
    """An identification, without what was said."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(Identification.State.choices)
    urgent = serializers.BooleanField()
    team = TeamSerializer()
    interviewed_on = serializers.DateField(source="recorded_on")
    recorded_by = PersonSerializer()
    case = serializers.UUIDField(source="case_id", allow_null=True, help_text="The case that it belongs to.")


class IdentificationDetailSerializer(DocumentSerializer, IdentificationSerializer):
    """An identification with what was answered, and what it makes."""

    row = "identification"
    answers = serializers.DictField(child=serializers.ChoiceField(_ANSWERS))
    age = serializers.IntegerField(allow_null=True)
    age_at_exploitation = serializers.IntegerField(allow_null=True)
    notes = serializers.CharField()
    interview = InterviewSerializer()
    result = ResultSerializer(source="assessment.as_data")


class Identifications(APIView):
    """The identifications of one's teams."""

    @operation(
        "list_identifications",
        "Identifications, newest first",
        parameters=[AFTER],
        responses={200: page_schema(IdentificationSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those of your teams, without what was said."""
        rows = selectors.identifications_of(actor_of(request, *CASE_ROLES))
        return page_of(request, rows).response(IdentificationSerializer)

    @operation(
        "record_identification",
        "Record an identification",
        request=NewIdentificationSerializer,
        responses={201: IdentificationDetailSerializer},
        problems=(403,),
    )
    def post(self, request: Request) -> Response:
        """Seal the answers to an instrument, and say what they amount to."""
        actor = actor_of(request, *CASE_ROLES)
        data = body_of(request, NewIdentificationSerializer)
        team_id = data.pop("team", None) or _only_team(actor)
        interview = Interview.from_data(data.pop("interview", {}))
        with _interview_at_its_place():
            made = services.record_identification(
                actor=actor,
                team_id=team_id,
                instrument_id=data.pop("instrument"),
                interview=interview,
                **data,
            )
        document = selectors.read_identification(actor, made.pk)
        return Response(IdentificationDetailSerializer(document).data, status=status.HTTP_201_CREATED)


class OneIdentification(APIView):
    """One identification."""

    @operation(
        "read_identification",
        "Read an identification",
        responses={200: IdentificationDetailSerializer},
        problems=(404,),
    )
    def get(self, request: Request, identification_id: UUID) -> Response:
        """The answers, and the result with its evidence. That you read it is recorded."""
        document = selectors.read_identification(actor_of(request, *CASE_ROLES), identification_id)
        return Response(IdentificationDetailSerializer(document).data)


def _only_team(actor: Actor) -> UUID:
    try:
        (team_id,) = actor.team_ids
    except ValueError:
        raise Invalid({"team": [_("You work in several teams: name one.")]}) from None
    return team_id


@contextmanager
def _interview_at_its_place() -> Iterator[None]:
    """The services name the interview's fields alone; here they stand in an object of their own."""
    try:
        yield
    except Invalid as error:
        raise Invalid(
            {
                f"interview.{name}" if name.partition(".")[0] in _INTERVIEW else name: messages
                for name, messages in error.fields.items()
            }
        ) from None
