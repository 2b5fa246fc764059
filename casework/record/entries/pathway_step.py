"""One step on a pathway: planned, or done."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity
from casework.record.pathway_codes import PATHWAY_STEPS, STEP_OUTCOMES

PATHWAY_STEP = EntryKind(
    "pathway_step",
    _("Step of a pathway"),
    _("What was done, or is planned, on the way."),
    (
        Field(
            "step",
            _("Step"),
            _("Which one."),
            Sensitivity.QUASI,
            Kind.CODE,
            PATHWAY_STEPS,
            required=True,
            shareable=False,
        ),
        Field(
            "planned_on",
            _("Planned for"),
            _("The day on which it is to be done. The assigned caseworker gets a follow-up."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            shareable=False,
        ),
        Field(
            "due_on",
            _("At the latest on"),
            _("Where a law or an authority has set a day."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            shareable=False,
        ),
        Field(
            "done_on",
            _("Done on"),
            _("The day on which it was done, or the decision given. Leave it empty while it is planned."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            shareable=False,
        ),
        Field(
            "authority",
            _("Authority or organisation"),
            _("With whom it was done, by its name."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        Field(
            "reference",
            _("Their reference"),
            _("The number under which they keep it."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        Field(
            "documents",
            _("Documents"),
            _("Those of the case that belong to it."),
            Sensitivity.IDENTIFYING,
            Kind.CODES,
            chosen_from="documents",
            shareable=False,
        ),
        Field(
            "outcome",
            _("What came of it"),
            _("Granted and refused are for the step in which others decide."),
            Sensitivity.SAFE,
            Kind.CODE,
            STEP_OUTCOMES,
            shareable=False,
        ),
        Field(
            "note",
            _("Note"),
            _("What was said, what is missing, and how the survivor sees it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=5_000,
            shareable=False,
        ),
    ),
    title="step",
    happened="done_on",
    under="pathway",
)
