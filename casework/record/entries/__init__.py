"""What a case holds many of, declared as the sections are: each kind a module here, and its name in ENTRIES."""

from casework.record.entries.action import ACTION
from casework.record.entries.alert import ALERT
from casework.record.entries.closure import CLOSURE
from casework.record.entries.complaint import COMPLAINT
from casework.record.entries.conference import CONFERENCE
from casework.record.entries.contact import CONTACT
from casework.record.entries.copy_talk import COPY_TALK
from casework.record.entries.correction_request import CORRECTION_REQUEST
from casework.record.entries.goal import GOAL
from casework.record.entries.interpreter_excluded import INTERPRETER_EXCLUDED
from casework.record.entries.keep_out import KEEP_OUT
from casework.record.entries.legal_hold import LEGAL_HOLD
from casework.record.entries.linked_case import LINKED_CASE
from casework.record.entries.missing_episode import MISSING_EPISODE
from casework.record.entries.national_referral import NATIONAL_REFERRAL
from casework.record.entries.pathway import PATHWAY
from casework.record.entries.pathway_step import PATHWAY_STEP
from casework.record.entries.quiet_time import QUIET_TIME
from casework.record.entries.service_received import SERVICE_RECEIVED
from casework.record.entries.state_change import STATE_CHANGE
from casework.record.fields import EntryKind
from core.errors import NotVisible

ENTRIES: tuple[EntryKind, ...] = (
    ALERT,
    KEEP_OUT,
    GOAL,
    ACTION,
    SERVICE_RECEIVED,
    CONFERENCE,
    CONTACT,
    QUIET_TIME,
    INTERPRETER_EXCLUDED,
    MISSING_EPISODE,
    LINKED_CASE,
    PATHWAY,
    PATHWAY_STEP,
    NATIONAL_REFERRAL,
    CLOSURE,
    LEGAL_HOLD,
    COPY_TALK,
    CORRECTION_REQUEST,
    COMPLAINT,
    STATE_CHANGE,
)
_BY_NAME = {kind.name: kind for kind in ENTRIES}


def entry_kind(name: str) -> EntryKind:
    """The kind of this name.

    Raises:
        NotVisible: there is none.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise NotVisible from None
