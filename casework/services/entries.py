"""Adding and changing what a case holds many of: alerts, goals, notes and the like."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.entries import Entry, entry_name, seal_entry
from casework.manifest import fingerprint
from casework.models import SectionVersion
from casework.record.documents import validate
from casework.record.entries import entry_kind
from casework.record.fields import EntryKind, Value
from casework.record.values import code_list
from core.actor import Actor
from core.errors import Invalid, Message, NotAllowed, NotVisible, Stale
from core.models import Level


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that is about to be written, with what it was before.

    `reason` is that of an override, `written_on` the day on which it was written on paper.
    """

    file: CaseFile
    kind: EntryKind
    id: UUID
    values: Mapping[str, Value]
    before: Entry | None
    under: UUID | None
    reason: str
    written_on: date | None = None


Rule = Callable[[Change], None]
_rules: dict[str, list[Rule]] = {}
_followers: dict[str, list[Rule]] = {}


def entry_rule(*kinds: str) -> Callable[[Rule], Rule]:
    """Register what else holds for, and follows from, a change of these kinds of entry.

    It runs inside the transaction, before the entry is written: what it raises forbids the change.
    """

    def register(rule: Rule) -> Rule:
        for kind in kinds:
            _rules.setdefault(entry_kind(kind).name, []).append(rule)
        return rule

    return register


def entry_written(*kinds: str) -> Callable[[Rule], Rule]:
    """Register what follows from a change of these kinds of entry once it is written, in the same transaction."""

    def register(rule: Rule) -> Rule:
        for kind in kinds:
            _followers.setdefault(entry_kind(kind).name, []).append(rule)
        return rule

    return register


@transaction.atomic
def add_entry(
    *,
    actor: Actor,
    case_id: UUID,
    kind: str,
    values: Mapping[str, object],
    under: UUID | None = None,
    reason: str = "",
    written_on: date | None = None,
) -> UUID:
    """Add an entry, below the one that it belongs to where its kind asks for one. Returns its id.

    `written_on` is the day on which it was written on paper, if it was. Raises NotVisible (also for an unknown kind,
    and where `under` is not there), NotAllowed, Invalid with every field at fault, and what the rules of the kind
    raise.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    declared = file.entries.kind(kind)
    if declared.by_verb:
        raise NotAllowed(_("This is written down where it is done, not here."))
    if (declared.under is None) != (under is None):
        raise NotVisible
    if declared.under is not None and under is not None:
        file.entries.get(declared.under, under)
    if written_on is not None and written_on > timezone.localdate():
        raise Invalid({"written_on": [_("This date is in the future.")]})
    clean = validate(declared, values)
    change = Change(file, declared, uuid.uuid4(), clean, None, under, reason.strip(), written_on)
    _write(change, "entry.added")
    return change.id


def write_entry(
    file: CaseFile,
    kind: str,
    values: Mapping[str, object],
    *,
    entry_id: UUID | None = None,
    reason: str = "",
) -> UUID:
    """Write what follows from something else, inside the caller's transaction: a new entry, or one of this id anew.

    Raises what add_entry raises.
    """
    declared = file.entries.kind(kind)
    before = next((each for each in file.entries.of(kind) if each.id == entry_id), None)
    new_id = entry_id or uuid.uuid4()
    change = Change(file, declared, new_id, validate(declared, values), before, None, reason)
    _write(change, "entry.changed" if before else "entry.added")
    return new_id


@transaction.atomic
def change_entry(
    *,
    actor: Actor,
    case_id: UUID,
    kind: str,
    entry_id: UUID,
    values: Mapping[str, object],
    base_version: int,
    reason: str = "",
) -> int:
    """Append a version of an entry; `base_version` is the one that the values were edited from. Returns its number.

    Raises NotVisible; NotAllowed for a kind whose entries stay as they are; Invalid with every field at fault; Stale
    with both versions where someone saved meanwhile; and what the rules of the kind raise.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    before = file.entries.get(kind, entry_id)
    if before.kind.append_only:
        raise NotAllowed(_("What was written here stays as it is. Add another entry that puts it right."))
    clean = validate(before.kind, values)
    if before.version != base_version:
        raise Stale(newest_version=before.version, newest=before.values, yours=clean)
    change = Change(
        file, before.kind, entry_id, clean, before, before.under, reason.strip(), before.written_on
    )
    return _write(change, "entry.changed")


def _check_choices(change: Change) -> None:
    """What is chosen anew must be on offer: what was chosen before may stay. Raises Invalid."""
    gone: dict[str, list[Message]] = {}
    before = change.before.values if change.before else {}
    for field in change.kind.fields:
        if field.chosen_from is None:
            continue
        chosen = _codes(change.values.get(field.name)) - _codes(before.get(field.name))
        if not all(map(code_list(field).offers, chosen)):
            gone[field.name] = [_("Choose from the list.")]
    if gone:
        raise Invalid(gone)


def _codes(value: Value | None) -> set[str]:
    return set(value) if isinstance(value, list) else {str(value)} if value is not None else set()


def _write(change: Change, action: str) -> int:
    _check_choices(change)
    for rule in _rules.get(change.kind.name, ()):
        rule(change)
    version = append_entry(change, action)
    for follower in _followers.get(change.kind.name, ()):
        follower(change)
    return version


def append_entry(change: Change, action: str) -> int:
    """Seal and store what was checked, inside the caller's transaction. Returns the number of the version."""
    version = change.before.version + 1 if change.before else 1
    sealed = seal_entry(
        change.file,
        change.kind,
        change.id,
        version,
        change.values,
        change.under,
        reason=change.reason,
        written_on=change.written_on,
    )
    SectionVersion.objects.create(
        case=change.file.case,
        section=change.kind.name,
        entry=change.id,
        version=version,
        schema=change.kind.schema,
        sealed=sealed,
        saved_by=change.file.actor.user,
        saved_at=timezone.now(),
    )
    change.file.note_change(entry_name(change.kind.name, change.id), version, fingerprint(sealed), action)
    return version
