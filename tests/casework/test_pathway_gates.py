"""What must be known before a step: one truth table for the rules, and the same rules over a real case."""

from dataclasses import replace
from typing import Any

import pytest

from casework.children import DETERMINATION, GUARDIAN
from casework.models import Case
from casework.pathways.gates import CHILD_GATES, RULES, PathwayClosed, Situation, missing_before, needs_reason
from casework.pathways.schema import Phase, Step
from casework.pathways.table import PATHWAYS, pathway
from casework.record import codelists
from casework.services.consents import Asking, How, Purpose, record_consent, withdraw_consent
from casework.services.entries import change_entry
from core.errors import Invalid
from referrals.demo import Persona, World
from tests.casework.pathways import TODAY, ago, open_pathway, take, write

WAYS = tuple(each.name for each in PATHWAYS)

# What stands against a step (w wish, c child, r refugee, R return risk, f family risk; ? a reason is asked for), by
# pathway. Facts are said one by one: the others are as good as can be.
TABLE = """
fact             integration resettlement humanitarian_corridor humanitarian_visa family_reunification voluntary_return
all_is_known     .           .            .                     .                 .                    .
not_wished       w           w            w                     w                 w                    w
undecided        w           w            w                     w                 w                    w
not_informed     w           w            w                     w                 w                    w
child_lacks      .           c            c                     c                 c                    c
no_refugee       .           r            .                     .                 .                    .
risk_is_unknown  .           .            .                     .                 .                    R
family_suspected .           .            .                     .                 f                    R
claim_open       .           r            .                     .                 .                    ?
status_applicant .           r            .                     .                 .                    ?
on_appeal        .           r            .                     .                 .                    ?
"""
LETTERS = {
    "wish": "w",
    "guardian": "c",
    "bid": "c",
    "determination": "c",
    "refugee": "r",
    "return_risk": "R",
    "family_risk": "f",
}
GOOD = Situation("", asylum="granted", risk_current=True, family_cleared=True)
FACTS: dict[str, dict[str, Any]] = {
    "all_is_known": {},
    "not_wished": {"wished": "no"},
    "undecided": {"wished": "undecided"},
    "not_informed": {"informed": False},
    "child_lacks": {"child_lacks": (GUARDIAN, DETERMINATION)},
    "no_refugee": {"asylum": "refused"},
    "risk_is_unknown": {"risk_current": False},
    "family_suspected": {"risk_current": False, "family_cleared": False},
    "claim_open": {"asylum": "applied"},
    "status_applicant": {"asylum": "", "status": "asylum_applicant"},
    "on_appeal": {"asylum": "appealed"},
}
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    pytest.param(way, row[0], expected, id=f"{way}-{row[0]}")
    for row in ROWS
    for way, expected in zip(HEAD[1:], row[1:], strict=True)
]


def gated(way: str) -> list[Step]:
    """The steps that somebody of us takes beyond talking it over, but for those at a consulate."""
    return [
        each
        for each in pathway(way).steps
        if each.phase not in (Phase.CONSIDER, Phase.DECIDE) and not each.consulate
    ]


@pytest.mark.parametrize(("way", "fact", "expected"), CELLS)
def test_each_rule_asks_for_what_its_pathway_needs(way: str, fact: str, expected: str) -> None:
    situation = replace(GOOD, pathway=way, **({"child_lacks": ()} | FACTS[fact]))
    if way not in CHILD_GATES:  # the record is never asked for it there
        situation = replace(situation, child_lacks=())
    for step in gated(way):
        found = {LETTERS[each.code] for each in missing_before(situation, step)}
        found |= {"?" for _rule in needs_reason(situation, step)}
        assert "".join(sorted(found)) == expected.strip("."), step.name


@pytest.mark.parametrize("way", WAYS)
def test_talking_it_over_and_what_others_decide_are_never_refused(way: str) -> None:
    worst = Situation(way, wished="no", informed=False, child_lacks=(GUARDIAN,), asylum="applied")
    for step in pathway(way).steps:
        if step.phase in (Phase.CONSIDER, Phase.DECIDE):
            assert missing_before(worst, step) == []
            assert needs_reason(worst, step) == []


