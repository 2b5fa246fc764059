"""What needs a second person: asking for it, and deciding on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.approval_forms import AskForm, NoteForm
from casework.approvals import ApprovalDocument, State, Subject, approvals_of, may_decide, may_take_back
from casework.case_file import CaseFile
from casework.extensions import Panel, approval_panels
from casework.plan import plan_approval
from casework.selectors import read_case
from casework.services.approvals import approve, ask_approval, refuse, take_back
from core.errors import Invalid, NotVisible
from core.views import actor_of, add_errors, next_url, posted


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """Something that was asked for, as a page shows it to the actor."""

    file: CaseFile
    document: ApprovalDocument

    @property
    def to_decide(self) -> bool:
        """Whether it waits for the actor."""
        row = self.document.approval
        return row.state == State.ASKED and may_decide(self.file.actor, row)

    @property
    def to_take_back(self) -> bool:
        """Whether the actor can take it back."""
        return may_take_back(self.file.actor, self.document.approval)


def approval_rows(file: CaseFile, documents: Iterable[ApprovalDocument]) -> list[ApprovalRow]:
    """What was asked for in the case."""
    return [ApprovalRow(file, each) for each in documents]


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask a supervisor to approve the plan, or the closing of the case; `?subject=` is the one that is meant."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    form, status = AskForm(posted(request), {"subject": request.GET.get("subject", Subject.PLAN)}), 200
    back = next_url(request, resolve_url("case", case_id))
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                ask_approval(actor=actor, case_id=case_id, **form.cleaned_data)
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("It is asked for."))
                return HttpResponseRedirect(back)
    context = {"case": file.case, "form": form, "back": back}
    return render(request, "casework/approval_new.html", context, status=status)


_VERBS = {"approve": approve, "refuse": refuse}


@require_http_methods(["GET", "POST"])
def approval_page(request: HttpRequest, case_id: UUID, approval_id: UUID) -> HttpResponse:
    """What was asked for; the buttons named `answer` decide on it, or take it back."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    documents = approvals_of(file)
    document = next((each for each in documents if each.approval.pk == approval_id), None)
    if document is None:
        raise NotVisible
    form, status = NoteForm(posted(request)), 200
    if request.method == "POST":
        status, answer = 400, request.POST.get("answer", "")
        if answer == "take_back":
            take_back(actor=actor, case_id=case_id, approval_id=approval_id)
            messages.success(request, _("It is taken back."))
            return redirect("case", case_id)
        if answer in _VERBS and form.is_valid():
            try:
                _VERBS[answer](actor=actor, case_id=case_id, approval_id=approval_id, **form.cleaned_data)
            except Invalid as error:
                add_errors(form, error)
            else:
                messages.success(request, _("Your decision is recorded."))
                return redirect("case", case_id)
    panels: list[Panel] = []
    approval_panels.run(file, document, panels)
    row = ApprovalRow(file, document)
    context: dict[str, Any] = {"case": file.case, "row": row, "form": form, "panels": panels}
    if document.approval.subject == Subject.PLAN:
        context["plan_state"] = plan_approval(file, documents)
    return render(request, "casework/approval.html", context, status=status)
