"""Limits on guessing. The cache holds a keyed hash of whom the limit is for, never an address."""

from django.core.cache import cache

from core.kek import kek

LIMITS = {"sign-in": (10, 15 * 60)}
"""Name -> (how often, in how many seconds)."""


def allow(limit: str, *subject: str) -> bool:
    """Count one attempt; False once there were too many. Counting is per subject, in fixed windows."""
    count, seconds = LIMITS[limit]
    key = f"rate:{limit}:{kek().tag('rate', limit, *(part.lower() for part in subject)).hex()}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= count
    except ValueError:  # it expired just now
        return True
