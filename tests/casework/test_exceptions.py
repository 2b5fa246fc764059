"""Sharing without consent: who may claim a ground, when it holds, and what its review does."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.approvals import State, Subject, may_decide
from casework.case_file import open_case_file
from casework.exceptions import exception_for, exceptions_of
from casework.models import Approval, Case, FollowUp
from casework.selectors import follow_ups_of
from casework.services.approvals import approve, refuse, take_back
from casework.services.exceptions import claim_exception
from core.errors import Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Notice
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import text


def claim(world: World, case: Case, name: str = "assigned", **given: Any) -> Approval:
    values: dict[str, Any] = {
        "basis": Subject.IMMINENT_HARM,
        "recipient": world.partner_team.organisation_id,
        "what": "Canarywhat",
        "reason": "Canaryreason",
    }
    return claim_exception(actor=world[name].actor, case_id=case.pk, **(values | given))


def holds(world: World, case: Case, service: Any = None) -> bool:
    file = open_case_file(world["assigned"].actor, case.pk)
    return exception_for(file, world.partner_team.organisation_id, service) is not None


def pass_time(row: Approval, hours: float, monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: later)


# --- when it holds  ----------------------------------------

# The review: none yet, none in time, approved, refused, approved too late, taken back.
HOLDS = """
                  asked  late  approved  refused  approved-late  taken-back
