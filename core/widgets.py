"""Widgets that more than one app's forms use."""

from typing import Any

from django import forms
from django.utils.functional import Promise


class DateInput(forms.DateInput):
    """The browser's own date field; it takes and gives YYYY-MM-DD in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own field for a time of day, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class _Hinted(forms.widgets.ChoiceWidget):
    """Options with a line of their own below their labels: `hints` by value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints: dict[str, str | Promise] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if hint := self.hints.get(str(value)):
            option["hint"] = hint
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option


class HintedRadios(_Hinted, forms.RadioSelect):
    """One of some options that need explaining."""


class HintedBoxes(_Hinted, forms.CheckboxSelectMultiple):
    """Several of some options that need explaining."""
