"""The referral to the authority that decides whether somebody counts as a victim: what was sent stays as it was."""

from django.utils.translation import gettext_lazy as _

from casework.record.codelists import COUNTRIES
from casework.record.fields import EntryKind, Field, Kind, Sensitivity
from casework.record.national_codes import BASES, FIELDS, ROUTES

_PREPARED = (
    Field(
        "authority",
        _("Authority"),
        _("By the name that the consent gives it."),
        Sensitivity.IDENTIFYING,
        required=True,
        shareable=False,
    ),
    Field(
        "country",
        _("Country"),
        _("Whose authority it is. Its rules are shown with the form."),
        Sensitivity.QUASI,
        Kind.CODE,
        COUNTRIES,
        required=True,
        shareable=False,
    ),
    Field(
        "route",
        _("What is sent"),
        _("A notice without a name holds nothing of the record; only some countries know it."),
        Sensitivity.SAFE,
        Kind.CODE,
        ROUTES,
        required=True,
        shareable=False,
    ),
    Field(
        "fields",
        _("What the form says"),
        _("Only what the authority needs in order to decide."),
        Sensitivity.SAFE,
        Kind.CODES,
        FIELDS,
        shareable=False,
    ),
    Field(
        "grounds",
        _("Why we think so"),
        _("What they told and what supports it, in as few words as will do."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=10_000,
        shareable=False,
    ),
)

_SENT = (
    Field(
        "sent_on",
        _("Sent on"),
        _("The day on which it went out."),
        Sensitivity.IDENTIFYING,
        Kind.DATE,
        shareable=False,
    ),
    Field(
        "sent_how",
        _("How it was sent"),
        _("Their online form, by post, or by hand to whom."),
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
        "basis",
        _("On what ground"),
        _("What allowed the survivor to be named."),
        Sensitivity.SAFE,
        Kind.CODE,
        BASES,
        shareable=False,
    ),
    Field(
        "reason",
        _("Why without consent"),
        _("Of a child who was referred without it: what the child was told, and said."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=2_000,
        shareable=False,
    ),
    Field(
        "decision_due_on",
        _("Decision expected by"),
        _("What they told you, or empty for the country's target. You get a follow-up for the day."),
        Sensitivity.IDENTIFYING,
        Kind.DATE,
        in_future=True,
        shareable=False,
    ),
    Field(
        "reconsider_until",
        _("Another look can be asked for until"),
        _("As the letter of the decision says."),
        Sensitivity.IDENTIFYING,
        Kind.DATE,
        in_future=True,
        shareable=False,
    ),
    Field(
        "sent_text",
        _("What was sent"),
        _("The form as it went out."),
        Sensitivity.IDENTIFYING,
        Kind.LONG_TEXT,
        max_length=100_000,
        shareable=False,
        about_others=True,
    ),
)

NATIONAL_REFERRAL = EntryKind(
    "national_referral",
    _("Referral to the national authority"),
    _(
        "The form for the authority that decides who counts as a victim. Help never depends on what it decides."
    ),
    (*_PREPARED, *_SENT),
    title="authority",
    append_only=True,
    by_verb=True,
)
