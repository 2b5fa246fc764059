"""The exchange over the API, from both sides."""

from typing import Any
from uuid import uuid4

import pytest

from casework.models import Case
from referrals.demo import World
from referrals.exchange_kinds import KINDS
from referrals.models import ExchangeEntry, Referral
from tests.answers import answer, at_fault, nothing_written, problem, queries
from tests.conftest import api, sign_in
from tests.referrals.exchanges import NO_SHOW, VALUES, accepted, by_partner, by_sender
from tests.referrals.test_endings import referral_in, told


@pytest.fixture
def referral(world: World, case: Case, share_consent: None) -> Referral:
    """One that the partner has accepted."""
    return accepted(world, case)


def of_packet(referral: Referral) -> str:
    return f"/api/v1/packets/{referral.packet.pk}/exchange/"


def of_referral(referral: Referral) -> str:
    return f"/api/v1/referrals/{referral.pk}/exchange/"


def body(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "values": VALUES[kind], **more}


WRITTEN = ["message", "question", "appointment", "transport", "arrival", "service", "outcome"]


def test_the_partner_writes_each_kind_and_the_sender_reads_the_same(world: World, referral: Referral) -> None:
    partner, sender = api(world["focal_point"]), api(world["assigned"])
    for number, kind in enumerate(WRITTEN, start=1):
        found = answer(partner.post(of_packet(referral), body(kind), format="json"), 201)
        assert len(found["entries"]) == number
    ours, theirs = answer(sender.get(of_referral(referral))), answer(partner.get(of_packet(referral)))
    assert [each["kind"] for each in ours["entries"]] == WRITTEN
    assert [each["values"] for each in ours["entries"]] == [VALUES[kind] for kind in WRITTEN]
    assert {each["by"] for each in ours["entries"]} == {""}
    assert {each["by"] for each in theirs["entries"]} == {"Farid Nasser"}
    assert ours["first_read_at"]
    referral.refresh_from_db()
    assert referral.state == "completed"
    problem(partner.post(of_packet(referral), body("service"), format="json"), 409, "wrong_state")


def test_the_sender_writes_and_the_partner_is_told(world: World, referral: Referral) -> None:
    sender = api(world["assigned"])
    answer(sender.post(of_referral(referral), body("appointment"), format="json"), 201)
    changed = body("appointment", about=1)
    answer(sender.post(of_referral(referral), changed, format="json"), 201)
    found = answer(sender.post(of_referral(referral), body("cancellation", about=2), format="json"), 201)
    assert [(each["about"], each["changed_by"], each["cancelled"]) for each in found["entries"]] == [
        (None, 2, False),
        (1, 3, True),
        (2, None, False),
    ]
    assert told(world["focal_point"]) == ["exchange_from_sender"]
    problem(sender.post(of_referral(referral), body("arrival"), format="json"), 409, "wrong_state")


def test_who_did_not_arrive_is_looked_for(world: World, referral: Referral) -> None:
    sent = {"kind": "arrival", "values": NO_SHOW}
    answer(api(world["focal_point"]).post(of_packet(referral), sent, format="json"), 201)
    found = answer(api(world["assigned"]).get("/api/v1/follow-ups/"))["results"]
    assert [each["case"]["id"] for each in found if each["urgent"]] == [str(referral.case_id)]


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"kind", "values"}),
        ({"kind": "nonsense", "values": {}}, {"kind"}),
        ({"kind": "onward", "values": {"to": "x"}}, {"kind"}),
        ({"kind": ["message"], "values": {"text": "x"}}, {"kind"}),
        ({"kind": "message", "values": {"text": ""}}, {"values.text"}),
        ({"kind": "message", "values": {"words": "x", "text": "y"}}, {"values.words"}),
        ({"kind": "message", "values": "x"}, {"values"}),
        ({"kind": "message", "values": {"text": "x"}, "about": 0}, {"about"}),
        ({"kind": "message", "values": {"text": "x"}, "about": 7}, {"about"}),
        ({"kind": "message", "values": {"text": "x"}, "urgent": True}, {"urgent"}),
    ],
)
def test_what_can_t_be_taken_is_named_and_nothing_is_written(
    world: World, referral: Referral, sent: dict[str, Any], fields: set[str]
) -> None:
    client = api(world["focal_point"])
    with nothing_written():
        found = at_fault(client.post(of_packet(referral), sent, format="json"))
    assert {each.removesuffix(".non_field_errors") for each in found} == fields


