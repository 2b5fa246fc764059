"""The forms of rapid mode, one a kind of screen. Field names are those of the interview and of the draft."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.assessment import Answer
from casework.assessment.answers import OLDEST
from casework.instruments import Indicator, Instrument
from casework.interview import Accompaniment, Concern, Interview, Source, YesNo
from casework.rapid import Kind, Screen, outside_gate, set_for_age
from casework.record.codelists import LANGUAGES

ANSWERS = [
    (Answer.PRESENT.value, _("Yes")),
    (Answer.ABSENT.value, _("No")),
    (Answer.DECLINED.value, pgettext_lazy("answer", "Declined")),
    (Answer.UNKNOWN.value, _("Skip")),
]
_INTERVIEW = {each.name for each in fields(Interview)}
_LONGEST = 10_000  # characters


def long_text(rows: int = 3) -> forms.Textarea:
    """A field of several lines that takes the direction of what is written."""
    return forms.Textarea({"rows": rows, "dir": "auto"})


def years() -> forms.TextInput:
    """A field for an age: the digits of a phone's keyboard."""
    return forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-3"})


def hint(indicator: Indicator) -> str:
    """What stands below an indicator's label."""
    unverified = [str(_("Unverified wording."))] if indicator.unverified else []
    return " ".join([*([str(indicator.help)] if indicator.help else []), *unverified])


class ScreenForm(forms.Form):
    """One screen of a draft, filled from its content."""

    def __init__(
        self,
        screen: Screen,
        used: Instrument,
        offered: Collection[str],
        content: Mapping[str, Any],
        data: Any,
    ) -> None:
        answers = {f"answers.{id}": answer for id, answer in content["answers"].items()}
        super().__init__(data, initial={**content, **content["interview"], **answers})
        self.screen, self.used, self.offered = screen, used, offered
        self.switch_to = used.id

    def changes(self) -> dict[str, Any]:
        """What save_draft takes: the answers, the interview's fields, and the draft's own."""
        data = self.cleaned_data
        return {
            "answers": {
                name.removeprefix("answers."): value
                for name, value in data.items()
                if name.startswith("answers.")
            },
            "interview": {name: value for name, value in data.items() if name in _INTERVIEW},
            **{n: v for n, v in data.items() if n not in _INTERVIEW and not n.startswith("answers.")},
        }

    def differences(self) -> list[tuple[str, str, str]]:
        """(label, what stands in the draft, what was sent) of each field in which the two differ, as people read it."""
        return [
            (str(field.label), _read(field.field, stands), _read(field.field, sent))
            for field in self
            if (stands := field.initial or None) != (sent := self.cleaned_data.get(field.name) or None)
        ]


def _read(field: forms.Field, value: Any) -> str:
    labels: dict[Any, Any] = dict(field.choices) if isinstance(field, forms.ChoiceField) else {}  # type: ignore[arg-type]
    many = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    return ", ".join(str(labels.get(each, each)) for each in many)


