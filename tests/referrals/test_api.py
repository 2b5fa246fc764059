"""Services, referrals and packets over the API, from both sides."""

from typing import Any
from uuid import uuid4

import pytest

from casework.models import Case, Consent
from casework.services import withdraw_consent
from referrals.demo import Persona, World
from referrals.models import Packet, Referral, Service
from referrals.services import draft_referral, send_referral
from tests.answers import answer, at_fault, nothing_written, problem, queries
from tests.conftest import api

WITHOUT_THE_ROLE = ("focal_point", "advocate", "administrator")
FIELDS = ["identity.chosen_name", "contact_and_safety.phone"]
SHARED = {"identity": {"chosen_name": "Linnet"}, "contact_and_safety": {"phone": "+39 333 5550147"}}


@pytest.fixture
def service(world: World) -> Service:
    return world.services[0]


@pytest.fixture
def draft(assigned: Persona, case: Case, service: Service) -> Referral:
    return draft_referral(
        actor=assigned.actor, case_id=case.pk, service_id=service.pk, fields=FIELDS, note="Mornings are best."
    )


@pytest.fixture
def sent(assigned: Persona, draft: Referral, share_consent: None) -> Referral:
    return send_referral(actor=assigned.actor, referral_id=draft.pk)


def new(case: Case, service: Service, /, **changes: Any) -> dict[str, Any]:
    return {"case": str(case.pk), "service": str(service.pk), "fields": FIELDS, "note": "Mornings."} | changes


class TestServices:
    def test_the_directory_names_whom_a_consent_must_name(self, world: World, service: Service) -> None:
        found = answer(api(world["teammate"]).get("/api/v1/services/"))["results"]
        assert [each["name"] for each in found] == ["Compensation claims", "Legal advice"]
        assert found[1]["team"]["organisation"]["id"] == str(world.partner_team.organisation_id)

    def test_what_is_not_offered_any_more_is_not_in_it(self, world: World) -> None:
        Service.objects.update(active=False)
        assert answer(api(world["assigned"]).get("/api/v1/services/"))["results"] == []

    @pytest.mark.parametrize("persona", WITHOUT_THE_ROLE)
    def test_it_is_for_those_who_refer(self, world: World, persona: str) -> None:
        problem(api(world[persona]).get("/api/v1/services/"), 403, "not_allowed")


