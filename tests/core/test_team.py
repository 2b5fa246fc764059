"""The first people of an organisation, and how others come into a team."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from casework.models import Case
from core.accounts import create_person, fingerprint, make_keys
from core.models import Membership, Organisation, Role, User
from referrals.demo import World
from tests.conftest import PASSWORD, sign_in


def add(monkeypatch: pytest.MonkeyPatch, *passwords: str, **options: Any) -> None:
    typed = iter(passwords)
    monkeypatch.setattr("core.management.commands.add_person.getpass", lambda _prompt: next(typed))
    given = {"email": "first@hearth.example", "name": "First Person", "organisation": "Lighthouse"}
    call_command("add_person", **(given | options))


def newcomer(world: World) -> User:
    user = create_person(
        email="new@hearth.example", name="Noor Newcomer", organisation=world.team.organisation
    )
    make_keys(user=user, password=PASSWORD)
    return user


def admit(client: Client, world: World, user: User, role: Role) -> Any:
    team = world.team.pk
    return client.post("/team/", {f"{team}-user": str(user.pk), f"{team}-role": role.value})


@pytest.mark.django_db
def test_the_first_person_founds_a_team_and_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    add(monkeypatch, PASSWORD, PASSWORD, team="Casework", role="supervisor")
    client = Client()
    response = client.post("/sign-in/", {"email": "first@hearth.example", "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == "/today/"


@pytest.mark.django_db
@pytest.mark.parametrize("passwords", [(PASSWORD, PASSWORD + "s"), ("too short", "too short")])
def test_nothing_is_made_with_a_bad_password(
    monkeypatch: pytest.MonkeyPatch, passwords: tuple[str, str]
) -> None:
    with pytest.raises(CommandError):
        add(monkeypatch, *passwords)
    assert not User.objects.exists()
    assert not Organisation.objects.exists()


def test_a_team_that_is_there_is_not_founded_again(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    with pytest.raises(CommandError, match="a member admits"):
        add(monkeypatch, PASSWORD, PASSWORD, organisation="Harbour House", team="Casework")
    assert not User.objects.filter(email="first@hearth.example").exists()


def test_whoever_is_in_no_team_sees_their_fingerprint_and_how_to_go_on(world: World) -> None:
    user = newcomer(world)
    client = Client()
    page = client.post("/sign-in/", {"email": user.email, "password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == "/team/"
    assert fingerprint(user) in page.content.decode()


def test_a_supervisor_compares_the_fingerprint_and_admits(world: World) -> None:
    user = newcomer(world)
    client = sign_in(world["supervisor"])
    assert fingerprint(user) in client.get("/team/").content.decode()
    assert admit(client, world, user, Role.CASEWORKER).status_code == 302
    assert Membership.objects.get(user=user).role == Role.CASEWORKER


def test_a_caseworker_can_t_make_a_supervisor(world: World) -> None:
    user = newcomer(world)
    assert admit(sign_in(world["assigned"]), world, user, Role.SUPERVISOR).status_code == 400
    assert not Membership.objects.filter(user=user).exists()


def test_nobody_of_another_organisation_is_offered_or_taken(world: World) -> None:
    client = sign_in(world["supervisor"])
    stranger = world["stranger"].user
    assert stranger.name not in client.get("/team/").content.decode()
    assert admit(client, world, stranger, Role.CASEWORKER).status_code == 400
    assert Membership.objects.filter(user=stranger).count() == 1


def test_a_team_that_is_not_ones_own_is_not_there(world: World) -> None:
    user = newcomer(world)
    assert admit(sign_in(world["advocate"]), world, user, Role.CASEWORKER).status_code == 200
    assert not Membership.objects.filter(user=user).exists()


def test_a_supervisor_ends_a_membership_at_once(world: World, case: Case) -> None:
    leaving = sign_in(world["teammate"])
    assert leaving.get(f"/cases/{case.pk}/").status_code == 200
    membership = Membership.objects.get(user=world["teammate"].user)
    response = sign_in(world["supervisor"]).post(f"/team/{membership.pk}/end/")
    assert response.status_code == 302
    assert leaving.get(f"/cases/{case.pk}/").status_code == 404


def test_a_caseworker_leaves_but_ends_nobody_else_s_membership(world: World) -> None:
    client = sign_in(world["assigned"])
    theirs = Membership.objects.get(user=world["teammate"].user)
    assert client.post(f"/team/{theirs.pk}/end/").status_code == 403
    own = Membership.objects.get(user=world["assigned"].user)
    assert client.post(f"/team/{own.pk}/end/").status_code == 302
    assert list(Membership.objects.filter(pk__in=[theirs.pk, own.pk])) == [theirs]


def test_the_last_member_of_a_team_that_holds_cases_stays(world: World, case: Case) -> None:
    Membership.objects.filter(team=world.team).exclude(user=world["supervisor"].user).delete()
    last = Membership.objects.get(team=world.team)
    response = sign_in(world["supervisor"]).post(f"/team/{last.pk}/end/")
    assert response.status_code == 409
    assert Membership.objects.filter(pk=last.pk).exists()
