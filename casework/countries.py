"""The recovery and reflection period by country.

Article 13 of the Council of Europe Convention on Action against Trafficking in Human Beings (CETS 197): at least 30
days. The Convention is open beyond the Council; where a country is not listed, no floor is known and none is claimed.
"""

from dataclasses import dataclass

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
