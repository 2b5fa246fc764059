"""Which kinds of service the terms of a taxonomy stand for: Hearth's own, and those that a mapping names.

terms:                                    # a term's code, name or id -> one kind or several
  "BH-1800.1500": shelter_emergency
  Legal Services: [legal_advice, legal_representation]
confidential: ["FT-3000"]                 # services with these terms never leave
organisations:                            # an organization's id -> what it is called in Hearth
  d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610: Open Door Legal Aid
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils.translation import gettext as _

from casework.instruments.errors import MalformedFile
from casework.instruments.strict_yaml import read_mapping
from referrals.taxonomy import ServiceType

TAXONOMY = "hearth"
TAXONOMY_ID = uuid5(NAMESPACE_URL, "urn:hearth:service-types")
SECRET_PLACES = frozenset(
    {
        ServiceType.SHELTER_EMERGENCY,
        ServiceType.SHELTER_TRANSITIONAL,
        ServiceType.HOUSING_LONG_TERM,
        ServiceType.ALTERNATIVE_CARE,
        ServiceType.WITNESS_PROTECTION,
    }
)
"""Kinds of service of which it is nobody's business where they are."""
# These words in the name or in a term say that it may be such a one, whatever kinds the terms stand for.
_WORDS = (
    *("shelter", "refuge", "safe house", "safehouse", "sanctuary"),
    *("foyer", "hébergement", "mise à l'abri", "albergue", "refugio", "casa de acogida", "مأوى", "ملجأ"),
)


class BadMapping(ValueError):
    """The mapping can't be used. The message names the file and the place."""


@dataclass(frozen=True, slots=True)
class TermMapping:
    """What the terms of other taxonomies stand for here."""

    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confidential: frozenset[str] = frozenset()
    organisations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of a service, the first the main one, and what its terms say of its place."""

    types: tuple[str, ...]
    sheltered: bool
    confidential: bool


def term_id(type_: str) -> UUID:
    """The id of the term of one of our kinds: the same everywhere."""
    return uuid5(TAXONOMY_ID, type_)


def own_taxonomy() -> Iterator[tuple[str, dict[str, object]]]:
    """Our kinds of service as rows of the specification: (table, data). In English, as codes are."""
    yield (
        "taxonomy",
        {
            "id": str(TAXONOMY_ID),
            "name": TAXONOMY,
            "description": "Kinds of protection services, as Hearth has them.",
        },
    )
    for each in ServiceType:
        name = each.value.replace("_", " ").capitalize()
        yield (
            "taxonomy_term",
            {
                "id": str(term_id(each)),
                "code": each.value,
                "name": name,
                "description": name,
                "taxonomy": TAXONOMY,
                "taxonomy_id": str(TAXONOMY_ID),
            },
        )


_OURS = {str(term_id(each)): each.value for each in ServiceType}


def kinds_of(service: Mapping[str, Any], mapping: TermMapping) -> Kinds:
    """What the attributes of a service, a tree of rows, say that it is."""
    types: list[str] = []
    words = [str(service.get("name") or "")]
    confidential = False
    for attribute in service.get("attributes", ()):
        term = attribute.get("taxonomy_term")
        if not isinstance(term, dict):
            continue
        names = [str(term[name]) for name in ("id", "code", "name") if term.get(name)]
        words += names[1:]
        types += _ours(term)
        types += [each for name in names for each in mapping.terms.get(name, ())]
        confidential = confidential or any(name in mapping.confidential for name in names)
    unique = tuple(dict.fromkeys(types))
    sheltered = any(each in SECRET_PLACES for each in unique) or sounds_sheltered(*words)
    return Kinds(unique, sheltered, confidential)


def sounds_sheltered(*texts: str) -> bool:
    """Whether a name or a term says that it may be a place of which it is nobody's business where it is."""
    return any(word in text.lower() for text in texts for word in _WORDS)


def _ours(term: Mapping[str, Any]) -> list[str]:
    if (known := _OURS.get(str(term.get("id")).lower())) is not None:
        return [known]
    detail = term.get("taxonomy_detail")
    named = {term.get("taxonomy"), detail.get("name") if isinstance(detail, dict) else None}
    return [term["code"]] if TAXONOMY in named and term.get("code") in ServiceType.values else []


def load_term_mapping(text: str, *, file: str) -> TermMapping:
    """Read and check a mapping. Raises BadMapping."""
    try:
        content = read_mapping(text, file=file)
    except MalformedFile as malformed:
        raise BadMapping(str(malformed)) from None
    if unknown := sorted(set(content) - {"terms", "confidential", "organisations"}):
        raise BadMapping(f"{file}: {unknown[0]}: " + _("expected one of terms, confidential, organisations"))
    terms = {
        name: tuple(_texts(value, f"{file}: terms: {name}"))
        for name, value in _named(content.get("terms", {}), f"{file}: terms").items()
    }
    for name, types in terms.items():
        if wrong := [each for each in types if each not in ServiceType.values]:
            raise BadMapping(f"{file}: terms: {name}: {wrong[0]}: " + _("no kind of service of ours"))
    organisations = _named(content.get("organisations", {}), f"{file}: organisations")
    for hsds_id, name in organisations.items():
        if not isinstance(name, str):
            raise BadMapping(f"{file}: organisations: {hsds_id}: " + _("expected text"))
    confidential = frozenset(_texts(content.get("confidential", []), f"{file}: confidential"))
    return TermMapping(terms, confidential, {key.lower(): name for key, name in organisations.items()})


def _named(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadMapping(f"{place}: " + _("expected a mapping"))
    return value


def _texts(value: object, place: str) -> list[str]:
    given = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in given):
        raise BadMapping(f"{place}: " + _("expected text; put it in quotes if it looks like a number"))
    return [str(each) for each in given]
