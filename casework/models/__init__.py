"""Casework's tables. What a survivor told lies sealed; in clear stand ids, states, teams and dates."""

from casework.models.case import Case, SectionVersion
from casework.models.consent import Consent
from casework.models.decision import Decision
from casework.models.draft import Draft
from casework.models.follow_up import FollowUp
from casework.models.identification import Identification
from casework.models.own_instrument import ConfirmedWording, OwnInstrument

__all__ = [
    "Case",
    "ConfirmedWording",
    "Consent",
    "Decision",
    "Draft",
    "FollowUp",
    "Identification",
    "OwnInstrument",
    "SectionVersion",
]
