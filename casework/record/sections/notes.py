"""Notes on the case."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Field, Kind, Section, Sensitivity

NOTES = Section(
    "notes",
    _("Notes"),
    _("What has no place elsewhere. Write so that the survivor could read it. Notes never leave the case."),
    (
        Field(
            "noted_on",
            _("Date of the newest note"),
            _("The day of which it tells."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            shareable=False,
        ),
        Field(
            "case_notes",
            _("Notes"),
            _("The newest on top, each with its date. Facts apart from what you make of them."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            htcds="cco_CaseComment",
            shareable=False,
            max_length=20_000,
            about_others=True,
        ),
    ),
)
