"""What of a record is indexed: read off its declaration, and nothing here knows a single field."""

from collections.abc import Iterable, Mapping

from casework.record.fields import Indexed, Value
from casework.record.sections import SECTIONS
from casework.search.words import Word, words

Values = frozenset[tuple[Indexed, str]]
"""What is looked for, or found: the values of the indexed fields, each with its kind."""

SECTIONS_INDEXED = frozenset(
    section.name for section in SECTIONS if any(field.indexed for field in section.fields)
)


def values_of(documents: Mapping[str, Mapping[str, Value]]) -> Values:
    """The values of the indexed fields of these documents, by section."""
    return frozenset(
        (field.indexed, str(documents[section.name][field.name]))
        for section in SECTIONS
        for field in section.fields
        if field.indexed is not None and field.name in documents.get(section.name, ())
    )


def words_of(values: Iterable[tuple[Indexed, str]]) -> set[Word]:
    """What these values are found by."""
    return {word for indexed, text in values for word in words(indexed, text)}
