"""What an instrument is once it has been read: immutable and validated (the file format is in loader.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.conf import settings
from django.utils.translation import get_language

ADULT_FROM = 18  # years; Palermo Protocol, art. 3(d)


class Strength(StrEnum):
    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Element(StrEnum):
    """The three elements of the definition in the Palermo Protocol, art. 3(a)."""

    ACT = "act"
    MEANS = "means"
    PURPOSE = "purpose"


class Exploitation(StrEnum):
    """The kind of exploitation that an instrument asks about."""

    LABOUR = "labour"
    SEXUAL = "sexual"
    ANY = "any"


class Certainty(StrEnum):
    """How sure we are that the file says what the publication says."""

    FOUND = "found"  # read in the publication, its abstract or an official page
    THIRD_PARTY = "third_party_transcription"  # read in somebody's copy of the publication
    FROM_MEMORY = "from_memory"  # not checked: shown as "unverified wording"
    OURS = "ours"  # not the publication's at all, our own reading


class Reading(StrEnum):
    """How the positive dimensions are read against the Palermo definition."""

    INDICATORS = "indicators"  # dimensions stand for means and purpose; the act is recorded elsewhere
    ELEMENTS = "elements"  # dimensions are the act, the means and the purpose themselves


class Basis(StrEnum):
    """Which age an instrument's gate is about."""

    EXPLOITATION = "exploitation"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class Text:
    """A label in one or more languages, English always among them; `str()` gives the reader's language."""

    translations: tuple[tuple[str, str], ...]

    def in_language(self, code: str) -> str:
        """The label in the language `code`, else in the language it is a variant of, else in English."""
        labels = dict(self.translations)
        return labels.get(code) or labels.get(code.partition("-")[0]) or labels["en"]

    def __str__(self) -> str:
        return self.in_language((settings.configured and get_language()) or "en")


@dataclass(frozen=True, slots=True)
class Source:
    citation: str
    certainty: Certainty
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Whom the instrument is for. Ages in completed years, both ends included, None for no limit."""

    label: Text
    from_age: int | None
    to_age: int | None
    basis: Basis

    @property
    def children(self) -> bool:
        return self.to_age is not None and self.to_age < ADULT_FROM

    def includes(self, age: int) -> bool:
        return (self.from_age is None or age >= self.from_age) and (self.to_age is None or age <= self.to_age)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A published measurement. Sensitivity, specificity and prevalence as shares between 0 and 1."""

    setting: Text
    sensitivity: float
    specificity: float
    prevalence: float
    survivors: int  # people found to be survivors by the reference standard: what the sensitivity rests on
    citation: str
    certainty: Certainty

    def survivors_among_positives(self, prevalence: float) -> float:
        """The share of positive screens that are survivors, where `prevalence` of all are (0 to 1)."""
        true = self.sensitivity * prevalence
        false = (1 - self.specificity) * (1 - prevalence)
        return true / (true + false) if true else 0.0


@dataclass(frozen=True, slots=True)
class Dimension:
    id: str
    label: Text
    phase: str | None
    element: Element


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask only where the answer to `indicator` is `answer` (present or absent)."""

    indicator: str
    answer: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing to find out: an indicator of a set, or a question of a screening tool."""

    id: str
    label: Text
    help: Text | None
    dimension: str | None
    strength: Strength | None
    points: int
    ask_if: tuple[Condition, ...]
    note_required: bool
    certainty: Certainty

    @property
    def unverified(self) -> bool:
        """Whether it is to be shown as "unverified wording"."""
        return self.certainty is Certainty.FROM_MEMORY


@dataclass(frozen=True, slots=True)
class Clause:
    """Minima, all of which must be reached: at least `count` present indicators of these strengths.

    Minima alone keep a rule monotone: more present indicators never turn a positive negative.
    """

    id: str
    label: Text
    at_least: tuple[tuple[frozenset[Strength | None], int], ...]

    def met_by(self, counts: Mapping[Strength | None, int]) -> bool:
        return all(
            sum(counts.get(strength, 0) for strength in strengths) >= count
            for strengths, count in self.at_least
        )


@dataclass(frozen=True, slots=True)
class DimensionRule:
    """A dimension is positive by the first clause it meets; the positives are then read as `reading` says."""

    clauses: tuple[Clause, ...]
    reading: Reading
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Positive from this many points on, each present indicator giving its own."""

    positive_from: int
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class JudgementRule:
    """No score: the interviewer closes with a judgement about each of these."""

    about: tuple[Exploitation, ...]
    certainty: Certainty


Rule = DimensionRule | ScoreRule | JudgementRule


@dataclass(frozen=True)
class Instrument:
    id: str
    version: str
    title: Text
    exploitation: Exploitation
    enabled: bool
    population: Population
    source: Source
    accuracy: tuple[Accuracy, ...]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    rule: Rule

    @cached_property
    def by_id(self) -> Mapping[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

    @cached_property
    def by_dimension(self) -> Mapping[str | None, tuple[Indicator, ...]]:
        """The indicators of each dimension in the file's order; those without a dimension under None."""
        groups: dict[str | None, list[Indicator]] = {dimension.id: [] for dimension in self.dimensions}
        for indicator in self.indicators:
            groups.setdefault(indicator.dimension, []).append(indicator)
        return {id: tuple(group) for id, group in groups.items()}

    @cached_property
    def _conditions(self) -> Mapping[str, frozenset[Condition]]:
        """All that must hold for each indicator to be asked, its conditions' own conditions with them."""
        closed: dict[str, frozenset[Condition]] = {}

        def close(indicator: Indicator) -> frozenset[Condition]:
            if indicator.id not in closed:
                above = (close(self.by_id[condition.indicator]) for condition in indicator.ask_if)
                closed[indicator.id] = frozenset(indicator.ask_if).union(*above)
            return closed[indicator.id]

        for indicator in self.indicators:
            close(indicator)
        return closed

    def rules_out(self, indicator: str, answers: Mapping[str, str]) -> bool:
        """Whether the answers given so far mean that this indicator is not to be asked (branching)."""
        opposite = {"present": "absent", "absent": "present"}
        return any(
            answers.get(condition.indicator) == opposite[condition.answer]
            for condition in self._conditions[indicator]
        )
