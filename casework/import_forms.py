"""The form of an import: a table, and what its columns are."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.importing.bundled import bundled_text
from casework.services.import_tables import MOST_MB, MOST_ROWS
from core.models import Team

LONGEST_MAPPING = 200_000  # bytes


class ImportForm(forms.Form):
    """A table of cases that were kept elsewhere, and its mapping."""

    team = forms.ChoiceField(label=_("Team"))
    table = forms.FileField(label=_("Table"), max_length=200)
    bundled = forms.ChoiceField(
        label=_("What the columns are"),
        choices=[
            ("", _("A mapping file says it")),
            ("simple", _("The simple table, as it is described below")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    mapping = forms.FileField(
        label=_("Mapping file"),
        help_text=_("A YAML file, as the guide to importing describes it."),
        required=False,
        max_length=200,
    )

    def __init__(self, teams: Sequence[Team], data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["table"].help_text = _(
            "CSV or XLSX, at most %(rows)d rows and %(most)d MB. The first row names the columns."
        ) % {"rows": MOST_ROWS, "most": MOST_MB}
        team = self.fields["team"]
        assert isinstance(team, forms.ChoiceField)
        team.choices = [(str(each.pk), each.name) for each in teams]
        if len(teams) == 1:
            team.widget = forms.HiddenInput()
            team.required, self.initial["team"] = False, str(teams[0].pk)

    def clean(self) -> None:
        """Raises ValidationError without any mapping, and for one that is no text."""
        sent, bundled = self.cleaned_data.get("mapping"), self.cleaned_data.get("bundled")
        if "mapping" in self.errors or "bundled" in self.errors:
            return
        if bundled:
            self.cleaned_data["mapping"] = bundled_text(bundled)
        elif sent is None:
            self.add_error("mapping", _("Choose a mapping file."))
        elif sent.too_large or sent.size > LONGEST_MAPPING:
            self.add_error("mapping", _("This is too long for a mapping."))
        else:
            try:
                self.cleaned_data["mapping"] = sent.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("mapping", _("This is not a text in UTF-8."))
