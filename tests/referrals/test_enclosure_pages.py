"""Documents in packets as browsers and programs get them, from both sides."""

import hashlib
import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from casework.models import Case, Document
from casework.services import remove_document
from core.models import AuditEvent
from referrals.demo import Persona, World
from referrals.models import Enclosure, Packet, Referral
from referrals.selectors import read_referral
from referrals.services import withdraw_referral
from tests.answers import answer, at_fault, problem
from tests.answers import queries as api_queries
from tests.casework.documents import NAME, keep
from tests.conftest import PERSONAS, api, sign_in
from tests.files import WHERE, pdf, photo, picture
from tests.pages import CASEWORK, queries, text, title, who_sees
from tests.referrals.enclosures import custody, drafted, files, got, sent
from tests.scanner import scan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "share_consent")]


@pytest.fixture
def browser(assigned: Persona) -> Client:
    return sign_in(assigned)


@pytest.fixture
def partner(world: World) -> Client:
    return sign_in(world["focal_point"])


@pytest.fixture
def document(assigned: Persona, case: Case) -> Document:
    return keep(assigned, case)


@pytest.fixture
def packet(world: World, case: Case, document: Document) -> Packet:
    return sent(world, case, document)


def at(packet: Packet, name: str = "packet-document") -> str:
    return reverse(name, args=[packet.pk, packet.enclosures.values_list("pk", flat=True)[0]])


def shown(response: Any) -> Image.Image:
    found = re.search(r'src="data:image/jpeg;base64,([^"]+)"', text(response))
    assert found, "the picture is in the page"
    content = b64decode(found[1])
    assert scan([content], [WHERE]) == []
    return Image.open(BytesIO(content))


# --- the sender  ----------------------------------------


def test_documents_are_ticked_and_what_cannot_go_is_named_with_the_reason(
    world: World, browser: Client, assigned: Persona, case: Case, document: Document
) -> None:
    keep(assigned, case, b"A statement.", name="statement.txt")
    gone = keep(assigned, case, picture("PNG"), name="gone.png")
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=gone.pk, reason="x")
    address = reverse("referral-new", args=[case.pk])
    page = text(browser.get(address))
    choice, _, left_out = page.partition("Documents of which no copy can be sent")
    assert f'value="{document.pk}"' in choice
    assert NAME in choice
    assert "Picture (JPEG)" in choice
    assert "statement.txt" in left_out
    assert "statement.txt" not in choice
    assert str(gone.pk) not in page
    data = {
        "service": str(world.services[0].pk),
        "fields": ["identity.chosen_name"],
        "documents": [str(document.pk)],
    }
    assert browser.post(address, data).status_code == 302
    assert read_referral(assigned.actor, Referral.objects.get().pk).documents == [document.pk]


def test_a_form_that_names_another_document_is_refused(
    world: World, browser: Client, case: Case, document: Document
) -> None:
    data = {"service": str(world.services[0].pk), "fields": ["identity.chosen_name"]}
    for wrong in (str(uuid4()), "nothing"):
        response = browser.post(reverse("referral-new", args=[case.pk]), data | {"documents": [wrong]})
        assert response.status_code == 400
    assert not Referral.objects.exists()


def test_a_case_without_documents_asks_for_none(browser: Client, case: Case) -> None:
    page = text(browser.get(reverse("referral-new", args=[case.pk])))
    assert 'name="fields"' in page
    assert 'name="documents"' not in page


def test_the_preview_lists_them_and_shows_the_copy(
    world: World, browser: Client, case: Case, document: Document
) -> None:
    draft = drafted(world, case, document)
    page = text(browser.get(reverse("referral", args=[draft.pk])))
    look = reverse("referral-document", args=[draft.pk, document.pk])
    assert NAME in page
    assert look in page
    response = browser.get(look)
    assert shown(response).size == (60, 30)
    assert "no-store" in response.headers["Cache-Control"]
    assert custody(world["teammate"], document) == [("received", ""), ("previewed", "")]
    assert who_sees(world, look) == CASEWORK


