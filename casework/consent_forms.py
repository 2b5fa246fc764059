"""The forms of a consent, and of a copy of one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.children import Age
from casework.consents import (
    Asking,
    ChildsView,
    CopyFor,
    GivenBy,
    How,
    Outcome,
    Purpose,
)
from casework.exception_forms import grouped_services
from casework.extensions import Offer
from casework.rapid_forms import long_text
from casework.record.codelists import COUNTRIES, LANGUAGES
from casework.record.contact_codes import CHANNELS
from casework.record.fields import CodeList
from core.models import Organisation
from core.widgets import DateInput

_LONGEST = 10_000  # characters
_ONE_LINE = 200


def _line(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput({"dir": "auto"})
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=_ONE_LINE, widget=widget
    )


def _text(label: Any, help_text: Any = "", *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=_LONGEST, widget=long_text(rows)
    )


def _list(label: Any, help_text: Any = "", *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=help_text, choices=(), required=required)


def _one_of(label: Any, choices: type[Any], help_text: Any = "", **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, choices=choices.choices, widget=forms.RadioSelect, **more
    )


class ConsentForm(forms.Form):
    """What came of asking for one purpose. What a purpose needs to name, and who may say yes, the service checks."""

    purpose = _one_of(_("Purpose"), Purpose)
    recipient = _list(_("Shared with"), _("The one organisation that this consent is about."), required=True)
    service = _list(_("For which service"), _("Leave it if it is for all of their services."))
    authority = _line(_("Authority"), _("The one office or authority that this consent is about."))
    country = _list(_("Country of the authority"))
    channel = _list(_("How they may be contacted"))
    outcome = _one_of(_("What they said"), Outcome, initial=Outcome.GIVEN)
    explained = _text(
        _("What was explained"),
        _("In your words: what is done with what, by whom, for how long, and the right to say no."),
        rows=4,
    )
    language = _list(_("Language it was explained in"), required=True)
    interpreter = _list(_("Interpreter"), _("Of your team's roster. Leave it empty if there was none."))
    other_interpreter = _line(_("Another interpreter"), _("Who is not on the roster: a telephone service."))
    given_by = _one_of(_("Who answered"), GivenBy, initial=GivenBy.SURVIVOR)
    childs_view = _one_of(_("What the child thinks of it"), ChildsView, required=False)
    childs_words = _text(
        _("The child's own words"), _("What they said, above all where they disagree; or why nobody asked.")
    )
    how = _one_of(_("How it was given"), How, required=False)
    witness = _line(_("Witness"), _("For a consent that was not written. An interpreter can be one."))
    given_on = forms.DateField(label=_("Asked on"), widget=DateInput, input_formats=["%Y-%m-%d"])
    expires_on = forms.DateField(
        label=_("Ends on"),
        help_text=_("Leave it empty if it holds until it is withdrawn."),
        required=False,
        widget=DateInput,
        input_formats=["%Y-%m-%d"],
    )
    note = _text(_("Note"), _("Conditions that they made. Of a no, or where they can't decide now: why."))
    copy_for = _one_of(_("Who was given a copy"), CopyFor, initial=CopyFor.NOBODY)

    def __init__(
        self,
        recipients: Iterable[Organisation],
        services: Iterable[Offer],
        interpreters: CodeList,
        age: Age,
        data: Any = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"given_on": timezone.localdate(), **(initial or {})})
        names = {each.pk: each.name for each in recipients}
        self.fields["recipient"].required = data is None or data.get("purpose") == Purpose.SHARE
        self.fields["recipient"].error_messages["required"] = _(
            "Choose the organisation that this is shared with."
        )
        self._offer("recipient", _("Choose one"), [(str(pk), name) for pk, name in names.items()])
        self._offer("service", _("All of their services"), grouped_services(names, services))
        self._offer("language", _("Choose one"), LANGUAGES.choices())
        self._offer("country", _("Choose one"), COUNTRIES.choices())
        self._offer("channel", _("Choose one"), CHANNELS.choices())
        self._offer("interpreter", _("None"), interpreters.choices())
        if age is Age.ADULT:
            del self.fields["childs_view"], self.fields["childs_words"]

    def _offer(self, name: str, nothing: Any, choices: Iterable[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]

    @property
    def recorded(self) -> dict[str, Any]:
        """What record_consent takes. What belongs to another purpose than the chosen one is left out."""
        data = self.cleaned_data
        purpose = Purpose(data["purpose"])
        named: dict[str, Any] = {}
        if purpose == Purpose.SHARE:
            named = {name: UUID(data[name]) for name in ("recipient", "service") if data[name]}
        elif purpose == Purpose.AUTHORITY:
            named = {name: data[name] for name in ("authority", "country")}
        elif purpose == Purpose.CONTACT:
            named = {"channel": data["channel"]}
        asking = Asking(
            given_by=GivenBy(data["given_by"]),
            childs_view=ChildsView(data["childs_view"]) if data.get("childs_view") else None,
            childs_words=data.get("childs_words", ""),
            interpreter=UUID(data["interpreter"]) if data["interpreter"] else None,
            copy_for=CopyFor(data["copy_for"]),
            **{name: data[name] for name in ("other_interpreter", "witness", "note")},
        )
        given = {name: data[name] for name in ("given_on", "explained", "language", "expires_on")}
        how = How(data["how"]) if data["how"] else None
        return {
            "purpose": purpose,
            "outcome": Outcome(data["outcome"]),
            "how": how,
            "asking": asking,
            **named,
            **given,
        }


class CopyForm(forms.Form):
    """For whom a copy is printed, and that it is safe."""

    who = forms.ChoiceField(
        label=_("Who keeps it"),
        choices=[choice for choice in CopyFor.choices if choice[0] != CopyFor.NOBODY],
        initial=CopyFor.SURVIVOR,
        widget=forms.RadioSelect,
    )
    safe = forms.BooleanField(
        label=_("They want it, and it is safe for them to keep"),
        help_text=_("You have asked who else could find it, and what would happen then."),
        error_messages={"required": _("Ask first. If it isn't safe, keep the copy here for them.")},
    )
