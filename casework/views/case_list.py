"""The list of cases, its filters, and those that a person keeps."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.models import Case, SavedFilter
from casework.search.filters import CaseFilter, at_risk
from casework.search_forms import CaseFilterForm, filter_label
from casework.selectors import colleagues_of
from casework.services import remove_filter, save_filter
from casework.services.exporting import may_export
from core.actor import Actor
from core.models import CASE_ROLES
from core.paging import NoSuchRow, Page, page_of
from core.views import actor_of


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The cases of the actor's teams, by number: no name stands in a list."""
    actor = actor_of(request, *CASE_ROLES)
    form = _form(actor, request.GET)
    filter = form.filter if form.is_valid() else CaseFilter()
    page = _page(request, actor, filter)
    context: dict[str, Any] = {
        "page": page,
        "may_export": {case.pk for case in page.rows if may_export(actor, case)},
        "form": form,
        "filter": filter,
        "saved": [(each, urlencode(CaseFilter.of(each).query), filter_label(each)) for each in _saved(actor)],
    }
    return render(request, "casework/case_list.html", context, status=400 if form.errors else 200)


def _form(actor: Actor, data: Any) -> CaseFilterForm:
    return CaseFilterForm(colleagues_of(actor), data)


def _saved(actor: Actor) -> list[SavedFilter]:
    return list(actor.user.saved_filters.select_related("assigned_to"))


def _page(request: HttpRequest, actor: Actor, filter: CaseFilter) -> Page[Case]:
    """The filtered page that the address asks for, with the filter in the addresses beside it."""
    if filter.risk:
        page = _page_at_risk(actor, filter, request.GET.get("after", ""))
    else:
        page = page_of(request, filter.rows(actor))
    query = "".join(f"&{pair}" for pair in [urlencode(filter.query)] if pair)
    return replace(
        page, previous=page.previous and page.previous + query, next=page.next and page.next + query
    )


def _page_at_risk(actor: Actor, filter: CaseFilter, after: str) -> Page[Case]:
    """Forwards only: where a page before it began is known to the browser."""
    try:
        rows, last = at_risk(actor, filter, after)
    except NoSuchRow:
        rows, last = at_risk(actor, filter)
    return Page(rows=rows, previous="", next=f"?after={last}" if last else "")


@require_POST
def save_action(request: HttpRequest) -> HttpResponse:
    """Keep the filter that was sent."""
    actor = actor_of(request, *CASE_ROLES)
    form = _form(actor, request.POST)
    if not form.is_valid() or not form.filter.query:
        return redirect("case-list")
    save_filter(actor=actor, filter=form.filter)
    messages.success(request, _("The filter is kept."))
    return redirect(f"{reverse('case-list')}?{urlencode(form.filter.query)}")


@require_POST
def remove_action(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Take a kept filter away."""
    remove_filter(actor=actor_of(request, *CASE_ROLES), filter_id=filter_id)
    return redirect("case-list")
