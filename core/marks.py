"""Marks: who is kept out of what, in rows that tell it only to whoever holds the KEK and a list of candidates.

A mark is an HMAC of a principal's id. Neither the rows nor the audit trail name whom they keep out: that the case of
somebody's neighbour keeps out a certain caseworker gives the case away.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef

from core import audit
from core.kek import kek
from core.models import KeptOut, Organisation, SealedObject, Team, User

if TYPE_CHECKING:
    from core.actor import Actor

Outsider = User | Organisation
"""Who can be kept out."""
Candidate = TypeVar("Candidate", User, Organisation)


def own_marks(whom: Outsider) -> list[bytes]:
    """The marks of exactly this person or organisation, one a version of the KEK; the first is the one to write."""
    kind = "user" if isinstance(whom, User) else "organisation"
    return kek().marks("kept-out", kind, whom.pk)


def marks_of(*whom: Outsider | Team) -> frozenset[bytes]:
    """Every mark that keeps one of these out: a person's and their organisation's; of a team, its organisation's."""
    ids: set[tuple[str, UUID]] = set()
    for each in whom:
        if isinstance(each, User):
            ids.add(("user", each.pk))
        ids.add(("organisation", each.pk if isinstance(each, Organisation) else each.organisation_id))
    return frozenset(mark for kind, pk in ids for mark in kek().marks("kept-out", kind, pk))


def marks_on(object_id: UUID) -> frozenset[bytes]:
    """The marks of whoever is kept out of an object."""
    marks = KeptOut.objects.filter(object=object_id).values_list("mark", flat=True)
    return frozenset(bytes(mark) for mark in marks)


def keeping_out(marks: Iterable[bytes]) -> Exists:
    """The condition on a row with an `object` that the object keeps out one of these marks."""
    return Exists(KeptOut.objects.filter(object=OuterRef("object"), mark__in=list(marks)))


def is_kept_out(object_id: UUID, whom: Outsider | Team) -> bool:
    """Whether an object must never be seen by a person, an organisation or a team, itself or for its organisation."""
    return KeptOut.objects.filter(object=object_id, mark__in=list(marks_of(whom))).exists()


def kept_out_among(object_id: UUID, users: Iterable[User]) -> set[UUID]:
    """The ids of those people who must never see the object, themselves or for their organisation. One query."""
    marks = marks_on(object_id)
    return {user.pk for user in users if marks & marks_of(user)} if marks else set()


def named_among(object_id: UUID, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those of the people or organisations whom the object itself keeps out, to show a list of them. One query."""
    marks = marks_on(object_id)
    return [each for each in candidates if not marks.isdisjoint(own_marks(each))] if marks else []


def write_marks(actor: "Actor", object: SealedObject, marks: Iterable[bytes]) -> None:
    """Keep out whom these marks stand for. Each row's id is in the trail, so that check_access misses a deleted one."""
    for mark in marks:
        row = KeptOut.objects.create(object=object, mark=mark)
        audit.record("access.kept_out", actor=actor, object=object, row=row.pk)


def remove_mark(actor: "Actor", row: KeptOut) -> None:
    """Take a mark back, in the trail too."""
    audit.record("access.let_in", actor=actor, object=row.object, row=row.pk)
    row.delete()
