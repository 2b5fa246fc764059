"""How a file's columns become fields of the record: a YAML file, checked before any row is read.

    number: Case no                         # the column of the old system's numbers: what is there is not loaded twice
    opened_on: {column: Opened, dates: "%d/%m/%Y"}
    columns:
      First name: {to: identity.given_name}
      Sex: {to: identity.gender, values: {F: Feminine, M: Masculine}, unknown: ["?"]}
      Nationality: {to: identity.citizenship, kind: country, separator: ";"}
      Remarks: {ignored: "jottings that nobody should keep"}
    constants:
      contact_and_safety.country: ITA

Several columns may feed one list of codes, or one text of several lines. docs/importing.md is the reference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from casework.importing.cells import BadCell, Reader, from_country, from_date, from_table, reader
from casework.instruments.errors import MalformedFile
from casework.instruments.strict_yaml import read_mapping
from casework.record import sections
from casework.record.codelists import COUNTRIES
from casework.record.fields import Field, Kind, Value
from casework.record.values import WRITTEN, clean, code_list
from core.errors import Invalid, Message

_TOP = {"number", "opened_on", "columns", "constants", "encoding", "delimiter", "sheet"}
_RULE = {"to", "values", "unknown", "dates", "kind", "separator"}
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1")
_SEVERAL = {Kind.CODES, Kind.LONG_TEXT}


class BadMapping(ValueError):
    """The mapping can't be used. The message names the file, the line and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that feeds a field; of the day on which the case was opened, `field` is None."""

    name: str
    path: str
    field: Field | None
    read: Reader


@dataclass(frozen=True)
class CaseMapping:
    """What each column of a file is."""

    number: str
    columns: tuple[Column, ...]
    ignored: frozenset[str]
    constants: Mapping[str, Value]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None

    @cached_property
    def names(self) -> list[str]:
        """The columns that a file must have, in the mapping's order."""
        return list(dict.fromkeys([self.number, *(column.name for column in self.columns)]))

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Where each field comes from, for messages: a column, or several."""
        found: dict[str, list[str]] = {"number": [self.number]}
        for column in self.columns:
            found.setdefault(column.path, []).append(column.name)
        return {path: ", ".join(names) for path, names in found.items()}

    def values(self, cells: Mapping[str, str]) -> tuple[dict[str, object], list[tuple[str, Message]]]:
        """The values of a row by their paths (`opened_on` among them), and which columns can't be read, and why."""
        values: dict[str, object] = dict(self.constants)
        problems: list[tuple[str, Message]] = []
        for column in self.columns:
            try:
                read = column.read(cells[column.name])
            except BadCell as bad:
                problems.append((column.name, bad.message))
                continue
            if not read:
                continue
            if column.field is not None and column.field.kind is Kind.CODES:
                values[column.path] = [*_list(values.get(column.path)), *read]
            elif column.field is not None and column.field.kind is Kind.LONG_TEXT and column.path in values:
                values[column.path] = "\n".join([str(values[column.path]), *read])
            else:
                values[column.path] = "\n".join(read)
        return values, problems


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def load_mapping(text: str, *, file: str) -> CaseMapping:
    """Read and check a mapping. Raises BadMapping."""
    try:
        content = read_mapping(text, file=file)
    except MalformedFile as malformed:
        raise BadMapping(str(malformed)) from None
    return _Checked(file, _lines(yaml.compose(text, Loader=yaml.SafeLoader)), content).mapping()


Place = tuple[str, ...]


