"""The tables, columns and references of the specification, from its data package. Everything else asks here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

VERSION = "3.0"
FILE = Path(__file__).with_name("datapackage.json")

# What the data package does not say: columns that name a row of any table, and what the JSON form calls one list.
ANYTHING = {"attribute": "link_id", "metadata": "resource_id"}
_LISTS = {"service_at_location": "service_at_locations"}
# References that the JSON form shows as the thing itself, in place of a list below what they name.
EXPANDED = frozenset(
    {
        "service.organization_id",
        "service.program_id",
        "service_at_location.location_id",
        "attribute.taxonomy_term_id",
        "taxonomy_term.taxonomy_id",
    }
)
OF_THE_ORGANIZATION = (
    "service.organization_id"  # expanded in a service; in an organization, a list of services
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `to` is the table whose ids it holds, `*` any table."""

    name: str
    type: str
    format: str = ""
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    to: str = ""


@dataclass(frozen=True)
class Table:
    """A table: its columns in order, and its file."""

    name: str
    path: str
    columns: Mapping[str, Column]

    @cached_property
    def references(self) -> list[Column]:
        """The columns that name a row."""
        return [column for column in self.columns.values() if column.to]

    @cached_property
    def list_name(self) -> str:
        """What the JSON form calls several of its rows."""
        return _LISTS.get(self.name, Path(self.path).stem)

    def label(self, column: str) -> str:
        """The column, with the table."""
        return f"{self.name}.{column}"

    def one_name(self, column: str) -> str:
        """What the JSON form calls the row that a column names."""
        name = column.removesuffix("_id")
        return f"{name}_detail" if name in self.columns else name

    @cached_property
    def ones(self) -> dict[str, Column]:
        """The rows that the JSON form shows in place of their ids, by what it calls them."""
        return {
            self.one_name(column.name): column
            for column in self.references
            if self.label(column.name) in EXPANDED
        }


def _column(field: Mapping[str, Any], to: str) -> Column:
    constraints = field.get("constraints", {})
    return Column(
        name=field["name"],
        type=field["type"],
        format=field.get("format", ""),
        required=bool(constraints.get("required")),
        unique=bool(constraints.get("unique")),
        enum=tuple(constraints.get("enum", ())),
        to=to,
    )


def _table(resource: Mapping[str, Any]) -> Table:
    schema = resource["schema"]
    to = {each["fields"]: each["reference"]["resource"] for each in schema.get("foreignKeys", ())}
    if resource["name"] in ANYTHING:
        to[ANYTHING[resource["name"]]] = "*"
    columns = [_column(field, to.get(field["name"], "")) for field in schema["fields"]]
    return Table(resource["name"], resource["path"], {column.name: column for column in columns})


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Table]:
    """Every table by its name; what a row names comes before the row."""
    resources = json.loads(FILE.read_text("utf-8"))["resources"]
    found = {table.name: table for table in map(_table, resources)}
    needs = {
        name: [column.to for column in table.references if column.to not in ("*", name)]
        for name, table in found.items()
    }
    return {name: found[name] for name in TopologicalSorter(needs).static_order()}


@lru_cache(maxsize=1)
def by_list_name() -> Mapping[str, Table]:
    """Every table by what the JSON form calls its rows."""
    return {table.list_name: table for table in tables().values()}


@lru_cache(maxsize=2)
def downwards(root: str) -> frozenset[str]:
    """The references that the JSON form of a root turns into lists below what they name."""
    labels = {table.label(column.name) for table in tables().values() for column in table.references}
    kept_up = EXPANDED - ({OF_THE_ORGANIZATION} if root == "organization" else set())
    return frozenset(labels - kept_up)


def reference_to(child: Table, parent: Table) -> Column | None:
    """The column by which a row hangs on a parent."""
    return next((column for column in child.references if column.to in (parent.name, "*")), None)
