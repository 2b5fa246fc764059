"""Assesses answers to an instrument and says why: no database, no clock, no verdict."""

from .answers import Answer, AnswersError, ImpossibleAge, UnknownAnswers, UnknownIndicators
from .outcomes import OUTCOMES, SCREENING_OUTCOMES, Outcome, ScreeningResult
from .results import AgeWarning, Assessment, DimensionResult, ElementResult, Screening
from .rules import age_warnings, assess

__all__ = [
    "OUTCOMES",
    "SCREENING_OUTCOMES",
    "AgeWarning",
    "Answer",
    "AnswersError",
    "Assessment",
    "DimensionResult",
    "ElementResult",
    "ImpossibleAge",
    "Outcome",
    "Screening",
    "ScreeningResult",
    "UnknownAnswers",
    "UnknownIndicators",
    "age_warnings",
    "assess",
]
