"""Whoever is kept out never sees the object, whichever way they try, and nothing stored says who that is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.models import Case, Draft
from core import kek as kek_module
from core.access import (
    OpenObject,
    found_object,
    grant_access,
    open_many,
    open_object,
    revoke_access,
)
from core.access_audit import disagreements
from core.accounts import admit_member, create_person, make_keys, remove_member
from core.actor import Actor, actor_for
from core.dormant import dormant_grant_of, grant_dormant, put_to_sleep, wake_grant
from core.errors import HearthError, NotAllowed, NotVisible, Refused, Tampered
from core.grant_rows import Principal
from core.keeping_out import copy_kept_out, keep_out, let_in
from core.kek import Kek, kek
from core.marks import Outsider, is_kept_out, kept_out_among, named_among
from core.models import AuditEvent, KeptOut, Kind, Level, Role, SealedObject, User
from core.paging import rows_beside
from core.tokens import actor_from_token, create_token
from referrals.demo import Persona, World
from tests.conftest import PASSWORD
from tests.core.drafts import drafts


@dataclass(frozen=True)
class Scene:
    """A draft of the team's, and a stranger from another organisation who may be kept out of it."""

    world: World
    opened: OpenObject

    @property
    def about(self) -> dict[str, Any]:
        return {"actor": self.world["assigned"].actor, "object_id": self.opened.object.pk, "kind": Kind.DRAFT}

    @property
    def stranger(self) -> Actor:
        return self.world["stranger"].actor

    def outsider(self, name: str) -> Outsider:
        return self.world.other_team.organisation if name == "organisation" else self.world[name].user

    def keep_out(self, name: str) -> None:
        keep_out(**self.about, whom=self.outsider(name))

    def opens(self, actor: Actor) -> bool:
        """Whether an actor opens it; every way of asking answers the same."""
        object_id = self.opened.object.pk
        try:
            open_object(actor, object_id, Kind.DRAFT)
            opens = True
        except NotVisible:
            opens = False
        assert (object_id in open_many(actor, [object_id], Kind.DRAFT)) == opens
        assert drafts(actor).filter(pk=object_id).exists() == opens
        assert (object_id in {row.pk for row in rows_beside(drafts(actor), 50)}) == opens
        return opens


@pytest.fixture
def scene(world: World) -> Scene:
    actor = world["assigned"].actor
    opened, _share = found_object(actor=actor, kind=Kind.DRAFT, grants=[(world.team, Level.WRITE)])
    Draft.objects.create(
        object=opened.object, author=actor.user, team=world.team, changed_on=timezone.localdate(), sealed=b""
    )
    return Scene(world, opened)


def succeeds(run: Callable[[], object]) -> bool:
    try:
        run()
    except (Refused, NotVisible):
        return False
    return True


# --- the table: each way to the object, before and after  ----------------------------------------

Way = tuple[Callable[[Scene], object], Callable[[Scene], bool]]


def granted(principal: str, grant: Callable[..., object] = grant_access) -> Callable[[Scene], object]:
    def give(scene: Scene) -> object:
        to = scene.world.other_team if principal == "team" else scene.world["stranger"].user
        return grant(**scene.about, principal=to, level=Level.WRITE)

    return give


def woken(principal: str) -> Callable[[Scene], bool]:
    def wake(scene: Scene) -> bool:
        to = scene.world.other_team if principal == "team" else scene.world["stranger"].user
        about = {**scene.about, "actor": scene.stranger}
        return succeeds(lambda: wake_grant(**about, principal=to)) and scene.opens(scene.stranger)

    return wake


def by_a_token(scene: Scene) -> bool:
    token = actor_from_token(create_token(actor=scene.stranger, name="program")[1])
    assert token is not None
    return scene.opens(token)


def nothing(scene: Scene) -> None:
    pass


