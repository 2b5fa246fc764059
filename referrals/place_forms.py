"""The forms of a place that is asked for, and of one that is held."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.widgets import DateInput, HintedBoxes
from referrals.models import Service
from referrals.models.place import MOST_PEOPLE, AgeBand, Among
from referrals.services.places import HOLD_HOURS, WAIT_HOURS, Wanted
from referrals.taxonomy import ServiceType

_CHOOSE = ("", _("Choose one"))


def _hours(choices: Iterable[int]) -> list[tuple[int, Any]]:
    return [
        (hours, ngettext_lazy("%(hours)d hour", "%(hours)d hours", hours) % {"hours": hours})
        for hours in choices
    ]


class NeedForm(forms.Form):
    """What a place is looked for of: the first of two steps."""

    need = forms.ChoiceField(label=_("What is needed"), choices=[_CHOOSE, *ServiceType.choices])


class PlaceForm(forms.Form):
    """What is asked of several services at once: nothing in it tells for whom."""

    age = forms.ChoiceField(label=_("Age"), choices=[_CHOOSE, *AgeBand.choices])
    among = forms.ChoiceField(
        label=_("With whom they can live"), choices=Among.choices, widget=forms.RadioSelect
    )
    people = forms.IntegerField(
        label=_("How many people"),
        min_value=1,
        max_value=MOST_PEOPLE,
        initial=1,
        widget=forms.NumberInput({"class": "govuk-input--width-3", "inputmode": "numeric"}),
    )
    from_on = forms.DateField(label=_("From"), widget=DateInput)
    until_on = forms.DateField(
        label=_("Until"), help_text=_("If it is known."), required=False, widget=DateInput
    )
    wait_hours = forms.TypedChoiceField(
        label=_("How long it can wait"), coerce=int, choices=_hours(WAIT_HOURS), initial=WAIT_HOURS[2]
    )
    services = forms.MultipleChoiceField(
        label=_("Whom to ask"),
        help_text=_(
            "Each is asked at once. The first to hold a place has it, and the others are told no more."
        ),
        widget=HintedBoxes,
        error_messages={"required": _("Choose at least one service.")},
    )

    def __init__(self, services: Iterable[Service], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        offered = list(services)
        field = self.fields["services"]
        assert isinstance(field, forms.MultipleChoiceField)
        assert isinstance(field.widget, HintedBoxes)
        field.choices = [(str(each.pk), f"{each.name}, {each.organisation.name}") for each in offered]
        field.widget.hints = {str(each.pk): each.description for each in offered if each.description}

    def wanted(self, need: str) -> Wanted:
        """What ask_for_place takes."""
        data = self.cleaned_data
        return Wanted(need, *(data[name] for name in ("age", "among", "people", "from_on", "until_on")))

    @property
    def chosen(self) -> list[UUID]:
        """The services that are to be asked."""
        return [UUID(each) for each in self.cleaned_data["services"]]


class HoldForm(forms.Form):
    """For how long a partner holds a place."""

    hours = forms.TypedChoiceField(
        label=_("Hold it for"), coerce=int, choices=_hours(HOLD_HOURS), initial=HOLD_HOURS[1]
    )
