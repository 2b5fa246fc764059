"""An erasure whose process is killed with kill -9: nothing of it is done, or after the next run all of it, once."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from advocacy.models import Fact
from casework.erasing import what_would_go
from casework.models import Case, Document, Erasure
from casework.selectors import read_case
from casework.services.erasure import ERASE
from core import journal, outbox
from core.access_audit import disagreements
from core.models import AuditEvent, OutboxItem, ServerShare
from referrals.demo import Persona, World
from tests.casework.documents import keep
from tests.casework.test_erasure import closed, full, ordered, passed  # noqa: F401
from tests.casework.test_links import another
from tests.killing import KILLED, Moment, at_call, at_statement, in_a_process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

STEP = 5


@pytest.fixture
def due(world: World, full: Case) -> Case:  # noqa: F811
    """A case that has something of everything, whose erasure is due."""
    passed(ordered(world, full))
    while items := outbox.hand_out():
        for item in items:
            outbox.run(item)
    OutboxItem.objects.filter(kind=ERASE).update(run_at=timezone.now())
    return full


@pytest.fixture
def second(world: World, assigned: Persona, due: Case) -> Case:
    """Another case that is due after the first."""
    made = another(assigned, world.team)
    keep(assigned, made)
    Case.objects.filter(pk=made.pk).update(state=Case.State.CLOSED)
    order = passed(ordered(world, made))
    order.due_at = timezone.now()
    order.save()
    return made


def erase_due() -> None:
    call_command("erase_due", verbosity=0)


def work() -> None:
    """What a worker does that has time."""
    while items := outbox.hand_out():
        for item in items:
            outbox.run(item)


def later() -> None:
    """The lease of whoever was killed has run out, and what was put off comes again."""
    waiting = OutboxItem.objects.filter(done_at=None)
    waiting.update(leased_until=None, run_at=timezone.now() - timedelta(seconds=1))


def standing(case: Case) -> dict[str, object]:
    """What there is of a case."""
    return {
        "left": [(each.name, count) for each, count in what_would_go(case)],
        "state": Case.objects.get(pk=case.pk).state,
        "share": ServerShare.objects.filter(object=case.pk).exists(),
        "order": Erasure.objects.get(case=case).state,
        "facts": Fact.objects.count(),
        "trail": AuditEvent.objects.count(),
        "work": OutboxItem.objects.count(),
        "keys": Document.objects.exclude(sealed_key=None).count(),
        "files": files(),
    }


def files() -> int:
    return sum(path.is_file() for path in Path(storages["documents"].path("")).rglob("*"))


def erased_once(*cases: Case) -> None:
    """Each case is gone to its last byte, and stands in trail and journal."""
    lines = [line for line in journal.read(Path(journal.settings.ERASURE_JOURNAL)) if line]
    assert all(line.ours and line.follows for line in lines)
    for case in cases:
        now = standing(case)
        assert (now["state"], now["order"], now["share"]) == ("erased", "done", False)
        assert [(name, count) for name, count in what_is_left(case)] == [("documents", 1)]
        assert AuditEvent.objects.filter(action="case.erased", object=case.pk).count() == 1
        assert Erasure.objects.filter(case=case).count() == 1
        assert case.pk in {line.id for line in lines if line.what == "case"}
    assert not Document.objects.exclude(sealed_key=None).exists()
    assert (files(), Fact.objects.count()) == (0, 0)
    assert not OutboxItem.objects.filter(done_at=None).exclude(kind=ERASE).exists()
    assert not OutboxItem.objects.exclude(dead_at=None).exists()
    assert list(disagreements()) == []


def what_is_left(case: Case) -> list[tuple[str, int]]:
    return [(each.name, count) for each, count in what_would_go(case) if count]


def by_the_worker() -> None:
    OutboxItem.objects.update(attempts=0)  # it is killed more often than work is tried
    [item] = OutboxItem.objects.filter(kind=ERASE).values_list("pk", flat=True)
    assert outbox.run(item)


@pytest.mark.parametrize("way", [erase_due, by_the_worker])
def test_killed_at_any_statement_it_has_done_nothing(
    assigned: Persona, due: Case, way: Callable[[], None]
) -> None:
    before, last = standing(due), 0
    for number in count(1, STEP):
        if in_a_process(way, at_statement(number)) != KILLED:
            break
        assert standing(due) == before, f"at statement {number}"
        last = number
    assert last > 40, "it was killed all the way through"
    in_a_process(work)
    erased_once(due)


def test_killed_before_the_commit_the_case_still_opens(assigned: Persona, due: Case) -> None:
    before = standing(due)
    assert in_a_process(erase_due, at_call(connection, "_commit", done=False)) == KILLED
    assert standing(due) == before
    assert read_case(assigned.actor, due.pk).section("identity").values["given_name"] == "Canarygiven"
    in_a_process(erase_due)
    in_a_process(work)
    erased_once(due)


def test_killed_after_the_commit_the_share_is_gone_and_the_files_follow(due: Case) -> None:
    assert in_a_process(erase_due, at_call(connection, "_commit", done=True)) == KILLED
    now = standing(due)
    assert (now["state"], now["share"], now["files"]) == ("erased", False, 1)
    in_a_process(erase_due)
    in_a_process(work)
    erased_once(due)


def test_killed_between_two_cases_each_is_erased_once(due: Case, second: Case) -> None:
    whole = standing(second)
    # Each case takes one transaction.
    assert in_a_process(erase_due, at_call(connection, "_commit", done=True)) == KILLED
    assert standing(due)["state"] == "erased"
    half = standing(second)
    assert {name: half[name] for name in ("left", "state", "share", "order")} == {
        name: whole[name] for name in ("left", "state", "share", "order")
    }
    in_a_process(erase_due)
    in_a_process(work)
    erased_once(due, second)


MOMENTS: dict[str, Callable[[], Moment]] = {
    "before the file is deleted": lambda: at_call(storages["documents"], "delete", done=False),
    "when the file is deleted": lambda: at_call(storages["documents"], "delete", done=True),
    "before the journal is written": lambda: at_call(journal, "write", done=False),
    "when the journal has one line": lambda: at_call(journal, "write", done=True),
    "when the journal has two lines": lambda: at_call(journal, "write", done=True, number=2),
    "when the case stands in the journal": lambda: at_call(Erasure, "save", done=True),
    "when the first work is done and not marked": lambda: at_call(outbox, "_mark_done", done=False),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_that_is_killed_afterwards_leaves_its_work_to_the_next(
    due: Case, moment: str, settings: Any
) -> None:
    erase_due()
    assert in_a_process(work, MOMENTS[moment]()) == KILLED
    assert OutboxItem.objects.filter(done_at=None).exists()
    later()
    in_a_process(work)
    erased_once(due)
    call_command("replay_journal")
    erased_once(due)
