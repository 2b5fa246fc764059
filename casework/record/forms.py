"""The record's forms, made from its declaration. What they take is decided by `documents.validate` alone."""

from functools import cache
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.record.documents import validate
from casework.record.fields import CodeList, Field, Kind, Section
from casework.record.values import code_list
from core.errors import Invalid

_FEW = 6  # a list this short is shown whole, as radio buttons
_MANY = 30  # of a list this long several are chosen one select at a time, since boxes would fill pages
_SELECTS = 2  # shown for it at the least; always one more than is recorded

# Some browsers send what is typed to a spelling service, and offer what was typed before to the next person.
_PRIVATE = {"autocomplete": "off", "spellcheck": "false"}


def _attributes(field: Field) -> dict[str, Any]:
    """HTML attributes of a text input; `dir` because names and numbers keep a direction of their own."""
    match field.kind:
        case Kind.LONG_TEXT:
            return {"dir": "auto", "rows": 5}
        case Kind.DATE:
            return {"type": "date"}
        case Kind.TIME:
            return {"type": "time"}
        case Kind.MONTH:
            return {"dir": "ltr", "inputmode": "numeric", "pattern": r"\d{4}-\d{2}"}
        case Kind.NUMBER:
            return {"dir": "ltr", "inputmode": "numeric"}
        case Kind.PHONE:
            return {"dir": "ltr", "type": "tel"}
        case Kind.EMAIL:
            return {"dir": "ltr", "type": "email"}
        case _:
            return {"dir": "auto"}


class _Offered(forms.widgets.ChoiceWidget):
    """Choices in the language of the page, and what is recorded even where it is not offered."""

    blank: tuple[tuple[str, Any], ...] = (("", _("Not recorded")),)

    def __init__(self, codes: CodeList, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({**(attrs or {}), "autocomplete": "off"})
        self.codes = codes

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        choices = self.codes.choices()
        offered = {code for code, _label in choices}
        unoffered = [(code, self.codes.label(code)) for code in value if code and code not in offered]
        self.choices = [*self.blank, *choices, *unoffered]
        return super().optgroups(name, value, attrs)


class CodeSelect(_Offered, forms.Select):
    """One of many codes."""


class CodeRadios(_Offered, forms.RadioSelect):
    """One of a few codes; "Not recorded" takes a choice back."""


class CodeBoxes(_Offered, forms.CheckboxSelectMultiple):
    """Several of a few codes."""

    blank = ()


class CodeSelects(_Offered, forms.SelectMultiple):
    """Several of many codes, the main one first: one select for each, all of one name."""

    template_name = "django/forms/widgets/multiwidget.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super(forms.widgets.ChoiceWidget, self).get_context(name, value, attrs)
        chosen = self.format_value(value)
        one = CodeSelect(self.codes, self.attrs)
        context["widget"]["subwidgets"] = []
        for at in range(max(len(chosen) + 1, _SELECTS)):
            own = {**(attrs or {}), "aria-label": _("Choice %(number)d") % {"number": at + 1}}
            if at and "id" in own:
                own["id"] = f"{own['id']}_{at}"
            code = chosen[at] if at < len(chosen) else ""
            context["widget"]["subwidgets"].append(one.get_context(name, code, own)["widget"])
        return context


def _widget(field: Field) -> forms.Widget:
    attributes = _PRIVATE | _attributes(field)
    match field.kind:
        case Kind.LONG_TEXT:
            return forms.Textarea(attributes)
        case Kind.CODE:
            few = len(code_list(field).codes) <= _FEW
            return (CodeRadios if few else CodeSelect)(code_list(field))
        case Kind.CODES:
            many = len(code_list(field).codes) > _MANY
            return (CodeSelects if many else CodeBoxes)(code_list(field))
        case _:
            return forms.TextInput(attributes)


class RecordField(forms.Field):
    """A declared field on a form. It takes anything: the form hands the whole document to `validate`."""

    def __init__(self, declared: Field) -> None:
        self.declared = declared
        super().__init__(
            required=declared.required,
            label=declared.label,
            help_text=declared.help,
            widget=_widget(declared),
        )

    def clean(self, value: Any) -> Any:
        return value


class SectionForm(forms.Form):
    """The form of one section. `cleaned_data` of a valid one is the document to save."""

    section: ClassVar[Section]

    def clean(self) -> dict[str, Any]:
        try:
            return validate(self.section, self.cleaned_data)
        except Invalid as refused:
            for name, messages in refused.fields.items():
                self.add_error(name, [str(message) for message in messages])
            return self.cleaned_data


def section_form(section: Section) -> type[SectionForm]:
    """The form class of a section; give it the stored document as `initial`."""
    chosen = any(field.chosen_from for field in section.fields)  # such a declaration is one case's, for once
    return _make(section) if chosen else _made(section)


def _make(section: Section) -> type[SectionForm]:
    declared = {field.name: RecordField(field) for field in section.fields}
    return type("SectionForm", (SectionForm,), {"section": section, **declared})


_made = cache(_make)
