"""A survivor who did not arrive is looked for on the same day: by whom, until when, and what is left of it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from casework.erasing import erase_rows
from casework.models import Case, FollowUp
from casework.selectors import FollowUpDocument, carried_by, follow_ups_of, read_follow_ups
from casework.services import complete_follow_up, notify_due
from casework.services.assignment import assign_case
from core import outbox
from core.access import rekey_object
from core.accounts import admit_member, remove_member
from core.errors import NotVisible, WrongState
from core.models import AuditEvent, Kind, Notice, Role, User
from referrals.demo import Persona, World
from referrals.models import Referral
from referrals.selectors import inbox_of
from referrals.services import close_handover
from tests.conftest import api, sign_in
from tests.neighbours import person
from tests.pages import queries, text
from tests.referrals.exchanges import NO_SHOW, accepted, by_partner
from tests.referrals.test_endings import told, withdraw


@pytest.fixture
def referral(world: World, case: Case, share_consent: None) -> Referral:
    """One that the partner has accepted."""
    return accepted(world, case)


@pytest.fixture
def no_show(world: World, referral: Referral) -> Referral:
    """The partner has said that they did not arrive."""
    by_partner(world, referral, "arrival", **NO_SHOW)
    return referral


def follow_ups(persona: Persona) -> list[FollowUpDocument]:
    """What is due that is this person's."""
    rows = follow_ups_of(persona.actor).filter(assignee=persona.user, state=FollowUp.State.DUE)
    return [each for each in read_follow_ups(persona.actor, rows) if each.follow_up.urgent]


def today(client: Client) -> str:
    return text(client.get("/today/"))


def test_the_caseworker_has_an_urgent_follow_up_that_is_due_now(world: World, no_show: Referral) -> None:
    [document] = follow_ups(world["assigned"])
    assert document.overdue
    assert document.case == no_show.case
    assert document.about.splitlines() == [
        "Look for them today. Open Door Legal Aid says:",
        "Did not arrive",
        "Canarynoshow",
    ]
    assert follow_ups(world["teammate"]) == follow_ups(world["supervisor"]) == []
    page = today(sign_in(world["assigned"]))
    assert "Canarynoshow" in page
    assert page.index("Urgent") < page.index("Canarynoshow")


def test_they_are_told_by_a_notice_that_says_no_more_than_that_it_is_urgent(
    world: World, no_show: Referral
) -> None:
    assert told(world["assigned"]) == ["exchange_urgent"]
    by_partner(world, no_show, "arrival", **NO_SHOW)
    assert told(world["assigned"]) == ["exchange_urgent"] * 2, "each of them is looked into"


def test_it_is_written_to_them_as_any_other_that_is_due(
    world: World, no_show: Referral, mailoutbox: list[Any]
) -> None:
    assert notify_due() == 1
    for item in outbox.hand_out():
        outbox.run(item)
    sent = [each for each in mailoutbox if "follow-up" in each.body]
    assert [each.to for each in sent] == [[world["assigned"].email]]
    assert "Canary" not in "".join(each.subject + each.body for each in sent)


def test_an_arrival_is_not_urgent_and_a_lost_contact_is(world: World, referral: Referral) -> None:
    by_partner(world, referral, "arrival")
    assert follow_ups(world["assigned"]) == []
    by_partner(world, referral, "outcome", outcome="lost_contact", note="Canarylost")
    [document] = follow_ups(world["assigned"])
    assert "Canarylost" in document.about
    assert told(world["assigned"]) == ["exchange_from_partner", "exchange_urgent"]


@pytest.mark.parametrize("gone", ["left", "inactive"])
def test_where_the_caseworker_is_gone_it_goes_to_the_supervisors(
    world: World, referral: Referral, gone: str
) -> None:
    if gone == "left":
        remove_member(actor=world["supervisor"].actor, membership=world["assigned"].user.memberships.get())
    else:
        User.objects.filter(pk=world["assigned"].user.pk).update(is_active=False)
    by_partner(world, referral, "arrival", **NO_SHOW)
    assert [each.follow_up.assignee for each in follow_ups(world["supervisor"])] == [world["supervisor"].user]
    assert told(world["supervisor"]) == ["exchange_urgent"]
    assert told(world["teammate"]) == []


