"""Referrals' forms."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.record.documents import Documents, display
from casework.record.sections import SECTIONS
from core.widgets import HintedBoxes, HintedRadios
from referrals.handovers import HandoverAnswer
from referrals.models import Service
from referrals.services import NOTE_LENGTH, DeclineReason


def _note(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )


class ReferralForm(forms.Form):
    """A partner's service, the fields that it is to read with what they hold now, and a note."""

    service = forms.ChoiceField(
        label=_("Service"), widget=HintedRadios, error_messages={"required": _("Choose a service.")}
    )
    note = _note(_("Note to the partner"), _("What you ask of them. It is sealed like the rest."))

    def __init__(self, services: Iterable[Service], documents: Documents, data: Any = None) -> None:
        super().__init__(data)
        self._offer_services(sorted(services, key=lambda each: (str(each.organisation.name), each.name)))
        self.fields["fields"] = _field_choice(documents)
        self.order_fields(["service", "fields", "note"])

    def _offer_services(self, services: list[Service]) -> None:
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        assert isinstance(field.widget, HintedRadios)
        field.choices = [
            (partner, [(str(each.pk), each.name) for each in group])
            for partner, group in groupby(services, key=lambda each: str(each.organisation.name))
        ]
        field.widget.hints = {str(each.pk): each.description for each in services}


def _field_choice(documents: Documents) -> forms.MultipleChoiceField:
    """The recorded fields that may be shared, by section, each with what it holds."""
    widget = HintedBoxes()
    choices: list[tuple[str, list[tuple[str, str]]]] = []
    for section in SECTIONS:
        shown = [
            (f"{section.name}.{field.name}", str(field.label), text)
            for field, text in display(section, documents.get(section.name, {}))
            if field.shareable
        ]
        widget.hints |= {path: text for path, _label, text in shown}
        if shown:
            choices.append((str(section.label), [(path, label) for path, label, _text in shown]))
    return forms.MultipleChoiceField(
        label=_("What the partner will read"),
        help_text=_(
            "Only what you tick is sent, as it stands here; with a number or an address go the rules of safe contact. "
            "Share no more than the service needs."
        ),
        choices=choices,
        widget=widget,
        error_messages={"required": _("Choose at least one field.")},
    )


class AcceptForm(forms.Form):
    """An answer that is a yes."""

    note = _note(_("Note"), _("For instance when and whom to call. Only the sender reads it."))


class DeclineForm(forms.Form):
    """An answer that is a no, with its reason."""

    reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    note = _note(_("Note"), _("What else could help, or whom to ask. Only the sender reads it."))


class HandoverForm(forms.Form):
    """What a partner says when consent has ended for something that it had accepted."""

    holds = _note(
        _("What you still hold"), _("Papers, notes and files about this person, and copies that you gave on.")
    )
    destroys = _note(_("What you destroy"), _("And by when."))
    keeps = _note(_("What you keep"), _("No more than a law or a duty makes you keep."))
    duty = _note(_("By which law or duty"), _("And for how long."))

    @property
    def answer(self) -> HandoverAnswer:
        """What answer_handover takes."""
        return HandoverAnswer(**self.cleaned_data)


class CloseForm(forms.Form):
    """What the sender notes at the end."""

    note = _note(_("Note"), _("What was agreed, and how help goes on."))
