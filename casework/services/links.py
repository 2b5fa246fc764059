"""Linking two cases that belong together: the link is written into both, or into neither."""

import uuid
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.links import KIND, linked, other_of
from casework.record.documents import validate
from casework.record.entries import entry_kind
from casework.record.fields import Value
from casework.services.entries import Change, append_entry
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import Level


@transaction.atomic
def link_cases(*, actor: Actor, case_id: UUID, other_id: UUID, relation: str, note: str = "") -> UUID:
    """Write into both cases that they belong together. Returns the id of the entry in the first.

    Raises NotVisible and NotAllowed, unless the actor may change both; Invalid at `number` for the same case, and at
    `relation` or `note`; WrongState where they are linked already.
    """
    if case_id == other_id:
        raise Invalid({"number": [_("This is the case itself.")]})
    file, other = _open_both(actor, case_id, other_id)
    if any(other_of(entry) == other_id for entry in linked(file)):
        raise WrongState(_("These two are linked already."))
    _add(other, case_id, relation, note)
    return _add(file, other_id, relation, note)


@transaction.atomic
def unlink_cases(*, actor: Actor, case_id: UUID, entry_id: UUID) -> None:
    """Note in both cases that they don't belong together after all; that they once did stays in their history.

    Raises NotVisible, NotAllowed where the actor may not change both, WrongState where it has ended.
    """
    found = open_case_file(actor, case_id, level=Level.WRITE).entries.get(KIND, entry_id)
    other_id = other_of(found)
    try:
        file, other = _open_both(actor, case_id, other_id)
    except NotVisible:
        raise NotAllowed(_("Only who sees both cases can end their link.")) from None
    if not _end(file, other_id):
        raise WrongState
    _end(other, case_id)


def _open_both(actor: Actor, case_id: UUID, other_id: UUID) -> tuple[CaseFile, CaseFile]:
    """Locked in one order, so that two who link the same two cases don't wait for each other for ever."""
    files = {
        pk: open_case_file(actor, pk, level=Level.WRITE, lock=True) for pk in sorted({case_id, other_id})
    }
    return files[case_id], files[other_id]


def _add(file: CaseFile, other_id: UUID, relation: str, note: str) -> UUID:
    kind = entry_kind(KIND)
    values: dict[str, Value] = {"case": str(other_id), "relation": relation, "note": note}
    change = Change(file, kind, uuid.uuid4(), validate(kind, values), None, None, "")
    append_entry(change, "entry.added")
    return change.id


def _end(file: CaseFile, other_id: UUID) -> bool:
    """Whether there was a link to end."""
    today = timezone.localdate().isoformat()
    ending = [entry for entry in linked(file) if other_of(entry) == other_id]
    for entry in ending:
        values = {**entry.values, "ended_on": today}
        append_entry(Change(file, entry_kind(KIND), entry.id, values, entry, None, ""), "entry.changed")
    return bool(ending)
