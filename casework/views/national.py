"""The referral to the national authority: preparing the form, reading and printing it, and noting that it went out."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.case_file import CaseFile
from casework.countries import national_rule
from casework.entries import Entry
from casework.pathway_forms import PrepareForm, ReconsiderForm, SendForm
from casework.pathways.national import KIND, basis_for, form_of, named_authorities, notes_of
from casework.pathways.timeline import day
from casework.record.documents import display
from casework.record.national_codes import BASES, Route
from casework.selectors import read_case
from casework.services.national import (
    note_reconsideration,
    prepare_national_referral,
    send_national_referral,
)
from casework.views.entries import EntryRow
from core.errors import Invalid, Refused, WrongState
from core.views import actor_of, posted

_NOT_SHOWN = {"sent_text", "fields", "grounds"}


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Prepare the form: nothing leaves the case yet."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    form, status = PrepareForm(file, posted(request)), 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                entry_id = prepare_national_referral(actor=actor, case_id=case_id, **form.prepared)
            except (Invalid, WrongState) as error:
                status = error.status
                _refuse(form, error)
            else:
                return redirect("national-referral", case_id, entry_id)
    context = {"case": file.case, "form": form, "named": named_authorities(file)}
    return render(request, "casework/national_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def national_page(request: HttpRequest, case_id: UUID, national_id: UUID) -> HttpResponse:
    """The form, to be printed; before it went out the button that says so, and after it what is waited for."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    entry = file.entries.get(KIND, national_id)
    sent = "sent_on" in entry.values
    form = (
        ReconsiderForm(posted(request)) if sent else SendForm(str(entry.values["country"]), posted(request))
    )
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                if isinstance(form, SendForm):
                    send_national_referral(actor=actor, case_id=case_id, entry_id=national_id, **form.sent)
                else:
                    until = form.cleaned_data["reconsider_until"]
                    note_reconsideration(actor=actor, case_id=case_id, entry_id=national_id, until=until)
            except (Invalid, Refused, WrongState) as error:
                status = error.status
                _refuse(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("national-referral", case_id, national_id)
    context = _context(file, entry, sent=sent) | {"form": form}
    return render(request, "casework/national.html", context, status=status)


def _context(file: CaseFile, entry: Entry, *, sent: bool) -> dict[str, Any]:
    authority, country = (str(entry.values[name]) for name in ("authority", "country"))
    basis = None if sent else basis_for(file, authority, country)
    shown = display(entry.kind, entry.values)
    return {
        "case": file.case,
        "row": EntryRow(entry),
        "sent": sent,
        "sent_on": day(entry.values, "sent_on"),
        "due_on": day(entry.values, "decision_due_on"),
        "sent_text": entry.values.get("sent_text", ""),
        "parts": [] if sent else form_of(file, entry.values),
        "anonymous": entry.values["route"] == Route.ANONYMOUS,
        "basis": BASES.label(basis) if basis else "",
        "mechanism": national_rule(country).name,
        "notes": notes_of(country),
        "shown": [(field, text) for field, text in shown if field.name not in _NOT_SHOWN],
    }


def _refuse(form: forms.Form, error: Invalid | Refused | WrongState) -> None:
    """The messages at their fields, or above the form."""
    if not isinstance(error, Invalid):
        form.add_error(None, str(error.message))
        return
    for name, texts in error.fields.items():
        place = "fields_chosen" if name == "fields" else name
        for text in texts:
            form.add_error(place if place in form.fields else None, str(text))
