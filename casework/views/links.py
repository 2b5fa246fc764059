"""Cases that belong together: what a case page shows of them, linking two, and ending a link."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.handover_forms import LinkForm
from casework.links import links_of
from casework.selectors import case_by_number, read_case
from casework.services.links import link_cases, unlink_cases
from core.errors import Invalid, NotVisible, WrongState
from core.views import actor_of, add_refusal, posted


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Link a case to another one by its number."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    form, status = LinkForm(posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            try:
                other = case_by_number(actor, data.pop("number"))
                link_cases(actor=actor, case_id=case_id, other_id=other.pk, **data)
            except (Invalid, WrongState) as error:
                status = add_refusal(form, error)
            else:
                messages.success(request, _("The two cases are linked."))
                return redirect("case", case_id)
    return render(request, "casework/link_new.html", {"case": file.case, "form": form}, status=status)


@require_http_methods(["GET", "POST"])
def end_page(request: HttpRequest, case_id: UUID, link_id: UUID) -> HttpResponse:
    """Ask, then end a link."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    link = next((each for each in links_of(file) if each.entry.id == link_id), None)
    if link is None:
        raise NotVisible
    if request.method == "POST":
        unlink_cases(actor=actor, case_id=case_id, entry_id=link_id)
        messages.success(request, _("The link has ended."))
        return redirect("case", case_id)
    return render(request, "casework/link_end.html", {"case": file.case, "link": link})
