"""Where a case stands and who carries it: what its page shows, moving it on, and assigning it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.case_file import CaseFile
from casework.caseload import QUIET, caseload_of
from casework.closing import checklist_of, still_open
from casework.handover_forms import AssignForm, StateForm
from casework.links import links_of
from casework.models import Case
from casework.selectors import read_case, team_members
from casework.services.assignment import assign_case, may_assign
from casework.services.emergency import without_emergency_access
from casework.services.states import KIND, change_state, closing_approval
from casework.transfers import other_readers, transfers_of
from casework.transitions import CaseStep, steps_open_to
from casework.views.entries import entry_rows
from core.actor import Actor
from core.errors import Invalid, NotAllowed, Refused, WrongState
from core.models import Role, User
from core.views import actor_of, add_refusal, posted


def standing_of(file: CaseFile) -> dict[str, Any]:
    """What the case page shows of it, and of the cases that this one belongs with."""
    actor, case = file.actor, file.case
    return {
        "steps": steps_open_to(actor, case),
        "moves": entry_rows(file, KIND),
        "may_assign": may_assign(actor, case),
        "offer": transfers_of(actor).filter(case=case, state="offered").first(),
        "supervises": actor.has_role(Role.SUPERVISOR, team_id=case.team_id),
        "may_offer": case.state not in {Case.State.CLOSED, Case.State.ERASED},
        "readers": other_readers(case),
        "links": links_of(file),
    }


@require_http_methods(["GET", "POST"])
def state_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Put the case on hold, take it up again, close it or reopen it."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    form, status = StateForm(steps_open_to(actor, file.case), posted(request)), 200
    if not form.fields["step"].choices:  # type: ignore[attr-defined]
        raise NotAllowed
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                change_state(actor=actor, case_id=case_id, step=CaseStep(data.pop("step")), **data)
            except (Invalid, Refused, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("case", case_id)
    context = {
        "case": file.case,
        "form": form,
        "approved": closing_approval(file) is not None,
        "checklist": checklist_of(file),
        "still_open": still_open(file),
    }
    return render(request, "casework/case_state.html", context, status=status)


@require_http_methods(["GET", "POST"])
def assign_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Assign the case to another member of its team."""
    actor = actor_of(request)
    case = read_case(actor, case_id).case
    if not may_assign(actor, case):
        raise NotAllowed
    form, status = AssignForm(_assignable(actor, case), posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                assign_case(
                    actor=actor, case_id=case_id, **form.cleaned_data | {"to": UUID(form.cleaned_data["to"])}
                )
            except (Invalid, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("The case is assigned. Both have been told."))
                return redirect("case", case_id)
    return render(request, "casework/case_assign.html", {"case": case, "form": form}, status=status)


def _assignable(actor: Actor, case: Case) -> list[User]:
    others = team_members(case).exclude(pk=case.assigned_to_id)
    return [each for each in others if may_assign(actor, case, each.pk)]


@require_GET
def caseload_page(request: HttpRequest) -> HttpResponse:
    """What each member of the supervisor's teams carries, and who has left with cases."""
    actor = actor_of(request, Role.SUPERVISOR)
    context = {
        "teams": caseload_of(actor),
        "days": QUIET.days,
        "without_emergency": without_emergency_access(actor),
    }
    return render(request, "casework/caseload.html", context)
