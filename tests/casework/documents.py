"""What the tests of documents share."""

from pathlib import Path

from django.core.files.storage import storages

from casework.documents.reading import read_document
from casework.models import Case, Document
from casework.services import add_document
from core.uploads import sealed_upload
from referrals.demo import Persona
from tests.files import photo

NAME, DESCRIPTION = "Canarypassport.jpg", "Canarydescribed, brought by her sister"
PLANTED = ("Canarypassport", "Canarydescribed", "Canaryplace", "Canarycontent")


def keep(
    person: Persona, case: Case, content: bytes | None = None, *, name: str = NAME, kind: str = "identity"
) -> Document:
    """Add a document to a case."""
    upload = sealed_upload(name, [photo() if content is None else content])
    try:
        return add_document(
            actor=person.actor, case_id=case.pk, upload=upload, kind=kind, description=DESCRIPTION
        )
    finally:
        upload.close()


def content(person: Persona, row: Document) -> bytes:
    """What a document says."""
    return b"".join(read_document(person.actor, row.case_id, row.pk)[1])


def stored(row: Document) -> Path:
    """The sealed file."""
    return Path(storages["documents"].path(row.stored_as))
