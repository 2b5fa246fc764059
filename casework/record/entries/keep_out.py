"""Who must never see the case: the trafficker's cousin in the team, the employer's organisation."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import EntryKind, Field, Kind, Sensitivity

KEEP_OUT = EntryKind(
    "keep_out",
    _("Keep out"),
    _(
        "A person or an organisation that must never see this case or work on it. It holds at once, for all of Hearth."
    ),
    (
        Field(
            "whom",
            _("Whom"),
            _(
                "Whoever is chosen loses what they had of this case, and can't be given any of it. They are not told."
            ),
            Sensitivity.IDENTIFYING,
            Kind.CODE,
            chosen_from="outsiders",
            required=True,
            shareable=False,
        ),
        Field(
            "name",
            _("Their name"),
            _("Of someone who doesn't work in Hearth: so that everyone here knows whom not to talk to."),
            Sensitivity.IDENTIFYING,
            shareable=False,
        ),
        Field(
            "reason",
            _("Reason"),
            _("What connects them with those who exploited the survivor, or why the survivor wants it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            required=True,
            shareable=False,
        ),
        Field(
            "since",
            _("Since"),
            _("The day on which you came to know of it."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "ended_on",
            _("Ended on"),
            _("Leave it empty while it holds. From then on they see what their team sees."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            not_before="since",
            shareable=False,
        ),
    ),
    title="whom",
    about_others=True,
)
