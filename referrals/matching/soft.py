"""The rules that put services in order: the first rule in which two differ decides, and says why.

Each rule has steps, the best first; what is not known stands between what is good and what is bad. No number comes of
it, and nothing is said of the survivor: the order is of services.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.record.codelists import ACCESSIBILITY, COUNTRIES, LANGUAGES
from referrals.capacity import fresh
from referrals.matching.situation import Seen, Situation, has_area, has_code, has_hours, open_now, same_place
from referrals.matching.survivor import SurvivorFacts
from referrals.service_codes import Accessibility, Answer, CodeKind, StaffGender, Waiting
from referrals.service_words import capacity_words


class SoftRule(ABC):
    """One reason to put a service before another."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    def applies(self, survivor: SurvivorFacts) -> bool:
        """Whether the record says what the rule goes by."""
        return True

    @abstractmethod
    def steps(self, situation: Situation) -> tuple[Q, ...]:
        """The conditions of its steps, tried in this order; whoever meets none stands on one more, the last."""

    @abstractmethod
    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        """What a service on this step is told of."""


class Status(SoftRule):
    """Whether it is safe without a right to stay: first of all, since a report can't be taken back."""

    name, label = "status", gettext_lazy("Right to stay")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return bool(survivor.irregular)

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        reports, serves = Q(reports_to_immigration=Answer.YES), Q(irregular_status=Answer.YES)
        turned_away = Q(irregular_status=Answer.NO)
        return ~reports & serves, ~reports & ~turned_away, ~reports

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        return (
            _("Serves people without a right to stay"),
            _("Not known whether it serves people without a right to stay"),
            _("Does not serve people without a right to stay"),
            _("Reports to immigration authorities"),
        )[step]


class Language(SoftRule):
    """Whether somebody there speaks what the survivor speaks."""

    name, label = "language", gettext_lazy("Languages")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return bool(survivor.languages)

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        first, *others = situation.survivor.languages
        other = has_code(CodeKind.LANGUAGE, *others) if others else Q(pk__in=())
        return has_code(CodeKind.LANGUAGE, first), other, ~has_code(CodeKind.LANGUAGE)

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        if step < 2:
            common = [code for code in situation.survivor.languages if code in seen.facts.languages]
            return _("Speaks %(languages)s") % {"languages": ", ".join(map(LANGUAGES.label, common))}
        if step == 2:
            return _("Not known which languages it speaks")
        return _("Speaks none of their languages")


class Schedule(SoftRule):
    """Whether one can go there now."""

    name, label = "schedule", gettext_lazy("Opening hours")

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        return (
            Q(always_open=True),
            open_now(situation),
            Q(by_appointment=True) | has_hours(),
        )

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        if step == 2:
            return _("By appointment") if seen.facts.by_appointment else _("Closed now, open at other times")
        return (_("Open day and night"), _("Open now"), "", _("Not known when it is open"))[step]


class Capacity(SoftRule):
    """Whether a place is free, and how sure that is."""

    name, label = "capacity", gettext_lazy("Free places")

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        free = Q(places_free__isnull=False, places_free__gt=0) | Q(
            places_free__isnull=True, waiting=Waiting.NONE
        )
        silent = Q(places_free__isnull=True, waiting=Waiting.UNKNOWN)
        return free & fresh(situation.now), free, silent

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        return capacity_words(seen.service, situation.now)


class Access(SoftRule):
    """Whether the survivor can get in, and be understood."""

    name, label = "accessibility", gettext_lazy("Accessibility")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return bool(survivor.accessibility)

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        every = Q()
        for code in sorted(situation.survivor.accessibility):
            every &= has_code(CodeKind.ACCESSIBILITY, code)
        return every, ~has_code(CodeKind.ACCESSIBILITY)

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        if step == 1:
            return _("Not known whether they can get there and use it")
        wanted = situation.survivor.accessibility
        if step == 0:
            has = [label for code, label in Accessibility.choices if code in wanted]
            return _("Has what they need: %(what)s") % {"what": ", ".join(map(str, has))}
        lacks = sorted(ACCESSIBILITY.label(code) for code in wanted - seen.facts.accessibility)
        return _("Does not say that it has: %(what)s") % {"what": ", ".join(lacks)}


class Staff(SoftRule):
    """Whether the survivor can be helped by whom they want to be helped by."""

    name, label = "staff_gender", gettext_lazy("Staff")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return survivor.staff_gender is not None

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        asked = has_code(CodeKind.STAFF_GENDER, str(situation.survivor.staff_gender))
        return asked, ~has_code(CodeKind.STAFF_GENDER)

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        whom = str(StaffGender(str(situation.survivor.staff_gender)).label)
        return (
            _("One can ask for: %(whom)s") % {"whom": whom},
            _("Not known by whom one is helped"),
            _("Does not offer: %(whom)s") % {"whom": whom},
        )[step]


class Near(SoftRule):
    """Whether it works where the survivor stays. By the name of the town: no place of theirs is on any map here."""

    name, label = "near", gettext_lazy("Town")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return survivor.country is not None and survivor.town is not None

    def steps(self, situation: Situation) -> tuple[Q, ...]:
        country = str(situation.survivor.country)
        everywhere = has_area(country=country, subdivision="", place="")
        return Q(pk__in=list(situation.near)), everywhere, ~has_area()

    def words(self, situation: Situation, seen: Seen, step: int) -> str:
        if step == 0:
            town = str(situation.survivor.town)
            named = [area.place for area in seen.facts.areas if same_place(area.place, town)]
            return _("Works in %(place)s") % {"place": named[0]}
        if step == 1:
            country = COUNTRIES.label(str(situation.survivor.country))
            return _("Works in all of %(country)s") % {"country": country}
        return _("Not known where it works") if step == 2 else _("Works in other places of the country")


SOFT: tuple[SoftRule, ...] = (Status(), Language(), Schedule(), Capacity(), Access(), Staff(), Near())
