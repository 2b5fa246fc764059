"""Finding a service for a case."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.case_file import CaseFile
from casework.selectors import read_case
from core.models import CASE_ROLES
from core.views import actor_of
from referrals.directory_forms import FindForm
from referrals.matching import match


@require_GET
def find_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A need, and the services that meet it, each with its reasons; below, those left out and why."""
    file = read_case(actor_of(request, *CASE_ROLES), case_id)
    form = find_form(file, request.GET or None)
    context: dict[str, Any] = {"form": form, "case": file.case, "needs": form.recorded}
    if form.is_bound and form.is_valid():
        need, words = form.cleaned_data["need"], form.cleaned_data["words"]
        if need or words.strip():
            context["matches"] = match(file, need, words)
    return render(request, "referrals/service_find.html", context, status=400 if form.errors else 200)


def find_form(file: CaseFile, data: Any = None) -> FindForm:
    """The form, with the needs that the case has recorded first."""
    recorded = file.section("needs").values.get("needs", [])
    return FindForm([str(code) for code in recorded] if isinstance(recorded, list | tuple) else [], data)
