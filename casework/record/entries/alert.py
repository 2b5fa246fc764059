"""What everyone who opens the case must know at once."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity

ALERT = EntryKind(
    "alert",
    _("Alert"),
    _("What everyone who opens this case must know at once. It stands at the top until it is ended."),
    (
        Field(
            "message",
            _("Message"),
            _("One thing, in a few words: what, and what to do about it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            required=True,
            shareable=False,
        ),
        Field(
            "since",
            _("Since"),
            _("From when it holds."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("Leave it empty while it holds."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="since",
            shareable=False,
        ),
    ),
    title="message",
)
