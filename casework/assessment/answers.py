"""Answers to an instrument: their values, the ages that go with them, and why they may be refused."""

from collections.abc import Mapping
from enum import StrEnum

from casework.instruments import Instrument

OLDEST = 120  # years; above it an age is a slip of the finger


class Answer(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"  # not asked, or not clear; the same as no answer
    DECLINED = "declined"  # asked, and the person preferred not to say: as unknown, but asked about


class AnswersError(ValueError):
    """Answers that can't be assessed."""


class UnknownIndicators(AnswersError):
    """Answers to ids that the instrument does not have: `ids`, sorted."""

    def __init__(self, instrument: str, ids: list[str]) -> None:
        super().__init__(f"not in {instrument}: {', '.join(ids)}")
        self.instrument = instrument
        self.ids = ids


class UnknownAnswers(AnswersError):
    """Answers that are none of Answer's: `ids` of the indicators, sorted; the answers are not repeated."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__(f"not present, absent, unknown or declined: {', '.join(ids)}")
        self.ids = ids


class ImpossibleAge(AnswersError):
    """An age below 0 or above OLDEST, or an exploitation later than today: `field` is the argument's name."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is not possible")
        self.field = field


def check(
    instrument: Instrument, answers: Mapping[str, str], age: int | None, age_at_exploitation: int | None
) -> None:
    """Raises UnknownIndicators, UnknownAnswers or ImpossibleAge."""
    if foreign := sorted(id for id in answers if id not in instrument.by_id):
        raise UnknownIndicators(instrument.id, foreign)
    if unreadable := sorted(id for id, answer in answers.items() if answer not in _VALUES):
        raise UnknownAnswers(unreadable)
    if age is not None and not 0 <= age <= OLDEST:
        raise ImpossibleAge("age")
    if age_at_exploitation is not None and not 0 <= age_at_exploitation <= (OLDEST if age is None else age):
        raise ImpossibleAge("age_at_exploitation")


_VALUES = tuple(Answer)
