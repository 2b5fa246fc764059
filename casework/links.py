"""Cases that belong together, as they are read: whoever can't see the other case learns only that there is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.entries import Entry
from casework.models import Case
from casework.record.choices import choices
from casework.record.entries.linked_case import RELATIONS
from casework.record.fields import Code, CodeList

KIND = "linked_case"
FAMILY = frozenset({"family", "household"})
"""Relations in which people move, and are helped, together."""
NOT_SEEN = _("A case that you can't see")


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another case, which is None where the actor can't see it."""

    entry: Entry
    other: Case | None

    @property
    def relation(self) -> str:
        """How the two belong together, as people read it."""
        return RELATIONS.label(str(self.entry.values["relation"]))


def other_of(entry: Entry) -> UUID:
    """The id of the case that an entry links to."""
    return UUID(str(entry.values["case"]))


def linked(file: CaseFile, relations: Iterable[str] = tuple(RELATIONS.codes)) -> list[Entry]:
    """The links of a case that hold, in one of these relations."""
    wanted = set(relations)
    return [
        entry
        for entry in file.entries.of(KIND)
        if "ended_on" not in entry.values and entry.values["relation"] in wanted
    ]


def links_of(file: CaseFile, relations: Iterable[str] = tuple(RELATIONS.codes)) -> list[Link]:
    """The same, each with the other case where the actor sees that one. One query."""
    entries = linked(file, relations)
    seen = _seen(file, map(other_of, entries)) if entries else {}
    return [Link(entry, seen.get(other_of(entry))) for entry in entries]


def _seen(file: CaseFile, cases: Iterable[UUID]) -> dict[UUID, Case]:
    rows = Case.objects.visible_to(file.actor).filter(pk__in=list(cases)).select_related("team__organisation")
    return {row.pk: row for row in rows}


@choices("linked_cases")
def linked_cases(file: CaseFile) -> CodeList:
    """The numbers of the linked cases that the actor sees. None is on offer: `link_cases` makes both sides."""
    others = {other_of(entry) for entry in file.entries.of(KIND)}
    seen = _seen(file, others)
    labels = (Code(str(pk), seen[pk].number if pk in seen else NOT_SEEN) for pk in others)
    return CodeList(labels, offered=frozenset())
