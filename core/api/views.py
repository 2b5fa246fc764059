"""Core's API: tokens."""

from typing import Any

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import rate
from core.actor import Actor, actor_for
from core.errors import HearthError, NotVisible
from core.models import ApiToken, User
from core.tokens import create_token, revoke_token


class TooMany(HearthError):
    """Too many attempts: 429."""

    status = 429
    code = "too_many_attempts"


class WrongCredentials(HearthError):
    """E-mail address or password is wrong: 401."""

    status = 401
    code = "wrong_credentials"


class SignInSerializer(serializers.Serializer[Any]):
    """What a token is made from."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})
    name = serializers.CharField(max_length=100, required=False, default="api")


class TokenSerializer(serializers.Serializer[Any]):
    """A new token; its text is never shown again."""

    id = serializers.UUIDField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


def actor_of(request: Request) -> Actor:
    """The Actor that the token stands for. Raises NotVisible without one."""
    if not isinstance(request.auth, Actor):
        raise NotVisible
    return request.auth


class Tokens(APIView):
    """Sign in to the API."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @extend_schema(request=SignInSerializer, responses={201: TokenSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """Make a token from e-mail address and password. It lasts twelve hours and reaches what its owner reaches."""
        serializer = SignInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        if not rate.allow("sign-in", data["email"]):
            raise TooMany
        user = authenticate(request._request, username=data["email"], password=data["password"])
        if not isinstance(user, User):
            raise WrongCredentials
        actor = actor_for(user, user.unlocked)  # type: ignore[attr-defined]
        token, text = create_token(actor=actor, name=data["name"])
        body = TokenSerializer({"id": token.pk, "token": text, "expires_at": token.expires_at})
        return Response(body.data, status=status.HTTP_201_CREATED)


class Token(APIView):
    """One of one's own tokens."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, token_id: str) -> Response:
        """Revoke it."""
        actor = actor_of(request)
        token = ApiToken.objects.filter(owner=actor.user, pk=token_id, revoked_at=None).first()
        if token is None:
            raise NotVisible
        revoke_token(actor=actor, token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
