"""What changes casework's state: one verb a function, keyword-only, atomic, audited in the same transaction."""

from casework.services.cases import open_case, restore_section, save_section
from casework.services.consents import record_consent, withdraw_consent
from casework.services.decisions import record_decision
from casework.services.drafts import discard_draft, finish_draft, save_draft, start_draft
from casework.services.follow_ups import cancel_follow_up, complete_follow_up, notify_due, plan_follow_up
from casework.services.identifications import record_identification
from casework.services.instruments import (
    add_instrument,
    confirm_wording,
    enable_instrument,
    retire_instrument,
)

__all__ = [
    "add_instrument",
    "cancel_follow_up",
    "complete_follow_up",
    "confirm_wording",
    "discard_draft",
    "enable_instrument",
    "finish_draft",
    "notify_due",
    "open_case",
    "plan_follow_up",
    "record_consent",
    "record_decision",
    "record_identification",
    "restore_section",
    "retire_instrument",
    "save_draft",
    "save_section",
    "start_draft",
    "withdraw_consent",
]
