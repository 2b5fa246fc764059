"""Work that failed too often, for an administrator to look at: tried again from the start, or given up for a reason."""

from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import audit, outbox
from core.actor import Actor
from core.errors import NotVisible, Refused, WrongState
from core.models import OutboxItem, Role


class DiscardReason(models.TextChoices):
    """Why work is given up."""

    NOT_NEEDED = "not_needed", _("It is no longer needed")
    DONE_BY_HAND = "done_by_hand", _("It was done by hand")
    IMPOSSIBLE = "impossible", _("It can never succeed")
    MISTAKE = "mistake", _("It was asked for by mistake")


def dead_letters_of(actor: Actor) -> QuerySet[OutboxItem]:
    """The dead rows, newest first. Raises NotVisible for anyone but an administrator."""
    _check(actor)
    return _dead().order_by("-dead_at", "-pk")


def dead_letter(actor: Actor, item_id: UUID) -> OutboxItem:
    """One of them. Raises NotVisible for anyone but an administrator, and for a row that is not dead (any more)."""
    found = dead_letters_of(actor).filter(pk=item_id).first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def retry_dead(*, actor: Actor | None, item_id: UUID) -> None:
    """Hand a dead row out again, with all its attempts before it. `actor` is None for whoever runs the server.

    Where a newer row for the same subject waits already, that one does the work. Raises NotVisible for anyone but an
    administrator, WrongState for a row that is not dead (any more).
    """
    item = _locked(actor, item_id)
    _revive(item)
    audit.record("outbox.retried", actor=actor, subject=item.pk, work=item.kind)


@transaction.atomic
def retry_all_dead(*, actor: Actor | None) -> int:
    """The same for every dead row. Returns how many. Raises NotVisible for anyone but an administrator."""
    if actor is not None:
        _check(actor)
    items = list(_dead().select_for_update())
    for item in items:
        _revive(item)
    if items:
        audit.record("outbox.retried_all", actor=actor, count=len(items))
    return len(items)


@transaction.atomic
def discard_dead(*, actor: Actor, item_id: UUID, reason: DiscardReason) -> None:
    """Give a dead row up: it is deleted, and the trail keeps what it was and why.

    Raises NotVisible for anyone but an administrator, WrongState for a row that is not dead (any more), Refused for
    what must be done.
    """
    item = _locked(actor, item_id)
    if outbox.must_be_done(item.kind):
        raise Refused(_("This destroys something for good, or notes that it did. It can't be given up."))
    audit.record(
        "outbox.discarded",
        actor=actor,
        subject=item.pk,
        work=item.kind,
        about=item.subject,
        reason=reason,
    )
    item.delete()


def _dead() -> QuerySet[OutboxItem]:
    return OutboxItem.objects.filter(done_at=None, dead_at__isnull=False)


def _check(actor: Actor) -> None:
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotVisible


def _locked(actor: Actor | None, item_id: UUID) -> OutboxItem:
    """The row, for whoever of two comes first; the other is told that it has moved on."""
    if actor is not None:
        _check(actor)
    item = _dead().select_for_update().filter(pk=item_id).first()
    if item is None:
        raise WrongState
    return item


def _revive(item: OutboxItem) -> None:
    now = timezone.now()
    mine = OutboxItem.objects.filter(pk=item.pk)
    try:
        with transaction.atomic():
            mine.update(dead_at=None, leased_until=None, run_at=now, attempts=0, error="")
    except IntegrityError:  # a newer row for this subject waits already, and will do the work
        mine.update(done_at=now)
