"""The exchange of a referral on the pages of both sides."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.record.contact_codes import TIME_ZONES
from casework.record.forms import section_form
from core.actor import Actor
from core.errors import Invalid, WrongState
from core.models import CASE_ROLES, Role
from core.views import actor_of, add_errors, posted
from referrals.exchange import EntryDocument, ExchangeDocument
from referrals.exchange_kinds import EntryKind, kind_named
from referrals.exchange_rules import BY_VERB, PARTNER, Side, kinds_for, may_write
from referrals.models import ExchangeEntry, Referral
from referrals.selectors import read_packet, read_referral
from referrals.services import note_read, write_as_partner, write_as_sender


class Row(NamedTuple):
    """An entry on the page, with where it can be changed and cancelled."""

    document: EntryDocument
    change: str
    cancel: str


class Place(NamedTuple):
    """One side of one exchange: what its pages need to know."""

    side: Side
    id: UUID
    referral: Referral
    exchange: ExchangeDocument | None
    ending: bool

    @property
    def back(self) -> str:
        """The page of the referral, as this side sees it."""
        return reverse("packet" if self.side == PARTNER else "referral", args=[self.id])

    def url(self, kind: str, about: int | None = None) -> str:
        """Where to write an entry."""
        name = "packet-exchange" if self.side == PARTNER else "referral-exchange"
        return reverse(name, args=[self.id, kind]) + (f"?about={about}" if about else "")

    def allows(self, kind: str) -> bool:
        """Whether this side may write that now."""
        readable = self.side == PARTNER or self.referral.sealed_share is not None
        open = self.exchange is not None and readable and kind not in BY_VERB
        return open and may_write(self.side, kind, self.referral.state, ending=self.ending)


def exchange_context(
    actor: Actor, referral: Referral, exchange: ExchangeDocument | None, side: Side, id: UUID, *, ending: bool
) -> dict[str, Any]:
    """What _exchange.html shows; whoever sees it has read it."""
    if exchange is None:
        return {}
    place = Place(side, id, referral, exchange, ending)
    offered = [each for each in kinds_for(side, referral.state, ending=ending) if place.allows(each.name)]
    note_read(actor=actor, document=exchange)
    return {
        "exchange": exchange,
        "exchange_rows": [_row(place, each) for each in reversed(exchange.entries)],
        "exchange_links": [
            {"url": place.url(each.name), "label": each.label}
            for each in offered
            if each.name != "message" and not each.only_changes
        ],
        "message_form": section_form(kind_named("message"))() if place.allows("message") else None,
        "message_url": place.url("message"),
        "arrival_url": place.url("arrival") if place.allows("arrival") else "",
    }


def _row(place: Place, document: EntryDocument) -> Row:
    seq, kind = document.entry.seq, document.kind
    if not document.standing or not kind.changes or kind.only_changes:
        return Row(document, "", "")
    change = place.url(kind.name, seq) if place.allows(kind.name) else ""
    return Row(document, change, place.url("cancellation", seq) if place.allows("cancellation") else "")


@require_http_methods(["GET", "POST"])
def partner_page(request: HttpRequest, packet_id: UUID, kind: str) -> HttpResponse:
    """Write as the partner."""
    actor = actor_of(request, Role.FOCAL_POINT)
    declared = kind_named(kind)
    packet, document = read_packet(actor, packet_id)
    ending = document.handover is not None
    place = Place(PARTNER, packet_id, packet.referral, document.exchange, ending)

    def write(values: dict[str, object], about: int | None) -> ExchangeEntry:
        return write_as_partner(actor=actor, packet_id=packet_id, kind=kind, values=values, about=about)

    return _page(request, place, declared, write)


@require_http_methods(["GET", "POST"])
def sender_page(request: HttpRequest, referral_id: UUID, kind: str) -> HttpResponse:
    """Write as the sender."""
    actor = actor_of(request, *CASE_ROLES)
    declared = kind_named(kind)
    document = read_referral(actor, referral_id)
    ending = document.handover is not None
    place = Place(Side.SENDER, referral_id, document.referral, document.exchange, ending)

    def write(values: dict[str, object], about: int | None) -> ExchangeEntry:
        return write_as_sender(actor=actor, referral_id=referral_id, kind=kind, values=values, about=about)

    return _page(request, place, declared, write)


def _page(
    request: HttpRequest,
    place: Place,
    kind: EntryKind,
    write: Callable[[dict[str, object], int | None], ExchangeEntry],
) -> HttpResponse:
    about = _number(request.POST.get("about") or request.GET.get("about"))
    earlier = place.exchange.get(about) if place.exchange else None
    form, status = section_form(kind)(posted(request), initial=_initial(kind, earlier)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                write(form.cleaned_data, about)
            except Invalid as error:
                add_errors(form, error)
            except WrongState as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("The other side sees it now."))
                return redirect(place.back)
    elif not place.allows(kind.name):
        raise WrongState
    context = {"kind": kind, "form": form, "about": about, "earlier": earlier, "back": place.back}
    return render(request, "referrals/exchange_new.html", context, status=status)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _initial(kind: EntryKind, earlier: EntryDocument | None) -> dict[str, Any]:
    """What it says so far where it takes the place of another; else the clock of the page, and today."""
    if earlier is not None and earlier.kind.name == kind.name:
        return dict(earlier.values)
    zone = timezone.get_current_timezone_name()
    initial: dict[str, Any] = {"time_zone": zone} if zone in TIME_ZONES else {}
    if kind.name in ("arrival", "service"):
        initial["date"] = timezone.localdate().isoformat()
    return initial
