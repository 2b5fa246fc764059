"""Blank forms, to be printed and entered later."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from casework.blank_forms import blank_form, blank_forms
from casework.models import Case
from casework.offered import offered_to
from core.errors import NotVisible
from core.models import CASE_ROLES
from core.views import actor_of


class PrintForm(forms.Form):
    """What else stands on the paper. Found by the wrong person, a paper with nothing on it says least."""

    organisation = forms.BooleanField(label=_("Name of the organisation"), required=False)
    number = forms.BooleanField(label=_("Number of the case"), required=False)


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The forms that there are; `?case=` is the case that they are for."""
    actor = actor_of(request, *CASE_ROLES)
    groups = list(blank_forms(offered_to(actor.user.organisation_id)))
    return render(request, "casework/print/list.html", {"groups": groups, "case": _case(request)})


@require_GET
def form_page(request: HttpRequest, form: str) -> HttpResponse:
    """One form, with no name on it and no number unless they are asked for."""
    actor = actor_of(request, *CASE_ROLES)
    case, options = _case(request), PrintForm(request.GET)
    if case is None:
        del options.fields["number"]
    options.is_valid()
    context: dict[str, Any] = {
        "form": blank_form(form, offered_to(actor.user.organisation_id)),
        "options": options,
        "case": case,
        "organisation": actor.user.organisation if options.cleaned_data["organisation"] else None,
        "number": case.number if case and options.cleaned_data["number"] else "",
    }
    return render(request, "casework/print/form.html", context)


def _case(request: HttpRequest) -> Case | None:
    """The case that is named, by its id. Raises NotVisible for one that the actor can't see."""
    given = request.GET.get("case")
    if not given:
        return None
    try:
        case: Case | None = Case.objects.visible_to(actor_of(request)).filter(pk=UUID(given)).first()
    except ValueError:
        raise NotVisible from None
    if case is None:
        raise NotVisible
    return case