def test_the_table_has_each_pathway_and_each_rule_of_the_gates() -> None:
    assert set(HEAD[1:]) == set(WAYS) == set(codelists.PATHWAYS.codes)
    assert {*"wcrRf?"} == {letter for row in ROWS for cell in row[1:] for letter in cell} - {"."}
    assert {rule.code for rule in RULES} == {
        *("wish", "child", "refugee", "return_risk", "open_claim", "consulate", "family_risk")
    }
    assert all(rule.source and rule.certainty for rule in RULES)


CONSULATE = [
    # asylum, status, consented -> what is missing
    ("granted", "", True, []),
    ("granted", "", False, ["consulate_consent"]),
    ("applied", "", False, ["consulate_consent"]),
    ("appealed", "", True, []),
    ("wished", "", False, ["consulate_consent"]),
    ("", "asylum_applicant", False, ["consulate_consent"]),
    ("refused", "protected", False, ["consulate_consent"]),
    ("not_wished", "", False, []),
    ("refused", "irregular", False, []),
    ("", "citizen", False, []),
    ("", "", False, ["asylum_asked"]),
    ("", "", True, ["asylum_asked"]),
]


@pytest.mark.parametrize("way", ["family_reunification", "voluntary_return"])
@pytest.mark.parametrize(("asylum", "status", "consented", "expected"), CONSULATE)
def test_a_consulate_learns_of_nobody_under_protection_without_their_consent(
    way: str, asylum: str, status: str, consented: bool, expected: list[str]
) -> None:
    step = pathway(way).named("papers")
    assert step is not None
    named = "Consulate of Nepal"
    situation = Situation(
        way,
        asylum=asylum,
        status=status,
        risk_current=True,
        family_cleared=True,
        authority=named,
        consulates=frozenset({named.casefold()} if consented else {"consulate of france"}),
    )
    assert [each.code for each in missing_before(situation, step)] == expected


def test_no_step_but_at_the_own_consulate_asks_for_that_consent() -> None:
    asks = {(each.name, step.name) for each in PATHWAYS for step in each.steps if step.consulate}
    assert asks == {("family_reunification", "papers"), ("voluntary_return", "papers")}
    rule = next(each for each in RULES if each.code == "consulate")
    assert rule.pathways == {name for name, _step in asks}


# --- over a real case  ----------------------------------------


def missing(refused: Any) -> set[str]:
    return {each.code for each in refused.value.missing}


@pytest.mark.parametrize("way", sorted(CHILD_GATES))
def test_a_child_goes_no_further_than_talking_until_the_record_says_what_it_must(
    assigned: Persona, case: Case, way: str
) -> None:
    write(assigned, case, "child_protection", treated_as_child="yes", accompaniment="unaccompanied")
    write(assigned, case, "legal_status", asylum="granted")
    made = open_pathway(assigned, case, way, risk_on=TODAY.isoformat())
    take(assigned, case, made, f"{way}.considered")
    step = gated(way)[0]
    given = {"authority": step.only_by} if step.only_by else {}
    with pytest.raises(PathwayClosed) as refused:
        take(assigned, case, made, f"{way}.{step.name}", **given)
    assert {"guardian", "guardian_not_checked", "determination", "childs_view"} <= missing(refused)
    solution = {"family_reunification": "family_reunification", "voluntary_return": "return"}
    write(
        assigned,
        case,
        "child_protection",
        guardian="Canaryguardian",
        guardian_in_conflict="no",
        bid_on=ago(5),
        bid_outcome=solution.get(way, "resettlement"),
        childs_view="Canaryview",
        family_involved="no",
    )
    take(assigned, case, made, f"{way}.{step.name}", **given)


def test_a_child_may_settle_where_they_are(assigned: Persona, case: Case) -> None:
    write(assigned, case, "child_protection", treated_as_child="yes")
    take(assigned, case, open_pathway(assigned, case, "integration"), "integration.planned")


def test_planning_a_step_is_gated_as_doing_it_is(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, "voluntary_return")
    with pytest.raises(PathwayClosed) as refused:
        take(assigned, case, made, "voluntary_return.applied", planned_on=TODAY.isoformat())
    assert missing(refused) == {"return_risk"}


def test_what_was_not_needed_and_now_is_meets_the_gates(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, "voluntary_return")
    values = {"step": "voluntary_return.applied", "done_on": ago(0), "outcome": "not_needed"}
    step = take(assigned, case, made, **values)
    with pytest.raises(PathwayClosed):
        change_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="pathway_step",
            entry_id=step,
            values={name: value for name, value in values.items() if name != "outcome"},
            base_version=1,
        )


