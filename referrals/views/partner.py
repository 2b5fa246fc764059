"""The partner's pages of a packet."""

from dataclasses import asdict, replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.actor import Actor
from core.errors import Invalid, NotVisible, WrongState
from core.models import Role
from core.paging import page_of
from core.views import actor_of, add_errors, add_refusal, posted
from referrals.directory import unconfirmed_of, with_facts
from referrals.exchange_rules import PARTNER
from referrals.forms import AcceptForm, DeclineForm, HandoverForm
from referrals.inbox import ROWS, Show, packets_shown, read_rows
from referrals.selectors import read_packet
from referrals.services import accept_referral, answer_handover, decline_referral
from referrals.services.groups import others_of
from referrals.transitions import Step, allowed
from referrals.views.exchange import exchange_context


@require_GET
def inbox_page(request: HttpRequest) -> HttpResponse:
    """The packets for the actor's teams: what is new, what is due, and what was written."""
    actor = actor_of(request, Role.FOCAL_POINT)
    asked = request.GET.get("show", "")
    show = Show(asked) if asked in Show.values else Show.ALL
    page = page_of(request, packets_shown(actor, show), ROWS)
    query = f"&show={show}" if show else ""
    context = {
        "page": replace(
            page, previous=page.previous and page.previous + query, next=page.next and page.next + query
        ),
        "rows": read_rows(actor, page.rows),
        "unconfirmed": with_facts(unconfirmed_of(actor)[:ROWS]),
        "parts": [
            {
                "url": f"?show={each}" if each else reverse("inbox"),
                "label": each.label,
                "current": each == show,
            }
            for each in Show
        ],
    }
    return render(request, "referrals/inbox.html", context)


@require_GET
def packet_page(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """One packet: the fields that were chosen for this partner, and the answer."""
    return _packet(request, actor_of(request, Role.FOCAL_POINT), packet_id, AcceptForm())


def _packet(
    request: HttpRequest, actor: Actor, packet_id: UUID, form: AcceptForm, status: int = 200
) -> HttpResponse:
    packet, document = read_packet(actor, packet_id)
    context = {
        "packet": packet,
        "document": document,
        "referral": packet.referral,
        "form": form,
        "can_answer": Step.ACCEPT in allowed(packet.referral.state),
        "together": others_of(actor, packet),
    }
    ending = document.handover is not None
    context |= exchange_context(actor, packet.referral, document.exchange, PARTNER, packet_id, ending=ending)
    return render(request, "referrals/packet.html", context, status=status)


@require_POST
def accept_action(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Accept."""
    actor = actor_of(request, Role.FOCAL_POINT)
    form, status = AcceptForm(posted(request)), 400
    if form.is_valid():
        try:
            accept_referral(actor=actor, packet_id=packet_id, note=form.cleaned_data["note"])
        except WrongState as error:
            form.add_error(None, str(error.message))
            status = error.status
        else:
            messages.success(request, _("You have accepted. The sender sees your answer."))
            return redirect("packet", packet_id)
    return _packet(request, actor, packet_id, form, status)


@require_http_methods(["GET", "POST"])
def decline_page(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Decline, with a reason."""
    actor = actor_of(request, Role.FOCAL_POINT)
    form, status = DeclineForm(posted(request)), 200
    packet, _document = read_packet(actor, packet_id)
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                decline_referral(actor=actor, packet_id=packet_id, **form.cleaned_data)
            except (Invalid, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(
                    request,
                    _("You have declined. The sender sees your answer; you can't open this any more."),
                )
                return redirect("inbox")
    elif Step.DECLINE not in allowed(packet.referral.state):
        raise WrongState
    return render(request, "referrals/packet_decline.html", {"form": form, "packet": packet}, status=status)


@require_http_methods(["GET", "POST"])
def handover_page(request: HttpRequest, packet_id: UUID) -> HttpResponse:
    """Consent has ended for what was accepted: say what is held, kept and destroyed."""
    actor = actor_of(request, Role.FOCAL_POINT)
    packet, document = read_packet(actor, packet_id)
    if document.handover is None:
        raise NotVisible
    form, status = HandoverForm(posted(request), initial=asdict(document.handover.answer)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                answer_handover(actor=actor, packet_id=packet_id, answer=form.answer)
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("The sender sees what you have said, and closes it."))
                return redirect("packet", packet_id)
    return render(request, "referrals/packet_handover.html", {"form": form, "packet": packet}, status=status)
