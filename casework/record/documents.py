"""A section's document: checked, written for sealing, read, shown, and chosen from for a referral packet."""

import json
from collections.abc import Iterable, Mapping
from typing import cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from casework.record import sections
from casework.record.fields import Field, Section, Value
from casework.record.values import clean, show
from core.errors import Invalid, Message

Document = Mapping[str, Value]  # field name -> value
Documents = Mapping[str, Document]  # section name -> document

PADDED_TO = 512  # bytes: the length of a ciphertext tells only how many such blocks were written


def validate(section: Section, values: Mapping[str, object]) -> dict[str, Value]:
    """The values to keep, clean and in declared order, without the empty ones.

    Raises:
        Invalid: with every field that can't be taken, unknown names among them, and its messages.
    """
    problems: dict[str, list[Message]] = {
        str(name): [_("The record has no such field.")] for name in values if section.get(name) is None
    }
    kept: dict[str, Value] = {}
    for field in section.fields:
        try:
            value = clean(field, values.get(field.name))
        except ValidationError as refused:
            problems[field.name] = list(refused.messages)
            continue
        if value is not None:
            kept[field.name] = value
        elif field.required:
            problems[field.name] = [_("This is needed.")]
    for field in section.fields:
        if _comes_too_early(field, kept):
            problems[field.name] = [_("This can't come before the beginning.")]
    if problems:
        raise Invalid(problems)
    return kept


def _comes_too_early(field: Field, kept: Document) -> bool:
    if field.not_before is None or not {field.name, field.not_before} <= kept.keys():
        return False
    return str(kept[field.name]) < str(kept[field.not_before])  # both YYYY-MM(-DD), which sorts as time does


def serialise(values: Document) -> bytes:
    """The document as canonical JSON in UTF-8, padded with spaces to a multiple of `PADDED_TO` bytes."""
    written = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return written.ljust(-(-len(written) // PADDED_TO) * PADDED_TO)


def parse(written: bytes) -> dict[str, Value]:
    """The document that `serialise` wrote.

    Raises:
        ValueError: the bytes are not such a document.
    """
    values = json.loads(written)
    if not isinstance(values, dict):
        raise ValueError("not a document")
    return cast(dict[str, Value], values)


def display(section: Section, values: Document) -> list[tuple[Field, str]]:
    """The recorded fields with their values as people read them, in declared order."""
    return [(field, show(field, values[field.name])) for field in section.fields if field.name in values]


def differences(section: Section, before: Document, after: Document) -> list[tuple[Field, str, str]]:
    """The declared fields in which the two differ, each with both values as people read them, "" where empty."""
    left, right = dict(display(section, before)), dict(display(section, after))
    return [
        (field, left.get(field, ""), right.get(field, ""))
        for field in section.fields
        if before.get(field.name) != after.get(field.name)
    ]


def choose(paths: Iterable[str], documents: Documents) -> dict[str, dict[str, Value]]:
    """The content of a referral packet: the chosen fields ("section.field") of the documents and no others.

    Raises:
        Invalid: with every path that is unknown, never shared, or empty in these documents.
    """
    problems: dict[str, list[Message]] = {}
    packet: dict[str, dict[str, Value]] = {}
    for path in paths:
        try:
            field = sections.field(path)
        except Invalid as unknown:
            problems.update(unknown.fields)
            continue
        section_name = path.partition(".")[0]
        document = documents.get(section_name, {})
        if not field.shareable:
            problems[path] = [_("This never leaves the case.")]
        elif field.name not in document:
            problems[path] = [_("Nothing is recorded here.")]
        else:
            packet.setdefault(section_name, {})[field.name] = document[field.name]
    if problems:
        raise Invalid(problems)
    return packet
