"""Blank forms for use on paper: the record's sections and entries, consent, and the sets of indicators."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from casework.consent_forms import ConsentForm
from casework.instruments import Instrument
from casework.record.entries import ENTRIES
from casework.record.fields import CodeList, Field, Kind, Section
from casework.record.sections import SECTIONS
from core.errors import NotVisible

_MOST_BOXES = 30  # a longer list is written down in words
_LONG = 1_000  # characters: a longer text gets more lines
CONSENT = "consent"
INSTRUMENT = "instrument-"


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to write: `boxes` to tick, or so many `lines`."""

    label: str
    help: str
    boxes: tuple[str, ...] = ()
    several: bool = False  # more than one box may be ticked
    lines: int = 0
    note: str = ""  # what to write on a line below the boxes

    @property
    def each_line(self) -> range:
        """For a template to go through the lines."""
        return range(self.lines)


@dataclass(frozen=True, slots=True)
class Part:
    """Blanks that belong together, under a heading or none."""

    title: str
    blanks: list[Blank]


@dataclass(frozen=True, slots=True)
class BlankForm:
    """A form: `name` is its address, `version` grows with its meaning."""

    name: str
    title: str
    help: str
    version: str
    parts: list[Part]
    source: str = ""


def blank_forms(instruments: Iterable[Instrument]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The forms that there are, as (group, [(name, title)]); of the sets of indicators those given."""
    yield _("Case record"), [(each.name, str(each.label)) for each in SECTIONS]
    yield _("Entries"), [(each.name, str(each.label)) for each in ENTRIES if not each.by_verb]
    yield _("Consent"), [(CONSENT, _("Consent"))]
    yield _("Indicators"), [(f"{INSTRUMENT}{each.id}", str(each.title)) for each in instruments]


def blank_form(name: str, instruments: Iterable[Instrument]) -> BlankForm:
    """One of them. Raises NotVisible where there is none of this name."""
    for declared in (*SECTIONS, *(each for each in ENTRIES if not each.by_verb)):
        if declared.name == name:
            return _of_section(declared)
    if name == CONSENT:
        blanks = [_of_form_field(each) for each in ConsentForm.base_fields.values()]
        return BlankForm(name, _("Consent"), "", "1", [Part("", blanks)])
    for instrument in instruments:
        if f"{INSTRUMENT}{instrument.id}" == name:
            return _of_instrument(name, instrument)
    raise NotVisible


def _of_section(section: Section) -> BlankForm:
    blanks = [_of_field(field) for field in section.fields]
    return BlankForm(
        section.name, str(section.label), str(section.help), str(section.schema), [Part("", blanks)]
    )


def _of_field(field: Field) -> Blank:
    label, help = str(field.label), str(field.help)
    boxes = _boxes(field.codes) if field.codes is not None else ()
    if boxes:
        return Blank(label, help, boxes, several=field.kind is Kind.CODES)
    lines = 1
    if field.kind is Kind.LONG_TEXT:
        lines = 3 if field.max_length <= _LONG else 6
    elif field.kind is Kind.CODES:
        lines = 2
    return Blank(label, help, lines=lines)


def _boxes(codes: CodeList) -> tuple[str, ...]:
    choices = codes.choices()
    return tuple(label for _value, label in choices) if len(choices) <= _MOST_BOXES else ()


def _of_form_field(field: forms.Field) -> Blank:
    label, help = str(field.label), str(field.help_text)
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        boxes = tuple(str(text) for value, text in choices if value)
        if 0 < len(boxes) <= _MOST_BOXES:
            return Blank(label, help, boxes, several=isinstance(field, forms.MultipleChoiceField))
    if isinstance(field, forms.BooleanField):
        return Blank(label, help, boxes=(_("Yes"),))
    return Blank(label, help, lines=4 if isinstance(field.widget, forms.Textarea) else 1)


def _of_instrument(name: str, instrument: Instrument) -> BlankForm:
    about = [Blank(_("Date of the conversation"), "", lines=1), Blank(_("Age today"), "", lines=1)]
    answers = (_("Yes"), _("No"), _("Declined to answer"), _("Not known"))
    titles = {each.id: str(each.label) for each in instrument.dimensions}
    parts = [Part("", about)]
    for dimension, indicators in instrument.by_dimension.items():
        blanks = []
        for each in indicators:
            unverified = [_("Unverified wording.")] if each.unverified else []
            help = " ".join([*([str(each.help)] if each.help else []), *unverified])
            blanks.append(Blank(str(each.label), help, answers, note=_("What was seen or said")))
        if blanks:
            parts.append(Part(titles.get(dimension or "", _("Questions")), blanks))
    parts.append(Part(_("Notes"), [Blank(_("Notes"), "", lines=8)]))
    return BlankForm(
        name, str(instrument.title), "", instrument.version, parts, source=instrument.source.citation
    )
