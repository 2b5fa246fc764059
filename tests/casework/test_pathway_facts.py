"""What advocacy counts of pathways: the kind, how far it led and a band of time, and no day."""

from typing import Any

import pytest

from advocacy.facts import FactValues, InvalidFact, hand_down, waiting_band
from advocacy.models import Fact
from advocacy.selectors import DIMENSIONS, protected_table
from casework.models import Case
from casework.pathways.facts import pathway_columns
from casework.selectors import read_case
from casework.services.consents import Asking, How, Purpose, record_consent, withdraw_consent
from casework.services.entries import change_entry
from referrals.demo import Persona, World
from tests.casework.pathways import TODAY, ago, open_pathway, take
from tests.conftest import sign_in
from tests.pages import text

VISA = "humanitarian_visa"


def columns(persona: Persona, case: Case) -> dict[str, str]:
    return pathway_columns(read_case(persona.actor, case.pk))


def agree(persona: Persona, case: Case) -> Any:
    return record_consent(
        actor=persona.actor,
        case_id=case.pk,
        purpose=Purpose.STATISTICS,
        given_on=TODAY,
        how=How.ORAL,
        explained="x",
        language="nep",
        asking=Asking(witness="x"),
    )


def end(persona: Persona, case: Case, outcome: str) -> None:
    (entry,) = read_case(persona.actor, case.pk).entries.of("pathway")
    change_entry(
        actor=persona.actor,
        case_id=case.pk,
        kind="pathway",
        entry_id=entry.id,
        values=dict(entry.values) | {"outcome": outcome, "ended_on": ago(0)},
        base_version=entry.version,
    )


def test_what_is_only_talked_over_is_not_counted(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.considered")
    assert columns(assigned, case) == {}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["advised"], {"pathway_standing": "started"}),
        (["applied"], {"pathway_standing": "started"}),
        (["applied", "granted"], {"pathway_standing": "granted", "pathway_wait": "0"}),
        (["applied", "refused"], {"pathway_standing": "refused", "pathway_wait": "0"}),
        (["applied", "refused", "granted"], {"pathway_standing": "granted", "pathway_wait": "0"}),
        (["applied", "more_asked"], {"pathway_standing": "started"}),
    ],
)
def test_how_far_it_led(assigned: Persona, case: Case, steps: list[str], expected: dict[str, str]) -> None:
    made = open_pathway(assigned, case, VISA)
    for step in steps:
        decided = {"outcome": step} if step in ("granted", "refused", "more_asked") else {}
        take(assigned, case, made, f"{VISA}.{'decision' if decided else step}", **decided)
    assert columns(assigned, case) == {"pathway": VISA} | expected


@pytest.mark.parametrize("outcome", ["withdrawn", "transferred"])
def test_one_that_ended_otherwise_counts_as_far_as_it_led(
    assigned: Persona, case: Case, outcome: str
) -> None:
    take(assigned, case, open_pathway(assigned, case, VISA), f"{VISA}.advised")
    end(assigned, case, outcome)
    assert columns(assigned, case) == {"pathway": VISA, "pathway_standing": "started"}


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0"), (27, "0"), (31, "1--2"), (95, "3--5"), (190, "6--11"), (370, "12+"), (2000, "12+")],
)
def test_the_wait_is_a_band_from_the_first_application_to_the_decision(
    assigned: Persona, case: Case, days: int, band: str
) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.applied", done_on=ago(days))
    take(assigned, case, made, f"{VISA}.interviewed")
    take(assigned, case, made, f"{VISA}.decision", outcome="granted")
    assert columns(assigned, case)["pathway_wait"] == band


