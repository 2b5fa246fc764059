"""The directory of services in the API, and finding one for a case."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from casework.record.codelists import COUNTRIES, LANGUAGES
from casework.selectors import read_case
from core.api.openapi import operation
from core.api.pagination import AFTER, page_of, page_schema
from core.api.serializers import (
    BodySerializer,
    CodeField,
    DocumentSerializer,
    OrganisationSerializer,
    PartnerTeamSerializer,
)
from core.api.views import actor_of, body_of
from core.models import CASE_ROLES, Role
from referrals import selectors
from referrals.capacity import is_fresh
from referrals.directory import Wanted, with_facts
from referrals.matching import match
from referrals.models import Service
from referrals.service_codes import (
    SERVED_GENDERS,
    Accessibility,
    Answer,
    Children,
    StaffGender,
    Waiting,
    Weekday,
)
from referrals.services import confirm_capacity
from referrals.taxonomy import ServiceType


class ServiceReferenceSerializer(serializers.Serializer[Any]):
    """Which service it is about."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(ServiceType.choices)


class AreaSerializer(serializers.Serializer[Any]):
    """Where people may live: all of a country, or a part or a place of it."""

    country = serializers.CharField(help_text="ISO 3166-1 alpha-3.")
    subdivision = serializers.CharField(help_text="ISO 3166-2, or empty.")
    place = serializers.CharField()


class HoursSerializer(serializers.Serializer[Any]):
    """When it is open on a day of the week."""

    weekday = serializers.ChoiceField(Weekday.choices)
    opens = serializers.TimeField(format="%H:%M")
    closes = serializers.TimeField(format="%H:%M")


def _codes(choices: Any, help_text: str = "") -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices), help_text=help_text)


class FactsSerializer(serializers.Serializer[Any]):
    """What is known of a service. Null, "unknown" and an empty list mean that nobody has said."""

    needs = _codes(ServiceType.choices)
    genders = _codes([(code, code) for code in SERVED_GENDERS], "As the record has them.")
    languages = serializers.ListField(child=serializers.CharField(), help_text="ISO 639-3.")
    accessibility = _codes(Accessibility.choices)
    staff_genders = _codes(StaffGender.choices)
    areas = AreaSerializer(many=True)
    hours = HoursSerializer(many=True)
    min_age = serializers.IntegerField(allow_null=True)
    max_age = serializers.IntegerField(allow_null=True)
    children = serializers.ChoiceField(Children.choices)
    irregular_status = serializers.ChoiceField(Answer.choices)
    reports_to_immigration = serializers.ChoiceField(Answer.choices)
    required_documents = serializers.CharField()
    confidential = serializers.BooleanField(help_text="Nothing is kept of where a confidential service is.")
    address = serializers.CharField()
    latitude = serializers.DecimalField(8, 5, allow_null=True)
    longitude = serializers.DecimalField(8, 5, allow_null=True)
    phone = serializers.CharField()
    email = serializers.CharField()
    website = serializers.CharField()
    always_open = serializers.BooleanField()
    by_appointment = serializers.BooleanField()
    time_zone = serializers.CharField()

    def to_representation(self, facts: Any) -> dict[str, Any]:
        """The facts, what has no order of its own in a stable one."""
        shown = super().to_representation(facts)
        for name, value in shown.items():
            if isinstance(value, list):
                shown[name] = sorted(
                    value, key=lambda each: str(dict(each)) if isinstance(each, dict) else each
                )
        return shown


class CapacitySerializer(serializers.Serializer[Any]):
    """How full a service says that it is."""

    places_free = serializers.IntegerField(allow_null=True)
    places_total = serializers.IntegerField(allow_null=True)
    waiting = serializers.ChoiceField(Waiting.choices)
    confirmed_at = serializers.DateTimeField(source="capacity_confirmed_at", allow_null=True)
    fresh = serializers.SerializerMethodField(
        help_text="Whether it was confirmed lately enough to be believed."
    )

    def get_fresh(self, service: Service) -> bool:
        """Whether it is believed."""
        return is_fresh(service)


class ServiceSerializer(DocumentSerializer, ServiceReferenceSerializer):
    """A service, the organisation that offers it, and the team that receives referrals to it."""

    row = "service"
    description = serializers.CharField()
    organisation = OrganisationSerializer()
    team = PartnerTeamSerializer(allow_null=True, help_text="Null where it does not work with Hearth.")
    facts = FactsSerializer()
    capacity = CapacitySerializer(source="service")


class NewCapacitySerializer(BodySerializer):
    """How many places are free today."""

    places_free = serializers.IntegerField(
        min_value=0, allow_null=True, help_text="Null where places are not counted."
    )
    places_total = serializers.IntegerField(min_value=0, allow_null=True, required=False)
    waiting = CodeField(Waiting.choices, required=False)


class AheadSerializer(serializers.Serializer[Any]):
    """What decided between one and the next."""

    this = serializers.CharField()
    next = serializers.CharField()


