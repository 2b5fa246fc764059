"""What changes a referral: one verb a function, keyword-only, atomic, audited in the same transaction."""

from referrals.services.answering import (
    DeclineReason,
    accept_referral,
    answer_handover,
    decline_referral,
    open_packet,
)
from referrals.services.asking import ask_for_capacity, to_confirm
from referrals.services.directory import (
    change_service,
    close_service,
    confirm_capacity,
    may_keep,
    offer_service,
)
from referrals.services.enclosures import preview_enclosure, read_enclosure
from referrals.services.ending import close_handover, withdraw_referral
from referrals.services.exchanging import note_read, write_as_partner, write_as_sender
from referrals.services.expiring import end_what_is_over
from referrals.services.places import (
    Wanted,
    ask_for_place,
    decline_place,
    end_place_request,
    end_places_in_time,
    hold_place,
)
from referrals.services.sending import NOTE_LENGTH, draft_referral, read_draft, send_referral
from referrals.services.updating import update_packet

__all__ = [
    "NOTE_LENGTH",
    "DeclineReason",
    "Wanted",
    "accept_referral",
    "answer_handover",
    "ask_for_capacity",
    "ask_for_place",
    "change_service",
    "close_handover",
    "close_service",
    "confirm_capacity",
    "decline_place",
    "decline_referral",
    "draft_referral",
    "end_place_request",
    "end_places_in_time",
    "end_what_is_over",
    "hold_place",
    "may_keep",
    "note_read",
    "offer_service",
    "open_packet",
    "preview_enclosure",
    "read_draft",
    "read_enclosure",
    "send_referral",
    "to_confirm",
    "update_packet",
    "withdraw_referral",
    "write_as_partner",
    "write_as_sender",
]
