"""How a packet that is opened once ends: nothing of its content stays behind."""

from django.utils import timezone

from core.access import destroy_object, object_destroyed
from core.actor import Actor
from core.models import SealedObject
from referrals.models import OneTimePacket, Referral


def close_one_time(referral: Referral, actor: Actor | None) -> None:
    """Destroy what still waits, and let nobody answer any more; inside the caller's transaction."""
    row = OneTimePacket.objects.select_related("object").filter(referral=referral).first()
    if row is None or row.closed_at is not None or row.answered_at is not None:
        return
    waited = row.sealed is not None
    row.closed_at, row.answer_check = timezone.now(), None
    if waited:
        empty(row, "closed_at", "answer_check", actor=actor)
    else:
        row.save(update_fields=["closed_at", "answer_check"])


def empty(row: OneTimePacket, *changed: str, actor: Actor | None = None) -> None:
    """Delete the content and the server's share of its key, and save what else has `changed`."""
    row.sealed = row.checks = None
    row.save(update_fields=["sealed", "checks", *changed])
    destroy_object(actor=actor, object=row.object)


@object_destroyed.register
def forget_content(object: SealedObject) -> None:
    """Nothing of a content remains whose share is gone, also where a restored backup had brought both back."""
    waiting = OneTimePacket.objects.filter(pk=object.pk, sealed__isnull=False)
    waiting.update(sealed=None, checks=None, closed_at=timezone.now())
