"""Erasing a case: what would go, asking for it, stopping it, and what was erased."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.approvals import Subject
from casework.case_file import CaseFile
from casework.closing import retention_of
from casework.erasing import orders_of, standing_order, what_would_go
from casework.rapid_forms import long_text
from casework.selectors import read_case
from casework.services.approvals import asked_for
from casework.services.erasure import HOLD, ask_erasure, cancel_erasure, is_held, may_ask, may_cancel
from casework.services.exporting import may_export
from casework.views.entries import entry_rows
from core.errors import Invalid, NotAllowed, Refused, WrongState
from core.models import Role
from core.views import actor_of, add_refusal, posted


class ErasureForm(forms.Form):
    """Why a case is to be erased."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy(
            "The time to keep it is over, or the survivor wants it. It is erased with the case."
        ),
        max_length=2000,
        widget=long_text(3),
    )


def rights_of(file: CaseFile) -> dict[str, Any]:
    """What the case page shows of it: how long the case is kept, what holds it, and what is going to erase it."""
    return {
        "retention": retention_of(file),
        "may_export": may_export(file.actor, file.case),
        "holds": [row for row in entry_rows(file, HOLD) if "ended_on" not in row.entry.values],
        "erasure": standing_order(file.case),
    }


@require_http_methods(["GET", "POST"])
def erasure_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The dry run, in numbers; below it the order that stands, or the form that asks for one."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    if not may_cancel(actor, file.case):
        raise NotAllowed
    form, status = ErasureForm(posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ask_erasure(actor=actor, case_id=case_id, **form.cleaned_data)
            except (Invalid, Refused, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("It is asked for. Another person of the team decides."))
                return redirect("case", case_id)
    context = {
        "case": file.case,
        "form": form,
        "would_go": [(each, count) for each, count in what_would_go(file.case) if count],
        "order": standing_order(file.case),
        "asked": asked_for(file, Subject.ERASURE).first(),
        "held": is_held(file),
        "may_ask": may_ask(actor, file.case),
    }
    return render(request, "casework/erasure.html", context, status=status)


@require_POST
def cancel_action(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Stop it."""
    cancel_erasure(actor=actor_of(request), case_id=case_id)
    messages.success(request, _("It is stopped. Nothing was erased."))
    return redirect("case", case_id)


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """What was ordered and erased in the supervisor's teams: numbers and dates, no more is left."""
    return render(
        request, "casework/erasures.html", {"orders": orders_of(actor_of(request, Role.SUPERVISOR))}
    )
