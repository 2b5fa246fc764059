"""What must be known before a step on a pathway: the one table of rules, each with its source.

The rules look at a `Situation`, which is read off the record and the pathway. They hold for every step beyond talking
it over, but for what others decide: a decision is recorded whatever the record lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from casework.children import Gate, GateClosed, Missing, missing_for
from casework.consents import Purpose
from casework.entries import Entry
from casework.pathways.schema import Certainty, Phase, Step
from casework.pathways.timeline import day
from core.errors import Message

if TYPE_CHECKING:
    from casework.case_file import CaseFile

RISK_HOLDS = 91
"""For how many days a look at the risk of a pathway counts as current: ours, no source gives a number."""

CHILD_GATES: dict[str, Gate] = {
    "resettlement": Gate.RELOCATION,
    "humanitarian_corridor": Gate.RELOCATION,
    "humanitarian_visa": Gate.RELOCATION,
    "family_reunification": Gate.REUNIFICATION,
    "voluntary_return": Gate.RETURN,
}
"""Integration changes neither where a child lives nor with whom, so it has none."""

WISH = Missing("wish", "pathway.wished", _("that the survivor wishes this way, and was informed"))
REFUGEE = Missing(
    "refugee", "pathway.with_unhcr", _("that they are a recognised refugee, or registered with UNHCR")
)
RETURN_RISK = Missing(
    "return_risk", "pathway.risk_on", _("a look at the risk of return that is not older than three months")
)
FAMILY_RISK = Missing(
    "family_risk",
    "pathway.risk_on",
    _("a look at the risk from the family, not older than three months, since they may be involved"),
)
ASYLUM_ASKED = Missing("asylum_asked", "legal_status.asylum", _("whether they seek asylum, or have it"))
CONSULATE_CONSENT = Missing(
    "consulate_consent",
    "consents.authority",
    _("their consent to share with this consulate, under the name that the step gives it"),
)

_CLAIM_OPEN = frozenset({"applied", "appealed"})
_PROTECTED = frozenset({"wished", "granted", *_CLAIM_OPEN})


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at. `consulates` are the authorities to which the survivor consented, in lower case."""

    pathway: str
    wished: str = "yes"
    informed: bool = True
    child_lacks: Sequence[Missing] = field(default=())
    asylum: str = ""
    status: str = ""
    with_unhcr: str = ""
    risk_current: bool = False
    family_cleared: bool = False
    authority: str = ""
    consulates: frozenset[str] = frozenset()

    @property
    def refugee(self) -> bool:
        """Recognised, or registered with UNHCR."""
        return self.asylum == "granted" or self.status == "protected" or self.with_unhcr == "yes"

    @property
    def claim_open(self) -> bool:
        """Whether an asylum claim has been made and is not decided."""
        return self.asylum in _CLAIM_OPEN or (self.status == "asylum_applicant" and not self.asylum)

    @property
    def seeks_protection(self) -> bool:
        """Whether the authorities of their own country must not learn of them without their consent."""
        return self.asylum in _PROTECTED or self.status in ("asylum_applicant", "protected")


