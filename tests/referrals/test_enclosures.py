"""Documents in packets: cleaned copies, under the packet's key alone, and gone with it."""

import hashlib
import os
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
from django.db import transaction
from PIL import Image

from casework.documents import reading
from casework.erasing import erase_rows
from casework.models import Case, Document
from casework.services import open_case, record_identification, remove_document
from core.crypto.streams import CHUNK
from core.errors import HearthError, Invalid, NotVisible, Refused, Tampered, WrongState
from core.models import AuditEvent
from referrals.demo import Persona, World
from referrals.enclosures import MOST
from referrals.models import Enclosure, Packet, Referral
from referrals.selectors import preview_referral, read_packet, read_referral
from referrals.services import (
    preview_enclosure,
    read_enclosure,
    send_referral,
    withdraw_referral,
)
from referrals.services import sending as sending_module
from tests.casework.documents import keep
from tests.conftest import PERSONAS
from tests.files import pdf, photo, picture
from tests.referrals.enclosures import PLANTED, custody, drafted, files, got, sent, stored
from tests.scanner import scan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "share_consent")]


@pytest.fixture
def document(assigned: Persona, case: Case) -> Document:
    """A photo that says where it was taken."""
    return keep(assigned, case)


@pytest.fixture
def packet(world: World, case: Case, document: Document) -> Packet:
    return sent(world, case, document)


@pytest.fixture
def enclosure(packet: Packet) -> Enclosure:
    return packet.enclosures.get()


# --- choosing  ----------------------------------------


def test_the_choice_lies_sealed_in_the_draft(world: World, case: Case, document: Document) -> None:
    draft = drafted(world, case, document, document)
    assert read_referral(world["teammate"].actor, draft.pk).documents == [document.pk]
    assert document.pk.hex not in bytes(draft.sealed_draft).hex()
    assert str(document.pk).encode() not in bytes(draft.sealed_draft)
    assert not Enclosure.objects.exists()


def test_a_preview_lists_what_goes_and_nothing_is_made_yet(
    world: World,
    case: Case,
    document: Document,
    folder: Path,
) -> None:
    before = files(folder)
    read = read_referral(world["assigned"].actor, drafted(world, case, document).pk)
    [planned] = preview_referral(world["assigned"].actor, read).packet.documents
    assert (planned.id, planned.name, planned.mime) == (document.pk, "Canarypassport.jpg", "image/jpeg")
    assert planned.size == len(photo())
    assert files(folder) == before


def test_a_draft_from_before_there_were_documents_is_sent(world: World, case: Case) -> None:
    draft = drafted(world, case)
    packet = Packet.objects.get(referral=send_referral(actor=world["assigned"].actor, referral_id=draft.pk))
    _packet, read = read_packet(world["focal_point"].actor, packet.pk)
    assert list(read.documents) == []


@pytest.mark.parametrize("which", ["unknown", "of another case", "removed", "a text", "too many"])
def test_what_cannot_go_is_refused_at_once(world: World, assigned: Persona, case: Case, which: str) -> None:
    if which == "of another case":
        identification = record_identification(
            actor=assigned.actor,
            team_id=world.team.pk,
            instrument_id="ilo-adult-labour",
            answers={},
            interviewed_on=date(2026, 1, 15),
        )
        other = open_case(actor=assigned.actor, identification_id=identification.pk)
        ids = [keep(assigned, other).pk]
    elif which == "removed":
        row = keep(assigned, case)
        remove_document(actor=assigned.actor, case_id=case.pk, document_id=row.pk, reason="x")
        ids = [row.pk]
    elif which == "a text":
        ids = [keep(assigned, case, b"A statement.", name="x.txt").pk]
    else:
        ids = [uuid4() for _ in range(MOST + 1 if which == "too many" else 1)]
    with pytest.raises(Invalid) as refused:
        drafted(world, case, documents=ids)
    assert set(refused.value.fields) == {"documents"}
    assert not Referral.objects.exists()


