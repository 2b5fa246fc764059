"""Every change of where a case stands: never overwritten, and never made but by the verb that changes the state."""

from django.utils.translation import gettext_lazy as _

from casework.record.fields import Code, CodeList, EntryKind, Field, Kind, Sensitivity

STATE_STEPS = CodeList(
    (
        Code("activate", _("Work has begun")),
        Code("hold", _("Put on hold")),
        Code("resume", _("Taken up again")),
        Code("close", _("Closed")),
        Code("reopen", _("Reopened")),
    )
)
STATE_REASONS = CodeList(
    (
        Code("goals_reached", _("The goals are reached")),
        Code("withdrawn", _("Withdrawn by the survivor")),
        Code("lost_contact", _("Lost contact")),
        Code("transferred", _("Others carry it on")),
        Code("deceased", _("The survivor has died")),
        Code("paused_by_survivor", _("Paused at the survivor's wish")),
        Code("waiting", _("Waiting for an authority or a service")),
        Code("back_in_touch", _("The survivor is back in touch")),
        Code("new_risk", _("A new risk or need")),
        Code("closed_in_error", _("Closed in error")),
        Code("other", _("Other")),
    )
)
STATE_CHANGE = EntryKind(
    "state_change",
    _("Change of state"),
    _("When the case was put on hold, closed or reopened, by whom and why."),
    (
        Field(
            "step",
            _("What was done"),
            _("Where it left the case."),
            Sensitivity.SAFE,
            Kind.CODE,
            STATE_STEPS,
            required=True,
            shareable=False,
        ),
        Field(
            "reason",
            _("Reason"),
            _("The one that weighs most."),
            Sensitivity.QUASI,
            Kind.CODE,
            STATE_REASONS,
            shareable=False,
        ),
        Field(
            "note",
            _("Note"),
            _("What whoever opens the case later should know about it."),
            Sensitivity.IDENTIFYING,
            Kind.LONG_TEXT,
            max_length=2_000,
            shareable=False,
        ),
    ),
    title="step",
    append_only=True,
    by_verb=True,
)
