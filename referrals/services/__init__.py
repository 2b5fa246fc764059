"""What changes a referral: one verb a function, keyword-only, atomic, audited in the same transaction."""

from referrals.services.answering import (
    DeclineReason,
    accept_referral,
    answer_handover,
    decline_referral,
    open_packet,
)
from referrals.services.ending import close_handover, withdraw_referral
from referrals.services.expiring import end_what_is_over
from referrals.services.sending import NOTE_LENGTH, draft_referral, read_draft, send_referral

__all__ = [
    "NOTE_LENGTH",
    "DeclineReason",
    "accept_referral",
    "answer_handover",
    "close_handover",
    "decline_referral",
    "draft_referral",
    "end_what_is_over",
    "open_packet",
    "read_draft",
    "send_referral",
    "withdraw_referral",
]
