"""What must be kept because a court or an authority may ask for it."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList, EntryKind, Field, Kind, Sensitivity

GROUNDS_OF_HOLD = CodeList(
    (
        Code("criminal", _("Criminal proceedings")),
        Code("civil", _("A claim for compensation or wages")),
        Code("order", _("An order of a court or an authority")),
        Code("complaint", _("A complaint or an inquiry")),
        Code("other", _("Other")),
    )
)
LEGAL_HOLD = EntryKind(
    "legal_hold",
    _("Legal hold"),
    _(
        "While it holds, the case can't be erased and none of its documents removed. A supervisor sets and ends it."
    ),
    (
        Field(
            "ground",
            _("Ground"),
            _("The one that weighs most."),
            Sensitivity.IDENTIFYING,
            Kind.CODE,
            GROUNDS_OF_HOLD,
            required=True,
            shareable=False,
        ),
        Field(
            "note",
            _("Note"),
            _("Which proceedings, who asked, and when to look at it again."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
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
    title="ground",
)
