"""Casework's forms, but for the record's sections, whose forms are made from their declaration."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.assessment import Answer
from casework.instruments import Instrument
from casework.interview import Interview, Source, YesNo
from casework.rapid_forms import hint, long_text, years
from casework.record.codelists import LANGUAGES
from casework.record.contact_codes import Channel
from casework.recurrence import Every
from core.models import Team, User
from core.widgets import DateInput, TimeInput

ANSWERS = [
    (Answer.PRESENT.value, _("Present")),
    (Answer.ABSENT.value, _("Absent")),
    (Answer.UNKNOWN.value, _("Unknown")),
]
_LONGEST = 10_000  # characters


class InstrumentForm(forms.Form):
    """The choice of an instrument."""

    instrument = forms.ChoiceField(label=_("Set of indicators"))

    def __init__(self, chosen: Instrument, offered: Iterable[Instrument]) -> None:
        super().__init__(initial={"instrument": chosen.id})
        choice = self.fields["instrument"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(instrument.id, str(instrument.title)) for instrument in offered]


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
        widget=years(),
    )
    age_at_exploitation = forms.IntegerField(
        label=_("Age when it happened"),
        help_text=_("If it differs: under 18, the reading is another one."),
        required=False,
        min_value=0,
        widget=years(),
    )
    notes = forms.CharField(
        label=_("Notes"),
        help_text=_("What you saw and heard, and what you still want to ask. Names can wait for the case."),
        required=False,
        max_length=_LONGEST,
        widget=long_text(4),
    )
    gate_reason = forms.CharField(
        label=_("Why you use this set all the same"), required=False, max_length=1000, widget=long_text(2)
    )
    alone = forms.ChoiceField(
        label=_("Alone with the person"), choices=YesNo.choices, required=False, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=_("Language of the conversation"), required=False)
    interpreter = forms.CharField(label=_("Interpreter"), required=False, max_length=200)
    source = forms.ChoiceField(
        label=_("How they came to you"),
        choices=[("", _("Not known")), *Source.choices],
        required=False,
    )
    campaign = forms.CharField(
        label=_("Which campaign"),
        help_text=_("Where an awareness campaign brought them."),
        required=False,
        max_length=200,
    )

    def __init__(self, instrument: Instrument, teams: list[Team], data: Any = None) -> None:
        super().__init__(data, initial={"interviewed_on": timezone.localdate()})
        self.instrument = instrument
        team = self.fields["team"]
        assert isinstance(team, forms.ChoiceField)
        team.choices = [(str(each.pk), each.name) for each in teams]
        if len(teams) == 1:
            team.required, team.widget, team.initial = False, forms.HiddenInput(), str(teams[0].pk)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("Not known")), *LANGUAGES.choices()]
        for indicator in instrument.indicators:
            self.fields[f"answers.{indicator.id}"] = forms.ChoiceField(
                label=str(indicator.label),
                help_text=hint(indicator),
                choices=ANSWERS,
                initial=Answer.UNKNOWN.value,
                required=False,
                widget=forms.RadioSelect({"class": "govuk-radios--small"}),
            )
            self.fields[f"evidence.{indicator.id}"] = forms.CharField(
                label=_("What was seen or said"),
                required=False,
                max_length=1000,
                widget=forms.TextInput({"dir": "auto"}),
            )

    def groups(self) -> Iterator[tuple[str, str, list[tuple[BoundField, BoundField]]]]:
        """Id and label of each dimension, with the fields of its indicators: the answer and what speaks for it."""
        labels = {dimension.id: str(dimension.label) for dimension in self.instrument.dimensions}
        for id, indicators in self.instrument.by_dimension.items():
            yield (
                id or "questions",
                labels[id] if id else str(_("Questions")),
                [(self[f"answers.{each.id}"], self[f"evidence.{each.id}"]) for each in indicators],
            )

    @property
    def interview(self) -> Interview:
        """What is known of the conversation, with the notes on indicators by their id."""
        data = self.cleaned_data
        names = ("gate_reason", "alone", "language", "interpreter", "source", "campaign")
        evidence = {
            name.removeprefix("evidence."): note
            for name, note in data.items()
            if name.startswith("evidence.") and note
        }
        return Interview(**{name: data[name] for name in names}, evidence=evidence)

    @property
    def answers(self) -> dict[str, str]:
        """The answers by indicator id; an answer left out is unknown."""
        return {
            name.removeprefix("answers."): value or Answer.UNKNOWN.value
            for name, value in self.cleaned_data.items()
            if name.startswith("answers.")
        }


class FollowUpForm(forms.Form):
    """Something to be done, by when and by whom."""

    about = forms.CharField(label=_("What is to be done"), max_length=_LONGEST, widget=long_text(3))
    due_on = forms.DateField(label=_("Day"), widget=DateInput, input_formats=["%Y-%m-%d"])
    due_time = forms.TimeField(label=_("Time"), widget=TimeInput({"class": "govuk-input--width-10"}))
    assignee = forms.ChoiceField(label=_("Who does it"))
    every = forms.ChoiceField(
        label=_("Whether it comes back"), choices=[("", _("Once")), *Every.choices], required=False
    )
    repeat_until = forms.DateField(
        label=_("Until"),
        help_text=_("For what comes back, where it has an end."),
        widget=DateInput,
        input_formats=["%Y-%m-%d"],
        required=False,
    )
    channel = forms.ChoiceField(
        label=_("If the survivor is to be contacted, how"),
        help_text=_("Checked against the rules of safe contact at that time."),
        choices=[("", _("They are not contacted")), *Channel.choices],
        required=False,
    )

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
        label=_("What came of it"), required=False, max_length=_LONGEST, widget=long_text(4)
    )


class SafeToKeepForm(forms.Form):
    """That the survivor can keep a paper without harm."""

    safe = forms.BooleanField(
        label=_("They want it on paper, and have a place where nobody finds it whom they fear.")
    )


def _tomorrow(days: int) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=days), time(9)))


PUT_OFF: dict[str, tuple[Any, Callable[[], datetime]]] = {
    "hour": (_("For an hour"), lambda: timezone.now() + timedelta(hours=1)),
    "day": (_("Until tomorrow morning"), lambda: _tomorrow(1)),
    "days": (_("For three days"), lambda: _tomorrow(3)),
    "week": (_("For a week"), lambda: _tomorrow(7)),
}


class SeveralForm(forms.Form):
    """What becomes of the follow-ups that are ticked on a page: put off, or given to a colleague."""

    follow_up = forms.TypedMultipleChoiceField(
        coerce=UUID, error_messages={"required": _("Tick some of them first.")}
    )
    later = forms.ChoiceField(
        label=_("Put off"), choices=[(code, each[0]) for code, each in PUT_OFF.items()], required=False
    )
    to = forms.ChoiceField(label=_("Give to"), required=False)

    def __init__(self, colleagues: Iterable[User], data: Any = None) -> None:
        super().__init__(data)
        to, ticked = self.fields["to"], self.fields["follow_up"]
        assert isinstance(to, forms.ChoiceField)
        assert isinstance(ticked, forms.TypedMultipleChoiceField)
        to.choices = [("", _("Choose one")), *((str(each.pk), each.name) for each in colleagues)]
        ticked.choices = [(each, each) for each in (data.getlist("follow_up") if data else ())]

    @property
    def until(self) -> datetime:
        """When they are due instead."""
        return PUT_OFF[self.cleaned_data["later"] or "day"][1]()
