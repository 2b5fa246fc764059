"""What the survivor wants to reach."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import KINDS_OF_NEEDS
from casework.record.fields import EntryKind, Field, Kind, Sensitivity
from casework.record.plan_codes import GOAL_RESULTS

GOAL = EntryKind(
    "goal",
    _("Goal"),
    _("Something that the survivor wants to reach, for one of their needs."),
    (
        Field(
            "wish",
            _("What they want to reach"),
            _("In their own words, so that both of you can tell when it is reached."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            required=True,
            shareable=False,
        ),
        Field(
            "need",
            _("Need"),
            _("Which need it meets."),
            Sensitivity.QUASI,
            Kind.CODE,
            KINDS_OF_NEEDS,
            required=True,
            shareable=False,
        ),
        Field(
            "target_date",
            _("By when"),
            _("When they want to have reached it."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            shareable=False,
        ),
        Field(
            "result",
            _("How it ended"),
            _("Leave it open while you work on it."),
            Sensitivity.SAFE,
            Kind.CODE,
            GOAL_RESULTS,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("The day on which it was reached or given up."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            shareable=False,
        ),
        Field(
            "outcome",
            _("What came of it"),
            _("As the survivor sees it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="wish",
)
