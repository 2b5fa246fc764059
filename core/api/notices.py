"""Notices in the API."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.openapi import operation
from core.api.views import actor_of
from core.models import Kind
from core.notices import put_away, shown_to


class NoticeSerializer(serializers.Serializer[Any]):
    """That something happened; what it was about, the object says to whoever may open it."""

    id = serializers.UUIDField(source="notice.pk")
    what = serializers.CharField(source="notice.what", help_text="A word for machines.")
    label = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField(source="notice.at")
    kind = serializers.ChoiceField(Kind.choices, source="notice.object.kind", default=None, allow_null=True)
    object = serializers.UUIDField(
        source="notice.object_id", allow_null=True, help_text="Its id, where there is something to look at."
    )


class NoticeListSerializer(serializers.Serializer[Any]):
    """What one has not put away yet."""

    results = NoticeSerializer(many=True)


class Notices(APIView):
    """One's own notices."""

    @operation("list_notices", "Notices, newest first", responses={200: NoticeListSerializer})
    def get(self, request: Request) -> Response:
        """The newest twenty that you have not put away yet."""
        return Response(NoticeListSerializer({"results": shown_to(actor_of(request))}).data)


class PutAway(APIView):
    """The end of a notice."""

    @operation("put_away_notice", "Put a notice away", responses={204: None}, problems=(404,))
    def post(self, request: Request, notice_id: UUID) -> Response:
        """Note that you have seen it."""
        put_away(actor=actor_of(request), notice_id=notice_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
