"""Sign-in: the one place that sees a password, and how the private key lives through a session.

The key lies in the server-side session, sealed under a secret that only a second cookie holds. Whoever has the
session table lacks the cookie; whoever has the cookie lacks the table; without both, a session is anonymous.
"""

from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth import logout as django_logout
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import BasePasswordHasher
from django.http import HttpRequest, HttpResponse

from core import audit, crypto
from core.accounts import unlock
from core.actor import Actor, actor_for
from core.models import User

SESSION_KEY = "sealed_key"


class NoHasher(BasePasswordHasher):
    """Takes the place of Django's hashers: a verifier made by them would be a second, weaker password hash."""

    algorithm = "none"

    def encode(self, password: str, salt: str) -> NoReturn:
        """Refused."""
        raise TypeError("passwords are handled in core.accounts alone")

    def verify(self, password: str, encoded: str) -> NoReturn:
        """Refused."""
        raise TypeError("passwords are handled in core.accounts alone")


class KeySlotBackend(BaseBackend):
    """Authenticates by opening the person's key slot; the private key rides on the returned user."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """The user with `unlocked` set, or None. Takes the same time for an unknown person."""
        if username is None or password is None:
            return None
        user = User.objects.filter(email__iexact=username).first()
        private_key = unlock(user, password)
        if user is None or private_key is None:
            audit.record("sign_in", person=user, subject=user.pk if user else None, outcome="denied")
            return None
        user.unlocked = private_key  # type: ignore[attr-defined]
        return user

    def get_user(self, user_id: Any) -> User | None:
        """The active user of a session."""
        return User.objects.filter(pk=user_id, is_active=True).first()


def sign_in(request: HttpRequest, user: User) -> bytes:
    """Start a session for a user whom the backend returned. Returns the secret for the second cookie."""
    private_key: bytes = user.unlocked  # type: ignore[attr-defined]
    django_login(request, user, backend="core.auth.KeySlotBackend")
    secret = crypto.new_key()
    request.session[SESSION_KEY] = crypto.seal(secret, private_key, "session", user.pk).hex()
    request.actor = actor_for(user, private_key)  # type: ignore[attr-defined]
    audit.record("sign_in", actor=request.actor, subject=user.pk)  # type: ignore[attr-defined]
    return secret


def set_key_cookie(response: HttpResponse, secret: bytes) -> None:
    """Give the browser its half: a session cookie, HttpOnly, never sent from another site."""
    response.set_cookie(
        settings.KEY_COOKIE_NAME,
        secret.hex(),
        httponly=True,
        secure=settings.SECURE_COOKIES,
        samesite="Strict",
        path="/",
    )


def sign_out(request: HttpRequest, response: HttpResponse) -> None:
    """End the session: its row is deleted, and the browser's half with it."""
    if (actor := current_actor(request)) is not None:
        audit.record("sign_out", actor=actor, subject=actor.user.pk)
    django_logout(request)
    response.delete_cookie(settings.KEY_COOKIE_NAME, path="/")


def unlock_session(request: HttpRequest) -> Actor | None:
    """The Actor of this request's session and cookie; None if either is missing or they don't belong together."""
    user = request.user
    sealed = request.session.get(SESSION_KEY)
    secret = request.COOKIES.get(settings.KEY_COOKIE_NAME)
    if not isinstance(user, User) or not sealed or not secret:
        return None
    try:
        private_key = crypto.open_sealed(bytes.fromhex(secret), bytes.fromhex(sealed), "session", user.pk)
    except (crypto.CannotOpen, ValueError):
        return None
    return actor_for(user, private_key)


def current_actor(request: HttpRequest) -> Actor | None:
    """Who acts in this request; None for an anonymous one."""
    return getattr(request, "actor", None)