class TestTheSender:
    def test_drafts_sends_and_reads_the_answer(
        self, world: World, assigned: Persona, case: Case, service: Service, share_consent: None
    ) -> None:
        client = api(assigned)
        draft = answer(client.post("/api/v1/referrals/", new(case, service), format="json"), 201)
        assert (draft["state"], draft["sent_at"]) == ("draft", None)
        assert draft["partner"]["organisation"]["name"] == "Open Door Legal Aid"
        path = f"/api/v1/referrals/{draft['id']}/"
        read = answer(client.get(path))
        assert (read["fields"], read["note"], read["packet"]) == (FIELDS, "Mornings.", None)
        assert answer(client.post(f"{path}send/"))["state"] == "sent"
        assert answer(client.get(path))["packet"]["fields"] == SHARED
        decline = {"reason": "full", "note": "Try again in May."}
        answer(api(world["focal_point"]).post(f"{path}decline/", decline, format="json"))
        after = answer(client.get(path))
        assert after["state"] == "declined"
        assert (after["packet"]["reason"], after["packet"]["answer"]) == ("full", "Try again in May.")

    def test_sends_nothing_without_consent(self, assigned: Persona, draft: Referral) -> None:
        client = api(assigned)
        with nothing_written():
            body = problem(client.post(f"/api/v1/referrals/{draft.pk}/send/"), 409, "refused")
        assert "Open Door Legal Aid" in body["detail"]
        draft.refresh_from_db()
        assert draft.state == "draft"

    def test_sends_once(self, assigned: Persona, sent: Referral) -> None:
        client = api(assigned)
        with nothing_written():
            problem(client.post(f"/api/v1/referrals/{sent.pk}/send/"), 409, "wrong_state")

    def test_sends_no_field_that_has_become_empty(
        self, assigned: Persona, case: Case, draft: Referral, share_consent: None
    ) -> None:
        client = api(assigned)
        emptied = {"version": 1, "values": {"given_name": "Canarygiven"}}
        answer(client.put(f"/api/v1/cases/{case.pk}/sections/identity/", emptied, format="json"))
        with nothing_written():
            refused = client.post(f"/api/v1/referrals/{draft.pk}/send/")
        assert at_fault(refused) == {"identity.chosen_name"}

    def test_takes_it_back(self, world: World, assigned: Persona, sent: Referral) -> None:
        packet = Packet.objects.get()
        client = api(assigned)
        assert answer(client.post(f"/api/v1/referrals/{sent.pk}/withdraw/"))["state"] == "withdrawn"
        assert answer(client.get(f"/api/v1/referrals/{sent.pk}/"))["packet"] is None
        problem(api(world["focal_point"]).get(f"/api/v1/packets/{packet.pk}/"), 404, "not_found")
        problem(client.post(f"/api/v1/referrals/{sent.pk}/withdraw/"), 409, "wrong_state")

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"fields": ["contact_and_safety.code_word"]}, {"contact_and_safety.code_word"}),
            (
                {"fields": ["identity.no_such", "secrets.name", "chosen_name"]},
                {"identity.no_such", "secrets.name", "chosen_name"},
            ),
            ({"fields": ["identity.family_name"]}, {"identity.family_name"}),
            ({"fields": []}, {"fields"}),
            ({"fields": "identity.chosen_name"}, {"fields"}),
            ({"fields": [{"identity": "chosen_name"}]}, {"fields.0"}),
            ({"service": str(uuid4())}, {"service"}),
            ({"service": None}, {"service"}),
            ({"note": "n" * 2001}, {"note"}),
            ({"case": "HV-7"}, {"case"}),
            ({"consent": True}, {"consent"}),
        ],
    )
    def test_is_told_what_can_not_be_taken_and_nothing_is_written(
        self, assigned: Persona, case: Case, service: Service, change: dict[str, Any], fields: set[str]
    ) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post("/api/v1/referrals/", new(case, service, **change), format="json")
        assert at_fault(refused) == fields

    def test_reads_a_list_that_says_nothing_of_what_is_shared(
        self, world: World, assigned: Persona, sent: Referral
    ) -> None:
        response = api(world["supervisor"]).get("/api/v1/referrals/")
        (row,) = answer(response)["results"]
        assert (row["id"], row["state"]) == (str(sent.pk), "sent")
        assert b"Linnet" not in response.content


class TestThePartner:
    @pytest.fixture
    def partner(self, world: World) -> Any:
        return api(world["focal_point"])

    def test_opens_the_chosen_fields_and_no_others(
        self, partner: Any, assigned: Persona, sent: Referral
    ) -> None:
        (row,) = answer(partner.get("/api/v1/packets/"))["results"]
        assert (row["referral"], row["state"]) == (str(sent.pk), "sent")
        assert row["sender"]["organisation"]["name"] == "Harbour House"
        response = partner.get(f"/api/v1/packets/{row['id']}/")
        body = answer(response)
        assert (body["fields"], body["note"], body["state"]) == (SHARED, "Mornings are best.", "received")
        assert b"Canary" not in response.content
        assert sent.case.number.encode() not in response.content
        assert answer(api(assigned).get(f"/api/v1/referrals/{sent.pk}/"))["state"] == "received"

    def test_accepts(self, partner: Any, sent: Referral) -> None:
        path = f"/api/v1/referrals/{sent.pk}/accept/"
        body = answer(partner.post(path, {"note": "Come on Monday."}, format="json"))
        assert body["state"] == "accepted"
        assert body["decided_at"]
        problem(partner.post(path), 409, "wrong_state")
        opened = answer(partner.get(f"/api/v1/packets/{body['id']}/"))
        assert (opened["answer"], opened["reason"]) == ("Come on Monday.", "")

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({}, {"reason"}),
            ({"reason": "busy"}, {"reason"}),
            ({"reason": ["full"]}, {"reason"}),
            ({"reason": "full", "note": "n" * 2001}, {"note"}),
        ],
    )
    def test_declines_with_a_reason_from_the_list_alone(
        self, partner: Any, sent: Referral, body: dict[str, Any], fields: set[str]
    ) -> None:
        path = f"/api/v1/referrals/{sent.pk}/decline/"
        assert at_fault(partner.post(path, body, format="json")) == fields
        sent.refresh_from_db()
        assert sent.state == "sent"
        assert answer(partner.post(path, {"reason": "language"}, format="json"))["state"] == "declined"

    def test_loses_the_packet_with_the_consent(
        self, partner: Any, assigned: Persona, case: Case, sent: Referral
    ) -> None:
        packet, consent = Packet.objects.get(), Consent.objects.get()
        withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=consent.pk)
        problem(partner.get(f"/api/v1/packets/{packet.pk}/"), 404, "not_found")
        problem(partner.post(f"/api/v1/referrals/{sent.pk}/accept/"), 404, "not_found")
        assert answer(partner.get("/api/v1/packets/"))["results"] == []


