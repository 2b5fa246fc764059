"""How the network of services works: protected counts, as of the end of the last quarter."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.models import Case
from core.errors import NotVisible
from core.models import Organisation, User
from referrals.demo import World
from referrals.models import Referral, Service, ServiceArea
from referrals.network import View, network_table, quarter_begins
from referrals.taxonomy import answer_within
from tests.conftest import PERSONAS, sign_in
from tests.pages import text

BEFORE = timezone.make_aware(datetime.combine(quarter_begins(timezone.localdate()), datetime.min.time()))


def sent(world: World, case: Case, count: int, service: Service | None = None, **others: Any) -> None:
    """Referrals of last quarter as they lie in the database; nothing in them is opened."""
    at = others.pop("sent_at", BEFORE - timedelta(days=20))
    days, created_on = others.pop("days", None), others.pop("created_on", at.date())
    Referral.objects.bulk_create(
        Referral(
            case=case,
            service=service or world.services[0],
            created_by=world["assigned"].user,
            created_on=created_on,
            sent_at=at,
            decided_at=None if days is None else at + timedelta(days=days),
            sealed_draft=b"x",
            **{"state": "accepted", **others},
        )
        for _each in range(count)
    )


def cells(world: World, view: View, name: str = "supervisor") -> dict[str, list[int | None]]:
    table = network_table(world[name].actor, view)
    return {code: list(row) for code, row in zip(table.protected.rows, table.protected.cells, strict=True)}


@pytest.mark.parametrize("name", PERSONAS)
def test_who_sees_it(world: World, name: str) -> None:
    response = sign_in(world[name]).get("/referrals/network/")
    assert response.status_code == (200 if name in ("supervisor", "advocate") else 404)
    if name not in ("supervisor", "advocate"):
        with pytest.raises(NotVisible):
            network_table(world[name].actor, View.ANSWERS)


def test_answers_are_counted_and_small_counts_hidden(world: World, case: Case) -> None:
    sent(world, case, 20, days=1)
    sent(world, case, 12, state="declined", days=2)
    sent(world, case, 15, state="expired")
    assert cells(world, View.ANSWERS) == {"legal_advice": [20, 12, 15]}
    sent(world, case, 3, world.services[1], days=1)
    hidden = cells(world, View.ANSWERS)
    assert None in hidden["compensation_claim"]
    page = text(sign_in(world["supervisor"]).get("/referrals/network/"))
    assert "Legal advice" in page


def test_a_few_referrals_are_not_counted_at_all(world: World, case: Case) -> None:
    sent(world, case, 10, days=1)
    assert network_table(world["supervisor"].actor, View.ANSWERS).protected.withheld
    assert "This table is withheld" in text(sign_in(world["supervisor"]).get("/referrals/network/"))


def test_what_happens_in_this_quarter_changes_nothing(world: World, case: Case) -> None:
    sent(world, case, 30, days=1)
    sent(world, case, 20, sent_at=BEFORE - timedelta(days=2), days=3)  # answered since
    before = cells(world, View.ANSWERS)
    assert before == {"legal_advice": [30, 0, 20]}
    sent(world, case, 40, sent_at=BEFORE + timedelta(seconds=1), days=0)
    assert cells(world, View.ANSWERS) == before


@pytest.mark.parametrize(("days", "column"), [(0.5, 0), (1, 0), (2.9, 1), (7, 2), (7.1, 3)])
def test_how_soon_they_answer_is_told_in_bands(world: World, case: Case, days: float, column: int) -> None:
    sent(world, case, 50, days=days)
    sent(world, case, 50, state="expired")
    assert cells(world, View.TIMES) == {"legal_advice": [50 if nth == column else 0 for nth in range(4)]}


def test_times_tell_no_number_that_the_answers_hide(world: World, case: Case) -> None:
    kinds = [*world.services, *(_service(world, type_) for type_ in ("cash_assistance", "mhpss"))]
    for nth, each in enumerate(kinds):
        sent(world, case, 20, each, days=1)
        sent(world, case, 3 if nth == 1 else 20, each, days=1, state="declined")
        sent(world, case, 40, each, state="expired")
    answers = cells(world, View.ANSWERS)
    told = {code: yes + no for code, (yes, no, _silence) in answers.items() if yes and no}
    assert 0 < len(told) < len(answers)
    times = network_table(world["supervisor"].actor, View.TIMES).protected
    assert dict(zip(times.rows, times.row_totals, strict=True)) == told


@pytest.mark.parametrize("drafted", ["before", "since"])
def test_what_is_recorded_now_as_told_then_changes_nothing(world: World, case: Case, drafted: str) -> None:
    sent(world, case, 30, days=1, created_on=BEFORE.date() - timedelta(days=30))
    before = {view: cells(world, view) for view in View}
    entered = BEFORE + timedelta(days=1)
    recorded = {"before": {"answer_by": entered + answer_within("legal_advice")}, "since": {}}
    created_on = (BEFORE - timedelta(days=30) if drafted == "before" else entered).date()
    sent(world, case, 20, days=1, way="spoken", created_on=created_on, **recorded[drafted])
    assert {view: cells(world, view) for view in View} == before


def test_the_country_of_a_service_with_several_is_not_guessed(world: World, case: Case) -> None:
    sent(world, case, 20, days=1)
    ServiceArea.objects.create(service=world.services[0], country="ITA")
    assert cells(world, View.AREAS) == {"ITA": [20, 0, 0]}
    ServiceArea.objects.create(service=world.services[0], country="FRA")
    assert cells(world, View.AREAS) == {"several": [20, 0, 0]}
    ServiceArea.objects.filter(service=world.services[0]).delete()
    assert cells(world, View.AREAS) == {"none": [20, 0, 0]}


def test_a_need_is_counted_once_however_many_were_asked(world: World, case: Case) -> None:
    others = [
        Case.objects.create(
            object=_object(),
            team=case.team,
            assigned_to=case.assigned_to,
            opened_on=date(2026, 1, 1),
            manifest=b"x",
        )
        for _each in range(29)
    ]
    for nth, each in enumerate([case, *others]):
        sent(world, each, 2, state="declined", days=1)
        if nth < 15:
            sent(world, each, 1, days=2)
    assert cells(world, View.NEEDS) == {"legal_advice": [15, 15]}


def test_another_organisation_counts_its_own(world: World, case: Case) -> None:
    sent(world, case, 20, days=1)
    elsewhere = Organisation.objects.create(name="Elsewhere")
    User.objects.filter(pk=world["advocate"].user.pk).update(organisation=elsewhere)
    world["advocate"].user.refresh_from_db()
    assert cells(world, View.ANSWERS, "advocate") == {}


def _service(world: World, type_: str) -> Service:
    return Service.objects.create(organisation=world.partner_team.organisation, name=type_, type=type_)


def _object() -> Any:
    from core.models import Kind, SealedObject

    return SealedObject.objects.create(kind=Kind.CASE, sort_key=1)
