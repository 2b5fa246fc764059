"""The forms of pathways and of the referral to the national authority."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile
from casework.countries import national_rule
from casework.pathways.national import named_authorities, offered_fields
from casework.pathways.timeline import STEP_KIND, Journey
from casework.record.codelists import COUNTRIES
from casework.record.entries.national_referral import NATIONAL_REFERRAL
from casework.record.fields import Code, CodeList
from casework.record.forms import SectionForm, section_form
from casework.record.national_codes import FIELDS, ROUTES, USUAL, Route
from core.widgets import DateInput, HintedBoxes


def step_form(file: CaseFile, journey: Journey, data: Any = None) -> SectionForm:
    """The form of a step, with the steps of this pathway alone, and the next one chosen."""
    declared = file.entries.kind(STEP_KIND)
    steps = CodeList(
        [Code(stage.code, stage.step.label) for stage in journey.stages],
    )
    fields = tuple(
        replace(field, codes=steps) if field.name == "step" else field for field in declared.fields
    )
    form = section_form(replace(declared, fields=fields))(data, initial=_initial(journey))
    if not any(each.kept for each in file.attachments.all):
        del form.fields["documents"]
    return form


def _initial(journey: Journey) -> dict[str, Any]:
    stage = journey.next
    if stage is None:
        return {}
    if stage.planned:
        return dict(stage.planned.values)
    authority = stage.step.only_by or journey.entry.values.get("authority", "")
    return {"step": stage.code, "authority": authority}


def _help(name: str) -> Any:
    field = NATIONAL_REFERRAL.get(name)
    assert field is not None
    return field


class _Declared(forms.Form):
    """A form whose labels and help texts are those of the entry that it fills."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for name, field in self.fields.items():
            declared = NATIONAL_REFERRAL.get(name)
            if declared is not None:
                field.label, field.help_text = declared.label, declared.help


class PrepareForm(_Declared):
    """What goes into the form for the authority."""

    authority = forms.CharField(max_length=200, widget=forms.TextInput({"dir": "auto"}))
    country = forms.ChoiceField()
    route = forms.ChoiceField(widget=forms.RadioSelect)
    fields_chosen = forms.MultipleChoiceField(
        label=_help("fields").label,
        help_text=_help("fields").help,
        required=False,
        widget=HintedBoxes,
    )
    grounds = forms.CharField(
        required=False, max_length=10_000, widget=forms.Textarea({"rows": 6, "dir": "auto"})
    )

    def __init__(self, file: CaseFile, data: Any = None) -> None:
        named = named_authorities(file)
        initial: dict[str, Any] = {"route": Route.REFERRAL}
        if named:
            initial |= {"authority": named[0].authority, "country": named[0].country}
        offered = [each for lines in offered_fields(file).values() for each in lines]
        initial["fields_chosen"] = [path for path, _text in offered if path in USUAL]
        super().__init__(data, initial=initial)
        country, route, chosen = (self.fields[name] for name in ("country", "route", "fields_chosen"))
        assert isinstance(country, forms.ChoiceField)
        assert isinstance(route, forms.ChoiceField)
        assert isinstance(chosen, forms.MultipleChoiceField)
        country.choices = [("", _("Choose one")), *COUNTRIES.choices()]
        route.choices = ROUTES.choices()
        chosen.choices = [(path, FIELDS.label(path)) for path, _text in offered]
        assert isinstance(chosen.widget, HintedBoxes)
        chosen.widget.hints = {path: text for path, text in offered if len(text) <= 200}

    @property
    def prepared(self) -> dict[str, Any]:
        """What prepare_national_referral takes. A notice without a name takes nothing that is ticked."""
        values = dict(self.cleaned_data)
        chosen = values.pop("fields_chosen")
        route = Route(values["route"])
        return values | {"route": route, "fields": [] if route is Route.ANONYMOUS else chosen}


def _day(*, required: bool) -> forms.DateField:
    return forms.DateField(required=required, widget=DateInput, input_formats=["%Y-%m-%d"])


class SendForm(_Declared):
    """That it went out."""

    sent_on = _day(required=True)
    sent_how = forms.CharField(required=False, max_length=200, widget=forms.TextInput({"dir": "auto"}))
    reference = forms.CharField(required=False, max_length=200, widget=forms.TextInput({"dir": "auto"}))
    decision_due_on = _day(required=False)
    reason = forms.CharField(
        required=False, max_length=2_000, widget=forms.Textarea({"rows": 3, "dir": "auto"})
    )

    def __init__(self, country: str, data: Any = None) -> None:
        super().__init__(data, initial={"sent_on": timezone.localdate()})
        if not national_rule(country).child_without_consent:
            del self.fields["reason"]

    @property
    def sent(self) -> dict[str, Any]:
        """What send_national_referral takes."""
        values = dict(self.cleaned_data)
        return {"how": values.pop("sent_how"), **values}


class ReconsiderForm(_Declared):
    """Until when another look can be asked for."""

    reconsider_until = _day(required=True)
