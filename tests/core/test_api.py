"""Tokens, problem bodies, what may not come in, pages of lists, and the description of it all."""

import json
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from casework.models import Identification
from casework.services import record_identification
from core.api import pagination
from core.models import ApiToken
from referrals.demo import Persona, World
from tests.answers import answer, at_fault, document, nothing_written, problem
from tests.conftest import PASSWORD, api

OPERATIONS = [
    pytest.param(path, method, id=f"{method} {path}")
    for path, operations in document()["paths"].items()
    for method in operations
]

PUBLIC = "/api/v1/hsds/"


def with_token(text: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


class TestTokens:
    def test_a_person_signs_in_and_asks(self, assigned: Persona) -> None:
        sent = {"email": assigned.email, "password": PASSWORD, "name": "laptop"}
        made = answer(APIClient().post("/api/v1/tokens/", sent, format="json"), 201)
        answer(with_token(made["token"]).get("/api/v1/cases/"))

    @pytest.mark.parametrize(
        "wrong", [{"password": "not the password at all"}, {"email": "nobody@hearth.example"}]
    )
    def test_a_wrong_pair_makes_none(self, assigned: Persona, wrong: dict[str, str]) -> None:
        sent = {"email": assigned.email, "password": PASSWORD} | wrong
        with nothing_written():
            problem(APIClient().post("/api/v1/tokens/", sent, format="json"), 401, "wrong_credentials")

    def test_guessing_comes_to_an_end(self, assigned: Persona) -> None:
        sent = {"email": assigned.email, "password": "not the password at all"}
        answers = [APIClient().post("/api/v1/tokens/", sent, format="json") for _attempt in range(11)]
        problem(answers[-1], 429, "too_many_attempts")

    def test_what_is_missing_is_named(self, db: None) -> None:
        assert at_fault(APIClient().post("/api/v1/tokens/", {}, format="json")) == {"email", "password"}

    def test_a_revoked_token_is_refused(self, assigned: Persona) -> None:
        sent = {"email": assigned.email, "password": PASSWORD}
        made = APIClient().post("/api/v1/tokens/", sent, format="json").json()
        client = with_token(made["token"])
        assert client.delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
        refused = client.get("/api/v1/cases/")
        problem(refused, 401, "authentication_failed")
        assert refused.headers["WWW-Authenticate"] == "Bearer"

    def test_an_expired_token_is_refused(self, assigned: Persona) -> None:
        client = api(assigned)
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert client.get("/api/v1/cases/").status_code == 401

    def test_a_colleague_can_not_revoke_it(self, world: World) -> None:
        api(world["assigned"])
        token = ApiToken.objects.get()
        problem(api(world["teammate"]).delete(f"/api/v1/tokens/{token.pk}/"), 404, "not_found")
        token.refresh_from_db()
        assert token.revoked_at is None

    @pytest.mark.parametrize(
        "text", ["", "hearth", "hearth_1_2", "hearth_" + "0" * 32 + "_" + "0" * 64, "\u00ff"]
    )
    def test_anything_else_is_no_token(self, db: None, text: str) -> None:
        assert with_token(text).get("/api/v1/cases/").status_code == 401

    def test_a_session_is_no_token(self, assigned: Persona) -> None:
        browser = Client()
        browser.post("/sign-in/", {"email": assigned.email, "password": PASSWORD})
        assert browser.get("/api/v1/cases/").status_code == 401


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
class TestEveryOperation:
    def test_is_described(self, path: str, method: str) -> None:
        described = document()["paths"][path][method]
        assert described["summary"]
        assert described["description"]
        refusals = {code for code in described["responses"] if code >= "400"}
        assert ("401" in refusals) != path.startswith(PUBLIC)
        assert "{" not in path or "404" in refusals
        for code in refusals:
            assert list(described["responses"][code]["content"]) == ["application/problem+json"]

    def test_asks_for_a_token(self, db: None, path: str, method: str) -> None:
        if path == "/api/v1/tokens/":
            pytest.skip("this is where one comes from")
        if path.startswith(PUBLIC):
            pytest.skip("this is for anybody")
        known = document()["paths"][path][method]
        for parameter in known.get("parameters", []):
            value = {"section": "identity", "version": "1"}.get(parameter["name"], str(uuid4()))
            path = path.replace(f"{{{parameter['name']}}}", value)
        refused = APIClient().generic(method.upper(), path)
        problem(refused, 401, "not_authenticated")


class TestWhatComesIn:
    """A body that no service should ever see."""

    BODIES = {
        "nothing": b"",
        "half of it": b'{"instrument": ',
        "not UTF-8": b'{"instrument": "\xff"}',
        "not a number": b'{"age": NaN}',
        "a list": b"[]",
        "a text": b'"instrument"',
        "null": b"null",
        "half of a letter": b'{"notes": "\\ud800"}',
        "half of a letter in a name": b'{"answers": {"\\ud800": "present"}}',
        "half of a letter at the top": b'{"\\udfff": 1}',
        "a NUL": b'{"instrument": "\\u0000"}',
        "a NUL in a name": b'{"answers": {"ex\\u0000": "present"}}',
        "deep": b'{"answers": ' + b"[" * 20 + b"]" * 20 + b"}",
        "too deep": b'{"answers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "too long a number": b'{"age": ' + b"9" * 5000 + b"}",
        "infinity": b'{"age": 1e999}',
    }

    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_is_refused_whole(self, assigned: Persona, body: bytes) -> None:
        client = api(assigned)
        with nothing_written():
            refused = client.post("/api/v1/identifications/", body, content_type="application/json")
        answer(refused, 400)

    def test_its_place_is_named(self, assigned: Persona) -> None:
        body = rb'{"notes": "\ud83d\ude00", "answers": {"a": ["\u0000"], "b": {"\ud800": 1}}}'
        refused = api(assigned).post("/api/v1/cases/", body, content_type="application/json")
        assert at_fault(refused) == {"answers.a.0", "answers.b"}

    def test_too_much_is_refused_unread(self, assigned: Persona) -> None:
        body = json.dumps({"notes": "n" * 3_000_000})
        refused = api(assigned).post("/api/v1/cases/", body, content_type="application/json")
        assert refused.status_code == 413
        assert refused.json()["code"] == "too_large"

    @pytest.mark.parametrize(
        ("kind", "status"),
        [
            ("application/x-www-form-urlencoded", 415),
            ("text/xml", 415),
            ("application/json; charset=bz2_codec", 400),
        ],
    )
    def test_another_form_is_refused(self, assigned: Persona, kind: str, status: int) -> None:
        refused = api(assigned).post("/api/v1/cases/", b"{}", content_type=kind)
        assert refused.status_code == status
        assert refused.json()["title"] == HTTPStatus(status).phrase

    def test_a_misspelt_name_is_refused(self, assigned: Persona) -> None:
        refused = api(assigned).post("/api/v1/cases/", {"identifcation": str(uuid4())}, format="json")
        assert at_fault(refused) == {"identifcation", "identification"}


class TestProblems:
    def test_other_methods_and_forms_are_problems_too(self, assigned: Persona) -> None:
        client = api(assigned)
        for refused, status in (
            (client.patch("/api/v1/cases/"), 405),
            (client.get("/api/v1/cases/", HTTP_ACCEPT="application/xml"), 406),
        ):
            assert refused.status_code == status
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert refused.json()["title"] == HTTPStatus(status).phrase

    def test_they_speak_the_language_that_was_asked_for(self, assigned: Persona) -> None:
        refused = api(assigned).get("/api/v1/cases/?after=x", HTTP_ACCEPT_LANGUAGE="ar")
        assert refused.headers["Content-Language"] == "ar"
        assert at_fault(refused) == {"after"}


class TestPages:
    @pytest.fixture
    def five(self, world: World, assigned: Persona, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Five identifications, the newest first, of which two are a page; two are of the same millisecond."""
        monkeypatch.setattr(pagination, "SIZE", 2)
        for _nth in range(5):
            self.record(world, assigned)
        newest = Identification.objects.visible_to(assigned.actor)
        older = newest[2].object
        older.sort_key = newest[1].object.sort_key
        older.save()
        older.grants.update(sort_key=older.sort_key)
        return [str(row.pk) for row in Identification.objects.visible_to(assigned.actor)]

    def record(self, world: World, persona: Persona) -> Identification:
        (team,) = persona.actor.team_ids
        return record_identification(
            actor=persona.actor,
            team_id=team,
            instrument_id="ilo-adult-labour",
            answers={},
            interviewed_on=timezone.localdate(),
        )

    def test_following_the_pages_meets_every_row_once(self, assigned: Persona, five: list[str]) -> None:
        client, address, met = api(assigned), "/api/v1/identifications/", []
        pages = 0
        while address:
            page = answer(client.get(address))
            met += [row["id"] for row in page["results"]]
            address, pages = page["next"], pages + 1
        assert met == five
        assert pages == 3

    def test_a_row_that_comes_meanwhile_moves_nothing(
        self, world: World, assigned: Persona, five: list[str]
    ) -> None:
        first = answer(api(assigned).get("/api/v1/identifications/"))
        self.record(world, assigned)
        second = answer(api(assigned).get(first["next"]))
        assert [row["id"] for row in second["results"]] == five[2:4]

    def test_there_is_no_page_after_the_last(self, assigned: Persona, five: list[str]) -> None:
        page = answer(api(assigned).get(f"/api/v1/identifications/?after={five[-1]}"))
        assert page == {"results": [], "next": None}

    def test_a_row_that_one_can_not_see_is_no_place_to_begin(
        self, world: World, assigned: Persona, five: list[str]
    ) -> None:
        foreign = self.record(world, world["stranger"])
        for after in (str(foreign.pk), str(uuid4()), "1", "\0", "é"):
            assert at_fault(api(assigned).get("/api/v1/identifications/", {"after": after})) == {"after"}


class TestDescription:
    def test_the_document_is_public_and_is_openapi_3_1(self, db: None) -> None:
        response = APIClient().get("/api/schema/", HTTP_ACCEPT="application/json")
        assert response.status_code == 200
        assert response.json()["openapi"] == "3.1.0"

    def test_the_page_has_no_code_of_its_own(self, db: None) -> None:
        response = Client().get("/api/docs/")
        page = response.content.decode()
        assert response.status_code == 200
        assert " style=" not in page
        assert "<style" not in page
        assert all(
            "src=" in tag and tag.endswith("></script>") for tag in page.split("\n") if "<script" in tag
        )
        assert "'unsafe" not in response.headers["Content-Security-Policy"]
