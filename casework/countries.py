"""What differs by country: the recovery and reflection period, how long a child's assessment counts, how long a closed
case is kept, and how survivors are referred to the national authority.

The period is that of article 13 of the Council of Europe Convention on Action against Trafficking in Human Beings (CETS
197): at least 30 days. The Convention is open beyond the Council; where a country is not listed, no floor is known and
none is claimed.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

FLOOR = 30  # days, CETS 197 article 13(1)


@dataclass(frozen=True, slots=True)
class RecoveryRule:
    """`days`: the country's usual length, None where it is not known here. `floor`: never less, 0 where none is known.

    `confirmed` is False for a length from memory, which is shown as unverified.
    """

    days: int | None
    floor: int
    confirmed: bool


# fmt: off
_MEMBERS = frozenset({
    "ALB", "AND", "ARM", "AUT", "AZE", "BEL", "BIH", "BGR", "HRV", "CYP", "CZE", "DNK",
    "EST", "FIN", "FRA", "GEO", "DEU", "GRC", "HUN", "ISL", "IRL", "ITA", "LVA", "LIE",
    "LTU", "LUX", "MLT", "MDA", "MCO", "MNE", "NLD", "MKD", "NOR", "POL", "PRT", "ROU",
    "SMR", "SRB", "SVK", "SVN", "ESP", "SWE", "CHE", "TUR", "UKR", "GBR",
})
# fmt: on
"""The member states of the Council of Europe, ISO 3166-1 alpha-3."""

_LENGTHS = {
    "GBR": RecoveryRule(30, FLOOR, confirmed=True),  # since 30 January 2023
    "NOR": RecoveryRule(180, FLOOR, confirmed=False),  # six months
    "CAN": RecoveryRule(180, 0, confirmed=False),  # by a temporary permit
}


def recovery_rule(country: str) -> RecoveryRule:
    """The rule of a country (ISO 3166-1 alpha-3)."""
    if country in _LENGTHS:
        return _LENGTHS[country]
    member = country in _MEMBERS
    return RecoveryRule(FLOOR if member else None, FLOOR if member else 0, confirmed=False)


@dataclass(frozen=True, slots=True)
class BestInterestsRule:
    """For how many months a child's best interests assessment and determination count as current.

    `confirmed` is False for what no source that we have read says.
    """

    assessment_months: int
    determination_months: int
    confirmed: bool


_BEST_INTERESTS: dict[str, BestInterestsRule] = {}
"""By country, where its law or procedure says so. None is confirmed yet."""
_OURS = BestInterestsRule(assessment_months=6, determination_months=12, confirmed=False)
"""UNHCR's guidelines of 2021 want both looked at again whenever something changes; the numbers are ours."""


def best_interests_rule(country: str) -> BestInterestsRule:
    """The rule of a country (ISO 3166-1 alpha-3)."""
    return _BEST_INTERESTS.get(country, _OURS)


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """For how many years a case is kept after it was closed.

    `confirmed` is True for what the organisation has set for the country: no source that we have read gives a number.
    """

    years: int
    confirmed: bool


_KEPT = RetentionRule(years=5, confirmed=False)
"""Ours: long enough for most claims and appeals. IOM's Data Protection Manual (principle 9) wants it no longer than
the purpose needs, and gives no number; a country's law may ask for more or for less."""


def retention_rule(country: str) -> RetentionRule:
    """The rule of a country (ISO 3166-1 alpha-3): what RETENTION_YEARS says of it, or of all others under `*`."""
    for key in (country, "*"):
        if key in settings.RETENTION_YEARS:
            return RetentionRule(settings.RETENTION_YEARS[key], confirmed=True)
    return _KEPT


class Asker(StrEnum):
    """Who can ask an authority to look at its decision again."""

    FIRST_RESPONDER = "first_responder"
    SUPPORT_PROVIDER = "support_provider"


@dataclass(frozen=True, slots=True)
class NationalRule:
    """How survivors are referred to a country's authority (its national referral mechanism, NRM).

    `name` of the mechanism, "" where none is known here. `decision_days`: the target for the first decision, counted in
    calendar days. `child_without_consent`: a child is referred without anybody's consent. `anonymous_notice`: of an
    adult who does not agree only a number is sent. `reconsideration_by` and `_days`: who can ask for another look, and
    until how many days after. `unconfirmed` names what is from memory; what is not known is None or empty.
    """

    name: str = ""
    decision_days: int | None = None
    child_without_consent: bool = False
    anonymous_notice: bool = False
    objective_factors: bool = False  # the account alone might not do
    reconsideration_by: tuple[Asker, ...] = ()
    reconsideration_days: int | None = None
    unconfirmed: frozenset[str] = frozenset()


_NATIONAL = {
    "GBR": NationalRule(
        name="National Referral Mechanism (NRM)",
        decision_days=5,  # that working days are meant is from memory: counted in calendar days one asks early
        child_without_consent=True,
        anonymous_notice=True,
        objective_factors=True,  # since 30 January 2023; the test was reworded in July 2023
        reconsideration_by=(Asker.FIRST_RESPONDER, Asker.SUPPORT_PROVIDER),  # as worded in 2021
        unconfirmed=frozenset(
            {"decision_days", "child_without_consent", "anonymous_notice", "reconsideration_by"}
        ),
    ),
}
_NOT_KNOWN = NationalRule()


def national_rule(country: str) -> NationalRule:
    """The rule of a country (ISO 3166-1 alpha-3): without one, consent or a legal ground is always needed."""
    return _NATIONAL.get(country, _NOT_KNOWN)


def national_countries() -> list[str]:
    """The countries of which something is known here."""
    return sorted(_NATIONAL)
