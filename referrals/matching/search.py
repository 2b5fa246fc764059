"""Services for a survivor's need: which fit, in the order of the rules, and which are left out, each with reasons.

Nobody is scored and nothing is weighed against anything else. The rules are few, stated and in a fixed order; the hard
ones (hard.py) leave out, the soft ones (soft.py) order; among equals the name decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from casework.case_file import CaseFile
from core.marks import named_among
from core.models import Organisation
from referrals.directory import named
from referrals.matching.hard import ASKED_STATES, HARD, HardRule
from referrals.matching.situation import Seen, Situation, same_place
from referrals.matching.soft import SOFT, SoftRule
from referrals.matching.survivor import SurvivorFacts, recorded, survivor_facts
from referrals.models import Referral, Service, ServiceArea
from referrals.service_codes import CodeKind
from referrals.service_facts import ServiceFacts, read_facts

SHOWN, SHOWN_LEFT_OUT = 20, 10
"""How many are put into words, of those that fit and of those that are left out."""
FEW = 5_000
"""So many can be named to the database one by one."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A service that fits, what is said and what is not known of it, and what puts it before the next."""

    service: Service
    facts: ServiceFacts
    reasons: list[str]
    not_known: list[str]
    ahead: tuple[str, str] | None  # what decided: of this one, and of the next


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A service that does not fit, and why."""

    service: Service
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found. `looked_at` is what of the record was used; `not_weighed` the rules that it says nothing for."""

    fits: list[Fit]
    left_out: list[LeftOut]
    more: int
    more_left_out: int
    looked_at: list[tuple[str, str]]
    weighed: list[str]
    not_weighed: list[str]


def match(file: CaseFile, need: str = "", words: str = "") -> Matches:
    """Services for a case that meet a need, or of that name.

    Whoever the case keeps out is not among them, nor among those left out: naming them would say that they are.
    """
    survivor = survivor_facts(file)
    services = for_need(candidates(file), need, words)
    every: list[HardRule | SoftRule] = [*HARD, *SOFT]
    rules = [rule for rule in every if rule.applies(survivor)]
    others = [rule for rule in every if rule not in rules]
    found = rank(services, situation_of(file, survivor, services))
    return Matches(
        *found,
        looked_at=recorded(file),
        weighed=_labels(rules),
        not_weighed=[label for label in _labels(others) if label not in _labels(rules)],
    )


def _labels(rules: Iterable[HardRule | SoftRule]) -> list[str]:
    return list(dict.fromkeys(str(rule.label) for rule in rules))


def candidates(file: CaseFile) -> QuerySet[Service]:
    """The services that a case could be referred to: none of its own team, nor of anyone whom it keeps out."""
    outsiders = named_among(file.case.pk, Organisation.objects.filter(services__isnull=False).distinct())
    services = Service.objects.exclude(team=file.case.team_id)
    return services.exclude(organisation__in=outsiders) if outsiders else services


def for_need(services: QuerySet[Service], need: str, words: str = "") -> QuerySet[Service]:
    """Those that meet a need, and those whose name, or whose organisation's, holds each of these words."""
    if need:
        services = services.filter(codes__kind=CodeKind.NEED, codes__code=need)
    return services.filter(*map(named, words.split()))


def situation_of(file: CaseFile, survivor: SurvivorFacts, services: QuerySet[Service]) -> Situation:
    """What the rules need to know besides."""
    asked = Referral.objects.filter(case=file.case, state__in=ASKED_STATES)
    return Situation(
        survivor,
        asked=dict(asked.values_list("service", "state")),
        near=_near(survivor, services),
        zones=tuple(services.filter(active=True).order_by().values_list("time_zone", flat=True).distinct()),
    )


def _near(survivor: SurvivorFacts, services: QuerySet[Service]) -> frozenset[UUID]:
    if survivor.country is None or survivor.town is None:
        return frozenset()
    areas = ServiceArea.objects.filter(country=survivor.country, service__in=services.order_by().values("pk"))
    named = areas.exclude(place="").values_list("service", "place")
    return frozenset(pk for pk, place in named if same_place(place, survivor.town))


