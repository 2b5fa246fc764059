"""Reads evidence against the definition of trafficking in the Palermo Protocol, article 3. Pure.

The five readings of ILO dimensions follow ILO's brochure; which of them stands for which combination is our
reading. The readings of a record of act, means and purpose are the Protocol's rule. None is a legal finding,
and none says that a person was not trafficked.
"""

from collections.abc import Collection
from enum import StrEnum


class PalermoResult(StrEnum):
    # what the dimensions of an ILO set amount to
    INDICATORS_OF_TRAFFICKING = "indicators_of_trafficking"
    INDICATORS_OF_CHILD_TRAFFICKING = "indicators_of_child_trafficking"
    EXPLOITATION_WITHOUT_MEANS = "exploitation_without_means"
    MEANS_WITHOUT_EXPLOITATION = "means_without_exploitation"
    INSUFFICIENT_INDICATORS = "insufficient_indicators"
    # what a record of act, means and purpose amounts to
    ELEMENTS_MET_ADULT = "elements_met_adult"
    ELEMENTS_MET_CHILD = "elements_met_child"
    MISSING_ACT = "missing_act"
    MISSING_MEANS = "missing_means"
    MISSING_PURPOSE = "missing_purpose"
    AGE_UNKNOWN_PRESUME_CHILD_PENDING = "age_unknown_presume_child_pending"


def read_indicators(*, exploitation: bool, means: bool, child: bool) -> PalermoResult:
    """Reads the dimensions of an ILO set: is the exploitation positive, is any dimension of means?

    `child`: under 18 at the time of exploitation, or presumed so. Then means are not needed (art. 3(c)).
    """
    if exploitation and child:
        return PalermoResult.INDICATORS_OF_CHILD_TRAFFICKING
    if exploitation and means:
        return PalermoResult.INDICATORS_OF_TRAFFICKING
    if exploitation:
        return PalermoResult.EXPLOITATION_WITHOUT_MEANS
    if means:
        return PalermoResult.MEANS_WITHOUT_EXPLOITATION
    return PalermoResult.INSUFFICIENT_INDICATORS


def read_palermo(
    acts: Collection[str], means: Collection[str], purposes: Collection[str], child: bool | None
) -> PalermoResult:
    """Reads a record of act, means and purpose (art. 3): which codes were recorded under each.

    `child` is None where nothing says whether the person was 18. Of several missing elements the first is
    named, in the order act, means (for an adult alone), purpose.
    """
    if not acts:
        return PalermoResult.MISSING_ACT
    if child is False and not means:
        return PalermoResult.MISSING_MEANS
    if not purposes:
        return PalermoResult.MISSING_PURPOSE
    if child is None:
        return PalermoResult.AGE_UNKNOWN_PRESUME_CHILD_PENDING
    return PalermoResult.ELEMENTS_MET_CHILD if child else PalermoResult.ELEMENTS_MET_ADULT
