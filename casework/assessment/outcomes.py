"""What a caseworker reads about each result: what it means and what to do next. Never a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.instruments import Exploitation
from casework.palermo import PalermoResult


@dataclass(frozen=True, slots=True)
class Outcome:
    """The wording of a result; both texts are translated when shown."""

    label: Promise
    next_step: Promise


class ScreeningResult(StrEnum):
    """What a short screening tool comes to."""

    NOT_SCREENED = "not_screened"
    INCOMPLETE = "incomplete"
    POSITIVE = "positive"
    NO_POSITIVE_ANSWER = "no_positive_answer"
    JUDGEMENT_NEEDED = "judgement_needed"


OUTCOMES: Mapping[PalermoResult, Outcome] = MappingProxyType(
    {
        PalermoResult.INDICATORS_OF_TRAFFICKING: Outcome(
            _("Indicators of trafficking"),
            _(
                "There are signs of exploitation and of the means used. Make the person safe first, "
                "explain their rights, and with their agreement refer them for a formal identification."
            ),
        ),
        PalermoResult.INDICATORS_OF_CHILD_TRAFFICKING: Outcome(
            _("Indicators of child trafficking"),
            _(
                "There are signs of exploitation of a child; no means is needed under 18. Follow the "
                "child protection procedure now: a guardian, a best interests assessment, and a referral."
            ),
        ),
        PalermoResult.EXPLOITATION_WITHOUT_MEANS: Outcome(
            _("Signs of exploitation; no means recorded so far"),
            _(
                "Offer help for labour rights or other protection, and talk again: people often speak of "
                "pressure and threats only once they feel safe."
            ),
        ),
        PalermoResult.MEANS_WITHOUT_EXPLOITATION: Outcome(
            _("Signs of means; no exploitation recorded so far"),
            _(
                "The person may have been intercepted before the exploitation began: the intention is "
                "enough in law. Have it assessed by hand, for a child with a best interests assessment, "
                "and keep it open."
            ),
        ),
        PalermoResult.INSUFFICIENT_INDICATORS: Outcome(
            _("Not enough recorded to say"),
            _(
                "This neither confirms nor rules out trafficking. Meet the needs that you see, for a "
                "child through child protection, and come back to the questions when the person is ready."
            ),
        ),
        PalermoResult.ELEMENTS_MET_ADULT: Outcome(
            _("Act, means and purpose are recorded"),
            _(
                "Make the person safe first, explain their rights, and with their agreement refer them "
                "for a formal identification. Agreeing to the exploitation does not count against them."
            ),
        ),
        PalermoResult.ELEMENTS_MET_CHILD: Outcome(
            _("Act and purpose are recorded, which is enough for a child"),
            _(
                "Follow the child protection procedure now: a guardian, a best interests assessment, and "
                "a referral."
            ),
        ),
        PalermoResult.MISSING_ACT: Outcome(
            _("No act is recorded so far"),
            _(
                "Find out how the person came to be there: who recruited, moved, housed or received them. "
                "Crossing a border is not needed."
            ),
        ),
        PalermoResult.MISSING_MEANS: Outcome(
            _("No means is recorded so far"),
            _(
                "Check the age at the time: under 18 no means is needed. Otherwise talk again when the "
                "person feels safe, and offer help for what has happened in the meantime."
            ),
        ),
        PalermoResult.MISSING_PURPOSE: Outcome(
            _("No purpose is recorded so far"),
            _(
                "The exploitation need not have happened: what was intended counts. Record what the "
                "person was meant to do, and keep the case open."
            ),
        ),
        PalermoResult.AGE_UNKNOWN_PRESUME_CHILD_PENDING: Outcome(
            _("Act and purpose are recorded; the age is not known"),
            _(
                "Where there is reason to believe that the person was under 18, treat them as a child "
                "until the age is established, and follow the child protection procedure."
            ),
        ),
    }
)

SCREENING_OUTCOMES: Mapping[ScreeningResult, Outcome] = MappingProxyType(
    {
        ScreeningResult.NOT_SCREENED: Outcome(
            _("Not screened"),
            _("No question has an answer. Ask again when the person is alone, safe and willing."),
        ),
        ScreeningResult.INCOMPLETE: Outcome(
            _("Screening incomplete"),
            _("No answer is yes so far, and some questions have none. Offer to go on another time."),
        ),
        ScreeningResult.POSITIVE: Outcome(
            _("Positive screen"),
            _(
                "Offer help and a fuller assessment. A screen is not a finding: look at how often it is "
                "wrong."
            ),
        ),
        ScreeningResult.NO_POSITIVE_ANSWER: Outcome(
            _("No answer was yes"),
            _(
                "This rules nothing out. If you are still concerned, trust that and offer a fuller "
                "assessment."
            ),
        ),
        ScreeningResult.JUDGEMENT_NEEDED: Outcome(
            _("Your judgement is needed"),
            _(
                "This tool has no score. Say for each kind of exploitation how likely it is, and write "
                "down why."
            ),
        ),
    }
)

# What an instrument does not ask about, so that nobody takes its silence for an answer.
LIMITS: Mapping[Exploitation, Promise] = MappingProxyType(
    {
        Exploitation.LABOUR: _(
            "This set asks about labour exploitation alone. For any other kind, record act, means and "
            "purpose."
        ),
        Exploitation.SEXUAL: _(
            "This set asks about sexual exploitation alone. For any other kind, record act, means and "
            "purpose."
        ),
    }
)
