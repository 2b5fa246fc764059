"""What keeps the survivor safe: alerts and people to keep out on the case page, and the safety plan on paper."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from casework.case_file import CaseFile
from casework.forms import SafeToKeepForm
from casework.record.documents import display
from casework.record.sections import section
from casework.record.sections.risk_and_safety import SAFETY_PLAN
from casework.selectors import read_case
from casework.services.risk import SECTION, hand_out_safety_plan
from casework.views.entries import EntryRow, entry_rows
from core.views import actor_of, posted


def safety_of(file: CaseFile) -> dict[str, Any]:
    """What the case page shows of it: what holds today."""
    return {"alerts": _holding(file, "alert"), "kept_out": _holding(file, "keep_out")}


def _holding(file: CaseFile, kind: str) -> list[EntryRow]:
    return [row for row in entry_rows(file, kind) if "ended_on" not in row.entry.values]


@require_http_methods(["GET", "POST"])
def plan_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask whether paper is safe, then show the sheet, to be printed: it says neither whose it is nor what for."""
    actor = actor_of(request)
    file, form = read_case(actor, case_id), SafeToKeepForm(posted(request))
    shown = display(section(SECTION), file.section(SECTION).values)
    rows = [(field, text) for field, text in shown if field.name in SAFETY_PLAN]
    context = {"case": file.case, "form": form, "rows": rows}
    if rows and request.method == "POST" and form.is_valid():
        hand_out_safety_plan(actor=actor, case_id=case_id)
        return render(request, "casework/safety_plan_print.html", context)
    status = 400 if request.method == "POST" else 200
    return render(request, "casework/safety_plan.html", context, status=status)
