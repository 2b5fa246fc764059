"""The contact log: who was in touch with whom, how, and what came of it."""

from django.utils.translation import gettext_lazy as _

from casework.record.contact_codes import BEGUN_BY, CHANNELS, CONTACT_KINDS, WITH_WHOM
from casework.record.fields import EntryKind, Field, Kind, Sensitivity

CONTACT = EntryKind(
    "contact",
    _("Contact made"),
    _(
        "A call, a visit, a message or a meeting about this case, as it was. Facts first, and whose words they are."
    ),
    (
        Field(
            "kind",
            _("Kind of contact"),
            _("What it was."),
            Sensitivity.SAFE,
            Kind.CODE,
            CONTACT_KINDS,
            required=True,
            shareable=False,
        ),
        Field(
            "on",
            _("Day"),
            _("When it was, not when you write it down."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "at",
            _("Time"),
            _("When it began, by your own clock."),
            Sensitivity.QUASI,
            Kind.TIME,
            shareable=False,
        ),
        Field(
            "with_whom",
            _("With whom"),
            _("All who took part, beside you."),
            Sensitivity.SAFE,
            Kind.CODES,
            WITH_WHOM,
            required=True,
            shareable=False,
        ),
        Field(
            "who",
            _("Who that is"),
            _("Names or roles, where it is not the survivor."),
            Sensitivity.IDENTIFYING,
            shareable=False,
            about_others=True,
        ),
        Field(
            "begun_by",
            _("Begun by"),
            _("Who got in touch. The rules of safe contact are about what begins with you."),
            Sensitivity.SAFE,
            Kind.CODE,
            BEGUN_BY,
            shareable=False,
        ),
        Field(
            "channel",
            _("Way"),
            _("Needed for a message to the survivor; of a call, a visit, an e-mail or a letter it is known."),
            Sensitivity.SAFE,
            Kind.CODE,
            CHANNELS,
            shareable=False,
        ),
        Field(
            "interpreter",
            _("Interpreter"),
            _("From your team's roster. Whoever speaks the survivor's languages stands first."),
            Sensitivity.QUASI,
            Kind.CODE,
            chosen_from="usable_interpreters",
            shareable=False,
            about_others=True,
        ),
        Field(
            "other_interpreter",
            _("Another interpreter"),
            _("Who it was and for whom they work. Never family, never a child."),
            Sensitivity.IDENTIFYING,
            shareable=False,
            about_others=True,
        ),
        Field(
            "summary",
            _("What was said and done"),
            _("Short. What the survivor told in confidence stays out unless it is needed."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=10_000,
            shareable=False,
            about_others=True,
        ),
        Field(
            "next_step",
            _("What came of it, and the next step"),
            _("Also that nobody answered, or that it broke off."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="kind",
    append_only=True,
    happened="on",
)
