"""Referrals' pages on both sides, and the main job from the first conversation to the table."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from advocacy.models import Fact
from casework.models import Case
from core.models import SealedObject
from referrals.demo import Persona, World
from referrals.models import Packet, Referral
from referrals.services import accept_referral, draft_referral, send_referral
from tests.conftest import sign_in
from tests.pages import CASEWORK, PLANTED, queries, text, title, who_sees

CHOSEN = ["identity.chosen_name", "contact_and_safety.phone"]


@pytest.fixture
def browser(world: World, assigned: Persona) -> Client:
    """The caseworker, signed in."""
    return sign_in(assigned)


@pytest.fixture
def partner(world: World) -> Client:
    """The partner's focal point, signed in."""
    return sign_in(world["focal_point"])


def draft(world: World, case: Case, fields: list[str] = CHOSEN) -> Referral:
    return draft_referral(
        actor=world["assigned"].actor,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=fields,
        note="Advice on residence, please.",
    )


@pytest.fixture
def sent(world: World, case: Case, share_consent: None) -> Referral:
    """A referral on its way."""
    return send_referral(actor=world["assigned"].actor, referral_id=draft(world, case).pk)


@pytest.fixture
def packet(sent: Referral) -> Packet:
    """Its packet."""
    made: Packet = Packet.objects.get()
    return made


# --- who sees what ----------------------------------------------------------------------------------------------


def test_the_sender_s_pages_open_for_the_case_s_team_alone(world: World, case: Case, sent: Referral) -> None:
    for url in (
        reverse("referral-new", args=[case.pk]),
        reverse("referral", args=[sent.pk]),
        reverse("referral-withdraw", args=[sent.pk]),
    ):
        assert who_sees(world, url) == CASEWORK, url
    assert who_sees(world, "/referrals/") == CASEWORK | {"stranger"}


def test_the_partner_s_pages_open_for_its_focal_point_alone(world: World, packet: Packet) -> None:
    for url in (
        "/inbox/",
        reverse("packet-decline", args=[packet.pk]),
        reverse("packet", args=[packet.pk]),
    ):
        assert who_sees(world, url) == {"focal_point"}, url


def test_nobody_else_can_send_answer_or_withdraw(world: World, case: Case, packet: Packet) -> None:
    waiting = draft(world, case)
    for persona in ("stranger", "focal_point", "advocate", "administrator"):
        client = sign_in(world[persona])
        assert client.post(reverse("referral-send", args=[waiting.pk])).status_code == 404
        assert client.post(reverse("referral-withdraw", args=[waiting.pk])).status_code == 404
    for persona in ("assigned", "stranger", "advocate", "administrator"):
        client = sign_in(world[persona])
        assert client.post(reverse("packet-accept", args=[packet.pk])).status_code == 404
        assert client.post(reverse("packet-decline", args=[packet.pk]), {"reason": "full"}).status_code == 404
    assert {row.state for row in Referral.objects.all()} == {"draft", "sent"}


def test_titles_name_a_kind_of_page_and_nothing_else(
    browser: Client, partner: Client, case: Case, packet: Packet
) -> None:
    sender = [
        browser.get(url)
        for url in (
            "/referrals/",
            reverse("referral-new", args=[case.pk]),
            reverse("referral", args=[packet.referral_id]),
            reverse("referral-withdraw", args=[packet.referral_id]),
        )
    ]
    receiver = [
        partner.get(url)
        for url in (
            "/inbox/",
            reverse("packet", args=[packet.pk]),
            reverse("packet-decline", args=[packet.pk]),
        )
    ]
    titles = {title(response) for response in sender + receiver}
    assert titles == {"Hearth: referrals", "Hearth: referral", "Hearth: inbox"}


def test_lists_take_as_many_queries_for_six_rows_as_for_one(
    browser: Client, partner: Client, world: World, case: Case, sent: Referral
) -> None:
    case_page = reverse("case", args=[case.pk])
    before = [queries(browser, "/referrals/"), queries(browser, case_page), queries(partner, "/inbox/")]
    for _ in range(5):
        send_referral(actor=world["assigned"].actor, referral_id=draft(world, case).pk, again="x")
    after = [queries(browser, "/referrals/"), queries(browser, case_page), queries(partner, "/inbox/")]
    assert after == before


# --- the sender ---------------------------------------------------------------------------------------------------


def test_fields_are_offered_with_what_they_hold_and_none_is_chosen(browser: Client, case: Case) -> None:
    page = text(browser.get(reverse("referral-new", args=[case.pk])))
    assert "Linnet" in page
    assert "checked" not in page
    assert 'value="identity.family_name"' not in page, "nothing is recorded there"
    assert "code_word" not in page, "it never leaves the case"
    assert "marigold" not in page
    assert page.index("Open Door Legal Aid") < page.rindex("Legal advice")


