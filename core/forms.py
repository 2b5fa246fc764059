"""Core's forms."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts import admissible, fingerprint
from core.dead_letters import DiscardReason
from core.models import Role, Team
from core.widgets import HintedRadios


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AdmitForm(forms.Form):
    """Whom to admit to a team, and as what."""

    user = forms.ChoiceField(
        label=_("Person"),
        help_text=_("Ask them, in person or by phone, for the fingerprint on their screen, and compare."),
        widget=HintedRadios,
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, team: Team, roles: Iterable[Role], data: Any = None) -> None:
        super().__init__(data, prefix=str(team.pk))
        user, role = self.fields["user"], self.fields["role"]
        assert isinstance(user, forms.ChoiceField)
        assert isinstance(user.widget, HintedRadios)
        assert isinstance(role, forms.ChoiceField)
        people = admissible(team)
        user.choices = [(str(person.pk), person.name) for person in people]
        user.widget.hints = {str(person.pk): fingerprint(person) for person in people}
        role.choices = [(each.value, each.label) for each in roles]


class ChangePasswordForm(forms.Form):
    """The password now, and the new one."""

    current = forms.CharField(
        label=_("Your password now"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        help_text=_(
            "At least 14 characters, for instance four or five random words. Nobody can reset it for you."
        ),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class DiscardForm(forms.Form):
    """Why work that failed is given up."""

    reason = forms.ChoiceField(
        label=_("Why is it given up?"), choices=DiscardReason.choices, widget=forms.RadioSelect
    )
