"""Reads an instrument from an XLSForm, the spreadsheet that ODK and KoboToolbox make forms from.

What an instrument can say is taken: yes/no questions become indicators, `hint` and the group's label their help,
`relevant` their branching, `label::French (fr)` a translation; `form_id`, `version` and `form_title` of the settings
its names. Notes and what a device records by itself (start, deviceid) are left out. Anything else is refused with its
row, since a form that is half understood asks half of its questions. An XLSForm has no scoring, so the rule is the
interviewer's judgement.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import yaml
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import DefinitionData, xlsx_to_dict

from casework.instruments import InstrumentError, MalformedFile, parse_instrument

LARGEST = 20_000_000  # bytes, unpacked: a small file can unpack to a very large one

_SKIPPED = {
    *("note", "start", "end", "today", "deviceid", "device_id", "phonenumber", "phone_number", "username"),
    *("email", "audit", "start-geopoint", "simserial", "subscriberid"),
}
_ANSWERS = {"yes": "present", "no": "absent"}
_BESIDES = {
    "unknown",
    "dont_know",
    "don_t_know",
    "dk",
    "declined",
    "refused",
    "prefer_not_to_say",
    "not_asked",
}
_SELECT = re.compile(r"select[ _]one(?: from)? (\S+)")
_CONDITION = re.compile(r"""\$\{\s*(\S+?)\s*\}\s*=\s*(['"])(yes|no)\2""")
_LANGUAGE = re.compile(r".*\(([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*")
_ID = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_COLUMNS = {"type", "name", "relevant", "required", "appearance", "label", "hint"}

Row = Mapping[str, str]


def is_xlsx(content: bytes) -> bool:
    """Whether a file is a workbook, by its first bytes."""
    return content.startswith(b"PK\x03\x04")


def instrument_from_xlsform(content: bytes, *, organisation: str = "") -> str:
    """The instrument as YAML, in the format of casework/instruments; `content` is an .xlsx file.

    `organisation` enters the citation of the source. Raises InstrumentError with the sheet and row at fault.
    """
    book = _read(content)
    settings: Row = next((row for row in book.settings or () if row), {})
    form_id, version = settings.get("form_id", ""), settings.get("version", "")
    if not _ID.fullmatch(form_id.lower()):
        raise _refused("settings: form_id", "missing, or not letters, digits, - or _")
    if not version:
        raise _refused("settings: version", "missing")
    title = settings.get("form_title") or form_id
    instrument = {
        "id": form_id.lower(),
        "version": version,
        "title": title,
        "exploitation": "any",
        "enabled": True,
        "population": {"label": "Not said in the form", "basis": "today"},
        "source": {
            "citation": ", ".join(
                part for part in (title, f"XLSForm {form_id} {version}", organisation) if part
            ),
            "certainty": "ours",
        },
        "rule": {"kind": "judgement", "about": ["any"], "certainty": "ours"},
        "indicators": _indicators(book, _default_language(settings)),
    }
    text = yaml.safe_dump(instrument, sort_keys=False, allow_unicode=True, width=100)
    parse_instrument(text, file="XLSForm")
    with _refusing_what_fails():
        workbook_to_json(book, form_name="form")  # what else is wrong with it as an XLSForm
    return text


def _refused(place: str, reason: str) -> InstrumentError:
    return MalformedFile("XLSForm", place, reason)


@contextmanager
def _refusing_what_fails() -> Iterator[None]:
    try:
        yield
    except InstrumentError:
        raise
    except PyXFormError as error:
        raise _refused("", str(error)) from None
    except Exception as error:  # three parsers of a stranger's file, without a list of what they raise
        raise _refused("", f"not an XLSForm ({type(error).__name__})") from None


def _read(content: bytes) -> DefinitionData:
    with _refusing_what_fails():
        with zipfile.ZipFile(BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise _refused("", f"unpacks to more than {LARGEST} bytes")
        book = DefinitionData(**xlsx_to_dict(content))
    if book.external_choices:
        raise _refused("external_choices", "can't be read")
    return book


def _default_language(settings: Row) -> str:
    named = _LANGUAGE.fullmatch(settings.get("default_language", ""))
    return named[1] if named else "en"


def _indicators(book: DefinitionData, language: str) -> list[dict[str, Any]]:
    lists = _yes_no_lists(book.choices or ())
    found: list[dict[str, Any]] = []
    waiting: list[tuple[str, str]] = []  # (place, name of the question that it waits for)
    groups: list[tuple[dict[str, str], dict[str, str]]] = []  # of each open group: labels, conditions
    for number, row in enumerate(book.survey or (), start=2):
        place = f"survey row {number}"
        kind = " ".join(row.get("type", "").split())
        if not row or kind in _SKIPPED:
            continue
        _check_columns(row, place)
        if kind in ("end group", "end_group"):
            if not groups:
                raise _refused(place, "ends a group that did not begin")
            groups.pop()
            continue
        conditions = _conditions(row.get("relevant", ""), place)
        waiting += [(place, name) for name in conditions]
        if kind in ("begin group", "begin_group"):
            groups.append((_texts(row, "label", language, place), conditions))
            continue
        chosen = _SELECT.fullmatch(kind)
        if chosen is None or chosen[1] not in lists:
            raise _refused(place, f"{kind!r} can't be read: only select_one questions with yes and no")
        name = row.get("name", "").lower()
        if not _ID.fullmatch(name):
            raise _refused(place, f"the name {name!r} is not letters, digits, - or _")
        found.append(_indicator(name, row, place, language, groups, conditions))
    known = {each["id"] for each in found}
    for place, name in waiting:
        if name not in known:
            raise _refused(place, f"relevant: {name!r} is no yes/no question of this form")
    return found


def _indicator(
    name: str,
    row: Row,
    place: str,
    language: str,
    groups: list[tuple[dict[str, str], dict[str, str]]],
    conditions: dict[str, str],
) -> dict[str, Any]:
    labels = _texts(row, "label", language, place)
    if "en" not in labels:
        raise _refused(place, "no English label")
    helps = [group for group, _conditions in groups[-1:]] + [_texts(row, "hint", language, place)]
    help = {code: ". ".join(text[code] for text in helps if code in text) for text in helps for code in text}
    asked_if: dict[str, str] = {}
    for each in [*(above for _labels, above in groups), conditions]:
        for question, answer in each.items():
            if asked_if.setdefault(question, answer) != answer:
                raise _refused(place, "relevant: contradicts the group's, so that it would never be asked")
    return {
        "id": name,
        "label": labels,
        **({"help": help} if "en" in help else {}),
        **({"ask_if": asked_if} if asked_if else {}),
    }


def _yes_no_lists(choices: Any) -> set[str]:
    """The names of the lists that have yes and no, and besides them only what Hearth always offers."""
    names: dict[str, set[str]] = {}
    for row in choices:
        if row:
            list_name = row.get("list_name") or row.get("list name") or ""
            names.setdefault(list_name, set()).add(row.get("name", row.get("value", "")).lower())
    return {each for each, values in names.items() if {*_ANSWERS} <= values <= {*_ANSWERS, *_BESIDES}}


def _check_columns(row: Row, place: str) -> None:
    for column in row:
        if column.partition("::")[0].strip() not in _COLUMNS:
            raise _refused(place, f"the column {column!r} can't be read")


def _texts(row: Row, column: str, language: str, place: str) -> dict[str, str]:
    """A column's texts by language: `label` in the default one, `label::French (fr)` in French."""
    return dict(_named_texts(row, column, language, place))


def _named_texts(row: Row, column: str, language: str, place: str) -> Iterator[tuple[str, str]]:
    for header, text in row.items():
        name, _separator, spoken = (part.strip() for part in header.partition("::"))
        if name != column:
            continue
        named = _LANGUAGE.fullmatch(spoken)
        if spoken and named is None:
            raise _refused(place, f"the column {header!r} names no language code, as in label::French (fr)")
        yield (named[1] if named else language), text


def _conditions(relevant: str, place: str) -> dict[str, str]:
    """`${q} = 'yes'`, or several of them joined by `and`, as what must hold for a question to be asked."""
    conditions: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", relevant.strip()) if relevant.strip() else ():
        simple = _CONDITION.fullmatch(part)
        if simple is None or simple[1].lower() in conditions:
            raise _refused(place, f"relevant: {relevant!r} can't be read: only ${{question}} = 'yes' or 'no'")
        conditions[simple[1].lower()] = _ANSWERS[simple[3]]
    return conditions