def rank(
    services: QuerySet[Service],
    situation: Situation,
    hard: Sequence[HardRule] = HARD,
    soft: Sequence[SoftRule] = SOFT,
) -> tuple[list[Fit], list[LeftOut], int, int]:
    """Those that fit and those left out, and how many more of each.

    One query for the rules of each kind, four for the words.
    """
    hard = [rule for rule in hard if rule.applies(situation.survivor)]
    soft = [rule for rule in soft if rule.applies(situation.survivor)]
    names: dict[UUID, str] = {}
    failed: dict[UUID, tuple[int, ...]] = {}
    columns = {rule.name: (rule.fails(situation),) for rule in hard}
    for pk, name, *fails in _asked(services, columns, "name"):
        names[pk] = name
        if not all(fails):  # each is 0 where the rule leaves it out
            failed[pk] = tuple(fails)
    fitting = [pk for pk in names if pk not in failed]
    steps = _steps(services, fitting, situation, soft)
    fitting.sort(key=lambda pk: (steps[pk], names[pk], pk))
    failing = sorted(failed, key=lambda pk: ([not fits for fits in failed[pk]], names[pk], pk))
    seen = _seen([*fitting[: SHOWN + 1], *failing[:SHOWN_LEFT_OUT]])
    fits = [
        _fit(situation, seen[pk], steps[pk], hard, soft, [(seen[each], steps[each]) for each in after])
        for pk, after in ((pk, fitting[nth + 1 : nth + 2]) for nth, pk in enumerate(fitting[:SHOWN]))
    ]
    left_out = [_left_out(situation, seen[pk], failed[pk], hard) for pk in failing[:SHOWN_LEFT_OUT]]
    return fits, left_out, max(0, len(fitting) - SHOWN), max(0, len(failing) - SHOWN_LEFT_OUT)


def _steps(
    services: QuerySet[Service], fitting: Sequence[UUID], situation: Situation, soft: Sequence[SoftRule]
) -> dict[UUID, tuple[int, ...]]:
    """On which step of each soft rule those services stand."""
    if not soft:
        return dict.fromkeys(fitting, ())
    few = Service.objects.filter(pk__in=fitting) if len(fitting) <= FEW else services
    columns = {rule.name: rule.steps(situation) for rule in soft}
    return {pk: tuple(steps) for pk, *steps in _asked(few, columns)}


def _asked(
    services: QuerySet[Service], columns: Mapping[str, tuple[Q, ...]], *besides: str
) -> Iterable[tuple[Any, ...]]:
    """(id, what is asked besides, which of each column's conditions is met first), past the last where none is."""
    numbered: dict[str, Any] = {
        f"of_{name}": Case(
            *(When(condition, then=Value(nth)) for nth, condition in enumerate(conditions)),
            default=Value(len(conditions)),
            output_field=IntegerField(),
        )
        for name, conditions in columns.items()
    }
    return services.order_by().annotate(**numbered).values_list("pk", *besides, *numbered)


def _seen(ids: Iterable[UUID]) -> dict[UUID, Seen]:
    rows = Service.objects.select_related("organisation", "team__organisation").in_bulk(list(ids))
    facts = read_facts(rows.values())
    return {pk: Seen(row, facts[pk]) for pk, row in rows.items()}


def _fit(
    situation: Situation,
    seen: Seen,
    steps: Sequence[int],
    hard: Sequence[HardRule],
    soft: Sequence[SoftRule],
    after: Sequence[tuple[Seen, Sequence[int]]],
) -> Fit:
    ordering = [rule.words(situation, seen, step) for rule, step in zip(soft, steps, strict=True)]
    fitting = [(str(rule.label), rule.why(situation, seen)) for rule in hard]
    ahead = None
    for other, theirs in after:
        rules = zip(soft, ordering, steps, theirs, strict=True)
        differ = (
            (words, rule.words(situation, other, next_step))
            for rule, words, step, next_step in rules
            if step != next_step
        )
        ahead = next(differ, None)
    return Fit(
        seen.service,
        seen.facts,
        reasons=[*ordering, *(text for _label, text in fitting if text)],
        not_known=[label for label, text in fitting if text is None],
        ahead=ahead,
    )


def _left_out(situation: Situation, seen: Seen, fits: Sequence[int], hard: Sequence[HardRule]) -> LeftOut:
    """`fits` is 0 at each rule that leaves it out."""
    reasons = [rule.why_not(situation, seen) for rule, fit in zip(hard, fits, strict=True) if not fit]
    return LeftOut(seen.service, reasons)
