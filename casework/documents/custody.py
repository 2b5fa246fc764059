"""The custody log: who has had a document in hand, when, and what was done. It can only grow."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from casework.case_file import CaseFile
from casework.documents.attachments import OpenedDocument
from casework.models import CustodyEvent, Document
from core import audit
from core.errors import Tampered
from core.models import User
from core.padded import padded_json

What = CustodyEvent.What


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """One line of the log, opened. `note` is why, where somebody had to say so; `page` the one that was looked at."""

    number: int
    what: str
    by: User
    at: datetime
    note: str
    page: int | None

    @property
    def label(self) -> str:
        """What was done, for people."""
        return str(What(self.what).label)


def append_line(file: CaseFile, row: Document, what: What, *, note: str = "", page: int | None = None) -> int:
    """Add a line; its number belongs into the audit event of what it tells of, so that the trail knows of a line that
    was cut off. Inside the caller's transaction, which has locked the case.
    """
    number: int = (row.custody.aggregate(newest=Max("number"))["newest"] or 0) + 1
    line = CustodyEvent(document=row, number=number, what=what, by=file.actor.user, at=timezone.now())
    content = {"what": what, "by": str(line.by_id), "at": line.at.isoformat(), "note": note, "page": page}
    line.sealed = file.opened.seal("custody", row.pk, number, content=padded_json(content))
    line.save(force_insert=True)
    return number


def note_reading(
    file: CaseFile, row: Document, what: What, *, note: str = "", page: int | None = None
) -> None:
    """Add a line about what changes nothing, with its audit event. Inside a transaction that has locked the case."""
    number = append_line(file, row, what, note=note, page=page)
    audit.record(
        f"document.{what}", actor=file.actor, object=file.opened.object, document=row.pk, custody=number
    )


def read_custody(file: CaseFile, document: OpenedDocument) -> list[CustodyLine]:
    """Every line, the first first. Raises Tampered where one is missing or is not what was written."""
    rows = list(document.row.custody.select_related("by"))
    if [row.number for row in rows] != list(range(1, len(rows) + 1)) or not rows:
        raise Tampered
    return [_open(file, row) for row in rows]


def _open(file: CaseFile, row: CustodyEvent) -> CustodyLine:
    content = json.loads(file.opened.unseal("custody", row.document_id, row.number, sealed=row.sealed))
    in_clear = {"what": row.what, "by": str(row.by_id), "at": row.at.isoformat()}
    if any(content[name] != value for name, value in in_clear.items()):
        raise Tampered
    return CustodyLine(row.number, row.what, row.by, row.at, content["note"], content["page"])
