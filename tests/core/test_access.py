"""The gate: who opens what, and what happens to rows that were swapped, forged or put back."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from guardian.shortcuts import assign_perm

from core import crypto
from core.access import (
    OpenObject,
    destroy_object,
    found_object,
    grant_access,
    grant_veto,
    grants_of,
    open_many,
    open_object,
    open_with_share,
    rekey_object,
    revoke_access,
)
from core.accounts import admit_member, create_person, make_keys, remove_member
from core.actor import Actor, actor_for
from core.errors import HearthError, NotAllowed, NotVisible, Refused, Tampered
from core.models import (
    AuditEvent,
    Grant,
    Kind,
    Level,
    Membership,
    ObjectKey,
    Role,
    SealedObject,
    ServerShare,
    TeamKey,
    TeamPermission,
    User,
    UserKey,
    UserPermission,
)
from core.tokens import actor_from_token, create_token
from referrals.demo import Persona, World
from tests.conftest import PASSWORD

OUTSIDERS = ("stranger", "focal_point", "advocate", "administrator")


def opens(actor: Actor, object_id: UUID, level: Level = Level.READ) -> bool:
    try:
        open_object(actor, object_id, Kind.CASE, level=level)
    except (NotVisible, NotAllowed):
        return False
    return True


def give(world: World, opened: OpenObject, level: Level = Level.READ) -> Grant:
    """Grant the object to the other organisation's team."""
    return grant_access(
        actor=world["assigned"].actor,
        object_id=opened.object.pk,
        kind=Kind.CASE,
        principal=world.other_team,
        level=level,
    )


def take(world: World, opened: OpenObject) -> None:
    revoke_access(
        actor=world["assigned"].actor, object_id=opened.object.pk, kind=Kind.CASE, principal=world.other_team
    )


def another(world: World) -> OpenObject:
    made, _share = found_object(
        actor=world["assigned"].actor, kind=Kind.CASE, grants=[(world.team, Level.WRITE)]
    )
    return made


# --- who opens  ----------------------------------------


def test_every_member_of_the_team_opens_it(world: World, opened: OpenObject) -> None:
    sealed = opened.seal("note", 1, content=b"content")
    for name in ("assigned", "teammate", "supervisor"):
        found = open_object(world[name].actor, opened.object.pk, Kind.CASE, level=Level.WRITE)
        assert found.unseal("note", 1, sealed=sealed) == b"content"


@pytest.mark.parametrize("name", OUTSIDERS)
def test_for_anyone_else_it_does_not_exist(world: World, opened: OpenObject, name: str) -> None:
    for object_id in (opened.object.pk, uuid4()):
        with pytest.raises(NotVisible):
            open_object(world[name].actor, object_id, Kind.CASE)
    assert open_many(world[name].actor, [opened.object.pk], Kind.CASE) == {}
    assert not grants_of(world[name].actor, Kind.CASE).exists()


def test_it_is_of_its_kind_alone(assigned: Persona, opened: OpenObject) -> None:
    for kind in (Kind.IDENTIFICATION, Kind.PACKET):
        with pytest.raises(NotVisible):
            open_object(assigned.actor, opened.object.pk, kind)


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.ADMINISTRATOR, Role.ADVOCACY_OFFICER])
def test_a_member_with_another_role_opens_no_case(world: World, opened: OpenObject, role: Role) -> None:
    user = create_person(email="new@hearth.example", name="New", organisation=world.team.organisation)
    private = make_keys(user=user, password=PASSWORD)
    admit_member(actor=world["supervisor"].actor, team=world.team, user=user, role=role)
    assert not opens(actor_for(user, private), opened.object.pk)


def test_whoever_left_the_team_opens_nothing(world: World, opened: OpenObject) -> None:
    remove_member(
        actor=world["supervisor"].actor, membership=Membership.objects.get(user=world["teammate"].user)
    )
    assert not opens(world["teammate"].actor, opened.object.pk)


