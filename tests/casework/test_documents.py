"""Documents: kept as they came, opened by their case's team alone, and whatever was changed is noticed."""

import hashlib
import os
from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import DatabaseError, connection, transaction

from casework.case_file import open_case_file
from casework.documents import media_types, untrusted
from casework.documents.attachments import OpenedDocument
from casework.documents.custody import read_custody
from casework.documents.media_types import sniff
from casework.documents.reading import preview_document, read_document
from casework.models import Case, CustodyEvent, Document
from casework.services import documents as service
from casework.services import open_case, record_identification, remove_document
from core import outbox
from core.access import rekey_object
from core.crypto.streams import CHUNK
from core.errors import Invalid, NotAllowed, NotVisible, Refused, Tampered, WrongState
from core.models import AuditEvent, Grant, Kind, Level, OutboxItem
from referrals.demo import Persona, World
from tests.casework.documents import DESCRIPTION, NAME, PLANTED, content, keep, stored
from tests.core.test_concurrency import at_once
from tests.files import pdf, photo, picture
from tests.scanner import scan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]

LONG = b"Canarycontent" * 20_000


@pytest.fixture
def document(assigned: Persona, case: Case) -> Document:
    return keep(assigned, case, LONG, name="long.txt")


def opened(world: World, row: Document) -> OpenedDocument:
    return open_case_file(world["teammate"].actor, row.case_id).attachments.get(row.pk)


def custody(world: World, row: Document) -> list[tuple[str, str]]:
    file = open_case_file(world["teammate"].actor, row.case_id)
    return [(line.what, line.by.name) for line in read_custody(file, file.attachments.get(row.pk))]


# --- keeping and reading  ----------------------------------------


def test_it_is_kept_as_it_came(world: World, assigned: Persona, case: Case) -> None:
    row = keep(assigned, case)
    assert content(world["teammate"], row) == photo()
    facts = opened(world, row).facts
    assert (facts.name, facts.description, facts.kind) == (NAME, DESCRIPTION, "identity")
    assert (facts.mime, facts.size) == ("image/jpeg", len(photo()))
    assert facts.sha256 == hashlib.sha256(photo()).hexdigest()


def test_the_stored_file_is_moved_there_and_private(document: Document, folder: Path) -> None:
    assert stored(document).stat().st_mode & 0o777 == 0o600
    assert stored(document).parent.stat().st_mode & 0o777 == 0o700
    assert list((folder / "uploads").iterdir()) == []


