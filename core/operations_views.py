"""How Hearth is doing, for administrators: the schedule, the outbox, what failed. No case is reached from here."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.actor import Actor
from core.api.authentication import TokenAuthentication
from core.auth import current_actor
from core.dead_letters import (
    DiscardReason,
    dead_letter,
    dead_letters_of,
    discard_dead,
    retry_all_dead,
    retry_dead,
)
from core.errors import NotVisible, Refused
from core.forms import DiscardForm
from core.metrics import CONTENT_TYPE, metrics
from core.models import Role
from core.operations import hearts, outbox_now, schedule
from core.paging import page_of
from core.views import actor_of, posted


@require_GET
def operations_page(request: HttpRequest) -> HttpResponse:
    """What runs, what waits, what failed."""
    actor_of(request, Role.ADMINISTRATOR)
    context = {"hearts": hearts(), "outbox": outbox_now(), "schedule": schedule()}
    return render(request, "core/operations.html", context)


@require_GET
def dead_letters_page(request: HttpRequest) -> HttpResponse:
    """The work that failed too often."""
    page = page_of(request, dead_letters_of(actor_of(request, Role.ADMINISTRATOR)))
    return render(request, "core/dead_letters.html", {"page": page})


@require_GET
def dead_letter_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One piece of it."""
    item = dead_letter(actor_of(request, Role.ADMINISTRATOR), item_id)
    return render(request, "core/dead_letter.html", {"item": item})


@require_POST
def retry_action(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Try one again."""
    actor = actor_of(request, Role.ADMINISTRATOR)
    retry_dead(actor=actor, item_id=dead_letter(actor, item_id).pk)
    messages.success(request, _("It will be tried again within seconds."))
    return redirect("operations-dead")


@require_POST
def retry_all_action(request: HttpRequest) -> HttpResponse:
    """Try all of it again."""
    count = retry_all_dead(actor=actor_of(request, Role.ADMINISTRATOR))
    said = ngettext(
        "%(count)s piece of work will be tried again.", "%(count)s pieces of work will be tried again.", count
    )
    messages.success(request, said % {"count": count})
    return redirect("operations")


@require_http_methods(["GET", "POST"])
def discard_page(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Ask why, then give it up."""
    actor = actor_of(request, Role.ADMINISTRATOR)
    item = dead_letter(actor, item_id)
    form = DiscardForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            discard_dead(actor=actor, item_id=item.pk, reason=DiscardReason(form.cleaned_data["reason"]))
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("It is given up, and will not be done."))
            return redirect("operations-dead")
    context = {"item": item, "form": form}
    return render(request, "core/dead_letter_discard.html", context, status=400 if form.errors else 200)


@require_GET
def metrics_page(request: HttpRequest) -> HttpResponse:
    """The figures for a machine, which brings a token of an administrator's. For anyone else there is no such page."""
    actor = current_actor(request) or _by_token(request)
    if actor is None:
        raise Http404  # not NotVisible: nobody knocking here fills the audit trail
    if not actor.has_role(Role.ADMINISTRATOR):
        raise NotVisible
    return HttpResponse(metrics(), content_type=CONTENT_TYPE)


def _by_token(request: HttpRequest) -> Actor | None:
    try:
        found = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return None
    return found[1] if found else None
