"""A caseworker's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.approvals import approvals_waiting_for
from casework.extensions import Panel, today_panels
from casework.forms import SeveralForm
from casework.models import FollowUp
from casework.selectors import colleagues_of, drafts_of, follow_ups_of, read_follow_ups
from casework.transfers import offers_to
from core.models import CASE_ROLES
from core.views import actor_of

_MOST = 50  # follow-ups on the page, the urgent ones and then the earliest first


@require_GET
def today_page(request: HttpRequest) -> HttpResponse:
    """The actor's own follow-ups: what is urgent, what is due, then what comes; and what was not finished."""
    actor = actor_of(request, *CASE_ROLES)
    rows = follow_ups_of(actor).filter(assignee=actor.user, state=FollowUp.State.DUE)
    documents = read_follow_ups(actor, rows.order_by("-urgent", "due_at", "pk")[:_MOST])
    panels: list[Panel] = []
    today_panels.run(actor, panels)
    context = {
        "several": SeveralForm(colleagues_of(actor)),
        "panels": panels,
        "urgent": [each for each in documents if each.follow_up.urgent],
        "due": [each for each in documents if each.overdue and not each.follow_up.urgent],
        "upcoming": [each for each in documents if not each.overdue and not each.follow_up.urgent],
        "offers": offers_to(actor)[:_MOST],
        "drafts": drafts_of(actor)[:_MOST],
        "waiting": approvals_waiting_for(actor)[:_MOST],
        "teams": actor.teams_as(*CASE_ROLES),
    }
    return render(request, "casework/today.html", context)