def test_any_storage_does(settings: Any, world: World, assigned: Persona, case: Case) -> None:
    """One without paths, as on another machine."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = {**settings.STORAGES, "documents": memory}
    row = keep(assigned, case, LONG)
    assert content(world["teammate"], row) == LONG
    with storages["documents"].open(row.stored_as) as kept:
        assert scan([kept.read()], PLANTED) == []


def test_it_opens_under_an_older_key_of_the_case(world: World, assigned: Persona, document: Document) -> None:
    rekey_object(actor=assigned.actor, object_id=document.case_id, kind=Kind.CASE)
    assert content(world["teammate"], document) == LONG


@pytest.mark.parametrize("name", ["stranger", "focal_point", "advocate", "administrator"])
def test_for_others_it_is_not_there(world: World, document: Document, name: str) -> None:
    actor = world[name].actor
    for attempt in (
        lambda: read_document(actor, document.case_id, document.pk),
        lambda: preview_document(actor, document.case_id, document.pk, 1),
        lambda: remove_document(actor=actor, case_id=document.case_id, document_id=document.pk, reason="x"),
        lambda: keep(world[name], document.case),
    ):
        with pytest.raises(NotVisible):
            attempt()


def test_whoever_may_only_read_adds_and_removes_nothing(world: World, document: Document) -> None:
    grant = Grant.objects.get(object=document.case_id)
    grant.level = Level.READ
    grant.save()
    assert content(world["teammate"], document) == LONG
    with pytest.raises(NotAllowed):
        keep(world["teammate"], document.case)
    with pytest.raises(NotAllowed):
        remove_document(
            actor=world["teammate"].actor, case_id=document.case_id, document_id=document.pk, reason="x"
        )


def test_the_document_of_another_case_is_not_there(
    assigned: Persona, document: Document, other: Case
) -> None:
    with pytest.raises(NotVisible):
        read_document(assigned.actor, other.pk, document.pk)


@pytest.fixture
def other(world: World, assigned: Persona) -> Case:
    row = record_identification(
        actor=assigned.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=Case.objects.get().opened_on,
    )
    return open_case(actor=assigned.actor, identification_id=row.pk)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"content": b""}, "file"), ({"kind": "nothing"}, "kind")],
)
def test_what_can_not_be_kept_is_refused_at_its_field(
    assigned: Persona, case: Case, folder: Path, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        keep(assigned, case, **change)
    assert set(refused.value.fields) == {field}
    assert not Document.objects.exists()
    assert not (folder / "documents").exists()


def test_where_the_transaction_fails_the_stored_file_goes(
    assigned: Persona, case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(service, "append_line", fail)
    with pytest.raises(ZeroDivisionError):
        keep(assigned, case)
    assert [path for path in (folder / "documents").rglob("*") if path.is_file()] == []
    assert not Document.objects.exists()


# --- nothing in the clear  ----------------------------------------


def test_nothing_of_it_lies_anywhere_in_the_clear(assigned: Persona, case: Case, folder: Path) -> None:
    row = keep(assigned, case, photo() + b"Canarycontent")
    preview_document(assigned.actor, case.pk, row.pk, 1)
    remove_document(
        actor=assigned.actor, case_id=case.pk, document_id=keep(assigned, case).pk, reason=DESCRIPTION
    )
    rows = [
        (model.__name__, repr(list(model.objects.values())).encode())
        for model in (Document, CustodyEvent, AuditEvent, OutboxItem)
    ]
    assert scan([folder, *rows], PLANTED) == []
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} == {""}


def test_the_scan_finds_what_is_not_sealed(folder: Path) -> None:
    (folder / "documents").mkdir()
    (folder / "documents" / "spilt").write_bytes(photo() + b"Canarycontent")
    assert {hit.needle for hit in scan([folder], PLANTED)} == {"Canaryplace", "Canarycontent"}


# --- tampering  ----------------------------------------

FILE_ATTACKS: dict[str, Callable[[bytes], bytes]] = {
    "the format": lambda sealed: b"\x01" + sealed[1:],
    "the salt": lambda sealed: sealed[:9] + bytes([sealed[9] ^ 1]) + sealed[10:],
    "the commitment": lambda sealed: sealed[:50] + bytes([sealed[50] ^ 1]) + sealed[51:],
    "the first chunk": lambda sealed: sealed[:99] + bytes([sealed[99] ^ 1]) + sealed[100:],
    "the last byte": lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
    "cut at a chunk's border": lambda sealed: sealed[: 65 + 2 * (CHUNK + 16)],
    "emptied": lambda sealed: b"",
    "lengthened": lambda sealed: sealed + sealed[-(CHUNK + 16) :],
}


@pytest.mark.parametrize("attack", FILE_ATTACKS)
def test_a_changed_file_is_noticed(world: World, document: Document, attack: str) -> None:
    stored(document).write_bytes(FILE_ATTACKS[attack](stored(document).read_bytes()))
    with pytest.raises(Tampered):
        content(world["teammate"], document)


def test_what_breaks_off_in_the_middle_stands_in_the_trail(world: World, document: Document) -> None:
    changed = bytearray(stored(document).read_bytes())
    changed[65 + 2 * (CHUNK + 16) + 9] ^= 1
    stored(document).write_bytes(changed)
    _facts, chunks = read_document(world["teammate"].actor, document.case_id, document.pk)
    assert b"".join([next(chunks), next(chunks)]) == LONG[: 2 * CHUNK]
    with pytest.raises(Tampered):
        next(chunks)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.outcome) == ("document.tampered", "failed")
    assert event.codes == {"document": str(document.pk)}


def test_a_file_that_is_gone_is_noticed(world: World, document: Document) -> None:
    stored(document).unlink()
    with pytest.raises(Tampered):
        content(world["teammate"], document)


def test_the_file_of_another_document_is_noticed(world: World, assigned: Persona, document: Document) -> None:
    other = keep(assigned, document.case, LONG, name="long.txt")
    stored(document).write_bytes(stored(other).read_bytes())
    with pytest.raises(Tampered):
        content(world["teammate"], document)


def _other(row: Document) -> Document:
    return Document.objects.exclude(pk=row.pk).get()


ROW_ATTACKS: dict[str, Callable[[Document], object]] = {
    "taken away": lambda row: _without_custody(row),
    "facts of another": lambda row: _update(row, sealed=_other(row).sealed),
    "key of another": lambda row: _update(row, sealed_key=_other(row).sealed_key),
    "another file": lambda row: _update(row, stored_as="ab/cd"),
    "said to be removed": lambda row: _update(row, state="removed", removed_at=row.added_at, sealed_key=None),
}


def _update(row: Document, **values: Any) -> None:
    assert Document.objects.filter(pk=row.pk).update(**values) == 1


def _without_custody(row: Document) -> None:
    take_guard_away()
    CustodyEvent.objects.all().delete()
    Document.objects.filter(pk=row.pk).delete()


def take_guard_away() -> None:
    """As somebody may who owns the database; the test's transaction puts it back."""
    module = import_module("casework.migrations.0003_documents")
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        for statement in [module.POSTGRESQL_DOWN] if postgresql else module.SQLITE_DOWN:
            cursor.execute(statement)


