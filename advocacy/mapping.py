"""How a file's columns become the codebook's: a YAML file, read and checked once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from advocacy.codebook import BY_NAME, FIRST_YEAR, LAST_YEAR, Kind, alpha_3

FOLDER = Path(__file__).parent / "mappings"

Value = int | str
_Read = Callable[[str], dict[str, Value] | None]


class BadMapping(ValueError):
    """The mapping file names a column, code or kind that there is not."""


class BadRow(ValueError):
    """A row that can't be a record. The message names the columns, never what stood in them."""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of the file. `read` gives the fields that a value sets, or None if it maps to nothing."""

    name: str
    read: _Read


@dataclass(frozen=True, slots=True)
class FactMapping:
    """The columns of a file that are read, and `source`, what facts from it are said to come from."""

    source: str
    columns: tuple[SourceColumn, ...]

    def values(self, row: Mapping[str, str], unmapped: Callable[[str, str], None]) -> dict[str, Value]:
        """Codebook fields of one row; calls `unmapped(column, value)` for what is left out. Raises BadRow."""
        fields: dict[str, Value] = {}
        for column in self.columns:
            found = column.read(row[column.name].strip())
            if found is None:
                unmapped(column.name, row[column.name])
            else:
                fields |= found
        return fields


def known_mappings() -> list[str]:
    """The names that `load_mapping` takes."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_mapping(name: str) -> FactMapping:
    """Read a mapping. Raises BadMapping for an unknown name and for anything the codebook does not have."""
    if name not in known_mappings():
        raise BadMapping(f"there is no mapping of this name; known are {', '.join(known_mappings())}")
    document = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    columns = tuple(
        SourceColumn(column, _reader(column, rule))
        for column, rule in document["columns"].items()
        if "ignored" not in rule
    )
    return FactMapping(document["source"], columns)


def _reader(column: str, rule: Mapping[str, Any]) -> _Read:
    unknown = frozenset(rule.get("unknown", ()))
    if "flags" in rule:
        return _table({value: {_field(name, Kind.FLAG): 1} for value, name in rule["flags"].items()}, unknown)
    if "values" in rule:
        target = BY_NAME[_known(rule["to"])]
        if strangers := set(rule["values"].values()) - set(target.codes):
            raise BadMapping(f"{column}: the codebook does not have {sorted(strangers)}")
        return _table({value: {target.field: code} for value, code in rule["values"].items()}, unknown)
    match rule.get("kind"):
        case "country":
            return _country(_field(rule["to"], Kind.COUNTRY), unknown)
        case "year":
            return _year(column, _field(rule["to"], Kind.YEAR), unknown)
    raise BadMapping(f"{column}: needs flags, values, a kind or the reason why it is ignored")


def _table(known: Mapping[str, dict[str, Value]], unknown: frozenset[str]) -> _Read:
    return lambda value: {} if value in unknown else known.get(value)


def _country(field: str, unknown: frozenset[str]) -> _Read:
    def read(value: str) -> dict[str, Value] | None:
        if value in unknown:
            return {}
        code = alpha_3(value)
        return {field: code} if code else None

    return read


def _year(column: str, field: str, unknown: frozenset[str]) -> _Read:
    def read(value: str) -> dict[str, Value]:
        if value in unknown:
            return {}
        if not (value.isascii() and value.isdigit() and FIRST_YEAR <= int(value) <= LAST_YEAR):
            raise BadRow(f"{column} is not a year")
        return {field: int(value)}

    return read


def _known(name: str) -> str:
    if name not in BY_NAME:
        raise BadMapping(f"the codebook has no column {name}")
    return name


def _field(name: str, kind: Kind) -> str:
    column = BY_NAME[_known(name)]
    if column.kind is not kind:
        raise BadMapping(f"{name} is no {kind.value}")
    return column.field
