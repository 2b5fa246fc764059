"""The directory of services, one of them, and confirming how many places are free."""

from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import Invalid, NotAllowed, WrongState
from core.models import Role
from core.paging import page_of
from core.views import actor_of, add_errors, posted
from referrals.directory import (
    READERS,
    Wanted,
    kept_by,
    read_service,
    services_listed,
    unconfirmed_of,
    with_facts,
)
from referrals.directory_forms import CapacityForm, DirectoryForm
from referrals.services import confirm_capacity, may_keep

_ROWS = 25


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The directory by name, narrowed by what stands in the address."""
    actor = actor_of(request, *READERS)
    form = DirectoryForm(request.GET)
    wanted = form.wanted if form.is_valid() else Wanted()
    page = page_of(request, services_listed(wanted), _ROWS)
    query = "".join(f"&{pair}" for pair in [urlencode(wanted.query)] if pair)
    context = {
        "page": replace(
            page, previous=page.previous and page.previous + query, next=page.next and page.next + query
        ),
        "documents": with_facts(page.rows),
        "form": form,
        "wanted": wanted,
        "keeps": actor.has_role(Role.FOCAL_POINT, Role.ADMINISTRATOR),
    }
    return render(request, "referrals/service_list.html", context, status=400 if form.errors else 200)


@require_GET
def service_page(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """What is known of one service, with what to beware of first."""
    actor = actor_of(request, *READERS)
    document = read_service(service_id)
    context = {
        "document": document,
        "service": document.service,
        "keeps": document.service.active and may_keep(actor, document.service.team_id),
    }
    return render(request, "referrals/service.html", context)


@require_GET
def kept_page(request: HttpRequest) -> HttpResponse:
    """The services that one keeps up to date, those that wait for an answer first."""
    actor = actor_of(request, Role.FOCAL_POINT, Role.ADMINISTRATOR)
    page = page_of(request, kept_by(actor))
    context = {
        "page": page,
        "documents": with_facts(page.rows),
        "unconfirmed": with_facts(unconfirmed_of(actor)[:_ROWS]),
    }
    return render(request, "referrals/services_kept.html", context)


@require_http_methods(["GET", "POST"])
def capacity_page(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """How many places are free today: the last answer again with one button, or another one."""
    actor = actor_of(request, Role.FOCAL_POINT, Role.ADMINISTRATOR)
    document = read_service(service_id)
    service = document.service
    if not may_keep(actor, service.team_id):
        raise NotAllowed
    if not service.active:
        raise WrongState(_("This service has closed."))
    last = {name: getattr(service, name) for name in CapacityForm.base_fields}
    form, status = CapacityForm(posted(request), initial=last), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                confirm_capacity(actor=actor, service_id=service_id, **form.cleaned_data)
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("Thank you. Everyone sees that it was confirmed today."))
                return redirect("services-kept")
    counted = service.places_free is not None or service.waiting != "unknown"
    context = {"form": form, "document": document, "service": service, "last": last if counted else None}
    return render(request, "referrals/service_capacity.html", context, status=status)