def test_a_permission_without_a_key_opens_nothing(world: World, opened: OpenObject) -> None:
    for codename in ("open_sealedobject", "write_sealedobject"):
        assign_perm(codename, world["stranger"].user, opened.object)
        assign_perm(codename, world.other_team.group, opened.object)
    assert not opens(world["stranger"].actor, opened.object.pk)


def test_a_superuser_opens_nothing_and_has_no_permission(world: World, opened: OpenObject) -> None:
    for name in OUTSIDERS:
        User.objects.filter(pk=world[name].user.pk).update(is_superuser=True)
        user = User.objects.get(pk=world[name].user.pk)
        assert not user.has_perm("core.open_sealedobject")
        assert not user.has_perm("core.open_sealedobject", opened.object)
        assert not opens(actor_for(user, world[name].private_key), opened.object.pk)


def test_a_token_opens_what_its_owners_teams_were_given_and_nothing_personal(
    world: World, opened: OpenObject
) -> None:
    teammate = world["teammate"]
    personal, _share = found_object(
        actor=teammate.actor, kind=Kind.CASE, grants=[(teammate.user, Level.WRITE)]
    )
    assert opens(teammate.actor, personal.object.pk)
    token = actor_from_token(create_token(actor=teammate.actor, name="t")[1])
    assert token
    assert opens(token, opened.object.pk)
    assert not opens(token, personal.object.pk)


def test_fifty_are_opened_with_as_many_queries_as_one(
    world: World, opened: OpenObject, django_assert_num_queries: Any
) -> None:
    ids = [opened.object.pk, *(another(world).object.pk for _ in range(49))]
    actor = world["teammate"].actor
    open_many(actor, ids[:1], Kind.CASE)  # the team's key is opened once
    with django_assert_num_queries(1):
        open_many(actor, ids[:1], Kind.CASE)
    with django_assert_num_queries(1):
        assert set(open_many(actor, ids, Kind.CASE)) == set(ids)


# --- granting  ----------------------------------------


def test_reading_is_not_writing(world: World, opened: OpenObject) -> None:
    give(world, opened, Level.READ)
    actor = world["stranger"].actor
    assert opens(actor, opened.object.pk)
    with pytest.raises(NotAllowed):
        open_object(actor, opened.object.pk, Kind.CASE, level=Level.WRITE)
    for change in (
        lambda: grant_access(
            actor=actor,
            object_id=opened.object.pk,
            kind=Kind.CASE,
            principal=world.partner_team,
            level=Level.READ,
        ),
        lambda: revoke_access(actor=actor, object_id=opened.object.pk, kind=Kind.CASE, principal=world.team),
        lambda: rekey_object(actor=actor, object_id=opened.object.pk, kind=Kind.CASE),
    ):
        with pytest.raises(NotAllowed):
            change()
    assert opened.object.grants.count() == 2


def test_one_call_writes_key_permissions_and_trail(world: World, opened: OpenObject) -> None:
    grant = give(world, opened, Level.WRITE)
    assert opens(world["stranger"].actor, opened.object.pk, Level.WRITE)
    permissions = TeamPermission.objects.filter(group=world.other_team.group, content_object=opened.object)
    assert set(permissions.values_list("permission__codename", flat=True)) == {
        "open_sealedobject",
        "write_sealedobject",
    }
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.object, event.actor) == (
        "access.granted",
        opened.object.pk,
        world["assigned"].user.pk,
    )
    assert event.codes == {"principal": str(world.other_team.pk), "level": "write"}
    assert grant.is_ours()


def test_whoever_sees_nothing_grants_and_revokes_nothing(world: World, opened: OpenObject) -> None:
    for call in (grant_access, rekey_object, revoke_access):
        extra: dict[str, Any] = {} if call is rekey_object else {"principal": world.other_team}
        if call is grant_access:
            extra["level"] = Level.READ
        for object_id in (opened.object.pk, uuid4()):
            with pytest.raises(NotVisible):
                call(actor=world["stranger"].actor, object_id=object_id, kind=Kind.CASE, **extra)


