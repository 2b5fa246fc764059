"""The partner's side of documents in packets: looking at one, and downloading it."""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction

from casework.documents import workshop
from casework.documents.storing import open_stored
from casework.documents.workshop import Made
from core import audit
from core.access import OpenObject, open_object
from core.actor import Actor
from core.crypto import CannotOpen, OpenedStream
from core.errors import NotAllowed, NotVisible, Tampered
from core.models import Kind, Role
from referrals.enclosures import EnclosedDocument, SealedEnclosure, unseal_enclosure
from referrals.models import Packet
from referrals.services.answering import open_packet


def read_enclosure(
    *, actor: Actor, packet_id: UUID, enclosure_id: UUID
) -> tuple[EnclosedDocument, Iterator[bytes]]:
    """A copy and its content as the partner, chunk by chunk, each verified before it is given out.

    Raises NotVisible, NotAllowed; Tampered, at once where the stored file's ends are not what was kept, else at the
    chunk that is not.
    """
    with transaction.atomic():
        packet, opened = open_packet(actor=actor, packet_id=packet_id)
        enclosure = _enclosure(packet, opened, enclosure_id)
        content = _open(enclosure)
        _note(actor, opened, "packet.document_read", enclosure_id)
    return enclosure.document, _chunks(actor, opened, enclosure_id, content)


def preview_enclosure(
    *, actor: Actor, packet_id: UUID, enclosure_id: UUID, page: int
) -> tuple[EnclosedDocument, Made]:
    """A picture of one page (from 1) of a copy, as the partner.

    That the packet still opens is looked at again when the picture is made. Raises NotVisible, NotAllowed, Tampered,
    NotPossible.
    """
    opened = open_object(actor, packet_id, Kind.PACKET)
    packet = Packet.objects.get(pk=packet_id)
    if not actor.has_role(Role.FOCAL_POINT, team_id=packet.team_id):
        raise NotAllowed
    enclosure = _enclosure(packet, opened, enclosure_id)
    chunks = _chunks(actor, opened, enclosure_id, _open(enclosure))
    made = workshop.show(chunks, enclosure.document.mime, page)
    with transaction.atomic():
        _packet, opened = open_packet(actor=actor, packet_id=packet_id)
        _note(actor, opened, "packet.document_previewed", enclosure_id)
    return enclosure.document, made


def _enclosure(packet: Packet, opened: OpenObject, enclosure_id: UUID) -> SealedEnclosure:
    row = packet.enclosures.filter(pk=enclosure_id).first()
    if row is None:
        raise NotVisible
    return unseal_enclosure(opened, row)


def _open(enclosure: SealedEnclosure) -> OpenedStream:
    return open_stored(enclosure.key, enclosure.stored_as, enclosure.document.size)


def _note(actor: Actor, opened: OpenObject, action: str, enclosure_id: UUID) -> None:
    audit.record(action, actor=actor, object=opened.object, enclosure=enclosure_id)


def _chunks(actor: Actor, opened: OpenObject, enclosure_id: UUID, content: OpenedStream) -> Iterator[bytes]:
    try:
        yield from content.chunks()
    except CannotOpen:
        # The answer has begun: nothing after this writes down why it breaks off.
        audit.record(
            "packet.tampered",
            actor=actor,
            object=opened.object,
            outcome="failed",
            enclosure=enclosure_id,
        )
        raise Tampered from None
