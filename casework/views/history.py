"""The history of a section: who changed what and when, two versions side by side, and an earlier one as the newest."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from casework.case_file import SectionDocument
from casework.record.documents import differences
from casework.record.fields import Field, Section
from casework.record.sections import section as declared
from casework.selectors import read_history
from casework.services import restore_section
from core.errors import HearthError, Invalid, Message, Stale
from core.views import actor_of


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as the page lists it, with the fields in which it differs from the one before."""

    document: SectionDocument
    changed: list[Field]

    @property
    def before(self) -> int:
        """The number of the version before."""
        return self.document.version - 1


class CompareForm(forms.Form):
    """Which two versions to see side by side."""

    before = forms.TypedChoiceField(label=gettext_lazy("Before"), coerce=int)
    after = forms.TypedChoiceField(label=gettext_lazy("After"), coerce=int)

    def __init__(self, versions: list[SectionDocument], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for field in self.fields.values():
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(each.version, _name(each)) for each in versions]


def _name(document: SectionDocument) -> str:
    """A version in a list of choices."""
    assert document.saved_at is not None
    when = date_format(localtime(document.saved_at), "SHORT_DATETIME_FORMAT")
    return _("Version %(number)d, %(when)s") % {"number": document.version, "when": when}


@require_GET
def history_page(request: HttpRequest, case_id: UUID, section: str) -> HttpResponse:
    """The versions of a section, and two of them side by side: the newest two, or those that are asked for."""
    return _page(request, case_id, section)


def _page(
    request: HttpRequest, case_id: UUID, section: str, refused: HearthError | None = None
) -> HttpResponse:
    file, versions = read_history(actor_of(request), case_id, section)
    made = declared(section)
    context: dict[str, Any] = {"case": file.case, "section": made, "newest": len(versions)}
    context["rows"] = [
        VersionRow(
            document, [field for field, _before, _after in _between(made, versions, number - 1, number)]
        )
        for number, document in zip(range(len(versions), 0, -1), versions, strict=True)
    ]
    if len(versions) > 1:
        before, after = len(versions) - 1, len(versions)
        form = CompareForm(versions, request.GET)
        if form.is_valid():
            before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        context |= {
            "form": CompareForm(versions, initial={"before": before, "after": after}),
            "before": versions[-before],
            "after": versions[-after],
            "differences": _between(made, versions, before, after),
        }
    if refused is not None:
        context |= {"message": refused.message, "problems": _problems(made, refused)}
    return render(request, "casework/history.html", context, status=refused.status if refused else 200)


def _between(
    section: Section, versions: list[SectionDocument], before: int, after: int
) -> list[tuple[Field, str, str]]:
    """What differs between two versions by their numbers; 0 is the empty section. `versions` are newest first."""
    return differences(section, versions[-before].values if before else {}, versions[-after].values)


def _problems(section: Section, refused: HearthError) -> list[tuple[Message, list[Message]]]:
    """The fields that today's record doesn't take any more, by their labels, with the reasons."""
    if not isinstance(refused, Invalid):
        return []
    found = {name: section.get(name) for name in refused.fields}
    return [(field.label if field else name, refused.fields[name]) for name, field in found.items()]


@require_POST
def restore_action(request: HttpRequest, case_id: UUID, section: str) -> HttpResponse:
    """Save an earlier version again, as the newest. Where someone saved meanwhile, the page shows that first."""
    try:
        version, base = _number(request, "version"), _number(request, "base_version")
        row = restore_section(
            actor=actor_of(request), case_id=case_id, section=section, version=version, base_version=base
        )
    except (Invalid, Stale) as refused:
        return _page(request, case_id, section, refused)
    messages.success(
        request,
        _("Version %(earlier)d is restored as version %(newest)d.")
        % {"earlier": version, "newest": row.version},
    )
    return redirect("section-history", case_id, section)


def _number(request: HttpRequest, name: str) -> int:
    """Raises Invalid."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdecimal()):
        raise Invalid({name: [_("Reload the page and try again.")]})
    return int(text)
