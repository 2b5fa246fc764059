"""Finding cases by what they say: the index gives candidates, which are opened and compared."""

from dataclasses import dataclass, field
from itertools import islice
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from casework.models import Case
from casework.record.fields import Indexed
from casework.search.candidates import holding_any, holding_most
from casework.search.opening import open_files, read_sections
from casework.search.query import Query
from casework.search.tokens import index_keys_of
from casework.search.values import SECTIONS_INDEXED, Values, values_of, words_of
from casework.search.words import Part, document_numbers, name_likeness, name_parts, same_phone
from core import audit, rate
from core.access_query import VisibleQuerySet
from core.actor import Actor
from core.errors import HearthError

MOST = 50
"""Cases that are opened for one search by their names, and as many by everything else."""
ALIKE = 0.51
"""From here on (0 to 1) two names may be the same; tests/casework/test_search_recall.py measures what that finds."""


class TooManySearches(HearthError):
    """A person has searched too often: 429. What one guesses at, one guesses slowly."""

    status = 429
    code = "too_many_attempts"
    message = _("You have searched very often. Wait ten minutes, then try again.")


@dataclass(frozen=True, slots=True)
class Found:
    """A case with the kinds of fields by which it was found, and how good a match it is."""

    case: Case
    matched: frozenset[Indexed] = frozenset()
    likeness: float = 0.0
    """Of the names, from 0 to 1."""
    values: Values = field(default=frozenset(), repr=False)
    """What the case says in its indexed fields: to compare with, never to show in a list."""

    @property
    def score(self) -> float:
        """What results are sorted by: each thing that matches counts as much as the very same name."""
        return self.likeness + len(self.matched - {Indexed.NAME})


def search(actor: Actor, query: Query) -> list[Found]:
    """The cases that match, the best first, of those that the actor may see. The trail notes that, not the words.

    Raises TooManySearches; Tampered where a case can't be trusted.
    """
    if not rate.allow("search", str(actor.user.pk)):
        raise TooManySearches
    if query.number is not None:
        found = [Found(case) for case in _visible(actor).filter(number=query.number)]
    else:
        found = find(actor, query.values)
    audit.record("cases.searched", actor=actor, by=".".join(sorted(query.kinds)), found=len(found))
    return found


def find(actor: Actor, values: Values, *, besides: UUID | None = None, most: int = MOST) -> list[Found]:
    """The cases with such values but for one, the best first; up to `most` by their names, and as many by the rest.

    Raises Tampered.
    """
    words = words_of(values)
    names = {word for word in words if word.indexed is Indexed.NAME}
    keys = index_keys_of(actor)
    lists = [holding_any(keys, words - names), holding_most(keys, names)]
    visible = _visible(actor).in_bulk({id for ids in lists for id in ids} - {besides})
    best = {id: visible[id] for ids in lists for id in islice((id for id in ids if id in visible), most)}
    if not best:
        return []
    files = open_files(actor, best.values())
    documents = read_sections(files, SECTIONS_INDEXED)
    parts = _parts(values)
    matches = (_match(file.case, values, parts, values_of(documents[file.case.pk])) for file in files)
    return sorted((match for match in matches if match.matched), key=lambda match: -match.score)


def _visible(actor: Actor) -> VisibleQuerySet[Case]:
    return Case.objects.visible_to(actor).select_related("assigned_to", "team__organisation")


def _parts(values: Values) -> list[Part]:
    names = " ".join(text for indexed, text in values if indexed is Indexed.NAME)
    return [Part(part) for part in dict.fromkeys(name_parts(names))]


def _match(case: Case, wanted: Values, parts: list[Part], recorded: Values) -> Found:
    matched = {
        kind
        for kind, text in wanted
        for other, there in recorded
        if kind is other and _same(kind, text, there)
    }
    likeness = name_likeness(parts, _parts(recorded))
    if likeness >= ALIKE:
        matched.add(Indexed.NAME)
    return Found(case, frozenset(matched), likeness, recorded)


def _same(kind: Indexed, text: str, other: str) -> bool:
    match kind:
        case Indexed.DATE:
            return text == other
        case Indexed.PHONE:
            return same_phone(text, other)
        case Indexed.NUMBER:
            return bool(document_numbers(text) & document_numbers(other))
        case Indexed.NAME:
            return False  # how alike they are is asked of all parts together
