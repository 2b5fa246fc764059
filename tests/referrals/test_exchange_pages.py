"""The exchange on the pages of both sides, and the inbox: as a person without JavaScript uses them."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.models import Case
from referrals.demo import World
from referrals.exchange_kinds import KINDS
from referrals.inbox import ROWS
from referrals.models import Exchange, ExchangeEntry, Packet, Referral
from referrals.selectors import read_packet
from tests.conftest import sign_in
from tests.pages import CASEWORK, queries, text, title, who_sees
from tests.referrals.exchanges import VALUES, accepted, by_partner, by_sender, further
from tests.referrals.test_endings import referral_in, withdraw

LINKS = re.compile(r'href="([^"]+)"')


@pytest.fixture
def referral(world: World, case: Case, share_consent: None) -> Referral:
    """One that the partner has accepted."""
    return accepted(world, case)


@pytest.fixture
def browser(world: World, referral: Referral) -> Client:
    """The caseworker, signed in."""
    return sign_in(world["assigned"])


@pytest.fixture
def partner(world: World, referral: Referral) -> Client:
    """The partner's focal point, signed in."""
    return sign_in(world["focal_point"])


def packet_url(referral: Referral, kind: str = "") -> str:
    args = [referral.packet.pk, kind] if kind else [referral.packet.pk]
    return reverse("packet-exchange" if kind else "packet", args=args)


def referral_url(referral: Referral, kind: str = "") -> str:
    return reverse("referral-exchange" if kind else "referral", args=[referral.pk, kind][: 2 if kind else 1])


def soon(minutes: int) -> dict[str, object]:
    """An appointment so many minutes from now, by a clock on which that is no other day."""
    now = timezone.now()
    zones = map(ZoneInfo, ("Europe/Rome", "Asia/Kathmandu"))
    at, zone = next(
        (there, zone)
        for zone in zones
        if (there := (now + timedelta(minutes=minutes)).astimezone(zone)).date()
        == now.astimezone(zone).date()
    )
    return {"date": at.strftime("%Y-%m-%d"), "time": at.strftime("%H:%M"), "time_zone": zone.key}


# --- writing  ----------------------------------------


def test_the_pages_open_for_their_side_alone(world: World, referral: Referral) -> None:
    assert who_sees(world, packet_url(referral, "appointment")) == {"focal_point"}
    assert who_sees(world, referral_url(referral, "appointment")) == CASEWORK


@pytest.mark.parametrize("kind", ["message", "question", "appointment", "transport", "arrival", "service"])
def test_the_partner_writes_and_both_sides_read(
    browser: Client, partner: Client, referral: Referral, kind: str
) -> None:
    form = text(partner.get(packet_url(referral, kind)))
    assert "<script>" not in form
    for name in VALUES[kind]:
        assert f'name="{name}"' in form
    response = partner.post(packet_url(referral, kind), VALUES[kind])
    assert response.headers["Location"] == packet_url(referral)
    for page in (text(partner.get(packet_url(referral))), text(browser.get(referral_url(referral)))):
        for value in VALUES[kind].values():
            if str(value).startswith("Canary"):
                assert str(value) in page


def test_an_outcome_completes_it_on_the_page(browser: Client, partner: Client, referral: Referral) -> None:
    partner.post(packet_url(referral, "outcome"), VALUES["outcome"])
    page = text(browser.get(referral_url(referral)))
    assert "Completed" in page
    assert "The need is met" in page
    assert partner.get(packet_url(referral, "outcome")).status_code == 409
    assert partner.get(packet_url(referral, "service")).status_code == 409


def test_the_sender_writes_and_sees_what_can_be_written(
    browser: Client, partner: Client, referral: Referral
) -> None:
    browser.post(referral_url(referral, "message"), {"text": "Canaryreply"})
    page = text(partner.get(packet_url(referral)))
    assert "Canaryreply" in page
    assert "Harbour House" in page
    assert "Amina Okello" not in page, "the organisation speaks"
    offered = {
        each for each in LINKS.findall(text(browser.get(referral_url(referral)))) if "/exchange/" in each
    }
    assert offered == {referral_url(referral, kind) for kind in ("appointment", "transport")}
    assert browser.get(referral_url(referral, "arrival")).status_code == 409


def test_what_was_typed_wrong_stays_in_the_form(partner: Client, referral: Referral) -> None:
    response = partner.post(packet_url(referral, "appointment"), {"where": "Canarywhere", "time": "late"})
    page = text(response)
    assert response.status_code == 400
    assert "Canarywhere" in page
    assert "This is needed." in page
    assert "Enter a time as HH:MM." in page
    assert not ExchangeEntry.objects.exists()


