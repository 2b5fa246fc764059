"""A table that is imported by two requests at once, by a process that is killed, and what is left of it anywhere."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from casework.importing.importer import CaseImport
from casework.models import Case, ImportedCase, ImportTable
from casework.services import import_tables
from casework.services.import_tables import begin_import, cancel_import, do_step, upload_table
from core.access_audit import disagreements
from core.errors import WrongState
from core.uploads import sealed_upload
from referrals.demo import World
from tests.casework.test_canaries import (
    Seen,
    deliver,
    everywhere,
    in_the_file,
    log,  # noqa: F401
    seen,  # noqa: F401
)
from tests.casework.test_importing import MAPPING, csv_of, with_
from tests.conftest import sign_in
from tests.core.test_concurrency import at_once
from tests.running import Running, running
from tests.scanner import scan

pytestmark = pytest.mark.django_db(transaction=True)

WORD = "Canarytable"


def table_of(world: World, count: int) -> ImportTable:
    content = csv_of(*(with_(Case_no=f"2019/{number}") for number in range(count)))
    upload = sealed_upload("x", [content])
    return upload_table(
        actor=world["supervisor"].actor, team_id=world.team.pk, upload=upload, mapping=MAPPING
    )


@pytest.fixture
def begun(world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ImportTable:
    """A checked table of 25 rows whose import has begun, to be taken in by tens."""
    table, actor = table_of(world, 25), world["supervisor"].actor
    assert do_step(actor=actor, table_id=table.pk).state == ImportTable.State.CHECKED
    monkeypatch.setattr(import_tables, "STEP", 10)
    return begin_import(actor=actor, table_id=table.pk)


# --- two at once  ----------------------------------------


def test_of_two_who_go_on_at_once_each_takes_other_rows(world: World, begun: ImportTable) -> None:
    def step() -> Any:
        return do_step(actor=world["supervisor"].actor, table_id=begun.pk)

    at_once(step, step)
    begun.refresh_from_db()
    assert begun.loaded == Case.objects.count() == ImportedCase.objects.count() == 20
    assert begun.known == begun.refused == 0
    results = at_once(step, step)
    assert sum(isinstance(each, WrongState) for each in results) == 1
    begun.refresh_from_db()
    assert (begun.state, begun.loaded, Case.objects.count()) == ("done", 25, 25)
    assert not list(disagreements())


def test_of_stopping_and_going_on_at_once_nothing_is_half_done(world: World, begun: ImportTable) -> None:
    actor = world["supervisor"].actor
    at_once(
        lambda: do_step(actor=actor, table_id=begun.pk), lambda: cancel_import(actor=actor, table_id=begun.pk)
    )
    begun.refresh_from_db()
    assert (begun.state, begun.sealed_key) == ("cancelled", None)
    assert begun.loaded == Case.objects.count()
    assert begun.loaded in (0, 10)


def test_of_two_imports_of_one_file_each_row_comes_in_once(world: World, begun: ImportTable) -> None:
    actor = world["supervisor"].actor
    other = table_of(world, 25)
    while do_step(actor=actor, table_id=other.pk).state == "checking":
        pass
    begin_import(actor=actor, table_id=other.pk)
    for _ in range(3):
        at_once(
            lambda: do_step(actor=actor, table_id=begun.pk), lambda: do_step(actor=actor, table_id=other.pk)
        )
    tables = ImportTable.objects.all()
    assert sum(each.loaded for each in tables) == sum(each.known for each in tables) == 25
    assert Case.objects.count() == 25


# --- nowhere in clear  ----------------------------------------


def test_a_table_lies_nowhere_in_clear_at_any_moment(
    world: World,
    folder: Path,
    log: io.StringIO,  # noqa: F811
    seen: Seen,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_tables, "SECONDS", 0)
    monkeypatch.setattr(import_tables, "STEP", 2)
    client = sign_in(world["supervisor"])
    client.raise_request_exception = False

    def look(where: str) -> None:
        assert scan(everywhere(folder, log, seen), [WORD]) == [], where
        assert in_the_file([WORD]) == []

    def send(*rows: list[str]) -> str:
        files = {
            "table": SimpleUploadedFile(f"{WORD}.csv", csv_of(*rows)),
            "mapping": SimpleUploadedFile(f"{WORD}.yaml", MAPPING.encode()),
        }
        response = client.post("/imports/", {**files, "bundled": ""})
        seen.note(response)
        return str(response.headers.get("Location", ""))

    good = [with_(Case_no=f"{WORD}{number}", Name=f"{WORD}name") for number in range(3)]
    bad = with_(Case_no=f"{WORD}bad", Sex=f"{WORD}sex", Born=f"{WORD}born", Name=f"{WORD}other")
    page = send(*good, bad)
    look("sent")
    for _ in range(3):
        seen.note(client.post(page))
        assert WORD not in seen.read(client.get(page))
    look("checked")
    with monkeypatch.context() as patched:

        def fail(*_: Any, **values: Any) -> None:
            raise ValueError(f"{WORD} of {values}")

        seen.note(client.post(f"{page}begin/"))
        patched.setattr(CaseImport, "go_on", fail)
        assert WORD not in seen.note(client.post(page))
    assert 500 in seen.statuses
    look("crashed")
    seen.note(client.post(page))
    seen.note(client.post(page))
    table = ImportTable.objects.get()
    assert (table.state, table.loaded, table.refused) == ("done", 3, 1)
    assert WORD not in seen.read(client.get(f"{page}left-out/"))
    look("done")
    deliver()
    assert send(with_(Name=f"{WORD}name")[:3]) != ""  # fewer cells than the header
    seen.note(
        client.post("/imports/", {"table": SimpleUploadedFile("x.csv", WORD.encode()), "bundled": "simple"})
    )
    look("refused")


def test_the_scan_above_finds_what_would_be_left(folder: Path, log: io.StringIO, seen: Seen) -> None:  # noqa: F811
    (folder / "uploads").mkdir()
    (folder / "uploads" / "left").write_bytes(csv_of(with_(Name=WORD)))
    assert scan(everywhere(folder, log, seen), [WORD])


# --- killed between and within steps  ----------------------------------------

_WORLD = """
from referrals.demo import found_world
print(found_world(password="four quiet herons by the lake")["supervisor"].email)
"""
_ACTOR = """
import os
from django.contrib.auth import authenticate
from core.actor import actor_for
from core.models import User
from casework.models import Case, ImportTable
from casework.services import import_tables
from tests.casework.test_importing import MAPPING, csv_of, with_
import_tables.STEP = 10
user = authenticate(None, username="{email}", password="four quiet herons by the lake")
actor = actor_for(user, user.unlocked)
"""
_SEND = """
from core.uploads import sealed_upload
rows = [with_(Case_no=f"2019/{number}") for number in range(45)]
team = actor.memberships[0].team_id
table = import_tables.upload_table(
    actor=actor, team_id=team, upload=sealed_upload("x", [csv_of(*rows)]), mapping=MAPPING
)
while import_tables.do_step(actor=actor, table_id=table.pk).state == "checking":
    pass
