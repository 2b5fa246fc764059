"""The form of an export: which cases, for whom, why, and for whose key."""

import re
import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.exporting.writing import Encrypt, for_age, for_zip
from casework.models import Case
from casework.services.exporting import Reason
from core.crypto.containers import BadRecipient
from core.models import Organisation

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_PARTS, _PART = 6, 5
_PASSPHRASE = re.compile(rf"[{_LETTERS}]{{{_PART}}}(-[{_LETTERS}]{{{_PART}}}){{{_PARTS - 1}}}")
AGE, ZIP = "age", "zip"


def new_passphrase() -> str:
    """150 bits, to be read out: a zip archive stretches its passphrase hardly at all."""
    return "-".join("".join(secrets.choice(_LETTERS) for _each in range(_PART)) for _part in range(_PARTS))


class ExportForm(forms.Form):
    """Cases that leave, encrypted. The passphrase was made by `new_passphrase` for the page, and is kept nowhere."""

    case = forms.MultipleChoiceField(
        label=_("Cases"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one case.")},
    )
    recipient = forms.ChoiceField(
        label=_("For whom"),
        help_text=_("For another organisation, the consent to share with it must hold for each case."),
        required=False,
    )
    reason = forms.ChoiceField(label=_("Why"), choices=Reason.choices, widget=forms.RadioSelect)
    how = forms.ChoiceField(
        label=_("Encrypted"),
        choices=[(AGE, _("With age, for a key of theirs")), (ZIP, _("As a zip archive, under a passphrase"))],
        widget=forms.RadioSelect,
    )
    key = forms.CharField(
        label=_("Their public key"),
        help_text=_("For age: it begins with age1. Compare it with them, in person or by phone."),
        required=False,
        max_length=200,
        widget=forms.TextInput({"dir": "ltr"}),
    )
    passphrase = forms.CharField(widget=forms.HiddenInput)
    encrypt: Encrypt

    def __init__(
        self, cases: Iterable[Case], organisations: Iterable[Organisation], data: Any = None
    ) -> None:
        super().__init__(data)
        chosen = [(str(each.pk), each.number) for each in cases]
        case, recipient = self.fields["case"], self.fields["recipient"]
        assert isinstance(case, forms.MultipleChoiceField)
        assert isinstance(recipient, forms.ChoiceField)
        case.choices = chosen
        recipient.choices = [
            ("", _("Our own organisation")),
            *((str(each.pk), each.name) for each in organisations),
        ]
        self.initial = {"case": [pk for pk, _number in chosen], "how": AGE, "passphrase": new_passphrase()}

    @property
    def shown_passphrase(self) -> str:
        """The passphrase that goes with what this form sends."""
        return str(self["passphrase"].value())

    def clean(self) -> None:
        """Raises ValidationError for a key that is none, and for a passphrase that was not made for the page."""
        how = self.cleaned_data.get("how")
        if how == AGE:
            try:
                self.encrypt = for_age(self.cleaned_data.get("key", "").strip())
            except BadRecipient:
                self.add_error("key", _("This is not a public key of age."))
        elif how == ZIP:
            passphrase = self.cleaned_data.get("passphrase", "")
            if _PASSPHRASE.fullmatch(passphrase):
                self.encrypt = for_zip(passphrase)
            else:
                self.add_error(None, _("Reload the page and try again."))

    @property
    def case_ids(self) -> list[UUID]:
        """The cases that are ticked."""
        return [UUID(each) for each in self.cleaned_data["case"]]

    @property
    def recipient_id(self) -> UUID | None:
        """The other organisation, or None."""
        return UUID(self.cleaned_data["recipient"]) if self.cleaned_data["recipient"] else None
