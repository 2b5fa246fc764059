"""Handing a case over: the offer, and the page on which the receiving team decides."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.handover_forms import AcceptTransferForm, DeclineTransferForm, TransferForm
from casework.models import Transfer
from casework.selectors import read_case
from casework.services.transfers import (
    accept_transfer,
    decline_transfer,
    end_reading,
    offer_transfer,
    take_back_transfer,
)
from casework.transfers import accepting_members, read_transfer, receiving_teams
from core.actor import Actor
from core.errors import Invalid, NotAllowed, Refused, WrongState
from core.models import CASE_ROLES, Role
from core.views import actor_of, add_refusal, posted


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Offer a case to another team."""
    actor = actor_of(request)
    case = read_case(actor, case_id).case
    if not actor.has_role(Role.SUPERVISOR, team_id=case.team_id):
        raise NotAllowed
    form, status = TransferForm(receiving_teams(case), posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = offer_transfer(actor=actor, case_id=case_id, to_team=UUID(data.pop("to_team")), **data)
            except (Invalid, Refused, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("The case is offered. You will be told when they decide."))
                return redirect("transfer", made.pk)
    return render(request, "casework/transfer_new.html", {"case": case, "form": form}, status=status)


@require_GET
def transfer_page(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """What the receiving team is told, and where the offer stands."""
    return _page(request, actor_of(request, *CASE_ROLES), transfer_id)


def _page(
    request: HttpRequest,
    actor: Actor,
    transfer_id: UUID,
    form: AcceptTransferForm | None = None,
    status: int = 200,
) -> HttpResponse:
    document = read_transfer(actor, transfer_id)
    transfer = document.transfer
    offered = transfer.state == Transfer.State.OFFERED
    context = {
        "document": document,
        "transfer": transfer,
        "form": form or AcceptTransferForm(accepting_members(transfer)),
        "can_decide": offered and actor.has_role(Role.SUPERVISOR, team_id=transfer.to_team_id),
        "can_take_back": offered and actor.has_role(Role.SUPERVISOR, team_id=transfer.from_team_id),
        "sent": actor.has_role(*CASE_ROLES, team_id=transfer.from_team_id),
    }
    return render(request, "casework/transfer.html", context, status=status)


@require_POST
def accept_action(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Accept: the case is the team's from now on."""
    actor = actor_of(request, *CASE_ROLES)
    members = accepting_members(read_transfer(actor, transfer_id).transfer)
    form, status = AcceptTransferForm(members, request.POST), 400
    if form.is_valid():
        chosen = form.cleaned_data["assign_to"]
        try:
            case = accept_transfer(
                actor=actor, transfer_id=transfer_id, assign_to=UUID(chosen) if chosen else None
            )
        except (Invalid, Refused, WrongState) as error:
            status = add_refusal(form, error)
        else:
            messages.success(request, _("The case is your team's now."))
            return redirect("case", case.pk)
    return _page(request, actor, transfer_id, form, status)


@require_http_methods(["GET", "POST"])
def decline_page(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Decline, and say why."""
    actor = actor_of(request, *CASE_ROLES)
    transfer = read_transfer(actor, transfer_id).transfer
    if not actor.has_role(Role.SUPERVISOR, team_id=transfer.to_team_id):
        raise NotAllowed
    form, status = DeclineTransferForm(posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                decline_transfer(actor=actor, transfer_id=transfer_id, **form.cleaned_data)
            except (Invalid, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("You have declined. The team that offered it reads why."))
                return redirect("today")
    return render(
        request, "casework/transfer_decline.html", {"transfer": transfer, "form": form}, status=status
    )


@require_http_methods(["GET", "POST"])
def take_back_page(request: HttpRequest, transfer_id: UUID) -> HttpResponse:
    """Ask, then take the offer back."""
    actor = actor_of(request, *CASE_ROLES)
    transfer = read_transfer(actor, transfer_id).transfer
    if request.method == "POST":
        take_back_transfer(actor=actor, transfer_id=transfer_id)
        messages.success(request, _("The offer is taken back."))
        return redirect("case", transfer.case_id)
    if not actor.has_role(Role.SUPERVISOR, team_id=transfer.from_team_id):
        raise NotAllowed
    if transfer.state != Transfer.State.OFFERED:
        raise WrongState
    return render(request, "casework/transfer_take_back.html", {"transfer": transfer})


@require_POST
def end_reading_action(request: HttpRequest, case_id: UUID, team_id: UUID) -> HttpResponse:
    """End the reading of a team that handed the case over."""
    end_reading(actor=actor_of(request), case_id=case_id, team_id=team_id)
    messages.success(request, _("They can't read the case any more."))
    return redirect("case", case_id)
