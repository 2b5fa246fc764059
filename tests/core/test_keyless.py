"""What ends without anyone's key, and what is left to whoever next changes the object."""

from typing import Any
from uuid import uuid4

import pytest

from core.access import OpenObject, grant_access, open_object, rekey_object
from core.access_audit import disagreements
from core.dormant import give_up_grant, grant_dormant, keep_asleep, let_sleep, wake_grant
from core.errors import NotAllowed, NotVisible, Refused, Tampered
from core.keeping_out import keep_out
from core.models import AuditEvent, Grant, Kind, Level, SealedObject
from referrals.demo import World
from tests.core.test_access import opens


@pytest.fixture
def about(world: World, opened: OpenObject) -> dict[str, Any]:
    """The caseworker, about the object."""
    return {"actor": world["assigned"].actor, "object_id": opened.object.pk, "kind": Kind.CASE}


def asleep(about: dict[str, Any]) -> set[str]:
    grants = Grant.objects.filter(object=about["object_id"], user__isnull=False, active=False)
    return {grant.user.name for grant in grants if grant.user}


def rekey_due(about: dict[str, Any]) -> bool:
    return SealedObject.objects.get(pk=about["object_id"]).rekey_due


def test_those_asleep_are_made_exactly_these(world: World, about: dict[str, Any]) -> None:
    first, second, out = (world[name].user for name in ("stranger", "focal_point", "advocate"))
    keep_out(**about, whom=out)
    version = open_object(about["actor"], about["object_id"], Kind.CASE).version
    keep_asleep(**about, people=[first, out], level=Level.WRITE)
    assert asleep(about) == {first.name}
    assert open_object(about["actor"], about["object_id"], Kind.CASE).version == version
    keep_asleep(**about, people=[second], level=Level.WRITE)
    assert asleep(about) == {second.name}
    assert open_object(about["actor"], about["object_id"], Kind.CASE).version == version + 1
    assert list(disagreements()) == []


def test_who_is_awake_stays_awake(world: World, about: dict[str, Any]) -> None:
    grant_access(**about, principal=world["stranger"].user, level=Level.READ)
    keep_asleep(**about, people=[], level=Level.WRITE)
    assert opens(world["stranger"].actor, about["object_id"])
    keep_asleep(**about, people=[world["stranger"].user], level=Level.WRITE)
    assert Grant.objects.get(user=world["stranger"].user).level == Level.READ


def test_it_takes_the_right_to_change_the_object(world: World, about: dict[str, Any]) -> None:
    grant_access(**about, principal=world["stranger"].user, level=Level.READ)
    for name, error in (("stranger", NotAllowed), ("focal_point", NotVisible)):
        with pytest.raises(error):
            keep_asleep(**{**about, "actor": world[name].actor}, people=[], level=Level.WRITE)


def test_time_puts_a_grant_to_sleep(world: World, about: dict[str, Any]) -> None:
    stranger = world["stranger"]
    grant_dormant(**about, principal=stranger.user, level=Level.WRITE)
    gone = {"object_id": about["object_id"], "user_id": stranger.user.pk}
    assert let_sleep(**gone) is False
    wake_grant(**{**about, "actor": stranger.actor}, principal=stranger.user)
    assert let_sleep(**gone) is True
    assert not opens(stranger.actor, about["object_id"])
    assert rekey_due(about)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor, event.codes["principal"]) == (
        "access.lapsed",
        None,
        str(stranger.user.pk),
    )
    assert list(disagreements()) == []
    rekey_object(**about)
    assert not rekey_due(about)


def test_a_row_that_is_not_ours_is_not_blessed_by_time(world: World, about: dict[str, Any]) -> None:
    grant_access(**about, principal=world["stranger"].user, level=Level.READ)
    Grant.objects.filter(user=world["stranger"].user).update(level=Level.WRITE)
    with pytest.raises(Tampered):
        let_sleep(object_id=about["object_id"], user_id=world["stranger"].user.pk)


@pytest.mark.parametrize("active", [True, False])
def test_a_team_lays_down_its_own_grant(world: World, about: dict[str, Any], active: bool) -> None:
    give = grant_access if active else grant_dormant
    give(**about, principal=world.other_team, level=Level.READ)
    for name in ("focal_point", "assigned"):
        with pytest.raises(NotVisible):
            give_up_grant(**{**about, "actor": world[name].actor}, principal=world.other_team)
    strangers = {**about, "actor": world["stranger"].actor}
    give_up_grant(**strangers, principal=world.other_team)
    assert not opens(world["stranger"].actor, about["object_id"])
    assert rekey_due(about)
    assert list(disagreements()) == []
    for wrong in ({}, {"object_id": uuid4()}):
        with pytest.raises(NotVisible):
            give_up_grant(**strangers | wrong, principal=world.other_team)


def test_the_last_who_may_change_it_lay_nothing_down(world: World, about: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        give_up_grant(**about, principal=world.team)
    assert opens(about["actor"], about["object_id"], Level.WRITE)