@pytest.mark.parametrize(("age", "current"), [(0, True), (91, True), (92, False)])
def test_a_look_at_the_risk_of_return_counts_for_three_months(
    assigned: Persona, case: Case, age: int, current: bool
) -> None:
    made = open_pathway(assigned, case, "voluntary_return", risk_on=ago(age))
    if current:
        take(assigned, case, made, "voluntary_return.applied")
    else:
        with pytest.raises(PathwayClosed):
            take(assigned, case, made, "voluntary_return.applied")


def test_a_return_while_a_claim_is_open_needs_a_reason_that_is_kept(assigned: Persona, case: Case) -> None:
    write(assigned, case, "legal_status", asylum="applied")
    made = open_pathway(assigned, case, "voluntary_return", risk_on=TODAY.isoformat())
    with pytest.raises(Invalid) as refused:
        take(assigned, case, made, "voluntary_return.applied")
    assert set(refused.value.fields) == {"reason"}
    take(assigned, case, made, "voluntary_return.applied", reason="Withdrawing it tomorrow, with a lawyer")


def test_resettlement_goes_through_unhcr_alone(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, "resettlement", with_unhcr="yes")
    for named in ({}, {"authority": "Another agency"}):
        with pytest.raises(Invalid) as refused:
            take(assigned, case, made, "resettlement.submitted", **named)
        assert set(refused.value.fields) == {"authority"}
    take(assigned, case, made, "resettlement.submitted", authority="UNHCR Rome")


@pytest.mark.parametrize(
    ("family", "recruiter", "feared", "asked"),
    [
        ("no", [], [], False),
        ("no", ["Family"], [], True),
        ("no", ["Stranger"], ["family"], True),
        ("unknown", [], [], True),
        ("yes", [], [], True),
        ("", [], [], True),
    ],
)
def test_the_family_is_looked_at_before_they_are_brought_together(
    assigned: Persona, case: Case, family: str, recruiter: list[str], feared: list[str], asked: bool
) -> None:
    write(assigned, case, "child_protection", family_involved=family)
    write(assigned, case, "trafficking_experience", recruiter_relation=recruiter)
    write(assigned, case, "risk_and_safety", from_whom=feared)
    made = open_pathway(assigned, case, "family_reunification")
    if not asked:
        take(assigned, case, made, "family_reunification.family_asked")
        return
    with pytest.raises(PathwayClosed) as refused:
        take(assigned, case, made, "family_reunification.family_asked")
    assert missing(refused) == {"family_risk"}
    write(assigned, case, "child_protection", family_risk_on=TODAY.isoformat())
    take(assigned, case, made, "family_reunification.family_asked")


def test_a_consent_to_the_consulate_opens_the_step_until_it_is_withdrawn(
    assigned: Persona, case: Case
) -> None:
    write(assigned, case, "legal_status", asylum="refused", immigration_status="protected")
    made = open_pathway(assigned, case, "voluntary_return", risk_on=TODAY.isoformat())
    consent = record_consent(
        actor=assigned.actor,
        case_id=case.pk,
        purpose=Purpose.AUTHORITY,
        authority="Consulate of Nepal",
        country="NPL",
        given_on=TODAY,
        how=How.ORAL,
        explained="x",
        language="nep",
        asking=Asking(witness="x"),
    )
    with pytest.raises(PathwayClosed):
        take(assigned, case, made, "voluntary_return.papers", authority="Another consulate")
    take(assigned, case, made, "voluntary_return.papers", authority="consulate of nepal")
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=consent.pk)
    with pytest.raises(PathwayClosed) as refused:
        take(assigned, case, made, "voluntary_return.papers", authority="Consulate of Nepal")
    assert missing(refused) == {"consulate_consent"}


def test_a_message_says_what_is_missing_and_names_nobody(world: World, assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, "resettlement")
    with pytest.raises(PathwayClosed) as refused:
        take(assigned, case, made, "resettlement.assessed", authority="UNHCR")
    message = str(refused.value.message)
    assert "registered with UNHCR" in message
    assert "Canary" not in message + str(refused.value)
