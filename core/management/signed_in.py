"""Commands that read or write records act as a signed-in person: by an API token, in the environment."""

import os

from django.core.management.base import CommandError

from core.actor import Actor
from core.tokens import actor_from_token

VARIABLE = "HEARTH_TOKEN"
"""Not an argument: what stands on a command line is seen by every process of the machine, and kept in histories."""


def signed_in() -> Actor:
    """The Actor of the token in HEARTH_TOKEN. Raises CommandError without one that holds."""
    actor = actor_from_token(os.environ.get(VARIABLE, ""))
    if actor is None:
        raise CommandError(f"Put an API token of yours into {VARIABLE}: there is none, or it has expired.")
    return actor