def test_only_what_a_draft_names_is_shown_so(
    world: World, browser: Client, assigned: Persona, case: Case, document: Document
) -> None:
    other = keep(assigned, case, picture("PNG"))
    draft, packet = drafted(world, case, document), sent(world, case, document)
    for referral, id in ((draft.pk, other.pk), (packet.referral_id, document.pk), (uuid4(), document.pk)):
        assert browser.get(reverse("referral-document", args=[referral, id])).status_code == 404


def test_a_document_removed_since_is_said_and_nothing_can_be_sent(
    world: World, browser: Client, assigned: Persona, case: Case, document: Document, folder: Path
) -> None:
    draft = drafted(world, case, document)
    address = reverse("referral", args=[draft.pk])
    assert reverse("referral-send", args=[draft.pk]) in text(browser.get(address))
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=document.pk, reason="x")
    before = files(folder)
    page = text(browser.get(address))
    assert "A document that was chosen is not there any more." in page
    assert reverse("referral-send", args=[draft.pk]) not in page
    response = browser.post(reverse("referral-send", args=[draft.pk]))
    assert response.status_code == 400
    assert not Packet.objects.exists()
    assert files(folder) == before


def test_the_sender_sees_what_was_sent(browser: Client, packet: Packet) -> None:
    page = text(browser.get(reverse("referral", args=[packet.referral_id])))
    assert NAME in page
    assert str(packet.enclosures.get().pk) not in page


# --- the partner  ----------------------------------------


@pytest.mark.parametrize("name", ["packet-document", "packet-document-download"])
def test_it_opens_for_the_partner_alone(world: World, packet: Packet, name: str) -> None:
    address = at(packet, name)
    for persona in PERSONAS:
        status = sign_in(world[persona]).get(address).status_code
        assert status == (200 if persona == "focal_point" else 404), persona
    assert Client().get(address).status_code == 302


def test_the_packet_s_page_lists_them(partner: Client, packet: Packet) -> None:
    page = text(partner.get(reverse("packet", args=[packet.pk])))
    assert NAME in page
    assert at(packet) in page
    assert at(packet, "packet-document-download") in page


def test_a_page_of_a_pdf_is_a_picture_that_no_cache_keeps(
    world: World, partner: Client, assigned: Persona, case: Case
) -> None:
    packet = sent(world, case, keep(assigned, case, pdf(), name="Canaryname.pdf"))
    response = partner.get(at(packet), {"page": "2"})
    assert shown(response).format == "JPEG"
    assert "Page 2 of 2" in text(response)
    assert "no-store" in response.headers["Cache-Control"]
    assert title(response) == "Hearth: document"
    for wrong in ("3", "0"):
        assert partner.get(at(packet), {"page": wrong}).status_code == 409


def test_a_download_is_the_copy_under_a_name_that_says_nothing(
    world: World, partner: Client, packet: Packet
) -> None:
    response: Any = partner.get(at(packet, "packet-document-download"))
    assert response.streaming
    content = b"".join(response.streaming_content)
    assert content == got(world["focal_point"], packet)
    enclosure = packet.enclosures.get()
    assert response.headers["Content-Disposition"] == f'attachment; filename="{enclosure.pk}.jpg"'
    assert response.headers["Content-Type"] == "image/jpeg"
    assert int(response.headers["Content-Length"]) == len(content)
    assert "no-store" in response.headers["Cache-Control"]
    assert NAME not in str(response.headers)


def test_taken_back_it_is_not_there(world: World, partner: Client, packet: Packet) -> None:
    addresses = [at(packet), at(packet, "packet-document-download")]
    withdraw_referral(actor=world["assigned"].actor, referral_id=packet.referral_id)
    assert [partner.get(address).status_code for address in addresses] == [404, 404]


