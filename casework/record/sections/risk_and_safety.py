"""What could harm the survivor, and what is done about it. Each version is an assessment, or a change of the plan."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Field, Kind, Section, Sensitivity
from casework.record.risk_codes import REASONS_FOR_RISK, RISK_LEVELS, SOURCES_OF_RISK

_ASSESSMENT = (
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
        _("All that apply. Any level needs at least one."),
        Sensitivity.QUASI,
        Kind.CODES,
        REASONS_FOR_RISK,
    ),
    Field(
        "from_whom",
        _("From whom"),
        _("All that apply."),
        Sensitivity.QUASI,
        Kind.CODES,
        SOURCES_OF_RISK,
        about_others=True,
    ),
    Field(
        "explanation",
        _("What stands behind it"),
        _("Who could do what, where and when; what has happened before."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=10_000,
        about_others=True,
    ),
    Field(
        "survivors_view",
        _("How the survivor sees it"),
        _("In their own words, also where it differs from yours."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
    ),
    Field(
        "protective_factors",
        _("What protects them"),
        _("People, places, papers and what they do themselves to stay safe."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
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
        _("Sooner where the risk is high, and whenever something changes. You get a follow-up for the day."),
        Sensitivity.IDENTIFYING,
        Kind.DATE,
        in_future=True,
        not_before="assessed_on",
    ),
)

_PLAN = (
    Field(
        "warning_signs",
        _("Warning signs"),
        _("By what they notice that it gets dangerous."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
    ),
    Field(
        "safety_plan",
        _("What to do"),
        _("What the survivor does when it gets dangerous, in steps that they chose."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=10_000,
    ),
    Field(
        "safe_places",
        _("Where to go"),
        _("Places and people that are safe, and how to get there, by night too."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
    ),
    Field(
        "whom_to_call",
        _("Whom to call"),
        _("Names and numbers, the first to call first."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
        about_others=True,
    ),
    Field(
        "what_to_take",
        _("What to take along"),
        _("Papers, money, medicine, keys, phone; and where they lie ready."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
    ),
    Field(
        "children_and_others",
        _("Children and others who depend on them"),
        _("What each of them does, who fetches them, and what the school knows."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=5_000,
        about_others=True,
    ),
    Field(
        "code_word_means",
        _("What the code word means"),
        _("Who knows it, and what they do when they hear it. The word itself stands with safe contact."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        shareable=False,
        max_length=1_000,
    ),
)

SAFETY_PLAN = frozenset(field.name for field in _PLAN if field.shareable)
"""What a survivor can take along on paper: a paper that speaks of a code word would give it away."""

RISK_AND_SAFETY = Section(
    "risk_and_safety",
    _("Risk and safety plan"),
    _(
        "What could harm the survivor, and what was agreed with them to keep them safe. Look at it again often."
    ),
    (*_ASSESSMENT, *_PLAN),
    schema=2,
)
