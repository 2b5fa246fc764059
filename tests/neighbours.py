"""Teams beside the one that most tests live in: another of the same organisation, and one of another."""

from dataclasses import dataclass

from core.accounts import admit_member, create_person, found_team, make_keys
from core.models import Organisation, Role, Team, User
from referrals.demo import Persona, World
from tests.conftest import PASSWORD


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A team with the supervisor who founded it and a caseworker."""

    team: Team
    supervisor: Persona
    caseworker: Persona


def person(name: str, organisation: Organisation) -> Persona:
    """Somebody with keys and without a team."""
    user = create_person(email=f"{name}@hearth.example", name=name.title(), organisation=organisation)
    return Persona(name, User.objects.get(pk=user.pk), make_keys(user=user, password=PASSWORD))


def found(organisation: Organisation, name: str) -> Neighbours:
    """A team of an organisation."""
    supervisor, caseworker = person(f"{name}-lead", organisation), person(f"{name}-worker", organisation)
    team = found_team(
        organisation=organisation, name=name.title(), founder=supervisor.user, role=Role.SUPERVISOR
    )
    admit_member(actor=supervisor.actor, team=team, user=caseworker.user, role=Role.CASEWORKER)
    return Neighbours(team, supervisor, caseworker)


def outreach(world: World) -> Neighbours:
    """A second team of the organisation that most tests live in."""
    return found(world.team.organisation, "outreach")


def elsewhere(world: World) -> Neighbours:
    """A team of another organisation."""
    return found(world.other_team.organisation, "northern")
