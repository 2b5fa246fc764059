"""Identifications, cases, consents and follow-ups over the API."""

from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from advocacy.models import Fact
from casework.models import Case, FollowUp, Identification, SectionVersion
from casework.record.sections import SECTIONS as RECORD
from casework.services import (
    add_instrument,
    confirm_wording,
    open_case,
    plan_follow_up,
    record_consent,
    record_identification,
)
from casework.services.consents import How, Purpose
from core.accounts import admit_member, found_team
from core.models import Role
from referrals.demo import Persona, World
from tests.answers import answer, at_fault, nothing_written, problem, queries
from tests.conftest import SECTIONS, api
from tests.instruments import LANTERN

TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)

MEMBERS = ("teammate", "supervisor")
STRANGERS = ("stranger", "focal_point", "advocate", "administrator")
WITHOUT_THE_ROLE = ("focal_point", "advocate", "administrator")

COLLECTIONS = ("/api/v1/identifications/", "/api/v1/cases/", "/api/v1/follow-ups/")


def new_identification(**changes: Any) -> dict[str, Any]:
    return {
        "instrument": "ilo-adult-labour",
        "interviewed_on": "2026-01-15",
        "age": 29,
        "answers": {
            "dr_job_nature_location_employer": "present",
            "dr_wages_earnings": "present",
            "ex_excessive_hours": "present",
            "ex_low_or_no_salary": "present",
            "cd_document_confiscation": "present",
            "cd_violence_victim": "declined",
        },
        "notes": "Canarynotes",
    } | changes


def new_consent(**changes: Any) -> dict[str, Any]:
    return {
        "purpose": "statistics",
        "how": "oral_witnessed",
        "witness": "Canarywitness",
        "explained": "What is counted, and that no name is.",
        "language": "nep",
        "given_on": "2026-01-16",
    } | changes


@pytest.fixture
def consent(assigned: Persona, case: Case) -> Any:
    return record_consent(
        actor=assigned.actor,
        case_id=case.pk,
        purpose=Purpose.STATISTICS,
        given_on=TODAY,
        how=How.WRITTEN,
        explained="What is counted.",
        language="nep",
    )


@pytest.fixture
def follow_up(assigned: Persona, case: Case) -> FollowUp:
    return plan_follow_up(
        actor=assigned.actor, case_id=case.pk, due_at=timezone.now(), about="Ask how the interview went."
    )


class TestWhoMayWhat:
    """One case with something of everything, and everyone at its doors."""

    @pytest.fixture
    def doors(self, case: Case, identification: Identification, consent: Any, follow_up: FollowUp) -> Any:
        of_case = f"/api/v1/cases/{case.pk}/"
        return [
            ("get", f"/api/v1/identifications/{identification.pk}/", None),
            ("post", "/api/v1/cases/", {"identification": str(identification.pk)}),
            ("get", of_case, None),
            ("get", f"{of_case}sections/identity/", None),
            ("put", f"{of_case}sections/identity/", {"version": 1, "values": {"chosen_name": "Other"}}),
            ("get", f"{of_case}consents/", None),
            ("post", f"{of_case}consents/", new_consent(purpose="keep_record")),
            ("post", f"{of_case}consents/{consent.pk}/withdraw/", {}),
            ("get", f"{of_case}decisions/", None),
            ("post", f"{of_case}decisions/", TestDecisions().new()),
            (
                "post",
                "/api/v1/follow-ups/",
                {"case": str(case.pk), "due_at": timezone.now().isoformat(), "about": "x"},
            ),
            ("post", f"/api/v1/follow-ups/{follow_up.pk}/complete/", {}),
            ("post", f"/api/v1/follow-ups/{follow_up.pk}/cancel/", {}),
        ]

    @pytest.mark.parametrize("persona", STRANGERS)
    def test_whoever_can_not_see_the_case_finds_nothing(self, world: World, doors: Any, persona: str) -> None:
        client = api(world[persona])
        with nothing_written():
            for method, path, body in doors:
                made_in_a_collection = path in COLLECTIONS and persona in WITHOUT_THE_ROLE
                refused = getattr(client, method)(path, body, format="json")
                if made_in_a_collection:
                    problem(refused, 403, "not_allowed")
                else:
                    problem(refused, 404, "not_found")

    @pytest.mark.parametrize("persona", MEMBERS)
    def test_the_team_reads_and_writes(self, world: World, doors: Any, persona: str) -> None:
        client = api(world[persona])
        statuses = [
            getattr(client, method)(path, body, format="json").status_code for method, path, body in doors
        ]
        # The case was opened before, and what is done can't be cancelled.
        assert statuses == [200, 409, 200, 200, 200, 200, 201, 200, 200, 201, 201, 200, 409]

    @pytest.mark.parametrize("persona", WITHOUT_THE_ROLE)
    @pytest.mark.parametrize("path", COLLECTIONS)
    def test_lists_need_the_role(self, world: World, case: Case, persona: str, path: str) -> None:
        problem(api(world[persona]).get(path), 403, "not_allowed")

    @pytest.mark.parametrize("path", COLLECTIONS)
    def test_a_stranger_s_lists_are_empty(self, world: World, follow_up: FollowUp, path: str) -> None:
        assert answer(api(world["stranger"]).get(path)) == {"results": [], "next": None}

    def test_another_role_in_the_very_team_reads_no_case(
        self, world: World, assigned: Persona, case: Case
    ) -> None:
        colleague = world["advocate"]
        admit_member(
            actor=world["supervisor"].actor, team=world.team, user=colleague.user, role=Role.FOCAL_POINT
        )
        problem(api(colleague).get(f"/api/v1/cases/{case.pk}/"), 404, "not_found")
        problem(api(colleague).get("/api/v1/cases/"), 403, "not_allowed")


