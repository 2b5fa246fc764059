"""Reads instrument files and refuses a bad one with its name and place.

A file, `<id>.yaml`. A text is a string (English) or a mapping of languages with `en` among them:

    id, version, title, exploitation (labour | sexual | any), enabled
    population:  label, from_age, to_age, basis (exploitation | today)
    source:      citation, certainty (found | third_party_transcription | from_memory | ours), note
    accuracy:    a list of setting, sensitivity, specificity, prevalence, survivors, citation, certainty
    dimensions:  a list of id, label, phase, element (act | means | purpose)
    indicators:  a list of id, label, help, dimension, strength (strong | medium | weak), points (1),
                 ask_if ({indicator: present | absent}, all must hold), note_required, certainty (source's)
    rule:        kind: dimensions  clauses (a list of id, label, at_least), reading (indicators | elements)
                 kind: score       positive_from (points)
                 kind: judgement   about (a list of kinds of exploitation)
                 each with certainty

A clause's `at_least` maps `strong`, `medium_or_weak` (any strengths joined by `_or_`) or `any` to a minimum.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from .entry import Entry
from .errors import (
    BadValue,
    BranchingCycle,
    DuplicateId,
    MalformedFile,
    UnknownDimension,
    UnknownIndicatorReference,
    UnknownInstrument,
    UnknownStrength,
)
from .schema import (
    Accuracy,
    Basis,
    Certainty,
    Clause,
    Condition,
    Dimension,
    DimensionRule,
    Element,
    Exploitation,
    Indicator,
    Instrument,
    JudgementRule,
    Population,
    Reading,
    Rule,
    ScoreRule,
    Source,
    Strength,
)
from .strict_yaml import read_mapping

DIRECTORY = Path(__file__).parent
MAX_INDICATORS = 500
MAX_AHEAD = 50  # conditions that lead from one indicator to later ones, one after the other


def parse_instrument(text: str, *, file: str) -> Instrument:
    """The instrument in a YAML text; `file` is the name for error messages. Raises InstrumentError."""
    top = Entry(read_mapping(text, file=file), file)
    source = _source(top.entry("source"))
    rule = _rule(top.entry("rule"))
    dimensions = _unique(top.entries("dimensions", required=isinstance(rule, DimensionRule)), _dimension)
    if dimensions and not isinstance(rule, DimensionRule):
        raise top.refused("only a rule of kind 'dimensions' reads them", "dimensions")
    declared = {dimension.id for dimension in dimensions}
    entries = top.entries("indicators")
    if len(entries) > MAX_INDICATORS:
        raise top.refused(f"more than {MAX_INDICATORS}", "indicators")
    indicators = _unique(entries, lambda entry: _indicator(entry, declared, source.certainty))
    _check_branching(indicators, entries)
    instrument = Instrument(
        id=top.id(),
        version=top.text("version"),
        title=top.label("title"),
        exploitation=top.choice("exploitation", Exploitation),
        enabled=top.value("enabled", bool),
        population=_population(top.entry("population")),
        source=source,
        accuracy=tuple(_accuracy(entry) for entry in top.entries("accuracy", required=False)),
        dimensions=dimensions,
        indicators=indicators,
        rule=rule,
    )
    top.close()
    return instrument


def load_instruments(directory: Path = DIRECTORY) -> Mapping[str, Instrument]:
    """Every instrument of a directory by id, in the files' order, read once a process.

    Raises InstrumentError for the first bad file, so that Hearth does not start with it.
    """
    return _load(directory)


def instrument(id: str) -> Instrument:
    """The instrument of that id, switched on or not. Raises UnknownInstrument."""
    instruments = load_instruments()
    if id not in instruments:
        raise UnknownInstrument(id, tuple(instruments))
    return instruments[id]


def enabled_instruments() -> tuple[Instrument, ...]:
    """The instruments that may be used."""
    return tuple(each for each in load_instruments().values() if each.enabled)


@cache
def _load(directory: Path) -> Mapping[str, Instrument]:
    instruments: dict[str, Instrument] = {}
    for path in sorted(directory.glob("*.yaml")):
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            raise MalformedFile(path.name, "", "not UTF-8") from None
        loaded = parse_instrument(text, file=path.name)
        if loaded.id in instruments:
            raise DuplicateId(path.name, "id", f"{loaded.id!r} is the id of another file too")
        if loaded.id != path.stem:
            raise BadValue(path.name, "id", f"{loaded.id!r} is not the file's name")
        instruments[loaded.id] = loaded
    return MappingProxyType(instruments)


def _population(entry: Entry) -> Population:
    population = Population(
        label=entry.label(),
        from_age=entry.count("from_age", required=False),
        to_age=entry.count("to_age", required=False),
        basis=entry.choice("basis", Basis),
    )
    if population.to_age is not None and (population.from_age or 0) > population.to_age:
        raise entry.refused("below from_age", "to_age")
    entry.close()
    return population


def _source(entry: Entry) -> Source:
    source = Source(
        entry.text("citation"), entry.choice("certainty", Certainty), entry.optional_label("note")
    )
    entry.close()
    return source


def _accuracy(entry: Entry) -> Accuracy:
    accuracy = Accuracy(
        setting=entry.label("setting"),
        sensitivity=entry.share("sensitivity"),
        specificity=entry.share("specificity"),
        prevalence=entry.share("prevalence"),
        survivors=entry.value("survivors", int),
        citation=entry.text("citation"),
        certainty=entry.choice("certainty", Certainty),
    )
    entry.close()
    return accuracy


def _dimension(entry: Entry) -> Dimension:
    dimension = Dimension(
        id=entry.id(),
        label=entry.label(),
        phase=entry.value("phase", str, required=False),
        element=entry.choice("element", Element),
    )
    entry.close()
    return dimension


def _indicator(entry: Entry, dimensions: set[str], certainty: Certainty) -> Indicator:
    id = entry.id()
    dimension = entry.value("dimension", str, required=bool(dimensions))
    if dimension is not None and dimension not in dimensions:
        raise entry.refused(f"{dimension!r} of {id!r} is not declared", "dimension", UnknownDimension)
    points = entry.count("points", required=False)
    indicator = Indicator(
        id=id,
        label=entry.label(),
        help=entry.optional_label("help"),
        dimension=dimension,
        strength=entry.choice("strength", Strength, UnknownStrength) if "strength" in entry.content else None,
        points=1 if points is None else points,
        ask_if=_conditions(entry),
        note_required=bool(entry.value("note_required", bool, required=False)),
        certainty=entry.choice("certainty", Certainty) if "certainty" in entry.content else certainty,
    )
    entry.close()
    return indicator


def _conditions(entry: Entry) -> tuple[Condition, ...]:
    conditions = entry.value("ask_if", dict, required=False) or {}
    for indicator, answer in conditions.items():
        if answer not in ("present", "absent"):
            raise entry.refused("expected present or absent", f"ask_if.{indicator}")
    return tuple(Condition(indicator, answer) for indicator, answer in conditions.items())


def _rule(entry: Entry) -> Rule:
    kind = entry.text("kind")
    certainty = entry.choice("certainty", Certainty)
    rule: Rule
    if kind == "dimensions":
        clauses = _unique(entry.entries("clauses"), _clause)
        rule = DimensionRule(clauses, entry.choice("reading", Reading), certainty)
    elif kind == "score":
        positive_from = entry.count("positive_from")
        if not positive_from:
            raise entry.refused("must be at least 1", "positive_from")
        rule = ScoreRule(positive_from, certainty)
    elif kind == "judgement":
        about = entry.value("about", list)
        if not about or not set(about) <= set(Exploitation):
            raise entry.refused(f"expected some of {', '.join(Exploitation)}", "about")
        rule = JudgementRule(tuple(Exploitation(each) for each in about), certainty)
    else:
        raise entry.refused(f"{kind!r} is none of dimensions, score, judgement", "kind")
    entry.close()
    return rule


def _clause(entry: Entry) -> Clause:
    minima = entry.entry("at_least")
    at_least = []
    for strengths in minima.content:
        count = minima.count(strengths)
        if not count:
            raise minima.refused("must be at least 1", strengths)
        at_least.append((_strengths(strengths, minima), count))
    if not at_least:
        raise minima.refused("is empty")
    clause = Clause(entry.id(), entry.label(), tuple(at_least))
    entry.close()
    return clause


def _strengths(joined: str, minima: Entry) -> frozenset[Strength | None]:
    if joined == "any":
        return frozenset([*Strength, None])
    try:
        return frozenset(Strength(part) for part in joined.split("_or_"))
    except ValueError:
        raise minima.refused("expected strengths joined by _or_, or any", joined, UnknownStrength) from None


_Identified = TypeVar("_Identified", Dimension, Indicator, Clause)


def _unique(entries: Iterable[Entry], read: Callable[[Entry], _Identified]) -> tuple[_Identified, ...]:
    found: dict[str, _Identified] = {}
    for entry in entries:
        item = read(entry)
        if item.id in found:
            raise entry.refused(f"{item.id!r} is there twice", "id", DuplicateId)
        found[item.id] = item
    return tuple(found.values())


def _check_branching(indicators: Sequence[Indicator], entries: Sequence[Entry]) -> None:
    """Every condition names another indicator, and following the conditions always comes to an end."""
    by_id = {indicator.id: indicator for indicator in indicators}
    settled: set[str] = set()

    def follow(indicator: Indicator, entry: Entry, path: tuple[str, ...]) -> None:
        if indicator.id in path:
            circle = " -> ".join([*path[path.index(indicator.id) :], indicator.id])
            raise entry.refused(f"waits for itself: {circle}", "ask_if", BranchingCycle)
        if indicator.id in settled:
            return
        if len(path) > MAX_AHEAD:
            raise entry.refused(f"waits for more than {MAX_AHEAD} that come after it", "ask_if")
        for condition in indicator.ask_if:
            if condition.indicator not in by_id:
                reason = f"{condition.indicator!r} is not declared"
                raise entry.refused(reason, "ask_if", UnknownIndicatorReference)
            follow(by_id[condition.indicator], entry, (*path, indicator.id))
        settled.add(indicator.id)

    for indicator, entry in zip(indicators, entries, strict=True):
        follow(indicator, entry, ())