@pytest.mark.parametrize("attack", ROW_ATTACKS)
def test_a_changed_row_is_noticed(world: World, assigned: Persona, document: Document, attack: str) -> None:
    keep(assigned, document.case)
    assert len(open_case_file(assigned.actor, document.case_id).attachments.all) == 2
    ROW_ATTACKS[attack](document)
    with pytest.raises(Tampered):
        assert open_case_file(assigned.actor, document.case_id).attachments.all


def test_a_removed_document_that_was_put_back_is_noticed(assigned: Persona, document: Document) -> None:
    before = (
        Document.objects.filter(pk=document.pk).values("state", "removed_at", "sealed", "sealed_key").get()
    )
    remove_document(
        actor=assigned.actor, case_id=document.case_id, document_id=document.pk, reason="Not hers."
    )
    Document.objects.filter(pk=document.pk).update(**before)
    with pytest.raises(Tampered):
        read_document(assigned.actor, document.case_id, document.pk)


def test_a_document_that_nobody_added_is_noticed(assigned: Persona, document: Document, other: Case) -> None:
    _update(document, case=other)
    for case in (document.case, other):
        with pytest.raises(Tampered):
            assert open_case_file(assigned.actor, case.pk).attachments.all


# --- the custody log  ----------------------------------------


def test_everything_that_is_done_with_it_stands_in_its_log(
    world: World, assigned: Persona, case: Case
) -> None:
    row = keep(assigned, case)
    content(world["teammate"], row)
    preview_document(world["supervisor"].actor, case.pk, row.pk, 1)
    remove_document(
        actor=assigned.actor, case_id=case.pk, document_id=row.pk, reason="Belongs to another case."
    )
    names = {name: world[name].user.name for name in ("assigned", "teammate", "supervisor")}
    assert custody(world, row) == [
        ("received", names["assigned"]),
        ("read", names["teammate"]),
        ("previewed", names["supervisor"]),
        ("removed", names["assigned"]),
    ]
    file = open_case_file(assigned.actor, case.pk)
    lines = read_custody(file, file.attachments.get(row.pk))
    assert [line.page for line in lines] == [None, None, 1, None]
    assert [line.note for line in lines] == ["", "", "", "Belongs to another case."]
    trail = AuditEvent.objects.filter(object=case.pk, action__startswith="document.").order_by("id")
    assert [(event.action, event.codes["custody"], event.codes["document"]) for event in trail] == [
        (f"document.{what}", number, str(row.pk))
        for number, what in enumerate(("received", "read", "previewed", "removed"), 1)
    ]


def test_a_reading_is_noted_before_anything_is_handed_out(
    world: World, assigned: Persona, case: Case
) -> None:
    row = keep(assigned, case)
    read_document(assigned.actor, case.pk, row.pk)
    assert [what for what, _name in custody(world, row)] == ["received", "read"]