class TestIdentifications:
    def test_the_result_names_its_evidence_and_what_is_unknown(self, assigned: Persona) -> None:
        body = answer(
            api(assigned).post("/api/v1/identifications/", new_identification(), format="json"), 201
        )
        assert body["state"] == "presumed"
        result = body["result"]
        assert result["palermo_result"] == "indicators_of_trafficking"
        assert result["outcome"]["label"] == "Indicators of trafficking"
        evidence = {each["id"] for d in result["dimensions"].values() for each in d["evidence"]}
        assert evidence == {id for id, given in new_identification()["answers"].items() if given == "present"}
        unknown = {each["id"] for d in result["dimensions"].values() for each in d["still_unknown"]}
        assert "cd_violence_victim" in unknown
        assert result["unknown"] == len(unknown)

    def test_it_reads_as_it_was_recorded(self, assigned: Persona) -> None:
        interview = {"gate_reason": "Nothing else in their language."}
        client, sent = api(assigned), new_identification(age_at_exploitation=16, interview=interview)
        made = answer(client.post("/api/v1/identifications/", sent, format="json"), 201)
        read = answer(client.get(f"/api/v1/identifications/{made['id']}/"))
        assert read == made
        others = sent.keys() - {"instrument", "interview"}
        assert {name: read[name] for name in others} == {name: sent[name] for name in others}
        assert read["interview"].items() >= interview.items()
        assert read["result"]["palermo_result"] == "indicators_of_child_trafficking"

    def test_the_conversation_is_kept_whole(self, assigned: Persona) -> None:
        sent: dict[str, Any] = {
            "alone": "no",
            "present": "A sister.",
            "language": "nep",
            "interpreter": "Rosa",
            "not_interpreters": "her cousin",
            "limits_explained": "yes",
            "consented": "yes",
            "source": "campaign",
            "campaign": "Posters at the harbour",
            "concerns": ["medical", "suicidal"],
            "presumed_child": False,
            "accompaniment": "",
            "guardian": "",
            "gate_reason": "",
            "evidence": {"ex_excessive_hours": "Sixteen hours, every day."},
        }
        client, body = api(assigned), new_identification(interview=sent)
        made = answer(client.post("/api/v1/identifications/", body, format="json"), 201)
        assert made["interview"] == sent
        assert made["urgent"]
        follow_ups = answer(client.get("/api/v1/follow-ups/"))["results"]
        assert [(each["urgent"], each["case"]) for each in follow_ups] == [(True, None)] * 2

    def test_a_concern_that_is_named_twice_is_followed_up_once(self, assigned: Persona) -> None:
        body = new_identification(interview={"concerns": ["medical", "medical"]})
        answer(api(assigned).post("/api/v1/identifications/", body, format="json"), 201)
        assert FollowUp.objects.count() == 1

    def test_what_nobody_asked_stays_unknown(self, assigned: Persona) -> None:
        made = answer(
            api(assigned).post("/api/v1/identifications/", new_identification(), format="json"), 201
        )
        assert made["interview"]["concerns"] is None
        assert (made["interview"]["alone"], made["interview"]["evidence"]) == ("", {})

    def test_the_list_says_nothing_of_what_was_said(self, assigned: Persona, case: Case) -> None:
        (row,) = answer(api(assigned).get("/api/v1/identifications/"))["results"]
        assert row["case"] == str(case.pk)
        assert row["recorded_by"] == {"id": str(assigned.user.pk), "name": assigned.user.name}
        assert row.keys() == {"id", "state", "urgent", "team", "interviewed_on", "recorded_by", "case"}

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"instrument": "no-such"}, {"instrument"}),
            ({"instrument": "ilo-adult-sexual"}, {"instrument"}),
            ({"instrument": 1.5}, {"instrument"}),
            (
                {"answers": {"no_such": "present", "neither": "absent"}},
                {"answers.no_such", "answers.neither"},
            ),
            ({"answers": {"ex_low_or_no_salary": "maybe"}}, {"answers.ex_low_or_no_salary"}),
            ({"answers": {"ex_low_or_no_salary": ["present"]}}, {"answers.ex_low_or_no_salary"}),
            ({"answers": {"ex_low_or_no_salary": None}}, {"answers.ex_low_or_no_salary"}),
            ({"answers": ["ex_low_or_no_salary"]}, {"answers"}),
            ({"answers": "present"}, {"answers"}),
            ({"answers": None}, {"answers"}),
            ({"interviewed_on": TOMORROW.isoformat()}, {"interviewed_on"}),
            ({"interviewed_on": "2026-02-30"}, {"interviewed_on"}),
            ({"interviewed_on": 20260115}, {"interviewed_on"}),
            ({"age": -1}, {"age"}),
            ({"age": 10**30}, {"age"}),
            ({"age": True}, {"age"}),
            ({"age": {}}, {"age"}),
            ({"age": 20, "age_at_exploitation": 30}, {"age_at_exploitation"}),
            ({"notes": ["a"]}, {"notes"}),
            ({"notes": "n" * 10_001}, {"notes"}),
            ({"team": "mine"}, {"team"}),
            ({"state": "not_indicated"}, {"state"}),
            ({"age_at_exploitation": 16}, {"interview.gate_reason"}),
            ({"interview": "alone"}, {"interview.non_field_errors"}),
            ({"interview": None}, {"interview"}),
            ({"interview": {"alone": "perhaps"}}, {"interview.alone"}),
            ({"interview": {"aloan": "yes"}}, {"interview.aloan"}),
            ({"interview": {"language": "english"}}, {"interview.language"}),
            ({"interview": {"concerns": ["danger_now", "bored"]}}, {"interview.concerns.1"}),
            ({"interview": {"concerns": "medical"}}, {"interview.concerns"}),
            ({"interview": {"presumed_child": "perhaps"}}, {"interview.presumed_child"}),
            ({"interview": {"campaign": "Posters", "source": "police"}}, {"interview.campaign"}),
            ({"interview": {"interpreter": "X", "not_interpreters": "x"}}, {"interview.interpreter"}),
            ({"interview": {"evidence": {"no_such": "seen"}}}, {"interview.evidence.no_such"}),
            ({"interview": {"evidence": ["seen"]}}, {"interview.evidence"}),
        ],
    )
    def test_what_can_not_be_taken_is_named_and_nothing_is_written(
        self, assigned: Persona, change: dict[str, Any], fields: set[str]
    ) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post("/api/v1/identifications/", new_identification(**change), format="json")
        assert at_fault(refused) == fields

    def test_no_message_repeats_what_was_sent(self, assigned: Persona) -> None:
        sent = new_identification(answers={"ex_low_or_no_salary": "Canaryanswer"}, age="Canaryage")
        refused = api(assigned).post("/api/v1/identifications/", sent, format="json")
        assert b"Canary" not in refused.content

    def test_it_goes_to_the_team_that_is_named(self, world: World, assigned: Persona) -> None:
        night = found_team(
            organisation=world.team.organisation, name="Night", founder=assigned.user, role=Role.CASEWORKER
        )
        client = api(assigned)
        unnamed = client.post("/api/v1/identifications/", new_identification(), format="json")
        assert at_fault(unnamed) == {"team"}
        named = new_identification(team=str(night.pk))
        made = answer(client.post("/api/v1/identifications/", named, format="json"), 201)
        assert made["team"] == {"id": str(night.pk), "name": "Night"}
        problem(api(world["teammate"]).get(f"/api/v1/identifications/{made['id']}/"), 404, "not_found")

    def test_not_to_another_s_team(self, world: World, assigned: Persona) -> None:
        client = api(assigned)
        for team in (world.other_team.pk, uuid4()):
            with nothing_written():
                sent = new_identification(team=str(team))
                refused = client.post("/api/v1/identifications/", sent, format="json")
            problem(refused, 403, "not_allowed")


