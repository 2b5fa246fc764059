"""Documents in packets: making the copies that go out, and forgetting them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.documents.attachments import OpenedDocument
from casework.documents.reading import note_copied, packet_copy
from casework.documents.storing import delete_stored, store
from casework.documents.workshop import NotPossible
from core import outbox
from core.access import OpenObject, object_destroyed
from core.errors import Refused, WrongState
from core.models import Kind, SealedObject
from core.uploads import sealed_upload
from referrals.enclosures import EnclosedDocument, as_planned, seal_enclosure
from referrals.models import Enclosure, Packet

FORGET_COPY = "referrals.forget_copy"


@dataclass(frozen=True, slots=True)
class Copy:
    """A cleaned copy that is stored sealed and belongs to no packet yet; `made_of` is the original as it was then."""

    made_of: EnclosedDocument
    document: EnclosedDocument
    stored_as: str
    key: bytes


@contextmanager
def stored_copies(file: CaseFile, documents: list[OpenedDocument]) -> Iterator[list[Copy]]:
    """Cleaned copies, sealed and stored. Where what is done with them fails, the stored files are deleted.

    Not in the transaction that sends them: making a copy takes its time, in which nobody should wait for the case.
    Raises Refused where of a document no copy can be made; Tampered.
    """
    copies: list[Copy] = []
    try:
        for document in documents:
            copies.append(_stored(file, document))
        yield copies
    except BaseException:
        for copy in copies:
            delete_stored(copy.stored_as)
        raise


def _stored(file: CaseFile, document: OpenedDocument) -> Copy:
    try:
        made = packet_copy(file, document)
    except NotPossible:
        raise Refused(
            _(
                "What is hidden in one of the documents can't be taken out: it is damaged, or locked with a password. "
                "Nothing was sent. Prepare a new draft without it."
            )
        ) from None
    upload = sealed_upload("copy", [made.content])
    try:
        copied = EnclosedDocument(uuid4(), document.title, made.mime, len(made.content), upload.sha256)
        return Copy(as_planned(document), copied, store(upload), upload.key)
    finally:
        upload.close()


def enclose(
    file: CaseFile,
    packet: Packet,
    opened: OpenObject,
    *,
    copies: list[Copy],
    documents: list[OpenedDocument],
) -> None:
    """Put the copies into a packet, inside the caller's transaction, which has locked the case. To whom they go stands,
    sealed, in the custody log of each original.

    Raises WrongState where they were not made of these documents: the draft has changed meanwhile.
    """
    if [copy.made_of for copy in copies] != [as_planned(each) for each in documents]:
        raise WrongState
    recipient = packet.referral.service.organisation.name
    for number, (copy, original) in enumerate(zip(copies, documents, strict=True), start=1):
        row = Enclosure(pk=copy.document.id, packet=packet, number=number, stored_as=copy.stored_as)
        seal_enclosure(opened, row, copy.document, copy.key)
        row.save(force_insert=True)
        note_copied(file, original, note=recipient)


# --- forgetting -------------------------------------------------------------------------------------------------


@object_destroyed.register
def forget_with_the_key(object: SealedObject) -> None:
    """When a packet's key is destroyed, whatever for, its copies go: nobody can open them any more."""
    if object.kind == Kind.PACKET:
        forget_enclosures(Enclosure.objects.filter(packet=object.pk))


def forget_enclosures(enclosures: QuerySet[Enclosure]) -> None:
    """Let go of copies, inside the caller's transaction; their files are deleted once it has committed."""
    ids = list(enclosures.values_list("pk", flat=True))
    for id in ids:
        outbox.enqueue(FORGET_COPY, id)
    if ids:
        Enclosure.objects.filter(pk__in=ids).update(packet=None, sealed=None)


@outbox.handler(FORGET_COPY, outside=True, must=True)
def forget_copy(enclosure_id: UUID) -> None:
    """Delete the stored file of a copy that belongs to no packet any more, then its row."""
    row = Enclosure.objects.filter(pk=enclosure_id, packet=None).first()
    if row is not None:
        delete_stored(row.stored_as)
        row.delete()