class BeforeForm(ScreenForm):
    """How the conversation is held. `consented` is the button that was pressed."""

    alone = forms.ChoiceField(
        label=_("Are you alone with the person?"),
        choices=[(YesNo.YES.value, _("Yes, alone")), (YesNo.NO.value, _("No, someone is here"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether you are alone with the person.")},
    )
    present = forms.CharField(label=_("Who else is here"), required=False, max_length=500)
    interpreter = forms.CharField(label=_("Interpreter"), required=False, max_length=200)
    not_interpreters = forms.CharField(
        label=_("Who must not interpret"),
        help_text=_("A name a line: whom the person fears, or is related to."),
        required=False,
        max_length=1000,
        widget=long_text(2),
    )
    limits_explained = forms.BooleanField(
        label=_("I have explained this in their language"),
        required=False,
    )
    consented = forms.ChoiceField(label=_("Consent to the interview"), choices=YesNo.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["limits_explained"] = self.initial["limits_explained"] == YesNo.YES
        if self.data.get("consented") == YesNo.NO:
            self.fields["alone"].required = False

    def clean_limits_explained(self) -> str:
        """As the interview keeps it."""
        return (YesNo.YES if self.cleaned_data["limits_explained"] else YesNo.NO).value

    def clean(self) -> None:
        """An agreement given before the limits were explained does not hold."""
        data = self.cleaned_data
        if data.get("consented") == YesNo.YES and data.get("limits_explained") == YesNo.NO:
            self.add_error(
                "limits_explained", _("Explain the limits first; only then can the person agree to be asked.")
            )


class UrgentForm(ScreenForm):
    """What can't wait. `none` is a button."""

    concerns = forms.MultipleChoiceField(
        label=_("Tick what is so now"),
        choices=Concern.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> None:
        """Either something or nothing."""
        ticked = bool(self.cleaned_data.get("concerns"))
        if ticked == ("none" in self.data):
            self.add_error("concerns", _("Tick what is so now, or press “None of these”."))


class AgeForm(ScreenForm):
    """The two ages. `switch_to` is the id of the set that fits them."""

    age = forms.IntegerField(
        label=_("Age today"),
        help_text=_("In years. An estimate will do."),
        required=False,
        widget=years(),
    )
    age_at_exploitation = forms.IntegerField(
        label=_("Age when it happened"),
        help_text=_("If it differs."),
        required=False,
        widget=years(),
    )
    presumed_child = forms.BooleanField(label=_("May be under 18"), required=False)
    gate_reason = forms.CharField(
        label=_("Why you use this set all the same"), required=False, max_length=1000, widget=long_text(2)
    )

    @property
    def asks_why(self) -> bool:
        """Whether the age is outside the instrument's, so that a reason is asked for."""
        return bool(self["gate_reason"].errors or self["gate_reason"].value())

    def clean(self) -> None:
        """Refuse ages that can't be; choose the set; and ask why where the set is not for this age."""
        super().clean()
        data = self.cleaned_data
        if self.errors:
            return
        age, then = data["age"], data["age_at_exploitation"]
        for name, value, oldest in (("age", age, OLDEST), ("age_at_exploitation", then, age or OLDEST)):
            if value is not None and not 0 <= value <= oldest:
                self.add_error(name, _("Enter an age in years that is possible."))
        if self.errors:
            return
        presumed = data["presumed_child"]
        self.switch_to = set_for_age(
            self.used.id, age=age, then=then, presumed=presumed, offered=self.offered
        )
        if self.data.get("use") in self.offered:
            self.switch_to = self.data["use"]
        outside = outside_gate(self.used, age=age, then=then, presumed=presumed)
        if self.switch_to != self.used.id or outside is None:
            data["gate_reason"] = ""
        elif not data["gate_reason"].strip():
            self.add_error("gate_reason", [str(outside), _("To go on all the same, say why.")])


class ChildForm(ScreenForm):
    """With whom the child is, and who decides for them."""

    accompaniment = forms.ChoiceField(
        label=_("The child is"), choices=Accompaniment.choices, required=False, widget=forms.RadioSelect
    )
    guardian = forms.CharField(
        label=_("Guardian"),
        help_text=_("Who it is, or who was asked to appoint one."),
        required=False,
        max_length=500,
    )


class QuestionsForm(ScreenForm):
    """The questions of one group, each a field called `answers.<indicator id>`."""

    def __init__(self, screen: Screen, *args: Any) -> None:
        super().__init__(screen, *args)
        self.unverified = all(indicator.unverified for indicator in screen.indicators)
        for indicator in screen.indicators:
            self.fields[f"answers.{indicator.id}"] = forms.ChoiceField(
                label=str(indicator.label),
                help_text=str(indicator.help or "") if self.unverified else hint(indicator),
                choices=ANSWERS,
                initial=Answer.UNKNOWN.value,
                required=False,
                widget=forms.RadioSelect,
            )

    def clean(self) -> None:
        """An answer left out is a question that was skipped."""
        for name, value in self.cleaned_data.items():
            self.cleaned_data[name] = value or Answer.UNKNOWN.value


class SourceForm(ScreenForm):
    """How the person came to be identified, and in which language."""

    source = forms.ChoiceField(
        label=_("How they came to you"), choices=Source.choices, required=False, widget=forms.RadioSelect
    )
    campaign = forms.CharField(label=_("Which campaign"), required=False, max_length=200)
    language = forms.ChoiceField(label=_("Language of the conversation"), required=False)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", _("Choose one")), *LANGUAGES.choices()]


class NotesForm(ScreenForm):
    """What else was seen and heard."""

    notes = forms.CharField(
        label=_("Notes"),
        help_text=_("What you saw and heard. Names can wait for the case."),
        required=False,
        max_length=_LONGEST,
        widget=long_text(4),
    )


class LastForm(AgeForm, SourceForm, NotesForm):
    """What a short tool asks at its end."""


FORMS: Mapping[Kind, type[ScreenForm]] = {
    Kind.BEFORE: BeforeForm,
    Kind.URGENT: UrgentForm,
    Kind.NOW: ScreenForm,
    Kind.AGE: AgeForm,
    Kind.CHILD: ChildForm,
    Kind.QUESTIONS: QuestionsForm,
    Kind.SOURCE: SourceForm,
    Kind.NOTES: NotesForm,
    Kind.LAST: LastForm,
}