class TestCases:
    def test_one_is_opened_from_an_identification(
        self, assigned: Persona, identification: Identification
    ) -> None:
        client, sent = api(assigned), {"identification": str(identification.pk)}
        made = answer(client.post("/api/v1/cases/", sent, format="json"), 201)
        assert (made["state"], made["assigned_to"]["name"]) == ("open", assigned.user.name)
        assert answer(client.get("/api/v1/cases/"))["results"] == [made]
        read = answer(client.get(f"/api/v1/cases/{made['id']}/"))
        assert {name: read[name] for name in made} == made
        assert [(name, s["version"], s["values"]) for name, s in read["sections"].items()] == [
            (section.name, 0, {}) for section in RECORD
        ]

    def test_only_once(self, assigned: Persona, case: Case, identification: Identification) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post("/api/v1/cases/", {"identification": str(identification.pk)}, format="json")
        problem(refused, 409, "wrong_state")

    @pytest.mark.parametrize("sent", [{}, {"identification": "x"}, {"identification": [1]}])
    def test_from_nothing_else(self, assigned: Persona, sent: dict[str, Any]) -> None:
        assert at_fault(api(assigned).post("/api/v1/cases/", sent, format="json")) == {"identification"}

    def test_it_reads_whole(self, assigned: Persona, case: Case, consent: Any) -> None:
        body = answer(api(assigned).get(f"/api/v1/cases/{case.pk}/"))
        assert body["number"] == case.number
        recorded = {name: each["values"] for name, each in body["sections"].items() if each["values"]}
        assert recorded == SECTIONS
        assert body["sections"]["identity"]["saved_by"]["name"] == assigned.user.name
        assert [each["purpose"] for each in body["consents"]] == ["statistics"]

    def test_the_list_says_nothing_of_what_it_says(self, assigned: Persona, case: Case) -> None:
        response = api(assigned).get("/api/v1/cases/")
        (row,) = answer(response)["results"]
        assert row.keys() == {"id", "number", "state", "urgent", "opened_on", "assigned_to", "team"}
        assert b"Linnet" not in response.content