class TestWhoMayWhat:
    @pytest.mark.parametrize("persona", ["stranger", *WITHOUT_THE_ROLE])
    def test_the_sender_s_side_is_the_team_s(
        self, world: World, case: Case, service: Service, sent: Referral, persona: str
    ) -> None:
        client, path = api(world[persona]), f"/api/v1/referrals/{sent.pk}/"
        with nothing_written():
            problem(client.get(path), 404, "not_found")
            problem(client.post(f"{path}send/"), 404, "not_found")
            problem(client.post(f"{path}withdraw/"), 404, "not_found")
            drafted = client.post("/api/v1/referrals/", new(case, service), format="json")
        if persona == "stranger":
            problem(drafted, 404, "not_found")
            assert answer(client.get("/api/v1/referrals/"))["results"] == []
        else:
            problem(drafted, 403, "not_allowed")
            problem(client.get("/api/v1/referrals/"), 403, "not_allowed")

    @pytest.mark.parametrize(
        "persona", ["assigned", "teammate", "supervisor", "stranger", "advocate", "administrator"]
    )
    def test_the_partner_s_side_is_the_focal_point_s(
        self, world: World, sent: Referral, persona: str
    ) -> None:
        client, path = api(world[persona]), f"/api/v1/referrals/{sent.pk}/"
        packet = Packet.objects.get()
        with nothing_written():
            problem(client.get("/api/v1/packets/"), 403, "not_allowed")
            problem(client.get(f"/api/v1/packets/{packet.pk}/"), 404, "not_found")
            problem(client.post(f"{path}accept/"), 404, "not_found")
            problem(client.post(f"{path}decline/", {"reason": "full"}, format="json"), 404, "not_found")
        sent.refresh_from_db()
        assert sent.state == "sent"

    def test_what_is_not_there_is_not_found(self, world: World) -> None:
        problem(api(world["assigned"]).get(f"/api/v1/referrals/{uuid4()}/"), 404, "not_found")
        problem(api(world["assigned"]).post(f"/api/v1/referrals/{uuid4()}/send/"), 404, "not_found")
        problem(api(world["focal_point"]).post(f"/api/v1/referrals/{uuid4()}/accept/"), 404, "not_found")


@pytest.mark.parametrize(
    ("persona", "path"),
    [
        ("assigned", "/api/v1/referrals/"),
        ("focal_point", "/api/v1/packets/"),
        ("assigned", "/api/v1/services/"),
    ],
)
def test_a_list_takes_as_many_queries_for_five_rows_as_for_one(
    world: World, assigned: Persona, case: Case, share_consent: None, persona: str, path: str
) -> None:
    def one_more() -> None:
        service = Service.objects.create(
            organisation=world.partner_team.organisation,
            team=world.partner_team,
            name=f"Service {Service.objects.count()}",
            type="legal_advice",
        )
        made = draft_referral(actor=assigned.actor, case_id=case.pk, service_id=service.pk, fields=FIELDS)
        send_referral(actor=assigned.actor, referral_id=made.pk)

    Service.objects.all().delete()
    one_more()
    client = api(world[persona])
    for_one = queries(client, path)
    for _nth in range(4):
        one_more()
    assert len(client.get(path).json()["results"]) == 5
    assert queries(client, path) == for_one
