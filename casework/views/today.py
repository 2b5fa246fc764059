"""A caseworker's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.models import FollowUp
from casework.selectors import follow_ups_of, read_follow_ups
from core.models import CASE_ROLES
from core.views import actor_of

_MOST = 50  # follow-ups on the page, the earliest first


@require_GET
def today_page(request: HttpRequest) -> HttpResponse:
    """The actor's own follow-ups: what is due, then what comes."""
    actor = actor_of(request, *CASE_ROLES)
    rows = follow_ups_of(actor).filter(assignee=actor.user, state=FollowUp.State.DUE)[:_MOST]
    documents = read_follow_ups(actor, rows)
    context = {
        "due": [document for document in documents if document.overdue],
        "upcoming": [document for document in documents if not document.overdue],
    }
    return render(request, "casework/today.html", context)
