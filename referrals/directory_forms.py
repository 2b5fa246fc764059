"""The forms of the directory: what to look for, and how many places are free."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.record.codelists import COUNTRIES, KINDS_OF_NEEDS, LANGUAGES
from referrals.directory import Wanted
from referrals.service_codes import Waiting

_LONGEST = 100  # characters
_ANY = ("", _("Any"))


def _words() -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        help_text=_("Of the service or the organisation. Never of a survivor: it stands in the address."),
        required=False,
        max_length=_LONGEST,
        widget=forms.TextInput({"dir": "auto"}),
    )


class DirectoryForm(forms.Form):
    """What to narrow the directory to."""

    words = _words()
    type = forms.ChoiceField(label=_("Need that it meets"), required=False)
    country = forms.ChoiceField(label=_("Country where it works"), required=False)
    language = forms.ChoiceField(label=_("Language spoken there"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for name, codes in (("type", KINDS_OF_NEEDS), ("country", COUNTRIES), ("language", LANGUAGES)):
            _offer(self.fields[name], [_ANY, *codes.choices()])

    @property
    def wanted(self) -> Wanted:
        """What is wanted, of a form that is valid."""
        return Wanted(**self.cleaned_data)


class FindForm(forms.Form):
    """A need to find a service for: first those that the case has recorded."""

    need = forms.ChoiceField(label=_("Need"), required=False)
    words = _words()

    def __init__(self, recorded: Iterable[str], data: Any = None) -> None:
        super().__init__(data)
        self.recorded = first = [(code, KINDS_OF_NEEDS.label(code)) for code in recorded]
        others = [choice for choice in KINDS_OF_NEEDS.choices() if choice not in first]
        groups = [(_("Recorded in the case"), first)] if first else []
        _offer(self.fields["need"], [("", _("Choose")), *groups, (_("All needs"), others)])


def _offer(field: forms.Field, choices: Iterable[Any]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class CapacityForm(forms.Form):
    """How full a service is today: numbers where places are counted, else how long one waits."""

    places_free = forms.IntegerField(
        label=_("Free places"),
        help_text=_("Leave it empty where you don't count places."),
        required=False,
        min_value=0,
        widget=forms.NumberInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
    )
    places_total = forms.IntegerField(
        label=_("Places in all"),
        required=False,
        min_value=0,
        widget=forms.NumberInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
    )
    waiting = forms.ChoiceField(label=_("Waiting list"), choices=Waiting.choices)
