"""The forms of what needs a second person."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.approvals import Subject
from casework.rapid_forms import long_text

_LONGEST = 2_000  # characters


class AskForm(forms.Form):
    """What a supervisor is asked for, and why."""

    subject = forms.TypedChoiceField(
        label=_("What is asked for"),
        choices=[(each.value, each.label) for each in (Subject.PLAN, Subject.CLOSURE)],
        coerce=Subject,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What they should know"),
        help_text=_("What is new, and what you are unsure of."),
        max_length=_LONGEST,
        widget=long_text(3),
    )

    def __init__(self, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)


class NoteForm(forms.Form):
    """What the second person says. A refusal needs it."""

    note = forms.CharField(
        label=_("Note"),
        help_text=_("If you refuse, say why and what to do instead."),
        required=False,
        max_length=_LONGEST,
        widget=long_text(3),
    )