def test_days_that_contradict_each_other_make_no_band(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.applied")
    take(assigned, case, made, f"{VISA}.decision", outcome="granted", done_on=ago(4))
    assert "pathway_wait" not in columns(assigned, case)


def test_of_several_the_one_counts_that_led_furthest_and_then_the_later_one(
    assigned: Persona, case: Case
) -> None:
    granted = open_pathway(assigned, case, VISA, opened_on=ago(90))
    take(assigned, case, granted, f"{VISA}.applied")
    for way, opened in (("integration", 10), ("humanitarian_corridor", 30)):
        made = open_pathway(assigned, case, way, opened_on=ago(opened))
        take(assigned, case, made, f"{way}.{'planned' if way == 'integration' else 'proposed'}")
    assert columns(assigned, case)["pathway"] == "integration"
    take(assigned, case, granted, f"{VISA}.decision", outcome="granted")
    assert columns(assigned, case)["pathway"] == VISA


def test_a_step_brings_the_fact_up_to_it_and_only_with_consent(assigned: Persona, case: Case) -> None:
    made = open_pathway(assigned, case, VISA)
    take(assigned, case, made, f"{VISA}.applied", done_on=ago(100))
    assert not Fact.objects.exists()
    consent = agree(assigned, case)
    assert Fact.objects.get().pathway_standing == "started"
    take(assigned, case, made, f"{VISA}.decision", outcome="refused")
    fact = Fact.objects.get()
    assert (fact.pathway, fact.pathway_standing, fact.pathway_wait) == (VISA, "refused", "3--5")
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=consent.pk)
    assert not Fact.objects.exists()


def test_no_day_and_no_word_of_a_pathway_is_in_the_fact(assigned: Persona, case: Case) -> None:
    agree(assigned, case)
    made = open_pathway(assigned, case, VISA, authority="Canaryauthority")
    take(assigned, case, made, f"{VISA}.applied", done_on=ago(100), reference="Canaryreference")
    written = " ".join(str(value) for value in Fact.objects.values().get().values())
    assert "Canary" not in written
    assert ago(100) not in written
    assert ago(40) not in written


@pytest.mark.parametrize(
    "wrong",
    [{"pathway": "escape"}, {"pathway_standing": "waiting"}, {"pathway_wait": "5"}],
)
def test_the_fact_takes_no_other_code(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidFact) as refused:
        FactValues(**wrong)  # type: ignore[arg-type]
    assert set(refused.value.fields) == set(wrong)


def test_a_wait_of_less_than_nothing_has_no_band() -> None:
    assert [waiting_band(months) for months in (0, 1, 3, 6, 12)] == ["0", "1--2", "3--5", "6--11", "12+"]
    with pytest.raises(InvalidFact):
        waiting_band(-1)


# --- in advocacy's tables  ----------------------------------------


@pytest.mark.django_db
def test_a_small_number_of_pathways_is_not_shown() -> None:
    for standing, count in (("granted", 30), ("refused", 3), ("started", 25)):
        for _ in range(count):
            hand_down(values=FactValues(pathway=VISA, pathway_standing=standing), consent_expires_on=None)
    for _ in range(40):
        hand_down(
            values=FactValues(pathway="integration", pathway_standing="granted"), consent_expires_on=None
        )
    table = protected_table(rows="pathway", columns="pathwayStanding").protected
    cells = dict(zip(table.rows, table.cells, strict=True))[VISA]
    shown = dict(zip(table.columns, cells, strict=True))
    assert shown["refused"] is None
    assert 3 not in [each for row in table.cells for each in row]


def test_the_dimensions_are_offered_and_read_as_people_say_them(world: World) -> None:
    for _ in range(30):
        hand_down(values=FactValues(pathway=VISA, pathway_wait="12+"), consent_expires_on=None)
    assert {"pathway", "pathwayStanding", "pathwayWait"} <= {each.name for each in DIMENSIONS}
    page = sign_in(world["advocate"]).get("/statistics/", {"rows": "pathway", "columns": "pathwayWait"})
    assert page.status_code == 200
    for words in ("Over 12 months", "Humanitarian visa", "Time until the decision"):
        assert words in text(page)
