"""Signing in."""

from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.test import Client

from benchmarks.harness import Result, compare
from core.crypto import Stretch, stretch
from referrals.demo import World

PASSWORD = "four quiet herons by the lake"


def measure(world: World, rounds: int = 24) -> Iterator[Result]:
    """From the sent form to the answer, through every layer."""
    sent = {"email": world["assigned"].email, "password": PASSWORD}
    cost = Stretch(*settings.PASSWORD_COST)

    def ours() -> None:
        response = Client().post("/sign-in/", sent, secure=True)
        assert response.status_code == 302, response.status_code

    def bare() -> None:
        stretch(PASSWORD, bytes(32), cost)

    # The limit on guessing would end the measuring after ten.
    yield compare(
        "Sign in", ours, "Argon2id alone, of the same cost", bare, rounds=rounds, prepare=cache.clear
    )