# What was there before somebody is kept out, and what is tried afterwards.
WAYS: dict[str, Way] = {
    "a grant of their own": (granted("person"), lambda scene: scene.opens(scene.stranger)),
    "a grant to their team": (granted("team"), lambda scene: scene.opens(scene.stranger)),
    "a grant to their team, by a token": (granted("team"), by_a_token),
    "a dormant grant of their own, kept": (
        granted("person", grant_dormant),
        lambda s: dormant_grant_of(s.world["stranger"].user, s.opened.object.pk) is not None,
    ),
    "a dormant grant of their own, woken": (granted("person", grant_dormant), woken("person")),
    "a dormant grant to their team, woken": (granted("team", grant_dormant), woken("team")),
    "a new grant of their own": (nothing, lambda scene: succeeds(lambda: granted("person")(scene))),
    "a new dormant grant": (nothing, lambda s: succeeds(lambda: granted("person", grant_dormant)(s))),
    "a new grant to their team": (nothing, lambda scene: succeeds(lambda: granted("team")(scene))),
}
STILL_GOOD = {("stranger", "a new grant to their team")}  # for their colleagues


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kept_out", ["nobody", "stranger", "organisation"])
def test_every_way_is_closed_to_whoever_is_kept_out(scene: Scene, way: str, kept_out: str) -> None:
    before, after = WAYS[way]
    before(scene)
    if kept_out != "nobody":
        scene.keep_out(kept_out)
    assert list(disagreements()) == []
    assert after(scene) == (kept_out == "nobody" or (kept_out, way) in STILL_GOOD)
    assert scene.opens(scene.stranger) <= (kept_out == "nobody")
    assert list(disagreements()) == []


def test_a_colleague_goes_on_where_the_team_was_granted_it(scene: Scene) -> None:
    world = scene.world
    colleague = create_person(
        email="new@hearth.example", name="New", organisation=world.other_team.organisation
    )
    key = make_keys(user=colleague, password=PASSWORD)
    admit_member(actor=scene.stranger, team=world.other_team, user=colleague, role=Role.CASEWORKER)
    granted("team")(scene)
    scene.keep_out("stranger")
    assert scene.opens(actor_for(colleague, key))
    assert not scene.opens(scene.stranger)


def test_a_member_of_the_very_team_is_kept_out(scene: Scene) -> None:
    assert scene.opens(scene.world["teammate"].actor)
    scene.keep_out("teammate")
    assert not scene.opens(scene.world["teammate"].actor)
    assert scene.opens(scene.world["supervisor"].actor)


def test_of_this_object_and_no_other(scene: Scene) -> None:
    other, _share = found_object(
        actor=scene.world["assigned"].actor, kind=Kind.DRAFT, grants=[(scene.world.team, Level.WRITE)]
    )
    scene.keep_out("teammate")
    assert open_object(scene.world["teammate"].actor, other.object.pk, Kind.DRAFT)


def test_whoever_joins_the_organisation_later_is_kept_out(scene: Scene) -> None:
    scene.keep_out("organisation")
    organisation = scene.world.other_team.organisation
    new = create_person(email="new@hearth.example", name="New", organisation=organisation)
    make_keys(user=new, password=PASSWORD)
    assert is_kept_out(scene.opened.object.pk, new)
    with pytest.raises(Refused):
        grant_access(**scene.about, principal=new, level=Level.READ)


