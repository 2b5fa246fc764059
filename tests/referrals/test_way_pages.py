"""The sender's pages of the ways besides Hearth, and the same in the API."""

import io
import re
import zipfile
from typing import Any

import pyrage
import pytest
from django.utils import timezone

from casework.models import Case
from core.models import AuditEvent
from referrals.demo import World
from referrals.models import Disclosure, OneTimePacket, Referral
from referrals.services.other_ways import hand_out_file
from tests.conftest import api, sign_in
from tests.pages import text, title, who_sees
from tests.referrals.ways import allow, clinic, draft


@pytest.fixture(autouse=True)
def _few_rounds(settings: Any) -> None:
    settings.LINK_ROUNDS = 1_000


@pytest.fixture
def drafted(world: World, case: Case) -> Referral:
    allow(world, case, clinic())
    return draft(world, case, clinic())


TOLD = {
    "way": "spoken",
    "to": "Canaryreceiver",
    "day": timezone.localdate().isoformat(),
    "time": "00:00",
    "answer": "",
    "reason": "",
    "said": "",
}


def test_a_service_without_hearth_is_reached_by_the_other_ways_only(world: World, drafted: Referral) -> None:
    page = text(sign_in(world["assigned"]).get(f"/referrals/{drafted.pk}/"))
    assert "does not work with Hearth" in page
    assert f"/referrals/{drafted.pk}/send/" not in page
    for way in ("link", "file", "sheet", "told"):
        assert f"/referrals/{drafted.pk}/{way}/" in page


@pytest.mark.parametrize("way", ["link", "file", "sheet", "told"])
def test_only_the_team_sees_the_pages(world: World, drafted: Referral, way: str) -> None:
    assert who_sees(world, f"/referrals/{drafted.pk}/{way}/") == {"assigned", "teammate", "supervisor"}


def test_link_and_passphrase_are_shown_once(world: World, drafted: Referral) -> None:
    client = sign_in(world["assigned"])
    page = client.post(f"/referrals/{drafted.pk}/link/", {"language": "en"})
    shown = text(page)
    assert title(page) == "Hearth: referral"
    link = re.search(r'id="link">([^<]+)', shown)
    words = re.search(r'id="passphrase">([^<]+)', shown)
    assert link
    assert words
    assert "no-store" in page.headers["Cache-Control"]
    assert client.post(f"/referrals/{drafted.pk}/link/", {"language": "en"}).status_code == 409
    after = text(client.get(f"/referrals/{drafted.pk}/"))
    assert words[1] not in after
    assert link[1].partition("#")[2] not in after
    assert "Not yet" in after
    assert "Linnet" in after


def test_a_second_one_is_named_and_asks_why(world: World, case: Case, drafted: Referral) -> None:
    hand_out_file(actor=world["assigned"].actor, referral_id=drafted.pk)
    second = draft(world, case, clinic())
    client = sign_in(world["assigned"])
    address = f"/referrals/{second.pk}/link/"
    page = text(client.get(address))
    assert f"/referrals/{drafted.pk}/" in page
    assert "Why you send another" in page
    assert client.post(address, {"language": "en"}).status_code == 400
    assert client.post(address, {"language": "en", "again": "They lost it"}).status_code == 200


def test_through_hearth_a_second_one_asks_why_too(world: World, case: Case, share_consent: None) -> None:
    client = sign_in(world["assigned"])
    first, second = (draft(world, case, world.services[0]) for _each in range(2))
    assert client.post(f"/referrals/{first.pk}/send/").status_code == 302
    refused = client.post(f"/referrals/{second.pk}/send/")
    assert refused.status_code == 409
    assert "Say why you send another" in text(refused)
    assert 'name="again"' in text(refused)
    assert client.post(f"/referrals/{second.pk}/send/", {"again": "Lost"}).status_code == 302


def test_the_file_is_downloaded_under_a_name_that_says_nothing(world: World, drafted: Referral) -> None:
    client = sign_in(world["assigned"])
    address = f"/referrals/{drafted.pk}/file/"
    words = re.search(r'name="passphrase" value="([a-z ]+)"', text(client.get(address)))
    assert words
    assert client.post(address, {"passphrase": "short"}).status_code == 400
    assert client.post(address, {"passphrase": words[1], "recipient": "age1x"}).status_code == 400
    made = client.post(address, {"passphrase": words[1], "recipient": ""})
    assert made.headers["Content-Disposition"] == 'attachment; filename="message.zip.age"'
    inside = pyrage.passphrase.decrypt(made.content, words[1])
    with zipfile.ZipFile(io.BytesIO(inside)) as archive:
        assert "Linnet" in archive.read("message.html").decode()
    assert Referral.objects.get().way == "file"


