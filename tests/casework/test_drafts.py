"""Drafts: their author's alone, kept screen by screen; what can't wait does not wait for the end."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from casework.models import Draft, FollowUp, Identification
from casework.selectors import drafts_of, follow_ups_of, read_follow_ups, read_identification
from casework.services import complete_follow_up, discard_draft, finish_draft, save_draft, start_draft
from casework.services.drafts import draft_of
from core.access_audit import disagreements
from core.accounts import create_person, make_keys
from core.actor import Actor, actor_for
from core.errors import Invalid, NotAllowed, NotVisible, Refused, Stale
from core.models import Grant, SealedObject, ServerShare, User
from core.tokens import actor_from_token, create_token
from referrals.demo import Persona, World
from tests.conftest import PASSWORD

SAID = "Canarysaid: the door was locked."
AGREED = {"limits_explained": "yes", "consented": "yes"}


@pytest.fixture
def draft(world: World, assigned: Persona) -> Draft:
    return start_draft(actor=assigned.actor, team_id=world.team.pk, instrument_id="ilo-adult-labour")


def keep(persona: Persona, draft: Draft, base: int, screen: str = "before", **given: Any) -> Draft:
    return save_draft(actor=persona.actor, draft_id=draft.pk, base_version=base, screen=screen, **given)


def about(actor: Actor) -> list[str]:
    return [each.about for each in read_follow_ups(actor, follow_ups_of(actor))]


@pytest.fixture
def superuser(world: World) -> Actor:
    user = create_person(email="root@hearth.example", name="Root", organisation=world.team.organisation)
    key = make_keys(user=user, password=PASSWORD)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    return actor_for(User.objects.get(pk=user.pk), key)


# --- whose it is  ------------------------------------------------------------------------------------------------


def test_its_author_opens_it(assigned: Persona, draft: Draft) -> None:
    _row, content = draft_of(assigned.actor, draft.pk)
    assert content["instrument"] == "ilo-adult-labour"
    assert [each.pk for each in drafts_of(assigned.actor)] == [draft.pk]


def test_and_nobody_else_does(world: World, assigned: Persona, superuser: Actor, draft: Draft) -> None:
    keep(assigned, draft, 1, interview={"concerns": ["suicidal"]})
    others = [persona.actor for name, persona in world.people.items() if name != "assigned"]
    for other in [*others, superuser]:
        for attempt in (
            lambda actor: draft_of(actor, draft.pk),
            lambda actor: save_draft(actor=actor, draft_id=draft.pk, base_version=2, screen="before"),
            lambda actor: finish_draft(actor=actor, draft_id=draft.pk),
            lambda actor: discard_draft(actor=actor, draft_id=draft.pk),
        ):
            with pytest.raises(NotVisible):
                attempt(other)
        assert not drafts_of(other).exists()
        assert about(other) == []
    grant = Grant.objects.get(object=draft.pk)
    assert (grant.user, grant.team) == (assigned.user, None)


def test_permissions_and_keys_agree(assigned: Persona, draft: Draft) -> None:
    assert list(disagreements()) == []
    keep(assigned, draft, 1, interview=AGREED | {"concerns": ["danger_now"]})
    finish_draft(actor=assigned.actor, draft_id=draft.pk)
    assert list(disagreements()) == []


def test_a_token_holds_no_personal_key(world: World, assigned: Persona, draft: Draft) -> None:
    program = actor_from_token(create_token(actor=assigned.actor, name="tests")[1])
    assert program is not None
    with pytest.raises(NotAllowed):
        start_draft(actor=program, team_id=world.team.pk, instrument_id="raft")
    with pytest.raises(NotVisible):
        draft_of(program, draft.pk)


@pytest.mark.parametrize("name", ["stranger", "focal_point", "advocate", "administrator"])
def test_whoever_has_no_case_role_in_the_team_starts_none(world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        start_draft(actor=world[name].actor, team_id=world.team.pk, instrument_id="raft")
    assert not SealedObject.objects.exists()


@pytest.mark.parametrize("instrument", ["no-such", "ilo-adult-sexual"])
def test_none_is_started_with_what_is_not_offered(world: World, assigned: Persona, instrument: str) -> None:
    with pytest.raises(Invalid) as caught:
        start_draft(actor=assigned.actor, team_id=world.team.pk, instrument_id=instrument)
    assert set(caught.value.fields) == {"instrument"}


# --- screen by screen  -------------------------------------------------------------------------------------------


def test_each_screen_is_merged_into_what_is_there(assigned: Persona, draft: Draft) -> None:
    keep(assigned, draft, 1, interview={"alone": "yes", "language": "nep"})
    keep(assigned, draft, 2, "ex", answers={"ex_excessive_hours": "present"}, age=24)
    row = keep(assigned, draft, 3, "ex", answers={"ex_low_or_no_salary": "declined"}, notes=SAID)
    _row, content = draft_of(assigned.actor, draft.pk)
    assert content["answers"] == {"ex_excessive_hours": "present", "ex_low_or_no_salary": "declined"}
    assert (content["interview"]["alone"], content["interview"]["language"]) == ("yes", "nep")
    assert (content["age"], content["notes"], content["seen"]) == (24, SAID, ["before", "ex"])
    assert SAID.encode() not in bytes(row.sealed)


def test_a_stale_version_is_refused_and_changes_nothing(assigned: Persona, draft: Draft) -> None:
    keep(assigned, draft, 1, interview={"alone": "yes"})
    with pytest.raises(Stale) as caught:
        keep(assigned, draft, 1, interview={"alone": "no", "concerns": ["suicidal"]})
    assert caught.value.newest_version == 2
    assert draft_of(assigned.actor, draft.pk)[1]["interview"]["alone"] == "yes"
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("interview", "field"),
    [
        ({"interpreter": "The boss", "not_interpreters": "the  BOSS\nher cousin"}, "interpreter"),
        ({"source": "outreach", "campaign": "Posters"}, "campaign"),
        ({"concerns": ["bored"]}, "concerns"),
        ({"alone": "maybe"}, "alone"),
    ],
)
def test_what_contradicts_itself_is_refused_and_not_kept(
    assigned: Persona, draft: Draft, interview: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        keep(assigned, draft, 1, interview=interview)
    assert set(caught.value.fields) == {field}
    draft.refresh_from_db()
    assert draft.version == 1


# --- what can't wait  --------------------------------------------------------------------------------------------


def test_a_concern_is_followed_up_within_hours_and_once(assigned: Persona, draft: Draft) -> None:
    keep(assigned, draft, 1, interview={"concerns": ["danger_now", "suicidal"]})
    keep(assigned, draft, 2, interview={"concerns": ["danger_now", "suicidal", "child_alone"]})
    rows = FollowUp.objects.all()
    assert len(rows) == 3
    for row in rows:
        assert row.urgent
        assert row.assignee == assigned.user
        assert row.due_at <= timezone.now() + timedelta(hours=2)
    assert any(text.startswith("In danger now: ") for text in about(assigned.actor))


def test_it_moves_to_the_identification_and_to_the_team(
    world: World, assigned: Persona, draft: Draft
) -> None:
    keep(assigned, draft, 1, interview=AGREED | {"concerns": ["medical"]})
    assert about(world["teammate"].actor) == []
    made = finish_draft(actor=assigned.actor, draft_id=draft.pk)
    assert made.urgent
    (document,) = read_follow_ups(world["teammate"].actor, follow_ups_of(world["teammate"].actor))
    assert document.about.startswith("Needs medical help now: ")
    assert document.follow_up.object_id == made.pk
    complete_follow_up(actor=world["teammate"].actor, follow_up_id=document.follow_up.pk)


# --- the end of it  ----------------------------------------------------------------------------------------------


def test_it_becomes_the_identification_and_is_gone(world: World, assigned: Persona, draft: Draft) -> None:
    keep(assigned, draft, 1, interview=AGREED | {"source": "campaign", "campaign": "Posters"})
    keep(assigned, draft, 2, "ex", answers={"ex_excessive_hours": "present"}, age=24, notes=SAID)
    made = finish_draft(actor=assigned.actor, draft_id=draft.pk)
    document = read_identification(world["supervisor"].actor, made.pk)
    assert document.answers == {"ex_excessive_hours": "present"}
    assert (document.age, document.notes, document.interview.campaign) == (24, SAID, "Posters")
    assert made.recorded_on == timezone.localdate()
    assert not Draft.objects.exists()
    assert not ServerShare.objects.filter(object=draft.pk).exists()


@pytest.mark.parametrize("missing", ["consented", "limits_explained"])
@pytest.mark.parametrize("instead", ["", "no"])
def test_without_an_informed_consent_it_is_not_finished(
    assigned: Persona, draft: Draft, missing: str, instead: str
) -> None:
    keep(assigned, draft, 1, interview=AGREED | {missing: instead})
    with pytest.raises(Refused):
        finish_draft(actor=assigned.actor, draft_id=draft.pk)
    assert Draft.objects.exists()
    assert not Identification.objects.exists()


def test_an_age_that_does_not_fit_needs_a_reason_before_it_is_finished(
    assigned: Persona, draft: Draft
) -> None:
    keep(assigned, draft, 1, interview=AGREED, age_at_exploitation=16, age=19)
    with pytest.raises(Invalid) as caught:
        finish_draft(actor=assigned.actor, draft_id=draft.pk)
    assert set(caught.value.fields) == {"gate_reason"}
    keep(assigned, draft, 2, "age", interview={"gate_reason": "Their age came out at the end."})
    made = finish_draft(actor=assigned.actor, draft_id=draft.pk)
    assert read_identification(assigned.actor, made.pk).interview.gate_reason


def test_a_discarded_one_can_never_be_opened_again(assigned: Persona, draft: Draft) -> None:
    discard_draft(actor=assigned.actor, draft_id=draft.pk)
    assert not ServerShare.objects.filter(object=draft.pk).exists()
    assert not Draft.objects.exists()
    with pytest.raises(NotVisible):
        draft_of(assigned.actor, draft.pk)
    assert list(disagreements()) == []


def test_but_not_while_something_urgent_hangs_on_it(assigned: Persona, draft: Draft) -> None:
    keep(assigned, draft, 1, interview={"concerns": ["trafficker_nearby"]})
    with pytest.raises(Refused):
        discard_draft(actor=assigned.actor, draft_id=draft.pk)
    complete_follow_up(actor=assigned.actor, follow_up_id=FollowUp.objects.get().pk, outcome="Safe.")
    discard_draft(actor=assigned.actor, draft_id=draft.pk)
    assert not Draft.objects.exists()


def test_there_is_nothing_under_an_id_that_nobody_has(assigned: Persona) -> None:
    for attempt in (draft_of, lambda actor, id: finish_draft(actor=actor, draft_id=id)):
        with pytest.raises(NotVisible):
            attempt(assigned.actor, uuid4())
