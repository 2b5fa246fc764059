"""The link for one's own calendar, and what the calendar reads there."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.calendar import make_calendar_link, read_calendar, take_back_calendar_link
from casework.models import CalendarLink
from core.errors import NotVisible
from core.models import CASE_ROLES
from core.views import actor_of


@require_http_methods(["GET", "POST"])
def link_page(request: HttpRequest) -> HttpResponse:
    """Make a link, which is shown once, or take it back (the button named `end`)."""
    actor = actor_of(request, *CASE_ROLES)
    context: dict[str, object] = {}
    if request.method == "POST" and "end" in request.POST:
        take_back_calendar_link(actor=actor)
        messages.success(request, _("The link is taken back. No calendar reads anything any more."))
        return redirect("calendar-link")
    if request.method == "POST":
        path = reverse("calendar", args=[make_calendar_link(actor=actor)])
        context["address"] = f"{settings.SITE_URL}{path}"
    context["link"] = CalendarLink.objects.filter(person=actor.user).first()
    return render(request, "casework/calendar_link.html", context)


@require_GET
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar, for whoever has the link: days and times, and that each is a follow-up."""
    try:
        written = read_calendar(secret)
    except NotVisible:
        raise Http404 from None
    response = HttpResponse(written, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
