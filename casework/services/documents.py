"""Adding documents to a case, and removing them."""

from dataclasses import replace
from typing import BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.documents.attachments import (
    Facts,
    OpenedDocument,
    document_print,
    entry_name,
    entry_version,
    forget_facts,
    seal_facts,
)
from casework.documents.custody import What, append_line
from casework.documents.media_types import sniff
from casework.documents.storing import delete_stored, store
from casework.erasing import FORGET_FILE
from casework.models import Case, Document
from core import audit, journal, outbox
from core.access import lock_object
from core.actor import Actor
from core.errors import Invalid, WrongState
from core.models import Level
from core.registries import Registry
from core.uploads import SealedUpload

ENTER_REMOVAL = "casework.journal_removal"

document_removal_veto: Registry[[CaseFile, OpenedDocument]] = Registry("document_removal_veto")
"""Run before a document is removed: raise Refused to forbid it (a legal hold)."""


def add_document(
    *, actor: Actor, case_id: UUID, upload: SealedUpload, kind: str, description: str = ""
) -> Document:
    """Keep an uploaded file in a case, as it came: it may be evidence.

    Not one transaction from the beginning: a storage on another machine takes its time, while which the case would be
    locked. Where the transaction fails, what was stored is deleted; the key is lost with the upload either way.
    Raises NotVisible, NotAllowed; Invalid at `file` or `kind`.
    """
    open_case_file(actor, case_id, level=Level.WRITE)
    _check(upload, kind)
    stored_as = store(upload)
    try:
        return _add(actor, case_id, upload, kind, description, stored_as)
    except BaseException:
        delete_stored(stored_as)
        raise


def _check(upload: SealedUpload, kind: str) -> None:
    if upload.too_large:
        most = _("At most %(most)d MB.") % {"most": settings.DOCUMENT_MAX_MB}
        raise Invalid({"file": [most]})
    if not upload.size:
        raise Invalid({"file": [_("The file is empty.")]})
    if kind not in Document.Kind.values:
        raise Invalid({"kind": [_("Choose from the list.")]})


@transaction.atomic
def _add(
    actor: Actor, case_id: UUID, upload: SealedUpload, kind: str, description: str, stored_as: str
) -> Document:
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    row = Document(case=file.case, stored_as=stored_as, added_by=actor.user, added_at=timezone.now())
    row.sealed_key = file.opened.seal("document-key", row.pk, content=upload.key)
    facts = Facts(
        name=upload.name or "",
        kind=kind,
        description=description.strip(),
        mime=sniff(cast(BinaryIO, upload)).mime,
        size=upload.size or 0,
        sha256=upload.sha256,
    )
    seal_facts(file.opened, row, facts)
    row.save(force_insert=True)
    _note(file, row, What.RECEIVED)
    return row


@transaction.atomic
def remove_document(*, actor: Actor, case_id: UUID, document_id: UUID, reason: str) -> Document:
    """Destroy a document's key, so that nobody opens it again, and then its file.

    What remains is that there was one, of which kind, size and hash, who removed it and why, and its custody log. Name
    and description go: they were about a person. Raises NotVisible, NotAllowed; Invalid at `reason`; WrongState where
    it was removed before; Refused where a registered veto holds it.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    document = file.attachments.get(document_id)
    if not document.kept:
        raise WrongState
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    document_removal_veto.run(file, document)
    row = document.row
    row.state, row.removed_at, row.sealed_key = Document.State.REMOVED, timezone.now(), None
    seal_facts(file.opened, row, replace(document.facts, name="", description=""))
    row.save(update_fields=["state", "removed_at", "sealed_key", "sealed"])
    _note(file, row, What.REMOVED, note=reason.strip())
    outbox.enqueue(FORGET_FILE, row.pk)
    outbox.enqueue(ENTER_REMOVAL, row.pk)
    return row


def _note(file: CaseFile, row: Document, what: What, note: str = "") -> None:
    """A line in the custody log, the newest state in the manifest, and one audit event about both."""
    number = append_line(file, row, what, note=note)
    file.note_change(
        entry_name(row),
        entry_version(row),
        document_print(row),
        f"document.{what}",
        document=row.pk,
        custody=number,
    )


@outbox.handler(FORGET_FILE, outside=True, must=True)
def forget_file(document_id: UUID) -> None:
    """Delete the stored file of a removed document or an erased case. Nothing opens it any more; it takes up room."""
    gone = Q(state=Document.State.REMOVED) | Q(case__state=Case.State.ERASED)
    row = Document.objects.filter(gone, pk=document_id).first()
    if row is not None:
        delete_stored(row.stored_as)


@outbox.handler(ENTER_REMOVAL, outside=True, must=True)
def enter_removal(document_id: UUID) -> None:
    """Enter a removed document in the off-box journal."""
    journal.write("document", document_id)


@journal.replay("document")
@transaction.atomic
def remove_again(line: journal.Line) -> bool:
    """Destroy the key that a restored backup has brought back, and what else it knows of the document.

    Nobody's key is at hand, so that the hash, which a removal keeps, goes too. The custody log stays.
    """
    row = Document.objects.select_related("case__object").filter(pk=line.id).first()
    if row is None:
        return False
    lock_object(row.case_id)
    outbox.enqueue(FORGET_FILE, row.pk)  # also where only the stored files come from before the removal
    row.refresh_from_db(fields=["state"])
    if row.state == Document.State.REMOVED:
        return False
    row.state, row.removed_at, row.sealed_key = Document.State.REMOVED, line.written_at, None
    forget_facts(row)
    row.save(update_fields=["state", "removed_at", "sealed_key", "sealed"])
    audit.record(f"document.{What.REMOVED}", object=row.case.object, document=row.pk)
    return True
