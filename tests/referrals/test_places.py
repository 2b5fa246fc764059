"""Places: asked for at several partners without saying for whom, and held by the first."""

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from casework.models import Case
from core.errors import Invalid, NotVisible, WrongState
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Notice, Organisation, User
from referrals.demo import Persona, World
from referrals.models import PlaceAsk, PlaceRequest, Service
from referrals.places import (
    TRANSITIONS,
    PlaceStep,
    State,
    asks_to,
    can_be_asked,
    case_of_request,
    held_for,
    place_after,
    requests_for,
)
from referrals.services import (
    Wanted,
    ask_for_place,
    decline_place,
    draft_referral,
    end_place_request,
    end_places_in_time,
    hold_place,
    offer_service,
    send_referral,
)
from tests.conftest import PERSONAS, sign_in
from tests.pages import text

TODAY = timezone.localdate()
NEED = "shelter_emergency"


def wanted(**others: Any) -> Wanted:
    return Wanted(**{"need": NEED, "age": "12_17", "among": "women", "people": 1, "from_on": TODAY, **others})


@pytest.fixture
def shelters(world: World) -> list[Service]:
    """Three, all the partner's: whose services they are makes no difference to who is first."""
    return [
        offer_service(
            actor=world["focal_point"].actor,
            organisation=world.partner_team.organisation,
            team=world.partner_team,
            name=f"House {nth}",
            type=NEED,
        )
        for nth in range(3)
    ]


def ask(world: World, case: Case, services: list[Service], **others: Any) -> PlaceRequest:
    return ask_for_place(
        actor=world["assigned"].actor,
        case_id=case.pk,
        wanted=wanted(**others),
        service_ids=[each.pk for each in services],
        wait_hours=24,
    )


def asks(request: PlaceRequest) -> list[PlaceAsk]:
    return list(request.asks.order_by("service__name"))


def told(persona: Persona) -> list[str]:
    return sorted(Notice.objects.filter(person=persona.user).values_list("what", flat=True))


@pytest.fixture
def in_hours(monkeypatch: pytest.MonkeyPatch) -> Any:
    now = timezone.now()

    def move(hours: float) -> datetime:
        later = now + timedelta(hours=hours)
        monkeypatch.setattr(timezone, "now", lambda: later)
        return later

    return move


# --- asking  ----------------------------------------


def test_the_partner_reads_what_is_needed_and_nothing_that_leads_to_the_case(
    world: World, case: Case, shelters: list[Service]
) -> None:
    request = ask(world, case, shelters)
    page = text(sign_in(world["focal_point"]).get("/inbox/places/"))
    assert "12 to 17" in page
    assert "Harbour House" in page
    assert case.number not in page
    assert str(case.pk) not in page
    row = {name: getattr(request, name) for name in ("team_id", "asked_by_id", "pk")}
    assert case.pk not in row.values()
    assert bytes(request.case_mark) != case.pk.bytes
    assert not AuditEvent.objects.filter(action__startswith="place.", object=case.pk).exists()
    assert told(world["focal_point"]) == ["place_asked"]


