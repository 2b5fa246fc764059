"""The forms of who carries a case, where it stands, what it belongs with and who opens it in an emergency."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.rapid_forms import long_text
from casework.record.entries.linked_case import RELATIONS
from casework.record.entries.state_change import STATE_REASONS
from casework.services.transfers import NOTE_LENGTH
from casework.transitions import REASONS, CaseStep
from core.models import Team, User

_STEPS = {
    CaseStep.ACTIVATE: _("Work has begun"),
    CaseStep.HOLD: _("Put it on hold"),
    CaseStep.RESUME: _("Take it up again"),
    CaseStep.CLOSE: _("Close it"),
    CaseStep.REOPEN: _("Reopen it"),
}
_CHOOSE = ("", _("Choose one"))


def _number() -> forms.CharField:
    return forms.CharField(
        label=_("Case number"),
        max_length=30,
        widget=forms.TextInput(
            {"dir": "ltr", "class": "govuk-input--width-10", "autocapitalize": "characters"}
        ),
    )


class _People(forms.Form):
    """A form that offers people in one of its fields."""

    def offer(self, name: str, people: Iterable[User]) -> None:
        """Offer these."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [_CHOOSE, *((str(each.pk), each.name) for each in people)]


class AssignForm(_People):
    """Another caseworker for a case."""

    to = forms.ChoiceField(label=_("Caseworker"), choices=())
    follow_ups = forms.BooleanField(
        label=_("What is due from the earlier caseworker goes along"), required=False, initial=True
    )

    def __init__(self, members: Iterable[User], data: Any = None) -> None:
        super().__init__(data)
        self.offer("to", members)


class StateForm(forms.Form):
    """A step that moves a case, with its reason."""

    step = forms.ChoiceField(label=_("What happens with the case"), choices=(), widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Reason"),
        help_text=_("Needed for putting a case on hold, closing it and reopening it."),
        required=False,
        choices=(),
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_("What whoever opens the case later should know about it."),
        required=False,
        max_length=2000,
        widget=long_text(4),
    )

    def __init__(self, steps: Iterable[CaseStep], data: Any = None) -> None:
        super().__init__(data)
        steps = list(steps)
        step, reason = self.fields["step"], self.fields["reason"]
        assert isinstance(step, forms.ChoiceField)
        assert isinstance(reason, forms.ChoiceField)
        step.choices = [(each.value, _STEPS[each]) for each in steps]
        reason.choices = [
            _CHOOSE,
            *(
                (_STEPS[each], [(value, STATE_REASONS.label(value)) for value in REASONS[each]])
                for each in steps
                if each in REASONS
            ),
        ]


class LinkForm(forms.Form):
    """A case that another one belongs with."""

    number = _number()
    relation = forms.ChoiceField(
        label=_("How they belong together"), choices=RELATIONS.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        help_text=_(
            "It stands in both cases: write nothing that one of the two must not learn of the other."
        ),
        required=False,
        max_length=1000,
        widget=long_text(3),
    )


class TransferForm(forms.Form):
    """A team that a case is offered to, and what it is told."""

    to_team = forms.ChoiceField(
        label=_("Team"),
        help_text=_("Another organisation needs the survivor's consent to share with it."),
        choices=(),
    )
    note = forms.CharField(
        label=_("What they need to know to decide"),
        help_text=_("Before they accept they read this and nothing else: no name, no place, no story."),
        max_length=NOTE_LENGTH,
        widget=long_text(4),
    )
    keep_reading = forms.BooleanField(
        label=_("Our team goes on reading the case"),
        help_text=_("Until they end it. Leave it out unless the survivor wants it."),
        required=False,
    )

    def __init__(self, teams: Iterable[Team], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["to_team"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            _CHOOSE,
            *(
                (organisation, [(str(each.pk), each.name) for each in group])
                for organisation, group in groupby(teams, key=lambda each: each.organisation.name)
            ),
        ]


class AcceptTransferForm(_People):
    """Who of the receiving team carries the case."""

    assign_to = forms.ChoiceField(
        label=_("Caseworker"), help_text=_("You, if you choose nobody."), choices=(), required=False
    )

    def __init__(self, members: Iterable[User], data: Any = None) -> None:
        super().__init__(data)
        self.offer("assign_to", members)


class DeclineTransferForm(forms.Form):
    """Why the receiving team declines."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Only the team that offered it reads this."),
        max_length=NOTE_LENGTH,
        widget=long_text(4),
    )


class EmergencyForm(forms.Form):
    """A case of another team, and why it must be opened now."""

    number = _number()
    reason = forms.CharField(
        label=_("Why it must be opened now"),
        help_text=_("Its caseworker and a supervisor of its team read this at once, and review it."),
        max_length=2000,
        widget=long_text(3),
    )