def test_what_is_no_object_is_refused(world: World, referral: Referral) -> None:
    response = api(world["focal_point"]).post(of_packet(referral), ["x"], format="json")
    assert response.status_code == 400


@pytest.mark.parametrize("persona", ["stranger", "advocate", "administrator", "focal_point"])
def test_nobody_else_is_the_sender(world: World, referral: Referral, persona: str) -> None:
    client = api(world[persona])
    problem(client.get(of_referral(referral)), 404, "not_found")
    problem(client.post(of_referral(referral), body("message"), format="json"), 404, "not_found")


@pytest.mark.parametrize("persona", ["assigned", "stranger", "advocate", "administrator"])
def test_nobody_else_is_the_partner(world: World, referral: Referral, persona: str) -> None:
    client = api(world[persona])
    problem(client.get(of_packet(referral)), 404, "not_found")
    problem(client.post(of_packet(referral), body("message"), format="json"), 404, "not_found")


def test_what_nobody_has_is_not_there(world: World, case: Case, share_consent: None) -> None:
    draft = referral_in(world, case, "draft")
    client = api(world["assigned"])
    problem(client.get(of_referral(draft)), 404, "not_found")
    problem(client.post(of_referral(draft), body("message"), format="json"), 409, "wrong_state")
    problem(client.get(f"/api/v1/referrals/{uuid4()}/exchange/"), 404, "not_found")


def test_reading_takes_as_many_queries_for_many_entries_as_for_one(world: World, referral: Referral) -> None:
    by_partner(world, referral, "message")
    by_sender(world, referral, "message")
    client = api(world["assigned"])
    before = queries(client, of_referral(referral))
    for _ in range(4):
        by_partner(world, referral, "message")
        by_sender(world, referral, "message")
    assert queries(client, of_referral(referral)) == before


def test_the_lists_say_what_is_new_and_what_is_due(world: World, referral: Referral) -> None:
    by_partner(world, referral, "message")
    by_sender(world, referral, "message")
    lists = {"assigned": "/api/v1/referrals/", "focal_point": "/api/v1/packets/"}
    for name, url in lists.items():
        [row] = answer(api(world[name]).get(url))["results"]
        assert row["unread"], name
    assert row["answer_by"]
    sign_in(world["focal_point"]).get(f"/inbox/{referral.packet.pk}/")
    sign_in(world["assigned"]).get(f"/referrals/{referral.pk}/")
    for name, url in lists.items():
        [row] = answer(api(world[name]).get(url))["results"]
        assert not row["unread"], name


def test_a_decline_names_whom_it_was_referred_to(world: World, case: Case, share_consent: None) -> None:
    waiting = referral_in(world, case, "received")
    client = api(world["focal_point"])
    url = f"/api/v1/referrals/{waiting.pk}/decline/"
    assert at_fault(client.post(url, {"reason": "referred_onward"}, format="json")) == {"onward"}
    answer(client.post(url, {"reason": "referred_onward", "onward": "Canaryonward"}, format="json"))
    [entry] = answer(api(world["assigned"]).get(of_referral(waiting)))["entries"]
    assert (entry["kind"], entry["values"]) == ("onward", {"to": "Canaryonward"})
    assert ExchangeEntry.objects.count() == 1


def test_each_kind_that_is_declared_was_written_somewhere_here() -> None:
    assert {each.name for each in KINDS} == {*WRITTEN, "cancellation", "onward"}
