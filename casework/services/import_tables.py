"""Importing a table from a page: it waits sealed to whoever sent it, and is taken in step by step while they are there.

Nothing of it lies in clear. It is checked first, as an import that is taken back; what an interrupted step did is
undone, and the next request does it again.
"""

import io
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.documents.storing import delete_stored, open_stored, store
from casework.importing.importer import CaseImport, Refusal
from casework.importing.mapping import BadMapping, CaseMapping, load_mapping
from casework.importing.rows import Unreadable, open_source
from casework.models import ImportTable
from core import audit, outbox
from core.access import OpenObject, destroy_object, found_object, lock_object, open_object
from core.actor import Actor
from core.crypto import CannotOpen
from core.errors import Invalid, NotAllowed, Tampered, WrongState
from core.models import Kind, Level, Role
from core.padded import padded_json
from core.uploads import SealedUpload

FORGET = "casework.forget_import"
FORGET_FILE = "casework.forget_import_file"
KEPT = timedelta(hours=24)
MOST_ROWS, MOST_MB = 10_000, 50
STEP = 100  # rows in one transaction
SECONDS = 5
"""How long one request goes on with the next steps."""
_MAPPING = "mapping"

State = ImportTable.State
UNDER_WAY = frozenset({State.CHECKING, State.IMPORTING})


@dataclass(frozen=True, slots=True)
class TableContent:
    """What lies sealed beside a table: its mapping, until the import has ended, and which rows were left out."""

    mapping: str
    size: int
    refusals: Sequence[Refusal]


def upload_table(*, actor: Actor, team_id: UUID, upload: SealedUpload, mapping: str) -> ImportTable:
    """Take a table in, sealed as it came, to be checked by its mapping and imported into a team.

    Not one transaction from the beginning: a storage on another machine takes its time. Raises NotAllowed unless the
    actor is a supervisor of the team, and for an API token (it holds no personal key); Invalid at `table` or `mapping`.
    """
    if not actor.has_role(Role.SUPERVISOR, team_id=team_id) or actor.token_id is not None:
        raise NotAllowed
    last_row = _last_row(upload, _mapping_of(mapping))
    stored_as = store(upload)
    try:
        return _keep(actor, team_id, upload, mapping, stored_as, last_row)
    except BaseException:
        delete_stored(stored_as)
        raise


def _mapping_of(text: str) -> CaseMapping:
    try:
        return load_mapping(text, file=_MAPPING)
    except BadMapping as bad:
        raise Invalid({"mapping": [str(bad)]}) from None


def _last_row(upload: SealedUpload, mapping: CaseMapping) -> int:
    """The number of the last row. The table is read once, so that a header that does not fit is seen at once."""
    if upload.too_large or (upload.size or 0) > MOST_MB * 1_000_000:
        most = min(MOST_MB, settings.DOCUMENT_MAX_MB)
        raise Invalid({"table": [_("At most %(most)d MB.") % {"most": most}]})
    count = last = 0
    try:
        for row in open_source(cast(BinaryIO, upload.file), mapping).rows():
            count, last = count + 1, row.number
            if count > MOST_ROWS:
                longer = _("At most %(most)d rows. A longer table is imported on the server.")
                raise Invalid({"table": [longer % {"most": MOST_ROWS}]})
    except Unreadable as unreadable:
        if not last:
            raise Invalid({"table": [str(unreadable)]}) from None
    if not last:
        raise Invalid({"table": [_("There is no row in it.")]})
    return last


@transaction.atomic
def _keep(
    actor: Actor, team_id: UUID, upload: SealedUpload, mapping: str, stored_as: str, last_row: int
) -> ImportTable:
    opened, _share = found_object(actor=actor, kind=Kind.IMPORT, grants=[(actor.user, Level.WRITE)])
    now = timezone.now()
    table: ImportTable = ImportTable.objects.create(
        object=opened.object,
        author=actor.user,
        team_id=team_id,
        stored_as=stored_as,
        last_row=last_row,
        created_at=now,
        expires_at=now + KEPT,
        sealed=_sealed(opened, TableContent(mapping, upload.size or 0, [])),
        sealed_key=opened.seal("import-table-key", content=upload.key),
    )
    outbox.enqueue(FORGET, table.pk, run_at=table.expires_at)
    audit.record("import.uploaded", actor=actor, object=opened.object, team=team_id)
    return table


def _sealed(opened: OpenObject, content: TableContent) -> bytes:
    return opened.seal("import-table", content=padded_json(asdict(content)))


def read_table(actor: Actor, table_id: UUID) -> tuple[ImportTable, TableContent]:
    """A table of the actor's own, with what was left out of it. Raises NotVisible or Tampered."""
    opened = open_object(actor, table_id, Kind.IMPORT)
    table = ImportTable.objects.select_related("team").get(pk=table_id)
    return table, _content(opened, table)


def _content(opened: OpenObject, table: ImportTable) -> TableContent:
    content: dict[str, Any] = json.loads(opened.unseal("import-table", sealed=table.sealed))
    return TableContent(content["mapping"], content["size"], [Refusal(**row) for row in content["refusals"]])