class TestDecisions:
    def new(self, **changes: Any) -> dict[str, Any]:
        return {
            "kind": "reasonable_grounds",
            "outcome": "positive",
            "decided_on": "2026-02-01",
            "body": "Police",
            "country": "GBR",
            "reason": "The contract was false.",
        } | changes

    def test_they_are_appended(self, assigned: Persona, case: Case) -> None:
        client, path = api(assigned), f"/api/v1/cases/{case.pk}/decisions/"
        sent = self.new()
        first = answer(client.post(path, sent, format="json"), 201)
        assert {name: first[name] for name in sent} == sent
        assert (first["recovery_days"], first["recorded_by"]["name"]) == (30, assigned.user.name)
        second = answer(
            client.post(path, self.new(kind="conclusive_grounds", outcome="negative"), format="json"), 201
        )
        assert answer(client.get(path)) == [first, second]
        read = answer(client.get(f"/api/v1/cases/{case.pk}/"))
        assert (read["decisions"], read["recovery_end"]) == ([first, second], "2026-03-03")

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"kind": "verdict"}, {"kind"}),
            ({"kind": ["reasonable_grounds"]}, {"kind"}),
            ({"outcome": "extended"}, {"outcome"}),
            ({"decided_on": TOMORROW.isoformat()}, {"decided_on"}),
            ({"body": "Parish"}, {"body"}),
            ({"country": "IT", "recovery_days": 45}, {"country"}),
            ({"country": ""}, {"recovery_days"}),
            ({"recovery_days": 29}, {"recovery_days"}),
            ({"recovery_days": 0}, {"recovery_days"}),
            ({"recovery_days": 10**30}, {"recovery_days"}),
            ({"recovery_end": "2027-01-01"}, {"recovery_end"}),
        ],
    )
    def test_what_can_not_be_taken_is_named_and_nothing_is_written(
        self, assigned: Persona, case: Case, change: dict[str, Any], fields: set[str]
    ) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post(f"/api/v1/cases/{case.pk}/decisions/", self.new(**change), format="json")
        assert at_fault(refused) == fields