def test_what_could_not_be_shown_was_not_looked_at(world: World, assigned: Persona, case: Case) -> None:
    row = keep(assigned, case, b"\xff\xd8\xff\xe0 no picture at all")
    with pytest.raises(Refused):
        preview_document(assigned.actor, case.pk, row.pk, 1)
    assert [what for what, _name in custody(world, row)] == ["received"]


STATEMENTS = {
    "change": "UPDATE casework_custodyevent SET what = 'received'",
    "delete": "DELETE FROM casework_custodyevent",
    "replace": "INSERT OR REPLACE INTO casework_custodyevent SELECT * FROM casework_custodyevent",
    "empty": "TRUNCATE casework_custodyevent",
}


@pytest.mark.parametrize("what", STATEMENTS)
def test_the_database_lets_it_grow_and_nothing_else(world: World, document: Document, what: str) -> None:
    if what == ("replace" if connection.vendor == "postgresql" else "empty"):
        pytest.skip("this database knows no such statement")
    connection.check_constraints()  # or PostgreSQL refuses to empty the table for a reason of its own
    with (
        pytest.raises(DatabaseError, match="can only grow"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(STATEMENTS[what])
    assert [what for what, _name in custody(world, document)] == ["received"]


@pytest.mark.parametrize(
    "attack", ["another person", "another act", "one missing", "all missing", "one more"]
)
def test_a_log_that_somebody_rewrote_is_noticed(world: World, document: Document, attack: str) -> None:
    content(world["teammate"], document)
    assert len(custody(world, document)) == 2
    take_guard_away()
    lines = CustodyEvent.objects.filter(document=document)
    if attack == "another person":
        lines.filter(number=2).update(by=world["supervisor"].user)
    elif attack == "another act":
        lines.filter(number=2).update(what="previewed")
    elif attack == "one missing":
        lines.filter(number=1).delete()
    elif attack == "all missing":
        lines.delete()
    else:
        last = lines.get(number=2)
        last.pk, last.number = None, 3
        last.save(force_insert=True)
    with pytest.raises(Tampered):
        custody(world, document)


# --- removing  ----------------------------------------


def test_of_a_removed_document_the_hash_and_the_log_remain(
    world: World, assigned: Persona, document: Document
) -> None:
    remove_document(
        actor=assigned.actor, case_id=document.case_id, document_id=document.pk, reason="A mistake."
    )
    left = opened(world, document)
    assert not left.kept
    assert (left.facts.name, left.facts.description) == ("", "")
    assert (left.facts.sha256, left.facts.size) == (hashlib.sha256(LONG).hexdigest(), len(LONG))
    assert Document.objects.get().sealed_key is None
    for attempt in (read_document, lambda *ids: preview_document(*ids, 1)):
        with pytest.raises(NotVisible):
            attempt(assigned.actor, document.case_id, document.pk)


def test_its_file_goes_through_the_outbox(assigned: Persona, document: Document) -> None:
    remove_document(
        actor=assigned.actor, case_id=document.case_id, document_id=document.pk, reason="A mistake."
    )
    assert stored(document).exists()
    [item] = OutboxItem.objects.filter(kind="casework.forget_file").values_list("pk", flat=True)
    assert outbox.run(item)
    assert not stored(document).exists()
    service.forget_file(document.pk)  # safe to run twice


def test_the_file_of_a_kept_document_goes_with_its_case_alone(document: Document) -> None:
    service.forget_file(document.pk)
    assert stored(document).exists()
    Case.objects.update(state=Case.State.ERASED)
    service.forget_file(document.pk)
    assert not stored(document).exists()


def test_it_is_removed_once_and_with_a_reason(assigned: Persona, document: Document) -> None:
    which = {"actor": assigned.actor, "case_id": document.case_id, "document_id": document.pk}
    with pytest.raises(Invalid) as refused:
        remove_document(**which, reason=" ")
    assert set(refused.value.fields) == {"reason"}
    remove_document(**which, reason="A mistake.")
    with pytest.raises(WrongState):
        remove_document(**which, reason="Again.")


def test_a_hold_keeps_it(
    world: World, assigned: Persona, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hold(file: object, held: OpenedDocument) -> None:
        assert held.id == document.pk
        raise Refused("A court asked for it.")

    monkeypatch.setattr(service.document_removal_veto, "_functions", [hold])
    with pytest.raises(Refused):
        remove_document(actor=assigned.actor, case_id=document.case_id, document_id=document.pk, reason="x")
    assert content(world["teammate"], document) == LONG


# --- two at once  ----------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_at_once_both_win(world: World, case: Case) -> None:
    people = (world["assigned"], world["teammate"])
    at_once(*(lambda person=person: keep(person, case, person.user.name.encode()) for person in people))
    documents = open_case_file(world["assigned"].actor, case.pk).attachments.all
    assert {content(world["assigned"], each.row).decode() for each in documents} == {
        person.user.name for person in people
    }


@pytest.mark.django_db(transaction=True)
def test_of_many_who_read_at_once_each_has_a_line(world: World, case: Case) -> None:
    row = keep(world["assigned"], case)
    people = ("assigned", "teammate", "supervisor")
    at_once(*(lambda name=name: content(world[name], row) for name in people))
    assert len(custody(world, row)) == 4


@pytest.mark.django_db(transaction=True)
def test_of_two_who_remove_at_once_one_wins(world: World, case: Case) -> None:
    row = keep(world["assigned"], case)
    results = at_once(
        *(
            lambda name=name: remove_document(
                actor=world[name].actor, case_id=case.pk, document_id=row.pk, reason="x"
            )
            for name in ("assigned", "teammate")
        )
    )
    assert sorted(type(each).__name__ for each in results) == ["Document", "WrongState"]


# --- what it is  ----------------------------------------

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SAMPLES: dict[str, tuple[bytes, str]] = {
    "a JPEG": (picture("JPEG"), "image/jpeg"),
    "a PNG": (picture("PNG"), "image/png"),
    "a GIF": (picture("GIF"), "image/gif"),
    "a WebP": (picture("WEBP"), "image/webp"),
    "a TIFF": (picture("TIFF"), "image/tiff"),
    "a BMP": (picture("BMP"), "image/bmp"),
    "a PDF": (pdf(), "application/pdf"),
    "a PDF after some bytes": (b"\xff\xfe\n" + pdf(), "application/pdf"),
    "a PDF in plain letters": (b"%PDF-1.4\n1 0 obj <<>> endobj", "application/pdf"),
    "a picture of a telephone": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64), "image/heif"),
    "a recording of a telephone": (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42" + bytes(64), "audio/mp4"),
    "a film": (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + bytes(64), "video/mp4"),
    "an old Office document": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "application/msword"),
    "a program": (b"MZ\x90\0" + bytes(100), "application/octet-stream"),
    "text": ("Zwölf Stunden am Tag.\n".encode(), "text/plain"),
    "text cut through a letter": (b"x" * (64 * 1024 - 1) + "ö".encode() * 10, "text/plain"),
    "text that begins like a BMP": (b"BMW was the car.", "text/plain"),
    "a page with a script": (b"<!doctype html><script>x()</script>", "text/plain"),
    "a drawing with a script": (b'<?xml version="1.0"?><svg onload="x()"/>', "text/plain"),
    "something": (bytes(range(100, 200)), "application/octet-stream"),
    "an archive": (b"PK\3\4" + bytes(30), "application/zip"),
    "a Word document": (b"PK\3\4" + bytes(100_000) + b"word/document.xml", WORD),
}


@pytest.mark.parametrize("what", SAMPLES)
def test_its_content_says_what_it_is(what: str) -> None:
    sample, mime = SAMPLES[what]
    assert sniff(BytesIO(sample)).mime == mime


def test_what_is_said_to_be_shown_is_what_the_workshop_knows() -> None:
    shown = {each.mime for each in media_types._BY_MIME.values() if each.shown}
    assert shown == {*untrusted.FORMATS, "application/pdf"}


def test_its_name_is_not_asked(world: World, assigned: Persona, case: Case) -> None:
    row = keep(assigned, case, pdf(), name="holiday.jpg")
    assert opened(world, row).facts.mime == "application/pdf"
    row = keep(assigned, case, b"MZ\x90\0" + os.urandom(200), name="letter.pdf")
    assert not opened(world, row).facts.type.shown
