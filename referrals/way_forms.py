"""The forms of the ways besides Hearth, and of a group."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.models import Case
from core.widgets import DateInput, HintedBoxes, TimeInput
from referrals.duplicates import REASON_LENGTH
from referrals.forms import ReferralForm
from referrals.models import Referral
from referrals.passphrases import as_said, new_passphrase
from referrals.services import NOTE_LENGTH, DeclineReason
from referrals.services.other_ways import ACCEPTED, BY_MOUTH, DECLINED, TO_LENGTH, Telling

_ANSWERS = [(ACCEPTED, _("They accept")), (DECLINED, _("They decline"))]


def _again() -> forms.CharField:
    return forms.CharField(
        label=_("Why you send another"),
        help_text=_("One to this service is still open."),
        max_length=REASON_LENGTH,
        widget=forms.Textarea({"rows": 2, "dir": "auto"}),
    )


class _Sending(forms.Form):
    """With a field for the reason where one to the same service is still open."""

    def __init__(self, data: Any = None, *, duplicate: Referral | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if duplicate is not None:
            self.fields["again"] = _again()

    @property
    def again(self) -> str:
        """The reason, or nothing."""
        return str(self.cleaned_data.get("again", ""))


class LinkForm(_Sending):
    """A packet that is opened once."""

    language = forms.ChoiceField(
        label=_("Language of the labels"),
        help_text=_("What you wrote yourself stays as it is."),
        choices=settings.LANGUAGES,
    )


class FileForm(_Sending):
    """An encrypted file: for a key of age, or for a passphrase."""

    recipient = forms.CharField(
        label=_("Their public key"),
        help_text=_("It begins with age1. Leave it empty to use the passphrase below instead."),
        max_length=100,
        required=False,
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none"}),
    )
    passphrase = forms.CharField(
        label=_("Passphrase"),
        help_text=_(
            "Note it now, and tell it by another way than the file: it is not kept, and not shown again."
        ),
        max_length=200,
        widget=forms.TextInput({"dir": "ltr", "readonly": True}),
        initial=new_passphrase,
    )

    def clean_passphrase(self) -> str:
        """As many words as Hearth gives: nobody's own, which could be guessed."""
        said = as_said(self.cleaned_data["passphrase"])
        if len(said.split()) < len(new_passphrase().split()):
            raise forms.ValidationError(_("Use the passphrase that was made for this file."))
        return said


class _TellingForm(forms.Form):
    """To whom, when, how, and what they answered."""

    way = forms.ChoiceField(
        label=_("How"),
        choices=[(way.value, way.label) for way in BY_MOUTH],
        widget=forms.RadioSelect,
        initial=Referral.Way.SPOKEN.value,
    )
    to = forms.CharField(
        label=_("To whom"),
        help_text=_("The person, and what they do there."),
        max_length=TO_LENGTH,
        widget=forms.TextInput({"dir": "auto"}),
    )
    day = forms.DateField(label=_("Day"), widget=DateInput, initial=timezone.localdate)
    time = forms.TimeField(label=_("Time"), widget=TimeInput)
    answer = forms.ChoiceField(
        label=_("Their answer"), choices=[("", _("None yet")), *_ANSWERS], required=False
    )
    reason = forms.ChoiceField(
        label=_("Reason for a no"), choices=[("", "-"), *DeclineReason.choices], required=False
    )
    said = forms.CharField(
        label=_("What they said"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )

    @property
    def telling(self) -> Telling:
        """What the services take."""
        data = self.cleaned_data
        at = timezone.make_aware(datetime.combine(data["day"], data["time"]))
        chosen = {name: data[name] for name in ("way", "to", "answer", "reason", "said")}
        return Telling(at=at, **chosen)


class ToldDraftForm(_TellingForm, _Sending):
    """That what a draft holds was told."""


class ToldForm(_TellingForm, ReferralForm):
    """The same, with what was told: there was no draft."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("documents", None)
        self.fields["fields"].label = _("What was told")
        self.fields["fields"].help_text = _("What the record holds of it; anything else belongs in the note.")
        self.fields["fields"].required = False
        self.fields["note"].label = _("What else was told")
        self.fields["note"].help_text = ""
        told = ["way", "to", "day", "time", "answer", "reason", "said"]
        self.order_fields(["service", "fields", "note", *told])


class AnswerForm(forms.Form):
    """What a partner has answered by another way than Hearth."""

    answer = forms.ChoiceField(label=_("Their answer"), choices=_ANSWERS, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Reason for a no"), choices=[("", "-"), *DeclineReason.choices], required=False
    )
    said = forms.CharField(
        label=_("What they said"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )


class GroupForm(ReferralForm):
    """One referral for several people who belong together: who, besides the case itself."""

    def __init__(self, members: Iterable[tuple[Case, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("documents", None)
        widget = HintedBoxes()
        offered = list(members)
        widget.hints = {str(case.pk): relation for case, relation in offered}
        self.fields["members"] = forms.MultipleChoiceField(
            label=_("Who is referred together"),
            help_text=_(
                "Besides this case. Each must have consented; of each goes what is recorded of your choice."
            ),
            choices=[(str(case.pk), case.number) for case, _relation in offered],
            widget=widget,
            error_messages={"required": _("Choose at least one other case.")},
        )
        self.order_fields(["members", "service", "fields", "note"])


class GroupAnswerForm(forms.Form):
    """A partner's answer for all of a group that still wait."""

    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[(ACCEPTED, _("We accept all of them")), (DECLINED, _("We decline all of them"))],
        widget=forms.RadioSelect,
    )
    reason = forms.ChoiceField(
        label=_("Reason for a no"),
        choices=[("", "-"), *((v, t) for v, t in DeclineReason.choices if v != DeclineReason.ONWARD)],
        required=False,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """A no has a reason, and nothing else has one."""
        data: dict[str, Any] = super().clean() or {}
        if (data.get("answer") == DECLINED) != bool(data.get("reason")):
            self.add_error("reason", _("A no needs a reason from the list, and nothing else has one."))
        return data
