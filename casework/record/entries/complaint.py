"""What the survivor complains about, to whom it went on, and what came of it."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity

COMPLAINT = EntryKind(
    "complaint",
    _("Complaint"),
    _(
        "About your organisation, a partner or an authority. Everyone who opens the case can read it: where it is "
        "about one of them, write only that there is one, and give the rest to a supervisor."
    ),
    (
        Field(
            "made_on",
            _("Made on"),
            _("The day on which they complained."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "about",
            _("What it is about"),
            _("In the survivor's words."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            required=True,
            shareable=False,
            about_others=True,
        ),
        Field(
            "forwarded_to",
            _("Handed on to"),
            _("Who looks into it: never whom it is about."),
            Sensitivity.IDENTIFYING,
            shareable=False,
            about_others=True,
        ),
        Field(
            "outcome",
            _("What came of it"),
            _("And what the survivor was told. Leave it empty while it is looked into."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("The day on which they were told."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="made_on",
            shareable=False,
        ),
    ),
    title="about",
    happened="made_on",
)
