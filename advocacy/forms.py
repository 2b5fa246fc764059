"""Advocacy's forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from advocacy.selectors import DIMENSIONS


class TableForm(forms.Form):
    """The two dimensions of a table."""

    rows = forms.ChoiceField(label=_("Rows"))
    columns = forms.ChoiceField(label=_("Columns"))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for name in ("rows", "columns"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(column.name, str(column.label)) for column in DIMENSIONS]
