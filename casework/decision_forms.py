"""The form of a decision."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.models import Decision
from casework.record.codelists import COUNTRIES
from casework.services.decisions import OUTCOMES, Body, Outcome
from core.errors import Invalid
from core.widgets import DateInput

_LONGEST = 10_000  # characters


def decision_label(kind: str, outcome: str) -> str:
    """Whose decision and what it says, as one line."""
    whose = str(Decision.Kind(kind).label)
    if kind == Decision.Kind.EXTENSION:
        return whose
    return str(_("%(whose)s: %(what)s") % {"whose": whose, "what": Outcome(outcome).label})


class DecisionForm(forms.Form):
    """A decision. Whose it is and what it says are one choice, so that no page has to keep the two together."""

    decision = forms.ChoiceField(label=_("What was decided"), choices=(), widget=forms.RadioSelect)
    decided_on = forms.DateField(
        label=_("Date of the decision"), widget=DateInput, input_formats=["%Y-%m-%d"]
    )
    body = forms.ChoiceField(
        label=_("Who decided"),
        help_text=_("Leave it empty for our own assessment."),
        required=False,
        choices=[("", _("Choose one")), *Body.choices],
    )
    body_name = forms.CharField(
        label=_("Name of the authority or office"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"dir": "auto"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_(
            "What the decision rests on. Where it is negative: what was not accepted, and what you make of it."
        ),
        required=False,
        max_length=_LONGEST,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
    country = forms.ChoiceField(label=_("Country whose rules apply"), required=False, choices=())
    recovery_days = forms.IntegerField(
        label=_("Length in days"),
        help_text=_(
            "As decided, or empty for the country's usual length. For an extension, the days that are added."
        ),
        required=False,
        min_value=1,
        widget=forms.NumberInput({"class": "govuk-input--width-4", "inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"decided_on": timezone.localdate(), **(initial or {})})
        decision, country = self.fields["decision"], self.fields["country"]
        assert isinstance(decision, forms.ChoiceField)
        assert isinstance(country, forms.ChoiceField)
        decision.choices = [
            (f"{kind}:{outcome.value}", decision_label(kind, outcome))
            for kind, outcomes in OUTCOMES.items()
            for outcome in outcomes
        ]
        country.choices = [("", _("Choose one")), *COUNTRIES.choices()]

    @property
    def decided(self) -> dict[str, Any]:
        """What record_decision takes."""
        values = dict(self.cleaned_data)
        kind, _colon, outcome = values.pop("decision").partition(":")
        if kind == Decision.Kind.NGO:
            values["body"] = values["body"] or Body.NGO
        return values | {"kind": kind, "outcome": outcome}

    def refuse(self, error: Invalid) -> None:
        """Put a service's messages at the fields that they are about."""
        for name, messages in error.fields.items():
            for message in messages:
                self.add_error("decision" if name in ("kind", "outcome") else name, str(message))