class TestInstruments:
    PATH = "/api/v1/instruments/"

    def test_it_says_what_there_is_to_ask(self, assigned: Persona) -> None:
        found = {each["id"]: each for each in answer(api(assigned).get(self.PATH))}
        assert found.keys() >= {
            "ilo-adult-labour",
            "ilo-child-labour",
            "raft",
            "qyit",
            "tvit-short",
            "palermo",
        }
        labour = found["ilo-adult-labour"]
        assert (len(labour["indicators"]), len(labour["dimensions"])) == (67, 6)
        strengths = {each["id"]: each["strength"] for each in labour["indicators"]}
        assert strengths["ex_excessive_hours"] == "strong"
        assert labour["population"]["from_age"] == 18
        (accuracy,) = found["qyit"]["accuracy"]
        assert accuracy["survivors"] == 30
        assert found["qyit"]["source"]["certainty"] == "from_memory"

    def test_in_the_language_that_was_asked_for(self, world: World, assigned: Persona) -> None:
        add_instrument(actor=world["administrator"].actor, text=LANTERN)
        client = api(assigned)
        lantern = {}
        for language in ("en", "fr"):
            found = answer(client.get(self.PATH, HTTP_ACCEPT_LANGUAGE=language))
            lantern[language] = next(each for each in found if each["id"] == "lantern")
        assert lantern["fr"]["indicators"][0]["label"] == "Quelqu'un garde ses papiers"
        assert lantern["en"]["indicators"][1]["ask_if"] == {"papers_kept": "present"}
        assert lantern["en"]["indicators"][0]["help"] == "Passport, visa or identity card."

    def test_only_what_one_s_organisation_uses(self, world: World) -> None:
        administrator = world["administrator"].actor
        add_instrument(actor=administrator, text=LANTERN)
        confirm_wording(actor=administrator, instrument_id="ilo-adult-sexual")
        ours = {each["id"] for each in answer(api(world["assigned"]).get(self.PATH))}
        theirs = {each["id"] for each in answer(api(world["stranger"]).get(self.PATH))}
        assert ours - theirs == {"lantern", "ilo-adult-sexual"}

    def test_it_needs_the_role(self, world: World) -> None:
        for name in WITHOUT_THE_ROLE:
            problem(api(world[name]).get(self.PATH), 403, "not_allowed")


