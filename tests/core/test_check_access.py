"""`manage.py check_access` finds each kind of disagreement, planted by hand, and says so by its exit code."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from guardian.models import GroupObjectPermission
from guardian.shortcuts import assign_perm, remove_perm

from core import crypto
from core.access import OpenObject, found_object
from core.access_audit import disagreements
from core.dormant import grant_dormant
from core.keeping_out import keep_out, let_in
from core.marks import own_marks, write_marks
from core.models import (
    ApiToken,
    Grant,
    KeptOut,
    KeySlot,
    Kind,
    Level,
    Membership,
    ObjectKey,
    SealedObject,
    ServerShare,
    TeamKey,
    TokenTeamKey,
    UserKey,
)
from core.tokens import create_token
from referrals.demo import World


def any_permission() -> Permission:
    return Permission.objects.get(codename="open_sealedobject")


def drop_the_grant(world: World, opened: OpenObject) -> None:
    Grant.objects.filter(object=opened.object).delete()


def other_slots(world: World) -> Any:
    return KeySlot.objects.filter(user=world["stranger"].user)


def another_object(world: World) -> SealedObject:
    made, _share = found_object(
        actor=world["assigned"].actor, kind=Kind.CASE, grants=[(world.team, Level.WRITE)]
    )
    return made.object


def put_back_what_was_let_in(world: World, opened: OpenObject) -> None:
    """With its own tag, in place of somebody else's: the number of rows is right."""
    about: dict[str, Any] = {
        "actor": world["assigned"].actor,
        "object_id": opened.object.pk,
        "kind": Kind.CASE,
    }
    old = KeptOut.objects.get()
    let_in(**about, whom=world["stranger"].user)
    keep_out(**about, whom=world["focal_point"].user)
    KeptOut.objects.all().delete()
    KeptOut.objects.bulk_create([old])


def keep_out_around_the_gate(world: World, opened: OpenObject) -> None:
    write_marks(world["assigned"].actor, opened.object, own_marks(world["advocate"].user)[:1])


PLANTED: dict[str, Callable[[World, OpenObject], object]] = {
    "permission_without_a_key": lambda w, o: assign_perm("open_sealedobject", w["stranger"].user, o.object),
    "permission_without_a_key ": lambda w, o: assign_perm("open_sealedobject", w.other_team.group, o.object),
    "permission_without_a_key  ": drop_the_grant,
    "object_that_nobody_opens": drop_the_grant,
    "key_without_a_permission": lambda w, o: remove_perm("write_sealedobject", w.team.group, o.object),
    "permission_outside_the_gate": lambda w, o: GroupObjectPermission.objects.create(
        group=w.other_team.group,
        permission=any_permission(),
        content_type=any_permission().content_type,
        object_pk=str(o.object.pk),
    ),
    "permission_for_every_object": lambda w, o: w["stranger"].user.user_permissions.add(any_permission()),
    "permission_for_every_object ": lambda w, o: w.other_team.group.permissions.add(any_permission()),
    "in_the_group_without_a_membership": lambda w, o: w["stranger"].user.groups.add(w.team.group),
    "membership_without_the_group": lambda w, o: w["teammate"].user.groups.clear(),
    "grant_not_ours": lambda w, o: Grant.objects.update(level="read"),
    "grant_not_ours ": lambda w, o: Grant.objects.update(sealed=b""),
    "grant_of_an_old_key": lambda w, o: SealedObject.objects.update(key_version=3),
    "grant_out_of_order": lambda w, o: Grant.objects.update(sort_key=1),
    "grant_out_of_order ": lambda w, o: Grant.objects.update(kind="packet"),
    "membership_not_ours": lambda w, o: Membership.objects.filter(user=w["advocate"].user).update(
        role="supervisor"
    ),
    "userkey_not_ours": lambda w, o: UserKey.objects.filter(user=w["advocate"].user).update(
        public_key=crypto.new_key_pair()[1]
    ),
    "keyslot_not_ours": lambda w, o: other_slots(w).update(memory=1),
    "teamkey_not_ours": lambda w, o: TeamKey.objects.filter(team=w.team).update(sealed_previous=b"x"),
    "apitoken_not_ours": lambda w, o: ApiToken.objects.update(owner=w["stranger"].user),
    "tokenteamkey_not_ours": lambda w, o: TokenTeamKey.objects.update(sealed_team_key=b"x"),
    "share_not_ours": lambda w, o: ServerShare.objects.update(wrapped=b"x"),
    "permission_without_a_key   ": lambda w, o: assign_perm(
        "open_sealedobject", w["advocate"].user, o.object
    ),
    "grant_not_ours  ": lambda w, o: Grant.objects.filter(active=False).update(active=True),
    "key_without_a_permission ": lambda w, o: Grant.objects.filter(active=False).update(active=True),
    "object_that_nobody_opens ": lambda w, o: Grant.objects.update(active=False),
    "keptout_not_ours": lambda w, o: KeptOut.objects.update(mark=own_marks(w["teammate"].user)[0]),
    "keptout_not_ours ": lambda w, o: KeptOut.objects.update(object=another_object(w)),
    "kept_out_no_longer": lambda w, o: KeptOut.objects.all().delete(),
    "kept_out_without_a_trail": put_back_what_was_let_in,
    "key_of_somebody_kept_out": keep_out_around_the_gate,
    "object_without_a_key": lambda w, o: ObjectKey.objects.all().delete(),
    "object_without_a_key ": lambda w, o: SealedObject.objects.update(key_version=3),
}


@pytest.fixture
def all_is_well(world: World, opened: OpenObject) -> OpenObject:
    actor = world["assigned"].actor
    create_token(actor=actor, name="program")
    about: dict[str, Any] = {"actor": actor, "object_id": opened.object.pk, "kind": Kind.CASE}
    grant_dormant(**about, principal=world["advocate"].user, level=Level.READ)
    keep_out(**about, whom=world["stranger"].user)
    return opened


def test_where_all_is_well_there_is_nothing_to_find(
    all_is_well: OpenObject, capsys: pytest.CaptureFixture[str]
) -> None:
    assert list(disagreements()) == []
    call_command("check_access")
    assert capsys.readouterr().out == "Permissions and keys agree.\n"


@pytest.mark.parametrize("what", PLANTED)
def test_each_disagreement_is_found(
    world: World, all_is_well: OpenObject, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    PLANTED[what](world, all_is_well)
    assert what.strip() in {found.what for found in disagreements()}
    with pytest.raises(CommandError, match="disagreements"):
        call_command("check_access")
    assert f"{what.strip()}: " in capsys.readouterr().out


def test_every_kind_of_disagreement_is_planted_above() -> None:
    import inspect
    import re

    from core import access_audit

    words = set(re.findall(r'Disagreement\(\s*"(\w+)"', inspect.getsource(access_audit)))
    assert words <= {what.strip() for what in PLANTED}
