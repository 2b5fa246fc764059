"""How a handover reads, to the partner and to the sender."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from casework.case_file import CaseFile
from core.access import OpenObject
from core.padded import padded_json
from referrals.models import Handover, Referral


@dataclass(frozen=True, slots=True)
class HandoverAnswer:
    """What a partner says about what it has learned: `keeps` with the `duty` that makes it, and what it `destroys`."""

    holds: str = ""
    keeps: str = ""
    duty: str = ""
    destroys: str = ""


@dataclass(frozen=True, slots=True)
class HandoverDocument:
    """A handover, with the partner's answer and, once it is closed, the sender's note."""

    handover: Handover
    answer: HandoverAnswer
    note: str = ""

    @property
    def open(self) -> bool:
        """Whether it is still to be agreed on."""
        return self.handover.closed_at is None


def handover_of(referral_id: UUID) -> Handover | None:
    """The row, or None."""
    return Handover.objects.filter(pk=referral_id).first()


def seal_answer(opened: OpenObject, referral: Referral, answer: HandoverAnswer) -> bytes:
    """The partner's answer, under the packet's key."""
    stripped = {name: text.strip() for name, text in asdict(answer).items()}
    return opened.seal("handover", referral.pk, content=padded_json(stripped))


def read_answer(row: Handover, opened: OpenObject) -> HandoverDocument:
    """What the partner has said so far, by the packet's key. Raises Tampered."""
    if row.sealed is None:
        return HandoverDocument(row, HandoverAnswer())
    content = json.loads(opened.unseal("handover", row.referral_id, sealed=row.sealed))
    return HandoverDocument(row, HandoverAnswer(**content))


def seal_record(file: CaseFile, document: HandoverDocument, note: str) -> bytes:
    """What remains of a closed handover, under the case key."""
    content: dict[str, Any] = {"answer": asdict(document.answer), "note": note.strip()}
    return file.opened.seal("handover-record", document.handover.referral_id, content=padded_json(content))


def read_record(file: CaseFile, row: Handover) -> HandoverDocument:
    """A closed handover, by the case key. Raises Tampered."""
    assert row.sealed_record is not None
    opened = file.opened.unseal("handover-record", row.referral_id, sealed=row.sealed_record)
    content = json.loads(opened)
    return replace(HandoverDocument(row, HandoverAnswer(**content["answer"])), note=content["note"])
