"""Token authentication of the API."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.actor import Actor
from core.models import User
from core.tokens import actor_from_token


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer hearth_...`; `request.auth` is the Actor."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        """The owner and the Actor; None without the header. Raises AuthenticationFailed (401) for a bad token."""
        scheme, _space, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        actor = actor_from_token(text.strip())
        if actor is None:
            raise AuthenticationFailed(_("This token is not valid, has expired or was revoked."))
        request._request.actor = actor  # type: ignore[attr-defined]
        return actor.user, actor

    def authenticate_header(self, request: Request) -> str:
        """What makes DRF answer 401 rather than 403."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """An HTTP bearer scheme."""
        return {"type": "http", "scheme": "bearer"}