def test_an_appointment_is_changed_from_what_it_said_and_cancelled(
    browser: Client, partner: Client, referral: Referral
) -> None:
    partner.post(packet_url(referral, "appointment"), VALUES["appointment"])
    change = f"{referral_url(referral, 'appointment')}?about=1"
    page = text(browser.get(referral_url(referral)))
    assert change in page
    form = text(browser.get(change))
    assert 'value="10:30"' in form
    assert 'name="about" value="1"' in form
    browser.post(
        referral_url(referral, "appointment"), VALUES["appointment"] | {"time": "12:15", "about": "1"}
    )
    page = text(partner.get(packet_url(referral)))
    assert "12:15" in page
    assert "Changed later" in page
    cancel = f"{packet_url(referral, 'cancellation')}?about=2"
    assert cancel in page
    assert packet_url(referral, "cancellation") + "?about=1" not in page
    partner.post(packet_url(referral, "cancellation"), {"reason": "Canarywhy", "about": "2"})
    page = text(browser.get(referral_url(referral)))
    assert "Canarywhy" in page
    assert "Cancelled" in page
    assert partner.post(packet_url(referral, "cancellation"), {"about": "2"}).status_code == 409


@pytest.mark.parametrize("about", ["x", "-1", "99", "１", "9" * 40])
def test_a_number_that_nothing_has_is_refused(partner: Client, referral: Referral, about: str) -> None:
    assert partner.get(packet_url(referral, "cancellation") + f"?about={about}").status_code == 200
    response = partner.post(packet_url(referral, "cancellation"), {"reason": "x", "about": about})
    assert response.status_code == 400


def test_declining_names_who_helps_instead(world: World, case: Case, share_consent: None) -> None:
    waiting = referral_in(world, case, "received")
    client = sign_in(world["focal_point"])
    url = reverse("packet-decline", args=[waiting.packet.pk])
    response = client.post(url, {"reason": "referred_onward"})
    assert response.status_code == 400
    assert "Name the organisation or the service." in text(response)
    client.post(url, {"reason": "referred_onward", "onward": "Canaryonward"})
    page = text(sign_in(world["assigned"]).get(referral_url(waiting)))
    assert "Canaryonward" in page
    assert "Declined" in page


def test_while_both_agree_how_it_ends_the_page_offers_what_is_left(
    world: World, case: Case, partner: Client, browser: Client, referral: Referral
) -> None:
    withdraw(world, case)
    offered = {
        each for each in LINKS.findall(text(partner.get(packet_url(referral)))) if "/exchange/" in each
    }
    assert offered == {packet_url(referral, kind) for kind in ("arrival", "outcome")}
    assert "/exchange/" not in "".join(LINKS.findall(text(browser.get(referral_url(referral)))))


def test_titles_and_addresses_say_nothing_about_anybody(
    browser: Client, partner: Client, referral: Referral
) -> None:
    for kind in ("appointment", "transport"):
        assert title(partner.get(packet_url(referral, kind))) == "Hearth: referral"
        assert title(browser.get(referral_url(referral, kind))) == "Hearth: referral"
    assert {kind.name for kind in KINDS} >= {"arrival", "outcome"}


# --- what is new, and what is due  ----------------------------------------


def test_what_is_new_is_marked_until_it_was_seen(
    world: World, case: Case, browser: Client, partner: Client, referral: Referral
) -> None:
    by_partner(world, referral, "message")
    by_sender(world, referral, "message")
    by_sender(world, referral, "message")
    assert "New from the partner" in text(browser.get("/referrals/"))
    assert "New from the partner" in text(browser.get(reverse("case", args=[case.pk])))
    assert "2 new entries" in text(partner.get("/inbox/"))
    assert "Canary" not in text(partner.get("/inbox/")), "the inbox says that there is something, not what"
    assert "hearth-tag--active" in text(browser.get(referral_url(referral)))
    partner.get(packet_url(referral))
    assert "New from the partner" not in text(browser.get("/referrals/"))
    assert "new entries" not in text(partner.get("/inbox/"))
    assert "New from the partner" in text(sign_in(world["teammate"]).get("/referrals/"))


def test_the_sender_sees_when_it_was_first_read(browser: Client, partner: Client, referral: Referral) -> None:
    assert "First read" not in text(browser.get(referral_url(referral)))
    partner.get(packet_url(referral))
    assert "First read" in text(browser.get(referral_url(referral)))


def test_a_question_waits_on_both_pages(
    world: World, case: Case, browser: Client, partner: Client, referral: Referral
) -> None:
    by_partner(world, referral, "question")
    assert "The partner asks for more information" in text(browser.get(referral_url(referral)))
    assert "Your question is not answered yet" in text(partner.get(packet_url(referral)))
    browser.post(referral_url(referral, "message"), {"text": "Yes."})
    assert "asks for more" not in text(browser.get(referral_url(referral)))


def test_the_inbox_shows_the_next_appointment_and_whether_it_is_today(
    world: World, partner: Client, referral: Referral
) -> None:
    by_partner(world, referral, "appointment")
    page = text(partner.get("/inbox/"))
    assert "10:30" in page
    assert "Today" not in page
    by_partner(world, referral, "appointment", **soon(3))
    assert "Today" in text(partner.get("/inbox/"))