# --- sending  ----------------------------------------


def test_the_partner_gets_a_copy_without_what_was_hidden(world: World, packet: Packet) -> None:
    copy = got(world["focal_point"], packet)
    assert scan([photo()], ["Canaryplace"]) != [], "else this would pass for any photo"
    assert scan([copy], PLANTED) == []
    image = Image.open(BytesIO(copy))
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (60, 30), {})
    assert not {"exif", "comment", "xmp"} & image.info.keys()
    _packet, read = read_packet(world["focal_point"].actor, packet.pk)
    [listed] = read.documents
    assert (listed.name, listed.size) == ("Canarypassport.jpg", len(copy))
    assert listed.sha256 == hashlib.sha256(copy).hexdigest()


def test_several_go_in_the_order_in_which_they_were_chosen(
    world: World, assigned: Persona, case: Case
) -> None:
    first, second = (
        keep(assigned, case, pdf(), name="z.pdf"),
        keep(assigned, case, picture("PNG"), name="a.png"),
    )
    packet = sent(world, case, first, second)
    _packet, read = read_packet(world["focal_point"].actor, packet.pk)
    assert [(each.name, each.mime) for each in read.documents] == [
        ("z.pdf", "application/pdf"),
        ("a.png", "image/png"),
    ]
    copy = got(world["focal_point"], packet, read.documents[0].id)
    assert len(pikepdf.open(BytesIO(copy)).pages) == 2
    assert b"Exif" not in copy
    assert scan([copy], ["Canaryplace"]) == []


def test_nothing_of_it_lies_in_the_clear(world: World, enclosure: Enclosure, folder: Path) -> None:
    copy = got(world["focal_point"], enclosure.packet)
    kept = stored(enclosure).read_bytes()
    assert len(kept) > CHUNK
    assert copy[:200] not in kept
    assert scan([folder, bytes(enclosure.sealed or b""), bytes(enclosure.packet.sealed)], PLANTED) == []
    assert list((folder / "uploads").iterdir()) == []
    for event in AuditEvent.objects.all():
        assert scan([str(event.codes).encode()], PLANTED) == []


def test_the_original_s_log_says_that_a_copy_went_to_whom(
    world: World, document: Document, packet: Packet
) -> None:
    partner = world.partner_team.organisation.name
    assert custody(world["teammate"], document) == [("received", ""), ("copied", partner)]
    event = AuditEvent.objects.get(action="document.copied")
    assert event.codes == {"document": str(document.pk), "custody": 2}
    assert AuditEvent.objects.get(action="referral.sent").codes["documents"] == 1
    row = document.custody.get(number=2)
    assert scan([bytes(row.sealed)], [partner]) == []


def refused(world: World, draft: Referral, error: type[HearthError], folder: Path) -> None:
    """It is not sent, and nothing of an attempt is left."""
    before = files(folder)
    with pytest.raises(error):
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.sealed_share) == ("draft", None)
    assert not Packet.objects.exists()
    assert not Enclosure.objects.exists()
    assert not AuditEvent.objects.filter(action="document.copied").exists()
    assert files(folder) == before


def test_a_document_removed_since_the_draft_stops_it_whole(
    world: World,
    assigned: Persona,
    case: Case,
    document: Document,
    folder: Path,
) -> None:
    draft = drafted(world, case, keep(assigned, case, picture("PNG")), document)
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=document.pk, reason="x")
    refused(world, draft, Invalid, folder)
    read = read_referral(assigned.actor, draft.pk)
    with pytest.raises(Invalid) as gone:
        preview_referral(assigned.actor, read)
    assert set(gone.value.fields) == {"documents"}


