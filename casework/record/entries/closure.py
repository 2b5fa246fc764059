"""What is looked at before a case is closed, point by point: the checklist that was gone through stays as it is."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList, EntryKind, Field, Kind, Sensitivity

DONE, GOES_ON, NOT_NEEDED = "done", "goes_on", "not_needed"
ANSWERS = CodeList(
    (
        Code(DONE, _("Done")),
        Code(GOES_ON, _("Others carry it on")),
        Code(NOT_NEEDED, _("Does not apply")),
    )
)
OF_A_CHILD = ("guardian_told", "authority_told")
"""The points that a child's case can't be closed without."""


def _point(name: str, label: object, help: object, *, required: bool = True) -> Field:
    return Field(
        name,
        label,  # type: ignore[arg-type]
        help,  # type: ignore[arg-type]
        Sensitivity.SAFE,
        Kind.CODE,
        ANSWERS,
        required=required,
        shareable=False,
    )


CLOSURE = EntryKind(
    "closure",
    _("Closing checklist"),
    _("Go through it with the survivor where that is possible. The case can be closed once it is saved."),
    (
        _point("goals", _("Goals"), _("Each goal was looked at together, and how it ended is written down.")),
        _point("referrals", _("Referrals"), _("Each has ended, or the partner carries it on.")),
        _point(
            "follow_ups", _("Follow-ups"), _("Each is done, cancelled, or in the hands of somebody else.")
        ),
        _point(
            "safety_plan",
            _("Safety plan"),
            _("It was looked at again, and the survivor has it as they want it."),
        ),
        _point(
            "consents", _("Consents"), _("The survivor knows which hold, and has withdrawn what should end.")
        ),
        _point(
            "survivor_told",
            _("Survivor told"),
            _("They know that the case closes, why, how long it is kept, and how to come back."),
        ),
        _point(
            "copy_offered", _("Copy offered"), _("They were asked whether they want a copy of their record.")
        ),
        _point(
            "guardian_told",
            _("Guardian told"),
            _("Of a child. Does not apply where the guardian is suspected or in a conflict of interest."),
            required=False,
        ),
        _point(
            "authority_told",
            _("Child protection authority told"),
            _("Of a child: whoever is responsible for them from now on."),
            required=False,
        ),
        Field(
            "note",
            _("Note"),
            _("Who carries on what, and what does not apply, and why."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="survivor_told",
    append_only=True,
)
