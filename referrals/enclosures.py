"""The documents that go with a referral: which were chosen, and what is known of the copies in a packet."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.documents.attachments import OpenedDocument
from casework.documents.media_types import MediaType, media_type
from core.access import OpenObject
from core.errors import Invalid, Tampered
from core.padded import padded_json
from referrals.models import Enclosure, Packet

MOST = 10
"""Documents of one referral: each copy is made while the sender waits."""


@dataclass(frozen=True, slots=True)
class EnclosedDocument:
    """What is known of a copy: `size` in bytes, `sha256` of what the partner gets.

    Before sending it stands for the document itself: the copy, which is not made yet, may have another size.
    """

    id: UUID
    name: str
    mime: str
    size: int
    sha256: str

    @property
    def type(self) -> MediaType:
        """What its content is."""
        return media_type(self.mime)


@dataclass(frozen=True, slots=True)
class SealedEnclosure:
    """A copy with what opens its stored file."""

    document: EnclosedDocument
    stored_as: str
    key: bytes


def can_be_copied(document: OpenedDocument) -> bool:
    """Whether it is of a type of which what is hidden in it can be taken out."""
    return document.kept and document.facts.type.shown


def chosen_documents(file: CaseFile, ids: Sequence[UUID]) -> list[OpenedDocument]:
    """The documents with these ids, each once. Raises Invalid at `documents`, Tampered."""
    found = {each.id: each for each in file.attachments.all if each.kept} if ids else {}
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise Invalid({"documents": [_("Send at most ten documents with a referral.")]})
    if not found.keys() >= set(wanted):
        raise Invalid({"documents": [_("A document that was chosen is not in the case any more.")]})
    documents = [found[each] for each in wanted]
    if not all(can_be_copied(each) for each in documents):
        raise Invalid({"documents": [_("What is hidden in a file of this type can't be taken out.")]})
    return documents


def as_planned(document: OpenedDocument) -> EnclosedDocument:
    """A document of the case as the list of what will go shows it."""
    facts = document.facts
    return EnclosedDocument(document.id, document.title, facts.mime, facts.size, facts.sha256)


def seal_enclosure(opened: OpenObject, row: Enclosure, document: EnclosedDocument, key: bytes) -> None:
    """Put into a row, under the packet's key, what is known of the copy and the key of its file."""
    content = {**asdict(document), "id": str(document.id), "key": key.hex()}
    row.sealed = opened.seal("enclosure", row.pk, row.number, row.stored_as, content=padded_json(content))


def unseal_enclosure(opened: OpenObject, row: Enclosure) -> SealedEnclosure:
    """What `seal_enclosure` sealed. Raises Tampered."""
    if row.sealed is None:
        raise Tampered
    written = opened.unseal("enclosure", row.pk, row.number, row.stored_as, sealed=row.sealed)
    content = json.loads(written)
    key = bytes.fromhex(content.pop("key"))
    document = EnclosedDocument(**{**content, "id": UUID(content["id"])})
    return SealedEnclosure(document, row.stored_as, key)


def read_enclosures(packet: Packet, opened: OpenObject, ids: Sequence[str]) -> list[EnclosedDocument]:
    """The copies in a packet, which names their `ids`, in one query. Raises Tampered where one is missing or added."""
    if not ids:
        return []
    rows = list(packet.enclosures.order_by("number"))
    if [str(row.pk) for row in rows] != list(ids):
        raise Tampered
    return [unseal_enclosure(opened, row).document for row in rows]
