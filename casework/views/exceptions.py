"""Sharing without consent: claiming a legal ground, and what the second person sees of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.approvals import EXCEPTIONS, ApprovalDocument, Subject
from casework.case_file import CaseFile
from casework.exception_forms import ExceptionForm
from casework.exceptions import exception_scope
from casework.extensions import Panel, approval_panels, offers
from casework.selectors import read_case
from casework.services.exceptions import claim_exception
from casework.views.consents import about, names_of, partners_of
from core.errors import Invalid, Refused, WrongState
from core.views import actor_of, add_errors, next_url, posted


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Claim a ground; `?recipient=` and `?service=` choose beforehand, `next` is where to go on."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    initial = {name: request.GET[name] for name in ("recipient", "service") if name in request.GET}
    form = ExceptionForm(partners_of(file), offers(), posted(request), initial)
    back = next_url(request, resolve_url("case", case_id))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                row = claim_exception(actor=actor, case_id=case_id, **form.claimed)
            except Invalid as error:
                add_errors(form, error)
            except (Refused, WrongState) as error:
                form.add_error(None, str(error.message))
                status = error.status
            else:
                at_once = row.subject == Subject.IMMINENT_HARM
                messages.success(
                    request,
                    _("It is recorded. You can share now; a second person looks at it within 24 hours.")
                    if at_once
                    else _("It is asked for. Nothing can be shared before a second person has approved."),
                )
                return HttpResponseRedirect(back)
    context = {"form": form, "case": file.case, "back": back}
    return render(request, "casework/exception_new.html", context, status=status)


@approval_panels.register
def add_what_is_claimed(file: CaseFile, document: ApprovalDocument, panels: list[Panel]) -> None:
    """With whom, what and under which order: what the second person judges."""
    if document.approval.subject in EXCEPTIONS:
        scope = exception_scope(document)
        panels.append(
            Panel(
                "casework/_exception_panel.html",
                {"about": about(scope, names_of([scope])), "document": document},
            )
        )
