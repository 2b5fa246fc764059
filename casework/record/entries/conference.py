"""Who talked about the case, and what they decided."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity

CONFERENCE = EntryKind(
    "conference",
    _("Case conference"),
    _("When several people talked about the case together. What is written here stays as it is."),
    (
        Field(
            "held_on",
            _("Held on"),
            _("The day of the conference."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "took_part",
            _("Who took part"),
            _("One per line, and whether the survivor was there or what they had to say was read out."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            required=True,
            shareable=False,
            about_others=True,
        ),
        Field(
            "decided",
            _("What was decided"),
            _("Only what everyone who reads this case needs to know."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
            required=True,
            shareable=False,
        ),
        Field(
            "next_on",
            _("Next conference"),
            _("The assigned caseworker gets a follow-up for the day."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            in_future=True,
            not_before="held_on",
            shareable=False,
        ),
    ),
    title="held_on",
    append_only=True,
    happened="held_on",
)
