"""Casework's tables. What a survivor told lies sealed; in clear stand ids, states, teams and dates."""

from casework.models.case import Case, SectionVersion
from casework.models.consent import Consent
from casework.models.follow_up import FollowUp
from casework.models.identification import Identification

__all__ = ["Case", "Consent", "FollowUp", "Identification", "SectionVersion"]
