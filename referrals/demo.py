"""A small made-up world: for the demo, and for tests. Nobody in it exists."""

from dataclasses import dataclass, field

from django.db import transaction

from core.accounts import admit_member, create_person, found_team, make_keys
from core.actor import Actor, actor_for
from core.models import Organisation, Role, Team, User
from referrals.models import Service
from referrals.services import offer_service
from referrals.taxonomy import ServiceType

DOMAIN = "hearth.example"


@dataclass(frozen=True, slots=True)
class Persona:
    """A person of the made-up world, named by what they are."""

    name: str
    user: User
    private_key: bytes = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The person, signed in."""
        return actor_for(self.user, self.private_key)

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return self.user.email


@dataclass(frozen=True, slots=True)
class World:
    """Three organisations, their teams, their people and one partner's services."""

    people: dict[str, Persona]
    team: Team
    partner_team: Team
    other_team: Team
    services: list[Service]

    def __getitem__(self, name: str) -> Persona:
        return self.people[name]


# Each team: its organisation, its name, and its members (persona, name, role); the first founds it.
_TEAMS = {
    "team": (
        "Harbour House",
        "Casework",
        [
            ("supervisor", "Sofia Marchetti", Role.SUPERVISOR),
            ("assigned", "Amina Okello", Role.CASEWORKER),
            ("teammate", "Tomas Lindqvist", Role.CASEWORKER),
        ],
    ),
    "partner_team": ("Open Door Legal Aid", "Intake", [("focal_point", "Farid Nasser", Role.FOCAL_POINT)]),
    "other_team": ("Northlight Refuge", "Casework", [("stranger", "Sanna Virtanen", Role.CASEWORKER)]),
    "evidence": ("Harbour House", "Evidence", [("advocate", "Alba Ferrer", Role.ADVOCACY_OFFICER)]),
    "people": ("Harbour House", "Administration", [("administrator", "Anders Holm", Role.ADMINISTRATOR)]),
}
_SERVICES = [
    ("Legal advice", ServiceType.LEGAL_ADVICE, "Advice on residence, work and rights, with interpreters."),
    ("Compensation claims", ServiceType.COMPENSATION, "Claims for unpaid wages and damages."),
]


@transaction.atomic
def found_world(*, password: str) -> World:
    """Make the world; every person signs in with `password`. Raises Invalid if the password is too weak."""
    people: dict[str, Persona] = {}
    teams: dict[str, Team] = {}
    for key, (organisation_name, team_name, members) in _TEAMS.items():
        organisation, _made = Organisation.objects.get_or_create(name=organisation_name)
        for persona, name, role in members:
            address = f"{persona.replace('_', '-')}@{DOMAIN}"
            user = create_person(email=address, name=name, organisation=organisation)
            people[persona] = Persona(persona, user, make_keys(user=user, password=password))
            if key not in teams:
                teams[key] = found_team(organisation=organisation, name=team_name, founder=user, role=role)
            else:
                admit_member(actor=people[members[0][0]].actor, team=teams[key], user=user, role=role)
    services = [
        offer_service(
            actor=people["focal_point"].actor,
            organisation=teams["partner_team"].organisation,
            team=teams["partner_team"],
            name=name,
            type=type_,
            description=description,
        )
        for name, type_, description in _SERVICES
    ]
    return World(people, teams["team"], teams["partner_team"], teams["other_team"], services)


@transaction.atomic
def found_second_team(world: World, *, password: str) -> Persona:
    """A second team beside the first, with its supervisor: for handing a case over, and for emergencies."""
    organisation = world.team.organisation
    user = create_person(email=f"second-team@{DOMAIN}", name="Ngozi Adeyemi", organisation=organisation)
    persona = Persona("second_team", user, make_keys(user=user, password=password))
    found_team(organisation=organisation, name="Outreach", founder=user, role=Role.SUPERVISOR)
    return persona
