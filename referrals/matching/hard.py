"""The rules that leave a service out, each with its reason.

A rule leaves out what has said no. Where the record or the service does not say, nobody is left out: what is not known
is named as not known.
"""

from abc import ABC, abstractmethod
from typing import ClassVar

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from referrals.capacity import fresh
from referrals.matching.situation import Seen, Situation, has_area, has_code
from referrals.matching.survivor import SurvivorFacts
from referrals.models import Referral
from referrals.service_codes import Children, CodeKind
from referrals.service_words import ages_words, countries_words, genders_words

_DECLINED = (Referral.State.DECLINED,)
_OPEN = (
    *(Referral.State.SENT, Referral.State.RECEIVED),
    *(Referral.State.ACCEPTED, Referral.State.IN_PROGRESS),
)
ASKED_STATES = (*_DECLINED, *_OPEN)
"""Where a referral stands that makes asking the same service again no use."""


class HardRule(ABC):
    """One reason to leave a service out."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]

    def applies(self, survivor: SurvivorFacts) -> bool:
        """Whether the record says what the rule goes by."""
        return True

    @abstractmethod
    def fails(self, situation: Situation) -> Q:
        """Which services it leaves out: those that have said no."""

    @abstractmethod
    def why_not(self, situation: Situation, seen: Seen) -> str:
        """The reason, of a service that is left out."""

    def why(self, situation: Situation, seen: Seen) -> str | None:
        """What speaks for one that is not: None where it has not said, "" where there is nothing to say."""
        return ""


class Closed(HardRule):
    """It has left the directory."""

    name, label = "closed", gettext_lazy("Closed")

    def fails(self, situation: Situation) -> Q:
        return Q(active=False)

    def why_not(self, situation: Situation, seen: Seen) -> str:
        return _("It has closed")


class Asked(HardRule):
    """It was asked for this survivor, and has declined or may still answer."""

    name, label = "asked", gettext_lazy("Asked already")

    def fails(self, situation: Situation) -> Q:
        return Q(pk__in=list(situation.asked))

    def why_not(self, situation: Situation, seen: Seen) -> str:
        if situation.asked[seen.service.pk] in _DECLINED:
            return _("It has declined a referral of this case")
        return _("It has a referral of this case already")


class OfAge(HardRule):
    """It takes people of another age."""

    name, label = "age", gettext_lazy("Age")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return survivor.ages is not None

    def fails(self, situation: Situation) -> Q:
        assert situation.survivor.ages is not None
        lowest, highest = situation.survivor.ages
        return Q(min_age__isnull=False, min_age__gt=highest) | Q(max_age__isnull=False, max_age__lt=lowest)

    def why_not(self, situation: Situation, seen: Seen) -> str:
        return ages_words(seen.facts)

    def why(self, situation: Situation, seen: Seen) -> str | None:
        return ages_words(seen.facts)


class Child(HardRule):
    """It takes no children, or none who come without a parent."""

    name, label = "children", gettext_lazy("Children")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return bool(survivor.child)

    def fails(self, situation: Situation) -> Q:
        refused = [Children.NONE, Children.WITH_PARENT] if situation.survivor.alone else [Children.NONE]
        return Q(children__in=refused)

    def why_not(self, situation: Situation, seen: Seen) -> str:
        if seen.facts.children == Children.NONE:
            return _("Takes no children")
        return _("Takes children with a parent or guardian only")

    def why(self, situation: Situation, seen: Seen) -> str | None:
        if seen.facts.children == Children.UNKNOWN:
            return None
        if seen.facts.children == Children.WITH_PARENT:
            return _("Takes children with a parent or guardian only")
        return _("Takes children without a parent or guardian too")


_IS_A = {"TransgenderFeminine": "Feminine", "TransgenderMasculine": "Masculine"}


class OfGender(HardRule):
    """It serves other genders alone.

    A trans woman is a woman: a service for women that says nothing of trans women has not said no, and is asked.
    """

    name, label = "gender", gettext_lazy("Gender")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return survivor.gender is not None

    def fails(self, situation: Situation) -> Q:
        gender = str(situation.survivor.gender)
        fit = has_code(CodeKind.GENDER, gender, *filter(None, [_IS_A.get(gender)]))
        return has_code(CodeKind.GENDER) & ~fit

    def why_not(self, situation: Situation, seen: Seen) -> str:
        return genders_words(seen.facts)

    def why(self, situation: Situation, seen: Seen) -> str | None:
        return genders_words(seen.facts) if situation.survivor.gender in seen.facts.genders else None


class InArea(HardRule):
    """It serves other countries alone."""

    name, label = "area", gettext_lazy("Country")

    def applies(self, survivor: SurvivorFacts) -> bool:
        return survivor.country is not None

    def fails(self, situation: Situation) -> Q:
        return has_area() & ~has_area(country=str(situation.survivor.country))

    def why_not(self, situation: Situation, seen: Seen) -> str:
        return countries_words(seen.facts)

    def why(self, situation: Situation, seen: Seen) -> str | None:
        if not seen.facts.areas:
            return None
        return (
            "" if situation.survivor.town else countries_words(seen.facts)
        )  # or the rule of the town says more


class Full(HardRule):
    """It has no free place, and has said so lately. What was said long ago leaves nobody out."""

    name, label = "full", gettext_lazy("Free places")

    def fails(self, situation: Situation) -> Q:
        return Q(places_free__isnull=False, places_free=0) & fresh(situation.now)

    def why_not(self, situation: Situation, seen: Seen) -> str:
        return _("No place is free")


HARD: tuple[HardRule, ...] = (Closed(), OfAge(), Child(), OfGender(), InArea(), Asked(), Full())
"""In the order in which those left out are listed: what only the last leaves out comes first."""