def test_a_referral_needs_a_service_and_a_field(browser: Client, world: World, case: Case) -> None:
    url = reverse("referral-new", args=[case.pk])
    response = browser.post(url, {"note": "Please."})
    page = text(response)
    assert response.status_code == 400
    assert "Choose a service." in page
    assert "Choose at least one field." in page
    secret = {"service": str(world.services[0].pk), "fields": ["contact_and_safety.code_word"]}
    assert browser.post(url, secret).status_code == 400
    assert not Referral.objects.exists()


def test_the_preview_is_what_the_partner_will_read_and_no_more(
    browser: Client, world: World, case: Case
) -> None:
    form = {"service": str(world.services[0].pk), "fields": CHOSEN, "note": "Advice, please."}
    page = text(browser.post(reverse("referral-new", args=[case.pk]), form, follow=True))
    assert "What the partner will read" in page
    assert "Linnet" in page
    assert "5550147" in page
    assert "Advice, please." in page
    assert "Canarygiven" not in page
    assert "Canarynarrative" not in page


def test_without_consent_sending_is_refused_with_the_way_to_record_it(
    browser: Client, world: World, case: Case
) -> None:
    waiting = draft(world, case)
    response = browser.post(reverse("referral-send", args=[waiting.pk]))
    page = text(response)
    assert response.status_code == 409
    assert "There is no consent to share with Open Door Legal Aid." in page
    link = re.search(r'href="([^"]*consents/new/[^"]*)"', page)
    assert link
    form = text(browser.get(link[1].replace("&amp;", "&")))
    assert re.search(r'value="share"[^>]*checked', form)
    assert f'<option value="{world.partner_team.organisation_id}" selected>' in form
    assert reverse("referral", args=[waiting.pk]) in form
    assert not Packet.objects.exists()


def test_a_chosen_field_that_was_emptied_stops_the_draft(
    browser: Client, world: World, case: Case, share_consent: None
) -> None:
    waiting = draft(world, case)
    browser.post(reverse("section", args=[case.pk, "identity"]), {"given_name": "A", "base_version": "1"})
    page = text(browser.get(reverse("referral", args=[waiting.pk])))
    assert "A field that was chosen is empty now." in page
    assert browser.post(reverse("referral-send", args=[waiting.pk])).status_code == 400
    assert not Packet.objects.exists()


def test_sending_twice_sends_once(browser: Client, sent: Referral) -> None:
    response = browser.post(reverse("referral-send", args=[sent.pk]))
    assert response.status_code == 409
    assert "This has already moved on." in text(response)
    assert Packet.objects.count() == 1


def test_withdrawing_asks_first_and_closes_the_packet(
    browser: Client, partner: Client, sent: Referral, packet: Packet
) -> None:
    url = reverse("referral-withdraw", args=[sent.pk])
    assert "Withdraw this referral?" in text(browser.get(url))
    assert partner.get(reverse("packet", args=[packet.pk])).status_code == 200
    assert "The referral is withdrawn." in text(browser.post(url, follow=True))
    assert partner.get(reverse("packet", args=[packet.pk])).status_code == 404
    assert "No referrals yet" in text(partner.get("/inbox/"))
    assert not SealedObject.objects.get(pk=packet.pk).grants.exists()


def test_an_accepted_referral_is_not_taken_back(
    browser: Client, partner: Client, sent: Referral, packet: Packet
) -> None:
    partner.post(reverse("packet-accept", args=[packet.pk]), {"note": ""})
    response = browser.post(reverse("referral-withdraw", args=[sent.pk]))
    assert response.status_code == 409
    assert "This has already moved on." in text(response)
    assert "Withdraw this referral" not in text(response)


# --- the partner --------------------------------------------------------------------------------------------------


def test_the_inbox_shows_unread_packets_first_and_nothing_of_the_survivor(
    world: World, partner: Client, case: Case, packet: Packet
) -> None:
    assert ">New</span>" in text(partner.get("/inbox/"))
    newer = send_referral(actor=world["assigned"].actor, referral_id=draft(world, case).pk, again="x")
    newer_packet = Packet.objects.get(referral=newer)
    partner.get(reverse("packet", args=[newer_packet.pk]))
    page = text(partner.get("/inbox/"))
    assert page.index(str(packet.pk)) < page.index(str(newer_packet.pk))
    assert case.number not in page
    assert not any(word in page for word in PLANTED)


def test_a_packet_holds_the_chosen_fields_and_no_others(partner: Client, case: Case, packet: Packet) -> None:
    page = text(partner.get(reverse("packet", args=[packet.pk])))
    assert "Linnet" in page
    assert "5550147" in page
    assert "Advice on residence, please." in page
    for word in ("Canarygiven", "Canarynarrative", "marigold", case.number):
        assert word not in page


def test_opening_tells_the_sender_that_it_was_received(
    browser: Client, partner: Client, sent: Referral, packet: Packet
) -> None:
    partner.get(reverse("packet", args=[packet.pk]))
    page = text(browser.get(reverse("referral", args=[sent.pk])))
    assert re.search(r'aria-current="step">\s*<p[^>]*>Received', page)


