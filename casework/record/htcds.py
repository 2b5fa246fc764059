"""Where each field of HTCDS 2.0 stands in Hearth: read off the declarations, and off a list for the rest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import override

from casework.instruments.strict_yaml import read_mapping
from casework.record.entries import ENTRIES
from casework.record.fields import Field, Section
from casework.record.sections import SECTIONS

_HERE = Path(__file__).parent
_HEAD = """\
# HTCDS 2.0 in Hearth

Written by `manage.py htcds_page > docs/htcds.md`; a test fails where this page is not what the code says.

The Human Trafficking Case Data Standard (HTCDS), version 2.0, is by the International Organization for Migration (IOM),
licensed under CC BY 4.0. Names of fields are IOM's; the rest is Hearth's, and IOM does not endorse it.

Of its {all} fields, {declared} are fields of the record, {elsewhere} stand elsewhere in Hearth, and {left_out} are left
out on purpose.
"""


def _read(name: str) -> dict[str, Any]:
    return read_mapping((_HERE / name).read_text("utf-8"), file=name)


def htcds_fields() -> dict[str, list[str]]:
    """Every field of HTCDS 2.0 with the values of its list, or none."""
    return _read("htcds-2.0.yaml")


def elsewhere() -> dict[str, str]:
    """The fields that Hearth keeps outside of the record, and where."""
    return dict(_read("htcds-elsewhere.yaml")["elsewhere"])


def left_out() -> dict[str, str]:
    """The fields that Hearth does not keep, and why."""
    return dict(_read("htcds-elsewhere.yaml")["left_out"])


def declared() -> dict[str, list[tuple[Section, Field]]]:
    """The fields that the record declares, each with the declarations that name it."""
    found: dict[str, list[tuple[Section, Field]]] = {}
    for section in (*SECTIONS, *ENTRIES):
        for field in section.fields:
            if field.htcds:
                found.setdefault(field.htcds, []).append((section, field))
    return found


def htcds_page() -> str:
    """docs/htcds.md, in English."""
    with override("en"):
        return "\n".join(_lines())


def _lines() -> Iterator[str]:
    ours, others, missing = declared(), elsewhere(), left_out()
    names = htcds_fields()
    yield _HEAD.format(all=len(names), declared=len(ours), elsewhere=len(others), left_out=len(missing))
    yield from _table(
        "In the record", "Field of the record", {n: _place(ours[n]) for n in names if n in ours}
    )
    yield from _table("Elsewhere in Hearth", "Where", {n: others[n] for n in names if n in others})
    yield from _table("Left out", "Why", {n: missing[n] for n in names if n in missing})


def _place(declarations: list[tuple[Section, Field]]) -> str:
    return "; ".join(
        f"{section.label}: {field.label} (`{section.name}.{field.name}`)" for section, field in declarations
    )


def _table(title: str, heading: str, rows: dict[str, str]) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"| HTCDS 2.0 | {heading} |\n| --- | --- |"
    yield from (f"| `{name}` | {text} |" for name, text in rows.items())
    yield ""
