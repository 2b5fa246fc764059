"""The sender's pages of a referral."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.case_file import CaseFile
from casework.children import GateClosed
from casework.selectors import read_case
from core.actor import Actor
from core.errors import HearthError, Invalid, Message, NotVisible, Refused, WrongState
from core.views import actor_of, add_errors, posted
from referrals.exchange_rules import SENDER
from referrals.forms import CloseForm, ReferralForm
from referrals.models import Referral, Service
from referrals.outside import outside_of
from referrals.selectors import preview_referral, read_referral, services_for
from referrals.services import close_handover, draft_referral, send_referral, withdraw_referral
from referrals.services.updating import can_be_updated
from referrals.transitions import Step, allowed
from referrals.views.exchange import exchange_context
from referrals.views.finding import find_form

FEW = 12
"""So many services can be looked through; among more, one is found by the need."""


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose a service and the fields; the next page shows what the partner will read."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    services, chosen = services_to_choose(request, file)
    form = ReferralForm(services, file.documents, posted(request), file.attachments.all, chosen)
    context: dict[str, Any] = {"form": form, "case": file.case, "chosen": chosen, "find": find_form(file)}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = draft_referral(
                actor=actor,
                case_id=case_id,
                service_id=UUID(data["service"]),
                fields=data["fields"],
                note=data["note"],
                documents=data.get("documents", ()),
            )
        except Invalid as error:
            add_errors(form, error)
        except GateClosed as error:
            context["missing"] = error.missing
            return render(request, "referrals/referral_new.html", context, status=error.status)
        except (Refused, WrongState) as error:
            form.add_error("service", str(error.message))
            return render(request, "referrals/referral_new.html", context, status=error.status)
        else:
            return redirect("referral", made.pk)
    return render(request, "referrals/referral_new.html", context, status=400 if form.errors else 200)


def services_to_choose(request: HttpRequest, file: CaseFile) -> tuple[list[Service], Service | None]:
    """The services to choose from, where they are few enough to be looked through, and the one that is chosen."""
    services = services_for(frozenset({file.case.team_id}))
    asked = request.POST.get("service") or request.GET.get("service") or ""
    try:
        chosen = services.filter(pk=UUID(asked)).first()
    except ValueError:
        chosen = None
    few = list(services.order_by("name", "pk")[: FEW + 1]) if chosen is None else []
    return few if len(few) <= FEW else [], chosen


@require_GET
def referral_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """What the partner reads, or would read, and where the referral stands."""
    return _referral(request, actor_of(request), referral_id)


def _referral(
    request: HttpRequest, actor: Actor, referral_id: UUID, *, message: Message = "", status: int = 200
) -> HttpResponse:
    document = read_referral(actor, referral_id)
    context: dict[str, Any] = {"document": document, "referral": document.referral, "message": message}
    context["handover"] = document.handover
    context["packet"] = document.packet
    context["can_update"] = document.packet is not None and can_be_updated(document.referral)
    context["can_withdraw"] = Step.WITHDRAW in allowed(document.referral.state)
    ending = document.handover is not None
    context |= exchange_context(
        actor, document.referral, document.exchange, SENDER, referral_id, ending=ending
    )
    if document.referral.state == Referral.State.DRAFT:
        try:
            preview = preview_referral(actor, document)
        except Invalid as error:
            context |= {"emptied": True, "removed": "documents" in error.fields}
        else:
            context |= {"packet": preview.packet, "basis": preview.basis, "missing": preview.missing}
    context |= outside_of(actor, document)
    return render(request, "referrals/referral.html", context, status=status)


@require_POST
def send_action(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Send; a refusal is shown on the page of the referral, which says what is missing."""
    actor = actor_of(request)
    try:
        send_referral(actor=actor, referral_id=referral_id, again=request.POST.get("again", ""))
    except (Invalid, Refused, WrongState) as error:
        return _refused(request, actor, referral_id, error)
    messages.success(request, _("The referral is sent. You will see here when it is received and answered."))
    return redirect("referral", referral_id)


def _refused(request: HttpRequest, actor: Actor, referral_id: UUID, error: HearthError) -> HttpResponse:
    return _referral(request, actor, referral_id, message=error.message, status=error.status)


@require_http_methods(["GET", "POST"])
def withdraw_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask, then take it back."""
    actor = actor_of(request)
    if request.method == "POST":
        try:
            withdraw_referral(actor=actor, referral_id=referral_id)
        except WrongState as error:
            return _refused(request, actor, referral_id, error)
        messages.success(request, _("The referral is withdrawn."))
        return redirect("referral", referral_id)
    document = read_referral(actor, referral_id)
    if Step.WITHDRAW not in allowed(document.referral.state):
        raise WrongState
    return render(request, "referrals/referral_withdraw.html", {"referral": document.referral})


@require_http_methods(["GET", "POST"])
def close_page(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """What the partner says about how it ends; closing destroys the packet's key."""
    actor = actor_of(request)
    document, form, status = read_referral(actor, referral_id), CloseForm(posted(request)), 200
    if document.handover is None:
        raise NotVisible
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                close_handover(actor=actor, referral_id=referral_id, note=form.cleaned_data["note"])
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("It is closed. The partner can't open the packet any more."))
                return redirect("referral", referral_id)
    elif not document.handover.open:
        raise WrongState
    context = {"form": form, "referral": document.referral, "handover": document.handover}
    return render(request, "referrals/handover_close.html", context, status=status)
