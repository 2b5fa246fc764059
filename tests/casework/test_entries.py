"""What a case holds many of: each entry sealed by itself, with its versions, and nothing overwritten silently."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from casework.models import Case, SectionVersion
from casework.selectors import read_case
from casework.services import open_case, record_identification
from casework.services.entries import add_entry, change_entry
from core.errors import Invalid, NotVisible, Stale, Tampered
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import sign_in

TODAY = date.today().isoformat()
ALERT = {"message": "Canaryalert at the gate", "since": TODAY}


@pytest.fixture
def alert(assigned: Persona, case: Case) -> UUID:
    return add_entry(actor=assigned.actor, case_id=case.pk, kind="alert", values=ALERT)


def test_an_entry_is_read_as_it_was_written_and_lies_sealed(
    assigned: Persona, case: Case, alert: UUID
) -> None:
    (entry,) = read_case(assigned.actor, case.pk).entries.of("alert")
    assert (entry.id, entry.version, dict(entry.values), entry.saved_by) == (alert, 1, ALERT, assigned.user)
    assert b"Canaryalert" not in bytes(SectionVersion.objects.get(entry=alert).sealed)
    event = AuditEvent.objects.get(action="entry.added")
    assert event.codes["entry"] == f"entry:alert:{alert}"


def test_a_change_appends_a_version(assigned: Persona, case: Case, alert: UUID) -> None:
    ended = ALERT | {"ended_on": TODAY}
    assert (
        change_entry(
            actor=assigned.actor, case_id=case.pk, kind="alert", entry_id=alert, values=ended, base_version=1
        )
        == 2
    )
    newest, first = read_case(assigned.actor, case.pk).entries.history("alert", alert)
    assert (newest.version, newest.values["ended_on"], first.version) == (2, TODAY, 1)
    assert newest.first_saved_at == first.saved_at


def test_who_saves_second_sees_both_and_overwrites_nothing(
    world: World, assigned: Persona, case: Case, alert: UUID
) -> None:
    change = {"case_id": case.pk, "kind": "alert", "entry_id": alert, "base_version": 1}
    change_entry(actor=world["teammate"].actor, values=ALERT | {"message": "Theirs"}, **change)
    with pytest.raises(Stale) as stale:
        change_entry(actor=assigned.actor, values=ALERT | {"message": "Mine"}, **change)
    assert (stale.value.newest["message"], stale.value.yours["message"]) == ("Theirs", "Mine")
    page = sign_in(assigned).post(
        f"/cases/{case.pk}/entries/alert/{alert}/", ALERT | {"message": "Mine", "base_version": "1"}
    )
    assert page.status_code == 409
    assert {"Theirs", "Mine"} <= set(page.content.decode().replace("<", " ").replace(">", " ").split())


@pytest.mark.parametrize("harm", ["gone", "put back", "another's"])
def test_a_row_that_is_not_ours_is_noticed(assigned: Persona, case: Case, alert: UUID, harm: str) -> None:
    change_entry(
        actor=assigned.actor,
        case_id=case.pk,
        kind="alert",
        entry_id=alert,
        values=ALERT | {"message": "Newer"},
        base_version=1,
    )
    rows = SectionVersion.objects.filter(entry=alert)
    if harm == "gone":
        rows.delete()
    elif harm == "put back":
        rows.filter(version=2).delete()
    else:
        rows.filter(version=2).update(entry=uuid4())
    with pytest.raises(Tampered):
        read_case(assigned.actor, case.pk).entries.of("alert")


def test_an_entry_of_another_case_is_not_there(world: World, assigned: Persona, alert: UUID) -> None:
    other = record_identification(
        actor=assigned.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    elsewhere = open_case(actor=assigned.actor, identification_id=other.pk)
    with pytest.raises(NotVisible):
        read_case(assigned.actor, elsewhere.pk).entries.get("alert", alert)


def test_what_is_not_declared_is_refused(assigned: Persona, case: Case) -> None:
    with pytest.raises(NotVisible):
        add_entry(actor=assigned.actor, case_id=case.pk, kind="rumour", values={})
    with pytest.raises(NotVisible):
        add_entry(actor=assigned.actor, case_id=case.pk, kind="alert", values=ALERT, under=uuid4())
    with pytest.raises(Invalid) as invalid:
        add_entry(actor=assigned.actor, case_id=case.pk, kind="alert", values={"since": TODAY, "by": "me"})
    assert set(invalid.value.fields) == {"message", "by"}


def test_the_pages_of_an_entry_work_without_anything_but_forms(
    assigned: Persona, case: Case, alert: UUID
) -> None:
    client = sign_in(assigned)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    refused = client.post(f"/cases/{case.pk}/entries/alert/new/", ALERT | {"since": tomorrow})
    assert refused.status_code == 400
    assert b"in the future" in refused.content
    assert client.post(f"/cases/{case.pk}/entries/alert/new/", ALERT).status_code == 302
    assert client.get(f"/cases/{case.pk}/entries/alert/").content.count(b"Canaryalert") == 2
    page = f"/cases/{case.pk}/entries/alert/{alert}/"
    assert client.post(page, ALERT | {"ended_on": TODAY, "base_version": "1"}).status_code == 302
    assert b"Version 2" in client.get(page).content