def test_a_sheet_shows_what_leaves_and_refuses_without_consent(world: World, case: Case) -> None:
    client = sign_in(world["assigned"])
    without = draft(world, case, world.services[1])
    assert client.get(f"/referrals/{without.pk}/sheet/").status_code == 409
    allow(world, case, clinic())
    made = draft(world, case, clinic(), note="Canarynote")
    page = text(client.get(f"/referrals/{made.pk}/sheet/"))
    for shown in ("Linnet", "+39 333 5550147", "Canarynote", "Nobody has asked whether this is safe"):
        assert shown in page
    for hidden in ("Canarygiven", "marigold"):
        assert hidden not in page
    assert AuditEvent.objects.filter(action="referral.sheet_opened").count() == 1


def test_a_blank_sheet_has_nothing_on_it(world: World, case: Case) -> None:
    page = text(sign_in(world["stranger"]).get("/referrals/blank/"))
    assert "Only through us" in page
    assert "Linnet" not in page


def test_what_was_told_and_what_they_said(world: World, drafted: Referral) -> None:
    client = sign_in(world["assigned"])
    address = f"/referrals/{drafted.pk}/told/"
    assert client.post(address, {**TOLD, "to": ""}).status_code == 400
    assert client.post(address, {**TOLD, "answer": "declined"}).status_code == 400
    assert client.post(address, TOLD).status_code == 302
    page = text(client.get(f"/referrals/{drafted.pk}/"))
    assert "Canaryreceiver" in page
    answer = f"/referrals/{drafted.pk}/answer/"
    assert client.get(answer).status_code == 200
    assert client.post(answer, {"answer": "accepted", "said": "Canarysaid"}).status_code == 302
    assert "Canarysaid" in text(client.get(f"/referrals/{drafted.pk}/"))
    assert client.get(answer).status_code == 409


def test_a_breach_is_recorded_from_the_page_and_stands_on_it(world: World, case: Case) -> None:
    client = sign_in(world["assigned"])
    address = f"/cases/{case.pk}/referrals/told/"
    assert client.get(f"{address}?service={clinic().pk}").status_code == 200
    told = {**TOLD, "service": str(clinic().pk), "fields": ["identity.chosen_name"], "note": ""}
    made = client.post(address, told)
    assert made.status_code == 302
    page = text(client.get(made.headers["Location"]))
    assert "This was told before what must come first" in page
    assert "There was no consent" in page
    assert Disclosure.objects.get().breach


def test_the_api_sends_by_link_and_the_link_opens(world: World, drafted: Referral) -> None:
    made = api(world["assigned"]).post(
        f"/api/v1/referrals/{drafted.pk}/link/", {"language": "fr"}, format="json"
    )
    assert made.status_code == 200
    assert made.json()["referral"]["way"] == "link"
    row = OneTimePacket.objects.get()
    assert made.json()["link"].partition("#")[0].endswith(f"/o/{row.pk}/")
    assert len(made.json()["passphrase"].split()) == 6
    again = api(world["assigned"]).post(f"/api/v1/referrals/{drafted.pk}/link/", {}, format="json")
    assert again.status_code == 409


def test_the_api_hands_out_a_file_and_takes_the_answer(world: World, drafted: Referral) -> None:
    client, key = api(world["assigned"]), pyrage.x25519.Identity.generate()
    address = f"/api/v1/referrals/{drafted.pk}"
    assert client.post(f"{address}/file/", {"recipient": "age1x"}, format="json").status_code == 400
    made = client.post(f"{address}/file/", {"recipient": str(key.to_public())}, format="json")
    assert made.status_code == 200
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(made.content, [key]))) as archive:
        assert set(archive.namelist()) == {"message.html", "message.json"}
    answered = client.post(
        f"{address}/answer/", {"answer": "declined", "reason": "full", "said": "Full"}, format="json"
    )
    assert answered.json()["state"] == "declined"


def test_the_api_records_what_was_told(world: World, case: Case) -> None:
    allow(world, case, clinic())
    told = {
        "case": str(case.pk),
        "service": str(clinic().pk),
        "fields": ["identity.chosen_name"],
        "way": "paper",
        "to": "Canaryreceiver",
        "at": timezone.now().isoformat(),
    }
    made = api(world["assigned"]).post("/api/v1/referrals/told/", told, format="json")
    assert (made.status_code, made.json()["state"]) == (201, "received")
    assert api(world["stranger"]).post("/api/v1/referrals/told/", told, format="json").status_code == 404
