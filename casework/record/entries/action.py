"""Who does what, by when, towards a goal."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity
from casework.record.plan_codes import ACTION_RESULTS, DOERS

ACTION = EntryKind(
    "action",
    _("Action"),
    _("One step towards a goal: what, who, by when."),
    (
        Field(
            "what",
            _("What"),
            _("One step, in a few words."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            htcds="spl_ActionPlan",
            max_length=1_000,
            required=True,
            shareable=False,
        ),
        Field(
            "done_by",
            _("Who does it"),
            _("What the survivor wants to do alone is theirs to do."),
            Sensitivity.SAFE,
            Kind.CODE,
            DOERS,
            required=True,
            shareable=False,
            about_others=True,
        ),
        Field(
            "colleague",
            _("Which colleague"),
            _("Where one of the team does it. They get a follow-up for the day."),
            Sensitivity.SAFE,
            Kind.CODE,
            chosen_from="team",
            shareable=False,
            about_others=True,
        ),
        Field(
            "partner",
            _("Which partner"),
            _("Where somebody else does it: the organisation or the person."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        Field(
            "by_when",
            _("By when"),
            _("The day by which it is to be done."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            shareable=False,
        ),
        Field(
            "result",
            _("How it ended"),
            _("Leave it open while it is to be done."),
            Sensitivity.SAFE,
            Kind.CODE,
            ACTION_RESULTS,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("The day on which it was done or given up."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            shareable=False,
        ),
        Field(
            "outcome",
            _("What came of it"),
            _("What it changed, and what is still to be done."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="what",
    under="goal",
)
