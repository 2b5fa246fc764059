"""Talking with the survivor about a copy of their record, before one leaves: where is it safe to keep?"""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList, EntryKind, Field, Kind, Sensitivity

TAKES = "takes"
FOR_WHOM = CodeList((Code("survivor", _("The survivor")), Code("guardian", _("Their guardian"))))
OUTCOMES_OF_TALK = CodeList(
    (
        Code(TAKES, _("They take a copy")),
        Code("reads_here", _("They read it here, and take none")),
        Code("later", _("They decide later")),
        Code("not_wished", _("They want none")),
    )
)
COPY_TALK = EntryKind(
    "copy_talk",
    _("Talk about a copy"),
    _("A copy that the wrong person finds can put the survivor in danger. Without this talk, none leaves."),
    (
        Field(
            "talked_on",
            _("Talked on"),
            _("The day of the talk."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "for_whom",
            _("For whom"),
            _("Nothing goes through a guardian who is suspected or in a conflict of interest."),
            Sensitivity.SAFE,
            Kind.CODE,
            FOR_WHOM,
            required=True,
            shareable=False,
        ),
        Field(
            "place",
            _("Where it is safe to keep"),
            _("Who else gets to their phone, bag, room or mail, and where nobody finds it whom they fear."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=1_000,
            required=True,
            shareable=False,
        ),
        Field(
            "outcome",
            _("What was decided"),
            _("It is their decision."),
            Sensitivity.SAFE,
            Kind.CODE,
            OUTCOMES_OF_TALK,
            required=True,
            shareable=False,
        ),
    ),
    title="outcome",
    happened="talked_on",
    append_only=True,
)
