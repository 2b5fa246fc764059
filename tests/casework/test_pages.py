"""The caseworker's pages, as browsers get them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, Consent, FollowUp, Identification, SectionVersion
from casework.selectors import read_case, read_identification
from casework.services import open_case, plan_follow_up, record_consent, record_identification
from casework.services.consents import How, Purpose
from referrals.demo import Persona, World
from tests.conftest import sign_in
from tests.pages import CASEWORK, PLANTED, queries, text, title, who_sees

NEW = "/identifications/new/"
ANSWERS = {
    "answers.dr_job_nature_location_employer": "present",
    "answers.dr_wages_earnings": "present",
    "answers.ex_excessive_hours": "present",
    "answers.ex_low_or_no_salary": "present",
    "answers.cd_violence_victim": "absent",
}


@pytest.fixture
def browser(world: World, assigned: Persona) -> Client:
    """The caseworker, signed in."""
    return sign_in(assigned)


@pytest.fixture
def follow_up(assigned: Persona, case: Case) -> FollowUp:
    """Something that was due yesterday."""
    due = timezone.now() - timedelta(hours=23)
    return plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=due, about="Ask after Canarygiven")


@pytest.fixture
def consent(assigned: Persona, case: Case, share_consent: None) -> Consent:
    """The survivor agreed to sharing with the partner."""
    return case.consents.get()


def section_url(case: Case, name: str = "identity") -> str:
    return reverse("section", args=[case.pk, name])


def identify(persona: Persona, world: World) -> Identification:
    return record_identification(
        actor=persona.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )


# --- who sees what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["today", "identification-list", "identification-new", "case-list"])
def test_caseworkers_and_supervisors_have_the_pages_of_casework(world: World, case: Case, name: str) -> None:
    assert who_sees(world, reverse(name)) == CASEWORK | {"stranger"}


def test_the_pages_of_a_case_open_for_its_team_alone(
    world: World, case: Case, identification: Identification, follow_up: FollowUp, consent: Consent
) -> None:
    for url in (
        reverse("identification", args=[identification.pk]),
        reverse("case", args=[case.pk]),
        section_url(case),
        reverse("consent-new", args=[case.pk]),
        reverse("consent-withdraw", args=[case.pk, consent.pk]),
        reverse("follow-up-new", args=[case.pk]),
        reverse("follow-up-complete", args=[follow_up.pk]),
    ):
        assert who_sees(world, url) == CASEWORK, url


def test_the_lists_of_a_stranger_are_empty(world: World, case: Case, follow_up: FollowUp) -> None:
    stranger = sign_in(world["stranger"])
    for name in ("today", "identification-list", "case-list"):
        page = text(stranger.get(reverse(name)))
        assert case.number not in page
        assert not any(word in page for word in PLANTED)


def test_a_stranger_changes_nothing(
    world: World, case: Case, identification: Identification, follow_up: FollowUp, consent: Consent
) -> None:
    stranger = sign_in(world["stranger"])
    for url, form in (
        (reverse("identification-open-case", args=[identification.pk]), {}),
        (section_url(case), {"chosen_name": "Other", "base_version": "1"}),
        (reverse("consent-withdraw", args=[case.pk, consent.pk]), {}),
        (reverse("follow-up-complete", args=[follow_up.pk]), {"outcome": "done"}),
    ):
        assert stranger.post(url, form).status_code == 404, url
    follow_up.refresh_from_db()
    consent.refresh_from_db()
    assert (follow_up.state, consent.state) == (FollowUp.State.DUE, Consent.State.GIVEN)


def test_titles_name_a_kind_of_page_and_never_a_number_or_a_name(
    browser: Client, case: Case, identification: Identification, follow_up: FollowUp, consent: Consent
) -> None:
    titles = {
        title(browser.get(url))
        for url in (
            reverse("today"),
            reverse("identification-list"),
            reverse("identification", args=[identification.pk]),
            reverse("case-list"),
            reverse("case", args=[case.pk]),
            section_url(case),
            reverse("consent-new", args=[case.pk]),
            reverse("consent-withdraw", args=[case.pk, consent.pk]),
            reverse("follow-up-new", args=[case.pk]),
            reverse("follow-up-complete", args=[follow_up.pk]),
        )
    }
    assert titles == {
        "Hearth: today",
        "Hearth: identifications",
        "Hearth: identification",
        "Hearth: cases",
        "Hearth: case",
        "Hearth: consent",
        "Hearth: follow-up",
    }


# --- today ------------------------------------------------------------------------------------------------------


def test_today_shows_what_is_due_before_what_comes(
    browser: Client, assigned: Persona, case: Case, follow_up: FollowUp
) -> None:
    later = timezone.now() + timedelta(days=3)
    plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=later, about="Go to the consulate")
    page = text(browser.get("/today/"))
    places = [page.index(words) for words in ("Due now", "Ask after", "Coming up", "Go to the consulate")]
    assert places == sorted(places)


def test_today_shows_nobody_else_s_follow_ups(world: World, follow_up: FollowUp) -> None:
    assert "Nothing is waiting for you" in text(sign_in(world["teammate"]).get("/today/"))


# --- lists ------------------------------------------------------------------------------------------------------


def test_lists_take_as_many_queries_for_six_rows_as_for_one(
    browser: Client, world: World, assigned: Persona, case: Case, follow_up: FollowUp
) -> None:
    pages = ("/today/", "/identifications/", "/cases/")
    before = [queries(browser, page) for page in pages]
    for _ in range(5):
        made = open_case(actor=assigned.actor, identification_id=identify(assigned, world).pk)
        plan_follow_up(actor=assigned.actor, case_id=made.pk, due_at=timezone.now(), about="Call")
    assert [queries(browser, page) for page in pages] == before


def test_a_case_page_takes_as_many_queries_with_more_in_it(
    browser: Client, world: World, assigned: Persona, case: Case, follow_up: FollowUp, consent: Consent
) -> None:
    url = reverse("case", args=[case.pk])
    before = queries(browser, url)
    for _ in range(5):
        plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=timezone.now(), about="Call")
    record_consent(
        actor=assigned.actor,
        case_id=case.pk,
        purpose=Purpose.KEEP_RECORD,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="What is kept.",
        language="nep",
    )
    assert queries(browser, url) == before


def test_a_long_list_has_pages(
    browser: Client, world: World, assigned: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.paging.page_of.__defaults__", (2,))
    made = [str(identify(assigned, world).pk) for _ in range(3)]
    first = text(browser.get("/identifications/"))
    second = text(browser.get(f"/identifications/?after={made[1]}"))
    assert [pk in first for pk in made] == [False, True, True]
    assert [pk in second for pk in made] == [True, False, False]
    assert f'href="?after={made[1]}" rel="next"' in first
    assert f'href="?before={made[0]}" rel="prev"' in second
    assert f'href="?after={made[1]}" rel="next"' in text(browser.get("/identifications/?after=x"))


# --- identifications ----------------------------------------------------------------------------------------------


def test_the_form_asks_every_indicator_under_its_dimension_and_presumes_unknown(browser: Client) -> None:
    page = text(browser.get(NEW))
    assert len(re.findall(r'type="radio"[^>]*value="unknown"[^>]*checked', page)) == 67
    assert page.count("hearth-questions") == 6


def test_another_set_can_be_chosen_but_none_that_is_switched_off(browser: Client) -> None:
    assert "adults, labour" in text(browser.get(NEW))
    child = browser.get(NEW, {"instrument": "ilo-child-labour"})
    assert child.status_code == 200
    assert '<option value="ilo-child-labour" selected>' in text(child)
    assert browser.get(NEW, {"instrument": "ilo-adult-sexual"}).status_code == 404
    assert browser.get(NEW, {"instrument": "../secrets"}).status_code == 404


def test_wording_that_nobody_has_confirmed_is_marked(browser: Client) -> None:
    assert "Unverified wording" not in text(browser.get(NEW))
    assert "Unverified wording" in text(browser.get(NEW, {"instrument": "palermo"}))


def test_an_identification_is_recorded_and_explains_itself(browser: Client, assigned: Persona) -> None:
    form = ANSWERS | {"interviewed_on": "2026-01-15", "age": "29", "notes": "Seen in the garden."}
    response = browser.post(NEW, form, follow=True)
    page = text(response)
    for words in (
        "The identification is recorded.",
        "Indicators of trafficking",
        "One strong indicator with a medium or weak one",
        "Misled about pay or earnings",
        "62 indicators are still unknown",
        "This set does not ask about it.",
        "never a verdict",
        "Seen in the garden.",
        "Open a case",
    ):
        assert words in page, words
    assert "not a victim" not in page.lower()
    document = read_identification(assigned.actor, Identification.objects.get().pk)
    assert document.answers["dr_wages_earnings"] == "present"
    assert (document.age, document.notes) == (29, "Seen in the garden.")


def test_little_evidence_never_says_that_someone_is_not_concerned(browser: Client) -> None:
    page = text(browser.post(NEW, {"interviewed_on": "2026-01-15"}, follow=True))
    assert "This neither confirms nor rules out trafficking." in page
    assert "Needs more information" in page


def test_an_age_that_does_not_fit_the_set_needs_a_reason(browser: Client, assigned: Persona) -> None:
    form = ANSWERS | {"interviewed_on": "2026-01-15", "age": "16"}
    refused = browser.post(NEW, form)
    assert refused.status_code == 400
    assert 'id="id_gate_reason_error"' in text(refused)
    assert "Under 18: use a children&#x27;s instrument and child protection." in text(refused)
    assert not Identification.objects.exists()
    page = text(browser.post(NEW, form | {"gate_reason": "The interpreter knows no other set."}, follow=True))
    assert "Under 18: use a children&#x27;s instrument and child protection." in page
    assert "Not needed under 18." in page
    assert "The interpreter knows no other set." in page


def test_no_reason_is_asked_for_where_the_age_fits(browser: Client) -> None:
    assert "gate_reason" not in text(browser.get(NEW))


def test_the_conversation_and_the_evidence_are_kept_with_the_answers(
    browser: Client, assigned: Persona
) -> None:
    known = {
        "interviewed_on": "2026-01-15",
        "alone": "yes",
        "language": "nep",
        "interpreter": "Someone trusted",
        "source": "campaign",
        "campaign": "Know your rights",
        "evidence.dr_wages_earnings": "The contract said twice as much",
        "evidence.cd_violence_victim": "Nothing was said of it",
    }
    page = text(browser.post(NEW, ANSWERS | known, follow=True))
    for words in ("Someone trusted", "Nepali", "Awareness campaign", "Know your rights", "twice as much"):
        assert words in page, words
    assert "Notes on other indicators" in page, "a note on what was absent is not lost"
    interview = read_identification(assigned.actor, Identification.objects.get().pk).interview
    assert (interview.alone, interview.source, interview.language) == ("yes", "campaign", "nep")
    assert len(interview.evidence) == 2


def test_a_campaign_that_led_nobody_here_is_refused_at_its_field(browser: Client) -> None:
    response = browser.post(NEW, ANSWERS | {"interviewed_on": "2026-01-15", "campaign": "Rights"})
    assert response.status_code == 400
    assert 'id="id_campaign_error"' in text(response)


def test_what_a_set_does_not_cover_is_said_and_the_palermo_record_offered(
    browser: Client, world: World, assigned: Persona
) -> None:
    palermo = f"{NEW}?instrument=palermo"
    labour = text(browser.get(reverse("identification", args=[identify(assigned, world).pk])))
    assert "This set asks about labour exploitation alone." in labour
    assert palermo in labour
    form = {"interviewed_on": "2026-01-15", "answers.act_recruitment": "present"}
    recorded = text(browser.post(palermo, form, follow=True))
    assert "No purpose is recorded so far" in recorded
    assert palermo not in recorded


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"interviewed_on": "2126-01-15"}, "This date is in the future."),
        ({"interviewed_on": "soon"}, "Enter a valid date."),
        ({"age": "140"}, "Enter an age in years that is possible."),
        ({"age": "20", "age_at_exploitation": "30"}, "Enter an age in years that is possible."),
        ({"answers.dr_wages_earnings": "perhaps"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    browser: Client, wrong: dict[str, str], message: str
) -> None:
    response = browser.post(NEW, ANSWERS | {"interviewed_on": "2026-01-15", "notes": "Kept."} | wrong)
    page = text(response)
    assert response.status_code == 400
    assert message in page
    assert f'id="id_{next(reversed(wrong))}_error"' in page
    assert "Kept." in page, "what was typed is still there"
    assert not Identification.objects.exists()


def test_the_result_of_a_screening_tool_is_shown_too(
    browser: Client, world: World, assigned: Persona
) -> None:
    made = record_identification(
        actor=assigned.actor,
        team_id=world.team.pk,
        instrument_id="raft",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    page = text(browser.get(reverse("identification", args=[made.pk])))
    assert "Not screened" in page
    assert "rests on 12 survivors" in page
    for among, right in (("1.4", 4), ("10", 22), ("30", 52)):
        assert f"where {among} of 100 people are survivors, about {right} of 100 positive screens are" in page
    assert page.count("unverified wording") >= 4
    assert "not a victim" not in page.lower()


def test_a_case_is_opened_once_from_an_identification(
    browser: Client, world: World, assigned: Persona
) -> None:
    made = identify(assigned, world)
    url = reverse("identification-open-case", args=[made.pk])
    case_page = browser.post(url).headers["Location"]
    case = Case.objects.get()
    assert case_page == reverse("case", args=[case.pk])
    again = text(browser.post(url, follow=True))
    assert "There is a case for this identification already." in again
    assert case.number in again
    assert Case.objects.count() == 1
    assert browser.get(url).status_code == 405


# --- the case -----------------------------------------------------------------------------------------------------


def test_the_case_begins_with_how_to_reach_the_survivor_without_harm(browser: Client, case: Case) -> None:
    page = text(browser.get(reverse("case", args=[case.pk])))
    assert case.number in page
    places = [page.index(words) for words in ("Safe contact", "marigold", "Linnet", "Canarynarrative")]
    assert places == sorted(places)


def test_lists_hold_numbers_and_no_names(browser: Client, case: Case) -> None:
    page = text(browser.get("/cases/"))
    assert case.number in page
    assert not any(word in page for word in PLANTED)


def test_what_was_recorded_is_never_markup(browser: Client, assigned: Persona, case: Case) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x>{{ request }}&amp;"
    shown = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&gt;&lt;img src=x&gt;{{ request }}&amp;amp;"
    assert browser.post(section_url(case), {"chosen_name": attack, "base_version": "1"}).status_code == 302
    plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=timezone.now(), about=attack)
    for url in (
        "/today/",
        reverse("case", args=[case.pk]),
        section_url(case),
        reverse("follow-up-complete", args=[FollowUp.objects.get().pk]),
        reverse("referral-new", args=[case.pk]),
    ):
        page = text(browser.get(url))
        assert shown in page, url
        assert "<script>alert" not in page
        assert "<img" not in page


def test_a_section_is_saved_as_a_new_version(browser: Client, assigned: Persona, case: Case) -> None:
    response = browser.post(section_url(case), {"chosen_name": "Wren", "base_version": "1"}, follow=True)
    assert "Saved." in text(response)
    document = read_case(assigned.actor, case.pk).section("identity")
    assert (document.version, document.values) == (2, {"chosen_name": "Wren"})


def test_a_mistake_in_a_section_is_said_at_its_field_and_nothing_is_written(
    browser: Client, case: Case
) -> None:
    versions = SectionVersion.objects.count()
    form = {"chosen_name": "Wren", "date_of_birth": "2126-01-01", "base_version": "1"}
    response = browser.post(section_url(case), form)
    page = text(response)
    assert response.status_code == 400
    assert 'id="id_date_of_birth_error"' in page
    assert "Wren" in page
    assert SectionVersion.objects.count() == versions


@pytest.mark.parametrize("base", ["", "x", "-1", "²"])
def test_a_section_without_its_base_version_is_not_saved(browser: Client, case: Case, base: str) -> None:
    response = browser.post(section_url(case), {"chosen_name": "Wren", "base_version": base})
    assert response.status_code == 400
    assert "Reload the page and try again." in text(response)


def test_two_who_write_at_once_lose_nothing(
    world: World, browser: Client, assigned: Persona, case: Case
) -> None:
    teammate = sign_in(world["teammate"])
    teammate.post(section_url(case), {"chosen_name": "Linnet", "pronouns": "she", "base_version": "1"})
    response = browser.post(section_url(case), {"chosen_name": "Wren", "base_version": "1"})
    page = text(response)
    assert response.status_code == 409
    assert "Tomas Lindqvist" in page
    row = re.search(r"Chosen name</th>(.*?)</tr>", page, re.DOTALL)
    assert row
    assert "Linnet" in row[1]
    assert "Wren" in row[1]
    assert re.search(r'name="chosen_name" value="Wren"', page), "the form keeps what was typed"
    assert 'name="base_version" value="2"' in page
    assert read_case(assigned.actor, case.pk).section("identity").values["chosen_name"] == "Linnet"

    merged = {"chosen_name": "Wren", "pronouns": "she", "base_version": "2"}
    assert browser.post(section_url(case), merged).status_code == 302
    assert read_case(assigned.actor, case.pk).section("identity").version == 3


def test_there_is_no_page_for_a_section_that_is_not_declared(browser: Client, case: Case) -> None:
    assert browser.get(section_url(case, "secrets")).status_code == 404


# --- consents -----------------------------------------------------------------------------------------------------


def consent_form(world: World, **changed: str) -> dict[str, str]:
    form = {
        "purpose": "share",
        "recipient": str(world.partner_team.organisation_id),
        "explained": "Canarynarrative: what is shared, with whom and why.",
        "language": "nep",
        "outcome": "given",
        "given_by": "survivor",
        "how": "oral_witnessed",
        "witness": "Canarywitness",
        "given_on": "2026-01-16",
        "copy_for": "nobody",
    }
    return form | changed


def test_a_consent_is_recorded_for_one_partner(browser: Client, world: World, case: Case) -> None:
    response = browser.post(reverse("consent-new", args=[case.pk]), consent_form(world), follow=True)
    page = text(response)
    assert "The consent is recorded." in page
    assert "Open Door Legal Aid" in page


def test_only_organisations_that_offer_a_service_can_be_shared_with(browser: Client, case: Case) -> None:
    page = text(browser.get(reverse("consent-new", args=[case.pk])))
    assert "Open Door Legal Aid" in page
    assert "Northlight Refuge" not in page


def test_a_recipient_is_forgotten_where_the_purpose_is_another(
    browser: Client, world: World, assigned: Persona, case: Case
) -> None:
    form = consent_form(world, purpose="keep_record")
    assert browser.post(reverse("consent-new", args=[case.pk]), form).status_code == 302
    assert read_case(assigned.actor, case.pk).consents[0].recipient is None


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"recipient": ""}, "recipient", "Choose the organisation that this is shared with."),
        ({"given_on": "2126-01-01"}, "given_on", "This date is in the future."),
        ({"expires_on": "2026-01-01"}, "expires_on", "This date has passed."),
        ({"explained": ""}, "explained", "Say what was explained."),
        ({"witness": ""}, "witness", "Name the witness."),
        ({"how": ""}, "how", "Say how it was given."),
        ({"purpose": "everything"}, "purpose", "Select a valid choice."),
    ],
)
def test_a_consent_that_can_t_be_taken_is_explained_at_its_field(
    browser: Client, world: World, case: Case, changed: dict[str, str], field: str, message: str
) -> None:
    response = browser.post(reverse("consent-new", args=[case.pk]), consent_form(world, **changed))
    page = text(response)
    assert response.status_code == 400
    assert f'id="id_{field}_error"' in page
    assert message in page
    assert not Consent.objects.exists()


def test_a_second_consent_for_the_same_is_refused_and_nothing_typed_is_lost(
    browser: Client, world: World, case: Case, consent: Consent
) -> None:
    response = browser.post(reverse("consent-new", args=[case.pk]), consent_form(world))
    page = text(response)
    assert response.status_code == 409
    assert "There is a consent for this that still holds." in page
    assert "Canarynarrative" in page
    assert Consent.objects.count() == 1


def test_a_consent_goes_on_to_the_page_that_asked_for_it_on_this_site_alone(
    browser: Client, world: World, case: Case
) -> None:
    url = reverse("consent-new", args=[case.pk])
    form = consent_form(world, purpose="statistics", next="/referrals/")
    assert browser.post(url, form).headers["Location"] == "/referrals/"
    form = consent_form(world, next="https://elsewhere.example/")
    assert browser.post(url, form).headers["Location"] == reverse("case", args=[case.pk])


def test_withdrawing_a_consent_asks_first(browser: Client, case: Case, consent: Consent) -> None:
    url = reverse("consent-withdraw", args=[case.pk, consent.pk])
    assert "Withdraw this consent?" in text(browser.get(url))
    consent.refresh_from_db()
    assert consent.state == Consent.State.GIVEN
    assert "The consent is withdrawn." in text(browser.post(url, follow=True))
    consent.refresh_from_db()
    assert consent.state == Consent.State.WITHDRAWN
    again = browser.post(url)
    assert again.status_code == 409
    assert "This was not done" in text(again)


# --- follow-ups ---------------------------------------------------------------------------------------------------


def test_a_follow_up_is_planned_for_a_teammate(browser: Client, world: World, case: Case) -> None:
    day = (timezone.localdate() + timedelta(days=60)).isoformat()
    form = {
        "about": "Ask how the meeting went.",
        "due_on": day,
        "due_time": "14:30",
        "assignee": str(world["teammate"].user.pk),
    }
    page = text(browser.post(reverse("follow-up-new", args=[case.pk]), form, follow=True))
    assert "The follow-up is planned." in page
    planned = FollowUp.objects.get()
    assert planned.due_at.isoformat() == f"{day}T14:30:00+00:00"
    assert planned.assignee == world["teammate"].user


def test_a_follow_up_needs_a_day_and_someone_of_the_team(browser: Client, world: World, case: Case) -> None:
    form = {"about": "Call.", "due_time": "14:30", "assignee": str(world["stranger"].user.pk)}
    response = browser.post(reverse("follow-up-new", args=[case.pk]), form)
    page = text(response)
    assert response.status_code == 400
    assert 'id="id_due_on_error"' in page
    assert 'id="id_assignee_error"' in page
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("button", "state"), [({}, FollowUp.State.DONE), ({"cancel": "1"}, FollowUp.State.CANCELLED)]
)
def test_a_follow_up_is_closed_with_what_came_of_it(
    browser: Client, case: Case, follow_up: FollowUp, button: dict[str, str], state: str
) -> None:
    url = reverse("follow-up-complete", args=[follow_up.pk])
    page = text(browser.post(url, {"outcome": "They are well.", **button}, follow=True))
    assert "The follow-up is closed." in page
    assert "They are well." in page
    follow_up.refresh_from_db()
    assert follow_up.state == state
    again: Any = browser.post(url, {"outcome": "Twice."})
    assert again.status_code == 409
    assert "Twice." in text(again)
