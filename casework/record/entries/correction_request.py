"""What the survivor says is wrong in their record, and what became of it."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList, EntryKind, Field, Kind, Sensitivity

ANSWERS_TO_CORRECTION = CodeList(
    (
        Code("corrected", _("Corrected")),
        Code("noted", _("Their words stand beside it")),
        Code("refused", _("Refused")),
    )
)
CORRECTION_REQUEST = EntryKind(
    "correction_request",
    _("Correction request"),
    _("What the survivor wants put right. A supervisor is asked to see to it."),
    (
        Field(
            "asked_on",
            _("Asked on"),
            _("The day on which they asked."),
            Sensitivity.IDENTIFYING,
            Kind.DATE,
            required=True,
            shareable=False,
        ),
        Field(
            "part",
            _("What it is about"),
            _("The part of the record."),
            Sensitivity.IDENTIFYING,
            required=True,
            shareable=False,
        ),
        Field(
            "wrong",
            _("What is wrong, and what is right"),
            _("In the survivor's words."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            required=True,
            shareable=False,
        ),
        Field(
            "answer",
            _("Decision"),
            _("Leave it open until a supervisor has decided."),
            Sensitivity.SAFE,
            Kind.CODE,
            ANSWERS_TO_CORRECTION,
            shareable=False,
        ),
        Field(
            "why",
            _("Why"),
            _("What the survivor was told. A refusal needs it, with whom they can turn to."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="part",
    happened="asked_on",
)