@pytest.mark.parametrize("name", PERSONAS)
def test_who_may_ask(world: World, case: Case, shelters: list[Service], name: str) -> None:
    def go() -> PlaceRequest:
        return ask_for_place(
            actor=world[name].actor,
            case_id=case.pk,
            wanted=wanted(),
            service_ids=[shelters[0].pk],
            wait_hours=24,
        )

    if name in ("assigned", "teammate", "supervisor"):
        assert go().state == "open"
    else:
        with pytest.raises(NotVisible):
            go()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("need", {"need": "a bed"}),
        ("age", {"age": "16"}),
        ("among", {"among": "x"}),
        ("people", {"people": 0}),
        ("people", {"people": 21}),
        ("from_on", {"from_on": TODAY - timedelta(days=1)}),
        ("until_on", {"until_on": TODAY - timedelta(days=1)}),
    ],
)
def test_what_cannot_be_asked(
    world: World, case: Case, shelters: list[Service], field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as invalid:
        ask(world, case, shelters, **values)
    assert field in invalid.value.fields
    assert not PlaceRequest.objects.exists()


def test_a_service_that_is_not_offered_is_not_asked(
    world: World, case: Case, shelters: list[Service]
) -> None:
    with pytest.raises(Invalid):
        ask(world, case, [*shelters, world.services[0]])
    with pytest.raises(Invalid):
        ask(world, case, [])


@pytest.mark.parametrize("whom", ["the organisation", "a person of the team"])
def test_whoever_is_kept_out_of_the_case_is_not_asked(
    world: World, case: Case, shelters: list[Service], whom: str
) -> None:
    out: User | Organisation = (
        world.partner_team.organisation if whom == "the organisation" else world["focal_point"].user
    )
    assert can_be_asked(case, NEED) == shelters
    keep_out(actor=world["supervisor"].actor, object_id=case.pk, kind=Kind.CASE, whom=out)
    assert can_be_asked(case, NEED) == []
    with pytest.raises(Invalid):
        ask(world, case, shelters)


def test_the_same_is_not_asked_for_twice(world: World, case: Case, shelters: list[Service]) -> None:
    ask(world, case, shelters)
    with pytest.raises(WrongState):
        ask(world, case, shelters)


# --- holding  ----------------------------------------

TABLE = """
         hold  release  send  end    expire
open     held  -        sent  ended  expired
held     -     open     sent  ended  -
sent     -     -        -     -      -
ended    -     -        -     -      -
expired  -     -        -     -      -
"""


def test_each_step_from_each_state() -> None:
    head, *rows = [line.split() for line in TABLE.strip().splitlines()]
    assert {row[0] for row in rows} == set(State.values)
    assert set(head) == {step.value for step in PlaceStep}
    for state, *cells in rows:
        for step, to in zip(head, cells, strict=True):
            if to == "-":
                with pytest.raises(WrongState):
                    place_after(state, PlaceStep(step))
            else:
                assert place_after(state, PlaceStep(step)) == to
    assert len(TRANSITIONS) == sum(cell != "-" for row in rows for cell in row[1:])


def test_the_first_to_hold_one_has_it_and_the_sender_is_told(
    world: World, case: Case, shelters: list[Service]
) -> None:
    first, second, _third = asks(ask(world, case, shelters))
    actor = world["focal_point"].actor
    assert hold_place(actor=actor, ask_id=first.pk, hours=6).state == "held"
    with pytest.raises(WrongState):
        hold_place(actor=actor, ask_id=second.pk, hours=6)
    assert told(world["assigned"]) == ["place_held"]
    assert [each.pk for each in held_for(world["assigned"].actor)] == [first.pk]
    assert [each.pk for each in asks_to(actor)] == [first.pk], "the others are asked no more"


@pytest.mark.parametrize("name", PERSONAS)
def test_who_holds_a_place(world: World, case: Case, shelters: list[Service], name: str) -> None:
    (first, *_others) = asks(ask(world, case, shelters))
    if name == "focal_point":
        assert hold_place(actor=world[name].actor, ask_id=first.pk, hours=2)
        return
    for verb in (hold_place, decline_place):
        hours = {"hours": 2} if verb is hold_place else {}
        with pytest.raises(NotVisible):
            verb(actor=world[name].actor, ask_id=first.pk, **hours)  # type: ignore[operator]


def test_of_one_request_the_database_holds_one_place(
    world: World, case: Case, shelters: list[Service]
) -> None:
    first, second, _third = asks(ask(world, case, shelters))
    hold_place(actor=world["focal_point"].actor, ask_id=first.pk, hours=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceAsk.objects.filter(pk=second.pk).update(state="held", held_until=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_instant_exactly_one_holds_it(
    world: World, case: Case, shelters: list[Service]
) -> None:
    actor = world["focal_point"].actor
    for _time in range(100 if connection.vendor == "postgresql" else 5):
        request = ask(world, case, shelters[:2])
        results: list[str] = []
        start = threading.Barrier(2)

        def hold(ask_id: UUID, start: threading.Barrier = start, results: list[str] = results) -> None:
            try:
                start.wait()
                hold_place(actor=actor, ask_id=ask_id, hours=2)
                results.append("held")
            except WrongState:
                results.append("too late")
            finally:
                connection.close()

        threads = [threading.Thread(target=hold, args=(each.pk,)) for each in asks(request)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["held", "too late"]
        assert request.asks.filter(state="held").count() == 1
        end_place_request(actor=world["assigned"].actor, request_id=request.pk)


def test_given_back_it_is_open_for_the_others(world: World, case: Case, shelters: list[Service]) -> None:
    request = ask(world, case, shelters)
    first, second, _third = asks(request)
    actor = world["focal_point"].actor
    hold_place(actor=actor, ask_id=first.pk, hours=6)
    decline_place(actor=actor, ask_id=first.pk)
    assert told(world["assigned"]) == ["place_held", "place_not_held"]
    assert hold_place(actor=actor, ask_id=second.pk, hours=6)
    with pytest.raises(WrongState):
        decline_place(actor=actor, ask_id=first.pk)


def test_what_is_held_too_long_is_given_back_and_what_nobody_has_ends(
    world: World, case: Case, shelters: list[Service], in_hours: Any
) -> None:
    request = ask(world, case, shelters)
    hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[0].pk, hours=2)
    in_hours(1.9)
    assert end_places_in_time() == 0
    in_hours(2.1)
    assert (end_places_in_time(), end_places_in_time()) == (1, 0)
    request.refresh_from_db()
    assert request.state == "open"
    in_hours(24.1)
    with pytest.raises(WrongState):
        hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[1].pk, hours=2)
    assert (end_places_in_time(), end_places_in_time()) == (1, 0)
    request.refresh_from_db()
    assert request.state == "expired"
    assert told(world["assigned"]) == ["place_expired", "place_held", "place_not_held"]


# --- sending  ----------------------------------------


def test_the_referral_to_whoever_holds_it_ends_the_request(
    world: World, case: Case, share_consent: None, shelters: list[Service]
) -> None:
    request = ask(world, case, shelters)
    hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[1].pk, hours=6)
    actor = world["assigned"].actor
    made = draft_referral(
        actor=actor, case_id=case.pk, service_id=shelters[1].pk, fields=["identity.chosen_name"]
    )
    send_referral(actor=actor, referral_id=made.pk)
    request.refresh_from_db()
    assert request.state == "sent"
    assert "place_over" not in told(world["focal_point"]), "they have the referral"
    assert not held_for(actor).exists()


def test_a_referral_to_another_of_those_asked_tells_whoever_held_one(
    world: World, case: Case, share_consent: None, shelters: list[Service]
) -> None:
    request = ask(world, case, shelters)
    hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[1].pk, hours=6)
    actor = world["assigned"].actor
    made = draft_referral(
        actor=actor, case_id=case.pk, service_id=shelters[0].pk, fields=["identity.chosen_name"]
    )
    send_referral(actor=actor, referral_id=made.pk)
    assert "place_over" in told(world["focal_point"])
    assert not PlaceAsk.objects.filter(state="held").exists()


