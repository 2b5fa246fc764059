"""The form of sharing without consent."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.approvals import Subject
from casework.extensions import Offer
from casework.rapid_forms import long_text
from casework.record.codelists import COUNTRIES
from core.models import Organisation
from core.widgets import HintedRadios

_LONGEST = 2_000  # characters
_GROUNDS = {
    Subject.IMMINENT_HARM: _(
        "You can share at once. A second person looks at it within 24 hours, or it stops."
    ),
    Subject.CHILD_PROTECTION: _("A law makes you tell. A second person decides first."),
    Subject.COURT_ORDER: _("A court has ordered it. A second person decides first."),
}


def _text(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=_LONGEST, widget=long_text(3))


class ExceptionForm(forms.Form):
    """On what ground, with whom and what; whether it holds together, the service says."""

    basis = forms.TypedChoiceField(
        label=_("Legal basis"),
        choices=[(each.value, each.label) for each in _GROUNDS],
        coerce=Subject,
        widget=HintedRadios,
    )
    recipient = forms.ChoiceField(label=_("Shared with"), choices=(), required=False)
    service = forms.ChoiceField(label=_("For which service"), choices=(), required=False)
    authority = forms.CharField(
        label=_("Or with which authority"),
        help_text=_("An office outside of Hearth: the police, a court, child protection."),
        required=False,
        max_length=200,
        widget=forms.TextInput({"dir": "auto"}),
    )
    country = forms.ChoiceField(label=_("Country of the authority"), choices=(), required=False)
    what = _text(_("What is shared"), _("The least that does, and why less would not."))
    reason = _text(_("Why"), _("What would happen otherwise, and why the survivor's consent can't be had."))
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("The court and number of an order, or the law that makes you tell."),
        required=False,
        max_length=200,
        widget=forms.TextInput({"dir": "auto"}),
    )

    def __init__(
        self,
        organisations: Iterable[Organisation],
        services: Iterable[Offer],
        data: Any = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        names = {each.pk: each.name for each in organisations}
        self._offer("recipient", _("An authority"), [(str(pk), name) for pk, name in names.items()])
        self._offer("service", _("All of their services"), grouped_services(names, services))
        self._offer("country", _("Choose one"), COUNTRIES.choices())
        basis = self.fields["basis"]
        assert isinstance(basis.widget, HintedRadios)
        basis.widget.hints = {each.value: hint for each, hint in _GROUNDS.items()}

    def _offer(self, name: str, nothing: Any, choices: Iterable[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", nothing), *choices]

    @property
    def claimed(self) -> dict[str, Any]:
        """What claim_exception takes. What belongs to the other kind of recipient is left out."""
        data = dict(self.cleaned_data)
        named: dict[str, Any] = {name: data.pop(name) for name in ("authority", "country")}
        ids = {name: UUID(id) for name in ("recipient", "service") if (id := data.pop(name))}
        return {**data, **(ids if "recipient" in ids else named)}


def grouped_services(
    names: dict[UUID, str], services: Iterable[Offer]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """The services that organisations offer now, by the organisation's name, as choices."""
    offered = [each for each in services if each.active and each.organisation in names]
    offered.sort(key=lambda each: (names[each.organisation], each.name))
    return [
        (name, [(str(each.id), each.name) for each in group])
        for name, group in groupby(offered, key=lambda each: names[each.organisation])
    ]
