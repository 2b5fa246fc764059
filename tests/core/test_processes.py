"""With real processes: health, and follow-ups that survive kill -9."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from tests.running import Running, running, until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]

MANY = 60
WAITING = "from core.models import OutboxItem; print(OutboxItem.objects.filter(done_at=None).count())"
NOTED = """
from core.models import BeatRun, Heartbeat
runs = BeatRun.objects.filter(name="core.relay", outcome="ok")
print(*sorted(each.name for each in Heartbeat.objects.all()), *runs)
"""
DUE_NOW = """
from django.utils import timezone
from casework.models import FollowUp
one = FollowUp.objects.order_by("due_at", "pk").first()
FollowUp.objects.filter(pk=one.pk).update(due_at=timezone.now(), notified_at=None, state="due", closed_at=None)
"""


@pytest.fixture
def hearth(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "hearth") as made:
        done = made.manage("load_demo")
        assert done.returncode == 0, done.stderr
        yield made


def told(hearth: Running) -> list[str]:
    """The mails about follow-ups; the demo's story sends others."""
    return [mail for mail in hearth.mailed() if "follow-up" in mail]


def test_health_names_what_is_down_and_is_well_once_all_is_up(hearth: Running) -> None:
    hearth.start("web")
    until(lambda: hearth.health() == (503, '{"down": ["worker"]}'), "a web server without a worker")
    hearth.start("worker", "beat")
    until(lambda: hearth.health() == (200, '{"down": []}'), "everything up")
    until(lambda: hearth.python(NOTED) == "beat worker core.relay", "both hearts, and a run of the relay")


def test_a_due_follow_up_is_told_once_and_says_nothing(hearth: Running) -> None:
    hearth.python(DUE_NOW)
    hearth.start("worker", "beat")
    until(lambda: bool(told(hearth)), "a mail")
    until(lambda: hearth.python(WAITING) == "0", "the outbox empty")
    [mail] = told(hearth)
    assert "You have 1 follow-up due." in mail
    assert f"{hearth.url}/today/" in mail
    assert "Subject: Hearth\n" in mail
    assert "meeting" not in mail


def test_a_follow_up_handed_out_to_a_worker_that_was_killed_is_told_all_the_same(hearth: Running) -> None:
    hearth.python(DUE_NOW)
    # The relay hands the item to the broker, and everything dies before a worker takes it; the broker forgets it too.
    hearth.python(
        "from casework.services import notify_due; from core.outbox import hand_out; notify_due(); hand_out()"
    )
    hearth.start("worker", "beat")
    until(lambda: hearth.health() != (200, ""), "started")
    hearth.kill("worker", "beat")
    for message in (hearth.folder / "var" / "broker").rglob("*.msg"):
        message.unlink()
    hearth.python(
        "from django.utils import timezone; from core.models import OutboxItem;"
        "OutboxItem.objects.filter(done_at=None).update(leased_until=timezone.now())"
    )
    hearth.start("worker", "beat")
    until(lambda: bool(told(hearth)), "the mail after the restart")
    until(lambda: hearth.python(WAITING) == "0", "the outbox empty")
    assert len(told(hearth)) == 1


def test_a_worker_killed_in_the_middle_of_its_work_loses_none_of_it(hearth: Running) -> None:
    """Lines of the journal: what was in hand may stand there twice, everything else once."""
    hearth.start("worker", "beat")
    hearth.python(
        "from uuid import UUID; from django.db import transaction; from core import journal, outbox;"
        "atomic = transaction.atomic(); atomic.__enter__();"
        f"[outbox.enqueue(journal.OBJECT_GONE, UUID(int=n)) for n in range(1, {MANY + 1})];"
        "atomic.__exit__(None, None, None)"
    )
    until(lambda: len(entered(hearth)) > 5, "some of the work done")
    hearth.kill("worker")
    assert len(set(entered(hearth))) < MANY, "all of it was done before the worker was killed"
    hearth.python(
        "from django.utils import timezone; from core.models import OutboxItem;"
        "OutboxItem.objects.filter(done_at=None).update(leased_until=timezone.now())"
    )
    hearth.start("worker")
    until(lambda: hearth.python(WAITING) == "0", "the outbox empty")
    lines = entered(hearth)
    assert set(lines) == {str(UUID(int=n)) for n in range(1, MANY + 1)}
    assert len(lines) - len(set(lines)) <= 1


def entered(hearth: Running) -> list[str]:
    """The whole lines of the journal that this test's work has written, by id."""
    path = hearth.folder / "var" / "erasures.journal"
    lines = path.read_text().splitlines() if path.exists() else []
    ids = [json.loads(line)["id"] for line in lines if line.endswith("}")]
    return [each for each in ids if UUID(each).int <= MANY]


def test_check_access_finds_nothing_in_the_demo(hearth: Running) -> None:
    done = hearth.manage("check_access")
    assert (done.returncode, done.stdout) == (0, "Permissions and keys agree.\n")


def test_the_demo_is_refused_where_debug_is_off(hearth: Running) -> None:
    done = hearth.manage("load_demo", DEBUG="0", SECRET_KEY="x" * 60, ALLOWED_HOSTS="hearth.example")
    assert done.returncode != 0
    assert "password is public" in done.stderr


def test_running_the_demo_again_keeps_what_is_there(hearth: Running) -> None:
    count = (
        "from casework.models import Case; from advocacy.models import Fact;"
        "print(Case.objects.count(), Fact.objects.count())"
    )
    before = hearth.python(count)
    assert hearth.manage("load_demo").returncode == 0
    assert hearth.python(count) == before