imminent_harm     yes    no    yes       no       no             -
child_protection  no     no    yes       no       yes            no
court_order       no     no    yes       no       yes            no
"""
HEAD, *ROWS = [line.split() for line in HOLDS.strip().splitlines()]
CELLS = [(row[0], review, cell) for row in ROWS for review, cell in zip(HEAD, row[1:], strict=True)]


@pytest.mark.parametrize(("ground", "review", "expected"), CELLS)
def test_each_ground_holds_after_each_review(
    world: World,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
    ground: str,
    review: str,
    expected: str,
) -> None:
    row = claim(world, case, basis=Subject(ground), reference="12/2026")
    if "late" in review:
        pass_time(row, 24.1, monkeypatch)
    second = {"actor": world["teammate"].actor, "case_id": case.pk, "approval_id": row.pk}
    if review.startswith("approved"):
        approve(**second)
    elif review == "refused":
        refuse(**second, note="No.")
    elif review == "taken-back":
        own = second | {"actor": world["assigned"].actor}
        if expected == "-":
            with pytest.raises(WrongState):
                take_back(**own)
            return
        take_back(**own)
    assert holds(world, case) == (expected == "yes")


def test_one_for_a_service_is_for_no_other_and_one_for_the_organisation_is_for_each(
    world: World, case: Case
) -> None:
    first, second = (service.pk for service in world.services)
    claim(world, case, service=first)
    assert [holds(world, case, each) for each in (first, second, None)] == [True, False, False]
    claim(world, case)
    assert [holds(world, case, each) for each in (first, second, None)] == [True, True, True]


def test_nobody_else_is_meant_by_it(world: World, case: Case) -> None:
    claim(world, case, recipient=None, authority="Questura", country="ITA")
    file = open_case_file(world["assigned"].actor, case.pk)
    assert not holds(world, case)
    assert exception_for(file, world.other_team.organisation_id) is None
    assert len(exceptions_of(file)) == 1


# --- claiming  ----------------------------------------


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"basis": Subject.PLAN}, "basis"),
        ({"what": " "}, "what"),
        ({"reason": ""}, "reason"),
        ({"basis": Subject.COURT_ORDER}, "reference"),
        ({"recipient": uuid4()}, "recipient"),
        ({"service": uuid4()}, "service"),
        ({"recipient": None, "country": "ITA"}, "authority"),
        ({"recipient": None, "authority": "Questura"}, "country"),
    ],
)
def test_it_says_on_what_ground_with_whom_what_and_why(
    world: World, case: Case, given: dict[str, Any], at: str
) -> None:
    with pytest.raises(Invalid) as caught:
        claim(world, case, **given)
    assert set(caught.value.fields) == {at}
    assert not Approval.objects.exists()


@pytest.mark.parametrize("name", ["stranger", "focal_point", "advocate", "administrator"])
def test_nobody_outside_of_the_team_claims_or_reviews(world: World, case: Case, name: str) -> None:
    with pytest.raises(NotVisible):
        claim(world, case, name)
    row = claim(world, case)
    with pytest.raises(NotVisible):
        approve(actor=world[name].actor, case_id=case.pk, approval_id=row.pk)


def test_nobody_reviews_their_own(world: World, case: Case) -> None:
    row = claim(world, case)
    with pytest.raises(NotAllowed):
        approve(actor=world["assigned"].actor, case_id=case.pk, approval_id=row.pk)
    assert [may_decide(world[name].actor, row) for name in ("assigned", "teammate", "supervisor")] == [
        False,
        True,
        True,
    ]


def test_the_same_is_not_asked_for_twice_while_it_waits(world: World, case: Case) -> None:
    row = claim(world, case)
    with pytest.raises(WrongState):
        claim(world, case)
    refuse(actor=world["teammate"].actor, case_id=case.pk, approval_id=row.pk, note="No.")
    assert claim(world, case) != row


def test_whoever_is_kept_out_is_kept_out_of_this_too(world: World, case: Case) -> None:
    keep_out(
        actor=world["assigned"].actor,
        object_id=case.pk,
        kind=Kind.CASE,
        whom=world.partner_team.organisation,
    )
    with pytest.raises(Refused) as caught:
        claim(world, case)
    assert "kept" not in str(caught.value.message).lower()


def test_nothing_of_it_stands_in_clear_but_the_ground(world: World, case: Case) -> None:
    claim(world, case, basis=Subject.COURT_ORDER, reference="Canaryreference")
    stored = str(Approval.objects.values_list().get()) + str(list(AuditEvent.objects.values_list("codes")))
    for word in ("what", "reason", "reference"):
        assert f"Canary{word}" not in stored
    assert str(world.partner_team.organisation_id) not in stored


# --- the review  ----------------------------------------


def reviews(world: World, case: Case, state: str = "due") -> set[str]:
    rows = follow_ups_of(world["assigned"].actor).filter(object=case.pk, state=state)
    assert all(row.urgent for row in rows)
    return {row.assignee.name for row in rows}


def test_imminent_harm_is_an_urgent_follow_up_of_everyone_who_can_review_it(world: World, case: Case) -> None:
    row = claim(world, case)
    assert row.due_at is not None
    assert timedelta(hours=23) < row.due_at - timezone.now() <= timedelta(hours=24)
    others = {world[name].user.name for name in ("teammate", "supervisor")}
    assert reviews(world, case) == others
    assert set(Notice.objects.values_list("person__name", flat=True)) == others
    approve(actor=world["teammate"].actor, case_id=case.pk, approval_id=row.pk)
    assert (reviews(world, case), reviews(world, case, "done")) == (set(), others)


def test_a_refusal_is_an_urgent_follow_up_of_whoever_acted(world: World, case: Case) -> None:
    row = claim(world, case)
    refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=row.pk, note="No.")
    assert reviews(world, case) == {world["assigned"].user.name}


def test_after_a_refusal_the_next_claim_waits_for_the_second_person(world: World, case: Case) -> None:
    """Else whoever was refused would claim it again, and again share at once."""
    row = claim(world, case)
    refuse(actor=world["supervisor"].actor, case_id=case.pk, approval_id=row.pk, note="No.")
    again = claim(world, case, service=world.services[0].pk)
    assert (again.due_at, holds(world, case, world.services[0].pk)) == (None, False)
    approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=again.pk)
    assert holds(world, case, world.services[0].pk)


def test_after_one_that_nobody_reviewed_in_time_the_next_claim_waits_too(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(world, case)
    later = timezone.now() + timedelta(hours=24, minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    again = claim(world, case)
    assert (again.due_at, holds(world, case, world.services[0].pk)) == (None, False)


def test_the_other_grounds_wait_and_need_no_review(world: World, case: Case) -> None:
    row = claim(world, case, basis=Subject.CHILD_PROTECTION)
    assert (row.due_at, row.state) == (None, State.ASKED)
    assert not FollowUp.objects.filter(object=case.pk).exists()


# --- pages and API  ----------------------------------------


def test_it_is_claimed_in_the_browser_and_the_second_person_reads_all_of_it(
    world: World, assigned: Persona, case: Case
) -> None:
    partner, url = str(world.partner_team.organisation_id), reverse("exception-new", args=[case.pk])
    browser = sign_in(assigned)
    assert "selected" in text(browser.get(url, {"recipient": partner}))
    sent = {"basis": "imminent_harm", "recipient": partner, "what": "Canarywhat", "reason": "Canaryreason"}
    assert "You can share now" in text(browser.post(url, sent, follow=True))
    assert browser.post(url, sent).status_code == 409
    assert browser.post(url, sent | {"what": ""}).status_code == 400
    page = reverse("approval", args=[case.pk, Approval.objects.get().pk])
    shown = text(sign_in(world["teammate"]).get(page))
    assert all(word in shown for word in ("Canarywhat", "Canaryreason", "Open Door Legal Aid"))


def test_the_api_claims_and_lists_them(world: World, assigned: Persona, case: Case) -> None:
    client, path = api(assigned), f"/api/v1/cases/{case.pk}/exceptions/"
    sent = {
        "basis": "child_protection",
        "authority": "Tribunale per i minorenni",
        "country": "ITA",
        "what": "That she is here.",
        "reason": "The law says so.",
    }
    response = client.post(path, sent, format="json")
    assert response.status_code == 201, response.json()
    [listed] = client.get(path).json()
    assert listed == response.json()
    assert (listed["holds"], listed["state"], listed["recipient"]) == (False, "asked", None)
    refused = client.post(path, sent | {"basis": "plan"}, format="json")
    assert [each["attr"] for each in refused.json()["errors"]] == ["basis"]
