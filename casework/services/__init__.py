"""What changes casework's state: one verb a function, keyword-only, atomic, audited in the same transaction."""

from casework.search.duplicates import rule_out_duplicate
from casework.search.index import bring_up_to_date
from casework.services.cases import open_case, restore_section, save_section
from casework.services.consents import record_consent, withdraw_consent
from casework.services.decisions import record_decision
from casework.services.documents import add_document, remove_document
from casework.services.drafts import discard_draft, finish_draft, save_draft, start_draft
from casework.services.filters import remove_filter, save_filter
from casework.services.follow_ups import cancel_follow_up, complete_follow_up, notify_due, plan_follow_up
from casework.services.identifications import record_identification
from casework.services.instruments import (
    add_instrument,
    confirm_wording,
    enable_instrument,
    retire_instrument,
)
from casework.services.rescheduling import hand_on, put_off_follow_ups

__all__ = [
    "add_document",
    "add_instrument",
    "bring_up_to_date",
    "cancel_follow_up",
    "complete_follow_up",
    "confirm_wording",
    "discard_draft",
    "enable_instrument",
    "finish_draft",
    "hand_on",
    "notify_due",
    "open_case",
    "plan_follow_up",
    "put_off_follow_ups",
    "record_consent",
    "record_decision",
    "record_identification",
    "remove_document",
    "remove_filter",
    "restore_section",
    "retire_instrument",
    "rule_out_duplicate",
    "save_draft",
    "save_filter",
    "save_section",
    "start_draft",
    "withdraw_consent",
]
