"""What a case holds many of, such as alerts, goals and notes: the list of a kind, one entry, adding and changing."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.case_file import CaseFile
from casework.entries import Entry
from casework.rapid_forms import long_text
from casework.record.documents import differences, display
from casework.record.fields import EntryKind, Field
from casework.record.forms import SectionForm, section_form
from casework.record.values import show
from casework.selectors import read_case
from casework.services.entries import add_entry, change_entry
from casework.views.merging import base_of, conflict, merged
from core.errors import Invalid, NotAllowed, NotVisible, Refused, Stale
from core.views import actor_of, add_errors, next_url, posted
from core.widgets import DateInput


class EntryRow:
    """An entry as a page shows it."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    @property
    def title(self) -> str:
        """What stands for it in a list."""
        field = self.entry.kind.get(self.entry.kind.title)
        value = self.entry.values.get(self.entry.kind.title)
        return show(field, value) if field and value is not None else str(self.entry.kind.label)

    @property
    def texts(self) -> dict[str, str]:
        """What is recorded, by field, as it reads."""
        return {field.name: text for field, text in display(self.entry.kind, self.entry.values)}

    @property
    def rows(self) -> list[tuple[Field, str]]:
        """Its other fields, as they read."""
        shown = display(self.entry.kind, self.entry.values)
        return [(field, text) for field, text in shown if field.name != self.entry.kind.title]


def entry_rows(file: CaseFile, kind: str) -> list[EntryRow]:
    """The entries of a kind, the latest made first."""
    return [EntryRow(each) for each in file.entries.of(kind)]


class PaperForm(forms.Form):
    """Whether an entry was first written down on paper."""

    written_on = forms.DateField(
        label=gettext_lazy("Written on paper on"),
        help_text=gettext_lazy("The day on the paper. Destroy the paper once it is entered."),
        required=False,
        widget=DateInput,
        input_formats=["%Y-%m-%d"],
    )


def _form(kind: EntryKind, data: Any = None, **options: Any) -> SectionForm:
    return section_form(kind)(data, **options)


@require_GET
def list_page(request: HttpRequest, case_id: UUID, kind: str) -> HttpResponse:
    """Every entry of one kind."""
    file = read_case(actor_of(request), case_id)
    declared = file.entries.kind(kind)
    context = {"case": file.case, "kind": declared, "rows": entry_rows(file, kind)}
    return render(request, "casework/entries.html", context)


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID, kind: str) -> HttpResponse:
    """Add an entry; `?under=` names the entry that it belongs to, `next` is where to go on."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    declared = file.entries.kind(kind)
    if declared.by_verb:
        raise NotAllowed
    under = _under(file, declared, request.GET.get("under"))
    form, status = _form(declared, posted(request)), 200
    paper = PaperForm(posted(request))
    back = next_url(request, resolve_url("case", case_id))
    if request.method == "POST":
        status = 400
        if all([form.is_valid(), paper.is_valid()]):
            try:
                add_entry(
                    actor=actor,
                    case_id=case_id,
                    kind=kind,
                    values=form.cleaned_data,
                    under=under.id if under else None,
                    reason=request.POST.get("reason", ""),
                    written_on=paper.cleaned_data["written_on"],
                )
            except (Invalid, Refused) as error:
                status = error.status
                add_problems(form, error)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(back)
    context = {
        "case": file.case,
        "kind": declared,
        "form": form,
        "paper": paper,
        "back": back,
        "under": EntryRow(under) if under else None,
    }
    return render(request, "casework/entry_new.html", context, status=status)


def _under(file: CaseFile, kind: EntryKind, given: str | None) -> Entry | None:
    """Raises NotVisible where the entry that it belongs to is not there, or none is named."""
    if kind.under is None:
        return None
    try:
        return file.entries.get(kind.under, UUID(given or ""))
    except ValueError:
        raise NotVisible from None


def add_problems(form: forms.Form, error: Invalid | Refused) -> None:
    """The messages at their fields. A field for the reason appears when one is asked for."""
    if isinstance(error, Refused):
        form.add_error(None, str(error.message))
        return
    if "reason" in error.fields and "reason" not in form.fields:
        form.fields["reason"] = forms.CharField(
            label=gettext_lazy("Why you do it all the same"), max_length=1000, widget=long_text(2)
        )
    add_errors(form, error)


@require_http_methods(["GET", "POST"])
def entry_page(request: HttpRequest, case_id: UUID, kind: str, entry_id: UUID) -> HttpResponse:
    """One entry with its earlier versions, and its form where it may be changed.

    Where someone saved meanwhile, both versions stand side by side, as with a section.
    """
    actor = actor_of(request)
    file = read_case(actor, case_id)
    entry = file.entries.get(kind, entry_id)
    context: dict[str, Any] = {"case": file.case, "kind": entry.kind, "base": entry.version}
    status = 200
    if request.method == "GET":
        form = _form(entry.kind, initial=dict(entry.values))
    else:
        form, status = _form(entry.kind, merged(request.POST, entry.values)), 400
        if form.is_valid():
            try:
                base = base_of(request.POST)
                context["base"] = base
                change_entry(
                    actor=actor,
                    case_id=case_id,
                    kind=kind,
                    entry_id=entry_id,
                    values=form.cleaned_data,
                    base_version=base,
                    reason=request.POST.get("reason", ""),
                )
            except Stale as stale:
                status, file = stale.status, read_case(actor, case_id)
                context |= _conflict(file, entry.kind, entry_id, stale, base)
            except (Invalid, Refused) as error:
                status = error.status
                add_problems(form, error)
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(next_url(request, resolve_url("case", case_id)))
    context |= {
        "form": form,
        "entry": entry,
        "row": EntryRow(entry),
        "shown": display(entry.kind, entry.values),
        "versions": _versions(file, kind, entry_id),
    }
    return render(request, "casework/entry.html", context, status=status)


def _conflict(file: CaseFile, kind: EntryKind, entry_id: UUID, stale: Stale, base: int) -> dict[str, Any]:
    versions = file.entries.history(kind.name, entry_id)
    before = versions[-base].values if 0 < base < stale.newest_version else {}
    return conflict(kind, stale, versions[0], before)


def _versions(file: CaseFile, kind: str, entry_id: UUID) -> list[tuple[Entry, list[tuple[Field, str, str]]]]:
    """Every version, newest first, with what it changed."""
    versions = file.entries.history(kind, entry_id)
    before = [each.values for each in versions[1:]] + [{}]
    return [
        (each, differences(each.kind, earlier, each.values))
        for each, earlier in zip(versions, before, strict=True)
    ]
