"""The directory for anybody, as the API of HSDS 3.0 has it; referrals/hsds/withholding.py says what leaves."""

import math
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from core.api.openapi import operation
from core.kek import kek
from referrals.hsds.reading import View, shown, trees
from referrals.hsds.schema import VERSION
from referrals.models import DirectoryRow

SIZE, MOST = 50, 100
FURTHEST = 50_000  # rows: who wants more than these takes an export
COUNT_SECONDS = 60
_PROFILE = "https://docs.openreferral.org/en/3.0/"


class DirectoryThrottle(SimpleRateThrottle):
    """So many requests a minute of one address, of which the cache holds a keyed hash."""

    scope = "directory"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        """The key of whoever asks."""
        return f"rate:directory:{kek().tag('rate', 'directory', self.get_ident(request)).hex()}"


class PageQuery(serializers.Serializer[Any]):
    """Which page."""

    page = serializers.IntegerField(min_value=1, max_value=FURTHEST, default=1)
    per_page = serializers.IntegerField(min_value=1, max_value=MOST, default=SIZE)


class PublishedVersionSerializer(serializers.Serializer[Any]):
    """What this is an API of."""

    version = serializers.CharField()
    profile = serializers.URLField()
    openapi_url = serializers.URLField()


class PublishedPageSerializer(serializers.Serializer[Any]):
    """A page of the specification's API."""

    total_items = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    page_number = serializers.IntegerField()
    size = serializers.IntegerField(help_text="How many stand on this page.")
    first_page = serializers.BooleanField()
    last_page = serializers.BooleanField()
    empty = serializers.BooleanField()
    contents = serializers.ListField(child=serializers.DictField())


_PAGE = [
    OpenApiParameter("page", int, description="Which page, from 1."),
    OpenApiParameter(
        "per_page", int, description=f"How many on a page: up to {MOST}, {SIZE} where nothing is said."
    ),
]


class PublicView(APIView):
    """No sign-in, nothing to write. Not there at all where the directory is not published."""

    authentication_classes: Sequence[type] = []
    permission_classes = [AllowAny]
    throttle_classes = [DirectoryThrottle]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise NotFound where it is switched off."""
        if not settings.PUBLISH_DIRECTORY:
            raise NotFound
        super().initial(request, *args, **kwargs)


def _published(table: str) -> "QuerySet[DirectoryRow]":
    return DirectoryRow.objects.filter(View.ANYBODY.rows, table=table)


def _page(request: Request, table: str) -> Response:
    query = PageQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    number, size = query.validated_data["page"], query.validated_data["per_page"]
    start = (number - 1) * size
    if start >= FURTHEST:
        raise serializers.ValidationError({"page": [f"No further than row {FURTHEST}."]})
    total = cache.get_or_set(f"hsds:{table}:total", _published(table).count, COUNT_SECONDS)
    ids = _published(table).order_by("hsds_id", "pk").values_list("pk", flat=True)[start : start + size]
    rows = DirectoryRow.objects.filter(pk__in=list(ids)).order_by("hsds_id", "pk")
    contents = [shown(row, View.ANYBODY) for row in rows]
    pages = math.ceil(total / size)
    return Response(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": number,
            "size": len(contents),
            "first_page": number == 1,
            "last_page": number >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )


def _one(table: str, hsds_id: UUID) -> Response:
    row = _published(table).filter(hsds_id=hsds_id).order_by("pk").first()
    if row is None:
        raise NotFound  # no audit row: anybody could have one written
    return Response(trees([row], View.ANYBODY)[0])


class Version(PublicView):
    """Where the directory begins."""

    @operation(
        "hsds_version",
        "The public directory: its version",
        responses={200: PublishedVersionSerializer},
        problems=(404, 429),
        public=True,
    )
    def get(self, request: Request) -> Response:
        """Which version of the specification it follows."""
        body = {
            "version": VERSION,
            "profile": _PROFILE,
            "openapi_url": request.build_absolute_uri(reverse("schema")),
        }
        return Response(body)


class PublishedServices(PublicView):
    """Active services."""

    @operation(
        "hsds_services",
        "The public directory: its active services",
        parameters=_PAGE,
        responses={200: PublishedPageSerializer},
        problems=(404, 429),
        public=True,
    )
    def get(self, request: Request) -> Response:
        """Each without what hangs on it; never what is confidential, nor where a shelter is."""
        return _page(request, "service")


class PublishedService(PublicView):
    """One of them."""

    @operation(
        "hsds_service",
        "The public directory: a service with all that is known of it",
        responses={200: OpenApiTypes.OBJECT},
        problems=(404, 429),
        public=True,
    )
    def get(self, request: Request, hsds_service_id: UUID) -> Response:
        """With its organization, its locations and how to reach it, but for what is confidential."""
        return _one("service", hsds_service_id)


class PublishedOrganizations(PublicView):
    """Organizations."""

    @operation(
        "hsds_organizations",
        "The public directory: its organizations",
        parameters=_PAGE,
        responses={200: PublishedPageSerializer},
        problems=(404, 429),
        public=True,
    )
    def get(self, request: Request) -> Response:
        """Each without what hangs on it; never what is confidential."""
        return _page(request, "organization")


class PublishedOrganization(PublicView):
    """One of them."""

    @operation(
        "hsds_organization",
        "The public directory: an organization with its services",
        responses={200: OpenApiTypes.OBJECT},
        problems=(404, 429),
        public=True,
    )
    def get(self, request: Request, hsds_organization_id: UUID) -> Response:
        """With its active services and locations, but for what is confidential."""
        return _one("organization", hsds_organization_id)