def test_after_accepting_the_packet_stays_readable_and_the_sender_reads_the_note(
    browser: Client, partner: Client, sent: Referral, packet: Packet
) -> None:
    page = text(
        partner.post(reverse("packet-accept", args=[packet.pk]), {"note": "On Tuesday."}, follow=True)
    )
    assert "You have accepted." in page
    assert "Linnet" in page
    assert "On Tuesday." in text(browser.get(reverse("referral", args=[sent.pk])))
    again = partner.post(reverse("packet-accept", args=[packet.pk]), {"note": ""})
    assert again.status_code == 409
    assert "This has already moved on." in text(again)


def test_declining_needs_a_reason(browser: Client, partner: Client, sent: Referral, packet: Packet) -> None:
    url = reverse("packet-decline", args=[packet.pk])
    response = partner.post(url, {"note": "Sorry."})
    assert response.status_code == 400
    assert 'id="id_reason_error"' in text(response)
    assert "Sorry." in text(response)
    page = text(partner.post(url, {"reason": "full", "note": "From May."}, follow=True))
    assert "You have declined." in page
    answer = text(browser.get(reverse("referral", args=[sent.pk])))
    assert "No place free" in answer
    assert "From May." in answer
    assert partner.get(url).status_code == 404


def test_an_answer_that_came_too_late_is_not_lost(world: World, partner: Client, packet: Packet) -> None:
    accept_referral(actor=world["focal_point"].actor, packet_id=packet.pk)
    response = partner.post(reverse("packet-decline", args=[packet.pk]), {"reason": "other", "note": "Mine."})
    assert response.status_code == 409
    assert "Mine." in text(response)


# --- the main job -------------------------------------------------------------------------------------------------


def follow(response: Any) -> str:
    assert response.status_code == 302, text(response)
    return str(response.headers["Location"])


def test_the_six_steps(world: World) -> None:
    caseworker, partner = sign_in(world["assigned"]), sign_in(world["focal_point"])

    # 1. an identification
    answers = [
        "dr_job_nature_location_employer",
        "dr_wages_earnings",
        "ex_excessive_hours",
        "ex_low_or_no_salary",
    ]
    form: dict[str, Any] = {f"answers.{id}": "present" for id in answers}
    identification = follow(caseworker.post("/identifications/new/", form | {"interviewed_on": "2026-01-15"}))
    assert "Indicators of trafficking" in text(caseworker.get(identification))

    # 2. a case with its sections
    case = follow(caseworker.post(f"{identification}open-case/"))
    sections: dict[str, dict[str, Any]] = {
        "identity": {"chosen_name": "Linnet", "date_of_birth": "1997-03-04", "citizenship": ["NPL"]},
        "contact_and_safety": {"phone": "+39 333 5550147"},
        "trafficking_experience": {"types_of_exploitation": ["ForcedLabour"]},
    }
    for section, values in sections.items():
        assert follow(caseworker.post(f"{case}sections/{section}/", values | {"base_version": "0"})) == case

    # 3. consent, and a referral with one field
    service = {"service": str(world.services[0].pk), "fields": ["identity.chosen_name"], "note": ""}
    referral = follow(caseworker.post(f"{case}referrals/new/", service))
    assert caseworker.post(f"{referral}send/").status_code == 409
    consent = {
        "purpose": "share",
        "recipient": str(world.partner_team.organisation_id),
        "explained": "All of it.",
        "language": "nep",
        "outcome": "given",
        "given_by": "survivor",
        "how": "written",
        "given_on": "2026-01-16",
        "copy_for": "nobody",
        "next": referral,
    }
    assert follow(caseworker.post(f"{case}consents/new/", consent)) == referral
    assert follow(caseworker.post(f"{referral}send/")) == referral

    # 4. the partner reads that field and accepts
    packet = re.search(r'href="(/inbox/[0-9a-f-]{36}/)"', text(partner.get("/inbox/")))
    assert packet
    page = text(partner.get(packet[1]))
    assert "Linnet" in page
    assert "5550147" not in page
    follow(partner.post(f"{packet[1]}accept/", {"note": "Tuesday."}))
    assert "Accepted" in text(caseworker.get(referral))

    # 5. a follow-up is due
    follow_up = {
        "about": "Ask how it went.",
        "due_on": timezone.localdate().isoformat(),
        "due_time": "09:00",
        "assignee": str(world["assigned"].user.pk),
    }
    assert follow(caseworker.post(f"{case}follow-ups/new/", follow_up)) == case
    assert "Ask how it went." in text(caseworker.get("/today/"))

    # 6. with consent, a fact that the advocacy officer's table counts
    assert not Fact.objects.exists()
    follow(caseworker.post(f"{case}consents/new/", consent | {"purpose": "statistics"}))
    fact = Fact.objects.get()
    assert (fact.citizenship, fact.age_broad, fact.is_forced_labour) == ("NPL", "27--29", 1)
    table = sign_in(world["advocate"]).get("/statistics/")
    assert table.status_code == 200
    assert "Linnet" not in text(table)
