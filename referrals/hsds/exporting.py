"""Writes what may leave of a source: the tabular data package, and the JSON form."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from referrals.hsds.reading import AT_ONCE, View, shown, trees
from referrals.hsds.schema import FILE, Table, tables
from referrals.models import DirectoryRow, DirectorySource

TREES_AT_ONCE = 50
_ROOTS = ("organization", "service")


class NotEmpty(ValueError):
    """There is something in the folder: what an earlier export left there would go on with this one."""


def prepare_folder(folder: Path) -> None:
    """Make the folder. Raises NotEmpty."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotEmpty


def export_tables(source: DirectorySource, folder: Path) -> dict[str, int]:
    """Write a CSV file for each table that has rows, and datapackage.json. How many rows each has."""
    counts = {table.name: _export_table(source, table, folder) for table in tables().values()}
    package: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    package["resources"] = [each for each in package["resources"] if counts[each["name"]]]
    (folder / "datapackage.json").write_text(json.dumps(package, indent=2) + "\n", "utf-8")
    return {name: count for name, count in counts.items() if count}


def _export_table(source: DirectorySource, table: Table, folder: Path) -> int:
    beside: set[str] = set()
    count = 0
    for row in _rows(source, table.name):
        beside |= shown(row, View.EXPORT).keys() - table.columns.keys()
        count += 1
    if count:
        names = [*table.columns, *sorted(beside)]
        with (folder / table.path).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(names)
            for row in _rows(source, table.name):
                values = shown(row, View.EXPORT)
                # As it was written, where a number was: 51.50 stays 51.50.
                writer.writerow([_cell(row.data.get(name)) if name in values else "" for name in names])
    return count


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)


def export_json(source: DirectorySource, folder: Path) -> None:
    """Write organizations.json, with their services, and services.json, each with its organization."""
    for table in _ROOTS:
        path = folder / Path(tables()[table].path).with_suffix(".json").name
        with path.open("w", encoding="utf-8") as stream:
            _write_list(stream, _trees(source, table))


def _trees(source: DirectorySource, table: str) -> Iterator[dict[str, Any]]:
    batch: list[DirectoryRow] = []
    for row in _rows(source, table):
        batch.append(row)
        if len(batch) == TREES_AT_ONCE:
            yield from trees(batch, View.EXPORT)
            batch = []
    yield from trees(batch, View.EXPORT)


def _write_list(stream: TextIO, items: Iterator[dict[str, Any]]) -> None:
    stream.write("[")
    for number, item in enumerate(items):
        stream.write(",\n" if number else "\n")
        json.dump(item, stream, ensure_ascii=False, indent=1)
    stream.write("\n]\n")


def _rows(source: DirectorySource, table: str) -> Iterator[DirectoryRow]:
    after = 0
    while True:
        rows = list(
            DirectoryRow.objects.filter(View.EXPORT.rows, source=source, table=table, pk__gt=after).order_by(
                "pk"
            )[:AT_ONCE]
        )
        if not rows:
            return
        after = rows[-1].pk
        yield from rows
