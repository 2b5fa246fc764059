"""The off-box journal: what was erased or removed stays so, one damaged line or not."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from advocacy.models import Fact
from casework.case_file import open_case_file
from casework.documents.custody import read_custody
from casework.erasing import wrap_order
from casework.models import Case, Document, Erasure
from casework.selectors import read_case
from casework.services import remove_document
from casework.services.erasure import erase
from core import journal, outbox
from core.errors import NotVisible, Tampered
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.casework.documents import content, keep, stored
from tests.casework.test_erasure import closed, full, ordered, passed  # noqa: F401
from tests.casework.test_rights import read_pdf, talk
from tests.conftest import api, sign_in
from tests.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
BEFORE = ("state", "removed_at", "sealed", "sealed_key")


def work() -> None:
    """What a worker would do by now."""
    for item in outbox.hand_out():
        assert outbox.run(item)


def lines(settings: Any) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(settings.ERASURE_JOURNAL).read_text().splitlines()]


@pytest.fixture
def removed(assigned: Persona, case: Case) -> Document:
    """A document that was removed after a backup, which has come back: row, key, manifest and file."""
    row = keep(assigned, case)
    manifest = Case.objects.values_list("manifest", flat=True).get(pk=case.pk)
    before, sealed = Document.objects.values(*BEFORE).get(pk=row.pk), stored(row).read_bytes()
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=row.pk, reason="Canarywhy")
    work()
    Document.objects.filter(pk=row.pk).update(**before)
    Case.objects.filter(pk=case.pk).update(manifest=manifest)
    stored(row).write_bytes(sealed)
    return row


def test_a_removed_document_is_entered_by_its_id(assigned: Persona, case: Case, settings: Any) -> None:
    row = keep(assigned, case)
    remove_document(actor=assigned.actor, case_id=case.pk, document_id=row.pk, reason="Canarywhy")
    assert not Path(settings.ERASURE_JOURNAL).exists()
    work()
    [line] = lines(settings)
    assert (line["what"], line["id"], line["wrapped"]) == ("document", str(row.pk), "")
    assert "Canary" not in Path(settings.ERASURE_JOURNAL).read_text()


def test_it_is_destroyed_again_with_its_file(
    assigned: Persona, case: Case, removed: Document, capsys: pytest.CaptureFixture[str]
) -> None:
    assert content(assigned, removed)
    call_command("replay_journal")
    assert "Destroyed again: 1" in capsys.readouterr().out
    with pytest.raises(NotVisible):
        content(assigned, removed)
    work()
    assert not stored(removed).exists()
    removed.refresh_from_db()
    assert (removed.state, removed.sealed_key) == ("removed", None)
    assert b"Canary" not in bytes(removed.sealed)
    call_command("replay_journal")
    assert "Destroyed again: 0" in capsys.readouterr().out
    event = AuditEvent.objects.get(action="document.removed", actor=None)
    assert event.codes == {"document": str(removed.pk)}


def test_the_case_goes_on_and_the_log_stays(assigned: Persona, case: Case, removed: Document) -> None:
    call_command("replay_journal")
    file = open_case_file(assigned.actor, case.pk)
    document = file.attachments.get(removed.pk)
    assert not document.kept
    assert (document.facts.name, document.facts.sha256) == ("", "")
    assert read_custody(file, document)[0].what == "received"
    another = keep(assigned, case)  # a change of the manifest that does not know of it
    assert content(assigned, another)
    client = sign_in(assigned)
    address = f"/cases/{case.pk}/documents/{removed.pk}/"
    assert "Removed" in text(client.get(f"/cases/{case.pk}/"))
    page = text(client.get(address))
    assert "Its key is destroyed" in page
    assert "SHA-256" not in page
    for rest in ("preview/", "download/"):
        assert client.get(address + rest).status_code == 404
    assert client.get(f"{address}remove/").status_code == 409
    talk(assigned, case)
    copy = client.post(f"/cases/{case.pk}/copy/", {"format": "pdf"})
    assert "Documents" in read_pdf(copy.content)
    program = api(assigned).get(f"/api/v1/cases/{case.pk}/documents/{removed.pk}/")
    assert program.status_code == 200
    assert (program.json()["state"], program.json()["name"]) == ("removed", "")


@pytest.mark.parametrize("attack", ["kept", "another"])
def test_no_other_row_passes_for_one_that_was_removed_again(
    assigned: Persona, case: Case, removed: Document, attack: str
) -> None:
    other = keep(assigned, case)
    call_command("replay_journal")
    mark = Document.objects.values_list("sealed", flat=True).get(pk=removed.pk)
    if attack == "kept":
        Document.objects.filter(pk=removed.pk).update(state="kept", removed_at=None, sealed_key=b"x")
    else:
        gone = {"state": "removed", "removed_at": timezone.now(), "sealed_key": None}
        Document.objects.filter(pk=other.pk).update(**gone, sealed=mark)
    with pytest.raises(Tampered):
        open_case_file(assigned.actor, case.pk).attachments.all  # noqa: B018


# --- an erased case whose order is newer than the backup  ----------------------------------------


def test_the_order_comes_back_as_it_was(world: World, full: Case) -> None:  # noqa: F811
    order = passed(ordered(world, full))
    erase(order.pk)
    work()
    order.refresh_from_db()
    Erasure.objects.all().delete()
    Case.objects.filter(pk=full.pk).update(state=Case.State.CLOSED)
    call_command("replay_journal")
    [again] = Erasure.objects.all()
    again.verify()
    for field in Erasure._meta.fields:
        assert getattr(again, field.attname) == getattr(order, field.attname), field.name
    assert full.number in text(sign_in(world["supervisor"]).get("/erasures/"))
    call_command("replay_journal")
    assert Erasure.objects.count() == 1


def test_an_order_that_waits_in_the_backup_is_done_when_it_was(world: World, full: Case) -> None:  # noqa: F811
    order = passed(ordered(world, full))
    columns = Erasure.objects.values("state", "due_at", "done_at", "kek_version", "tag").get(pk=order.pk)
    erase(order.pk)
    work()
    done = Erasure.objects.get(pk=order.pk)
    Erasure.objects.filter(pk=order.pk).update(**columns)
    Case.objects.filter(pk=full.pk).update(state=Case.State.CLOSED)
    call_command("replay_journal")
    again = Erasure.objects.get()
    assert (again.state, again.done_at, again.pk) == ("done", done.done_at, done.pk)


def test_whom_the_backup_does_not_know_stands_in_no_order_and_the_case_goes_all_the_same(
    world: World,
    full: Case,  # noqa: F811
) -> None:
    order = passed(ordered(world, full))
    order.asked_by_id, order.done_at, order.kek_version = uuid4(), timezone.now(), 1
    Erasure.objects.all().delete()
    journal.write("case", full.pk, wrap_order(order))
    call_command("replay_journal")
    full.refresh_from_db()
    assert full.state == "erased"
    assert not Fact.objects.exists()
    assert not Erasure.objects.exists()


# --- a line that does not open  ----------------------------------------


def test_a_line_that_does_not_open_keeps_nothing_of_the_others_alive(
    world: World,
    assigned: Persona,
    full: Case,  # noqa: F811
    settings: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    journal.write("case", full.pk, b"\0\0\0\x01 wrapped by a KEK that is gone")
    row = Document.objects.get()
    journal.write("document", row.pk)
    with pytest.raises(CommandError, match="lines that can't be opened: 1"):
        call_command("replay_journal")
    said = capsys.readouterr()
    assert "Destroyed again: " in said.out
    assert f"case {full.pk}" in said.err
    with pytest.raises(NotVisible):
        read_case(assigned.actor, full.pk)
    full.refresh_from_db()
    assert full.state == "erased"
    assert Fact.objects.exists()  # what is reported: nobody can tell any more which one it was
