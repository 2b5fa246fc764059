"""Closing a case: the checklist, and how long a closed case is kept."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from casework.closing import checklist_of, retention_from, retention_of, still_open
from casework.models import Approval, Case, FollowUp
from casework.selectors import follow_ups_in, read_case
from casework.services import cancel_follow_up, plan_follow_up, save_section
from casework.services.approvals import approve, ask_approval
from casework.services.entries import add_entry, change_entry
from casework.services.states import closing_approval
from casework.services.transfers import accept_transfer, offer_transfer
from casework.transitions import CaseStep
from core.errors import Invalid, NotAllowed, Refused
from referrals.demo import Persona, World
from referrals.services import draft_referral
from tests.casework.test_transitions import POINTS, approved, checked, move
from tests.neighbours import outreach


def answer(persona: Persona, case: Case, **values: str) -> Any:
    return add_entry(
        actor=persona.actor, case_id=case.pk, kind="closure", values=dict.fromkeys(POINTS, "done") | values
    )


def refused_at(persona: Persona, case: Case, **values: str) -> set[str]:
    with pytest.raises(Invalid) as invalid:
        answer(persona, case, **values)
    return set(invalid.value.fields)


# --- the checklist  ----------------------------------------


@pytest.mark.parametrize("point", POINTS)
def test_every_point_needs_an_answer(assigned: Persona, case: Case, point: str) -> None:
    assert refused_at(assigned, case, **{point: ""}) == {point}


def test_without_it_nothing_closes_and_each_time_needs_its_own(
    world: World, assigned: Persona, case: Case
) -> None:
    def approved_alone() -> None:
        asked = ask_approval(
            actor=assigned.actor, case_id=case.pk, subject=Approval.Subject.CLOSURE, reason="x"
        )
        approve(actor=world["supervisor"].actor, case_id=case.pk, approval_id=asked.pk)

    for _time in range(2):
        approved_alone()
        assert checklist_of(read_case(assigned.actor, case.pk)) is None
        with pytest.raises(Refused) as refused:
            move(assigned, case, CaseStep.CLOSE)
        assert "checklist" in str(refused.value.message)
        checked(assigned, case)
        assert move(assigned, case, CaseStep.CLOSE).state == "closed"
        move(world["supervisor"], case, CaseStep.REOPEN)


def test_an_approval_does_not_outlive_a_handing_over(world: World, assigned: Persona, case: Case) -> None:
    approved(world, case)
    assert closing_approval(read_case(assigned.actor, case.pk)) is not None
    near = outreach(world)
    made = offer_transfer(
        actor=world["supervisor"].actor,
        case_id=case.pk,
        to_team=near.team.pk,
        note="Yours.",
        keep_reading=True,
    )
    accept_transfer(actor=near.supervisor.actor, transfer_id=made.pk)
    assert closing_approval(read_case(near.supervisor.actor, case.pk)) is None


def test_what_is_still_open_is_not_done(world: World, assigned: Persona, case: Case) -> None:
    which = {"actor": assigned.actor, "case_id": case.pk}
    add_entry(**which, kind="goal", values={"wish": "A room of her own", "need": "shelter_emergency"})
    follow_up = plan_follow_up(**which, due_at=timezone.now(), about="x")
    draft_referral(**which, service_id=world.services[0].pk, fields=["identity.chosen_name"])
    open_points = {each.point: each.count for each in still_open(read_case(assigned.actor, case.pk))}
    assert open_points == {"goals": 1, "follow_ups": 1, "referrals": 1}
    assert refused_at(assigned, case) == {"goals", "follow_ups", "referrals"}
    cancel_follow_up(actor=assigned.actor, follow_up_id=follow_up.pk)
    assert refused_at(assigned, case, goals="goes_on", referrals="goes_on") == {"note"}
    answer(assigned, case, goals="goes_on", referrals="goes_on", note="The partner.")


def test_of_a_child_guardian_and_authority_are_told(assigned: Persona, case: Case) -> None:
    values = {"treated_as_child": "yes"}
    save_section(
        actor=assigned.actor, case_id=case.pk, section="child_protection", values=values, base_version=0
    )
    assert refused_at(assigned, case) == {"guardian_told", "authority_told"}
    answer(assigned, case, guardian_told="not_needed", authority_told="done")


def test_what_was_ticked_stays(assigned: Persona, case: Case) -> None:
    entry = answer(assigned, case)
    with pytest.raises(NotAllowed):
        change_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="closure",
            entry_id=entry,
            values=dict.fromkeys(POINTS, "not_needed"),
            base_version=1,
        )


# --- how long it is kept  ----------------------------------------


@pytest.mark.parametrize(
    ("country", "years", "confirmed"), [("ITA", 10, True), ("GBR", 7, True), ("", 7, True)]
)
def test_each_country_has_its_years(
    assigned: Persona, case: Case, settings: Any, country: str, years: int, confirmed: bool
) -> None:
    settings.RETENTION_YEARS = {"ITA": 10, "*": 7}
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="contact_and_safety",
        values={"country": country},
        base_version=1,
    )
    found = retention_from(read_case(assigned.actor, case.pk), date(2026, 2, 1))
    assert (found.until, found.rule.confirmed) == (date(2026 + years, 2, 1), confirmed)


def test_where_nothing_is_set_the_number_is_ours_and_says_so(assigned: Persona, case: Case) -> None:
    found = retention_from(read_case(assigned.actor, case.pk), date(2024, 2, 29))
    assert (found.until, found.rule.confirmed) == (date(2029, 2, 28), False)


def test_a_childs_years_begin_when_they_come_of_age(assigned: Persona, case: Case) -> None:
    values = {"date_of_birth": "2012-02-29"}
    save_section(actor=assigned.actor, case_id=case.pk, section="identity", values=values, base_version=1)
    found = retention_from(read_case(assigned.actor, case.pk), date(2026, 2, 1))
    assert found.until == date(2035, 2, 28)


def test_closing_plans_a_look_at_its_end_and_reopening_takes_it_back(
    world: World, assigned: Persona, case: Case
) -> None:
    approved(world, case)
    assert retention_of(read_case(assigned.actor, case.pk)) is None
    move(world["supervisor"], case, CaseStep.CLOSE)
    planned = FollowUp.objects.get(follow_ups_in(case), state=FollowUp.State.DUE)
    found = retention_of(read_case(assigned.actor, case.pk))
    assert found is not None
    assert not found.over
    assert timezone.localdate(planned.due_at) == found.until
    assert planned.assignee == assigned.user
    move(world["supervisor"], case, CaseStep.REOPEN)
    planned.refresh_from_db()
    assert planned.state == "cancelled"
