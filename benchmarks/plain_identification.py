"""A plain identification: a table with a column for each field of Hearth's own form, and Django's ModelForm for it."""

from django import forms
from django.conf import settings
from django.db import models
from django.forms import modelform_factory

from benchmarks.models import Plain
from casework.forms import IdentificationForm
from casework.instruments import load_instruments

INSTRUMENT = load_instruments()["ilo-adult-labour"]


def column_name(field: str) -> str:
    """A column can't have a point in its name."""
    return field.replace(".", "_")


def _column(field: forms.Field) -> models.Field:
    if isinstance(field, forms.ChoiceField):
        return models.CharField(max_length=100, choices=list(field.choices), blank=not field.required)
    if isinstance(field, forms.IntegerField):
        return models.PositiveSmallIntegerField(null=True, blank=True)
    if isinstance(field, forms.DateField):
        return models.DateField()
    assert isinstance(field, forms.CharField), "the form has a field of a kind that the plain table lacks"
    return models.TextField(max_length=field.max_length, blank=not field.required)


class _PlainIdentification(Plain):
    id = models.UUIDField(primary_key=True)
    team = models.ForeignKey("core.Team", on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Plain.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


COLUMNS = {
    column_name(name): _column(field)
    for name, field in IdentificationForm(INSTRUMENT, []).fields.items()
    if name != "team"
}
PlainIdentification: type[_PlainIdentification] = type(
    "PlainIdentification", (_PlainIdentification,), {"__module__": __name__, **COLUMNS}
)
PlainForm = modelform_factory(PlainIdentification, fields=["team", *COLUMNS])