def test_a_second_grant_to_the_same_team_is_refused(world: World, opened: OpenObject) -> None:
    give(world, opened)
    with pytest.raises(Refused):
        give(world, opened, Level.WRITE)


def test_revoking_what_was_not_granted_finds_nothing(world: World, opened: OpenObject) -> None:
    with pytest.raises(NotVisible):
        take(world, opened)


def test_somebody_who_may_change_it_remains(world: World, opened: OpenObject) -> None:
    give(world, opened, Level.READ)
    with pytest.raises(Refused):
        revoke_access(
            actor=world["assigned"].actor, object_id=opened.object.pk, kind=Kind.CASE, principal=world.team
        )
    assert opens(world["teammate"].actor, opened.object.pk)


@pytest.fixture
def veto() -> Iterator[None]:
    """No grant to the other organisation's team."""

    def no_stranger(actor: Actor, object: SealedObject, principal: object) -> None:
        if getattr(principal, "name", "") == "Casework" and str(principal).startswith("Northlight"):
            raise Refused("conflict of interest")

    grant_veto.register(no_stranger)
    yield
    grant_veto._functions.remove(no_stranger)


@pytest.mark.usefixtures("veto")
def test_a_veto_leaves_nothing_behind(world: World, opened: OpenObject) -> None:
    def everything() -> list[int]:
        models = (SealedObject, ServerShare, ObjectKey, Grant, TeamPermission, UserPermission, AuditEvent)
        return [model.objects.count() for model in models]

    before = everything()
    with pytest.raises(Refused):
        give(world, opened)
    with pytest.raises(Refused):
        found_object(
            actor=world["assigned"].actor,
            kind=Kind.CASE,
            grants=[(world.team, Level.WRITE), (world.other_team, Level.READ)],
        )
    assert everything() == before


# --- revoking  ----------------------------------------


def test_whoever_was_revoked_reads_nothing_and_the_others_everything(
    world: World, opened: OpenObject
) -> None:
    give(world, opened, Level.WRITE)
    old = opened.seal("note", 1, content=b"before")
    take(world, opened)
    assert not opens(world["stranger"].actor, opened.object.pk)
    assert not TeamPermission.objects.filter(group=world.other_team.group).exists()
    for name in ("assigned", "teammate"):
        now = open_object(world[name].actor, opened.object.pk, Kind.CASE)
        assert now.version == 2
        assert now.unseal("note", 1, sealed=old) == b"before"
        assert now.unseal("note", 2, sealed=now.seal("note", 2, content=b"after")) == b"after"


def test_what_is_sealed_afterwards_opens_with_no_key_from_before(world: World, opened: OpenObject) -> None:
    rekey_object(actor=world["assigned"].actor, object_id=opened.object.pk, kind=Kind.CASE)
    now = open_object(world["assigned"].actor, opened.object.pk, Kind.CASE)
    with pytest.raises(Tampered):
        opened.unseal("note", sealed=now.seal("note", content=b"after"))


def test_old_content_is_readable_after_many_new_keys(world: World, opened: OpenObject) -> None:
    sealed = {1: opened.seal("note", content=b"1")}
    for version in range(2, 6):
        rekey_object(actor=world["assigned"].actor, object_id=opened.object.pk, kind=Kind.CASE)
        now = open_object(world["teammate"].actor, opened.object.pk, Kind.CASE)
        sealed[version] = now.seal("note", content=str(version).encode())
    now = open_object(world["teammate"].actor, opened.object.pk, Kind.CASE)
    for version, each in sealed.items():
        assert now.unseal("note", sealed=each) == str(version).encode()


def test_a_revoked_grant_put_back_opens_nothing(world: World, opened: OpenObject) -> None:
    grant = give(world, opened, Level.WRITE)
    take(world, opened)
    Grant.objects.bulk_create([grant])  # row and tag exactly as they were
    with pytest.raises(Tampered):
        open_object(world["stranger"].actor, opened.object.pk, Kind.CASE)
    SealedObject.objects.filter(pk=opened.object.pk).update(key_version=1)
    with pytest.raises(Tampered):
        open_object(world["stranger"].actor, opened.object.pk, Kind.CASE)