def _open(
    actor: Actor, table_id: UUID, *states: ImportTable.State
) -> tuple[ImportTable, OpenObject, TableContent]:
    """The table, locked, for its author who is still a supervisor of the team."""
    lock_object(table_id)
    opened = open_object(actor, table_id, Kind.IMPORT, level=Level.WRITE)
    table = ImportTable.objects.select_related("object").get(pk=table_id)
    if not actor.has_role(Role.SUPERVISOR, team_id=table.team_id):
        raise NotAllowed
    if table.state not in states or table.expires_at <= timezone.now():
        raise WrongState
    return table, opened, _content(opened, table)


def go_on(*, actor: Actor, table_id: UUID) -> ImportTable:
    """Check or import the next rows for some seconds, each step in a transaction of its own.

    Raises NotVisible, NotAllowed; WrongState where there is nothing to go on with; Tampered.
    """
    until = time.monotonic() + SECONDS
    while True:
        table = do_step(actor=actor, table_id=table_id)
        if table.state not in UNDER_WAY or time.monotonic() >= until:
            return table


@transaction.atomic
def do_step(*, actor: Actor, table_id: UUID) -> ImportTable:
    """Check or import the next STEP rows. Of two at the same time, the second goes on where the first has ended.

    Raises NotVisible, NotAllowed; WrongState where there is nothing to go on with; Tampered.
    """
    table, opened, content = _open(actor, table_id, *UNDER_WAY)
    mapping, checking = _mapping_of(content.mapping), table.state == State.CHECKING
    refusals = [*content.refusals]
    run = CaseImport(actor, table.team_id, mapping, refusals.append, dry_run=checking)
    before = {each.row for each in refusals}
    with _stream(opened, table, content.size) as stream:
        end = run.go_on(open_source(stream, mapping), after=table.at_row, refused=before, most=STEP)
    table.loaded += run.report.loaded
    table.known += run.report.known
    table.refused += run.report.refused
    table.at_row = table.last_row if end is None else end
    if end is None:
        table.state = State.CHECKED if checking else State.DONE
        _record(actor, table, "import.checked" if checking else "import.done")
    _save(opened, table, replace(content, refusals=refusals))
    return table


@contextmanager
def _stream(opened: OpenObject, table: ImportTable, size: int) -> Iterator[BinaryIO]:
    assert table.sealed_key is not None
    key = opened.unseal("import-table-key", sealed=table.sealed_key)
    with io.BufferedReader(open_stored(key, table.stored_as, size)) as stream:
        try:
            yield cast(BinaryIO, stream)
        except CannotOpen:
            raise Tampered from None


@transaction.atomic
def begin_import(*, actor: Actor, table_id: UUID) -> ImportTable:
    """Let the import follow the check. Raises NotVisible, NotAllowed, WrongState."""
    table, opened, content = _open(actor, table_id, State.CHECKED)
    table.state, table.at_row = State.IMPORTING, 0
    table.loaded = table.known = table.refused = 0
    _record(actor, table, "import.begun")
    _save(opened, table, replace(content, refusals=[]))
    return table


@transaction.atomic
def cancel_import(*, actor: Actor, table_id: UUID) -> ImportTable:
    """Stop it, and destroy the table. Cases that were opened stay. Raises NotVisible, NotAllowed, WrongState."""
    table, opened, content = _open(actor, table_id, *UNDER_WAY, State.CHECKED)
    if table.state != State.IMPORTING:
        table.loaded = 0  # it was only a check
    table.state = State.CANCELLED
    _record(actor, table, "import.cancelled")
    _save(opened, table, content)
    return table


def _record(actor: Actor, table: ImportTable, action: str) -> None:
    audit.record(
        action,
        actor=actor,
        object=table.object,
        loaded=table.loaded,
        known=table.known,
        refused=table.refused,
    )


def _save(opened: OpenObject, table: ImportTable, content: TableContent) -> None:
    """Save it; where it has ended, its key and its mapping go at once, and its file afterwards."""
    if table.state in {State.DONE, State.CANCELLED}:
        table.sealed_key = None
        outbox.enqueue(FORGET_FILE, table.pk)
        content = replace(content, mapping="", size=0)
    table.sealed = _sealed(opened, content)
    table.save()


# --- without an Actor: ids, dates and states alone ----------------------------------------------------------------


@outbox.handler(FORGET, must=True)
def forget_table(table_id: UUID) -> None:
    """After a day nothing of it is left to open, wherever it stands."""
    table = ImportTable.objects.filter(pk=table_id).first()
    if table is None:
        return
    lock_object(table_id)
    table = ImportTable.objects.select_related("object").get(pk=table_id)
    if table.state != State.DONE:
        table.state = State.CANCELLED
    table.sealed, table.sealed_key = b"", None
    table.save()
    destroy_object(actor=None, object=table.object)
    outbox.enqueue(FORGET_FILE, table.pk)


@outbox.handler(FORGET_FILE, outside=True, must=True)
def forget_table_file(table_id: UUID) -> None:
    """Delete the stored file of an import that has ended; after a day its row as well."""
    table = ImportTable.objects.filter(pk=table_id, sealed_key=None).first()
    if table is None:
        return
    delete_stored(table.stored_as)
    if not table.sealed:
        table.delete()
