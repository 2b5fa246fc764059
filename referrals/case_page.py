"""What casework's pages show of referrals."""

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile
from casework.closing import StillOpen, still_open_elsewhere
from casework.extensions import (
    Offer,
    Panel,
    approval_panels,
    case_panels,
    partner_services,
    today_panels,
)
from casework.survivors_copy import Item, Part, shared_parts
from core.actor import Actor
from referrals.exchange import with_unread
from referrals.exchange_rules import SENDER
from referrals.models import Referral, Service
from referrals.places import held_for, requests_for
from referrals.selectors import referrals_of

_PLACES = 10  # on a page, the newest; the first to lapse on the first page
_ENDED = ("declined", "completed", "withdrawn", "expired")


@case_panels.register
def add_referrals(file: CaseFile, panels: list[Panel]) -> None:
    """The case's referrals, each with where it stands."""
    rows = list(with_unread(referrals_of(file.actor).filter(case=file.case), file.actor, SENDER))
    panels.append(Panel("referrals/_case_panel.html", {"referrals": rows}))
    panels.append(Panel("referrals/_places_panel.html", {"places": list(requests_for(file.case)[:_PLACES])}))


@today_panels.register
def add_held_places(actor: Actor, panels: list[Panel]) -> None:
    """The places that wait for a referral."""
    if held := list(held_for(actor)[:_PLACES]):
        panels.append(Panel("referrals/_places_held.html", {"held": held}))


@approval_panels.register
def add_what_was_sent(file: CaseFile, document: ApprovalDocument, panels: list[Panel]) -> None:
    """The referral that rests on an exception, for the second person to look at."""
    rows = list(referrals_of(file.actor).filter(case=file.case, exception=document.approval))
    if rows:
        panels.append(Panel("referrals/_exception_panel.html", {"referrals": rows}))


@still_open_elsewhere.register
def add_open_referrals(file: CaseFile, found: list[StillOpen]) -> None:
    """Referrals that have not ended."""
    count = Referral.objects.filter(case=file.case).exclude(state__in=_ENDED).count()
    found.append(StillOpen("referrals", _("Referrals that have not ended"), count, "referrals"))


@shared_parts.register
def add_what_went_out(file: CaseFile, parts: list[Part]) -> None:
    """Which service of whom was asked, and when, for the survivor's copy."""
    sent = Referral.objects.filter(case=file.case, sent_at__isnull=False).order_by("sent_at", "pk")
    items = [
        Item(f"{each.service.name}, {each.service.organisation.name}", _went(each))
        for each in sent.select_related("service__organisation")
    ]
    if items:
        parts.append(Part(str(_("Shared with")), items))


def _went(referral: Referral) -> str:
    assert referral.sent_at is not None
    return f"{localdate(referral.sent_at)}, {referral.get_state_display()}"


@partner_services.register
def add_services(found: list[Offer]) -> None:
    """What consent, and sharing without it, can be to."""
    rows = Service.objects.values_list("pk", "name", "organisation", "active").order_by("name", "pk")
    found.extend(Offer(*row) for row in rows)
