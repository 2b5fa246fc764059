"""The board of referrals: what waits for whom, the most pressing first."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.models import Case
from referrals.board import Column, board_of, in_column, theirs
from referrals.demo import World
from referrals.models import Handover, Referral
from referrals.services import draft_referral
from tests.conftest import PERSONAS, sign_in
from tests.pages import queries, text
from tests.referrals.test_endings import referral_in

IN = {
    "draft": "drafts",
    "sent": "waiting",
    "received": "waiting",
    "accepted": "under_way",
    "in_progress": "under_way",
    "declined": "look_further",
    "expired": "look_further",
    "completed": "ended",
    "withdrawn": "ended",
}


def columns(world: World, name: str = "assigned", **others: Any) -> dict[str, list[Any]]:
    return {
        shown.column.value: [row.pk for row in shown.rows] for shown in board_of(world[name].actor, **others)
    }


@pytest.mark.parametrize("state", Referral.State.values)
def test_each_state_stands_in_one_column(world: World, case: Case, share_consent: None, state: str) -> None:
    referral = referral_in(world, case, state)
    rows = theirs(world["assigned"].actor, mine=False)
    assert [column.value for column in Column if in_column(rows, column)] == [IN[state]]
    if IN[state] != "ended":
        assert columns(world)[IN[state]] == [referral.pk]


def test_a_need_that_somebody_else_takes_up_is_not_looked_for_further(
    world: World, case: Case, share_consent: None
) -> None:
    declined = referral_in(world, case, "declined")
    assert columns(world)["look_further"] == [declined.pk]
    Referral.objects.create(
        case=case,
        service=declined.service,
        created_by=world["assigned"].user,
        created_on=timezone.localdate(),
        sealed_draft=b"x",
    )
    assert columns(world)["look_further"] == []
    rows = theirs(world["assigned"].actor, mine=False)
    assert [row.pk for row in in_column(rows, Column.ENDED)] == [declined.pk]


def test_what_can_wait_least_stands_first(world: World, case: Case, share_consent: None) -> None:
    def sent(hours: int) -> Any:
        made = referral_in(world, case, "draft")
        now = timezone.now()
        Referral.objects.filter(pk=made.pk).update(
            state="sent", sent_at=now, answer_by=now + timedelta(hours=hours)
        )
        return made.pk

    later, overdue, soon = sent(50), sent(-1), sent(2)
    assert columns(world)["waiting"] == [overdue, soon, later]
    page = text(sign_in(world["assigned"]).get("/referrals/"))
    assert "Waiting for an answer (3)" in page
    assert page.count("Overdue") == 1


def test_what_is_to_be_ended_stands_before_what_goes_on(
    world: World, case: Case, share_consent: None
) -> None:
    first, second = (referral_in(world, case, "accepted") for _each in range(2))
    assert columns(world)["under_way"] == [first.pk, second.pk]
    Handover.objects.create(referral=second, opened_at=timezone.now())
    assert columns(world)["under_way"][0] == second.pk


@pytest.mark.parametrize("name", PERSONAS)
def test_each_sees_the_referrals_of_the_cases_that_they_see(
    world: World, case: Case, share_consent: None, name: str
) -> None:
    referral = referral_in(world, case, "sent")
    response = sign_in(world[name]).get("/referrals/")
    if name in ("assigned", "teammate", "supervisor"):
        assert f"/referrals/{referral.pk}/" in response.content.decode()
        assert bool(columns(world, name, mine=True)["waiting"]) == (name == "assigned")
    elif name == "stranger":
        assert response.status_code == 200
        assert str(referral.pk) not in response.content.decode()
    else:
        assert response.status_code == 404


def test_a_column_has_a_list_of_its_own(world: World, case: Case, share_consent: None) -> None:
    for _each in range(11):
        draft_referral(
            actor=world["assigned"].actor,
            case_id=case.pk,
            service_id=world.services[0].pk,
            fields=["identity.chosen_name"],
        )
    browser = sign_in(world["assigned"])
    page = browser.get("/referrals/").content.decode()
    assert page.count("hearth-items__title") == 10
    assert "?column=drafts" in page
    listed = browser.get("/referrals/?column=drafts").content.decode()
    assert listed.count('<th scope="row"') == 11
    assert browser.get("/referrals/?column=nothing").status_code == 200


def test_the_board_takes_as_many_queries_for_ten_as_for_one(
    world: World, case: Case, share_consent: None
) -> None:
    browser = sign_in(world["assigned"])
    referral_in(world, case, "draft")
    for_one = queries(browser, "/referrals/")
    for _each in range(9):
        referral_in(world, case, "draft")
    assert queries(browser, "/referrals/") == for_one
