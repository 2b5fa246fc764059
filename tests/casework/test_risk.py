"""The risk is assessed with reasons and looked at again; alerts stand at the top; the safety plan goes on paper."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, FollowUp
from casework.record.sections.risk_and_safety import SAFETY_PLAN
from casework.selectors import follow_ups_of, read_follow_ups
from casework.services import complete_follow_up, save_section
from casework.services.entries import add_entry
from core.errors import Invalid
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import sign_in
from tests.pages import text

TODAY = timezone.localdate()
SECTION = "risk_and_safety"


def assessed(level: str, *, in_days: int | None = 7) -> dict[str, object]:
    """An assessment of today."""
    review = {"review_on": (TODAY + timedelta(days=in_days)).isoformat()} if in_days is not None else {}
    return {"risk_level": level, "reasons": ["threats"], "assessed_on": TODAY.isoformat(), **review}


def save(persona: Persona, case: Case, values: dict[str, object], base_version: int = 0) -> None:
    save_section(
        actor=persona.actor, case_id=case.pk, section=SECTION, values=values, base_version=base_version
    )


def reviews(persona: Persona, case: Case) -> list[FollowUp]:
    """The follow-ups that look at the risk again, the latest day last."""
    actor = persona.actor
    documents = read_follow_ups(actor, follow_ups_of(actor).filter(object=case.pk).order_by("due_at", "pk"))
    return [each.follow_up for each in documents if each.about == "Look at the risk again"]


# --- the assessment ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "missing"),
    [
        ("low", {"reasons", "assessed_on"}),
        ("medium", {"reasons", "assessed_on"}),
        ("high", {"reasons", "assessed_on", "review_on"}),
        ("immediate", {"reasons", "assessed_on", "review_on"}),
    ],
)
def test_a_level_has_its_reasons_and_a_high_one_its_day(
    assigned: Persona, case: Case, level: str, missing: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        save(assigned, case, {"risk_level": level})
    assert set(refused.value.fields) == missing


def test_a_safety_plan_needs_no_assessment(assigned: Persona, case: Case) -> None:
    save(assigned, case, {"safety_plan": "Knock at the bakery."})
    assert reviews(assigned, case) == []


def test_the_review_is_the_assigned_caseworkers_whoever_assessed(
    world: World, assigned: Persona, case: Case
) -> None:
    save(world["supervisor"], case, assessed("high"))
    (review,) = reviews(assigned, case)
    assert (review.assignee, review.urgent) == (assigned.user, False)
    assert timezone.localtime(review.due_at).date() == TODAY + timedelta(days=7)


def test_a_newer_assessment_takes_the_place_of_the_one_before(assigned: Persona, case: Case) -> None:
    save(assigned, case, assessed("medium"))
    save(assigned, case, assessed("high", in_days=2), base_version=1)
    newer, older = reviews(assigned, case)
    assert (older.state, newer.state) == (FollowUp.State.CANCELLED, FollowUp.State.DUE)
    save(assigned, case, assessed("low", in_days=None), base_version=2)
    assert {each.state for each in reviews(assigned, case)} == {FollowUp.State.CANCELLED}


def test_a_change_of_the_plan_leaves_the_review_as_it_is(assigned: Persona, case: Case) -> None:
    save(assigned, case, assessed("high"))
    save(assigned, case, assessed("high") | {"safe_places": "The library."}, base_version=1)
    (review,) = reviews(assigned, case)
    assert review.state == FollowUp.State.DUE


def test_a_review_that_was_done_stays_done(assigned: Persona, case: Case) -> None:
    save(assigned, case, assessed("high"))
    (review,) = reviews(assigned, case)
    complete_follow_up(actor=assigned.actor, follow_up_id=review.pk)
    save(assigned, case, assessed("high", in_days=9), base_version=1)
    assert [each.state for each in reviews(assigned, case)] == [FollowUp.State.DONE, FollowUp.State.DUE]


def test_only_immediate_risk_makes_the_case_urgent_until_it_is_assessed_otherwise(
    assigned: Persona, case: Case
) -> None:
    for version, (level, urgent) in enumerate(
        [("high", False), ("immediate", True), ("immediate", True), ("medium", False)]
    ):
        save(assigned, case, assessed(level, in_days=version + 1), base_version=version)
        case.refresh_from_db()
        assert case.urgent == urgent, level
    assert [each.urgent for each in reviews(assigned, case)] == [False, True, True, False]


def test_a_case_that_was_urgent_before_stays_so_where_the_risk_is_lower(
    assigned: Persona, case: Case
) -> None:
    Case.objects.filter(pk=case.pk).update(urgent=True)
    save(assigned, case, assessed("low"))
    case.refresh_from_db()
    assert case.urgent


# --- alerts -----------------------------------------------------------------------------------------------------


def test_an_alert_stands_above_everything_until_it_is_ended(assigned: Persona, case: Case) -> None:
    since = date(2026, 1, 16).isoformat()
    for message, ended in (("Canarygate is watched", {}), ("Canaryold", {"ended_on": since})):
        values = {"message": message, "since": since, **ended}
        add_entry(actor=assigned.actor, case_id=case.pk, kind="alert", values=values)
    page = text(sign_in(assigned).get(reverse("case", args=[case.pk])))
    assert "Canaryold" not in page
    assert page.index("Canarygate is watched") < page.index('id="contact_and_safety"')
    notice = page[page.index("hearth-notice--warning") :]
    assert assigned.user.name in notice[: notice.index("Change")]
    assert "16 January 2026" in notice[: notice.index("Change")]


# --- the sheet --------------------------------------------------------------------------------------------------


def test_the_sheet_is_shown_once_it_is_safe_to_keep_and_that_is_recorded(
    assigned: Persona, case: Case
) -> None:
    save(assigned, case, {"warning_signs": "Canarycar", "code_word_means": "Canaryword"})
    page, browser = reverse("safety-plan", args=[case.pk]), sign_in(assigned)
    assert "is shown" not in text(browser.get(page))
    assert browser.post(page).status_code == 400
    assert not AuditEvent.objects.filter(action="safety_plan.printed").exists()
    sheet = browser.post(page, {"safe": "on"})
    assert sheet.status_code == 200
    assert "Canarycar" in text(sheet)
    assert AuditEvent.objects.get(action="safety_plan.printed").object == case.pk


def test_the_sheet_says_nobody_s_name_no_organisation_and_no_word_of_what_it_is_for(
    world: World, assigned: Persona, case: Case
) -> None:
    filled = {name: f"Step {number}." for number, name in enumerate(sorted(SAFETY_PLAN))}
    save(assigned, case, filled | assessed("high") | {"code_word_means": "Canaryword"})
    whole = text(sign_in(assigned).post(reverse("safety-plan", args=[case.pk]), {"safe": "on"}))
    sheet = whole[whole.index('id="main-content"') : whole.index("</main>")]
    for step in filled.values():
        assert str(step) in sheet
    told = ("traffick", "survivor", "victim", "marigold", "Canaryword", "Linnet", case.number, "High")
    for word in (*told, world.team.organisation.name, world.team.name, assigned.user.name):
        assert word.lower() not in sheet.lower(), word


def test_without_a_plan_there_is_no_sheet(assigned: Persona, case: Case) -> None:
    page = reverse("safety-plan", args=[case.pk])
    browser = sign_in(assigned)
    assert "There is no safety plan yet" in text(browser.get(page))
    assert browser.post(page, {"safe": "on"}).status_code == 400