def test_ended_whoever_held_one_is_told(world: World, case: Case, shelters: list[Service]) -> None:
    request = ask(world, case, shelters)
    hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[0].pk, hours=6)
    with pytest.raises(NotVisible):
        end_place_request(actor=world["stranger"].actor, request_id=request.pk)
    with pytest.raises(NotVisible):
        end_place_request(actor=world["assigned"].actor, request_id=uuid4())
    end_place_request(actor=world["teammate"].actor, request_id=request.pk)
    assert "place_over" in told(world["focal_point"])


def test_whoever_asked_and_left_is_stood_in_for_by_the_supervisors(
    world: World, case: Case, shelters: list[Service]
) -> None:
    request = ask(world, case, shelters)
    User.objects.filter(pk=world["assigned"].user.pk).update(is_active=False)
    hold_place(actor=world["focal_point"].actor, ask_id=asks(request)[0].pk, hours=6)
    assert told(world["supervisor"]) == ["place_held"]


@pytest.mark.parametrize("name", PERSONAS)
def test_the_case_is_found_by_whoever_may_see_it(
    world: World, case: Case, shelters: list[Service], name: str
) -> None:
    request = ask(world, case, shelters)
    if name in ("assigned", "teammate", "supervisor"):
        assert case_of_request(world[name].actor, request) == case
    else:
        with pytest.raises(NotVisible):
            case_of_request(world[name].actor, request)


# --- pages  ----------------------------------------


def test_the_pages_carry_it_from_the_asking_to_the_referral(
    world: World, case: Case, shelters: list[Service]
) -> None:
    sender, partner = sign_in(world["assigned"]), sign_in(world["focal_point"])
    assert "What is needed" in text(sender.get(f"/cases/{case.pk}/places/new/"))
    address = f"/cases/{case.pk}/places/new/?need={NEED}"
    assert "House 1" in text(sender.get(address))
    posted = {
        "age": "18_24",
        "among": "women",
        "people": "1",
        "from_on": TODAY.isoformat(),
        "wait_hours": "6",
        "services": [str(each.pk) for each in shelters],
    }
    assert sender.post(address, posted).status_code == 302
    (request,) = requests_for(case)
    first = asks(request)[0]
    partner.post(f"/inbox/places/{first.pk}/hold/", {"hours": "6"})
    assert "Give it back" in text(partner.get("/inbox/places/"))
    today = text(sender.get("/today/"))
    assert "A place is held: send the referral" in today
    assert "House 0" in text(sender.get(f"/cases/{case.pk}/"))
    there = sender.post(f"/places/{request.pk}/send/")
    assert there.status_code == 302
    assert there["Location"] == f"/cases/{case.pk}/referrals/new/?service={first.service_id}"
    sender.post(f"/places/{request.pk}/end/")
    assert "No place is waited for" in text(sender.get("/places/"))
