"""Referrals' forms."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from casework.documents.attachments import OpenedDocument
from casework.record.documents import Documents, display
from casework.record.sections import SECTIONS
from core.widgets import HintedBoxes, HintedRadios
from referrals.enclosures import can_be_copied
from referrals.handovers import HandoverAnswer
from referrals.minimum import minimum_for
from referrals.models import Service
from referrals.service_codes import Answer
from referrals.services import NOTE_LENGTH, DeclineReason

REPORTS = _("This service reports to immigration authorities.")


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

    def __init__(
        self,
        services: Iterable[Service],
        documents: Documents,
        data: Any = None,
        attachments: Iterable[OpenedDocument] = (),
        chosen: Service | None = None,
    ) -> None:
        initial = (
            {"service": str(chosen.pk), "fields": minimum_for(chosen.type, documents)} if chosen else None
        )
        super().__init__(data, initial=initial)
        listed = [chosen] if chosen else services
        self._offer_services(sorted(listed, key=lambda each: (str(each.organisation.name), each.name)))
        if chosen:
            self.fields["service"].widget = forms.HiddenInput()
        self.fields["fields"] = _field_choice(documents)
        kept = [each for each in attachments if each.kept]
        self.left_out = [each for each in kept if not can_be_copied(each)]
        """Documents of which no copy can be sent, to be listed with the reason."""
        if offered := [each for each in kept if can_be_copied(each)]:
            self.fields["documents"] = _document_choice(offered)
        self.order_fields(["service", "fields", "documents", "note"])

    def _offer_services(self, services: list[Service]) -> None:
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        assert isinstance(field.widget, HintedRadios)
        field.choices = [
            (partner, [(str(each.pk), each.name) for each in group])
            for partner, group in groupby(services, key=lambda each: str(each.organisation.name))
        ]
        field.widget.hints = {str(each.pk): _hint(each) for each in services}


class UpdateForm(forms.Form):
    """The fields that a partner is to read from now on, and the note."""

    note = _note(_("Note to the partner"), _("It takes the place of the note before."))

    def __init__(self, documents: Documents, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["fields"] = _field_choice(documents)
        self.order_fields(["fields", "note"])


def _hint(service: Service) -> str:
    """What to know of a service before choosing it: what to beware of comes first."""
    warning = str(REPORTS) if service.reports_to_immigration == Answer.YES else ""
    return " ".join(filter(None, (warning, service.description)))


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


def _document_choice(offered: list[OpenedDocument]) -> forms.TypedMultipleChoiceField:
    """The documents of which a copy can be sent."""
    widget = HintedBoxes()
    widget.hints = {
        str(each.id): f"{each.facts.type.label}, {filesizeformat(each.facts.size)}" for each in offered
    }
    return forms.TypedMultipleChoiceField(
        label=_("Documents that the partner will get"),
        help_text=_(
            "A copy goes, without what is hidden in the file: where and when a photo was taken, who wrote it. "
            "What can be read or seen in it, its name too, stays."
        ),
        choices=[(str(each.id), each.title) for each in offered],
        coerce=UUID,
        empty_value=[],
        required=False,
        widget=widget,
    )


class AcceptForm(forms.Form):
    """An answer that is a yes."""

    note = _note(_("Note"), _("For instance when and whom to call. Only the sender reads it."))


class DeclineForm(forms.Form):
    """An answer that is a no, with its reason."""

    reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    onward = forms.CharField(
        label=_("Referred onward to"),
        help_text=_(
            "Where that is the reason: the organisation or the service, in words. Tell them nothing about this person "
            "that the survivor has not agreed to."
        ),
        required=False,
        max_length=300,
        widget=forms.TextInput({"dir": "auto"}),
    )
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
