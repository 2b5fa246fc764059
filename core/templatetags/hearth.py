"""What the components and the form templates ask of Python."""

from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.forms import BaseForm, BoundField
from django.forms.utils import flatatt
from django.utils.formats import number_format
from django.utils.safestring import SafeString

register = template.Library()

# Class of a control by its widget template; whatever is not named here is an input of one line.
_CONTROLS: Final = {
    "checkbox": "govuk-checkboxes__input",
    "checkbox_option": "govuk-checkboxes__input",
    "clearable_file_input": "hearth-file",
    "file": "hearth-file",
    "hidden": "",
    "radio_option": "govuk-radios__input",
    "select": "govuk-select",
    "select_option": "",
    "textarea": "govuk-textarea",
}
# Options share the attributes of their list, some of which belong to the list alone.
_LIST_ONLY: Final = {"class", "aria-invalid"}

_INLINE_CHOICES = 3
_INLINE_CHARACTERS = 36

# Colour of a state's tag. States that nobody named here are shown in the neutral one.
_TONES: Final = {
    "active": (
        "active",
        "assigned",
        "contact",
        "initial screening",
        "checked",
        "open",
        "opened",
        "received",
        "reopened",
        "sent",
    ),
    "done": ("accepted", "approved", "completed", "done", "granted", "presumed victim", "published"),
    "waiting": ("due", "in progress", "needs more information", "on hold", "pending", "unverified wording"),
    "stopped": ("declined", "expired", "overdue", "refused", "revoked", "urgent", "withdrawn"),
}
_TONE_OF: Final = {state: tone for tone, states in _TONES.items() for state in states}


@register.filter
def control_attrs(widget: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a control, from its widget's template context: Django's and the class it is drawn by."""
    kind = str(widget["template_name"]).rpartition("/")[2].removesuffix(".html")
    attrs = dict(widget["attrs"])
    if kind in ("checkbox_option", "radio_option"):
        attrs = {name: value for name, value in attrs.items() if name not in _LIST_ONLY}
    classes = f"{_CONTROLS.get(kind, 'govuk-input')} {attrs.pop('class', '')}".strip()
    return {"class": classes, **attrs} if classes else attrs


@register.filter
def is_short(widget: Mapping[str, Any]) -> bool:
    """Whether a list of radio buttons is short enough to stand in one line."""
    groups = widget["optgroups"]
    if any(group or option.get("hint") for group, options, _ in groups for option in options):
        return False
    labels = [str(option["label"]) for _, options, _ in groups for option in options]
    return len(labels) <= _INLINE_CHOICES and sum(map(len, labels)) <= _INLINE_CHARACTERS


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether to mark the field as optional: only in a form that also has fields one must fill in."""
    return not field.field.required and any(other.required for other in field.form.fields.values())


@register.filter
def problems(form: BaseForm) -> list[tuple[str, str, str]]:
    """Every error of a form, in the order of its fields: id of the control to go to, label, message.

    Id and label are empty where the error belongs to the form as a whole.
    """
    found = [("", "", str(message)) for message in form.non_field_errors()]
    for field in form:
        # A list of radio buttons or checkboxes has no control of its own: go to its first option.
        target = "" if field.is_hidden else field.id_for_label or f"{field.auto_id}_0"
        found += [(target, str(field.label), str(message)) for message in field.errors]
    return found


@register.filter
def tone(state: object) -> str:
    """Colour name of a state's tag: neutral, active, done, waiting or stopped."""
    return _TONE_OF.get(str(state).lower().replace("_", " "), "neutral")


@register.filter
def grouped(number: int) -> str:
    """A count with its thousands set apart as the language does: 12,345. Not for ids, years or values of inputs."""
    return number_format(number, force_grouping=True)


@register.filter
def html(attrs: Any) -> SafeString:
    """A component's undeclared attributes, escaped: cotton's own `{{ attrs }}` trusts every value."""
    return flatatt(attrs.attrs_dict())
