"""Limits on guessing. The cache holds a keyed hash of whom the limit is for, never an address."""

from django.core.cache import cache

from core.kek import kek

LIMITS = {
    "sign-in": (10, 15 * 60),
    "search": (60, 10 * 60),
    "emergency": (5, 60 * 60),
    "one-time": (20, 10 * 60),
    "one-time-nothing": (20, 10 * 60),
}
"""Name -> (how often, in how many seconds)."""


def allow(limit: str, *subject: str) -> bool:
    """Count one attempt of a subject; False once there were too many.

    Each attempt takes one of as many places as there are attempts, and gives it back after the window. Adding to
    the cache is atomic on every back end; counting up is not on all, and starts the window anew on some.
    Capitals are taken as PostgreSQL does where it looks up an address, so that no spelling counts apart.
    """
    count, seconds = LIMITS[limit]
    key = f"rate:{limit}:{kek().tag('rate', limit, *(part.upper() for part in subject)).hex()}"
    return any(cache.add(f"{key}:{place}", 1, seconds) for place in range(count))
