"""Referrals of one case to one service that are still open: a second one needs a reason."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from core.errors import Refused
from referrals.models import Referral

OPEN = (
    Referral.State.SENT,
    Referral.State.RECEIVED,
    Referral.State.ACCEPTED,
    Referral.State.IN_PROGRESS,
)
REASON_LENGTH = 500  # characters


class SentAlready(Refused):
    """One to the same service is still open; `first` is that one."""

    code = "sent_already"

    def __init__(self, first: Referral) -> None:
        assert first.sent_at is not None
        day = date_format(localdate(first.sent_at), "DATE_FORMAT")
        super().__init__(
            _("One to this service was sent on %(day)s and is still open. Say why you send another.")
            % {"day": day}
        )
        self.first = first


def still_open(case_id: UUID, service_id: UUID, *, but: UUID | None = None) -> QuerySet[Referral]:
    """The open ones to a service, the newest first, without the one named."""
    found = Referral.objects.filter(case=case_id, service=service_id, state__in=OPEN)
    return (found.exclude(pk=but) if but else found).order_by("-sent_at", "pk")


def require_first(file: CaseFile, referral: Referral, again: str) -> None:
    """Raise SentAlready where another one to the same service is open, and no reason is given for a second."""
    first = still_open(file.case.pk, referral.service_id, but=referral.pk).first()
    if first is not None and not again.strip():
        raise SentAlready(first)
