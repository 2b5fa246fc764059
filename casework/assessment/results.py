"""What an assessment consists of, down to the evidence, and the same as plain data."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from casework.instruments import Clause, Dimension, Element, Indicator, Instrument, Strength
from casework.palermo import PalermoResult

from .outcomes import LIMITS, OUTCOMES, SCREENING_OUTCOMES, Outcome, ScreeningResult


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One dimension: the present indicators that make it what it is, and the ones still unknown."""

    dimension: Dimension
    evidence: tuple[Indicator, ...]
    unknown: tuple[Indicator, ...]
    absent: int
    asked_about: bool
    clause: Clause | None

    @property
    def positive(self) -> bool:
        return self.clause is not None

    @property
    def strong(self) -> tuple[Indicator, ...]:
        return self._of(Strength.STRONG)

    @property
    def medium(self) -> tuple[Indicator, ...]:
        return self._of(Strength.MEDIUM)

    @property
    def weak(self) -> tuple[Indicator, ...]:
        return self._of(Strength.WEAK)

    def _of(self, strength: Strength) -> tuple[Indicator, ...]:
        return tuple(indicator for indicator in self.evidence if indicator.strength is strength)


@dataclass(frozen=True, slots=True)
class ElementResult:
    """One element of the Palermo definition and the positive dimensions that support it."""

    element: Element
    covered: bool  # whether the instrument asks about it at all: an ILO set does not ask about the act
    needed: bool
    supported_by: tuple[Dimension, ...]

    @property
    def supported(self) -> bool:
        return bool(self.supported_by)


@dataclass(frozen=True, slots=True)
class Screening:
    """The result of an instrument without dimensions. `points` is None where nothing is scored."""

    result: ScreeningResult
    points: int | None
    positive_from: int | None
    evidence: tuple[Indicator, ...]
    unknown: tuple[Indicator, ...]

    @property
    def outcome(self) -> Outcome:
        return SCREENING_OUTCOMES[self.result]


@dataclass(frozen=True, slots=True)
class AgeWarning:
    code: str
    text: Promise


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the answers amount to and why.

    `palermo_result` is None for a screening tool, and `screening` for an instrument with dimensions.
    `child` says whether the child's reading was used; None where the age is unknown and decides nothing.
    """

    instrument: Instrument
    dimensions: tuple[DimensionResult, ...]
    elements: tuple[ElementResult, ...]
    child: bool | None
    palermo_result: PalermoResult | None
    screening: Screening | None
    warnings: tuple[AgeWarning, ...]

    @property
    def unknown(self) -> int:
        """How many indicators have no answer yet, of those that the branching would ask."""
        if self.screening:
            return len(self.screening.unknown)
        return sum(len(each.unknown) for each in self.dimensions)

    @property
    def outcome(self) -> Outcome | None:
        """The text for `palermo_result`."""
        return OUTCOMES[self.palermo_result] if self.palermo_result else None

    @property
    def limit(self) -> Promise | None:
        """What the instrument does not ask about, so that nobody takes silence for an answer."""
        return LIMITS.get(self.instrument.exploitation)

    def as_data(self) -> dict[str, Any]:
        """The assessment as JSON types, with labels in the active language."""
        return {
            "instrument": self.instrument.id,
            "version": self.instrument.version,
            "dimensions": {each.dimension.id: _dimension_data(each) for each in self.dimensions},
            "elements": {
                each.element.value: {
                    "covered": each.covered,
                    "needed": each.needed,
                    "supported": each.supported,
                    "supported_by": [dimension.id for dimension in each.supported_by],
                }
                for each in self.elements
            },
            "child": self.child,
            "palermo_result": self.palermo_result and self.palermo_result.value,
            "outcome": _outcome_data(self.outcome),
            "screening": self.screening and _screening_data(self.screening),
            "unknown": self.unknown,
            "limit": self.limit and str(self.limit),
            "warnings": [{"code": each.code, "text": str(each.text)} for each in self.warnings],
        }


def _dimension_data(result: DimensionResult) -> dict[str, Any]:
    return {
        "label": str(result.dimension.label),
        "element": result.dimension.element.value,
        "positive": result.positive,
        "clause": result.clause and {"id": result.clause.id, "label": str(result.clause.label)},
        "strong": len(result.strong),
        "medium": len(result.medium),
        "weak": len(result.weak),
        "absent": result.absent,
        "unknown": len(result.unknown),
        "asked_about": result.asked_about,
        "evidence": [_indicator_data(indicator) for indicator in result.evidence],
        "still_unknown": _unknown_data(result.unknown),
    }


def _screening_data(screening: Screening) -> dict[str, Any]:
    return {
        "result": screening.result.value,
        "outcome": _outcome_data(screening.outcome),
        "points": screening.points,
        "positive_from": screening.positive_from,
        "evidence": [_indicator_data(indicator) for indicator in screening.evidence],
        "still_unknown": _unknown_data(screening.unknown),
    }


def _indicator_data(indicator: Indicator) -> dict[str, Any]:
    strength = indicator.strength and indicator.strength.value
    return {"id": indicator.id, "label": str(indicator.label), "strength": strength}


def _unknown_data(indicators: tuple[Indicator, ...]) -> list[dict[str, str]]:
    # Without the strength: what would weigh most must not lead the next question.
    return [{"id": indicator.id, "label": str(indicator.label)} for indicator in indicators]


def _outcome_data(outcome: Outcome | None) -> dict[str, str] | None:
    return {"label": str(outcome.label), "next_step": str(outcome.next_step)} if outcome else None
