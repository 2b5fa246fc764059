"""Follow-ups: planning and closing."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.forms import FollowUpForm, OutcomeForm
from casework.models import FollowUp
from casework.selectors import follow_ups_of, read_case, read_follow_ups, team_members
from casework.services import cancel_follow_up, complete_follow_up, plan_follow_up
from casework.views.entries import add_problems
from core.errors import Invalid, NotVisible, WrongState
from core.views import actor_of, next_url, posted


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Plan one for a case."""
    actor = actor_of(request)
    case = read_case(actor, case_id).case
    form = FollowUpForm(team_members(case), posted(request), {"assignee": str(actor.user.pk)})
    if request.method == "POST" and form.is_valid():
        try:
            plan_follow_up(
                actor=actor,
                case_id=case_id,
                due_at=form.due_at,
                about=form.cleaned_data["about"],
                assignee_id=UUID(form.cleaned_data["assignee"]),
                channel=form.cleaned_data["channel"],
                reason=request.POST.get("reason", ""),
                every=form.cleaned_data["every"],
                repeat_until=form.cleaned_data["repeat_until"],
            )
        except Invalid as error:
            add_problems(
                form,
                Invalid(
                    {"due_on" if name == "due_at" else name: told for name, told in error.fields.items()}
                ),
            )
        else:
            messages.success(request, _("The follow-up is planned."))
            return redirect("case", case_id)
    context = {"form": form, "case": case}
    return render(request, "casework/follow_up_new.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def complete_page(request: HttpRequest, follow_up_id: UUID) -> HttpResponse:
    """Close one: done, or no longer needed (the button named `cancel`)."""
    actor = actor_of(request)
    found = read_follow_ups(actor, follow_ups_of(actor).filter(pk=follow_up_id))
    if not found:
        raise NotVisible
    document, form = found[0], OutcomeForm(posted(request))
    back = next_url(request, resolve_url("case", document.case.pk) if document.case else resolve_url("today"))
    status = 200
    if request.method == "POST":
        status = 400
        close = cancel_follow_up if "cancel" in request.POST else complete_follow_up
        if form.is_valid():
            try:
                close(actor=actor, follow_up_id=follow_up_id, outcome=form.cleaned_data["outcome"])
            except WrongState as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                messages.success(request, _("The follow-up is closed."))
                return HttpResponseRedirect(back)
    elif document.follow_up.state != FollowUp.State.DUE:
        raise WrongState
    context = {"form": form, "document": document, "back": back}
    return render(request, "casework/follow_up_complete.html", context, status=status)
