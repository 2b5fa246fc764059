"""A sealed object without anything of the higher apps on it."""

import pytest

from core.access import OpenObject, found_object
from core.models import Kind, Level
from referrals.demo import Persona, World


@pytest.fixture
def opened(world: World, assigned: Persona) -> OpenObject:
    """A case's object, granted to the team alone, as it lies open before whoever made it."""
    made, _share = found_object(actor=assigned.actor, kind=Kind.CASE, grants=[(world.team, Level.WRITE)])
    return made