def test_a_document_removed_while_the_copies_are_made_stops_it_whole(
    world: World,
    assigned: Persona,
    case: Case,
    document: Document,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft, send = drafted(world, case, document), sending_module._send

    def meanwhile(*given: object) -> Referral:
        remove_document(actor=assigned.actor, case_id=case.pk, document_id=document.pk, reason="x")
        assert len(files(folder)) == 2, "the copy is there"
        return send(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sending_module, "_send", meanwhile)
    refused(world, draft, Invalid, folder)


def test_a_draft_that_changed_while_the_copies_are_made_is_not_sent(
    world: World,
    case: Case,
    document: Document,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft, send = drafted(world, case, document), sending_module._send
    monkeypatch.setattr(
        sending_module, "_send", lambda actor, id, copies, *more: send(actor, id, copies[:-1], *more)
    )
    refused(world, draft, WrongState, folder)


def test_an_erased_case_sends_nothing(
    world: World,
    case: Case,
    document: Document,
    folder: Path,
) -> None:
    draft = drafted(world, case, document)
    with transaction.atomic():
        erase_rows(case)
    before = files(folder)
    with pytest.raises(NotVisible):
        send_referral(actor=world["assigned"].actor, referral_id=draft.pk)
    assert files(folder) == before


def test_without_consent_no_copy_is_left(
    world: World,
    case: Case,
    document: Document,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending_module, "basis_for", lambda *_: None)
    refused(world, drafted(world, case, document), Refused, folder)


@pytest.mark.parametrize("content", [b"%PDF-1.7 and no more", picture("PNG")[:-30]])
def test_a_damaged_one_says_that_no_copy_can_be_made(
    world: World,
    assigned: Persona,
    case: Case,
    document: Document,
    folder: Path,
    content: bytes,
) -> None:
    damaged = keep(assigned, case, content, name="x")
    refused(world, drafted(world, case, document, damaged), Refused, folder)


def test_a_transaction_that_is_rolled_back_leaves_no_file(
    world: World,
    case: Case,
    document: Document,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = drafted(world, case, document)
    record = sending_module.audit.record

    def fails(action: str, **given: object) -> None:
        record(action, **given)  # type: ignore[arg-type]
        if action == "referral.sent":  # the last thing of all
            raise WrongState

    monkeypatch.setattr(sending_module.audit, "record", fails)
    refused(world, draft, WrongState, folder)


def test_a_copy_that_fails_takes_those_before_it_along(
    world: World,
    assigned: Persona,
    case: Case,
    document: Document,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = keep(assigned, case, picture("PNG"))
    draft = drafted(world, case, document, other)
    stored_as = Document.objects.get(pk=other.pk).stored_as
    path = folder / "documents" / stored_as
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    refused(world, draft, Tampered, folder)


# --- the partner  ----------------------------------------


def test_for_others_it_is_not_there(world: World, packet: Packet, enclosure: Enclosure) -> None:
    for name in set(PERSONAS) - {"focal_point"}:
        which = {"actor": world[name].actor, "packet_id": packet.pk, "enclosure_id": enclosure.pk}
        with pytest.raises(NotVisible):
            read_enclosure(**which)  # type: ignore[arg-type]
        with pytest.raises(NotVisible):
            preview_enclosure(**which, page=1)  # type: ignore[arg-type]
    assert not AuditEvent.objects.filter(action__startswith="packet.document").exists()


def test_the_document_of_another_packet_is_not_there(
    world: World, case: Case, document: Document, packet: Packet, enclosure: Enclosure
) -> None:
    other = sent(world, case, document)
    for id in (enclosure.pk, document.pk, uuid4()):
        with pytest.raises(NotVisible):
            read_enclosure(actor=world["focal_point"].actor, packet_id=other.pk, enclosure_id=id)


def test_every_opening_is_recorded_and_tells_that_it_was_received(
    world: World, packet: Packet, enclosure: Enclosure
) -> None:
    actor = world["focal_point"].actor
    got(world["focal_point"], packet)
    preview_enclosure(actor=actor, packet_id=packet.pk, enclosure_id=enclosure.pk, page=1)
    events = AuditEvent.objects.filter(action__startswith="packet.document_").order_by("pk")
    assert [(each.action, each.object, each.codes, each.actor) for each in events] == [
        (f"packet.document_{what}", packet.pk, {"enclosure": str(enclosure.pk)}, actor.user.pk)
        for what in ("read", "previewed")
    ]
    packet.referral.refresh_from_db()
    assert packet.referral.state == "received"


def test_a_picture_is_shown_and_says_nothing_more(world: World, packet: Packet, enclosure: Enclosure) -> None:
    document, made = preview_enclosure(
        actor=world["focal_point"].actor, packet_id=packet.pk, enclosure_id=enclosure.pk, page=1
    )
    assert (document.name, made.mime, made.pages) == ("Canarypassport.jpg", "image/jpeg", 1)
    assert scan([made.content], PLANTED) == []


def test_taken_back_while_a_picture_is_made_it_is_not_shown(
    world: World, packet: Packet, enclosure: Enclosure, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = reading.workshop.show

    def meanwhile(*given: object) -> object:
        made = show(*given)  # type: ignore[arg-type]
        withdraw_referral(actor=world["assigned"].actor, referral_id=packet.referral_id)
        return made

    monkeypatch.setattr(reading.workshop, "show", meanwhile)
    with pytest.raises(NotVisible):
        preview_enclosure(
            actor=world["focal_point"].actor, packet_id=packet.pk, enclosure_id=enclosure.pk, page=1
        )


@pytest.mark.parametrize("place", ["the file", "its name", "the description", "a missing row", "the order"])
def test_what_somebody_changed_is_noticed(
    world: World, assigned: Persona, case: Case, document: Document, place: str
) -> None:
    other = keep(assigned, case, picture("PNG"))
    packet = sent(world, case, document, other)
    first, second = packet.enclosures.order_by("number")
    if place == "the file":
        kept = bytearray(stored(first).read_bytes())
        kept[len(kept) // 2] ^= 1
        stored(first).write_bytes(kept)
    elif place == "its name":
        first.stored_as, second.stored_as = second.stored_as, f"{first.stored_as}0"
        second.save()
        first.save()
    elif place == "the description":
        Enclosure.objects.filter(pk=first.pk).update(sealed=second.sealed)
    elif place == "a missing row":
        second.delete()
    else:
        Enclosure.objects.filter(pk=first.pk).update(number=3)
    with pytest.raises(Tampered):
        reads(world["focal_point"], packet, first, content=place == "the file")


def reads(partner: Persona, packet: Packet, enclosure: Enclosure, *, content: bool) -> object:
    return got(partner, packet, enclosure.pk) if content else read_packet(partner.actor, packet.pk)


def test_a_long_one_comes_in_pieces_and_breaks_off_where_it_was_changed(
    world: World, assigned: Persona, case: Case
) -> None:
    noise, file = Image.frombytes("RGB", (300, 300), os.urandom(270_000)), BytesIO()
    noise.save(file, "PNG")
    packet = sent(world, case, keep(assigned, case, file.getvalue()))
    enclosure = packet.enclosures.get()
    which = {"packet_id": packet.pk, "enclosure_id": enclosure.pk}
    document, content = read_enclosure(actor=world["focal_point"].actor, **which)
    pieces = [len(piece) for piece in content]
    assert sum(pieces) == document.size > 3 * CHUNK
    assert max(pieces) == CHUNK
    kept = bytearray(stored(enclosure).read_bytes())
    kept[2 * CHUNK] ^= 1
    stored(enclosure).write_bytes(kept)
    _document, content = read_enclosure(actor=world["focal_point"].actor, **which)
    assert len(next(content)) == CHUNK
    with pytest.raises(Tampered):
        next(content)
    event = AuditEvent.objects.get(action="packet.tampered")
    assert (event.outcome, event.object) == ("failed", packet.pk)
