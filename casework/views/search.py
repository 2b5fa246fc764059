"""Searching: by one line of text, before a case is opened, and keeping the index up to date.

What is searched for comes in a body and goes into no address, log or title. A result shows a case's number and by
what it was found: a list of names on a screen is read by whoever stands behind it.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from casework.models import Identification
from casework.record.fields import Indexed
from casework.search.find import Found, search
from casework.search.index import STEP, outstanding
from casework.search_forms import EarlierForm, SearchForm
from casework.selectors import identifications_of
from casework.services import bring_up_to_date, rule_out_duplicate
from casework.services.same_person import add_to_case, may_join
from core.errors import NotVisible
from core.models import CASE_ROLES
from core.views import actor_of, posted

MATCHED = {
    Indexed.NAME: gettext_lazy("Name"),
    Indexed.DATE: gettext_lazy("Date of birth"),
    Indexed.PHONE: gettext_lazy("Phone"),
    Indexed.NUMBER: gettext_lazy("Document number"),
}


@require_http_methods(["GET", "POST"])
def search_page(request: HttpRequest) -> HttpResponse:
    """Look for cases."""
    actor = actor_of(request, *CASE_ROLES)
    form = SearchForm(posted(request))
    context: dict[str, Any] = {"form": form, "outstanding": outstanding(actor).exists()}
    if form.is_valid():
        context["results"] = _shown(search(actor, form.query))
    return render(request, "casework/search.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def earlier_page(request: HttpRequest, identification_id: UUID) -> HttpResponse:
    """Look for an earlier case of a person, then open a new one from the identification."""
    actor = actor_of(request)
    identification = _unopened(request, identification_id)
    if identification.case_id:
        return redirect("identification", identification_id)
    form = EarlierForm(posted(request))
    context: dict[str, Any] = {"form": form, "identification": identification}
    if form.is_valid():
        context["results"] = results = _shown(search(actor, form.query))
        context["addable"] = {
            each.case.pk for each, _labels in results if may_join(identification, each.case)
        }
    return render(request, "casework/earlier.html", context, status=400 if form.errors else 200)


def _unopened(request: HttpRequest, identification_id: UUID) -> Identification:
    found = identifications_of(actor_of(request)).filter(pk=identification_id).first()
    if found is None:
        raise NotVisible
    return found


def _shown(results: Iterable[Found]) -> list[tuple[Found, list[str]]]:
    """Each result with the labels of what matched."""
    return [
        (each, [str(label) for kind, label in MATCHED.items() if kind in each.matched]) for each in results
    ]


@require_POST
def same_person_action(request: HttpRequest, identification_id: UUID, case_id: UUID) -> HttpResponse:
    """Add the identification to a case of the same person that was found."""
    add_to_case(actor=actor_of(request), identification_id=identification_id, case_id=case_id)
    messages.success(request, _("The identification belongs to this case now."))
    return redirect("case", case_id)


@require_http_methods(["GET", "POST"])
def index_page(request: HttpRequest) -> HttpResponse:
    """How many cases the index does not answer for yet; each POST brings some of them up to date."""
    actor = actor_of(request, *CASE_ROLES)
    if request.method == "POST":
        done = bring_up_to_date(actor=actor)
        messages.success(
            request,
            ngettext("%(done)d case is in the index now.", "%(done)d cases are in the index now.", done)
            % {"done": done},
        )
        return redirect("search-index")
    context = {"outstanding": outstanding(actor).count(), "step": STEP}
    return render(request, "casework/search_index.html", context)


@require_POST
def rule_out_action(request: HttpRequest, case_id: UUID, other_id: UUID) -> HttpResponse:
    """Note that two cases are of two people."""
    rule_out_duplicate(actor=actor_of(request), case_id=case_id, other_id=other_id)
    messages.success(request, _("Noted: not the same person."))
    return redirect("case", case_id)
