"""What the tests of documents in packets share."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.storage import storages

from casework.documents.custody import read_custody
from casework.models import Case, Document
from casework.selectors import read_case
from core import outbox
from referrals.demo import Persona, World
from referrals.models import Enclosure, Packet, Referral
from referrals.services import draft_referral, read_enclosure, send_referral

PLANTED = ("Canarypassport", "Canarydescribed", "Canaryplace")


def drafted(world: World, case: Case, *documents: Document, **given: Any) -> Referral:
    """A draft with one field and these documents."""
    values: dict[str, Any] = {
        "service_id": world.services[0].pk,
        "fields": ["identity.chosen_name"],
        "documents": [each.pk for each in documents],
    }
    return draft_referral(actor=world["assigned"].actor, case_id=case.pk, **(values | given))


def sent(world: World, case: Case, *documents: Document) -> Packet:
    """The packet of a referral that was sent with these documents."""
    draft = drafted(world, case, *documents)
    send_referral(actor=world["assigned"].actor, referral_id=draft.pk, again="For one more matter.")
    return Packet.objects.get(referral=draft)


def got(persona: Persona, packet: Packet, enclosure_id: UUID | None = None) -> bytes:
    """The bytes that somebody gets of a packet's document; without an id, of its first."""
    id = enclosure_id or packet.enclosures.values_list("pk", flat=True)[0]
    _document, content = read_enclosure(actor=persona.actor, packet_id=packet.pk, enclosure_id=id)
    return b"".join(content)


def files(folder: Path) -> list[Path]:
    """Every file that lies under the folder of a test."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def stored(row: Enclosure) -> Path:
    """The sealed file of a copy."""
    return Path(storages["documents"].path(row.stored_as))


def custody(persona: Persona, document: Document) -> list[tuple[str, str]]:
    """What was done with an original, and the note."""
    file = read_case(persona.actor, document.case_id)
    return [(line.what, line.note) for line in read_custody(file, file.attachments.get(document.pk))]


def relay() -> None:
    """Do what waits in the outbox."""
    for item in outbox.hand_out():
        assert outbox.run(item)
