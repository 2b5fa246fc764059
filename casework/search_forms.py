"""The forms of searching and filtering. What is searched for is sent in a body, never in an address."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from casework.models import Case, Risk, SavedFilter
from casework.record.fields import Indexed
from casework.search.filters import CaseFilter
from casework.search.query import Query, read_query
from core.models import User
from core.widgets import DateInput

LONGEST = 200  # characters
NOTHING = _("Enter something to look for.")


class SearchForm(forms.Form):
    """One line for whatever is known."""

    text = forms.CharField(
        label=_("What to look for"),
        help_text=_(
            "A case number, a name in any script or spelling, a date of birth, a phone or a document number."
        ),
        max_length=LONGEST,
        error_messages={"required": NOTHING},
        widget=forms.TextInput({"dir": "auto"}),
    )
    query: Query

    def clean(self) -> None:
        """Raises ValidationError where nothing that is typed can be looked for."""
        self.query = read_query(self.cleaned_data.get("text", ""))
        if "text" in self.cleaned_data and not self.query.kinds:
            self.add_error("text", NOTHING)


class EarlierForm(forms.Form):
    """What is known of a person before their case is opened."""

    name = forms.CharField(
        label=_("Names"),
        help_text=_("In any script or spelling."),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput({"dir": "auto"}),
    )
    date_of_birth = forms.DateField(
        label=_("Date of birth"), required=False, widget=DateInput, input_formats=["%Y-%m-%d"]
    )
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=LONGEST, widget=forms.TextInput({"dir": "ltr"})
    )
    document = forms.CharField(
        label=_("Document number"), required=False, max_length=LONGEST, widget=forms.TextInput({"dir": "ltr"})
    )
    _KINDS = {
        "name": Indexed.NAME,
        "date_of_birth": Indexed.DATE,
        "phone": Indexed.PHONE,
        "document": Indexed.NUMBER,
    }

    def clean(self) -> None:
        """Raises ValidationError where nothing was typed."""
        if not self.errors and not self.query.values:
            self.add_error(None, NOTHING)

    @property
    def query(self) -> Query:
        """What is looked for."""
        typed = ((kind, self.cleaned_data.get(name)) for name, kind in self._KINDS.items())
        return Query(values=frozenset((kind, str(value)) for kind, value in typed if value))


class CaseFilterForm(forms.Form):
    """A filter of the list of cases."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any")), *Case.State.choices])
    risk = forms.ChoiceField(
        label=_("Level of risk"), required=False, choices=[("", _("Any")), *Risk.choices]
    )
    assigned_to = forms.ChoiceField(label=_("Caseworker"), required=False)
    opened_from = forms.DateField(
        label=_("Opened from"), required=False, widget=DateInput, input_formats=["%Y-%m-%d"]
    )
    opened_to = forms.DateField(
        label=_("Opened until"), required=False, widget=DateInput, input_formats=["%Y-%m-%d"]
    )

    def __init__(self, colleagues: Iterable[User], data: Any = None) -> None:
        super().__init__(data)
        assigned_to = self.fields["assigned_to"]
        assert isinstance(assigned_to, forms.ChoiceField)
        assigned_to.choices = [("", _("Anyone")), *((str(each.pk), each.name) for each in colleagues)]

    @property
    def filter(self) -> CaseFilter:
        """What it narrows to; a field at fault narrows nothing."""
        data = {name: value for name, value in self.cleaned_data.items() if value}
        if "assigned_to" in data:
            data["assigned_to"] = UUID(data["assigned_to"])
        return CaseFilter(**data)


def filter_label(saved: SavedFilter) -> str:
    """What a saved filter is called: what it narrows to."""
    parts = [
        Case.State(saved.state).label if saved.state else "",
        _("Risk: %(level)s") % {"level": Risk(saved.risk).label} if saved.risk else "",
        saved.assigned_to.name if saved.assigned_to else "",
        _("from %(day)s") % {"day": _day(saved.opened_from)} if saved.opened_from else "",
        _("until %(day)s") % {"day": _day(saved.opened_to)} if saved.opened_to else "",
    ]
    return ", ".join(str(part) for part in parts if part)


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
