"""Interpreters of the roster who must not be used for one survivor."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity

INTERPRETER_EXCLUDED = EntryKind(
    "interpreter_excluded",
    _("Interpreter not to use"),
    _(
        "An interpreter who must not be used for this survivor: of the same community, known to traffickers, or not "
        "wanted. They are no longer offered in this case."
    ),
    (
        Field(
            "interpreter",
            _("Interpreter"),
            _("From your team's roster."),
            Sensitivity.QUASI,
            Kind.CODE,
            chosen_from="interpreters",
            required=True,
            shareable=False,
        ),
        Field(
            "why",
            _("Why"),
            _("What the survivor said, or what you know. The interpreter never sees it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            required=True,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Holds no longer since"),
            _("Leave it empty while it holds."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            shareable=False,
        ),
    ),
    title="interpreter",
    about_others=True,
)