def test_a_forged_grant_is_not_made_good_by_the_next_key(world: World, opened: OpenObject) -> None:
    """Whoever writes to the database plants a row for the own team, and waits for someone to draw a new key."""
    Grant.objects.bulk_create(
        [
            Grant(
                object=opened.object,
                kind=Kind.CASE,
                sort_key=opened.object.sort_key,
                team=world.other_team,
                level=Level.WRITE,
                key_version=1,
                recipient_key_version=1,
                sealed=b"anything",
                tag=b"anything",
            )
        ]
    )
    with pytest.raises(Tampered):
        rekey_object(actor=world["assigned"].actor, object_id=opened.object.pk, kind=Kind.CASE)
    with pytest.raises(Tampered):
        open_object(world["stranger"].actor, opened.object.pk, Kind.CASE)


def test_a_forged_grant_beside_a_true_one_does_not_raise_its_level(world: World, opened: OpenObject) -> None:
    true = give(world, opened, Level.READ)
    forged = Grant(
        object=opened.object,
        kind=Kind.CASE,
        sort_key=true.sort_key,
        user=world["stranger"].user,
        level=Level.WRITE,
        key_version=1,
        recipient_key_version=1,
        sealed=true.sealed,
        tag=true.tag,
    )
    Grant.objects.bulk_create([forged])
    with pytest.raises(Tampered):
        open_object(world["stranger"].actor, opened.object.pk, Kind.CASE, level=Level.WRITE)


# --- rows that are not ours  ----------------------------------------


def change(model: Any, where: dict[str, Any], **values: Any) -> None:
    """As whoever writes to the database does: around save(), which would tag."""
    assert model.objects.filter(**where).update(**values) == 1


