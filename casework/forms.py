"""Casework's forms, but for the record's sections, whose forms are made from their declaration."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.assessment import Answer
from casework.instruments import Dimension, Instrument, enabled_instruments
from casework.record.codelists import LANGUAGES
from casework.services.consents import How, Purpose
from core.models import Organisation, Team, User
from core.widgets import DateInput, TimeInput

ANSWERS = [
    (Answer.PRESENT.value, _("Present")),
    (Answer.ABSENT.value, _("Absent")),
    (Answer.UNKNOWN.value, _("Unknown")),
]
_LONGEST = 10_000  # characters


def _notes(**attributes: Any) -> forms.Textarea:
    return forms.Textarea({"rows": 4, "dir": "auto", **attributes})


def offered_instruments() -> list[Instrument]:
    """The instruments that a page offers: those that are switched on and have dimensions."""
    return [instrument for instrument in enabled_instruments() if instrument.dimensions]


class InstrumentForm(forms.Form):
    """The choice of an instrument."""

    instrument = forms.ChoiceField(label=_("Set of indicators"))

    def __init__(self, chosen: Instrument) -> None:
        super().__init__(initial={"instrument": chosen.id})
        choice = self.fields["instrument"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(instrument.id, str(instrument.title)) for instrument in offered_instruments()]


class IdentificationForm(forms.Form):
    """The answers to an instrument, each a field called `answers.<indicator id>`, and what goes with them."""

    team = forms.ChoiceField(label=_("Team"), help_text=_("Its caseworkers and supervisors can read this."))
    interviewed_on = forms.DateField(
        label=_("Date of the conversation"), widget=DateInput, input_formats=["%Y-%m-%d"]
    )
    age = forms.IntegerField(
        label=_("Age today"),
        help_text=_("In years. An estimate will do."),
        required=False,
        min_value=0,
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-3"}),
    )
    age_at_exploitation = forms.IntegerField(
        label=_("Age when it happened"),
        help_text=_("If it differs: under 18, the reading is another one."),
        required=False,
        min_value=0,
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-3"}),
    )
    notes = forms.CharField(
        label=_("Notes"),
        help_text=_("What you saw and heard, and what you still want to ask. Names can wait for the case."),
        required=False,
        max_length=_LONGEST,
        widget=_notes(),
    )

    def __init__(self, instrument: Instrument, teams: list[Team], data: Any = None) -> None:
        super().__init__(data, initial={"interviewed_on": timezone.localdate()})
        self.instrument = instrument
        team = self.fields["team"]
        assert isinstance(team, forms.ChoiceField)
        team.choices = [(str(each.pk), each.name) for each in teams]
        if len(teams) == 1:
            team.required, team.widget, team.initial = False, forms.HiddenInput(), str(teams[0].pk)
        for indicator in instrument.indicators:
            hints = [str(indicator.help)] if indicator.help else []
            if indicator.unverified:
                hints.append(str(_("Unverified wording.")))
            self.fields[f"answers.{indicator.id}"] = forms.ChoiceField(
                label=str(indicator.label),
                help_text=" ".join(hints),
                choices=ANSWERS,
                initial=Answer.UNKNOWN.value,
                required=False,
                widget=forms.RadioSelect({"class": "govuk-radios--small"}),
            )

    def dimensions(self) -> Iterator[tuple[Dimension, list[BoundField]]]:
        """Each dimension with the fields of its indicators."""
        for dimension in self.instrument.dimensions:
            indicators = self.instrument.by_dimension[dimension.id]
            yield dimension, [self[f"answers.{indicator.id}"] for indicator in indicators]

    @property
    def answers(self) -> dict[str, str]:
        """The answers by indicator id; an answer left out is unknown."""
        return {
            name.removeprefix("answers."): value or Answer.UNKNOWN.value
            for name, value in self.cleaned_data.items()
            if name.startswith("answers.")
        }


class ConsentForm(forms.Form):
    """A consent to one purpose, and to one partner where it is sharing."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices, widget=forms.RadioSelect)
    recipient = forms.ChoiceField(
        label=_("Shared with"),
        help_text=_("The one organisation that this consent is about."),
        error_messages={"required": _("Choose the organisation that this is shared with.")},
    )
    explained = forms.CharField(
        label=_("What was explained"),
        help_text=_("In your words: what is done with what, by whom, for how long, and the right to say no."),
        max_length=_LONGEST,
        widget=_notes(),
    )
    language = forms.ChoiceField(label=_("Language it was explained in"), choices=())
    how = forms.ChoiceField(label=_("How it was given"), choices=How.choices, widget=forms.RadioSelect)
    given_on = forms.DateField(label=_("Given on"), widget=DateInput, input_formats=["%Y-%m-%d"])
    expires_on = forms.DateField(
        label=_("Ends on"),
        help_text=_("Leave it empty if it holds until it is withdrawn."),
        required=False,
        widget=DateInput,
        input_formats=["%Y-%m-%d"],
    )

    def __init__(
        self, recipients: Iterable[Organisation], data: Any = None, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"given_on": timezone.localdate(), **(initial or {})})
        recipient, language = self.fields["recipient"], self.fields["language"]
        assert isinstance(recipient, forms.ChoiceField)
        assert isinstance(language, forms.ChoiceField)
        recipient.required = data is None or data.get("purpose") == Purpose.SHARE
        recipient.choices = [("", _("Choose one")), *((str(each.pk), each.name) for each in recipients)]
        language.choices = [("", _("Choose one")), *LANGUAGES.choices()]


class FollowUpForm(forms.Form):
    """Something to be done, by when and by whom."""

    about = forms.CharField(label=_("What is to be done"), max_length=_LONGEST, widget=_notes(rows=3))
    due_on = forms.DateField(label=_("Day"), widget=DateInput, input_formats=["%Y-%m-%d"])
    due_time = forms.TimeField(label=_("Time"), widget=TimeInput({"class": "govuk-input--width-10"}))
    assignee = forms.ChoiceField(label=_("Who does it"))

    def __init__(
        self, members: Iterable[User], data: Any = None, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"due_time": "09:00", **(initial or {})})
        assignee = self.fields["assignee"]
        assert isinstance(assignee, forms.ChoiceField)
        assignee.choices = [(str(member.pk), member.name) for member in members]
        zone = timezone.get_current_timezone_name()
        self.fields["due_time"].help_text = format_lazy(_("In the time zone {zone}."), zone=zone)

    @property
    def due_at(self) -> datetime:
        """Day and time together, in the page's time zone."""
        return timezone.make_aware(
            datetime.combine(self.cleaned_data["due_on"], self.cleaned_data["due_time"])
        )


class OutcomeForm(forms.Form):
    """What came of a follow-up."""

    outcome = forms.CharField(
        label=_("What came of it"), required=False, max_length=_LONGEST, widget=_notes()
    )