def test_more_documents_take_no_more_queries(
    world: World, partner: Client, browser: Client, assigned: Persona, case: Case, document: Document
) -> None:
    others = [keep(assigned, case, picture("PNG"), name=f"{n}.png") for n in range(3)]
    one, four = (drafted(world, case, *each).pk for each in ([document], [document, *others]))
    few, many = sent(world, case, document), sent(world, case, document, *others)
    for client, name, first, second in (
        (browser, "referral", one, four),
        (browser, "referral", few.referral_id, many.referral_id),
        (partner, "packet", few.pk, many.pk),
    ):
        for id in (first, second):  # the first time, the sender learns that it was received
            client.get(reverse(name, args=[id]))
        first_takes, second_takes = (queries(client, reverse(name, args=[id])) for id in (first, second))
        assert first_takes == second_takes, name


# --- the API  ----------------------------------------


def body(world: World, case: Case, *documents: Any) -> dict[str, Any]:
    return {
        "case": str(case.pk),
        "service": str(world.services[0].pk),
        "fields": ["identity.chosen_name"],
        "documents": [str(each) for each in documents],
    }


def test_a_program_sends_and_another_gets_it(
    world: World, assigned: Persona, case: Case, document: Document
) -> None:
    sender, receiver = api(assigned), api(world["focal_point"])
    draft = answer(sender.post("/api/v1/referrals/", body(world, case, document.pk), format="json"), 201)
    path = f"/api/v1/referrals/{draft['id']}/"
    assert answer(sender.get(path))["documents"] == [str(document.pk)]
    answer(sender.post(f"{path}send/"))
    packet, enclosure = Packet.objects.get(), Enclosure.objects.get()
    [listed] = answer(receiver.get(f"/api/v1/packets/{packet.pk}/"))["documents"]
    assert answer(sender.get(path))["packet"]["documents"] == [listed]
    assert (listed["id"], listed["name"], listed["media_type"]) == (str(enclosure.pk), NAME, "image/jpeg")
    response = receiver.get(f"/api/v1/packets/{packet.pk}/documents/{enclosure.pk}/content/")
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert (len(content), hashlib.sha256(content).hexdigest()) == (listed["size"], listed["sha256"])
    assert response.headers["Repr-Digest"].startswith("sha-256=:")
    assert scan([content], [WHERE, "Canarypassport"]) == []
    assert AuditEvent.objects.filter(action="packet.document_read", object=packet.pk).count() == 1


def test_the_api_refuses_what_cannot_go(
    world: World, assigned: Persona, case: Case, document: Document
) -> None:
    client, text_file = api(assigned), keep(assigned, case, b"A statement.", name="x.txt")
    for ids in ([uuid4()], [text_file.pk], ["nothing"], [uuid4() for _ in range(11)]):
        response = client.post("/api/v1/referrals/", body(world, case, *ids), format="json")
        assert {name.split(".")[0] for name in at_fault(response)} == {"documents"}
    draft = drafted(world, case, document)
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=document.pk, reason="x")
    assert client.post(f"/api/v1/referrals/{draft.pk}/send/").status_code == 400
    assert not Packet.objects.exists()


def test_for_other_programs_it_is_not_there(world: World, packet: Packet) -> None:
    path = f"/api/v1/packets/{packet.pk}/documents/{packet.enclosures.get().pk}/content/"
    for persona in set(PERSONAS) - {"focal_point"}:
        problem(api(world[persona]).get(path), 404, "not_found")
    client = api(world["focal_point"])
    problem(client.get(path.replace(str(packet.enclosures.get().pk), str(uuid4()))), 404, "not_found")
    withdraw_referral(actor=world["assigned"].actor, referral_id=packet.referral_id)
    problem(client.get(path), 404, "not_found")


def test_in_the_api_more_documents_take_no_more_queries(
    world: World, assigned: Persona, case: Case, document: Document
) -> None:
    client = api(world["focal_point"])
    few = sent(world, case, document)
    many = sent(world, case, document, keep(assigned, case, picture("PNG")), keep(assigned, case, photo(6)))
    paths = [f"/api/v1/packets/{each.pk}/" for each in (few, many)]
    for path in paths:
        answer(client.get(path))
    assert api_queries(client, paths[0]) == api_queries(client, paths[1])
