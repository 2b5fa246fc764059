"""Backup and restore of the embedded database: as with pg_dump, the server shares go into a file of their own.

docs/operations.md tells how it is used. What is written can be read by its owner alone.
"""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path


def back_up(database: Path, *, to: Path, shares_to: Path) -> None:
    """Copy the database without the shares, and the shares, as both are at one moment; others may write meanwhile.

    Raises FileExistsError rather than replace a copy, and sqlite3.Error.
    """
    made: list[Path] = []
    try:
        for each in (to, shares_to):
            _make(each)
            made.append(each)
        _split(database, to, shares_to)
    except BaseException:
        for each in made:
            each.unlink()
        raise


def _split(database: Path, to: Path, shares_to: Path) -> None:
    # Both together lie where they lie anyway, not for a moment where the copies are kept.
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        whole = Path(folder) / "whole.sqlite3"
        _copy(database, whole)
        with closing(_opened(whole)) as copy:
            copy.execute("ATTACH ? AS apart", [str(shares_to)])
            copy.execute("CREATE TABLE apart.core_servershare AS SELECT * FROM main.core_servershare")
            copy.execute("DELETE FROM main.core_servershare")
        _copy(whole, to)


def restore(database: Path, *, source: Path, shares: Path) -> None:
    """Put a copy in the database's place, with its shares. No process may have it open.

    Raises FileNotFoundError, and sqlite3.Error; then the database is what it was.
    """
    for each in (source, shares):
        each.stat()
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        whole = Path(folder) / "whole.sqlite3"
        _make(whole)
        _copy(source, whole)
        with closing(_opened(whole)) as copy:
            copy.execute("ATTACH ? AS apart", [str(shares)])
            copy.execute("INSERT INTO main.core_servershare SELECT * FROM apart.core_servershare")
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        whole.rename(database)


def _make(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode=0o600))


def _copy(source: Path, to: Path) -> None:
    """Page by page: no SQL, which would want the functions that Django adds to SQLite."""
    with closing(_opened(source)) as opened, closing(_opened(to)) as copy:
        opened.backup(copy)


def _opened(path: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(path, isolation_level=None, timeout=20)
    opened.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
    return opened
