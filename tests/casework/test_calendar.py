"""A person's own calendar learns when something is due, and nothing else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.utils import IntegrityError
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from casework.calendar import make_calendar_link, read_calendar, take_back_calendar_link
from casework.models import CalendarLink, Case, FollowUp
from casework.services import complete_follow_up, plan_follow_up
from core.errors import NotVisible
from core.models import User
from referrals.demo import World
from tests.conftest import PERSONAS, sign_in
from tests.pages import text


def planned(world: World, case: Case, name: str = "assigned", **delta: float) -> FollowUp:
    return plan_follow_up(
        actor=world["assigned"].actor,
        case_id=case.pk,
        due_at=timezone.now() + timedelta(**(delta or {"days": 1})),
        about="Canarycall",
        assignee_id=world[name].user.pk,
    )


def events(written: bytes) -> list[Any]:
    return list(Calendar.from_ical(written).walk("VEVENT"))


def test_it_says_follow_up_and_the_time(world: World, case: Case) -> None:
    row = planned(world, case)
    written = read_calendar(make_calendar_link(actor=world["assigned"].actor))
    (event,) = events(written)
    assert (str(event["summary"]), event["class"]) == ("Follow-up", "PRIVATE")
    assert event.decoded("dtstart") == row.due_at.replace(microsecond=0)
    assert {name.lower() for name in event} == {
        "uid",
        "dtstamp",
        "dtstart",
        "duration",
        "summary",
        "class",
        "url",
    }
    for secret in ("Canarycall", case.number, str(case.pk), str(row.pk), world["assigned"].user.name):
        assert secret not in written.decode()


def test_it_holds_ones_own_that_are_due_and_near(world: World, case: Case) -> None:
    mine = planned(world, case, days=2)
    planned(world, case, "teammate")
    planned(world, case, days=200)
    done = planned(world, case)
    complete_follow_up(actor=world["assigned"].actor, follow_up_id=done.pk)
    (event,) = events(read_calendar(make_calendar_link(actor=world["assigned"].actor)))
    assert event.decoded("dtstart") == mine.due_at.replace(microsecond=0)


def test_a_new_link_takes_the_place_of_the_one_before_and_can_be_taken_back(world: World) -> None:
    actor = world["assigned"].actor
    first, second = make_calendar_link(actor=actor), make_calendar_link(actor=actor)
    with pytest.raises(NotVisible):
        read_calendar(first)
    assert read_calendar(second)
    take_back_calendar_link(actor=actor)
    with pytest.raises(NotVisible):
        read_calendar(second)
    with pytest.raises(NotVisible):
        take_back_calendar_link(actor=actor)


def test_whoever_has_left_has_no_calendar(world: World) -> None:
    secret = make_calendar_link(actor=world["assigned"].actor)
    User.objects.filter(pk=world["assigned"].user.pk).update(is_active=False)
    with pytest.raises(NotVisible):
        read_calendar(secret)


def test_of_the_link_only_a_hash_is_kept(world: World) -> None:
    secret = make_calendar_link(actor=world["assigned"].actor)
    row = CalendarLink.objects.get()
    assert secret.encode() not in bytes(row.secret_check)
    with pytest.raises(IntegrityError):
        CalendarLink.objects.create(
            person=world["teammate"].user, made_at=timezone.now(), secret_check=row.secret_check
        )


@pytest.mark.parametrize("name", PERSONAS)
def test_who_makes_a_link_on_the_page(world: World, name: str) -> None:
    browser = sign_in(world[name])
    if name in ("focal_point", "advocate", "administrator"):
        assert browser.get("/today/calendar/").status_code == 404
        return
    page = text(browser.post("/today/calendar/"))
    found = re.search(r"/calendar/[\w-]+\.ics", page)
    assert found is not None
    path = found.group()
    answered = Client().get(path)
    assert answered.status_code == 200
    assert answered["Content-Type"].startswith("text/calendar")
    assert "no-store" in answered["Cache-Control"]
    assert path not in text(browser.get("/today/calendar/")), "it is shown once"
    browser.post("/today/calendar/", {"end": "1"})
    assert Client().get(path).status_code == 404


def test_any_other_address_is_not_there(world: World, db: None) -> None:
    assert Client().get("/calendar/nothing.ics").status_code == 404
