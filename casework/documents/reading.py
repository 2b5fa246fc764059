"""Reading a document's content, and what is made of it. Each reading is a line in the custody log, written before."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from casework.case_file import CaseFile, open_case_file
from casework.documents import workshop
from casework.documents.attachments import OpenedDocument
from casework.documents.custody import What, note_reading
from casework.documents.storing import open_stored
from casework.documents.workshop import Made, NotPossible
from core import audit
from core.actor import Actor
from core.crypto import CannotOpen, OpenedStream
from core.errors import NotVisible, Tampered


def read_document(actor: Actor, case_id: UUID, document_id: UUID) -> tuple[OpenedDocument, Iterator[bytes]]:
    """A document and its content, chunk by chunk, each verified before it is given out.

    Raises NotVisible, also for a removed one; Tampered, at once where the stored file's ends are not what was kept,
    else at the chunk that is not.
    """
    with transaction.atomic():
        file = open_case_file(actor, case_id, lock=True)
        document = _kept(file, document_id)
        content = _open(file, document)
        note_reading(file, document.row, What.READ)
    return document, _chunks(file, document, content)


def preview_document(
    actor: Actor, case_id: UUID, document_id: UUID, page: int, *, as_copied: bool = False
) -> tuple[OpenedDocument, Made]:
    """A picture of one page (from 1), also `as_copied` for a packet. Raises NotVisible, Tampered, NotPossible."""
    file = open_case_file(actor, case_id)
    document = _kept(file, document_id)
    if not document.facts.type.shown:
        raise NotPossible
    if as_copied:
        copy = packet_copy(file, document)
        made = workshop.show([copy.content], copy.mime, page)
    else:
        made = workshop.show(_content(file, document), document.facts.mime, page)
    with transaction.atomic():
        file = open_case_file(actor, case_id, lock=True)
        note_reading(file, _kept(file, document_id).row, What.PREVIEWED, page=page)
    return document, made


def packet_copy(file: CaseFile, document: OpenedDocument) -> Made:
    """A copy for a referral packet: without metadata, attachments and scripts. Nothing is noted before it goes out.

    Raises NotVisible, Tampered; NotPossible for a type whose metadata can't be taken out.
    """
    if not document.kept:
        raise NotVisible
    return workshop.copy(_content(file, document), document.facts.mime)


def note_copied(file: CaseFile, document: OpenedDocument, *, note: str) -> None:
    """Note that a copy goes out; `note` says to whom. Inside the caller's transaction, which has locked the case."""
    note_reading(file, document.row, What.COPIED, note=note)


def _kept(file: CaseFile, document_id: UUID) -> OpenedDocument:
    document = file.attachments.get(document_id)
    if not document.kept:
        raise NotVisible
    return document


def _open(file: CaseFile, document: OpenedDocument) -> OpenedStream:
    row = document.row
    if row.sealed_key is None:
        raise NotVisible
    key = file.opened.unseal("document-key", row.pk, sealed=row.sealed_key)
    return open_stored(key, row.stored_as, document.facts.size)


def _content(file: CaseFile, document: OpenedDocument) -> Iterator[bytes]:
    return _chunks(file, document, _open(file, document))


def _chunks(file: CaseFile, document: OpenedDocument, content: OpenedStream) -> Iterator[bytes]:
    try:
        yield from content.chunks()
    except CannotOpen:
        # The answer has begun: nothing after this writes down why it breaks off.
        audit.record(
            "document.tampered",
            actor=file.actor,
            object=file.opened.object,
            outcome="failed",
            document=document.id,
        )
        raise Tampered from None
