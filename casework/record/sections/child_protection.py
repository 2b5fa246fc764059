"""What protects a child."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import ACCOMPANIMENTS, DETERMINATIONS, YES_NO_UNKNOWN
from casework.record.fields import Field, Kind, Section, Sensitivity

CHILD_PROTECTION = Section(
    "child_protection",
    _("Child protection"),
    _(
        "For everyone under 18, and for whoever may be. A child is believed to be one until the contrary is known."
    ),
    (
        Field(
            "treated_as_child",
            _("Treated as a child"),
            _(
                "Yes where they may be under 18, whatever their papers say: traffickers make children older. "
                "Until the contrary is known."
            ),
            Sensitivity.QUASI,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "accompaniment",
            _("With whom the child is"),
            _("As they are now, not as they travelled."),
            Sensitivity.QUASI,
            Kind.CODE,
            ACCOMPANIMENTS,
        ),
        Field(
            "guardian",
            _("Guardian"),
            _("Who decides with the child and for the child. Name, and what they are to the child."),
            Sensitivity.IDENTIFYING,
            about_others=True,
        ),
        Field(
            "guardian_contact",
            _("Guardian's contact"),
            _("How to reach the guardian without harm to the child."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            about_others=True,
        ),
        Field(
            "guardian_confirmed",
            _("Guardian's authority confirmed"),
            _("You have seen the paper, or the authority has told you so."),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
        ),
        Field(
            "guardian_in_conflict",
            _("Guardian suspected or in conflict of interest"),
            _(
                "They may be involved, gain from it, or want something else than the child. It never leaves the case."
            ),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
            shareable=False,
            about_others=True,
        ),
        Field(
            "bia_on",
            _("Best interests assessment on"),
            _("The day of the newest one."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
        ),
        Field(
            "bia_outcome",
            _("What the assessment says"),
            _("What is best for the child now, and why."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
        ),
        Field(
            "bid_on",
            _("Best interests determination on"),
            _("The day of the newest one, by the body that may decide."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
        ),
        Field(
            "bid_outcome",
            _("What was determined"),
            _("The lasting solution that was found best for the child."),
            Sensitivity.QUASI,
            Kind.CODE,
            DETERMINATIONS,
        ),
        Field(
            "bid_reasons",
            _("Reasons for the determination"),
            _("Who decided, on what grounds, and what must be in place first."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
            about_others=True,
        ),
        Field(
            "childs_view",
            _("The child's view"),
            _("What the child wants and fears, in their own words. Write down also where they disagree."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
        ),
        Field(
            "family_involved",
            _("Family may be involved"),
            _(
                "In the trafficking, or gain from it. Until the answer is no, nobody looks for them unprepared."
            ),
            Sensitivity.SAFE,
            Kind.CODE,
            YES_NO_UNKNOWN,
            about_others=True,
        ),
        Field(
            "family_risk_on",
            _("Risk from the family looked at on"),
            _("The day on which you last judged what contact with the family could bring about."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
        ),
    ),
)
