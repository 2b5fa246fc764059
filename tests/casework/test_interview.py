"""The conversation around the answers: who may interpret, what is urgent, and a child's path."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.interview import ACTIONS, Accompaniment, Concern, Interview, Source
from casework.models import FollowUp, Identification
from casework.selectors import follow_ups_of, read_follow_ups, read_identification
from casework.services import record_identification
from core.errors import Invalid
from core.models import SealedObject
from referrals.demo import Persona, World


def identified(
    persona: Persona, world: World, interview: Interview | None = None, **given: Any
) -> Identification:
    values: dict[str, Any] = {
        "instrument_id": "ilo-adult-labour",
        "answers": {"ex_excessive_hours": "present"},
        "interviewed_on": date(2026, 1, 15),
    }
    return record_identification(
        actor=persona.actor, team_id=world.team.pk, interview=interview, **(values | given)
    )


@pytest.mark.parametrize(
    ("interview", "field"),
    [
        (Interview(interpreter="Rosa Lind", not_interpreters="rosa  lind"), "interpreter"),
        (Interview(interpreter=" THE BOSS ", not_interpreters="her cousin, the boss"), "interpreter"),
        (Interview(interpreter="Rosa", not_interpreters="her cousin\nROSA"), "interpreter"),
        (Interview(campaign="Posters"), "campaign"),
        (Interview(campaign="Posters", source=Source.HOTLINE), "campaign"),
        (Interview(source="rumour"), "source"),
        (Interview(accompaniment="alone"), "accompaniment"),
        (Interview(limits_explained="partly"), "limits_explained"),
        (Interview(consented="perhaps"), "consented"),
        (Interview(concerns=("danger_now", "bored")), "concerns"),
        (Interview(evidence={"no_such": "seen"}), "evidence.no_such"),
    ],
)
def test_what_can_not_be_is_refused_at_its_field_and_leaves_nothing(
    world: World, assigned: Persona, interview: Interview, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        identified(assigned, world, interview)
    assert set(caught.value.fields) == {field}
    assert not SealedObject.objects.exists()


@pytest.mark.parametrize(
    "interview",
    [
        Interview(interpreter="Rosa", not_interpreters="Rosalind"),
        Interview(interpreter="", not_interpreters="her cousin,"),
        Interview(campaign="Posters", source=Source.CAMPAIGN),
        Interview(concerns=()),
    ],
)
def test_what_can_be_is_kept_as_it_was_said(world: World, assigned: Persona, interview: Interview) -> None:
    made = identified(assigned, world, interview)
    assert read_identification(assigned.actor, made.pk).interview == interview
    assert not made.urgent


def test_an_interview_survives_its_journey_as_data() -> None:
    whole = Interview(alone="no", present="a sister", concerns=("medical",), evidence={"a": "b"})
    assert Interview.from_data(whole.as_data()) == whole
    assert Interview.from_data({"alone": "yes", "no_longer_known": 1}) == Interview(alone="yes")


# --- what can't wait  --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("concern", Concern)
def test_each_concern_says_what_to_do_and_is_followed_up_within_hours(
    world: World, assigned: Persona, concern: Concern
) -> None:
    made = identified(assigned, world, Interview(concerns=(concern.value,)))
    assert made.urgent
    (document,) = read_follow_ups(world["teammate"].actor, follow_ups_of(world["teammate"].actor))
    assert document.follow_up.urgent
    assert document.follow_up.due_at <= timezone.now() + timedelta(hours=2)
    assert str(ACTIONS[concern].now) in document.about


# --- a child  ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "presumed", "child"),
    [
        (17, False, True),
        (17, True, True),
        (18, False, False),
        (18, True, False),
        (0, False, True),
        (None, True, True),
        (None, False, False),
    ],
)
def test_a_child_s_best_interests_are_due_in_days(
    world: World, assigned: Persona, age: int | None, presumed: bool, child: bool
) -> None:
    interview = Interview(
        presumed_child=presumed, accompaniment=Accompaniment.UNACCOMPANIED, gate_reason="Nothing else fits."
    )
    identified(assigned, world, interview, instrument_id="ilo-child-labour", answers={}, age=age)
    due = read_follow_ups(assigned.actor, follow_ups_of(assigned.actor))
    assert [each.about.startswith("Best interests assessment") for each in due] == [True] * child
    for each in due:
        assert each.follow_up.due_at <= timezone.now() + timedelta(days=3)
        assert not each.follow_up.urgent


def test_a_child_once_is_not_a_child_today(world: World, assigned: Persona) -> None:
    made = identified(
        assigned, world, instrument_id="ilo-child-labour", answers={}, age=25, age_at_exploitation=15
    )
    assert read_identification(assigned.actor, made.pk).age == 25
    assert not FollowUp.objects.exists()


# --- the instrument's age  ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_age_that_does_not_fit_needs_a_reason(world: World, assigned: Persona, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        identified(assigned, world, Interview(gate_reason=reason), age=20, age_at_exploitation=16)
    assert set(caught.value.fields) == {"gate_reason"}
    assert not SealedObject.objects.exists()


def test_and_is_recorded_with_it(world: World, assigned: Persona) -> None:
    reason = "The only set in their language."
    made = identified(assigned, world, Interview(gate_reason=reason), age=20, age_at_exploitation=16)
    document = read_identification(world["supervisor"].actor, made.pk)
    assert document.interview.gate_reason == reason
    assert document.assessment.warnings
