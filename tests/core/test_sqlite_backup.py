"""Backing up the embedded database, and putting it back. tests/casework/test_restore.py does both with one."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from core.sqlite_backup import back_up, restore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A database with one object and its share that is being written to: the newest lies in its write-ahead log."""
    path = tmp_path / "hearth.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("CREATE TABLE core_sealedobject (id TEXT)")
        opened.execute("CREATE TABLE core_servershare (object_id TEXT, wrapped BLOB)")
        opened.execute("INSERT INTO core_sealedobject VALUES ('one')")
        opened.execute("INSERT INTO core_servershare VALUES ('one', 'Canaryshare')")
        yield path


def rows(path: Path, table: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute(f"SELECT * FROM {table}").fetchall()


def test_the_copy_has_what_was_written_last_and_no_share(database: Path, tmp_path: Path) -> None:
    copy, shares = tmp_path / "hearth.copy", tmp_path / "shares.copy"
    back_up(database, to=copy, shares_to=shares)
    assert rows(copy, "core_sealedobject") == [("one",)]
    assert rows(copy, "core_servershare") == []
    assert b"Canaryshare" not in copy.read_bytes()
    assert rows(shares, "core_servershare") == [("one", "Canaryshare")]
    assert rows(database, "core_servershare") == [("one", "Canaryshare")]
    for path in (copy, shares):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set(), "nothing is left between"


@pytest.mark.parametrize("there", ["hearth.copy", "shares.copy"])
def test_no_copy_is_replaced(database: Path, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("of yesterday")
    with pytest.raises(FileExistsError):
        back_up(database, to=tmp_path / "hearth.copy", shares_to=tmp_path / "shares.copy")
    assert (tmp_path / there).read_text() == "of yesterday"
    assert [path.name for path in tmp_path.glob("*.copy")] == [there]


def test_where_it_fails_no_half_copy_is_left(tmp_path: Path) -> None:
    broken, copy, shares = (tmp_path / name for name in ("broken.sqlite3", "hearth.copy", "shares.copy"))
    broken.write_text("no database at all, but long enough to be taken for one by nobody")
    with pytest.raises(sqlite3.Error):
        back_up(broken, to=copy, shares_to=shares)
    assert not copy.exists()
    assert not shares.exists()


def test_it_comes_back_whole_and_older_writes_do_not_follow_it(tmp_path: Path, database: Path) -> None:
    copy, shares = tmp_path / "hearth.copy", tmp_path / "shares.copy"
    back_up(database, to=copy, shares_to=shares)
    place = tmp_path / "new" / "hearth.sqlite3"
    place.parent.mkdir()
    for ending in ("", "-wal", "-shm"):
        place.with_name(place.name + ending).write_bytes(b"of a crash")
    restore(place, source=copy, shares=shares)
    assert rows(place, "core_servershare") == [("one", "Canaryshare")]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert rows(copy, "core_servershare") == [], "the copy can be used again"


def test_without_the_shares_nothing_is_replaced(tmp_path: Path, database: Path) -> None:
    copy, shares = tmp_path / "hearth.copy", tmp_path / "shares.copy"
    back_up(database, to=copy, shares_to=shares)
    shares.unlink()
    place = tmp_path / "other.sqlite3"
    place.write_bytes(b"what was there")
    with pytest.raises(FileNotFoundError):
        restore(place, source=copy, shares=shares)
    assert place.read_bytes() == b"what was there"
