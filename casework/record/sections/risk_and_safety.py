"""What could harm the survivor, and what is done about it."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import REASONS_FOR_RISK, RISK_LEVELS
from casework.record.fields import Field, Kind, Section, Sensitivity

RISK_AND_SAFETY = Section(
    "risk_and_safety",
    _("Risk and safety plan"),
    _(
        "What could harm the survivor, and what was agreed with them to keep them safe. Look at it again often."
    ),
    (
        Field(
            "risk_level",
            _("Level of risk"),
            _("As you and the survivor see it now. Take their fear seriously."),
            Sensitivity.SAFE,
            Kind.CODE,
            RISK_LEVELS,
        ),
        Field(
            "reasons",
            _("Reasons"),
            _("All that apply."),
            Sensitivity.QUASI,
            Kind.CODES,
            REASONS_FOR_RISK,
        ),
        Field(
            "explanation",
            _("What stands behind it"),
            _("Who could do what, where and when; what has happened before."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
        ),
        Field(
            "assessed_on",
            _("Assessed on"),
            _("The day on which you looked at the risk together."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
        ),
        Field(
            "review_on",
            _("Look at it again on"),
            _("Sooner where the risk is high, and whenever something changes."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            not_before="assessed_on",
        ),
        Field(
            "safety_plan",
            _("Safety plan"),
            _("What the survivor does and whom they call when it gets dangerous, in steps that they chose."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
        ),
        Field(
            "alerts",
            _("Alerts"),
            _("What everyone who opens this case must know at once, each with its date."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
        ),
        Field(
            "people_kept_out",
            _("People to keep out"),
            _("Who must never see this case or work on it, and why. It never leaves the case."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            shareable=False,
            max_length=5_000,
        ),
        Field(
            "organisations_kept_out",
            _("Organisations to keep out"),
            _(
                "Which organisations must never receive anything of this case, and why. It never leaves the case."
            ),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            shareable=False,
            max_length=5_000,
        ),
    ),
)
