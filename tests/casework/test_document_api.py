"""Documents over the API."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.models import Case, Document
from referrals.demo import Persona, World
from tests.answers import answer, at_fault, nothing_written, problem, queries
from tests.casework.documents import DESCRIPTION, NAME, content, keep
from tests.conftest import api
from tests.files import photo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]

STRANGERS = ("stranger", "focal_point", "advocate", "administrator")


def address(case: Case, row: Document | None = None, rest: str = "") -> str:
    return f"/api/v1/cases/{case.pk}/documents/" + (f"{row.pk}/{rest}" if row else "")


def body(**changes: Any) -> dict[str, Any]:
    upload = SimpleUploadedFile(NAME, photo())
    return {"file": upload, "kind": "identity", "description": DESCRIPTION} | changes


def test_a_document_is_added_read_and_removed(
    world: World, assigned: Persona, case: Case, folder: Path
) -> None:
    client = api(assigned)
    made = answer(client.post(address(case), body(), format="multipart"), 201)
    row = Document.objects.get()
    assert (made["name"], made["kind"], made["description"]) == (NAME, "identity", DESCRIPTION)
    assert (made["media_type"], made["size"]) == ("image/jpeg", len(photo()))
    assert made["sha256"] == hashlib.sha256(photo()).hexdigest()
    assert [line["what"] for line in made["custody"]] == ["received"]
    assert list((folder / "uploads").iterdir()) == []
    assert content(world["teammate"], row) == photo()

    [listed] = answer(client.get(address(case)))
    assert listed == {name: value for name, value in made.items() if name != "custody"}

    gone = answer(client.post(address(case, row, "remove/"), {"reason": "Not hers."}, format="json"))
    assert (gone["state"], gone["name"], gone["sha256"]) == ("removed", "", made["sha256"])
    assert gone["custody"][-1]["note"] == "Not hers."
    problem(client.get(address(case, row, "content/")), 404, "not_found")
    problem(client.post(address(case, row, "remove/"), {"reason": "x"}, format="json"), 409, "wrong_state")


@pytest.mark.parametrize("accept", ["*/*", "image/jpeg", "application/octet-stream", "application/json"])
def test_its_content_comes_as_it_was_sent(assigned: Persona, case: Case, accept: str) -> None:
    row = keep(assigned, case)
    client = api(assigned)
    response = client.get(address(case, row, "content/"), HTTP_ACCEPT=accept)
    assert b"".join(response.streaming_content) == photo()
    assert response.headers["Content-Disposition"] == f'attachment; filename="{row.pk}.jpg"'
    assert "no-store" in response.headers["Cache-Control"]
    facts = answer(client.get(address(case, row)))
    assert [line["what"] for line in facts["custody"]] == ["received", "read"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"file": ""}, "file"),
        ({"file": "text"}, "file"),
        ({"file": SimpleUploadedFile("x", b"")}, "file"),
        ({"file": SimpleUploadedFile("x", b"x" * 2_000_001)}, "file"),
        ({"kind": "nothing"}, "kind"),
        ({"description": "x" * 2001}, "description"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_can_not_be_taken_is_said_at_its_field(
    settings: Any, assigned: Persona, case: Case, folder: Path, changes: dict[str, Any], field: str
) -> None:
    settings.DOCUMENT_MAX_BYTES = 2_000_000
    client = api(assigned)
    with nothing_written():
        response = client.post(address(case), body(**changes), format="multipart")
    assert at_fault(response) == {field}
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_only_a_form_brings_a_file(assigned: Persona, case: Case) -> None:
    assert api(assigned).post(address(case), {"kind": "other"}, format="json").status_code == 415


@pytest.mark.parametrize("name", STRANGERS)
def test_for_others_it_is_not_there(world: World, assigned: Persona, case: Case, name: str) -> None:
    row = keep(assigned, case)
    client = api(world[name])
    with nothing_written():
        for path in (address(case), address(case, row), address(case, row, "content/")):
            problem(client.get(path), 404, "not_found")
        problem(client.post(address(case), body(), format="multipart"), 404, "not_found")
        problem(client.post(address(case, row, "remove/"), {"reason": "x"}, format="json"), 404, "not_found")


def test_a_program_without_a_token_fills_no_disk(client: Any, case: Case, folder: Path) -> None:
    assert client.post(address(case), body()).status_code == 401
    assert not folder.joinpath("uploads").exists()


def test_a_list_does_not_grow_in_queries(assigned: Persona, case: Case) -> None:
    keep(assigned, case)
    client = api(assigned)
    answer(client.get(address(case)))
    one = queries(client, address(case))
    for _ in range(3):
        keep(assigned, case)
    assert queries(client, address(case)) == one