def test_an_appointment_that_has_passed_asks_whether_they_arrived(
    world: World, browser: Client, partner: Client, referral: Referral
) -> None:
    by_partner(world, referral, "appointment", **soon(-3))
    assert "Did they arrive?" in text(partner.get("/inbox/"))
    page = text(partner.get(packet_url(referral)))
    assert "Say whether they arrived" in page
    assert "The partner has not said whether they arrived." in text(browser.get(referral_url(referral)))
    partner.post(packet_url(referral, "arrival"), {"arrival": "did_not_arrive"})
    assert "Did they arrive?" not in text(partner.get("/inbox/"))
    assert "Canary" not in text(browser.get("/today/"))
    assert "Look for them today." in text(browser.get("/today/"))


def test_the_inbox_shows_until_when_an_answer_is_due(world: World, case: Case, share_consent: None) -> None:
    waiting = referral_in(world, case, "received")
    client = sign_in(world["focal_point"])
    assert "Answer by" in text(client.get("/inbox/"))
    assert "Overdue" not in text(client.get("/inbox/"))
    Referral.objects.filter(pk=waiting.pk).update(answer_by=timezone.now() - timedelta(hours=1))
    assert "Overdue" in text(client.get("/inbox/"))


def shown(client: Client, query: str = "") -> list[str]:
    found = re.findall(r"/inbox/([0-9a-f-]{36})/", text(client.get(f"/inbox/{query}")))
    return list(dict.fromkeys(found))


def test_the_inbox_shows_one_part_at_a_time(
    world: World, case: Case, partner: Client, referral: Referral
) -> None:
    waiting, ended = further(world, case, "received"), further(world, case, "completed")
    ids = {each.pk: str(each.packet.pk) for each in (waiting, referral, ended)}
    assert set(shown(partner)) == set(ids.values())
    assert shown(partner, "?show=waiting") == [ids[waiting.pk]]
    assert shown(partner, "?show=under_way") == [ids[referral.pk]]
    assert shown(partner, "?show=ended") == [ids[ended.pk]]
    assert set(shown(partner, "?show=nonsense")) == set(ids.values())
    Referral.objects.filter(pk=waiting.pk).update(state="declined")
    assert "Nothing here" in text(partner.get("/inbox/?show=waiting"))


def test_what_presses_stands_first(world: World, case: Case, partner: Client, referral: Referral) -> None:
    newer = further(world, case)
    assert shown(partner)[0] == str(newer.packet.pk)
    by_partner(world, referral, "appointment", **soon(3))
    assert shown(partner)[0] == str(referral.packet.pk)


def test_the_inbox_takes_as_many_queries_for_many_packets_and_entries_as_for_one(
    world: World, case: Case, partner: Client, referral: Referral
) -> None:
    by_sender(world, referral, "message")
    by_partner(world, referral, "message")
    before = queries(partner, "/inbox/")
    for _ in range(4):
        more = further(world, case)
        for _ in range(3):
            by_sender(world, more, "message")
            by_partner(world, more, "appointment")
    assert queries(partner, "/inbox/") == before


def test_the_pages_take_as_many_queries_for_many_entries_as_for_one(
    world: World, browser: Client, partner: Client, referral: Referral
) -> None:
    def write() -> None:
        by_partner(world, referral, "message")
        by_sender(world, referral, "message")

    write()
    pairs = [(browser, referral_url(referral)), (partner, packet_url(referral))]
    for client, url in pairs:
        client.get(url)
    before = [queries(client, url) for client, url in pairs]
    for _ in range(5):
        write()
    for client, url in pairs:
        client.get(url)
    assert [queries(client, url) for client, url in pairs] == before


def test_pages_of_the_inbox_keep_the_part(
    world: World, case: Case, partner: Client, referral: Referral
) -> None:
    first = Packet.objects.get(referral=referral)
    for _ in range(ROWS):
        further(world, case)
    page = text(partner.get("/inbox/?show=under_way"))
    assert len(shown(partner, "?show=under_way")) == ROWS
    [url] = re.findall(r'href="(\?after=[^"]+)"', page)
    assert "show=under_way" in url
    assert shown(partner, url.replace("&amp;", "&")) == [str(first.pk)]


def test_a_referral_from_before_there_were_exchanges_has_none(
    browser: Client, partner: Client, referral: Referral
) -> None:
    Exchange.objects.all().delete()
    for page in (partner.get(packet_url(referral)), browser.get(referral_url(referral))):
        assert page.status_code == 200
        assert "Messages and steps" not in text(page)
    assert partner.get(packet_url(referral, "message")).status_code == 409
    assert partner.post(packet_url(referral, "message"), {"text": "x"}).status_code == 409
    assert partner.get("/inbox/").status_code == 200


def test_the_clock_of_an_appointment_is_that_of_its_place(world: World, referral: Referral) -> None:
    entry: Any = by_partner(world, referral, "appointment")
    _packet, document = read_packet(world["focal_point"].actor, referral.packet.pk)
    assert document.exchange
    assert document.exchange.entries[entry.seq - 1].planned_for == datetime(
        2031, 5, 6, 10, 30, tzinfo=ZoneInfo("Europe/Rome")
    )
