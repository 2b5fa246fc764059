"""A case's documents, opened: what is known of each. Their content is read by reading.py."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from casework.documents.media_types import MediaType, media_type
from casework.manifest import fingerprint
from casework.models import Document
from core.access import OpenObject
from core.errors import NotVisible
from core.kek import kek
from core.padded import padded_json

if TYPE_CHECKING:
    from casework.case_file import CaseFile


@dataclass(frozen=True, slots=True)
class Facts:
    """What lies sealed about a document. Of a removed one name and description are gone; the hash remains."""

    name: str
    kind: str
    description: str
    mime: str
    size: int
    sha256: str

    @property
    def type(self) -> MediaType:
        """What its content is."""
        return media_type(self.mime)

    @property
    def kind_label(self) -> str:
        """Its kind, for people."""
        return str(Document.Kind(self.kind).label)


NOT_KNOWN = Facts(name="", kind=Document.Kind.OTHER, description="", mime="", size=0, sha256="")
"""Of a document whose removal was done again after a restore."""


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document with what is known of it."""

    row: Document
    facts: Facts

    @property
    def id(self) -> UUID:
        """The document's id."""
        return self.row.pk

    @property
    def kept(self) -> bool:
        """Whether there is still something to open."""
        return self.row.state == Document.State.KEPT

    @property
    def title(self) -> str:
        """What a list calls it: by the name of its file, as long as that is known."""
        return self.facts.name or self.facts.kind_label


class Attachments:
    """The documents of an opened case. What it reads is checked against the manifest."""

    def __init__(self, file: CaseFile) -> None:
        self._file = file

    @cached_property
    def all(self) -> list[OpenedDocument]:
        """Every document, removed ones too, in the order in which they were added. Raises Tampered."""
        return self._file.checked(self._read)

    def get(self, document_id: UUID) -> OpenedDocument:
        """One document. Raises NotVisible or Tampered."""
        for document in self.all:
            if document.id == document_id:
                return document
        raise NotVisible

    def _read(self) -> list[OpenedDocument]:
        rows = self._file.case.documents.select_related("added_by")
        documents = [self._open(row) for row in rows]
        self._file.check_count("document", len(documents))
        return documents

    def _open(self, row: Document) -> OpenedDocument:
        if row.state == Document.State.REMOVED and _forgotten(row):
            return OpenedDocument(row, NOT_KNOWN)
        self._file.manifest.check(entry_name(row), entry_version(row), document_print(row))
        content = json.loads(self._file.opened.unseal("document", row.pk, sealed=row.sealed))
        return OpenedDocument(row, Facts(**content))


def seal_facts(opened: OpenObject, row: Document, facts: Facts) -> None:
    """Put into a row what is known of the document."""
    row.sealed = opened.seal("document", row.pk, content=padded_json(asdict(facts)))


def forget_facts(row: Document) -> None:
    """Put nothing into a row but a mark of ours: its removal is done again after a restore, without the case's key.

    The manifest that came with the backup does not know of it, and no other row than such a one is excused from it.
    """
    row.sealed = kek().tag(*_removed_again(row))


def _forgotten(row: Document) -> bool:
    return row.sealed_key is None and kek().tag_is_ours(row.sealed, *_removed_again(row))


def _removed_again(row: Document) -> tuple[str, UUID, str]:
    return "document-removed-again", row.pk, row.stored_as


def entry_name(row: Document) -> str:
    """What the manifest calls a document."""
    return f"document/{row.pk}"


def entry_version(row: Document) -> int:
    """1 while it is kept, 2 once it is removed."""
    return 1 + (row.state == Document.State.REMOVED)


def document_print(row: Document) -> str:
    """The fingerprint of a document row."""
    return fingerprint(row.sealed, row.sealed_key or b"", row.stored_as, row.state)
