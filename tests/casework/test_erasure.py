"""Erasing a case: who may, what stands against it, what it destroys, and that no backup brings it back."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from advocacy.models import Fact
from casework.erasing import due_orders, erase_rows, keep_handle, what_would_go
from casework.models import Approval, Case, Document, Erasure, Identification, IndexToken, SectionVersion
from casework.selectors import cases_of, read_case
from casework.services import add_document, plan_follow_up, record_consent, save_section
from casework.services.approvals import approve, refuse
from casework.services.consents import How, Purpose
from casework.services.documents import remove_document
from casework.services.entries import add_entry, change_entry
from casework.services.erasure import (
    ask_erasure,
    cancel_erasure,
    enter_erasure,
    erase,
)
from casework.services.states import change_state
from casework.transitions import CaseStep
from core import journal, outbox
from core.access_audit import disagreements
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Refused, Tampered, WrongState
from core.models import (
    AuditEvent,
    Grant,
    ObjectKey,
    OutboxItem,
    SealedObject,
    ServerShare,
    TeamPermission,
)
from core.uploads import sealed_upload
from referrals.demo import Persona, World
from referrals.models import Packet, Referral
from referrals.services import draft_referral, send_referral
from tests.conftest import PERSONAS, sign_in
from tests.files import picture
from tests.pages import text

TODAY = date.today().isoformat()
Order = Erasure.State


@pytest.fixture
def closed(case: Case) -> Case:
    """A case at its end."""
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    case.refresh_from_db()
    return case


def ordered(world: World, case: Case, *, by: str = "assigned") -> Erasure:
    """Asked for by the supervisor and approved by a colleague."""
    asked = ask_erasure(actor=world["supervisor"].actor, case_id=case.pk, reason="Canaryreason")
    approve(actor=world[by].actor, case_id=case.pk, approval_id=asked.pk)
    return Erasure.objects.get(case=case, state=Order.ORDERED)


def passed(order: Erasure) -> Erasure:
    """The delay has passed."""
    order.refresh_from_db()
    order.due_at = timezone.now() - timedelta(minutes=1)
    order.save()
    return order


def hold(persona: Persona, case: Case, **values: str) -> Any:
    values = {"ground": "criminal", "since": TODAY} | values
    return add_entry(actor=persona.actor, case_id=case.pk, kind="legal_hold", values=values)


def release(persona: Persona, case: Case, entry_id: Any) -> None:
    values = {"ground": "criminal", "since": TODAY, "ended_on": TODAY}
    change_entry(
        actor=persona.actor,
        case_id=case.pk,
        kind="legal_hold",
        entry_id=entry_id,
        values=values,
        base_version=1,
    )


def attempt(do: Callable[[], object]) -> int | None:
    """The status of what it raises, or None."""
    try:
        do()
    except HearthError as error:
        return error.status
    return None


# --- who  ----------------------------------------


@pytest.mark.parametrize("name", PERSONAS)
def test_a_supervisor_of_the_team_asks_and_nobody_else(world: World, closed: Case, name: str) -> None:
    status = {"supervisor": 201, "assigned": 403, "teammate": 403}.get(name, 404)
    done = attempt(lambda: ask_erasure(actor=world[name].actor, case_id=closed.pk, reason="x"))
    assert done == (None if status == 201 else status)


@pytest.mark.parametrize("name", PERSONAS)
def test_a_second_person_of_the_team_approves_and_nobody_else(world: World, closed: Case, name: str) -> None:
    status = {"supervisor": 403, "assigned": 200, "teammate": 200}.get(name, 404)
    asked = ask_erasure(actor=world["supervisor"].actor, case_id=closed.pk, reason="x")
    done = attempt(lambda: approve(actor=world[name].actor, case_id=closed.pk, approval_id=asked.pk))
    assert done == (None if status == 200 else status)
    assert Erasure.objects.exists() == (status == 200)


@pytest.mark.parametrize("state", ["open", "active", "on_hold", "reopened", "erased"])
def test_only_a_closed_case_can_be_erased(world: World, case: Case, state: str) -> None:
    Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(WrongState):
        ask_erasure(actor=world["supervisor"].actor, case_id=case.pk, reason="x")


def test_it_needs_a_reason_and_is_asked_for_once(world: World, closed: Case) -> None:
    supervisor = world["supervisor"].actor
    with pytest.raises(Invalid):
        ask_erasure(actor=supervisor, case_id=closed.pk, reason=" ")
    ask_erasure(actor=supervisor, case_id=closed.pk, reason="x")
    with pytest.raises(WrongState):
        ask_erasure(actor=supervisor, case_id=closed.pk, reason="x")


def test_a_refusal_orders_nothing(world: World, closed: Case) -> None:
    asked = ask_erasure(actor=world["supervisor"].actor, case_id=closed.pk, reason="x")
    refuse(actor=world["teammate"].actor, case_id=closed.pk, approval_id=asked.pk, note="No.")
    assert not Erasure.objects.exists()


def test_the_database_takes_no_order_that_one_person_made(world: World, closed: Case) -> None:
    order = ordered(world, closed)
    order.approved_by = order.asked_by
    with pytest.raises(IntegrityError), transaction.atomic():
        order.save()


# --- when  ----------------------------------------


def test_nothing_goes_before_the_delay_has_passed(world: World, closed: Case, settings: Any) -> None:
    settings.ERASURE_DELAY_DAYS = 3
    order = ordered(world, closed)
    assert timedelta(days=2, hours=23) < order.due_at - timezone.now() <= timedelta(days=3)
    assert not erase(order.pk)
    item = OutboxItem.objects.get(kind="casework.erase")
    assert (item.subject, item.run_at) == (order.pk, order.due_at)
    assert read_case(world["assigned"].actor, closed.pk).section("identity").values


@pytest.mark.parametrize("name", ["assigned", "teammate", "supervisor"])
def test_whoever_of_the_team_stops_it_within_the_delay(world: World, closed: Case, name: str) -> None:
    order = passed(ordered(world, closed))
    cancel_erasure(actor=world[name].actor, case_id=closed.pk)
    assert not erase(order.pk)
    with pytest.raises(WrongState):
        cancel_erasure(actor=world[name].actor, case_id=closed.pk)
    ordered(world, closed)  # it can be ordered anew


def test_reopening_the_case_stops_it(world: World, closed: Case) -> None:
    order = passed(ordered(world, closed))
    change_state(
        actor=world["supervisor"].actor, case_id=closed.pk, step=CaseStep.REOPEN, reason="back_in_touch"
    )
    order.refresh_from_db()
    assert order.state == Order.CANCELLED
    assert not erase(order.pk)


# --- a legal hold  ----------------------------------------


def test_only_a_supervisor_sets_and_ends_a_hold(world: World, assigned: Persona, closed: Case) -> None:
    with pytest.raises(NotAllowed):
        hold(assigned, closed)
    held = hold(world["supervisor"], closed)
    with pytest.raises(NotAllowed):
        release(assigned, closed, held)


def test_under_a_hold_nothing_is_asked_for_or_approved(world: World, closed: Case) -> None:
    supervisor = world["supervisor"]
    asked = ask_erasure(actor=supervisor.actor, case_id=closed.pk, reason="x")
    held = hold(supervisor, closed)
    with pytest.raises(Refused):
        approve(actor=world["teammate"].actor, case_id=closed.pk, approval_id=asked.pk)
    assert not Erasure.objects.exists()
    release(supervisor, closed, held)
    approve(actor=world["teammate"].actor, case_id=closed.pk, approval_id=asked.pk)
    assert Erasure.objects.exists()


def test_a_hold_stops_what_was_ordered_and_its_end_lets_the_delay_pass_anew(
    world: World, closed: Case
) -> None:
    order = passed(ordered(world, closed))
    first, second = hold(world["supervisor"], closed), hold(world["supervisor"], closed)
    call_command("erase_due")
    release(world["supervisor"], closed, first)
    order.refresh_from_db()
    assert order.state == Order.HELD
    assert not erase(order.pk)
    release(world["supervisor"], closed, second)
    order.refresh_from_db()
    assert order.state == Order.ORDERED
    assert order.due_at > timezone.now() + timedelta(days=6)
    assert erase(passed(order).pk)


@pytest.mark.usefixtures("folder")
def test_a_hold_keeps_documents(world: World, assigned: Persona, case: Case) -> None:
    row = document(assigned, case)
    held = hold(world["supervisor"], case)
    which = {"actor": assigned.actor, "case_id": case.pk, "document_id": row.pk, "reason": "x"}
    with pytest.raises(Refused):
        remove_document(**which)
    release(world["supervisor"], case, held)
    remove_document(**which)


# --- what goes  ----------------------------------------


def document(persona: Persona, case: Case) -> Document:
    return add_document(
        actor=persona.actor, case_id=case.pk, upload=sealed_upload("x.png", [picture()]), kind="other"
    )


@pytest.fixture
def full(world: World, assigned: Persona, case: Case, share_consent: None, folder: Path) -> Case:
    """A closed case that has something of everything."""
    which = {"actor": assigned.actor, "case_id": case.pk}
    record_consent(
        **which,
        purpose=Purpose.STATISTICS,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="x",
        language="nep",
    )
    document(assigned, case)
    plan_follow_up(**which, due_at=timezone.now(), about="Canaryabout")
    values = {"message": "Canaryalert", "since": "2026-01-16"}
    add_entry(**which, kind="alert", values=values)
    draft = draft_referral(**which, service_id=world.services[0].pk, fields=["identity.chosen_name"])
    send_referral(actor=assigned.actor, referral_id=draft.pk)
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    case.refresh_from_db()
    return case


def test_a_dry_run_counts_and_destroys_nothing(
    world: World, full: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    passed(ordered(world, full))
    before = {each.name: count for each, count in what_would_go(full)}
    assert before["consents"] == 2
    assert before["packets"] == before["documents"] == before["identifications"] == 1
    call_command("erase_due", "--dry-run")
    said = capsys.readouterr().out
    assert f"{full.number}: " in said
    assert "Canary" not in said
    assert before == {each.name: count for each, count in what_would_go(full)}
    assert read_case(world["assigned"].actor, full.pk).consents


def test_everything_goes_but_a_row_without_content(
    world: World, full: Case, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Fact.objects.exists()
    passed(ordered(world, full))
    objects = {full.pk, full.identifications.get().pk, Packet.objects.get().pk}
    call_command("erase_due")
    assert f"{full.number}: erased" in capsys.readouterr().out
    assert not ServerShare.objects.filter(object__in=objects).exists()
    assert not Grant.objects.filter(object__in=objects).exists()
    for model in (Fact, IndexToken, Approval, SectionVersion, Identification, Referral, Packet):
        assert not model.objects.exists(), model
    assert dict(what_would_go_by_name(full)) == {"documents": 1}  # the row that the custody log hangs on
    full.refresh_from_db()
    assert (full.state, bytes(full.manifest), full.sealed_fact_handle) == ("erased", b"", None)
    row = Document.objects.get()
    assert (bytes(row.sealed), row.sealed_key) == (b"", None)
    for persona in world.people.values():
        assert not cases_of(persona.actor).exists()
        with pytest.raises(NotVisible):
            read_case(persona.actor, full.pk)
    assert list(disagreements()) == []


def what_would_go_by_name(case: Case) -> list[tuple[str, int]]:
    return [(each.name, count) for each, count in what_would_go(case) if count]


def test_stored_files_go_after_the_transaction_through_the_outbox(
    world: World, full: Case, folder: Path
) -> None:
    order = passed(ordered(world, full))
    stored = [path for path in (folder / "documents").rglob("*") if path.is_file()]
    assert len(stored) == 1
    erase(order.pk)
    assert stored[0].exists()  # a worker that dies here leaves ciphertext without a key, and work that waits
    for item in outbox.hand_out():
        outbox.run(item)
    assert not stored[0].exists()


def test_a_fact_that_came_after_the_order_goes_too(world: World, assigned: Persona, closed: Case) -> None:
    order = ordered(world, closed)
    record_consent(
        actor=assigned.actor,
        case_id=closed.pk,
        purpose=Purpose.STATISTICS,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="x",
        language="nep",
    )
    assert Fact.objects.exists()
    assert erase(passed(order).pk)
    assert not Fact.objects.exists()


def test_it_is_carried_out_once_and_all_or_nothing(
    world: World, full: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = passed(ordered(world, full))
    rows = SectionVersion.objects.count()

    def fail(case: Case) -> None:
        erase_rows(case)
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr("casework.services.erasure.erase_rows", fail)
        with pytest.raises(OSError):  # noqa: PT011
            erase(order.pk)
    assert SectionVersion.objects.count() == rows
    assert Fact.objects.exists()
    assert read_case(world["assigned"].actor, full.pk).consents
    assert erase(order.pk)
    assert not erase(order.pk)
    assert AuditEvent.objects.filter(action="case.erased").count() == 1


def test_whoever_writes_meanwhile_finds_nothing_to_open(
    world: World, assigned: Persona, closed: Case
) -> None:
    erase(passed(ordered(world, closed)).pk)
    with pytest.raises(NotVisible):
        save_section(actor=assigned.actor, case_id=closed.pk, section="notes", values={}, base_version=0)
    assert not SectionVersion.objects.exists()


def test_an_order_that_no_approval_wrote_gets_no_tag_of_ours(world: World, closed: Case) -> None:
    """Whatever saves an order looks first whether it is one."""
    order = ordered(world, closed)
    Erasure.objects.filter(pk=order.pk).update(due_at=timezone.now() - timedelta(days=1))
    with pytest.raises(Tampered):
        keep_handle(closed, b"another fact")


def test_an_order_that_no_approval_wrote_is_not_carried_out(world: World, closed: Case) -> None:
    order = ordered(world, closed)
    Erasure.objects.filter(pk=order.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert due_orders().exists()
    with pytest.raises(Tampered):
        erase(order.pk)
    assert read_case(world["assigned"].actor, closed.pk).section("identity").values


# --- a backup that comes back  ----------------------------------------

BACKED_UP = (
    SealedObject,
    ServerShare,
    ObjectKey,
    Grant,
    TeamPermission,
    Identification,
    SectionVersion,
    Fact,
)


def backup() -> str:
    rows = [row for model in BACKED_UP for row in model._default_manager.all()]
    return str(serializers.serialize("json", rows))


def restore(dump: str, case: Case, columns: dict[str, Any]) -> None:
    for each in serializers.deserialize("json", dump):
        each.save()
    Erasure.objects.all().delete()
    Case.objects.filter(pk=case.pk).update(**columns)


def test_a_restored_backup_reads_until_the_journal_is_replayed_and_then_no_more(
    world: World, full: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned = world["assigned"].actor
    order = passed(ordered(world, full))
    dump = backup()
    columns = Case.objects.filter(pk=full.pk).values("state", "manifest", "sealed_fact_handle").get()
    erase(order.pk)
    for item in outbox.hand_out():
        outbox.run(item)
    order.refresh_from_db()
    assert bytes(order.wrapped_handle) == b""
    assert not Fact.objects.exists()

    restore(dump, full, columns)
    assert read_case(assigned, full.pk).section("identity").values["given_name"] == "Canarygiven"
    assert Fact.objects.exists()

    call_command("replay_journal")
    assert "All sessions have ended" in capsys.readouterr().out
    with pytest.raises(NotVisible):
        read_case(assigned, full.pk)
    assert not Fact.objects.exists()
    assert not SectionVersion.objects.exists()
    assert not ServerShare.objects.filter(object=full.pk).exists()
    call_command("replay_journal")  # safe to repeat
    assert "Destroyed again: 0" in capsys.readouterr().out


def test_the_journal_names_ids_alone(world: World, full: Case, settings: Any) -> None:
    erase(passed(ordered(world, full)).pk)
    for item in outbox.hand_out():
        outbox.run(item)
    said = Path(settings.ERASURE_JOURNAL).read_text()
    assert str(full.pk) in said
    assert full.number not in said
    assert "Canary" not in said
    assert Path(settings.ERASURE_JOURNAL).stat().st_mode & 0o077 == 0


def test_a_line_that_somebody_else_wrote_destroys_nothing_and_a_missing_one_is_noticed(
    world: World, closed: Case, settings: Any
) -> None:
    path = Path(settings.ERASURE_JOURNAL)
    for _each in range(3):
        journal.write("grant", SealedObject.objects.first().pk)  # type: ignore[union-attr]
    first, second, third = path.read_text().splitlines()
    forged = json.dumps({**json.loads(third), "what": "object", "id": str(closed.pk)})
    path.write_text(f"{first}\n{third}\n{forged}\n")
    with pytest.raises(CommandError, match="not ours: 1; places where lines are missing: 1"):
        call_command("replay_journal")
    assert read_case(world["assigned"].actor, closed.pk)
    path.write_text(f"{first}\n{second}\n{third}\n")
    call_command("replay_journal")


def test_a_line_that_a_crash_cut_off_is_passed_over(settings: Any, closed: Case) -> None:
    path = Path(settings.ERASURE_JOURNAL)
    journal.write("object", closed.pk)
    whole = path.read_text()
    path.write_text(whole + whole[:40])
    journal.write("object", closed.pk)
    lines = list(journal.read(path))
    assert [line is not None and line.ours for line in lines] == [True, False, True]


def test_an_erasure_says_by_when_it_is_final(world: World, closed: Case) -> None:
    order = passed(ordered(world, closed))
    assert order.final_on is None
    erase(order.pk)
    order.refresh_from_db()
    assert order.final_on == timezone.localdate() + timedelta(days=7)
    assert order.kek_version == 1


# --- nothing of it is left  ----------------------------------------


def test_no_sealed_byte_of_the_case_is_left(world: World, full: Case) -> None:
    """The ciphertext goes too, not only its keys: whatever is found later has nothing to be tried on."""
    sealed = [bytes(row.sealed) for row in SectionVersion.objects.all()]
    order = passed(ordered(world, full))
    erase(order.pk)
    enter_erasure(order.pk)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            cells = [cell for row in cursor.fetchall() for cell in row]
            found = [bytes(cell) for cell in cells if isinstance(cell, bytes | memoryview)]
            assert not set(found) & set(sealed), table


# --- pages  ----------------------------------------


def test_the_pages_ask_decide_stop_and_show_what_was_erased(world: World, closed: Case) -> None:
    address = f"/cases/{closed.pk}/erasure/"
    supervisor, colleague = sign_in(world["supervisor"]), sign_in(world["assigned"])
    assert colleague.post(address, {"reason": "x"}).status_code == 403
    assert supervisor.post(address, {"reason": ""}).status_code == 400
    assert supervisor.post(address, {"reason": "Canaryreason"}).status_code == 302
    asked = Approval.objects.get(subject="erasure")
    decided = colleague.post(f"/cases/{closed.pk}/approvals/{asked.pk}/", {"answer": "approve"})
    assert decided.status_code == 302
    assert "Will be erased" in text(colleague.get(f"/cases/{closed.pk}/"))
    assert colleague.post(f"{address}cancel/").status_code == 302
    erase(passed(ordered(world, closed)).pk)
    assert supervisor.get(address).status_code == 404
    page = text(supervisor.get("/erasures/"))
    assert closed.number in page
    assert "Canary" not in page
