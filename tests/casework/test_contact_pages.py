"""Getting in touch, as browsers see it: nothing is shown before the rules have been asked."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import Case, FollowUp
from casework.record.contact_codes import Channel
from casework.selectors import read_case
from casework.services import save_section
from casework.services.entries import add_entry
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import CASEWORK, text, title, who_sees

PHONE = "+39 333 5550147"
TODAY = timezone.localdate().isoformat()


@pytest.fixture
def browser(world: World, assigned: Persona) -> Client:
    """The caseworker, signed in."""
    return sign_in(assigned)


def allow(persona: Persona, case: Case, **values: str) -> None:
    """Record the answers on contact anew."""
    base = read_case(persona.actor, case.pk).section("contact_and_safety").version
    kept = {"phone": PHONE, "code_word": "marigold", "message_to_leave": "The book is in."}
    save_section(
        actor=persona.actor,
        case_id=case.pk,
        section="contact_and_safety",
        values=kept | values,
        base_version=base,
    )


def test_the_page_opens_for_the_team_alone(world: World, case: Case) -> None:
    assert who_sees(world, reverse("contact", args=[case.pk])) == CASEWORK


def test_the_case_begins_with_safe_contact(browser: Client, assigned: Persona, case: Case) -> None:
    page = text(browser.get(reverse("case", args=[case.pk])))
    places = [page.index(words) for words in ("Safe contact", "marigold", "Linnet", "Canarynarrative")]
    assert places == sorted(places)
    unasked = page[page.index("Not asked") :].partition("</dd>")[0]
    assert all(str(channel.label) in unasked for channel in Channel), "what nobody asked is said"
    assert re.search(
        r"<details[^>]*>\s*<summary[^>]*><span[^>]*>Code word</span></summary>[^/]*marigold", page
    )
    assert page.count("marigold") == 1, "the code word waits behind its summary and stands nowhere else"


def test_a_number_is_on_the_page_of_the_case_only_while_it_may_be_used(
    browser: Client, assigned: Persona, case: Case
) -> None:
    url = reverse("case", args=[case.pk])
    assert PHONE not in text(browser.get(url))
    allow(assigned, case, safe_to_text="yes")
    assert PHONE in text(browser.get(url))
    add_entry(actor=assigned.actor, case_id=case.pk, kind="quiet_time", values={"from_date": TODAY})
    page = text(browser.get(url))
    assert PHONE not in page
    assert "This is a time not to contact them." in page
    assert "Their time zone is not recorded" in page


def test_against_the_rules_the_page_asks_why_and_shows_nothing_before(
    browser: Client, assigned: Persona, case: Case
) -> None:
    url = reverse("contact", args=[case.pk])
    refused = browser.post(url, {"channel": "call"})
    assert refused.status_code == 409
    assert "Nobody has asked yet whether this is safe." in text(refused)
    assert PHONE not in text(refused)
    shown = browser.post(url, {"channel": "call", "reason": "Canaryreason: she is in danger tonight"})
    assert PHONE in text(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    assert PHONE not in title(shown)
    assert "tel:" not in text(shown)
    (entry,) = read_case(assigned.actor, case.pk).entries.of("contact")
    assert entry.reason.startswith("Canaryreason")
    assert "Canaryreason" in text(browser.get(reverse("entry-list", args=[case.pk, "contact"])))


def test_where_it_is_allowed_the_page_shows_number_message_and_code_word(
    browser: Client, assigned: Persona, case: Case
) -> None:
    allow(assigned, case, safe_to_call="yes", time_zone="Asia/Kathmandu")
    page = text(browser.post(reverse("contact", args=[case.pk]), {"channel": "call"}))
    assert all(words in page for words in (PHONE, "The book is in.", "marigold", "where they are"))
    assert not read_case(assigned.actor, case.pk).entries.of("contact")


def test_the_page_of_a_case_shows_the_newest_three_contacts(
    browser: Client, assigned: Persona, case: Case
) -> None:
    for number in range(4):
        add_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="contact",
            values={"kind": "other", "on": TODAY, "with_whom": ["partner"], "summary": f"Canary {number}"},
        )
    page = text(browser.get(reverse("case", args=[case.pk])))
    assert "All contacts" in page
    panel = page[page.index('id="contacts"') :].partition("</section>")[0]
    assert panel.count('class="hearth-items__item"') == 3


def test_an_entry_written_on_paper_is_marked_as_late(browser: Client, case: Case) -> None:
    old = timezone.localdate() - timedelta(days=5)
    new = reverse("entry-new", args=[case.pk, "alert"])
    alert = {"message": "Canaryalert", "since": TODAY}
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert browser.post(new, alert | {"written_on": tomorrow}).status_code == 400
    assert browser.post(new, alert | {"written_on": old.isoformat()}).status_code == 302
    page = text(browser.get(reverse("entry-list", args=[case.pk, "alert"])))
    assert "Entered late" in page
    assert "Written on paper on" in page


def test_a_follow_up_by_a_way_that_is_not_allowed_asks_why(
    browser: Client, case: Case, assigned: Persona
) -> None:
    form = {
        "about": "Ask after her",
        "due_on": TODAY,
        "due_time": "09:00",
        "assignee": str(assigned.user.pk),
        "channel": "text",
    }
    url = reverse("follow-up-new", args=[case.pk])
    refused = browser.post(url, form)
    assert refused.status_code == 400
    assert "Why you do it all the same" in text(refused)
    assert browser.post(url, form | {"reason": "Canaryreason"}).status_code == 302
    assert b"Canaryreason" not in bytes(FollowUp.objects.get().sealed)
    assert "Canaryreason" in text(browser.get(reverse("case", args=[case.pk])))


def test_the_api_keeps_the_same_rules(assigned: Persona, case: Case) -> None:
    client = api(assigned)
    address = f"/api/v1/cases/{case.pk}/entries/contact/"
    values = {"kind": "call", "on": TODAY, "at": "12:00", "with_whom": ["survivor"]}
    refused = client.post(address, {"values": values}, format="json")
    assert (refused.status_code, [each["attr"] for each in refused.json()["errors"]][:1]) == (400, ["reason"])
    made = client.post(address, {"values": values, "reason": "Canaryreason"}, format="json")
    assert (made.status_code, made.json()["reason"]) == (201, "Canaryreason")
    noon = f"{timezone.localdate() + timedelta(days=1)}T12:00:00Z"
    plan = {"case": str(case.pk), "due_at": noon, "about": "x", "channel": "call"}
    assert client.post("/api/v1/follow-ups/", plan, format="json").status_code == 400
    planned = client.post("/api/v1/follow-ups/", plan | {"reason": "Canaryreason"}, format="json").json()
    assert (planned["channel"], planned["reason"]) == ("call", "Canaryreason")
    assert UUID(planned["id"])