def _lines(node: yaml.Node | None, place: Place = ()) -> dict[Place, int]:
    """The line of each key, by the keys that lead to it."""
    found: dict[Place, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found[*place, key.value] = key.start_mark.line + 1
            found |= _lines(value, (*place, key.value))
    return found


class _Checked:
    """A mapping file that is being checked."""

    def __init__(self, file: str, lines: Mapping[Place, int], content: Mapping[str, Any]) -> None:
        self._file, self._lines, self._content = file, lines, content

    def mapping(self) -> CaseMapping:
        self._known((), self._content, _TOP)
        number = self._text(("number",), self._content.get("number"))
        columns = [*self._opened_on(), *self._columns()]
        self._fed_once(columns)
        encoding = self._content.get("encoding", "utf-8")
        if encoding not in _ENCODINGS:
            raise self._bad(("encoding",), _("expected one of %s") % ", ".join(_ENCODINGS))
        delimiter = self._text(("delimiter",), self._content.get("delimiter", ","))
        if len(delimiter) != 1:
            raise self._bad(("delimiter",), _("expected one character"))
        sheet = self._content.get("sheet")
        return CaseMapping(
            number=number,
            columns=tuple(columns),
            ignored=frozenset(self._ignored()),
            constants=self._constants({column.path for column in columns}),
            encoding=encoding,
            delimiter=delimiter,
            sheet=None if sheet is None else self._text(("sheet",), sheet),
        )

    def _bad(self, place: Place, problem: str) -> BadMapping:
        line = next(
            (self._lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in self._lines), 1
        )
        return BadMapping(f"{self._file}, line {line}: {': '.join([*place, problem])}")

    def _known(self, place: Place, given: Mapping[str, Any], known: set[str]) -> None:
        for key in given:
            if key not in known:
                raise self._bad((*place, key), _("expected one of %s") % ", ".join(sorted(known)))

    def _text(self, place: Place, value: object) -> str:
        if not isinstance(value, str) or not value:
            raise self._bad(
                place, _("expected text; put it in quotes if it looks like a number or yes and no")
            )
        return value

    def _mapping(self, place: Place, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._bad(place, _("expected a mapping"))
        return value

    def _texts(self, place: Place, value: object) -> list[str]:
        """One text, or a list of them."""
        return [self._text(place, each) for each in (value if isinstance(value, list) else [value])]

    def _opened_on(self) -> Iterator[Column]:
        if "opened_on" in self._content:
            place: Place = ("opened_on",)
            rule = self._mapping(place, self._content["opened_on"])
            self._known(place, rule, {"column", "dates"})
            name = self._text((*place, "column"), rule.get("column"))
            formats = self._texts((*place, "dates"), rule.get("dates", []))
            yield Column(name, "opened_on", None, reader(one=from_date(formats, "%Y-%m-%d")))

    def _columns(self) -> Iterator[Column]:
        for name, rules in self._mapping(("columns",), self._content.get("columns")).items():
            place = ("columns", name)
            for rule in rules if isinstance(rules, list) else [rules]:
                rule = self._mapping(place, rule)
                if "ignored" not in rule:
                    self._known(place, rule, _RULE)
                    yield self._column(place, name, rule)
                elif len(rule) > 1:
                    raise self._bad(place, _("either ignored or read, not both"))

    def _ignored(self) -> Iterator[str]:
        for name, rule in self._content["columns"].items():
            if isinstance(rule, dict) and "ignored" in rule:
                self._text(("columns", name, "ignored"), rule["ignored"])  # the reason
                yield name

    def _column(self, place: Place, name: str, rule: Mapping[str, Any]) -> Column:
        path = self._text((*place, "to"), rule.get("to"))
        field = self._field((*place, "to"), path)
        separator = rule.get("separator")
        if separator is not None and field.kind not in _SEVERAL:
            raise self._bad((*place, "separator"), _("%s holds one value") % path)
        read = reader(
            unknown=self._texts((*place, "unknown"), rule.get("unknown", [])),
            separator=None if separator is None else self._text((*place, "separator"), separator),
            one=self._one(place, field, rule),
        )
        return Column(name, path, field, read)

    def _one(self, place: Place, field: Field, rule: Mapping[str, Any]) -> Reader:
        """How one value of a cell is read; as it stands, where the rule says nothing else."""
        ways = [way for way in ("values", "dates", "kind") if way in rule]
        if len(ways) > 1:
            raise self._bad(place, _("one of %s, not several") % ", ".join(ways))
        if field.kind in WRITTEN:
            if ways not in ([], ["dates"]):
                raise self._bad(place, _("%s is a date: it takes dates") % rule["to"])
            return from_date(self._texts((*place, "dates"), rule.get("dates", [])), WRITTEN[field.kind])
        if "dates" in rule:
            raise self._bad((*place, "dates"), _("%s is not a date") % rule["to"])
        if "values" in rule:
            table = self._mapping((*place, "values"), rule["values"])
            return from_table(
                {key: self._codes((*place, "values", key), field, to) for key, to in table.items()}
            )
        if "kind" in rule:
            if rule["kind"] != "country" or field.codes is not COUNTRIES:
                raise self._bad(
                    (*place, "kind"), _("the one kind is country, for a field that holds countries")
                )
            return from_country
        return lambda text: [text]

    def _codes(self, place: Place, field: Field, to: object) -> list[str]:
        """What a value stands for: for a list, none or several."""
        if field.kind is Kind.CODES and to == []:
            return []
        values = self._texts(place, to)
        if len(values) > 1 and field.kind not in _SEVERAL:
            raise self._bad(place, _("the field holds one value"))
        if field.kind in {Kind.CODE, Kind.CODES}:
            for value in values:
                if value not in code_list(field):
                    raise self._bad(place, _("%s is not in the field's list") % value)
        return values

    def _field(self, place: Place, path: str) -> Field:
        try:
            field = sections.field(path)
        except Invalid:
            raise self._bad(place, _("the record has no field %s") % path) from None
        if field.chosen_from is not None:
            raise self._bad(place, _("what %s refers to is made in Hearth") % path)
        return field

    def _fed_once(self, columns: list[Column]) -> None:
        fed: set[str] = set()
        for column in columns:
            several = column.field is not None and column.field.kind in _SEVERAL
            if column.path in fed and not several:
                raise self._bad(
                    ("columns", column.name), _("%s is fed twice, and holds one value") % column.path
                )
            fed.add(column.path)

    def _constants(self, fed: set[str]) -> dict[str, Value]:
        constants: dict[str, Value] = {}
        for path, given in self._mapping(("constants",), self._content.get("constants", {})).items():
            place = ("constants", path)
            if path in fed:
                raise self._bad(place, _("a column feeds this too"))
            try:
                value = clean(self._field(place, path), given)
            except ValidationError as refused:
                raise self._bad(place, " ".join(refused.messages)) from None
            if value is not None:
                constants[path] = value
        return constants