Attack = Callable[[World, OpenObject, OpenObject], None]
ATTACKS: dict[str, Attack] = {
    "the grant of another object": lambda world, mine, other: change(
        Grant, {"object": mine.object}, sealed=other.object.grants.get().sealed
    ),
    "the grant and tag of another object": lambda world, mine, other: change(
        Grant,
        {"object": mine.object},
        sealed=other.object.grants.get().sealed,
        tag=other.object.grants.get().tag,
    ),
    "a grant without its tag": lambda world, mine, other: change(Grant, {"object": mine.object}, tag=b""),
    "a grant that names another key version": lambda world, mine, other: change(
        Grant, {"object": mine.object}, key_version=2
    ),
    "a grant that names another version of the team's key": lambda world, mine, other: change(
        Grant, {"object": mine.object}, recipient_key_version=2
    ),
    "the server's share of another object": lambda world, mine, other: change(
        ServerShare, {"object": mine.object}, wrapped=other.object.share.wrapped
    ),
    "the key of another object": lambda world, mine, other: change(
        ObjectKey, {"object": mine.object}, wrapped=other.object.keys.get().wrapped
    ),
    "a key of one's own": lambda world, mine, other: change(
        ObjectKey, {"object": mine.object}, wrapped=crypto.seal(bytes(32), bytes(32))
    ),
    "a key that is gone": lambda world, mine, other: change(ObjectKey, {"object": mine.object}, version=9),
    "another kind of object": lambda world, mine, other: change(
        SealedObject, {"pk": mine.object.pk}, kind=Kind.PACKET
    ),
    "an object set back to an older key": lambda world, mine, other: change(
        SealedObject, {"pk": mine.object.pk}, key_version=7
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_swapped_is_noticed(world: World, opened: OpenObject, attack: str) -> None:
    ATTACKS[attack](world, opened, another(world))
    with pytest.raises(Tampered):
        open_object(world["assigned"].actor, opened.object.pk, Kind.CASE)


def test_a_grant_turned_to_another_team_is_noticed(world: World, opened: OpenObject) -> None:
    change(Grant, {"object": opened.object}, team=world.other_team)
    with pytest.raises(Tampered):
        open_object(world["stranger"].actor, opened.object.pk, Kind.CASE)


def test_a_grant_raised_from_reading_to_writing_is_noticed(world: World, opened: OpenObject) -> None:
    give(world, opened, Level.READ)
    change(Grant, {"object": opened.object, "team": world.other_team}, level=Level.WRITE)
    with pytest.raises(Tampered):
        open_object(world["stranger"].actor, opened.object.pk, Kind.CASE, level=Level.WRITE)


def test_nothing_is_sealed_to_a_planted_key(world: World, opened: OpenObject) -> None:
    _private, public = crypto.new_key_pair()
    change(TeamKey, {"team": world.other_team}, public_key=public)
    change(UserKey, {"user": world["stranger"].user}, public_key=public)
    for principal in (world.other_team, world["stranger"].user):
        with pytest.raises(Tampered):
            grant_access(
                actor=world["assigned"].actor,
                object_id=opened.object.pk,
                kind=Kind.CASE,
                principal=principal,
                level=Level.READ,
            )
    assert opened.object.grants.count() == 1


def test_a_ciphertext_opens_in_its_own_place_alone(world: World, opened: OpenObject) -> None:
    other = another(world)
    sealed = opened.seal("note", "identity", 1, content=b"content")
    wrong: list[Callable[[], bytes]] = [
        lambda: opened.unseal("note", "identity", 2, sealed=sealed),
        lambda: opened.unseal("note", 1, "identity", sealed=sealed),
        lambda: opened.unseal("other", "identity", 1, sealed=sealed),
        lambda: other.unseal("note", "identity", 1, sealed=sealed),
        lambda: opened.unseal("note", "identity", 1, sealed=sealed[:-1]),
        lambda: opened.unseal("note", "identity", 1, sealed=b""),
        lambda: opened.unseal("note", "identity", 1, sealed=(0).to_bytes(4, "big") + sealed[4:]),
        lambda: opened.unseal("note", "identity", 1, sealed=(2).to_bytes(4, "big") + sealed[4:]),
    ]
    for each in wrong:
        with pytest.raises(Tampered):
            each()
    assert opened.unseal("note", "identity", 1, sealed=sealed) == b"content"


# --- destroying  ----------------------------------------


def test_nobody_opens_what_was_destroyed_whatever_they_kept(world: World, assigned: Persona) -> None:
    made, share = found_object(
        actor=assigned.actor,
        kind=Kind.PACKET,
        grants=[(world.partner_team, Level.READ), (assigned.user, Level.WRITE)],
    )
    kept = list(Grant.objects.filter(object=made.object))
    assert open_with_share(made.object, share).version == 1
    destroy_object(actor=assigned.actor, object=made.object)
    for model in (Grant, ServerShare):
        assert not model.objects.filter(object=made.object).exists()
    for permissions in (TeamPermission, UserPermission):
        assert not permissions.objects.filter(content_object=made.object).exists()
    Grant.objects.bulk_create(kept)
    for name in ("focal_point", "assigned"):
        with pytest.raises(NotVisible):
            open_object(world[name].actor, made.object.pk, Kind.PACKET)
    with pytest.raises(NotVisible):
        open_with_share(made.object, share)


def test_a_wrong_share_opens_nothing(world: World, opened: OpenObject) -> None:
    with pytest.raises(Tampered):
        open_with_share(opened.object, crypto.new_key())


def test_neither_an_object_nor_an_actor_shows_its_keys(assigned: Persona, opened: OpenObject) -> None:
    actor = assigned.actor
    shown = f"{opened!r} {actor!r} {actor.keyring!r} {assigned!r}"
    assert assigned.private_key.hex() not in shown
    assert repr(assigned.private_key) not in shown
    assert str(opened.object.pk) in shown
    assert issubclass(Tampered, HearthError)
