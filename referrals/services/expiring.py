"""What ends by its date: without an Actor, by ids, dates and states alone. Each is safe to run twice."""

from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.models import Approval
from core import audit, notices
from core.access import lock_object
from referrals.models import Referral
from referrals.services.emptying import close_one_time
from referrals.services.ending import ACCEPTED, TAKEN_BACK, close_packet, end_without_ground
from referrals.services.sending import locked_referral
from referrals.transitions import Step, after

log = structlog.get_logger("hearth.referrals")

OVERDUE = notices.define(
    "exception_overdue", _("A review was not done in time: what it allowed has been stopped")
)
RAN_OUT = notices.define(
    "referral_consent_ran_out", _("A consent has run out, and with it what rested on it: ask anew if need be")
)
NOT_ANSWERED = notices.define(
    "referral_expired", _("A referral was not answered in time: look for another service")
)

WAITING = (Referral.State.SENT, Referral.State.RECEIVED)


def end_what_is_over() -> int:
    """End what was sent without consent and not approved in time, what a consent has run out for, what nobody has
    answered in time, and links that nobody has opened in it. Returns how many.
    """
    return (
        _each(overdue_exceptions(), _end_overdue)
        + _each(without_consent(), _end_without_consent)
        + _each(unanswered(), _expire)
        + _each(never_opened(), _close_link)
    )


def overdue_exceptions() -> QuerySet[Referral]:
    """What was sent under imminent harm and not approved within its time.

    Also where the survivor has consented meanwhile: to whom lies sealed, and this looks without a key.
    """
    now = timezone.now()
    not_in_time = Q(exception__state=Approval.State.ASKED, exception__due_at__lte=now) | Q(
        exception__state=Approval.State.APPROVED, exception__decided_at__gt=F("exception__due_at")
    )
    return Referral.objects.filter(not_in_time, _still_shared(), handover=None)


def without_consent() -> QuerySet[Referral]:
    """What rests on a consent whose last day has passed."""
    return Referral.objects.filter(_still_shared(), ends_on__lt=timezone.localdate(), handover=None)


def _still_shared() -> Q:
    """That the packet still opens; without one, that the partner was told of it and has not said no."""
    told = [*WAITING, *ACCEPTED]
    return Q(sealed_share__isnull=False) | (~Q(way=Referral.Way.HEARTH) & Q(state__in=told))


def unanswered() -> QuerySet[Referral]:
    """What waits for an answer past its time."""
    return Referral.objects.filter(state__in=WAITING, answer_by__lte=timezone.now())


def never_opened() -> QuerySet[Referral]:
    """What still waits behind a link past its time, however the partner has answered."""
    return Referral.objects.filter(one_time__sealed__isnull=False, answer_by__lte=timezone.now())


def _each(found: QuerySet[Referral], end: Callable[[Referral], Iterable[UUID | None]]) -> int:
    """Do it to each, one transaction each; one that fails is logged, holds nobody up and is met again next time."""
    ended = 0
    for id, case_id in list(found.values_list("pk", "case_id")):
        try:
            with transaction.atomic():
                lock_object(case_id)
                if not found.filter(pk=id).exists():
                    continue
                referral = locked_referral(id)
                people = {person for person in end(referral) if person}
                if people:
                    notices.tell(people, _WHAT[end], object=referral.case.object)
            ended += 1
        except Exception as error:
            log.error("referral_not_ended", referral=str(id), error=type(error).__name__)
    return ended


def _end_overdue(referral: Referral) -> Iterable[UUID | None]:
    end_without_ground(referral, None)
    assert referral.exception is not None
    return referral.exception.asked_by_id, referral.case.assigned_to_id


def _end_without_consent(referral: Referral) -> Iterable[UUID | None]:
    end_without_ground(referral, None)
    return referral.created_by_id, referral.case.assigned_to_id


def _expire(referral: Referral) -> Iterable[UUID | None]:
    referral.state = after(referral.state, Step.EXPIRE)
    referral.save(update_fields=["state"])
    close_packet(referral, None, TAKEN_BACK)
    audit.record("referral.expired", actor=None, object=referral.case.object, referral=referral.pk)
    return referral.created_by_id, referral.case.assigned_to_id


def _close_link(referral: Referral) -> Iterable[UUID | None]:
    close_one_time(referral, None)
    audit.record("one_time.lapsed", actor=None, object=referral.case.object, referral=referral.pk)
    return ()


_WHAT: dict[Callable[[Referral], Iterable[UUID | None]], str] = {
    _end_overdue: OVERDUE,
    _end_without_consent: RAN_OUT,
    _expire: NOT_ANSWERED,
}
