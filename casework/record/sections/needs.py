"""What the survivor needs."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import ACCESSIBILITY, KINDS_OF_NEEDS, STAFF_GENDERS, URGENCIES
from casework.record.fields import Field, Kind, Section, Sensitivity

NEEDS = Section(
    "needs",
    _("Needs"),
    _("What the survivor needs and asks for. What they put first comes first."),
    (
        Field(
            "needs",
            _("Needs"),
            _("The most pressing first."),
            Sensitivity.QUASI,
            Kind.CODES,
            KINDS_OF_NEEDS,
        ),
        Field(
            "urgency",
            _("How soon"),
            _("By when the most pressing need must be met."),
            Sensitivity.SAFE,
            Kind.CODE,
            URGENCIES,
        ),
        Field(
            "accessibility",
            _("What they need to reach help"),
            _("So that a service can be found which they can get to and use."),
            Sensitivity.QUASI,
            Kind.CODES,
            ACCESSIBILITY,
        ),
        Field(
            "staff_gender",
            _("By whom they want to be helped"),
            _("No preference is an answer too. Leave it empty where they were not asked."),
            Sensitivity.QUASI,
            Kind.CODE,
            STAFF_GENDERS,
        ),
        Field(
            "details",
            _("Details"),
            _("What would help, what they have already, and what makes help hard to reach for them."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
        ),
    ),
)
