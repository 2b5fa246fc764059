"""From answers to an assessment: the instrument's own rule, then the Palermo reading. Pure."""

from collections import Counter
from collections.abc import Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from casework.instruments import (
    Dimension,
    DimensionRule,
    Element,
    Indicator,
    Instrument,
    Reading,
    ScoreRule,
)
from casework.instruments.schema import ADULT_FROM, Basis
from casework.palermo import PalermoResult, read_indicators, read_palermo

from .answers import Answer, check
from .outcomes import ScreeningResult
from .results import AgeWarning, Assessment, DimensionResult, ElementResult, Screening


def assess(
    instrument: Instrument,
    answers: Mapping[str, str],
    *,
    age: int | None = None,
    age_at_exploitation: int | None = None,
) -> Assessment:
    """What the answers to an instrument amount to.

    `answers` maps indicator ids to Answer's values; an id that is not there is unknown. `age` is today's and
    `age_at_exploitation` the age then, both in completed years; where the latter is not known, the former
    stands in for it.

    Raises UnknownIndicators, UnknownAnswers or ImpossibleAge.
    """
    check(instrument, answers, age, age_at_exploitation)
    child = _child(instrument, age, age_at_exploitation)
    warnings = age_warnings(instrument, age=age, age_at_exploitation=age_at_exploitation)
    rule = instrument.rule
    if not isinstance(rule, DimensionRule):
        screening = _screen(instrument, answers)
        return Assessment(instrument, (), (), child, None, screening, warnings)
    dimensions = tuple(_read_dimension(instrument, rule, each, answers) for each in instrument.dimensions)
    elements = tuple(_read_element(element, dimensions, child) for element in Element)
    result = _read_palermo(rule.reading, elements, child)
    return Assessment(instrument, dimensions, elements, child, result, None, warnings)


def age_warnings(
    instrument: Instrument, *, age: int | None, age_at_exploitation: int | None
) -> tuple[AgeWarning, ...]:
    """A warning where the known age is outside the instrument's population, else nothing."""
    population = instrument.population
    relevant = age
    if population.basis is Basis.EXPLOITATION and age_at_exploitation is not None:
        relevant = age_at_exploitation
    if relevant is None or population.includes(relevant):
        return ()
    if relevant < ADULT_FROM and not population.children:
        text = _("Under 18: use a children's instrument and child protection. This one is for: {population}.")
    else:
        text = _("The age does not fit this instrument. It is for: {population}.")
    return (AgeWarning("age_outside_population", format_lazy(text, population=population.label)),)


def _child(instrument: Instrument, age: int | None, age_at_exploitation: int | None) -> bool | None:
    """Whether the child's reading holds: a children's instrument, or under 18 at the time."""
    if instrument.population.children:
        return True
    then = age if age_at_exploitation is None else age_at_exploitation
    return None if then is None else then < ADULT_FROM


def _read_dimension(
    instrument: Instrument, rule: DimensionRule, dimension: Dimension, answers: Mapping[str, str]
) -> DimensionResult:
    indicators = instrument.by_dimension[dimension.id]
    evidence = _present(indicators, answers)
    counts = Counter(indicator.strength for indicator in evidence)
    return DimensionResult(
        dimension=dimension,
        evidence=evidence,
        unknown=_unknown(instrument, indicators, answers),
        absent=sum(answers.get(indicator.id) == Answer.ABSENT for indicator in indicators),
        asked_about=any(answers.get(each.id, Answer.UNKNOWN) != Answer.UNKNOWN for each in indicators),
        clause=next((clause for clause in rule.clauses if clause.met_by(counts)), None),
    )


def _read_element(
    element: Element, dimensions: tuple[DimensionResult, ...], child: bool | None
) -> ElementResult:
    of_element = [each for each in dimensions if each.dimension.element is element]
    return ElementResult(
        element=element,
        covered=bool(of_element),
        needed=element is not Element.MEANS or not child,
        supported_by=tuple(each.dimension for each in of_element if each.positive),
    )


def _read_palermo(reading: Reading, elements: tuple[ElementResult, ...], child: bool | None) -> PalermoResult:
    supported = {each.element: [dimension.id for dimension in each.supported_by] for each in elements}
    if reading is Reading.ELEMENTS:
        return read_palermo(
            supported[Element.ACT], supported[Element.MEANS], supported[Element.PURPOSE], child
        )
    return read_indicators(
        exploitation=bool(supported[Element.PURPOSE]),
        means=bool(supported[Element.MEANS]),
        child=bool(child),
    )


def _screen(instrument: Instrument, answers: Mapping[str, str]) -> Screening:
    evidence = _present(instrument.indicators, answers)
    unknown = _unknown(instrument, instrument.indicators, answers)
    points = positive_from = None
    if isinstance(instrument.rule, ScoreRule):
        points = sum(indicator.points for indicator in evidence)
        positive_from = instrument.rule.positive_from
    if all(answers.get(each.id) not in (Answer.PRESENT, Answer.ABSENT) for each in instrument.indicators):
        result = ScreeningResult.NOT_SCREENED
    elif points is None or positive_from is None:
        result = ScreeningResult.JUDGEMENT_NEEDED
    elif points >= positive_from:
        result = ScreeningResult.POSITIVE
    else:
        result = ScreeningResult.INCOMPLETE if unknown else ScreeningResult.NO_POSITIVE_ANSWER
    return Screening(result, points, positive_from, evidence, unknown)


def _present(indicators: tuple[Indicator, ...], answers: Mapping[str, str]) -> tuple[Indicator, ...]:
    return tuple(each for each in indicators if answers.get(each.id) == Answer.PRESENT)


def _unknown(
    instrument: Instrument, indicators: tuple[Indicator, ...], answers: Mapping[str, str]
) -> tuple[Indicator, ...]:
    return tuple(
        each
        for each in indicators
        if answers.get(each.id) not in (Answer.PRESENT, Answer.ABSENT)
        and not instrument.rules_out(each.id, answers)
    )