Check = Callable[[Situation, Step], Sequence[Missing]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: for which pathways, what it asks for, and who says so.

    `reason`: one may act against it, and say why.
    """

    code: str
    text: Message
    pathways: frozenset[str]
    source: str
    certainty: Certainty
    check: Check = lambda _situation, _step: ()
    reason: Callable[[Situation, Step], bool] = lambda _situation, _step: False


_ALL = frozenset({"integration", *CHILD_GATES})


def _consulate(situation: Situation, step: Step) -> Sequence[Missing]:
    if not step.consulate:
        return ()
    if not situation.asylum and not situation.status:
        return (ASYLUM_ASKED,)
    consented = situation.authority.casefold() in situation.consulates
    return () if consented or not situation.seeks_protection else (CONSULATE_CONSENT,)


RULES: tuple[Rule, ...] = (
    Rule(
        "wish",
        _(
            "The survivor wishes it, and was informed. Whoever is undecided, or does not wish it, is not moved on."
        ),
        _ALL,
        "CETS 197, article 12(7): services on a consensual and informed basis",
        Certainty.FOUND,
        lambda now, _step: () if now.wished == "yes" and now.informed else (WISH,),
    ),
    Rule(
        "child",
        _(
            "For a child: a current best interests assessment or determination, a guardian without a conflict of "
            "interest, and the child's view."
        ),
        frozenset(CHILD_GATES),
        "UNHCR Best Interests Procedure Guidelines 2021; the gates as such are ours",
        Certainty.OURS,
        lambda now, _step: now.child_lacks,
    ),
    Rule(
        "refugee",
        _("Resettlement is for refugees: recognised, or registered with UNHCR."),
        frozenset({"resettlement"}),
        "UNHCR Resettlement Handbook: submission of refugees to a third country",
        Certainty.FROM_MEMORY,
        lambda now, _step: () if now.refugee else (REFUGEE,),
    ),
    Rule(
        "return_risk",
        _("Nobody returns before the risk of return was looked at, within the last three months."),
        frozenset({"voluntary_return"}),
        "assisted, informed and safe return, after a risk assessment: usual practice; three months are ours",
        Certainty.FROM_MEMORY,
        lambda now, _step: () if now.risk_current else (RETURN_RISK,),
    ),
    Rule(
        "open_claim",
        _("No return is prepared while an asylum claim is open, but for a reason that is written down."),
        frozenset({"voluntary_return"}),
        "ours: a return ends most claims",
        Certainty.OURS,
        reason=lambda now, _step: now.claim_open,
    ),
    Rule(
        "consulate",
        _(
            "The consulate of their own country learns nothing of whoever seeks or has asylum without their consent "
            "to this."
        ),
        frozenset({"family_reunification", "voluntary_return"}),
        "protection of asylum seekers from the authorities they fled: usual practice",
        Certainty.FROM_MEMORY,
        _consulate,
    ),
    Rule(
        "family_risk",
        _("Where the family may be involved in the trafficking, the risk from them is looked at first."),
        frozenset({"family_reunification"}),
        "ours, as for family tracing",
        Certainty.OURS,
        lambda now, _step: () if now.family_cleared or now.risk_current else (FAMILY_RISK,),
    ),
)


class PathwayClosed(GateClosed):
    """Something must be recorded before a step on a pathway: 409, with what is `missing`."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__(missing)
        what = "; ".join(str(each.text) for each in missing)
        self.message = _("Before this step, the record must say: %(what)s.") % {"what": what}


def missing_before(situation: Situation, step: Step) -> list[Missing]:
    """What must be recorded before the step, each thing once."""
    if step.phase in (Phase.CONSIDER, Phase.DECIDE):
        return []
    found = (missing for rule in _rules(situation) for missing in rule.check(situation, step))
    return list({each.code: each for each in found}.values())


def needs_reason(situation: Situation, step: Step) -> list[Rule]:
    """The rules against which the step is taken only for a reason that is written down."""
    if step.phase in (Phase.CONSIDER, Phase.DECIDE):
        return []
    return [rule for rule in _rules(situation) if rule.reason(situation, step)]


def _rules(situation: Situation) -> list[Rule]:
    return [rule for rule in RULES if situation.pathway in rule.pathways]


def situation_of(file: CaseFile, entry: Entry, authority: str = "") -> Situation:
    """The situation of a pathway of a case; `authority` is whom the step names. Raises Tampered."""
    kind = str(entry.values["kind"])
    legal, child = (file.section(name).values for name in ("legal_status", "child_protection"))
    gate = CHILD_GATES.get(kind)
    return Situation(
        pathway=kind,
        wished=str(entry.values["wished"]),
        informed="informed_on" in entry.values,
        child_lacks=missing_for(file, gate) if gate else (),
        asylum=str(legal.get("asylum", "")),
        status=str(legal.get("immigration_status", "")),
        with_unhcr=str(entry.values.get("with_unhcr", "")),
        risk_current=_current(day(entry.values, "risk_on")),
        family_cleared=_family_cleared(file) or _current(day(child, "family_risk_on")),
        authority=authority,
        consulates=frozenset(
            each.scope.authority.casefold()
            for each in file.consents
            if each.purpose == Purpose.AUTHORITY and file.holds(each)
        ),
    )


def _family_cleared(file: CaseFile) -> bool:
    """Whether somebody has asked, and nothing in the record points to the family."""
    if file.section("child_protection").values.get("family_involved") != "no":
        return False
    named = file.section("trafficking_experience").values.get("recruiter_relation", ())
    feared = file.section("risk_and_safety").values.get("from_whom", ())
    return not {"Family", "family"} & {*_codes(named), *_codes(feared)}


def _codes(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]


def _current(on: date | None) -> bool:
    return on is not None and (localdate() - on).days <= RISK_HOLDS
