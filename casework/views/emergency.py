"""Opening a case of another team in an emergency, and keeping that possible for supervisors who have joined since."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from casework.handover_forms import EmergencyForm
from casework.services.emergency import LASTS, break_glass, bring_emergency_access_up_to_date
from core.errors import Invalid, Refused, WrongState
from core.models import Role
from core.views import actor_of, add_refusal, posted


@require_http_methods(["GET", "POST"])
def emergency_page(request: HttpRequest) -> HttpResponse:
    """Ask for the number and the reason, then open the case."""
    actor = actor_of(request, Role.SUPERVISOR)
    form, status = EmergencyForm(posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                case = break_glass(actor=actor, **form.cleaned_data)
            except (Invalid, Refused, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.warning(
                    request, _("The case is open to you for a day, or until your access has been reviewed.")
                )
                return redirect("case", case.pk)
    context = {"form": form, "hours": int(LASTS.total_seconds() // 3600)}
    return render(request, "casework/emergency.html", context, status=status)


@require_POST
def catch_up_action(request: HttpRequest) -> HttpResponse:
    """Give supervisors who have joined since their emergency access, a step at a time."""
    left = bring_emergency_access_up_to_date(actor=actor_of(request, Role.SUPERVISOR))
    if left:
        text = ngettext("%(count)d case is still to do.", "%(count)d cases are still to do.", left)
        messages.info(request, text % {"count": left})
    else:
        messages.success(request, _("Emergency access is up to date."))
    return redirect("caseload")