def test_whoever_closes_it_first_closes_it_for_every_supervisor(world: World, referral: Referral) -> None:
    second = person("second-supervisor", world.team.organisation)
    admit_member(actor=world["supervisor"].actor, team=world.team, user=second.user, role=Role.SUPERVISOR)
    remove_member(actor=world["supervisor"].actor, membership=world["assigned"].user.memberships.get())
    by_partner(world, referral, "arrival", **NO_SHOW)
    [mine], [theirs] = follow_ups(world["supervisor"]), follow_ups(second)
    complete_follow_up(
        actor=second.actor, follow_up_id=theirs.follow_up.pk, outcome="They are with a cousin."
    )
    assert follow_ups(world["supervisor"]) == []
    with pytest.raises(WrongState):
        complete_follow_up(actor=world["supervisor"].actor, follow_up_id=mine.follow_up.pk)


def test_there_is_always_somebody_who_is_turned_to(world: World, case: Case) -> None:
    assert carried_by(case) == [world["assigned"].user.pk]
    User.objects.filter(memberships__team=world.team).update(is_active=False)
    assert carried_by(case) == [world["assigned"].user.pk], "the name that stands on the case"


def test_it_outlives_the_packet_and_a_new_key_of_the_case(
    world: World, case: Case, no_show: Referral
) -> None:
    withdraw(world, case)
    close_handover(actor=world["assigned"].actor, referral_id=no_show.pk, note="Done.")
    assert not inbox_of(world["focal_point"].actor).exists()
    rekey_object(actor=world["assigned"].actor, object_id=case.pk, kind=Kind.CASE)
    [document] = [each for each in follow_ups(world["assigned"]) if "Canarynoshow" in each.about]
    row = complete_follow_up(
        actor=world["assigned"].actor, follow_up_id=document.follow_up.pk, outcome="Found at a friend's."
    )
    assert row.sealed_key is None, "closed, it lies under the case's own key"
    [closed] = read_follow_ups(world["teammate"].actor, [row])
    assert "Canarynoshow" in closed.about
    assert closed.outcome == "Found at a friend's."


def test_it_goes_along_when_the_case_is_handed_on(world: World, case: Case, no_show: Referral) -> None:
    assign_case(actor=world["supervisor"].actor, case_id=case.pk, to=world["teammate"].user.pk)
    assert follow_ups(world["assigned"]) == []
    assert [each.about.splitlines()[-1] for each in follow_ups(world["teammate"])] == ["Canarynoshow"]


def test_on_its_page_and_in_the_api_it_is_a_follow_up_like_any_other(
    world: World, case: Case, no_show: Referral
) -> None:
    client = sign_in(world["assigned"])
    assert "Canarynoshow" in text(client.get(reverse("case", args=[case.pk])))
    [document] = follow_ups(world["assigned"])
    [found] = [
        each for each in api(world["assigned"]).get("/api/v1/follow-ups/").json()["results"] if each["urgent"]
    ]
    assert found["id"] == str(document.follow_up.pk)
    url = reverse("follow-up-complete", args=[document.follow_up.pk])
    assert client.post(url, {"outcome": "She has called."}).status_code == 302
    assert follow_ups(world["assigned"]) == []


def test_the_partner_reaches_nothing_of_it(world: World, no_show: Referral) -> None:
    row = FollowUp.objects.get(urgent=True)
    partner = world["focal_point"].actor
    assert not follow_ups_of(partner).exists()
    with pytest.raises(NotVisible):
        complete_follow_up(actor=partner, follow_up_id=row.pk)
    events = AuditEvent.objects.filter(action="follow_up.planned", object=no_show.case_id)
    assert [(each.actor, each.codes["follow_up"]) for each in events.filter(actor=partner.user.pk)] == [
        (partner.user.pk, str(row.pk))
    ]


def test_an_erasure_takes_it_along(world: World, case: Case, no_show: Referral) -> None:
    assert FollowUp.objects.filter(object=case.pk, urgent=True).exists()
    erase_rows(case)
    assert not FollowUp.objects.filter(object=case.pk).exists()
    assert not Notice.objects.filter(object=case.pk).exists()


def test_today_takes_as_many_queries_for_four_of_them_as_for_one(world: World, no_show: Referral) -> None:
    client = sign_in(world["assigned"])
    before = queries(client, "/today/")
    for _ in range(3):
        by_partner(world, no_show, "arrival", **NO_SHOW)
    assert len(follow_ups(world["assigned"])) == 4
    assert queries(client, "/today/") == before
