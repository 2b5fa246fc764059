"""What changes casework's state: one verb a function, keyword-only, atomic, audited in the same transaction."""

from casework.services.cases import open_case, save_section
from casework.services.consents import record_consent, withdraw_consent
from casework.services.follow_ups import cancel_follow_up, complete_follow_up, notify_due, plan_follow_up
from casework.services.identifications import record_identification

__all__ = [
    "cancel_follow_up",
    "complete_follow_up",
    "notify_due",
    "open_case",
    "plan_follow_up",
    "record_consent",
    "record_identification",
    "save_section",
    "withdraw_consent",
]
