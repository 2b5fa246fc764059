"""What an erasure destroys, one category of data after the other, and the orders there are.

Nothing here needs a key: rows are found by ids, so that a task can carry out what people have decided.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.models import (
    Case,
    Document,
    ErasedImport,
    Erasure,
    FollowUp,
    Identification,
    ImportedCase,
    IndexToken,
    PossibleDuplicates,
    Transfer,
)
from core import outbox
from core.access import destroy_object
from core.actor import Actor
from core.kek import kek
from core.models import Notice, Role

FORGET_FILE = "casework.forget_file"
STANDING = (Erasure.State.ORDERED, Erasure.State.HELD)
_HANDLE, _ORDER = "erasure-fact-handle", "erasure-order"
_PEOPLE, _TIMES = ("asked_by_id", "approved_by_id"), ("approved_at", "due_at", "done_at")

Rows = Callable[[Case], QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Category:
    """One sort of data: how it is counted for a dry run, and how it is erased."""

    name: str
    label: Promise
    rows: Rows
    erase: Callable[[QuerySet[Any]], object] = QuerySet.delete


_categories: list[Category] = []


def add_category(category: Category) -> None:
    """Register what else a case has. What is added later is erased first: it refers to what was there before."""
    _categories.append(category)


def what_would_go(case: Case) -> list[tuple[Category, int]]:
    """How much of each sort a case has. Counts alone."""
    return [(each, each.rows(case).count()) for each in _categories]


def erase_rows(case: Case) -> None:
    """Destroy everything that a case has, inside the caller's transaction, and leave its row without content."""
    for category in reversed(_categories):
        category.erase(category.rows(case))
    destroy_object(actor=None, object=case.object)
    case.state, case.urgent = Case.State.ERASED, False
    case.manifest, case.sealed_fact_handle = b"", None
    case.save(update_fields=["state", "urgent", "manifest", "sealed_fact_handle"])


def destroy_with_keys(rows: Iterable[Any]) -> None:
    """Delete rows that have a key of their own, and destroy the key."""
    for row in rows:
        object = row.object
        Notice.objects.filter(object=object).delete()
        row.delete()
        destroy_object(actor=None, object=object)


def _forget_documents(documents: QuerySet[Document]) -> None:
    """The row stays, since its custody log can't be changed; its key goes, and its file afterwards."""
    now = timezone.now()
    for row in documents:
        outbox.enqueue(FORGET_FILE, row.pk)
        row.state, row.removed_at = Document.State.REMOVED, row.removed_at or now
        row.sealed, row.sealed_key = b"", None
        row.save(update_fields=["state", "removed_at", "sealed", "sealed_key"])


def _never_again(imported: QuerySet[ImportedCase]) -> None:
    """What is left of the mark refers to no case: it lets the old file not bring back who was erased."""
    left = [ErasedImport(team_id=row.team_id, mark=row.mark) for row in imported]
    ErasedImport.objects.bulk_create(left, ignore_conflicts=True)
    imported.delete()


for _category in (
    Category(
        "entries", _("Sections and entries, in every version"), lambda case: case.section_versions.all()
    ),
    Category("consents", _("Consents"), lambda case: case.consents.all()),
    Category("decisions", _("Decisions"), lambda case: case.decisions.all()),
    Category("approvals", _("Approvals"), lambda case: case.approvals.all()),
    Category("documents", _("Documents"), lambda case: case.documents.all(), _forget_documents),
    Category(
        "identifications",
        _("Identifications"),
        lambda case: Identification.objects.filter(case=case).select_related("object"),
        destroy_with_keys,
    ),
    Category(
        "follow_ups",
        _("Follow-ups"),
        lambda case: FollowUp.objects.filter(Q(object=case.pk) | Q(object__identification__case=case)),
    ),
    Category(
        "transfers",
        _("Offers to other teams"),
        lambda case: Transfer.objects.filter(case=case).select_related("object"),
        destroy_with_keys,
    ),
    Category(
        "tokens", _("Tokens of the search"), lambda case: IndexToken.objects.filter(entry__object=case.pk)
    ),
    Category("index", _("Places in a team's search"), lambda case: case.object.index_entries.all()),
    Category(
        "duplicates",
        _("Notes on possible duplicates"),
        lambda case: PossibleDuplicates.objects.filter(case=case),
    ),
    Category(
        "imported",
        _("Marks of an import"),
        lambda case: ImportedCase.objects.filter(case=case),
        _never_again,
    ),
    Category("notices", _("Notices"), lambda case: Notice.objects.filter(object=case.pk)),
):
    add_category(_category)


# --- orders -------------------------------------------------------------------------------------------------------


def standing_order(case: Case) -> Erasure | None:
    """The order that waits to be carried out, or is held, or None. Raises Tampered for one that nobody gave."""
    order = case.erasures.filter(state__in=STANDING).select_related("asked_by", "approved_by").first()
    if order is not None:
        order.verify()  # before anything saves it, and tags it, again
    return order


def orders_of(actor: Actor) -> QuerySet[Erasure]:
    """The orders in the teams that the actor supervises, newest first: also of cases that nobody opens any more."""
    teams = actor.teams_as(Role.SUPERVISOR)
    return Erasure.objects.filter(case__team__in=teams).select_related("case", "asked_by", "approved_by")


def due_orders() -> QuerySet[Erasure]:
    """The orders whose delay has passed, the longest waiting first."""
    due = Erasure.objects.filter(state=Erasure.State.ORDERED, due_at__lte=timezone.now())
    return due.select_related("case__object").order_by("due_at", "pk")


def keep_handle(case: Case, handle: bytes | None) -> None:
    """Let a standing order know the handle of the case's newest fact; inside the caller's transaction."""
    order = standing_order(case)
    if order is not None:
        order.wrapped_handle = wrap_handle(case, handle)
        order.save(update_fields=["wrapped_handle", "tag"])


def wrap_handle(case: Case, handle: bytes | None) -> bytes:
    """The handle of a fact as whoever erases without the case's key can read it; nothing where there is no fact."""
    return kek().wrap(handle, _HANDLE, case.pk) if handle else b""


def unwrap_handle(case: Case, wrapped: bytes) -> bytes:
    """What `wrap_handle` wrapped. Raises CannotOpen."""
    return kek().unwrap(wrapped, _HANDLE, case.pk)


def wrap_order(order: Erasure) -> bytes:
    """A carried out order as the off-box journal keeps it: whose it was and when, and the handle of the case's fact."""
    said: dict[str, str | int | None] = {name: str(getattr(order, name)) for name in _PEOPLE}
    said |= {name: getattr(order, name).isoformat() for name in _TIMES}
    said |= {"pk": str(order.pk), "kek_version": order.kek_version}
    said |= {"handle": bytes(order.wrapped_handle).hex()}
    return kek().wrap(json.dumps(said).encode(), _ORDER, order.case_id)


def unwrap_order(case: Case, wrapped: bytes) -> tuple[Erasure, bytes]:
    """What `wrap_order` wrapped: the order, not saved, and the handle, empty where there is none. Raises CannotOpen."""
    said = json.loads(kek().unwrap(wrapped, _ORDER, case.pk))
    handle = bytes.fromhex(said["handle"])
    values = {name: UUID(said[name]) for name in ("pk", *_PEOPLE)}
    times = {name: datetime.fromisoformat(said[name]) for name in _TIMES}
    state, version = Erasure.State.DONE, said["kek_version"]
    order = Erasure(case=case, state=state, kek_version=version, **values, **times)
    return order, unwrap_handle(case, handle) if handle else b""
