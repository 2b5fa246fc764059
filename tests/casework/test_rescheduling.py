"""Follow-ups that come back, are put off, or are given to a colleague."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from casework.models import Case, FollowUp
from casework.recurrence import Every, every_label, next_due, rule_for
from casework.selectors import read_follow_ups
from casework.services import (
    cancel_follow_up,
    complete_follow_up,
    hand_on,
    plan_follow_up,
    put_off_follow_ups,
    save_section,
)
from core.errors import HearthError, Invalid, NotVisible, WrongState
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Notice
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, api, sign_in
from tests.pages import text

MAY = ("assigned", "teammate", "supervisor")


def planned(world: World, case: Case, **others: Any) -> FollowUp:
    return plan_follow_up(
        actor=world["assigned"].actor,
        case_id=case.pk,
        **{"due_at": timezone.now() + timedelta(hours=1), "about": "Canarycall", **others},
    )


def later(**delta: float) -> datetime:
    return timezone.now() + timedelta(**delta)


# --- what comes back  ----------------------------------------


def at(text: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(text))


def following(every: Every, first: str, count: int, until: date | None = None) -> list[str]:
    """The times after the first, each planned when the one before was done."""
    kept = rule_for(every, at(first), until)
    due: datetime | None = at(first)
    found = []
    while due is not None and len(found) < count:
        due = next_due(kept["repeat"], kept["since"], due)
        found.append("" if due is None else timezone.make_naive(due).isoformat(timespec="minutes"))
    return found


@pytest.mark.parametrize(
    ("every", "first", "expected"),
    [
        (Every.DAY, "2090-02-27T09:00", ["2090-02-28T09:00", "2090-03-01T09:00"]),
        (Every.WEEKDAY, "2090-03-03T09:00", ["2090-03-06T09:00", "2090-03-07T09:00"]),  # from a Friday
        (Every.WEEK, "2090-03-03T09:00", ["2090-03-10T09:00", "2090-03-17T09:00"]),
        (Every.FORTNIGHT, "2090-03-03T09:00", ["2090-03-17T09:00", "2090-03-31T09:00"]),
        (Every.MONTH, "2090-01-31T09:00", ["2090-02-28T09:00", "2090-03-31T09:00", "2090-04-30T09:00"]),
        (Every.MONTH, "2090-01-15T09:00", ["2090-02-15T09:00"]),
        (Every.QUARTER, "2090-01-31T09:00", ["2090-04-30T09:00", "2090-07-31T09:00"]),
    ],
)
def test_each_rule_comes_back_when_it_says(every: Every, first: str, expected: list[str]) -> None:
    assert following(every, first, len(expected)) == expected


def test_it_ends_with_its_last_day() -> None:
    assert following(Every.WEEK, "2090-03-03T09:00", 3, date(2090, 3, 10)) == ["2090-03-10T09:00", ""]


def test_the_hour_stays_the_same_when_the_clocks_change() -> None:
    with timezone.override("Europe/Rome"):
        assert following(Every.DAY, "2090-03-25T09:00", 1) == ["2090-03-26T09:00"]
        due = next_due(**rule_for(Every.DAY, at("2090-03-25T09:00"), None), due_at=at("2090-03-25T09:00"))
        assert due is not None
        assert due.astimezone(UTC).hour == 7


@given(every=st.sampled_from(list(Every)), missed=st.integers(min_value=0, max_value=400))
def test_what_was_missed_does_not_pile_up(every: Every, missed: int) -> None:
    first = timezone.now() - timedelta(days=missed, minutes=1)
    due = next_due(**rule_for(every, first, None), due_at=first)
    assert due is not None
    assert timezone.now() < due <= timezone.now() + timedelta(days=93)


@pytest.mark.parametrize("every", Every)
def test_each_rule_has_its_label(every: Every) -> None:
    assert every_label(rule_for(every, at("2090-01-31T09:00"), date(2090, 9, 1))["repeat"]) == every.label


def test_doing_one_plans_the_next_and_calling_it_off_does_not(
    world: World, assigned: Persona, case: Case
) -> None:
    first = planned(world, case, every=Every.WEEK.value, assignee_id=world["teammate"].user.pk)
    complete_follow_up(actor=world["teammate"].actor, follow_up_id=first.pk)
    (second,) = FollowUp.objects.filter(state="due")
    assert second.due_at == first.due_at.replace(microsecond=0) + timedelta(days=7)
    assert second.assignee == world["teammate"].user
    (document,) = read_follow_ups(assigned.actor, [second])
    assert (document.about, document.every_label) == ("Canarycall", "Every week")
    cancel_follow_up(actor=assigned.actor, follow_up_id=second.pk)
    assert not FollowUp.objects.filter(state="due").exists()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("every", {"every": "FREQ=SECONDLY"}),
        ("repeat_until", {"repeat_until": date(2090, 1, 1)}),
        ("repeat_until", {"every": "FREQ=DAILY", "repeat_until": date(2020, 1, 1)}),
    ],
)
def test_a_rule_that_is_not_offered_is_refused(
    world: World, case: Case, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as invalid:
        planned(world, case, **values)
    assert set(invalid.value.fields) == {field}


# --- putting off and handing on  ----------------------------------------


def outcome(run: Any) -> str:
    try:
        run()
    except HearthError as error:
        return type(error).__name__
    return "done"


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize("state", ["due", "done"])
def test_who_puts_off_and_hands_on(world: World, case: Case, name: str, state: str) -> None:
    row = planned(world, case)
    if state == "done":
        complete_follow_up(actor=world["assigned"].actor, follow_up_id=row.pk)
    expected = "NotVisible" if name not in MAY else "WrongState" if state == "done" else "done"
    put_off = outcome(
        lambda: put_off_follow_ups(actor=world[name].actor, follow_up_ids=[row.pk], until=later(days=2))
    )
    handed = outcome(
        lambda: hand_on(actor=world[name].actor, follow_up_ids=[row.pk], to=world["teammate"].user.pk)
    )
    assert (put_off, handed) == (expected, expected)


def test_what_is_put_off_is_told_of_again(world: World, assigned: Persona, case: Case) -> None:
    row = planned(world, case)
    FollowUp.objects.filter(pk=row.pk).update(notified_at=timezone.now())
    until = later(days=2)
    put_off_follow_ups(actor=assigned.actor, follow_up_ids=[row.pk], until=until)
    row.refresh_from_db()
    assert (row.due_at, row.notified_at) == (until, None)
    assert AuditEvent.objects.filter(action="follow_up.put_off").count() == 1


@pytest.mark.parametrize(
    ("urgent", "hours", "expected"),
    [
        (False, -1, "Invalid"),
        (False, 24 * 89, "done"),
        (False, 24 * 91, "Invalid"),
        (True, 23, "done"),
        (True, 25, "Invalid"),
    ],
)
def test_how_long_something_can_wait(
    world: World, assigned: Persona, case: Case, urgent: bool, hours: int, expected: str
) -> None:
    row = planned(world, case)
    FollowUp.objects.filter(pk=row.pk).update(urgent=urgent)
    done = outcome(
        lambda: put_off_follow_ups(actor=assigned.actor, follow_up_ids=[row.pk], until=later(hours=hours))
    )
    assert done == expected


def test_of_several_all_are_put_off_or_none(world: World, assigned: Persona, case: Case) -> None:
    first, second = planned(world, case), planned(world, case)
    complete_follow_up(actor=assigned.actor, follow_up_id=second.pk)
    with pytest.raises(WrongState):
        put_off_follow_ups(actor=assigned.actor, follow_up_ids=[first.pk, second.pk], until=later(days=1))
    with pytest.raises(NotVisible):
        put_off_follow_ups(actor=assigned.actor, follow_up_ids=[first.pk, uuid4()], until=later(days=1))
    before = first.due_at
    first.refresh_from_db()
    assert first.due_at == before
    with pytest.raises(Invalid):
        put_off_follow_ups(actor=assigned.actor, follow_up_ids=[], until=later(days=1))


def test_a_contact_is_not_put_off_into_a_time_that_is_not_safe(
    world: World, assigned: Persona, case: Case
) -> None:
    row = planned(world, case, channel="call", reason="They asked for it.")
    FollowUp.objects.filter(pk=row.pk).delete()
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="contact_and_safety",
        values={"phone": "+39 333 5550147", "safe_to_call": "yes"},
        base_version=1,
    )
    row = planned(world, case, channel="call")
    put_off_follow_ups(actor=assigned.actor, follow_up_ids=[row.pk], until=later(days=1))
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="contact_and_safety",
        values={"phone": "+39 333 5550147", "safe_to_call": "no"},
        base_version=2,
    )
    with pytest.raises(Invalid):
        put_off_follow_ups(actor=assigned.actor, follow_up_ids=[row.pk], until=later(days=2))


def test_a_colleague_is_told_and_whoever_is_kept_out_gets_nothing(
    world: World, assigned: Persona, case: Case
) -> None:
    row, teammate = planned(world, case), world["teammate"].user
    hand_on(actor=assigned.actor, follow_up_ids=[row.pk], to=teammate.pk)
    assert list(Notice.objects.filter(person=teammate).values_list("what", flat=True)) == ["follow_up_handed"]
    row.refresh_from_db()
    assert row.assignee == teammate
    for name in ("stranger", "focal_point"):
        with pytest.raises(Invalid):
            hand_on(actor=assigned.actor, follow_up_ids=[row.pk], to=world[name].user.pk)
    hand_on(actor=assigned.actor, follow_up_ids=[row.pk], to=assigned.user.pk)
    keep_out(actor=world["supervisor"].actor, object_id=case.pk, kind=Kind.CASE, whom=teammate)
    with pytest.raises(Invalid):
        hand_on(actor=assigned.actor, follow_up_ids=[row.pk], to=teammate.pk)


def test_the_first_page_puts_off_and_hands_on_what_is_ticked(world: World, case: Case) -> None:
    rows = [planned(world, case) for _each in range(2)]
    browser = sign_in(world["assigned"])
    assert text(browser.get("/today/")).count("Tick it") == 2
    ticked = [str(row.pk) for row in rows]
    page = text(browser.post("/follow-ups/several/", {"later": "week", "put_off": "1"}, follow=True))
    assert "Tick some of them first." in page
    page = text(
        browser.post(
            "/follow-ups/several/", {"follow_up": ticked, "later": "week", "put_off": "1"}, follow=True
        )
    )
    assert "2 are put off." in page
    assert FollowUp.objects.filter(due_at__gt=later(days=5)).count() == 2
    body = {"follow_up": ticked, "to": str(world["teammate"].user.pk), "hand_on": "1"}
    assert "2 are handed on." in text(browser.post("/follow-ups/several/", body, follow=True))
    assert FollowUp.objects.filter(assignee=world["teammate"].user).count() == 2


def test_a_program_plans_what_comes_back_and_puts_it_off(world: World, case: Case) -> None:
    client = api(world["assigned"])
    made = client.post(
        "/api/v1/follow-ups/",
        {
            "case": str(case.pk),
            "due_at": later(hours=1).isoformat(),
            "about": "Call",
            "every": "FREQ=WEEKLY",
            "repeat_until": (date.today() + timedelta(days=60)).isoformat(),
        },
        format="json",
    )
    assert made.status_code == 201
    assert made.json()["repeat"].startswith("FREQ=WEEKLY;UNTIL=")
    body = {"follow_ups": [made.json()["id"]]}
    for path, more in (
        ("put-off", {"until": later(days=3).isoformat()}),
        ("hand-on", {"to": str(world["teammate"].user.pk)}),
    ):
        answered = client.post(f"/api/v1/follow-ups/{path}/", body | more, format="json")
        assert answered.status_code == 204