def test_a_new_key_is_drawn_for_those_who_remain(scene: Scene) -> None:
    granted("person")(scene)
    scene.keep_out("stranger")
    now = open_object(scene.world["teammate"].actor, scene.opened.object.pk, Kind.DRAFT)
    assert now.version == 2
    with pytest.raises(Tampered):
        scene.opened.unseal("note", sealed=now.seal("note", content=b"after"))


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["grant", "grant_dormant", "revoke", "wake", "sleep", "keep_out", "let_in"]),
        st.sampled_from(["teammate", "stranger", "organisation"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_whoever_is_kept_out_never_opens_it_whatever_is_done(
    scene: Scene, operations: list[tuple[str, str]]
) -> None:
    """ "organisation" is the stranger's, and as a principal its team."""
    people = {"teammate": {"teammate"}, "stranger": {"stranger", "organisation"}}
    kept_out: set[str] = set()
    with transaction.atomic():
        for operation, name in operations:
            if attempt(scene, operation, name):
                kept_out = {"keep_out": kept_out | {name}, "let_in": kept_out - {name}}.get(
                    operation, kept_out
                )
            for person, names in people.items():
                refused = bool(names & kept_out)
                assert is_kept_out(scene.opened.object.pk, scene.world[person].user) == refused
                assert not (refused and scene.opens(scene.world[person].actor))
            assert scene.opens(scene.world["assigned"].actor)
            assert list(disagreements()) == []
        transaction.set_rollback(True)


def attempt(scene: Scene, operation: str, name: str) -> bool:
    world = scene.world
    principal: Principal = world.other_team if name == "organisation" else world[name].user
    own = {**scene.about, "actor": world["stranger" if name == "organisation" else name].actor}
    run: dict[str, Callable[[], object]] = {
        "grant": lambda: grant_access(**scene.about, principal=principal, level=Level.WRITE),
        "grant_dormant": lambda: grant_dormant(**scene.about, principal=principal, level=Level.READ),
        "revoke": lambda: revoke_access(**scene.about, principal=principal),
        "wake": lambda: wake_grant(**own, principal=principal),
        "sleep": lambda: put_to_sleep(**scene.about, principal=world["stranger"].user),
        "keep_out": lambda: keep_out(**scene.about, whom=scene.outsider(name)),
        "let_in": lambda: let_in(**scene.about, whom=scene.outsider(name)),
    }
    try:
        with transaction.atomic():
            run[operation]()
    except HearthError:
        return False
    return True


# --- who may, and when not  ----------------------------------------


@pytest.mark.parametrize("verb", [keep_out, let_in])
def test_it_takes_the_right_to_change_the_object(scene: Scene, verb: Callable[..., None]) -> None:
    whom = scene.world["focal_point"].user
    with pytest.raises(NotVisible):
        verb(**{**scene.about, "actor": scene.stranger}, whom=whom)
    with pytest.raises(NotVisible):
        verb(**{**scene.about, "object_id": uuid4()}, whom=whom)
    grant_access(**scene.about, principal=scene.world["stranger"].user, level=Level.READ)
    with pytest.raises(NotAllowed):
        verb(**{**scene.about, "actor": scene.stranger}, whom=whom)


def test_nobody_keeps_out_themself_or_their_own_organisation_or_anyone_twice(scene: Scene) -> None:
    scene.keep_out("stranger")
    for whom in (
        scene.world["assigned"].user,
        scene.world.team.organisation,
        scene.world["stranger"].user,
    ):
        with pytest.raises(Refused):
            keep_out(**scene.about, whom=whom)
    assert KeptOut.objects.count() == 1


def test_somebody_remains_who_is_not_kept_out(scene: Scene) -> None:
    """The other team may change the object too, but its one member never sees it."""
    granted("team")(scene)
    scene.keep_out("stranger")
    with pytest.raises(Refused):
        revoke_access(**scene.about, principal=scene.world.team)
    assert scene.opens(scene.world["assigned"].actor)


def test_letting_in_again_gives_back_no_grant(scene: Scene) -> None:
    granted("person")(scene)
    scene.keep_out("stranger")
    let_in(**scene.about, whom=scene.world["stranger"].user)
    assert not is_kept_out(scene.opened.object.pk, scene.world["stranger"].user)
    assert not scene.opens(scene.stranger)
    granted("person")(scene)
    assert scene.opens(scene.stranger)
    assert list(disagreements()) == []


def test_letting_in_whom_only_the_organisation_keeps_out_finds_nothing(scene: Scene) -> None:
    scene.keep_out("organisation")
    with pytest.raises(NotVisible):
        let_in(**scene.about, whom=scene.world["stranger"].user)


# --- asking  ----------------------------------------


def test_people_are_asked_about_in_one_query(scene: Scene, django_assert_num_queries: Any) -> None:
    scene.keep_out("organisation")
    scene.keep_out("teammate")
    people = list(User.objects.all())
    object_id = scene.opened.object.pk
    with django_assert_num_queries(1):
        found = kept_out_among(object_id, people)
    assert found == {scene.world["stranger"].user.pk, scene.world["teammate"].user.pk}
    with django_assert_num_queries(1):
        assert named_among(object_id, people) == [scene.world["teammate"].user]
    organisations = [scene.world.team.organisation, scene.world.other_team.organisation]
    assert named_among(object_id, organisations) == organisations[1:]
    assert is_kept_out(object_id, scene.world.other_team)
    assert not is_kept_out(object_id, scene.world.team)


# --- what belongs to an object that keeps somebody out  ----------------------------------------


def test_what_is_made_afterwards_keeps_out_the_same(scene: Scene) -> None:
    scene.keep_out("organisation")
    actor, objects = scene.world["assigned"].actor, SealedObject.objects.count()
    with pytest.raises(Refused):
        found_object(
            actor=actor,
            kind=Kind.CASE,
            grants=[(scene.world.team, Level.WRITE), (scene.world.other_team, Level.READ)],
            keeps_out_as=scene.opened.object,
        )
    assert SealedObject.objects.count() == objects
    made, _share = found_object(
        actor=actor,
        kind=Kind.CASE,
        grants=[(scene.world.team, Level.WRITE)],
        keeps_out_as=scene.opened.object,
    )
    assert is_kept_out(made.object.pk, scene.world["stranger"].user)
    assert list(disagreements()) == []


def test_what_was_made_before_is_taken_away(scene: Scene) -> None:
    """Without a key of it: the sender of a packet has none."""
    world = scene.world
    packet, _share = found_object(
        actor=world["assigned"].actor,
        kind=Kind.PACKET,
        grants=[(world.partner_team, Level.READ), (world["teammate"].user, Level.WRITE)],
    )

    def partner_opens() -> bool:
        return bool(open_many(world["focal_point"].actor, [packet.object.pk], Kind.PACKET))

    assert partner_opens()
    keep_out(**scene.about, whom=world.partner_team.organisation)
    assert partner_opens()
    for _ in range(2):  # the second time, there is nothing to do
        copy_kept_out(actor=world["assigned"].actor, source=scene.opened.object, target=packet.object)
    assert not partner_opens()
    assert packet.object.grants.get().user == world["teammate"].user
    assert list(disagreements()) == []


def test_nothing_is_taken_from_the_last_who_may_change_it(scene: Scene) -> None:
    other, _share = found_object(
        actor=scene.stranger, kind=Kind.DRAFT, grants=[(scene.world.other_team, Level.WRITE)]
    )
    scene.keep_out("organisation")
    with pytest.raises(Refused):
        copy_kept_out(actor=scene.world["assigned"].actor, source=scene.opened.object, target=other.object)
    assert open_object(scene.stranger, other.object.pk, Kind.DRAFT)


# --- what is stored  ----------------------------------------


@pytest.mark.parametrize("name", ["stranger", "organisation"])
def test_neither_rows_nor_trail_say_who_is_kept_out(scene: Scene, name: str) -> None:
    granted("person")(scene)
    last = AuditEvent.objects.latest("id").pk
    scene.keep_out(name)
    let_in(**scene.about, whom=scene.outsider(name))
    scene.keep_out(name)
    secrets = [str(scene.outsider(name).pk), scene.world["stranger"].user.pk.hex]
    secrets += [bytes(row.mark).hex()[:8] for row in KeptOut.objects.all()]
    events = AuditEvent.objects.filter(pk__gt=last)
    assert [event.action for event in events] == [
        "access.kept_out",
        "access.revoked",
        "object.rekeyed",
        "access.let_in",
        "access.kept_out",
        "object.rekeyed",
    ]
    for event in events:
        shown = f"{event.codes} {event.object} {event.actor}".replace("-", "")
        assert not [secret for secret in secrets if secret.replace("-", "") in shown]
    row = KeptOut.objects.get()
    for stored in (bytes(row.mark), bytes(row.tag), row.pk.bytes):
        assert UUID(secrets[0]).bytes not in stored


def test_a_new_version_of_the_kek_lets_nobody_in(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.keep_out("teammate")
    newer = Kek(2, {1: kek()._keys[1], 2: bytes(32)})
    for module in ("core.marks", "core.access", "core.models.tagged"):
        monkeypatch.setattr(f"{module}.kek", lambda: newer)
    assert kek_module.kek() is not newer
    assert not scene.opens(scene.world["teammate"].actor)
    assert scene.opens(scene.world["supervisor"].actor)
    with pytest.raises(Refused):
        scene.keep_out("teammate")


def test_the_last_who_is_not_kept_out_does_not_leave(world: World, assigned: Persona, case: Case) -> None:
    """Nobody else of the team could ever open it again."""
    for name in ("teammate", "supervisor"):
        keep_out(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, whom=world[name].user)
    with pytest.raises(Refused):
        remove_member(actor=assigned.actor, membership=assigned.user.memberships.get())