class TestSections:
    @pytest.fixture
    def path(self, case: Case) -> str:
        return f"/api/v1/cases/{case.pk}/sections/identity/"

    def test_a_save_appends_a_version(self, assigned: Persona, path: str) -> None:
        client = api(assigned)
        sent = {"version": 1, "values": {"chosen_name": " Wren ", "citizenship": ["NPL", "IND"], "age": None}}
        saved = answer(client.put(path, sent, format="json"))
        assert saved["version"] == 2
        assert saved["values"] == {"chosen_name": "Wren", "citizenship": ["NPL", "IND"]}
        assert answer(client.get(path)) == saved

    def test_a_stale_version_is_refused_with_both(self, world: World, assigned: Persona, path: str) -> None:
        answer(
            api(world["teammate"]).put(path, {"version": 1, "values": {"chosen_name": "Wren"}}, format="json")
        )
        client = api(assigned)
        with nothing_written():
            stale = client.put(path, {"version": 1, "values": {"chosen_name": "Robin"}}, format="json")
        body = problem(stale, 409, "stale_version")
        assert body["newest"] == {"version": 2, "values": {"chosen_name": "Wren"}}
        assert body["yours"] == {"chosen_name": "Robin"}
        assert answer(client.get(path))["values"] == {"chosen_name": "Wren"}

    @pytest.mark.parametrize("version", [0, 7, 10**30])
    def test_a_version_that_is_not_the_newest_is_stale(
        self, assigned: Persona, path: str, version: int
    ) -> None:
        refused = api(assigned).put(path, {"version": version, "values": {}}, format="json")
        assert problem(refused, 409, "stale_version")["newest"]["version"] == 1

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({}, {"version", "values"}),
            ({"version": 1}, {"values"}),
            ({"version": -1, "values": {}}, {"version"}),
            ({"version": "x", "values": []}, {"version", "values.non_field_errors"}),
            ({"version": 1, "values": {"chosen_nam": "Wren"}}, {"values.chosen_nam"}),
            ({"version": 1, "values": {"date_of_birth": TOMORROW.isoformat()}}, {"values.date_of_birth"}),
            (
                {"version": 1, "values": {"date_of_birth": "1.2.1997", "citizenship": "NPL", "age": "old"}},
                {"values.date_of_birth", "values.citizenship", "values.age"},
            ),
            ({"version": 1, "values": {"chosen_name": {"a": 1}}}, {"values.chosen_name"}),
            ({"version": 1, "values": {"citizenship": [["NPL"]]}}, {"values.citizenship"}),
            ({"version": 1, "values": {"chosen_name": "a\u0007b"}}, {"values.chosen_name"}),
        ],
    )
    def test_what_can_not_be_taken_is_named_and_nothing_is_written(
        self, assigned: Persona, path: str, sent: dict[str, Any], fields: set[str]
    ) -> None:
        client = api(assigned)
        with nothing_written():
            assert at_fault(client.put(path, sent, format="json")) == fields
        assert answer(client.get(path))["version"] == 1

    def test_there_are_no_others(self, assigned: Persona, case: Case) -> None:
        path = f"/api/v1/cases/{case.pk}/sections/secrets/"
        client = api(assigned)
        problem(client.get(path), 404, "not_found")
        problem(client.put(path, {"version": 0, "values": {}}, format="json"), 404, "not_found")

    def test_no_version_is_lost(self, assigned: Persona, case: Case, path: str) -> None:
        answer(api(assigned).put(path, {"version": 1, "values": {}}, format="json"))
        kept = SectionVersion.objects.filter(case=case, section="identity").values_list("version", flat=True)
        assert sorted(kept) == [1, 2]


class TestConsents:
    def test_one_to_statistics_makes_a_fact_and_its_withdrawal_takes_it_out(
        self, assigned: Persona, case: Case
    ) -> None:
        client, path = api(assigned), f"/api/v1/cases/{case.pk}/consents/"
        made = answer(client.post(path, new_consent(), format="json"), 201)
        assert (made["state"], made["recipient"], made["language"]) == ("given", None, "nep")
        assert Fact.objects.count() == 1
        ended = answer(client.post(f"{path}{made['id']}/withdraw/"))
        assert (ended["state"], ended["withdrawn_on"]) == ("withdrawn", TODAY.isoformat())
        assert Fact.objects.count() == 0
        assert answer(client.get(path)) == [ended]

    def test_one_to_share_names_the_partner(self, world: World, assigned: Persona, case: Case) -> None:
        partner = str(world.partner_team.organisation_id)
        sent = new_consent(purpose="share", recipient=partner, expires_on=TOMORROW.isoformat())
        made = answer(api(assigned).post(f"/api/v1/cases/{case.pk}/consents/", sent, format="json"), 201)
        assert (made["recipient"], made["expires_on"]) == (partner, TOMORROW.isoformat())

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"purpose": "everything"}, {"purpose"}),
            ({"purpose": "share"}, {"recipient"}),
            ({"purpose": "share", "recipient": str(uuid4())}, {"recipient"}),
            ({"recipient": str(uuid4())}, {"recipient"}),
            ({"how": "nodding"}, {"how"}),
            ({"language": "xx"}, {"language"}),
            ({"explained": " "}, {"explained"}),
            ({"given_on": TOMORROW.isoformat()}, {"given_on"}),
            ({"expires_on": "2026-01-15"}, {"expires_on"}),
            ({"expires": TOMORROW.isoformat()}, {"expires"}),
        ],
    )
    def test_what_can_not_be_taken_is_named_and_nothing_is_written(
        self, assigned: Persona, case: Case, change: dict[str, Any], fields: set[str]
    ) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post(f"/api/v1/cases/{case.pk}/consents/", new_consent(**change), format="json")
        assert at_fault(refused) == fields

    def test_one_that_holds_is_not_given_twice(self, assigned: Persona, case: Case, consent: Any) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post(f"/api/v1/cases/{case.pk}/consents/", new_consent(), format="json")
        problem(refused, 409, "wrong_state")

    def test_withdrawing_is_done_once_and_in_its_case(
        self, assigned: Persona, case: Case, consent: Any
    ) -> None:
        client, path = api(assigned), f"/api/v1/cases/{case.pk}/consents/{consent.pk}/withdraw/"
        answer(client.post(path))
        problem(client.post(path), 409, "wrong_state")
        problem(client.post(f"/api/v1/cases/{case.pk}/consents/{uuid4()}/withdraw/"), 404, "not_found")


