"""The made-up world that most tests live in, and what keeps them quick."""

import importlib
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection
from django.test import Client, TransactionTestCase
from rest_framework.test import APIClient

from casework.models import Case, Identification
from casework.services import open_case, record_consent, record_identification, save_section
from casework.services.consents import Asking, How, Purpose
from core import kek as kek_module
from core.tokens import create_token
from referrals.demo import Persona, World, found_world

PASSWORD = "four quiet herons by the lake"


@pytest.fixture(scope="session", autouse=True)
def _cheap_and_private_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A KEK of the tests' own, and an Argon2id that costs little: its real cost is used in the browser tests."""
    patch = pytest.MonkeyPatch()
    path = tmp_path_factory.mktemp("kek") / "kek.json"
    kek_module.write_new_kek(path)
    patch.setattr(django_settings, "KEK_FILE", path)
    patch.setattr(django_settings, "PASSWORD_COST", (64, 1, 1))
    kek_module.kek.cache_clear()
    yield
    patch.undo()
    kek_module.kek.cache_clear()


@pytest.fixture(autouse=True)
def _media_and_mail_stay_here(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ERASURE_JOURNAL = tmp_path / "erasures.journal"


@pytest.fixture(autouse=True)
def _cache_keys_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache outside of the database is not rolled back: no test counts another's attempts."""
    monkeypatch.setattr(caches["default"], "key_prefix", uuid.uuid4().hex)


@pytest.fixture(scope="session", autouse=True)
def _flush_in_spite_of_what_can_only_grow() -> Iterator[None]:
    """After a test that committed, Django empties every table; triggers, which refuse that, stand aside."""
    names = ("core.migrations.0002_append_only_audit", "casework.migrations.0003_documents")
    migrations = [importlib.import_module(name) for name in names]
    flush = TransactionTestCase._fixture_teardown

    def unguarded(case: TransactionTestCase) -> None:
        postgresql = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            for each in migrations:
                for statement in [each.POSTGRESQL_DOWN] if postgresql else each.SQLITE_DOWN:
                    cursor.execute(statement)
            flush(case)
            for each in migrations:
                for statement in [each.POSTGRESQL_UP] if postgresql else each.SQLITE_UP:
                    cursor.execute(statement)

    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", unguarded)
    yield
    patch.undo()


@pytest.fixture
def world(db: None) -> World:
    """Three organisations with their people; see referrals/demo.py."""
    return found_world(password=PASSWORD)


@pytest.fixture
def assigned(world: World) -> Persona:
    """The case's caseworker."""
    return world["assigned"]


@pytest.fixture
def identification(world: World, assigned: Persona) -> Identification:
    """Some answers that come to indicators of trafficking."""
    return record_identification(
        actor=assigned.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={
            "dr_job_nature_location_employer": "present",
            "dr_wages_earnings": "present",
            "ex_excessive_hours": "present",
            "ex_low_or_no_salary": "present",
            "cd_document_confiscation": "present",
            "cd_violence_victim": "absent",
        },
        interviewed_on=date(2026, 1, 15),
        age=29,
    )


@pytest.fixture
def case(assigned: Persona, identification: Identification) -> Case:
    """An opened case with its three sections filled."""
    made = open_case(actor=assigned.actor, identification_id=identification.pk)
    for section, values in SECTIONS.items():
        save_section(actor=assigned.actor, case_id=made.pk, section=section, values=values, base_version=0)
    return made


SECTIONS: dict[str, dict[str, object]] = {
    "identity": {
        "chosen_name": "Linnet",
        "given_name": "Canarygiven",
        "date_of_birth": "1997-03-04",
        "gender": "Feminine",
        "citizenship": ["NPL"],
    },
    "contact_and_safety": {"phone": "+39 333 5550147", "code_word": "marigold"},
    "trafficking_experience": {"types_of_exploitation": ["ForcedLabour"], "narrative": "Canarynarrative"},
}


@pytest.fixture
def share_consent(world: World, assigned: Persona, case: Case) -> None:
    """The survivor agreed to sharing with the partner."""
    record_consent(
        actor=assigned.actor,
        case_id=case.pk,
        purpose=Purpose.SHARE,
        recipient=world.partner_team.organisation_id,
        given_on=date(2026, 1, 16),
        how=How.ORAL,
        explained="What is shared, with whom and why.",
        language="nep",
        asking=Asking(witness="Canarywitness"),
    )


def sign_in(persona: Persona) -> Client:
    """A browser in which the persona has signed in through the sign-in page."""
    client = Client()
    response = client.post("/sign-in/", {"email": persona.email, "password": PASSWORD})
    assert response.status_code == 302, "the persona can't sign in"
    return client


def api(persona: Persona) -> APIClient:
    """An API client with a fresh token of the persona."""
    _token, text = create_token(actor=persona.actor, name="tests")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


PERSONAS = ("assigned", "teammate", "supervisor", "stranger", "focal_point", "advocate", "administrator")
