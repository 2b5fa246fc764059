"""What was agreed with the survivor."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import TYPES_OF_SUPPORT
from casework.record.fields import Field, Kind, Section, Sensitivity

PLAN = Section(
    "plan",
    _("Plan"),
    _(
        "What was agreed with the survivor as a whole. The goals and who does what stand on the page of the plan."
    ),
    (
        Field(
            "objectives",
            _("Objectives"),
            _("What the survivor wants to reach in the end, in their own words."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            htcds="spl_Objectives",
            max_length=10_000,
        ),
        Field(
            "types_of_support",
            _("Types of support"),
            _("All that apply."),
            Sensitivity.QUASI,
            Kind.CODES,
            TYPES_OF_SUPPORT,
            htcds="spl_Type",
        ),
        Field(
            "agreed_on",
            _("Agreed on"),
            _("The day on which the survivor agreed to this plan."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
        ),
        Field(
            "planned_end",
            _("Planned end"),
            _("When you expect the plan to be carried out."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            htcds="spl_PlannedEndDate",
            in_future=True,
            not_before="agreed_on",
        ),
        Field(
            "actual_end",
            _("Ended on"),
            _("The day on which it was carried out or given up."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            htcds="spl_ActualEndDate",
            not_before="agreed_on",
        ),
    ),
    schema=2,
)
