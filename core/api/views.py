"""Core's API: tokens; and what every view of the API begins with."""

from dataclasses import replace
from typing import Any

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import rate
from core.actor import Actor, actor_for
from core.api.openapi import operation
from core.api.serializers import BodySerializer
from core.errors import HearthError, NotAllowed, NotVisible
from core.models import ApiToken, Role, User
from core.tokens import create_token, revoke_token


class TooMany(HearthError):
    """Too many attempts: 429."""

    status = 429
    code = "too_many_attempts"
    message = _("Too many attempts. Wait a quarter of an hour, then try again.")


class WrongCredentials(HearthError):
    """E-mail address or password is wrong: 401."""

    status = 401
    code = "wrong_credentials"
    message = _("The e-mail address or the password is not right.")


class SignInSerializer(BodySerializer):
    """What a token is made from."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, style={"input_type": "password"})
    name = serializers.CharField(max_length=100, required=False, default="api")


class TokenSerializer(serializers.Serializer[Any]):
    """A new token; its text is never shown again."""

    id = serializers.UUIDField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


def actor_of(request: Request, *roles: Role) -> Actor:
    """The Actor that the token stands for, where `roles` are named acting in those alone.

    Without any of them it may not ask for a list or make something (NotAllowed), and no single thing exists for it
    (NotVisible).
    """
    actor = request.auth
    if not isinstance(actor, Actor):
        raise NotVisible
    if not roles:
        return actor
    if not actor.has_role(*roles):
        raise NotVisible if request.parser_context["kwargs"] else NotAllowed
    return replace(actor, memberships=tuple(each for each in actor.memberships if each.role in roles))


def body_of(
    request: Request, serializer: type[serializers.Serializer[Any]], **context: object
) -> dict[str, Any]:
    """What was sent, checked. Raises ParseError or ValidationError."""
    checked = serializer(data=request.data, context=context)
    checked.is_valid(raise_exception=True)
    data: dict[str, Any] = checked.validated_data
    return data


class Tokens(APIView):
    """Sign in to the API."""

    permission_classes = [AllowAny]
    authentication_classes: list[type] = []

    @operation(
        "create_token",
        "Sign in",
        request=SignInSerializer,
        responses={201: TokenSerializer},
        problems=(401, 429),
        public=True,
    )
    def post(self, request: Request) -> Response:
        """Make a token from e-mail address and password. It lasts twelve hours and reaches what its owner reaches."""
        data = body_of(request, SignInSerializer)
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

    @operation("revoke_token", "Revoke a token", responses={204: None}, problems=(404,))
    def delete(self, request: Request, token_id: str) -> Response:
        """End one of your own tokens, at once."""
        actor = actor_of(request)
        token = ApiToken.objects.filter(owner=actor.user, pk=token_id, revoked_at=None).first()
        if token is None:
            raise NotVisible
        revoke_token(actor=actor, token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
