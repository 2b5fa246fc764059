"""Stores what is new or has changed in a package, and notes what is gone. What is the same is not touched."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.bulk import insert_many
from referrals.hsds.schema import Table, tables
from referrals.hsds.staging import AT_ONCE, Staged, Staging
from referrals.models import DirectoryLink, DirectoryRow, DirectorySource


@dataclass(slots=True)
class Counts:
    """What came of the rows of a package, and of the services."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    gone: int = 0
    services: int = 0
    untyped: int = 0
    renamed: int = 0


def digest_of(row: Staged) -> str:
    """A hash of all that is stored of a row."""
    whole = [row.data, row.confidential, sorted((column, target.hex) for column, target in row.links)]
    return hashlib.sha256(json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def write_over(rows: Sequence[DirectoryRow], columns: Sequence[str]) -> None:
    """Change columns of rows that are stored already; bulk_update builds a longer statement of the same, and slowly."""
    DirectoryRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns, batch_size=AT_ONCE
    )


def load_rows(
    staging: Staging, source: DirectorySource, counts: Counts, on_rows: Callable[[int], object]
) -> None:
    """Store what is new or has changed. It is not public until referrals.hsds.withholding has said so."""
    for table in tables().values():
        for batch in staging.taken(table):
            _load(table, batch, source, counts)
            on_rows(len(batch))


def _load(table: Table, batch: list[Staged], source: DirectorySource, counts: Counts) -> None:
    found = DirectoryRow.objects.filter(
        source=source, table=table.name, hsds_id__in=[each.hsds_id for each in batch]
    ).defer("data")
    known = {row.hsds_id: row for row in found}
    fresh: list[DirectoryRow] = []
    changed: list[DirectoryRow] = []
    staged = {each.hsds_id: each for each in batch}
    for each in batch:
        digest = digest_of(each)
        row = known.get(each.hsds_id)
        if row is None:
            row = DirectoryRow(source=source, table=table.name, hsds_id=each.hsds_id)
            fresh.append(row)
        elif row.digest == digest and not row.gone:
            counts.same += 1
            continue
        else:
            changed.append(row)
        row.data, row.digest, row.confidential = each.data, digest, each.confidential
        row.public, row.gone = False, False
        row.active = table.name != "service" or each.data.get("status") == "active"
    DirectoryRow.objects.bulk_create(fresh)
    if changed:
        write_over(changed, ["data", "digest", "confidential", "public", "gone", "active"])
        DirectoryLink.objects.filter(row__in=[row.pk for row in changed]).delete()
    insert_many(
        [
            DirectoryLink(source=source, row=row, column=table.label(column), target=target)
            for row in [*fresh, *changed]
            for column, target in staged[row.hsds_id].links
        ]
    )
    counts.new += len(fresh)
    counts.changed += len(changed)


def note_gone(staging: Staging, source: DirectorySource, complete: set[str], counts: Counts) -> None:
    """Put aside the stored rows that a full package has not. They stay: referrals may point at their services."""
    for table in complete:
        after = 0
        while True:
            rows = list(
                DirectoryRow.objects.filter(source=source, table=table, pk__gt=after)
                .order_by("pk")
                .values_list("pk", "hsds_id", "gone")[:AT_ONCE]
            )
            if not rows:
                break
            after = rows[-1][0]
            here: set[UUID] = staging.among(table, [hsds_id for _pk, hsds_id, _gone in rows])
            absent = [pk for pk, hsds_id, gone in rows if hsds_id not in here and not gone]
            counts.gone += DirectoryRow.objects.filter(pk__in=absent).update(
                gone=True, active=False, public=False
            )