class LeftOutSerializer(serializers.Serializer[Any]):
    """A service that does not fit, and why."""

    service = ServiceReferenceSerializer()
    organisation = OrganisationSerializer(source="service.organisation")
    reasons = serializers.ListField(child=serializers.CharField())


class FitSerializer(LeftOutSerializer):
    """A service that fits, with what is said of it and what is not known."""

    reports_to_immigration = serializers.ChoiceField(
        Answer.choices,
        source="service.reports_to_immigration",
        help_text="To be shown wherever it can be chosen.",
    )
    not_known = serializers.ListField(child=serializers.CharField())
    ahead = serializers.SerializerMethodField()

    @extend_schema_field(AheadSerializer(allow_null=True))
    def get_ahead(self, fit: Any) -> dict[str, str] | None:
        """Why it stands before the next; null where nothing but the name decides."""
        return {"this": fit.ahead[0], "next": fit.ahead[1]} if fit.ahead else None


class LookedAtSerializer(serializers.Serializer[Any]):
    """One thing that the record says."""

    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class MatchesSerializer(serializers.Serializer[Any]):
    """Services in the order of the rules, those left out, and what of the record was used."""

    fits = FitSerializer(many=True)
    more = serializers.IntegerField(help_text="How many more fit.")
    left_out = LeftOutSerializer(many=True)
    more_left_out = serializers.IntegerField()
    looked_at = serializers.SerializerMethodField()
    weighed = serializers.ListField(child=serializers.CharField(), help_text="The rules, in their order.")
    not_weighed = serializers.ListField(
        child=serializers.CharField(), help_text="Rules that the record says nothing for."
    )

    @extend_schema_field(LookedAtSerializer(many=True))
    def get_looked_at(self, matches: Any) -> list[dict[str, str]]:
        """The fields of the record that were used, for people."""
        return [{"label": label, "value": value} for label, value in matches.looked_at]


class WantedSerializer(BodySerializer):
    """What to narrow the directory to."""

    after = serializers.CharField(required=False)
    words = serializers.CharField(required=False, max_length=100)
    type = CodeField(ServiceType.choices, required=False)
    country = serializers.RegexField(str(COUNTRIES.pattern), required=False)
    language = serializers.RegexField(str(LANGUAGES.pattern), required=False)


class NeedSerializer(BodySerializer):
    """What to find a service for."""

    need = CodeField(ServiceType.choices)
    words = serializers.CharField(required=False, max_length=100)


def _query(request: Request, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    checked = serializer(data=request.query_params.dict())
    checked.is_valid(raise_exception=True)
    data: dict[str, Any] = checked.validated_data
    return data


_WORDS = OpenApiParameter("words", description="Of the name of the service or its organisation.")


class Services(APIView):
    """The directory."""

    @operation(
        "list_services",
        "Services of partners, by name",
        parameters=[
            AFTER,
            _WORDS,
            OpenApiParameter("type", enum=ServiceType.values, description="A need that it meets."),
            OpenApiParameter("country", description="Where it works: ISO 3166-1 alpha-3."),
            OpenApiParameter("language", description="Spoken there: ISO 639-3."),
        ],
        responses={200: page_schema(ServiceSerializer)},
        problems=(403,),
    )
    def get(self, request: Request) -> Response:
        """Those that you can refer to. A consent to share names the team's organisation."""
        actor = actor_of(request, *CASE_ROLES)
        wanted = _query(request, WantedSerializer)
        wanted.pop("after", None)
        rows = Wanted(**wanted).narrow(selectors.services_for(actor.team_ids)).order_by("name", "pk")
        page = page_of(request, rows)
        return page.response(ServiceSerializer, with_facts(page.rows))


class Capacity(APIView):
    """The free places of a service."""

    @operation(
        "confirm_capacity",
        "Say how many places are free",
        request=NewCapacitySerializer,
        responses={200: CapacitySerializer},
        problems=(403, 404, 409),
    )
    def patch(self, request: Request, service_id: UUID) -> Response:
        """As of now. For focal points of the service's team; for administrators where it has none."""
        actor = actor_of(request, Role.FOCAL_POINT, Role.ADMINISTRATOR)
        data = body_of(request, NewCapacitySerializer)
        made = confirm_capacity(actor=actor, service_id=service_id, **data)
        return Response(CapacitySerializer(made).data)


class CaseMatches(APIView):
    """Services for a case."""

    @operation(
        "find_services",
        "Find services for a need of a case",
        parameters=[OpenApiParameter("need", enum=ServiceType.values, required=True), _WORDS],
        responses={200: MatchesSerializer},
        problems=(404,),
    )
    def get(self, request: Request, case_id: UUID) -> Response:
        """By stated rules, with the reasons in words: decision support, never a verdict.

        That you read the case is recorded.
        """
        file = read_case(actor_of(request, *CASE_ROLES), case_id)
        return Response(MatchesSerializer(match(file, **_query(request, NeedSerializer))).data)
