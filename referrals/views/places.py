"""Pages of places: the sender asks several partners at once, the first of them to hold one has it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.case_file import open_case_file
from casework.selectors import read_case
from core.errors import Invalid, NotVisible, WrongState
from core.models import CASE_ROLES, Role
from core.views import actor_of, add_refusal, posted
from referrals.models import PlaceAsk, PlaceRequest
from referrals.place_forms import HoldForm, NeedForm, PlaceForm
from referrals.places import asks_to, can_be_asked, case_of_request, requests_of
from referrals.services.places import ask_for_place, decline_place, end_place_request, hold_place
from referrals.taxonomy import ServiceType

_MOST = 50


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """First what is needed, then whom to ask; nothing that is sent tells for whom."""
    actor = actor_of(request, *CASE_ROLES)
    # No `case.read` in the trail beside `place.asked`: it would tell what the request's mark does not.
    case = (read_case if request.method == "GET" else open_case_file)(actor, case_id).case
    need = request.GET.get("need", "")
    context: dict[str, Any] = {"case": case}
    if need not in ServiceType.values:
        context["form"] = NeedForm()
        return render(
            request, "referrals/place_need.html", context, status=200 if request.method == "GET" else 400
        )
    services = can_be_asked(case, need)
    form, status = PlaceForm(services, posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ask_for_place(
                    actor=actor,
                    case_id=case_id,
                    wanted=form.wanted(need),
                    service_ids=form.chosen,
                    wait_hours=form.cleaned_data["wait_hours"],
                )
            except (Invalid, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(
                    request, _("They are asked. You will be told when one of them holds a place.")
                )
                return redirect(reverse("case", args=[case_id]) + "#places")
    context |= {"form": form, "need": ServiceType(need), "services": services}
    return render(request, "referrals/place_new.html", context, status=status)


@require_GET
def requests_page(request: HttpRequest) -> HttpResponse:
    """What the actor's teams wait for."""
    rows = requests_of(actor_of(request, *CASE_ROLES))[:_MOST]
    return render(request, "referrals/place_requests.html", {"requests": rows})


@require_POST
def send_action(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """Go on to the referral to whoever holds the place: the case is found by whoever may see it."""
    actor = actor_of(request, *CASE_ROLES)
    wanted = requests_of(actor).filter(pk=place_id).first()
    if wanted is None:
        raise NotVisible
    if wanted.state != PlaceRequest.State.HELD:
        raise WrongState(_("No place is held any more."))
    held = wanted.asks.filter(state=PlaceAsk.State.HELD).first()
    if held is None:  # it was given back this very moment
        raise WrongState(_("No place is held any more."))
    case = case_of_request(actor, wanted)
    return redirect(f"{reverse('referral-new', args=[case.pk])}?service={held.service_id}")


@require_POST
def end_action(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """It is not needed any more."""
    end_place_request(actor=actor_of(request, *CASE_ROLES), request_id=place_id)
    messages.success(request, _("It is ended. Whoever held a place is told."))
    return redirect("place-requests")


# --- the partner ----------------------------------------------------------------------------------------------


@require_GET
def asks_page(request: HttpRequest) -> HttpResponse:
    """What the actor's teams are asked for."""
    rows = asks_to(actor_of(request, Role.FOCAL_POINT))[:_MOST]
    return render(request, "referrals/place_asks.html", {"asks": rows, "form": HoldForm()})


@require_POST
def hold_action(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """Hold a place."""
    actor, form = actor_of(request, Role.FOCAL_POINT), HoldForm(posted(request))
    hours = form.cleaned_data["hours"] if form.is_valid() else 0
    try:
        hold_place(actor=actor, ask_id=ask_id, hours=hours)
    except (Invalid, WrongState) as error:
        messages.error(
            request, str(error.message) if isinstance(error, WrongState) else _("Say for how long.")
        )
    else:
        messages.success(request, _("You hold a place. The sender is told, and sends the referral next."))
    return redirect("place-asks")


@require_POST
def decline_action(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """There is none, or not any more."""
    decline_place(actor=actor_of(request, Role.FOCAL_POINT), ask_id=ask_id)
    messages.success(request, _("The sender asks no more of you for this."))
    return redirect("place-asks")