import_tables.begin_import(actor=actor, table_id=table.pk)
import_tables.do_step(actor=actor, table_id=table.pk)
print(Case.objects.count(), flush=True)
os._exit(0)  # between two steps
"""
_KILLED = """
table = ImportTable.objects.get()
import_tables.do_step(actor=actor, table_id=table.pk)
import_tables._save = lambda *_: os._exit(0)  # the cases are written, and not committed
import_tables.do_step(actor=actor, table_id=table.pk)
"""
_GO_ON = """
table = ImportTable.objects.get()
print(Case.objects.count(), table.loaded)
while import_tables.do_step(actor=actor, table_id=table.pk).state == "importing":
    pass
print(Case.objects.count(), ImportTable.objects.get().loaded)
"""


def lines(hearth: Running, code: str) -> list[str]:
    return hearth.python(code).splitlines()


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_killed_between_steps_and_in_one_it_goes_on(tmp_path: Path) -> None:
    with running(tmp_path / "hearth") as hearth:
        for step in ("make_kek", "migrate"):
            done = hearth.manage(step)
            assert done.returncode == 0, done.stderr
        actor = _ACTOR.replace("{email}", lines(hearth, _WORLD)[-1])
        assert lines(hearth, actor + _SEND)[-1] == "10"
        hearth.python(actor + _KILLED)
        assert lines(hearth, actor + _GO_ON)[-2:] == ["20 20", "45 45"]
        assert hearth.manage("check_access").returncode == 0
