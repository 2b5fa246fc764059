"""Cases: the list, one case, and its sections."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.case_file import CaseFile, SectionDocument
from casework.extensions import Panel, case_panels
from casework.models import FollowUp
from casework.record.documents import differences, display
from casework.record.fields import Field, Section
from casework.record.forms import SectionForm, section_form
from casework.record.sections import SECTIONS
from casework.record.sections import section as declared
from casework.selectors import cases_of, follow_ups_in, follow_ups_of, read_case, read_follow_ups
from casework.services import save_section
from casework.views.consents import consent_rows
from casework.views.decisions import decision_rows, recovery_of
from core.actor import Actor
from core.errors import Invalid, Stale
from core.models import CASE_ROLES
from core.paging import page_of
from core.views import actor_of, add_errors

# What one must know before getting in touch: shown first, and as "Not recorded" where nobody has asked.
FIRST = "contact_and_safety"
_ALWAYS = ("phone", "safe_to_call", "safe_to_text", "code_word")

Rows = list[tuple[Field, str]]


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The cases of the actor's teams, by number: no name stands in a list."""
    page = page_of(request, cases_of(actor_of(request, *CASE_ROLES)))
    return render(request, "casework/case_list.html", {"page": page})


@require_GET
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: how to reach the survivor, the sections, and what is going on."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    panels: list[Panel] = []
    case_panels.run(file, panels)
    begun = [section for section in SECTIONS if file.section(section.name).values or section.name == FIRST]
    sections = [(section, _rows(file, section), file.section(section.name).version) for section in begun]
    sections.sort(key=lambda each: each[0].name != FIRST)
    follow_ups = read_follow_ups(actor, follow_ups_of(actor).filter(follow_ups_in(file.case)))
    context = {
        "case": file.case,
        "sections": sections,
        "empty": [section for section in SECTIONS if section not in begun],
        "first": FIRST,
        "consents": consent_rows(file),
        "decisions": decision_rows(file),
        "recovery": recovery_of(file),
        "due": [each for each in follow_ups if each.follow_up.state == FollowUp.State.DUE],
        "closed": [each for each in follow_ups if each.follow_up.state != FollowUp.State.DUE],
        "panels": panels,
    }
    return render(request, "casework/case.html", context)


def _rows(file: CaseFile, section: Section) -> Rows:
    shown = dict(display(section, file.section(section.name).values))
    always = _ALWAYS if section.name == FIRST else ()
    return [
        (field, shown.get(field, "")) for field in section.fields if field in shown or field.name in always
    ]


@require_http_methods(["GET", "POST"])
def section_page(request: HttpRequest, case_id: UUID, section: str) -> HttpResponse:
    """Change a section. Where someone saved meanwhile, both versions stand side by side and the form keeps what
    was typed: saving again saves on top of the newest, with the fields that are ticked as they are there.
    """
    actor = actor_of(request)
    file = read_case(actor, case_id)
    document = file.section(section)
    make = section_form(declared(section))
    context: dict[str, Any] = {"case": file.case, "section": declared(section), "base": document.version}
    if request.method == "GET":
        return render(
            request, "casework/section.html", context | {"form": make(initial=dict(document.values))}
        )
    form, status = make(_merged(request.POST, document)), 400
    base = request.POST.get("base_version", "")
    context["base"] = base if base.isdecimal() else ""
    if form.is_valid():
        try:
            _save(actor, case_id, form, base)
        except Stale as stale:
            status = 409
            context |= {
                "base": stale.newest_version,
                "message": stale.message,
                **_conflict(read_case(actor, case_id), form.section, stale, int(base)),
            }
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("case", case_id)
    return render(request, "casework/section.html", context | {"form": form}, status=status)


def _merged(posted: QueryDict, newest: SectionDocument) -> QueryDict:
    """What was posted, with the fields that are to be taken from the newest version as they are there."""
    merged = posted.copy()
    for name in posted.getlist("take"):
        value = newest.values.get(name, "")
        merged.setlist(name, [str(each) for each in (value if isinstance(value, list) else [value])])
    return merged


def _conflict(file: CaseFile, section: Section, stale: Stale, base: int) -> dict[str, Any]:
    """Where the two versions differ: (field, newest, yours, whether you left it as it was)."""
    before = file.version(section.name, base).values if 0 < base < stale.newest_version else {}
    return {
        "newest": file.section(section.name),
        "differences": [
            (field, newest, yours, before.get(field.name) == stale.yours.get(field.name))
            for field, newest, yours in differences(section, stale.newest, stale.yours)
        ],
    }


def _save(actor: Actor, case_id: UUID, form: SectionForm, base: str) -> None:
    """Raises what save_section raises, and Invalid where the form does not say which version it was filled from."""
    if not (base.isascii() and base.isdecimal()):
        raise Invalid({"base_version": [_("Reload the page and try again.")]})
    save_section(
        actor=actor,
        case_id=case_id,
        section=form.section.name,
        values=form.cleaned_data,
        base_version=int(base),
    )
