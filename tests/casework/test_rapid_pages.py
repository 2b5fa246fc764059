"""Rapid mode, screen by screen, as browsers get it."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from casework.models import Draft, FollowUp, Identification
from casework.selectors import read_identification
from casework.services.drafts import draft_of
from core.accounts import found_team
from core.models import Role
from referrals.demo import Persona, World
from tests.conftest import sign_in
from tests.pages import text, title

CONSENT = {"alone": "yes", "limits_explained": "on", "consented": "yes"}
YES = {"answers.raft_tricked_forced": "present", "answers.raft_scared_unsafe": "declined"}


@pytest.fixture
def browser(world: World, assigned: Persona) -> Client:
    """The caseworker, signed in."""
    return sign_in(assigned)


class Interview:
    """A draft at a browser: `post` sends a screen with the version that its page names."""

    def __init__(self, browser: Client, instrument: str = "raft") -> None:
        self.browser = browser
        self.address = browser.post("/identifications/rapid/", {"instrument": instrument}).headers["Location"]
        self.id = UUID(self.address.split("/")[2])

    def page(self, screen: str) -> str:
        return text(self.browser.get(f"{self.address}{screen}/"))

    def base(self, screen: str) -> str:
        found = re.search(r'name="base_version" value="(\d+)"', self.page(screen))
        assert found, f"{screen} is not there"
        return found[1]

    def post(self, screen: str, **fields: Any) -> Any:
        return self.browser.post(f"{self.address}{screen}/", {"base_version": self.base(screen), **fields})

    def on(self) -> str:
        """The screen at which it goes on."""
        return self.browser.get(self.address).headers["Location"].split("/")[3]

    def begin(self) -> "Interview":
        """Up to the first question, with nothing urgent."""
        assert self.post("before", **CONSENT).status_code == 302
        assert self.post("urgent", none="1").status_code == 302
        return self


@pytest.fixture
def interview(browser: Client) -> Interview:
    return Interview(browser)


def content(persona: Persona, interview: Interview) -> dict[str, Any]:
    return draft_of(persona.actor, interview.id)[1]


# --- from the first screen to the outcome ---------------------------------------------------------------------------


def test_today_begins_a_quick_screening_at_one_press(browser: Client) -> None:
    assert 'action="/identifications/rapid/"' in text(browser.get("/today/"))
    assert Interview(browser).on() == "before"


def test_a_screening_goes_from_screen_to_screen_to_its_outcome(
    interview: Interview, assigned: Persona
) -> None:
    assert interview.post("before", **CONSENT).headers["Location"].endswith("/urgent/")
    assert interview.post("urgent", none="1").headers["Location"].endswith("/questions-1/")
    assert interview.post("questions-1", **YES).headers["Location"].endswith("/last/")
    done = interview.post("last", age="29", source="campaign", campaign="Know your rights", notes="Calm.")
    made = Identification.objects.get()
    assert done.headers["Location"] == reverse("identification", args=[made.pk])
    page = text(interview.browser.get(done.headers["Location"]))
    for words in ("Positive screen", "Know your rights", "Consent to the interview", "Calm.", "12 survivors"):
        assert words in page, words
    assert "not a victim" not in page.lower()
    document = read_identification(assigned.actor, made.pk)
    assert document.answers["raft_tricked_forced"] == "present"
    assert document.answers["raft_scared_unsafe"] == "declined"
    assert document.answers["raft_exchange_for_sex"] == "unknown"
    assert (document.age, document.interview.concerns) == (29, ())
    assert not Draft.objects.exists()


def test_each_screen_says_how_far_it_is_and_offers_to_stop_and_to_go_back(interview: Interview) -> None:
    stop = reverse("rapid-stop", args=[interview.id])
    assert "1 of 4" in interview.page("before")
    interview.begin()
    page = interview.page("questions-1")
    assert "3 of 4" in page
    assert stop in page
    assert f"{interview.address}urgent/" in page
    assert title(interview.browser.get(f"{interview.address}last/")) == "Hearth: identification"


def test_the_page_of_a_question_offers_yes_no_declined_and_skip(interview: Interview) -> None:
    page = interview.begin().page("questions-1")
    for value in ("present", "absent", "declined", "unknown"):
        assert page.count(f'value="{value}"') == 4
    assert page.count('value="unknown" checked') == 4, "what nobody answers is skipped"


def test_a_draft_is_resumed_where_it_was_left(browser: Client, assigned: Persona) -> None:
    interview = Interview(browser).begin()
    assert interview.on() == "questions-1"
    later = sign_in(assigned)
    for page in ("/today/", "/identifications/"):
        assert interview.address in text(later.get(page))
    assert later.get(interview.address).headers["Location"].endswith("/questions-1/")
    assert 'value="yes" checked' in text(later.get(f"{interview.address}before/"))


def test_a_draft_is_its_author_s_alone(world: World, interview: Interview) -> None:
    for name in ("teammate", "supervisor", "stranger"):
        other = sign_in(world[name])
        for page in ("", "before/", "stop/"):
            assert other.get(f"{interview.address}{page}").status_code == 404
        assert other.post(f"{interview.address}finish/").status_code == 404
        assert interview.address not in text(other.get("/today/"))


def test_every_set_can_be_asked_to_its_end(browser: Client) -> None:
    for instrument in ("ilo-adult-labour", "ilo-child-labour", "qyit", "tvit-short", "palermo"):
        interview = Interview(browser, instrument)
        interview.begin()
        for _screen in range(12):
            at = interview.on()
            response = interview.post(at)
            if "/drafts/" not in response.headers["Location"]:
                break
        assert browser.get(response.headers["Location"]).status_code == 200
    assert Identification.objects.count() == 5
    assert not Draft.objects.exists()


@pytest.mark.parametrize("instrument", ["ilo-adult-sexual", "nothing"])
def test_a_set_that_is_not_offered_begins_nothing(browser: Client, instrument: str) -> None:
    assert browser.post("/identifications/rapid/", {"instrument": instrument}).status_code == 400
    assert not Draft.objects.exists()


def test_who_works_in_two_teams_says_for_which(browser: Client, world: World, assigned: Persona) -> None:
    second = found_team(
        organisation=world.team.organisation, name="Night desk", founder=assigned.user, role=Role.CASEWORKER
    )
    assert 'name="team"' in text(browser.get("/today/"))
    for unsaid in ({}, {"team": str(world.partner_team.pk)}, {"team": "x"}):
        refused = browser.post("/identifications/rapid/", unsaid)
        assert refused.status_code == 409
        assert "Choose the team that this is for." in text(refused)
    assert browser.post("/identifications/rapid/", {"team": str(second.pk)}).status_code == 302
    assert Draft.objects.get().team == second


# --- consent ------------------------------------------------------------------------------------------------------


def test_no_question_is_asked_before_the_person_agreed(interview: Interview, assigned: Persona) -> None:
    before = f"{interview.address}before/"
    for screen in ("questions-1", "last"):
        assert interview.browser.get(f"{interview.address}{screen}/").headers["Location"] == before
        sent = interview.browser.post(f"{interview.address}{screen}/", {**YES, "base_version": "1"})
        assert sent.headers["Location"] == before
    assert content(assigned, interview)["answers"] == {}
    assert interview.browser.get(f"{interview.address}urgent/").status_code == 200, "safety does not wait"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"limits_explained": ""}, "limits_explained"),
        ({"alone": ""}, "alone"),
        ({"consented": ""}, "consented"),
    ],
)
def test_an_agreement_needs_the_limits_explained_and_the_room_known(
    interview: Interview, assigned: Persona, changed: dict[str, str], field: str
) -> None:
    sent = {name: value for name, value in (CONSENT | changed).items() if value}
    response = interview.post("before", present="A cousin", **sent)
    assert response.status_code == 400
    assert f"id_{field}" in text(response)
    assert "A cousin" in text(response), "what was typed is still there"
    assert content(assigned, interview)["seen"] == []


def test_finishing_without_an_agreement_is_refused_and_says_so(interview: Interview) -> None:
    refused = interview.browser.post(f"{interview.address}finish/", follow=True)
    assert "The limits of confidentiality were not explained." in text(refused)
    assert not Identification.objects.exists()
    assert Draft.objects.exists()


def test_who_must_not_interpret_does_not(interview: Interview) -> None:
    response = interview.post(
        "before", interpreter="mara  lind", not_interpreters="Mara Lind\nOthers", **CONSENT
    )
    assert response.status_code == 400
    assert 'id="id_interpreter_error"' in text(response)
    assert "must not interpret" in text(response)


def test_a_no_ends_it_with_what_helps_and_no_pressure(interview: Interview, assigned: Persona) -> None:
    said = interview.post("before", consented="no")
    assert said.headers["Location"] == reverse("rapid-stop", args=[interview.id])
    page = text(interview.browser.get(said.headers["Location"]))
    assert "That is their right, and no reason is needed." in page
    assert "Finish with what there is" not in page
    assert interview.browser.post(f"{interview.address}finish/").status_code == 302
    assert not Identification.objects.exists()
    assert interview.browser.post(f"{interview.address}stop/", {"discard": "1"}).status_code == 302
    assert not Draft.objects.exists()


# --- what is urgent -----------------------------------------------------------------------------------------------


def test_what_is_urgent_shows_at_once_what_to_do_and_by_when(interview: Interview, world: World) -> None:
    interview.post("before", **CONSENT)
    sent = interview.post("urgent", concerns=["medical", "suicidal"])
    assert sent.headers["Location"].endswith("/now/")
    page = interview.page("now")
    assert "Get medical help first." in page
    assert page.count("Follow up before") == 2
    today = text(interview.browser.get("/today/"))
    assert today.index("Get medical help first.") < today.index("Not finished yet")
    assert interview.post("now").headers["Location"].endswith("/questions-1/")
    interview.post("questions-1", **YES)
    interview.post("last")
    made = Identification.objects.get()
    assert made.urgent
    assert FollowUp.objects.filter(object=made.pk, urgent=True).count() == 2
    assert "Urgent" in text(interview.browser.get("/identifications/"))


@pytest.mark.parametrize("sent", [{}, {"none": "1", "concerns": ["medical"]}])
def test_none_of_these_is_said_and_not_left_out(interview: Interview, sent: dict[str, Any]) -> None:
    interview.post("before", **CONSENT)
    response = interview.post("urgent", **sent)
    assert response.status_code == 400
    assert 'id="id_concerns_error"' in text(response)
    assert not FollowUp.objects.exists()


def test_a_concern_is_followed_up_once_however_often_the_screen_is_sent(interview: Interview) -> None:
    interview.post("before", **CONSENT)
    for _time in range(2):
        interview.post("urgent", concerns=["medical"])
    assert FollowUp.objects.count() == 1


# --- a child ------------------------------------------------------------------------------------------------------


def test_a_child_s_age_leads_to_the_children_s_set_and_a_guardian(browser: Client, assigned: Persona) -> None:
    interview = Interview(browser, "ilo-adult-labour").begin()
    assert interview.post("age", age="15").headers["Location"].endswith("/child/")
    assert content(assigned, interview)["instrument"] == "ilo-child-labour"
    interview.post("child", accompaniment="unaccompanied", guardian="The youth office was asked")
    assert interview.on() == "questions-1"
    made = browser.post(f"{interview.address}finish/")
    page = text(browser.get(made.headers["Location"]))
    for words in ("Without any adult who is responsible", "The youth office was asked", "children, labour"):
        assert words in page, words
    assert "Best interests assessment" in text(browser.get("/today/"))


def test_someone_who_may_be_under_18_is_asked_as_a_child(browser: Client, assigned: Persona) -> None:
    interview = Interview(browser, "ilo-adult-labour").begin()
    assert interview.post("age", presumed_child="on").headers["Location"].endswith("/child/")
    assert content(assigned, interview)["instrument"] == "ilo-child-labour"


def test_a_tool_for_adults_offers_the_children_s_set_to_a_child(
    interview: Interview, assigned: Persona
) -> None:
    interview.begin().post("questions-1", **YES)
    asked = interview.post("last", age="16", source="hotline", notes="At the station.")
    assert asked.status_code == 400
    assert 'id="id_gate_reason_error"' in text(asked)
    assert 'name="use" value="ilo-child-labour"' in text(asked)
    switched = interview.post(
        "last", age="16", source="hotline", notes="At the station.", use="ilo-child-labour"
    )
    assert switched.headers["Location"] == interview.address
    kept = content(assigned, interview)
    assert (kept["instrument"], kept["answers"]) == ("ilo-child-labour", {})
    assert "At the station." in kept["notes"]
    assert "Tricked or forced into work not wanted: yes" in kept["notes"]
    assert interview.on() == "child", "the age is known and not asked again"
    interview.post("child", accompaniment="separated")
    finished = text(interview.browser.post(f"{interview.address}finish/", follow=True))
    assert "Tricked or forced into work not wanted: yes" in finished
    assert "Hotline" in finished


def test_a_tool_for_adults_goes_on_with_a_written_reason(interview: Interview, assigned: Persona) -> None:
    interview.begin().post("questions-1", **YES)
    sent = interview.post("last", age="16", gate_reason="No other set is in her language.")
    assert sent.headers["Location"].endswith("/child/")
    interview.post("child")
    document = read_identification(assigned.actor, Identification.objects.get().pk)
    assert document.interview.gate_reason == "No other set is in her language."


@pytest.mark.parametrize("wrong", [{"age": "-1"}, {"age": "140"}, {"age": "20", "age_at_exploitation": "30"}])
def test_an_age_that_can_t_be_is_said_at_its_field(interview: Interview, wrong: dict[str, str]) -> None:
    response = interview.begin().post("last", **wrong)
    assert response.status_code == 400
    assert f'id="id_{next(reversed(wrong))}_error"' in text(response)
    assert not Identification.objects.exists()


# --- two tabs, and a connection that breaks -------------------------------------------------------------------------


def test_an_older_tab_overwrites_nothing_and_loses_nothing(interview: Interview, assigned: Persona) -> None:
    interview.begin()
    old = interview.base("last")
    interview.post("questions-1", **YES)
    interview.browser.post(f"{interview.address}questions-1/", {"base_version": "1"})
    send = {"base_version": old, "notes": "Second tab", "age": "30"}
    refused = interview.browser.post(f"{interview.address}last/", send)
    page = text(refused)
    assert refused.status_code == 409
    assert "Second tab" in page
    kept = content(assigned, interview)
    assert kept["notes"] == ""
    assert kept["answers"]["raft_tricked_forced"] == "present"
    again = re.search(r'name="base_version" value="(\d+)"', page)
    assert again
    saved = interview.browser.post(f"{interview.address}last/", send | {"base_version": again[1]})
    assert saved.headers["Location"].startswith("/identifications/")


def test_a_newer_answer_is_shown_beside_one_s_own(interview: Interview) -> None:
    interview.begin()
    old = interview.base("questions-1")
    interview.post("questions-1", **YES)
    refused = interview.browser.post(
        f"{interview.address}questions-1/", {"base_version": old, "answers.raft_tricked_forced": "absent"}
    )
    assert refused.status_code == 409
    assert "Tricked or forced into work not wanted: <bdi>Yes</bdi>" in text(refused)


def test_the_same_screen_sent_twice_goes_on(interview: Interview) -> None:
    interview.begin()
    old = interview.base("questions-1")
    for _time in range(2):
        sent = interview.browser.post(f"{interview.address}questions-1/", {"base_version": old, **YES})
        assert sent.headers["Location"].endswith("/last/")


@pytest.mark.parametrize("base", ["", "x", "-1", "²"])
def test_a_version_that_is_none_overwrites_nothing(interview: Interview, base: str) -> None:
    interview.begin()
    sent = interview.browser.post(f"{interview.address}questions-1/", {"base_version": base, **YES})
    assert sent.status_code == 409


# --- stopping -----------------------------------------------------------------------------------------------------


def test_stopping_keeps_the_draft(interview: Interview) -> None:
    interview.begin()
    assert "You can go on at any time." in text(interview.browser.get(f"{interview.address}stop/"))
    kept = interview.browser.post(f"{interview.address}stop/", {"keep": "1"})
    assert kept.headers["Location"] == "/today/"
    assert interview.on() == "questions-1"


def test_stopping_can_sign_out_at_once(interview: Interview) -> None:
    left = interview.browser.post(f"{interview.address}stop/", {"leave": "1"})
    assert left.headers["Location"] == "/sign-in/"
    assert interview.browser.get(interview.address).headers["Location"].startswith("/sign-in/")
    assert Draft.objects.exists()


def test_a_draft_with_something_urgent_is_not_deleted(interview: Interview) -> None:
    interview.post("before", **CONSENT)
    interview.post("urgent", concerns=["medical"])
    refused = interview.browser.post(f"{interview.address}stop/", {"discard": "1"})
    assert refused.status_code == 409
    assert "An urgent follow-up hangs on this." in text(refused)
    assert Draft.objects.exists()


def test_what_there_is_can_be_recorded_before_the_end(interview: Interview) -> None:
    interview.begin()
    assert "Finish with what there is" in text(interview.browser.get(f"{interview.address}stop/"))
    page = text(interview.browser.post(f"{interview.address}finish/", follow=True))
    assert "Not screened" in page


def test_a_screen_that_is_none_is_not_found(interview: Interview) -> None:
    for screen in ("nothing", "questions-9", "child", "now"):
        assert interview.browser.get(f"{interview.address}{screen}/").status_code == 404
