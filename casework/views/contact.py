"""Getting in touch: what the case says about it, asked before a number or an address is shown."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from casework.case_file import CaseFile
from casework.interpreters import excluded_from
from casework.record.contact_codes import Channel
from casework.record.documents import display
from casework.record.fields import Field
from casework.record.sections import section as declared
from casework.safe_contact import (
    GUIDANCE,
    REACHED_BY,
    SECTION,
    QuietTime,
    Verdict,
    assess_contact,
    quiet_times,
)
from casework.selectors import read_case
from casework.services.contacts import show_contact
from casework.views.entries import EntryRow, add_problems, entry_rows
from core.errors import Invalid
from core.views import actor_of, posted
from core.widgets import HintedRadios

Rows = list[tuple[Field, str]]

# Whoever reads them acts on them at once; an address is read for many other reasons.
_AT_ONCE = (Channel.CALL, Channel.TEXT, Channel.MESSAGING, Channel.EMAIL)
_NEWEST = 3


@dataclass(frozen=True, slots=True)
class ContactBox:
    """How to reach the survivor without harm, as it stands at the top of the case."""

    verdicts: list[Verdict]
    quiet_times: list[QuietTime]
    guidance: Rows
    code_word: str
    not_to_use: list[str]

    @property
    def groups(self) -> list[tuple[str, str, list[Verdict]]]:
        """What may be used now and what not: (label, tone of the tags, verdicts), but for what is empty."""
        allowed = [each for each in self.verdicts if each.allowed]
        unasked = [each for each in self.verdicts if not each.asked]
        rest = [each for each in self.verdicts if each.asked and not each.allowed]
        groups = [
            (gettext("Allowed now"), "done", allowed),
            (gettext("Not allowed now"), "stopped", rest),
            (gettext("Not asked: don't use it"), "waiting", unasked),
        ]
        return [group for group in groups if group[2]]

    @property
    def quiet_now(self) -> bool:
        """Whether this is a time not to contact them."""
        return any(each.quiet for each in self.verdicts)

    @property
    def local_time(self) -> str:
        """What the clock shows where they are."""
        return f"{self.verdicts[0].at:%H:%M}"

    @property
    def zone_recorded(self) -> bool:
        """Whether that is known, and not just this site's clock."""
        return self.verdicts[0].zone_recorded


class ContactForm(forms.Form):
    """The way to get in touch."""

    channel = forms.ChoiceField(
        label=_("How do you want to get in touch?"), choices=Channel.choices, widget=HintedRadios
    )

    def __init__(self, verdicts: list[Verdict], data: Any = None) -> None:
        super().__init__(data)
        widget = self.fields["channel"].widget
        assert isinstance(widget, HintedRadios)
        widget.hints = {each.channel: each.label for each in verdicts}


@require_http_methods(["GET", "POST"])
def contact_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Choose a way. What is needed for it is shown where it is allowed now, or with a reason; no address holds any."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    form, status = ContactForm(_verdicts(file), posted(request)), 200
    context: dict[str, Any] = {"case": file.case, "form": form, "contact": contact_box(file)}
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                file, verdict = show_contact(
                    actor=actor,
                    case_id=case_id,
                    channel=form.cleaned_data["channel"],
                    reason=request.POST.get("reason", ""),
                )
            except Invalid as error:
                status = 409
                add_problems(form, error)
            else:
                context |= {"verdict": verdict, "reached_by": _rows(file, *REACHED_BY[verdict.channel])}
                return render(request, "casework/contact_shown.html", context)
    return render(request, "casework/contact.html", context, status=status)


def contact_context(file: CaseFile) -> dict[str, Any]:
    """What the case page shows of getting in touch."""
    rows = entry_rows(file, "contact")
    return {"contact": contact_box(file), "contacts": rows[:_NEWEST], "more_contacts": len(rows) > _NEWEST}


def contact_box(file: CaseFile) -> ContactBox:
    """The box at the top of a case."""
    excluded = excluded_from(file)
    return ContactBox(
        verdicts=_verdicts(file),
        quiet_times=quiet_times(file),
        guidance=_rows(file, *GUIDANCE),
        code_word=str(file.section(SECTION).values.get("code_word", "")),
        not_to_use=[
            EntryRow(each).title
            for each in file.entries.of("interpreter_excluded")
            if each.values["interpreter"] in excluded
        ],
    )


def withheld(file: CaseFile) -> frozenset[str]:
    """The fields of the section that the case page leaves to the box: what is not allowed now, and the code word."""
    verdicts = {each.channel: each for each in _verdicts(file)}
    by_field: dict[str, bool] = {}
    for channel in _AT_ONCE:
        for name in REACHED_BY[channel]:
            by_field[name] = by_field.get(name, False) or verdicts[channel].allowed
    return frozenset(name for name, allowed in by_field.items() if not allowed) | {"code_word"}


def _verdicts(file: CaseFile) -> list[Verdict]:
    now = timezone.now()
    return [assess_contact(file, channel, now) for channel in Channel]


def _rows(file: CaseFile, *names: str) -> Rows:
    shown = display(declared(SECTION), file.section(SECTION).values)
    return [(field, text) for field, text in shown if field.name in names]
