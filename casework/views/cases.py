"""One case, and its sections."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from casework.approvals import approvals_of
from casework.case_file import CaseFile
from casework.extensions import Panel, case_panels
from casework.models import FollowUp
from casework.record.documents import display
from casework.record.fields import Field, Section
from casework.record.forms import section_form
from casework.record.sections import SECTIONS
from casework.record.sections import section as declared
from casework.safe_contact import GUIDANCE
from casework.safe_contact import SECTION as SAFE_CONTACT
from casework.search.duplicates import possible_duplicates
from casework.selectors import follow_ups_in, follow_ups_of, read_case, read_follow_ups
from casework.services import save_section
from casework.views.approvals import approval_rows
from casework.views.consents import consent_rows
from casework.views.contact import contact_context, withheld
from casework.views.decisions import decision_rows, recovery_of
from casework.views.erasure import rights_of
from casework.views.merging import base_of, conflict, merged
from casework.views.missing import missing_panel
from casework.views.plan import plan_of
from casework.views.safety import safety_of
from casework.views.standing import standing_of
from core.errors import Invalid, Stale
from core.views import actor_of, add_errors

Rows = list[tuple[Field, str]]

_AT_ONCE = "risk_and_safety"  # the section that stands beside safe contact, before the rest of the record
_PARTS = {
    "contact": gettext_lazy("Safe contact"),
    "follow-ups": gettext_lazy("Follow-ups"),
    "safety": gettext_lazy("Safety"),
    "case-plan": gettext_lazy("Case plan"),
    "contacts": gettext_lazy("Contacts"),
    "record": gettext_lazy("Case record"),
    "consents": gettext_lazy("Consents"),
}


@require_GET
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case: how to reach the survivor, the sections, and what is going on."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    panels: list[Panel] = []
    case_panels.run(file, panels)
    begun = [section for section in SECTIONS if file.section(section.name).values]
    sections = [(section, _rows(file, section), file.section(section.name).version) for section in begun]
    follow_ups = read_follow_ups(actor, follow_ups_of(actor).filter(follow_ups_in(file.case)))
    approvals = approvals_of(file)
    context = {
        **safety_of(file),
        **plan_of(file, approvals),
        **contact_context(file),
        **standing_of(file),
        **rights_of(file),
        "missing": missing_panel(file),
        "approvals": approval_rows(file, approvals),
        "case": file.case,
        "duplicates": possible_duplicates(file),
        "parts": [{"url": f"#{id}", "label": label} for id, label in _PARTS.items()],
        "at_once": [each for each in sections if each[0].name == _AT_ONCE],
        "sections": [each for each in sections if each[0].name != _AT_ONCE],
        "empty": [section for section in SECTIONS if section not in begun],
        "consents": consent_rows(file),
        "decisions": decision_rows(file),
        "attachments": file.attachments.all,
        "recovery": recovery_of(file),
        "due": [each for each in follow_ups if each.follow_up.state == FollowUp.State.DUE],
        "closed": [each for each in follow_ups if each.follow_up.state != FollowUp.State.DUE],
        "panels": panels,
    }
    return render(request, "casework/case.html", context)


def _rows(file: CaseFile, section: Section) -> Rows:
    rows = display(section, file.section(section.name).values)
    if section.name != SAFE_CONTACT:
        return rows
    kept_back = withheld(file)
    return [
        (field, _("Shown under “Safe contact”.") if field.name in kept_back else text)
        for field, text in rows
        if field.name not in GUIDANCE  # it stands in that box whole
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
    form, status = make(merged(request.POST, document.values)), 400
    base = request.POST.get("base_version", "")
    context["base"] = base if base.isdecimal() else ""
    if form.is_valid():
        try:
            save_section(
                actor=actor,
                case_id=case_id,
                section=section,
                values=form.cleaned_data,
                base_version=base_of(request.POST),
            )
        except Stale as stale:
            status = 409
            file, at = read_case(actor, case_id), int(base)
            before = file.version(section, at).values if 0 < at < stale.newest_version else {}
            context |= conflict(form.section, stale, file.section(section), before)
        except Invalid as error:
            add_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("case", case_id)
    return render(request, "casework/section.html", context | {"form": form}, status=status)