class TestFollowUps:
    due_at = timezone.now().replace(microsecond=0) - timedelta(hours=1)

    def new(self, case: Case, /, **changes: Any) -> dict[str, Any]:
        return {
            "case": str(case.pk),
            "due_at": timezone.localtime(self.due_at, ZoneInfo("Africa/Lagos")).isoformat(),
            "about": "Call the clinic.",
        } | changes

    def test_one_is_planned_and_done(self, world: World, assigned: Persona, case: Case) -> None:
        client, teammate = api(assigned), world["teammate"].user
        sent = self.new(case, assignee=str(teammate.pk))
        made = answer(client.post("/api/v1/follow-ups/", sent, format="json"), 201)
        assert made["case"] == {"id": str(case.pk), "number": case.number}
        assert (made["about"], made["due_at"]) == ("Call the clinic.", f"{self.due_at:%Y-%m-%dT%H:%M:%SZ}")
        assert (made["assignee"]["name"], made["state"], made["overdue"]) == (teammate.name, "due", True)
        assert answer(client.get("/api/v1/follow-ups/"))["results"] == [made]
        path = f"/api/v1/follow-ups/{made['id']}/complete/"
        done = answer(client.post(path, {"outcome": "An appointment on Monday."}, format="json"))
        assert (done["state"], done["outcome"], done["overdue"]) == (
            "done",
            "An appointment on Monday.",
            False,
        )
        problem(client.post(path, {}, format="json"), 409, "wrong_state")

    def test_one_is_cancelled(self, assigned: Persona, follow_up: FollowUp) -> None:
        body = answer(api(assigned).post(f"/api/v1/follow-ups/{follow_up.pk}/cancel/"))
        assert (body["state"], body["about"]) == ("cancelled", "Ask how the interview went.")

    def test_it_is_mine_where_nobody_is_named(self, assigned: Persona, case: Case) -> None:
        made = answer(api(assigned).post("/api/v1/follow-ups/", self.new(case), format="json"), 201)
        assert made["assignee"]["id"] == str(assigned.user.pk)

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"about": ""}, {"about"}),
            ({"due_at": "soon"}, {"due_at"}),
            ({"due_at": "9999-12-31T23:59:59-14:00"}, {"due_at"}),
            ({"assignee": str(uuid4())}, {"assignee"}),
            ({"case": "HV-1"}, {"case"}),
        ],
    )
    def test_what_can_not_be_taken_is_named_and_nothing_is_written(
        self, assigned: Persona, case: Case, change: dict[str, Any], fields: set[str]
    ) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post("/api/v1/follow-ups/", self.new(case, **change), format="json")
        assert at_fault(refused) == fields

    def test_not_for_someone_outside_the_team(self, world: World, assigned: Persona, case: Case) -> None:
        sent = self.new(case, assignee=str(world["stranger"].user.pk))
        assert at_fault(api(assigned).post("/api/v1/follow-ups/", sent, format="json")) == {"assignee"}


@pytest.mark.parametrize("path", COLLECTIONS)
def test_a_list_takes_as_many_queries_for_five_rows_as_for_one(
    world: World, assigned: Persona, path: str
) -> None:
    def one_more() -> None:
        made = record_identification(
            actor=assigned.actor,
            team_id=world.team.pk,
            instrument_id="ilo-adult-labour",
            answers={},
            interviewed_on=TODAY,
        )
        case = open_case(actor=assigned.actor, identification_id=made.pk)
        plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=timezone.now(), about="Call.")

    one_more()
    client = api(assigned)
    for_one = queries(client, path)
    for _nth in range(4):
        one_more()
    assert len(client.get(path).json()["results"]) == 5
    assert queries(client, path) == for_one
