"""Casework's tables. What a survivor told lies sealed; in clear stand ids, states, teams and dates."""

from casework.models.approval import Approval
from casework.models.calendar import CalendarLink
from casework.models.case import Case, SectionVersion
from casework.models.consent import Consent
from casework.models.decision import Decision
from casework.models.document import CustodyEvent, Document
from casework.models.draft import Draft
from casework.models.erasure import Erasure
from casework.models.follow_up import FollowUp
from casework.models.identification import Identification
from casework.models.imported import ErasedImport, ImportedCase, ImportTable
from casework.models.interpreter import Interpreter
from casework.models.own_instrument import ConfirmedWording, OwnInstrument
from casework.models.search import IndexEntry, IndexToken, PossibleDuplicates, Risk, SavedFilter, TeamIndex
from casework.models.transfer import Transfer

__all__ = [
    "Approval",
    "CalendarLink",
    "Case",
    "ConfirmedWording",
    "Consent",
    "CustodyEvent",
    "Decision",
    "Document",
    "Draft",
    "ErasedImport",
    "Erasure",
    "FollowUp",
    "Identification",
    "ImportTable",
    "ImportedCase",
    "IndexEntry",
    "IndexToken",
    "Interpreter",
    "OwnInstrument",
    "PossibleDuplicates",
    "Risk",
    "SavedFilter",
    "SectionVersion",
    "TeamIndex",
    "Transfer",
]
