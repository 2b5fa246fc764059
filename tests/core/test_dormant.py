"""A grant that sleeps opens nothing; waking it is on the record before anything is read."""

from typing import Any
from uuid import uuid4

import pytest

from core import audit
from core.access import (
    OpenObject,
    found_object,
    grant_access,
    grant_veto,
    grants_of,
    open_object,
    rekey_object,
    revoke_access,
)
from core.access_audit import disagreements
from core.accounts import admit_member, create_person, make_keys
from core.actor import actor_for
from core.dormant import dormant_grant_of, grant_dormant, put_to_sleep, wake_grant
from core.errors import NotAllowed, NotVisible, Refused, Tampered
from core.models import AuditEvent, Grant, Kind, Level, Role, TeamPermission, UserPermission
from core.tokens import actor_from_token, create_token
from referrals.demo import World
from tests.conftest import PASSWORD
from tests.core.test_access import opens


@pytest.fixture
def about(world: World, opened: OpenObject) -> dict[str, Any]:
    """The caseworker, about the object."""
    return {"actor": world["assigned"].actor, "object_id": opened.object.pk, "kind": Kind.CASE}


@pytest.fixture
def strangers(world: World, about: dict[str, Any]) -> dict[str, Any]:
    """The stranger, who has a dormant grant and whose team has another, about the object."""
    for principal in (world["stranger"].user, world.other_team):
        grant_dormant(**about, principal=principal, level=Level.WRITE)
    return {**about, "actor": world["stranger"].actor}


def awake(world: World) -> list[bool]:
    """Whether the stranger's own grant is active, and their team's; each has its permissions where it is."""
    found = []
    for grant in (Grant.objects.get(user=world["stranger"].user), Grant.objects.get(team=world.other_team)):
        permissions = [
            UserPermission.objects.filter(user=grant.user_id).count(),
            TeamPermission.objects.filter(group__team=grant.team_id).count(),
        ]
        assert sum(permissions) == (2 if grant.active else 0)
        found.append(grant.active)
    assert list(disagreements()) == []
    return found


def test_asleep_it_opens_nothing_and_permits_nothing(
    world: World, opened: OpenObject, strangers: dict[str, Any]
) -> None:
    assert not opens(world["stranger"].actor, opened.object.pk)
    assert not grants_of(world["stranger"].actor, Kind.CASE).exists()
    assert awake(world) == [False, False]


@pytest.mark.parametrize("which", ["person", "team"])
def test_woken_it_opens(world: World, opened: OpenObject, strangers: dict[str, Any], which: str) -> None:
    principal = world["stranger"].user if which == "person" else world.other_team
    sleeping = dormant_grant_of(principal, opened.object.pk)
    assert wake_grant(**strangers, principal=principal) == sleeping
    assert opens(world["stranger"].actor, opened.object.pk, Level.WRITE)
    assert awake(world) == [which == "person", which == "team"]
    assert dormant_grant_of(principal, opened.object.pk) is None
    with pytest.raises(NotVisible):
        wake_grant(**strangers, principal=principal)


def test_it_opens_what_was_sealed_under_a_key_drawn_while_it_slept(
    world: World, strangers: dict[str, Any], about: dict[str, Any]
) -> None:
    rekey_object(**about)
    sealed = open_object(about["actor"], about["object_id"], Kind.CASE).seal("note", content=b"new")
    wake_grant(**strangers, principal=world["stranger"].user)
    now = open_object(strangers["actor"], about["object_id"], Kind.CASE)
    assert now.unseal("note", sealed=sealed) == b"new"


def test_nobody_wakes_anyone_elses(world: World, strangers: dict[str, Any], about: dict[str, Any]) -> None:
    for name in ("assigned", "focal_point", "administrator"):
        for principal in (world["stranger"].user, world.other_team, world[name].user):
            with pytest.raises(NotVisible):
                wake_grant(**{**about, "actor": world[name].actor}, principal=principal)
    for wrong in ({"object_id": uuid4()}, {"kind": Kind.PACKET}):
        with pytest.raises(NotVisible):
            wake_grant(**{**strangers, **wrong}, principal=world["stranger"].user)
    assert awake(world) == [False, False]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FOCAL_POINT, Role.ADVOCACY_OFFICER])
def test_a_member_whose_role_opens_no_case_wakes_no_teams(world: World, role: Role) -> None:
    stranger = world["stranger"].actor
    made, _share = found_object(actor=stranger, kind=Kind.CASE, grants=[(world.other_team, Level.WRITE)])
    about: dict[str, Any] = {"object_id": made.object.pk, "kind": Kind.CASE, "principal": world.team}
    grant_dormant(actor=stranger, **about, level=Level.READ)
    user = create_person(email="new@hearth.example", name="New", organisation=world.team.organisation)
    key = make_keys(user=user, password=PASSWORD)
    admit_member(actor=world["supervisor"].actor, team=world.team, user=user, role=role)
    with pytest.raises(NotVisible):
        wake_grant(actor=actor_for(user, key), **about)
    assert wake_grant(actor=world["supervisor"].actor, **about).active


def test_a_token_wakes_nothing(world: World, strangers: dict[str, Any]) -> None:
    token = actor_from_token(create_token(actor=world["stranger"].actor, name="program")[1])
    for principal in (world["stranger"].user, world.other_team):
        with pytest.raises(NotAllowed):
            wake_grant(**{**strangers, "actor": token}, principal=principal)
    assert awake(world) == [False, False]


