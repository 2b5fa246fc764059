"""People and their keys."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core import accounts, crypto
from core.accounts import (
    admit_member,
    change_password,
    create_person,
    found_team,
    make_keys,
    remove_member,
    unlock,
)
from core.actor import actor_for
from core.crypto import Stretch
from core.errors import Invalid, NotAllowed, Refused, Tampered
from core.models import AuditEvent, KeySlot, Membership, Organisation, Role, Team, TeamKey, User, UserKey
from referrals.demo import World
from tests.conftest import PASSWORD

NEW = "seven slow trains at dawn"


@pytest.fixture
def organisation(db: None) -> Organisation:
    return Organisation.objects.create(name="Quiet Harbour")


@pytest.fixture
def person(organisation: Organisation) -> User:
    return create_person(email="Ida@hearth.example", name="Ida Holm", organisation=organisation)


def has_keys(person: User) -> bool:
    return person.keys.exists() or person.key_slots.exists() or person.password != ""


# --- making keys and unlocking them  ----------------------------------------


def test_a_person_without_keys_unlocks_nothing(person: User) -> None:
    assert not has_keys(person)
    assert unlock(person, "") is None
    assert unlock(person, PASSWORD) is None


def test_the_password_unlocks_the_key_that_was_made(person: User) -> None:
    private = make_keys(user=person, password=PASSWORD)
    assert unlock(User.objects.get(pk=person.pk), PASSWORD) == private
    assert bytes(person.keys.get().public_key) == crypto.public_key_of(private)


@pytest.mark.parametrize(
    "wrong", ["", PASSWORD + " ", PASSWORD.upper(), PASSWORD[:-1], "something else entirely"]
)
def test_no_other_password_does(person: User, wrong: str) -> None:
    make_keys(user=person, password=PASSWORD)
    assert unlock(person, wrong) is None


def test_keys_are_made_once(person: User) -> None:
    private = make_keys(user=person, password=PASSWORD)
    with pytest.raises(NotAllowed):
        make_keys(user=person, password=NEW)
    assert unlock(person, PASSWORD) == private


def test_neither_row_holds_the_private_key_or_a_hash_of_the_password(person: User) -> None:
    private = make_keys(user=person, password=PASSWORD)
    slot = person.key_slots.get()
    stored = bytes(slot.sealed_private_key) + bytes.fromhex(person.password)
    root = crypto.stretch(PASSWORD, bytes(slot.salt), Stretch(slot.memory, slot.passes, slot.lanes))
    for secret in (private, root, crypto.derive(root, "verifier"), crypto.derive(root, "key-slot")):
        assert secret not in stored


def test_two_people_with_one_password_have_nothing_in_common(
    person: User, organisation: Organisation
) -> None:
    other = create_person(email="jon@hearth.example", name="Jon", organisation=organisation)
    assert make_keys(user=person, password=PASSWORD) != make_keys(user=other, password=PASSWORD)
    assert bytes(person.key_slots.get().salt) != bytes(other.key_slots.get().salt)


def test_an_unknown_person_costs_one_stretching_at_todays_cost_too(
    person: User, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    make_keys(user=person, password=PASSWORD)
    costs: list[Stretch] = []
    stretch = crypto.stretch
    monkeypatch.setattr(
        crypto, "stretch", lambda password, salt, cost: costs.append(cost) or stretch(password, salt, cost)
    )
    gone = create_person(email="gone@hearth.example", name="Gone", organisation=person.organisation)
    make_keys(user=gone, password=PASSWORD)
    gone.is_active = False
    costs.clear()
    for who in (person, None, gone):
        unlock(who, "wrong password here")
    assert costs == [Stretch(*settings.PASSWORD_COST)] * 3


def test_a_person_who_left_unlocks_nothing(person: User) -> None:
    make_keys(user=person, password=PASSWORD)
    person.is_active = False
    assert unlock(person, PASSWORD) is None


def test_a_slot_of_someone_else_is_noticed(world: World) -> None:
    mine, theirs = world["assigned"].user, world["stranger"].user
    slot = theirs.key_slots.get()
    KeySlot.objects.filter(user=mine).update(salt=slot.salt, sealed_private_key=slot.sealed_private_key)
    with pytest.raises(Tampered):
        unlock(mine, PASSWORD)


def test_a_verifier_of_someone_else_is_noticed(world: World) -> None:
    mine, theirs = world["assigned"].user, world["stranger"].user
    for planted in (theirs.password, "not hex", "00" * 60):
        User.objects.filter(pk=mine.pk).update(password=planted)
        with pytest.raises(Tampered):
            unlock(User.objects.get(pk=mine.pk), PASSWORD)


def test_a_slot_made_cheaper_is_noticed(world: World) -> None:
    KeySlot.objects.filter(user=world["assigned"].user).update(memory=8)
    with pytest.raises(Tampered):
        unlock(world["assigned"].user, PASSWORD)


# --- passwords  ----------------------------------------


def test_a_short_password_is_refused_and_nothing_is_made(person: User) -> None:
    with pytest.raises(Invalid) as caught:
        make_keys(user=person, password="thirteen char")
    assert list(caught.value.fields) == ["password"]
    assert not has_keys(person)


def test_the_demos_password_is_refused_outside_debug(person: User, settings: Any) -> None:
    settings.DEBUG = settings.TESTING = False
    with pytest.raises(Invalid):
        make_keys(user=person, password=settings.DEMO_PASSWORD)
    assert not has_keys(person)
    settings.DEBUG = True
    assert make_keys(user=person, password=settings.DEMO_PASSWORD)


def test_a_new_password_opens_the_same_key_and_the_old_one_nothing(world: World) -> None:
    ida = world["assigned"]
    change_password(actor=ida.actor, current=PASSWORD, new=NEW)
    fresh = User.objects.get(pk=ida.user.pk)
    assert unlock(fresh, NEW) == ida.private_key
    assert unlock(fresh, PASSWORD) is None
    assert UserKey.objects.filter(user=fresh).count() == KeySlot.objects.filter(user=fresh).count() == 1


def test_changing_a_password_takes_the_present_one_and_a_good_one(world: World) -> None:
    actor = world["assigned"].actor
    for current, new, field in (("not my password now", NEW, "current"), (PASSWORD, "short", "new")):
        with pytest.raises(Invalid) as caught:
            change_password(actor=actor, current=current, new=new)
        assert list(caught.value.fields) == [field]
    assert unlock(world["assigned"].user, PASSWORD)


def test_djangos_own_ways_to_a_password_are_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: NEW)
    user = world["assigned"].user
    with pytest.raises(TypeError):
        user.set_password(NEW)
    with pytest.raises(TypeError):
        user.check_password(PASSWORD)
    with pytest.raises((TypeError, CommandError)):
        call_command("changepassword", user.email)
    with pytest.raises((AttributeError, CommandError)):
        call_command("createsuperuser", email="root@hearth.example", interactive=False)
    assert unlock(user, PASSWORD)
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_address_is_taken_whatever_its_case(person: User) -> None:
    with pytest.raises(Invalid) as caught:
        create_person(email="ida@HEARTH.example", name="Ida", organisation=person.organisation)
    assert list(caught.value.fields) == ["email"]


# --- teams  ----------------------------------------


def test_a_member_has_the_teams_key(world: World) -> None:
    keys = {
        world[name].actor.keyring.team_key(world.team.pk, 1)
        for name in ("assigned", "teammate", "supervisor")
    }
    [key] = keys
    assert crypto.public_key_of(key) == bytes(TeamKey.objects.get(team=world.team).public_key)


def test_nobody_else_has_it(world: World) -> None:
    with pytest.raises(crypto.CannotOpen):
        world["stranger"].actor.keyring.team_key(world.team.pk, 1)
    with pytest.raises(crypto.CannotOpen):
        world["assigned"].actor.keyring.team_key(world.team.pk, 2)


def newcomer(organisation: Organisation, name: str = "new", *, keys: bool = True) -> User:
    user = create_person(email=f"{name}@hearth.example", name=name, organisation=organisation)
    if keys:
        make_keys(user=user, password=PASSWORD)
    return user


def test_a_member_admits_a_colleague(world: World) -> None:
    user = newcomer(world.team.organisation)
    admit_member(actor=world["assigned"].actor, team=world.team, user=user, role=Role.CASEWORKER)
    private = unlock(user, PASSWORD)
    assert private
    actor = actor_for(user, private)
    assert actor.keyring.team_key(world.team.pk, 1) == world["assigned"].actor.keyring.team_key(
        world.team.pk, 1
    )
    assert actor.team_ids == {world.team.pk}
    assert user.groups.get() == world.team.group
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.object, event.codes["role"]) == ("member.admitted", user.pk, "caseworker")


def test_whoever_is_no_member_admits_nobody(world: World) -> None:
    user = newcomer(world.team.organisation)
    for name in ("stranger", "focal_point", "administrator", "advocate"):
        with pytest.raises(NotAllowed):
            admit_member(actor=world[name].actor, team=world.team, user=user, role=Role.CASEWORKER)
    assert not user.memberships.exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CASEWORKER])
def test_a_caseworker_makes_nobody_more_than_a_caseworker(world: World, role: Role) -> None:
    user = newcomer(world.team.organisation)
    with pytest.raises(NotAllowed):
        admit_member(actor=world["assigned"].actor, team=world.team, user=user, role=role)
    admit_member(actor=world["supervisor"].actor, team=world.team, user=user, role=role)
    assert user.memberships.get().role == role


def test_nobody_is_admitted_from_elsewhere_without_keys_or_twice(world: World) -> None:
    actor = world["assigned"].actor
    refused = [
        newcomer(world.other_team.organisation, "elsewhere"),
        newcomer(world.team.organisation, "keyless", keys=False),
        world["teammate"].user,
    ]
    for user in refused:
        before = user.memberships.count()
        with pytest.raises(Invalid) as caught:
            admit_member(actor=actor, team=world.team, user=user, role=Role.CASEWORKER)
        assert list(caught.value.fields) == ["user"]
        assert user.memberships.count() == before


def test_a_planted_public_key_gets_no_team_key(world: World) -> None:
    user = newcomer(world.team.organisation)
    UserKey.objects.filter(user=user).update(public_key=crypto.new_key_pair()[1])
    with pytest.raises(Tampered):
        admit_member(actor=world["assigned"].actor, team=world.team, user=user, role=Role.CASEWORKER)
    assert not user.memberships.exists()
    assert not user.groups.exists()


def test_a_changed_role_is_noticed(world: World) -> None:
    Membership.objects.filter(user=world["assigned"].user).update(role=Role.SUPERVISOR)
    with pytest.raises(Tampered):
        _ = world["assigned"].actor


def test_someone_elses_membership_is_noticed(world: World) -> None:
    theirs = Membership.objects.get(user=world["assigned"].user)
    Membership.objects.filter(user=world["stranger"].user).update(
        team=theirs.team, sealed_team_key=theirs.sealed_team_key
    )
    with pytest.raises(Tampered):
        _ = world["stranger"].actor


def test_a_team_moved_to_another_organisation_is_noticed(world: World) -> None:
    """Consent names an organisation: a team that slips into it would get what was meant for another."""
    Team.objects.filter(pk=world.other_team.pk).update(organisation=world.partner_team.organisation)
    with pytest.raises(Tampered):
        accounts.current_team_key(Team.objects.get(pk=world.other_team.pk))


def test_whoever_is_removed_has_the_key_no_more(world: World) -> None:
    membership = Membership.objects.get(user=world["teammate"].user)
    remove_member(actor=world["supervisor"].actor, membership=membership)
    actor = world["teammate"].actor
    assert actor.team_ids == frozenset()
    assert not world["teammate"].user.groups.exists()
    with pytest.raises(crypto.CannotOpen):
        actor.keyring.team_key(world.team.pk, 1)


def test_a_supervisor_of_the_team_removes_and_anyone_leaves(world: World) -> None:
    membership = Membership.objects.get(user=world["teammate"].user)
    for name in ("assigned", "stranger", "administrator"):
        with pytest.raises(NotAllowed):
            remove_member(actor=world[name].actor, membership=membership)
    remove_member(actor=world["teammate"].actor, membership=membership)
    assert not world["teammate"].user.memberships.exists()


def test_the_last_member_stays_while_something_is_granted_to_the_team(world: World, case: object) -> None:
    for name in ("teammate", "assigned"):
        remove_member(actor=world[name].actor, membership=Membership.objects.get(user=world[name].user))
    last = Membership.objects.get(user=world["supervisor"].user)
    with pytest.raises(Refused):
        remove_member(actor=world["supervisor"].actor, membership=last)
    assert world["supervisor"].actor.team_ids == {world.team.pk}


def test_the_last_member_of_a_team_without_anything_may_leave(world: World) -> None:
    alone = Membership.objects.get(user=world["stranger"].user)
    remove_member(actor=world["stranger"].actor, membership=alone)
    assert not world.other_team.memberships.exists()


def test_a_failed_founding_leaves_nothing(world: World) -> None:
    keyless = newcomer(world.team.organisation, keys=False)
    teams = Team.objects.count()
    with pytest.raises(UserKey.DoesNotExist):
        found_team(organisation=world.team.organisation, name="Night", founder=keyless, role=Role.CASEWORKER)
    assert Team.objects.count() == teams


def test_the_team_key_survives_a_rotation(world: World) -> None:
    """The private key of the version before lies sealed to the newer one."""
    actor = world["assigned"].actor
    old = actor.keyring.team_key(world.team.pk, 1)
    private, public = crypto.new_key_pair()
    TeamKey.objects.create(
        team=world.team,
        version=2,
        public_key=public,
        sealed_previous=crypto.seal_to(public, old, "team-key-before", world.team.pk, 2),
    )
    membership = Membership.objects.get(user=world["assigned"].user)
    membership.delete()
    accounts._seal_membership(
        user=world["assigned"].user, team=world.team, role=Role.CASEWORKER, team_key=private
    )
    keyring = world["assigned"].actor.keyring
    assert keyring.team_key(world.team.pk, 2) == private
    assert keyring.team_key(world.team.pk, 1) == old
