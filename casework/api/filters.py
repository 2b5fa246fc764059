"""The filters of the list of cases in the API: those of the page, with the same limits."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from casework.models import Case, Risk
from casework.search.filters import CaseFilter, at_risk
from casework.selectors import colleagues_of
from core.actor import Actor
from core.api.pagination import Page, page_of
from core.api.serializers import BodySerializer, CodeField
from core.errors import Invalid
from core.paging import NoSuchRow

FILTERS = [
    OpenApiParameter("state", enum=Case.State.values),
    OpenApiParameter("risk", enum=Risk.values, description="The level of risk, read in the opened cases."),
    OpenApiParameter("assigned_to", UUID, description="The id of a caseworker of your teams."),
    OpenApiParameter("opened_from", OpenApiTypes.DATE, description="The first day."),
    OpenApiParameter("opened_to", OpenApiTypes.DATE, description="The last day."),
]


class FilterSerializer(BodySerializer):
    """What a list is narrowed to."""

    after = serializers.CharField(required=False)
    state = CodeField(Case.State.choices, required=False)
    risk = CodeField(Risk.choices, required=False)
    assigned_to = serializers.UUIDField(required=False)
    opened_from = serializers.DateField(required=False)
    opened_to = serializers.DateField(required=False)


def filtered(request: Request, actor: Actor) -> Page[Case]:
    """A page of the actor's cases that the query leaves. Raises ValidationError; Invalid at a name of the query.

    Filtered by risk, a page may hold few and still not be the last: only so many cases are opened for one.
    """
    checked = FilterSerializer(data=request.query_params.dict())
    checked.is_valid(raise_exception=True)
    wanted = dict(checked.validated_data)
    after = wanted.pop("after", "")
    if "assigned_to" in wanted and not colleagues_of(actor).filter(pk=wanted["assigned_to"]).exists():
        raise Invalid({"assigned_to": [_("Choose from the list.")]})
    filter = CaseFilter(**wanted)
    if not filter.risk:
        return page_of(request, filter.rows(actor))
    try:
        rows, last = at_risk(actor, filter, after)
    except NoSuchRow:
        raise Invalid({"after": [_("There is no such row. Begin with the first page.")]}) from None
    following = replace_query_param(request.build_absolute_uri(), "after", last) if last else None
    return Page(rows, following)