def test_it_is_on_record_before_it_is_awake(
    world: World, strangers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_trail(action: str, **_: object) -> None:
        assert action == "access.woken"
        assert awake(world) == [False, False]
        raise ConnectionError

    monkeypatch.setattr(audit, "record", no_trail)
    with pytest.raises(ConnectionError):
        wake_grant(**strangers, principal=world["stranger"].user)
    monkeypatch.undo()
    assert awake(world) == [False, False]
    wake_grant(**strangers, principal=world["stranger"].user)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor, event.object) == (
        "access.woken",
        world["stranger"].user.pk,
        strangers["object_id"],
    )


def test_a_veto_holds_for_waking_too(world: World, strangers: dict[str, Any]) -> None:
    def never(*_: object) -> None:
        raise Refused("conflict of interest")

    grant_veto.register(never)
    try:
        with pytest.raises(Refused):
            wake_grant(**strangers, principal=world["stranger"].user)
    finally:
        grant_veto._functions.remove(never)
    assert awake(world) == [False, False]


def test_a_row_woken_around_the_gate_opens_nothing(world: World, strangers: dict[str, Any]) -> None:
    Grant.objects.filter(user=world["stranger"].user).update(active=True)
    with pytest.raises(Tampered):
        open_object(strangers["actor"], strangers["object_id"], Kind.CASE)
    found = {found.what for found in disagreements()}
    assert found == {"grant_not_ours", "key_without_a_permission"}


@pytest.mark.parametrize("change", [{"key_version": 2}, {"sealed": b"x"}, {"level": Level.READ}])
def test_a_row_changed_in_its_sleep_is_noticed(
    world: World, strangers: dict[str, Any], change: dict[str, Any]
) -> None:
    Grant.objects.filter(user=world["stranger"].user).update(**change)
    with pytest.raises(Tampered):
        wake_grant(**strangers, principal=world["stranger"].user)
    assert "grant_not_ours" in {found.what for found in disagreements()}


# --- making and taking away  ----------------------------------------


def test_it_is_given_by_whoever_may_change_the_object(
    world: World, about: dict[str, Any], strangers: dict[str, Any]
) -> None:
    with pytest.raises(NotVisible):
        grant_dormant(**strangers, principal=world["focal_point"].user, level=Level.READ)
    grant_access(**about, principal=world["focal_point"].user, level=Level.READ)
    with pytest.raises(NotAllowed):
        grant_dormant(
            **{**about, "actor": world["focal_point"].actor},
            principal=world["advocate"].user,
            level=Level.READ,
        )
    with pytest.raises(Refused):
        grant_dormant(**about, principal=world["stranger"].user, level=Level.READ)  # has one


def test_revoked_in_its_sleep_it_does_not_wake(
    world: World, about: dict[str, Any], strangers: dict[str, Any]
) -> None:
    revoke_access(**about, principal=world["stranger"].user)
    with pytest.raises(NotVisible):
        wake_grant(**strangers, principal=world["stranger"].user)
    assert list(disagreements()) == []


# --- putting to sleep  ----------------------------------------


@pytest.mark.parametrize("by", ["stranger", "assigned"])
@pytest.mark.parametrize("level", Level)
def test_it_is_put_to_sleep_by_its_person_or_whoever_may_change_the_object(
    world: World, opened: OpenObject, about: dict[str, Any], by: str, level: Level
) -> None:
    stranger = world["stranger"]
    grant_dormant(**about, principal=stranger.user, level=level)
    own = {**about, "actor": stranger.actor}
    wake_grant(**own, principal=stranger.user)
    put_to_sleep(**{**about, "actor": world[by].actor}, principal=stranger.user)
    assert not opens(stranger.actor, opened.object.pk)
    assert list(disagreements()) == []
    new_key = by == "assigned" or level == Level.WRITE
    assert open_object(about["actor"], opened.object.pk, Kind.CASE).version == (2 if new_key else 1)
    assert AuditEvent.objects.latest("id").action == "access.put_to_sleep"
    wake_grant(**own, principal=stranger.user)
    assert opens(stranger.actor, opened.object.pk, level)


def test_others_put_nothing_to_sleep(world: World, about: dict[str, Any], strangers: dict[str, Any]) -> None:
    wake_grant(**strangers, principal=world["stranger"].user)
    with pytest.raises(NotVisible):
        put_to_sleep(**{**about, "actor": world["focal_point"].actor}, principal=world["stranger"].user)
    grant_access(**about, principal=world["focal_point"].user, level=Level.READ)
    # The role opens no case, but the grant is the person's own.
    with pytest.raises(NotAllowed):
        put_to_sleep(**{**about, "actor": world["focal_point"].actor}, principal=world["stranger"].user)
    with pytest.raises(NotVisible):
        put_to_sleep(**about, principal=world["teammate"].user)  # has none
    assert awake(world) == [True, False]


def test_the_last_who_may_change_it_stays_awake(world: World, about: dict[str, Any]) -> None:
    grant_access(**about, principal=world["stranger"].user, level=Level.WRITE)
    strangers = {**about, "actor": world["stranger"].actor}
    revoke_access(**strangers, principal=world.team)
    with pytest.raises(Refused):
        put_to_sleep(**strangers, principal=world["stranger"].user)
    assert opens(world["stranger"].actor, about["object_id"], Level.WRITE)
