"""What is kept of an interpreter, declared as the record's sections are."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import GENDERS, LANGUAGES
from casework.record.fields import Field, Kind, Section, Sensitivity

INTERPRETER = Section(
    "interpreter",
    _("Interpreter"),
    _("Someone who may interpret for your team. Never family of a survivor, never a child."),
    (
        Field(
            "name",
            _("Name"),
            _("As the team knows them."),
            Sensitivity.IDENTIFYING,
            required=True,
        ),
        Field(
            "languages",
            _("Languages"),
            _("Those that they interpret, the best first."),
            Sensitivity.SAFE,
            Kind.CODES,
            LANGUAGES,
            required=True,
        ),
        Field(
            "dialects",
            _("Dialects"),
            _("What they speak well, and what they don't."),
            Sensitivity.IDENTIFYING,
        ),
        Field(
            "gender",
            _("Gender"),
            _("Survivors may ask for it."),
            Sensitivity.QUASI,
            Kind.CODE,
            GENDERS,
        ),
        Field(
            "confidentiality_on",
            _("Confidentiality signed on"),
            _("Empty: not signed yet. Don't book them before."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
        ),
        Field(
            "phone",
            _("Phone"),
            _("With the country code."),
            Sensitivity.IDENTIFYING,
            Kind.PHONE,
        ),
        Field(
            "notes",
            _("Notes"),
            _("When they can be had, what they cost, training. Nothing about survivors."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
        ),
    ),
)
