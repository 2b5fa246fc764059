"""Importing a table from a page: checked, taken in step by step, stopped, gone on with, and left nowhere."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from casework.importing.bundled import BUNDLED, bundled
from casework.models import Case, ErasedImport, ImportedCase, ImportTable
from casework.search.find import find
from casework.search.values import values_of
from casework.services import import_tables
from casework.services.import_tables import begin_import, cancel_import, do_step, read_table, upload_table
from core import outbox
from core.access_audit import disagreements
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Tampered, WrongState
from core.models import AuditEvent, OutboxItem, Role, ServerShare
from core.uploads import sealed_upload
from referrals.demo import Persona, World
from tests.casework.test_erasure import closed, ordered, passed  # noqa: F401
from tests.casework.test_importing import GOOD, HEADER, MAPPING, csv_of, with_
from tests.conftest import PERSONAS, sign_in

State = ImportTable.State


def text(response: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def rows(count: int) -> bytes:
    return csv_of(*(with_(Case_no=f"2019/{number}", Name=f"Linnet {number}") for number in range(count)))


@pytest.fixture(autouse=True)
def _one_step_a_request(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(import_tables, "SECONDS", 0)


@pytest.fixture
def steps_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    return lambda count: monkeypatch.setattr(import_tables, "STEP", count)


def sent(world: World, content: bytes, mapping: str = MAPPING, by: str = "supervisor") -> ImportTable:
    upload = sealed_upload("cases.csv", [content])
    return upload_table(actor=world[by].actor, team_id=world.team.pk, upload=upload, mapping=mapping)


def until_it_waits(world: World, table: ImportTable) -> ImportTable:
    actor = world["supervisor"].actor
    while (table := do_step(actor=actor, table_id=table.pk)).state in import_tables.UNDER_WAY:
        pass
    return table


def imported(world: World, content: bytes, mapping: str = MAPPING) -> ImportTable:
    table = until_it_waits(world, sent(world, content, mapping))
    begin_import(actor=world["supervisor"].actor, table_id=table.pk)
    return until_it_waits(world, table)


def left_out(world: World, table: ImportTable) -> list[tuple[int, str, str]]:
    _table, content = read_table(world["supervisor"].actor, table.pk)
    return [(each.row, each.column, each.message) for each in content.refusals]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "erasures" not in path.name]


def deliver() -> None:
    for item in outbox.hand_out():
        outbox.run(item)


# --- on the page  ----------------------------------------


def send(client: Client, content: bytes, **more: Any) -> Any:
    fields = {"table": SimpleUploadedFile("cases.csv", content), "bundled": ""}
    fields |= {"mapping": SimpleUploadedFile("map.yaml", MAPPING.encode())}
    return client.post("/imports/", fields | more)


def test_a_table_is_checked_and_then_imported(world: World, steps_of: Any, folder: Path) -> None:
    steps_of(2)
    client = sign_in(world["supervisor"])
    response = send(client, csv_of(GOOD, with_(Case_no="18", Sex="Canarysex"), with_(Case_no="19")))
    page = response["Location"]
    assert (response.status_code, Case.objects.count()) == (302, 0)
    assert "0 of 4" in text(client.get(page))
    client.post(page)
    assert "3 of 4" in text(client.get(page))
    client.post(page)
    checked = text(client.get(page))
    assert "Checked" in checked
    assert "3 Sex The mapping does not say what this value stands for." in checked
    assert "Canarysex" not in checked
    assert Case.objects.count() == 0
    client.post(f"{page}begin/")
    assert Case.objects.count() == 1
    client.post(page)
    done = text(client.get(page))
    assert ("Imported" in done, "Cases opened 2" in done, "Rows left out 1" in done) == (True, True, True)
    assert Case.objects.count() == 2
    deliver()
    assert files(folder) == []
    assert not list(disagreements())


def test_the_rows_left_out_can_be_downloaded(world: World) -> None:
    table = imported(world, csv_of(GOOD, with_(Case_no="18", Sex="Canarysex", Born="Canaryborn")))
    response = sign_in(world["supervisor"]).get(f"/imports/{table.pk}/left-out/")
    assert response["Content-Disposition"] == 'attachment; filename="left-out.csv"'
    assert list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")))) == [
        ["Row", "Column", "Reason"],
        ["3", "Born", "This is not a date in a format that the mapping names."],
        ["3", "Sex", "The mapping does not say what this value stands for."],
    ]


def test_no_spreadsheet_takes_the_name_of_a_column_for_a_formula(world: World) -> None:
    header = ["=1+1" if name == "Sex" else name for name in HEADER]
    mapping = MAPPING.replace("  Sex:", '  "=1+1":')
    table = until_it_waits(world, sent(world, csv_of(with_(Sex="?"), header=header), mapping))
    response = sign_in(world["supervisor"]).get(f"/imports/{table.pk}/left-out/")
    assert "2,'=1+1,The mapping" in response.content.decode()


def test_what_comes_with_hearth_takes_a_table_that_is_made_for_it(world: World) -> None:
    client = sign_in(world["supervisor"])
    header = bundled("simple").names
    row = ["7", "2020-02-03", "Linnet", "Asha", "", "1997-03-04", "F", "NP;IN", "", "A kitchen."]
    response = send(client, csv_of(row, header=header), bundled="simple", mapping="")
    client.post(response["Location"])
    client.post(f"{response['Location']}begin/")
    assert Case.objects.get().opened_on.isoformat() == "2020-02-03"
    assert find(world["teammate"].actor, values_of({"identity": {"chosen_name": "Linnet"}}))


@pytest.mark.parametrize("name", BUNDLED)
def test_every_mapping_that_comes_with_hearth_holds(name: str) -> None:
    assert bundled(name).names


def test_a_workbook_is_taken_as_a_csv_file_is(world: World, steps_of: Any) -> None:
    steps_of(1)
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in (HEADER, GOOD, with_(Case_no="18")):
        book.active.append(row)
    book.save(written)
    assert imported(world, written.getvalue()).loaded == 2


@pytest.mark.parametrize(
    ("content", "at", "message"),
    [
        (b"", "table", "The submitted file is empty."),
        (csv_of(), "table", "There is no row in it."),
        (csv_of(GOOD[1:], header=HEADER[1:]), "table", "Columns are missing: Case no."),
        (csv_of(["x", *GOOD], header=["Extra", *HEADER]), "table", "does not say what these columns are"),
        (b"\xff\xfe\x00nothing", "table", "Columns are missing"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_on_the_form(
    world: World, folder: Path, content: bytes, at: str, message: str
) -> None:
    response = send(sign_in(world["supervisor"]), content)
    assert response.status_code == 400
    assert message in " ".join(response.context["form"].errors[at])
    assert not ImportTable.objects.exists()
    assert files(folder) == []


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (b"", "Choose a mapping file.|The submitted file is empty."),
        (b"\xff\xfe", "This is not a text in UTF-8."),
        (b"x" * 200_001, "This is too long for a mapping."),
        (b"number: 7\ncolumns: {}", "mapping, line 1: number: expected text"),
    ],
)
def test_a_mapping_that_does_not_hold_is_refused_on_the_form(
    world: World, mapping: bytes, message: str
) -> None:
    response = send(sign_in(world["supervisor"]), csv_of(GOOD), mapping=SimpleUploadedFile("m.yaml", mapping))
    assert response.status_code == 400
    said = " ".join(response.context["form"].errors["mapping"])
    assert any(each in said for each in message.split("|"))


def test_a_table_that_is_too_long_for_a_page_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_tables, "MOST_ROWS", 2)
    with pytest.raises(Invalid) as refused:
        sent(world, rows(3))
    assert "At most 2 rows." in str(refused.value.fields["table"][0])


def test_a_table_that_is_too_large_is_refused(world: World, settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES, settings.DOCUMENT_MAX_MB = 200, 0
    response = send(sign_in(world["supervisor"]), rows(50))
    assert response.status_code == 400
    assert not ImportTable.objects.exists()


def test_a_supervisor_of_several_teams_chooses_one(world: World) -> None:
    from core.accounts import found_team

    supervisor = world["supervisor"]
    other = found_team(
        organisation=world.team.organisation, name="Night", founder=supervisor.user, role=Role.SUPERVISOR
    )
    client = sign_in(supervisor)
    assert send(client, csv_of(GOOD)).status_code == 400
    assert send(client, csv_of(GOOD), team=str(world.partner_team.pk)).status_code == 400
    assert send(client, csv_of(GOOD), team=str(other.pk)).status_code == 302
    assert ImportTable.objects.get().team_id == other.pk


def damaged(where: bytes) -> bytes:
    """A workbook of one row in which a part is broken."""
    book, written, broken = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for row in (HEADER, GOOD):
        book.active.append(row)
    book.save(written)
    with zipfile.ZipFile(written) as good, zipfile.ZipFile(broken, "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content[: len(content) // 2] if where.decode() in name else content)
    return broken.getvalue()


@pytest.mark.parametrize("where", [b"workbook.xml", b"sheet1.xml", b"Content_Types"])
def test_a_damaged_workbook_is_refused_and_no_error(world: World, where: bytes) -> None:
    response = send(sign_in(world["supervisor"]), damaged(where))
    assert response.status_code == 400
    assert response.context["form"].errors["table"]


def test_what_only_ends_as_a_workbook_does_is_refused(world: World) -> None:
    whole = damaged(b"nothing of it")
    response = send(sign_in(world["supervisor"]), whole[:100] + whole[-200:])
    assert response.status_code == 400


# --- what an import in steps must not do  ----------------------------------------


def test_a_number_that_stands_twice_is_refused_across_steps_as_in_one(world: World, steps_of: Any) -> None:
    content = csv_of(GOOD, with_(Case_no="18"), with_(Case_no=" 17"), with_(Case_no="19"))
    expected = [(4, "Case no", "Row 2 has the same number.")]
    for count in (1, 2, 100):
        steps_of(count)
        table = until_it_waits(world, sent(world, content))
        assert (table.loaded, left_out(world, table)) == (3, expected)


def test_a_row_may_have_the_number_of_one_that_was_refused(world: World, steps_of: Any) -> None:
    steps_of(1)
    table = imported(world, csv_of(with_(Sex="?"), GOOD))
    assert (table.loaded, table.refused, [row for row, *_ in left_out(world, table)]) == (1, 1, [2])


def test_sent_again_nothing_comes_in_twice(world: World) -> None:
    assert imported(world, rows(5)).loaded == 5
    again = imported(world, rows(7))
    assert (again.loaded, again.known, Case.objects.count()) == (2, 5, 7)


def test_what_cannot_be_read_is_left_out_where_it_begins(world: World, steps_of: Any) -> None:
    steps_of(1)
    content = csv_of(GOOD, with_(Case_no="18")) + b'"19","04/05/2019,"Wren"\n'
    table = imported(world, content)
    assert (table.loaded, table.state) == (2, State.DONE)
    assert [(row, column) for row, column, _message in left_out(world, table)] == [(4, "")]


def test_a_step_that_breaks_off_is_undone_and_done_again(
    world: World, steps_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps_of(2)
    supervisor = world["supervisor"].actor
    table = until_it_waits(world, sent(world, rows(5)))
    begin_import(actor=supervisor, table_id=table.pk)
    do_step(actor=supervisor, table_id=table.pk)
    with monkeypatch.context() as patched:

        def cut_off(*_: Any, **__: Any) -> None:
            raise SystemExit

        patched.setattr(import_tables, "_save", cut_off)  # after the cases, before the table says so
        with pytest.raises(SystemExit):
            do_step(actor=supervisor, table_id=table.pk)
    assert Case.objects.count() == 2
    assert until_it_waits(world, table).loaded == Case.objects.count() == ImportedCase.objects.count() == 5


def test_one_can_sign_out_and_go_on_later(world: World, steps_of: Any) -> None:
    steps_of(2)
    client = sign_in(world["supervisor"])
    page = send(client, rows(3))["Location"]
    client.post(page)
    client.post("/sign-out/")
    assert client.post(page).status_code == 302
    assert ImportTable.objects.get().state == State.CHECKING
    client = sign_in(world["supervisor"])
    assert page in client.get("/imports/").content.decode()
    client.post(page)
    assert ImportTable.objects.get().state == State.CHECKED


def test_stopped_the_table_is_destroyed_and_what_was_opened_stays(
    world: World, steps_of: Any, folder: Path
) -> None:
    steps_of(2)
    client = sign_in(world["supervisor"])
    table = until_it_waits(world, sent(world, rows(5)))
    client.post(f"/imports/{table.pk}/begin/")
    assert client.post(f"/imports/{table.pk}/cancel/").status_code == 302
    deliver()
    table.refresh_from_db()
    assert (table.state, table.sealed_key, table.loaded, Case.objects.count()) == ("cancelled", None, 2, 2)
    assert files(folder) == []
    assert client.post(f"/imports/{table.pk}/begin/").status_code == 409
    assert client.post(f"/imports/{table.pk}/").status_code == 302
    assert Case.objects.count() == 2


def test_a_check_that_is_stopped_says_of_no_case_that_it_was_opened(world: World) -> None:
    table = until_it_waits(world, sent(world, rows(5)))
    assert cancel_import(actor=world["supervisor"].actor, table_id=table.pk).loaded == 0


@pytest.mark.parametrize("state", ["checking", "checked", "importing", "done", "cancelled"])
def test_after_a_day_nothing_of_it_is_left(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    supervisor = world["supervisor"].actor
    table = sent(world, csv_of(with_(Sex="?"), with_(Case_no="18")))
    if state != "checking":
        until_it_waits(world, table)
    if state in {"importing", "done"}:
        begin_import(actor=supervisor, table_id=table.pk)
    if state == "done":
        until_it_waits(world, table)
    if state == "cancelled":
        cancel_import(actor=supervisor, table_id=table.pk)
    table.refresh_from_db()
    assert table.state == state
    later = timezone.now() + import_tables.KEPT + timedelta(minutes=1)
    OutboxItem.objects.filter(kind=import_tables.FORGET).update(run_at=timezone.now())
    monkeypatch.setattr(import_tables.timezone, "now", lambda: later)
    if state in {"checking", "importing"}:
        with pytest.raises(WrongState):
            do_step(actor=supervisor, table_id=table.pk)
    deliver()
    deliver()
    assert files(folder) == []
    assert not ImportTable.objects.exists()
    assert not ServerShare.objects.filter(object=table.pk).exists()
    with pytest.raises(NotVisible):
        read_table(supervisor, table.pk)


def test_forgetting_waits_a_day(world: World) -> None:
    table = sent(world, rows(1))
    deliver()
    assert ImportTable.objects.filter(pk=table.pk, sealed_key__isnull=False).exists()
    item = OutboxItem.objects.get(kind=import_tables.FORGET)
    assert item.run_at == table.expires_at


def test_the_trail_has_the_counts(world: World) -> None:
    table = imported(world, csv_of(GOOD, with_(Case_no="18", Sex="?")))
    events = AuditEvent.objects.filter(object=table.pk, action__startswith="import.").order_by("id")
    assert [each.action for each in events] == [
        "import.uploaded",
        "import.checked",
        "import.begun",
        "import.done",
    ]
    assert events[3].codes == {"loaded": 1, "known": 0, "refused": 1}


def test_a_stored_table_that_was_changed_is_not_trusted(world: World, folder: Path) -> None:
    table = sent(world, rows(3))
    [stored] = files(folder)
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 1
    stored.write_bytes(content)
    for change in (lambda: None, stored.unlink):
        change()
        with pytest.raises(Tampered):
            do_step(actor=world["supervisor"].actor, table_id=table.pk)


# --- who  ----------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_only_supervisors_send_a_table(world: World, name: str) -> None:
    client = sign_in(world[name])
    expected = {"supervisor": 200}.get(name, 404)
    assert client.get("/imports/").status_code == expected
    sending = send(client, csv_of(GOOD), team=str(world.team.pk)).status_code
    assert sending == (302 if expected == 200 else 404)
    assert ImportTable.objects.exists() == (expected == 200)


def attempt(do: Callable[..., object], world: World, persona: Persona, table: ImportTable) -> int | None:
    try:
        do(actor=persona.actor, table_id=table.pk)
    except HearthError as error:
        return error.status
    return None


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize("verb", ["do_step", "begin_import", "cancel_import"])
def test_a_table_is_its_authors_alone(world: World, name: str, verb: str) -> None:
    table = sent(world, rows(1))
    if verb == "begin_import":
        until_it_waits(world, table)
    done = attempt(getattr(import_tables, verb), world, world[name], table)
    assert done == (None if name == "supervisor" else 404)


def test_who_is_no_supervisor_any_more_does_not_go_on(world: World) -> None:
    table = sent(world, rows(1))
    persona = world["supervisor"]
    membership = persona.user.memberships.get(team=world.team)
    membership.role = Role.CASEWORKER
    membership.save()
    with pytest.raises(NotAllowed):
        do_step(actor=persona.actor, table_id=table.pk)
    assert Case.objects.count() == 0


def test_a_token_holds_no_key_to_send_a_table_with(world: World) -> None:
    from core.tokens import actor_from_token, create_token

    actor = actor_from_token(create_token(actor=world["supervisor"].actor, name="x")[1])
    assert actor
    upload = sealed_upload("x", [rows(1)])
    with pytest.raises(NotAllowed):
        upload_table(actor=actor, team_id=world.team.pk, upload=upload, mapping=MAPPING)


# --- after an erasure  ----------------------------------------


def test_who_was_erased_does_not_come_back_with_the_old_file(world: World) -> None:
    from casework.services.erasure import erase

    assert imported(world, rows(3)).loaded == 3
    case = ImportedCase.objects.order_by("pk").first().case
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    assert erase(passed(ordered(world, case)).pk)
    mark = ErasedImport.objects.get()
    assert {field.name for field in mark._meta.concrete_fields} == {"id", "team", "mark"}
    assert not ImportedCase.objects.filter(case=case.pk).exists()
    again = imported(world, rows(4))
    assert (again.loaded, again.known, again.refused) == (1, 2, 1)
    assert left_out(world, again) == [(2, "Case no", "This case was erased. It is not imported again.")]


def test_erased_twice_as_after_a_restored_backup_one_mark_is_left(world: World) -> None:
    from casework.erasing import erase_rows

    imported(world, rows(1))
    row = ImportedCase.objects.get()
    mark, case = bytes(row.mark), row.case
    erase_rows(case)
    ImportedCase.objects.create(team=world.team, mark=mark, case=case)
    erase_rows(case)
    assert bytes(ErasedImport.objects.get().mark) == mark
    assert not ImportedCase.objects.exists()


def test_a_mark_of_one_team_says_nothing_to_another(world: World) -> None:
    imported(world, rows(1))
    marks = ImportedCase.objects.values_list("mark", flat=True)
    ErasedImport.objects.create(team=world.other_team, mark=marks[0])
    assert imported(world, rows(2)).loaded == 1
