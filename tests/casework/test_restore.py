"""A whole backup that comes back after an erasure, by the very commands of docs/operations.md."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT, Running, running

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


@dataclass(frozen=True, slots=True)
class Lived:
    """A Hearth, what it could read at each point, and where its backups are."""

    hearth: Running
    backup: Path
    ids: dict[str, str]
    told: dict[str, dict[str, Any]]

    def tell(self, when: str, after: str = "") -> None:
        """Note what can be read now, or `after` something."""
        said = self.inside(*([after] if after else []), f"tell({self.ids})")
        self.told[when] = json.loads(said.splitlines()[-1])

    def inside(self, *calls: str) -> str:
        """Do something of tests/casework/restoring.py, in one process."""
        return inside(self.hearth, *calls)


def inside(hearth: Running, *calls: str) -> str:
    return hearth.python(
        "\n".join(["from tests.casework import restoring", *(f"restoring.{each}" for each in calls)])
    )


def documented(hearth: Running, heading: str) -> str:
    """The commands under a heading of the backups' chapter that are for the database of this test run."""
    chapter = (
        (ROOT / "docs" / "operations.md").read_text().split("## Backup and restore")[1].split("\n## ")[0]
    )
    blocks = re.findall(r"```sh\n(.*?)```", chapter, re.DOTALL)
    postgresql = "DATABASE_URL" in hearth.environment
    first = {
        "back up": "pg_dump" if postgresql else "manage.py sqlite_backup",
        "restore": "pg_restore" if postgresql else "manage.py sqlite_restore",
        "then": "manage.py replay_journal",
    }[heading]
    [block] = [block for block in blocks if block.startswith(first)]
    return str(block)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Backed up; then two cases were erased and a document removed; then the machine was lost and restored."""
    backup = tmp_path_factory.mktemp("backup")
    with running(tmp_path_factory.mktemp("restore") / "hearth") as hearth:
        done = hearth.manage("load_demo")
        assert done.returncode == 0, done.stderr
        made = Lived(hearth, backup, json.loads(inside(hearth, "make()")), {})
        first, *others = documented(hearth, "back up").splitlines()
        hearth.shell(first, backup)
        made.inside("make_another()")
        hearth.shell("\n".join(others), backup)
        made.tell("before")
        made.tell("destroyed", after=f"destroy({made.ids})")
        hearth.lose_everything()
        hearth.shell(documented(hearth, "restore"), backup)
        made.tell("restored", after=f"keep_rows({made.ids}, {str(backup / 'rows.json')!r})")
        hearth.shell(documented(hearth, "then"), backup)
        made.tell("replayed")
        yield made


def test_the_shares_lie_in_a_file_of_their_own(lived: Lived) -> None:
    """Whoever finds the copy of the database alone opens nothing, not even with the KEK."""
    first = "from core.models import ServerShare; print(bytes(ServerShare.objects.first().wrapped).hex())"
    share = lived.hearth.python(first)
    holding = [
        path.stem
        for path in lived.backup.glob("*.*")
        if any(needle in content(path) for needle in (share.encode(), bytes.fromhex(share)))
    ]
    assert holding == ["shares"]


def content(path: Path) -> bytes:
    """What a file holds; of a dump, what would be restored."""
    if path.suffix != ".dump":
        return path.read_bytes()
    return subprocess.run(["pg_restore", "--file=-", path], capture_output=True, check=True).stdout


def test_until_the_journal_is_replayed_the_backup_is_what_it_was(lived: Lived) -> None:
    """Or what comes next would prove nothing."""
    assert lived.told["restored"] == lived.told["before"]
    told = lived.told["restored"]
    assert told["cases"] == ["closed", "open", "open"]
    assert told["name"] == "Mirabel"
    assert all(size > 0 for size in told["documents"])
    assert told["files"] == len(told["documents"]) == 4
    assert (told["packet"], told["facts"], told["found"]) == ("read", 1, [lived.ids["ordered"]])


def test_afterwards_nobody_reads_what_was_erased_or_removed(lived: Lived) -> None:
    told = lived.told["replayed"]
    gone = "not_found"
    assert told["cases"] == [gone, gone, "open"]
    assert told["name"] == gone
    assert [size if size == gone else "read" for size in told["documents"]] == [gone, gone, "read", gone]
    assert (told["packet"], told["facts"], told["found"]) == (gone, 0, [])
    assert told["listed"] == 2, "the case that lost a document opens, and says that there was one"
    for nothing in ("sections", "tokens", "grants"):
        assert not told[nothing], nothing
    assert told["shares"] == [False, False, True]


def test_it_is_what_it_was_before_the_machine_was_lost(lived: Lived) -> None:
    """The tombstones of both cases as well, of which the backup knew one order and not the other."""
    replayed, destroyed = lived.told["replayed"], lived.told["destroyed"]
    assert replayed["orders"] == [
        [lived.ids["ordered"], "done", True],
        [lived.ids["later"], "done", True],
    ]
    assert replayed["states"] == ["erased", "erased", "open"]
    files = {"files": destroyed["files"]}
    assert {**replayed, **files} == destroyed
    lived.tell("worked", after="work()")
    assert lived.told["worked"] == destroyed, "the worker deletes the stored files"


def test_check_access_agrees_and_all_sessions_have_ended(lived: Lived) -> None:
    done = lived.hearth.manage("check_access")
    assert (done.returncode, done.stdout) == (0, "Permissions and keys agree.\n")
    count = "from django.contrib.sessions.models import Session; print(Session.objects.count())"
    assert lived.hearth.python(count) == "0"


def test_replaying_again_and_erasing_what_is_due_find_nothing_left(lived: Lived) -> None:
    assert "Destroyed again: 0." in lived.hearth.manage("replay_journal").stdout
    assert "Nothing is due." in lived.hearth.manage("erase_due").stdout
    events = (
        "from core.models import AuditEvent; print(AuditEvent.objects.filter(action='case.erased').count())"
    )
    assert lived.hearth.python(events) == "2"


def test_old_rows_open_nothing_with_the_keys_of_whoever_could(lived: Lived) -> None:
    """Grants, permissions, wrapped keys, ciphertext and documents put back: all that a backup without shares holds."""
    lived.tell("put back", after=f"put_rows_back({str(lived.backup / 'rows.json')!r})")
    told = lived.told["put back"]
    assert told["grants"]
    assert told["sections"]
    assert told["cases"][:2] == ["not_found", "not_found"]
    assert told["packet"] == "not_found"
    assert told["documents"][:2] == ["not_found", "not_found"]
    assert told["found"] == []
