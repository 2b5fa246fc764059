"""A child or an adult is missing: what was known, to whom it was reported, and how it ended."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity

MISSING_EPISODE = EntryKind(
    "missing_episode",
    _("Missing"),
    _(
        "Someone is gone and may be in danger. Report it at once: there is no time to wait for. An alert stands on the "
        "case until you enter the day on which they were found."
    ),
    (
        Field(
            "since_on",
            _("Missing since"),
            _("The day on which they were last seen."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "since_at",
            _("Time"),
            _("About when they were last seen, by your clock."),
            Sensitivity.QUASI,
            Kind.TIME,
            shareable=False,
        ),
        Field(
            "last_seen",
            _("Last seen where"),
            _("The place, and where they were going."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
        ),
        Field(
            "with_whom",
            _("Last seen with whom"),
            _("Anybody seen with them, a car, a call they had just had."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
            about_others=True,
        ),
        Field(
            "looks",
            _("What they look like"),
            _("Height, build, hair, eyes, marks, glasses."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
        ),
        Field(
            "clothes",
            _("Clothes and things with them"),
            _("What they wore; phone, money, papers, medicine."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
        ),
        Field(
            "reported_to",
            _("Reported to"),
            _("Police station, child protection, a hotline: name and number."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            shareable=False,
        ),
        Field(
            "reported_on",
            _("Reported on"),
            _("The day of the report."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="since_on",
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
            "found_on",
            _("Found on"),
            _("The day on which they came back or were found. It ends the alert."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="since_on",
            shareable=False,
        ),
        Field(
            "what_happened",
            _("What happened"),
            _(
                "What they tell of it, in their words, once they want to. What must change so that they are safe."
            ),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
            shareable=False,
            about_others=True,
        ),
    ),
    title="since_on",
    happened="since_on",
)
