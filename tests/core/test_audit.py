"""The audit trail: it can only grow, holds codes alone, and tells of nothing that did not happen."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core import audit
from core.access import OpenObject
from core.accounts import create_person
from core.models import AuditEvent, Organisation, Role
from referrals.demo import Persona, World


@pytest.fixture
def event(db: None) -> AuditEvent:
    audit.record("case.read", name="case_7")
    return AuditEvent.objects.latest("id")


def refused(sql: str, *values: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError as error:
        return "the audit trail can only grow" in str(error)
    return False


def test_an_event_is_neither_changed_nor_deleted(event: AuditEvent) -> None:
    for attack in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(action="nothing"),
    ):
        with pytest.raises(DatabaseError, match="can only grow"), transaction.atomic():
            attack()
    assert AuditEvent.objects.get(pk=event.pk).action == "case.read"


def test_nor_by_sql(event: AuditEvent) -> None:
    assert refused("UPDATE core_auditevent SET action = %s", "nothing")
    assert refused("UPDATE core_auditevent SET at = at WHERE id = %s", event.pk)
    assert refused("DELETE FROM core_auditevent")
    assert refused("DELETE FROM core_auditevent WHERE id = %s", event.pk)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite knows OR REPLACE")
def test_nor_by_putting_another_in_its_place(event: AuditEvent) -> None:
    columns = "(id, at, action, outcome, kind, codes) VALUES (%s, %s, %s, %s, %s, %s)"
    values = (event.pk, timezone.now().isoformat(), "nothing", "done", "", "{}")
    assert refused(f"INSERT OR REPLACE INTO core_auditevent {columns}", *values)
    assert refused(f"REPLACE INTO core_auditevent {columns}", *values)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_nor_by_emptying_the_table(event: AuditEvent) -> None:
    assert refused("TRUNCATE core_auditevent")


@pytest.mark.parametrize(
    "code",
    ["Amina Okello", "amina@hearth.example", "+39 333 555", "a/b", "x" * 81, "né", "a\nb", "line\n", "a,b"],
)
def test_free_text_is_refused(db: None, code: str) -> None:
    with pytest.raises(ValueError, match="ids and codes only"):
        audit.record("case.read", note=code)
    assert not AuditEvent.objects.exists()


def test_codes_are_words_ids_and_numbers(assigned: Persona, opened: OpenObject) -> None:
    audit.record(
        "x",
        actor=assigned.actor,
        object=opened.object,
        a=7,
        b="follow_up.done",
        c=opened.object.pk,
        d=Role.SUPERVISOR,
    )
    event = AuditEvent.objects.latest("id")
    assert event.codes == {"a": 7, "b": "follow_up.done", "c": str(opened.object.pk), "d": "supervisor"}
    assert (event.kind, event.object, event.actor, event.token) == (
        "case",
        opened.object.pk,
        assigned.user.pk,
        None,
    )


def test_an_event_goes_with_the_transaction_of_what_it_tells_of(db: None) -> None:
    organisation = Organisation.objects.create(name="Quiet Harbour")
    with transaction.atomic():
        create_person(email="a@hearth.example", name="A", organisation=organisation)
        assert AuditEvent.objects.count() == 1
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()


def test_the_trail_outlives_what_it_speaks_of(world: World) -> None:
    """No foreign key: nothing that is deleted takes its events along, and no name stands in it."""
    assert not [field for field in AuditEvent._meta.get_fields() if field.is_relation]
    trail = str(list(AuditEvent.objects.values()))
    for persona in world.people.values():
        assert persona.email not in trail
        assert persona.user.name not in trail


def test_every_verb_of_the_main_job_leaves_an_event(share_consent: None, case: Any) -> None:
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions >= {
        "person.created",
        "keys.made",
        "team.founded",
        "member.admitted",
        "identification.recorded",
        "access.granted",
        "case.opened",
        "section.saved",
        "consent.recorded",
    }
