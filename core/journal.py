"""The off-box journal: what must stay destroyed when an older backup of the database comes back.

One JSON object a line, in a file that lies apart from the machine and its backups (settings.ERASURE_JOURNAL). It names
ids and dates, nothing else. Each line carries a tag that only the holder of the KEK can make, so that nobody else can
have something destroyed by it, and the hash of the line before, so that one that was taken out is noticed.
"""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from core import outbox
from core.kek import kek

OBJECT_GONE, GRANT_GONE = "core.journal_object", "core.journal_grant"
"""What core itself enters; core/access.py carries these out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what is gone, when that was written, and what its replay needs, wrapped by the KEK.

    `ours` is False for a line without a right tag, `follows` for one before which something is missing.
    """

    what: str
    id: UUID
    at: str
    wrapped: bytes
    ours: bool
    follows: bool

    @property
    def written_at(self) -> datetime:
        """When it was written."""
        return datetime.fromisoformat(self.at)


_TAGGED = ("what", "id", "at", "wrapped", "after")

Replay = Callable[[Line], bool]
_replays: dict[str, Replay] = {}


def replay(what: str) -> Callable[[Replay], Replay]:
    """Register what destroys again what lines of this sort name; it returns whether there was anything left of it."""

    def register(function: Replay) -> Replay:
        _replays[what] = function
        return function

    return register


def write(what: str, id: UUID, wrapped: bytes = b"") -> None:
    """Append a line, and wait until the disk has it. Raises OSError."""
    with open(settings.ERASURE_JOURNAL, "a+b", opener=_private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        said = {
            "what": what,
            "id": str(id),
            "at": timezone.now().isoformat(),
            "wrapped": base64.b64encode(wrapped).decode(),
            "after": _last_hash(file),
        }
        tag = base64.b64encode(kek().tag("journal", *(said[name] for name in _TAGGED))).decode()
        file.write(json.dumps({**said, "tag": tag}).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


def _last_hash(file: BinaryIO) -> str:
    """Of the last whole line. One that a crash cut off gets its end, and is written again by the outbox."""
    file.seek(0)
    before = file.read()
    if before and not before.endswith(b"\n"):
        file.write(b"\n")
    lines = before.split(b"\n")[:-1]
    return _hash(lines[-1]) if lines else ""


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def read(path: Path) -> Iterator[Line | None]:
    """Every line, in order; None for what is no line at all. Raises OSError."""
    before = ""
    for raw in path.read_bytes().split(b"\n"):
        if not raw:
            continue
        try:
            yield _line(json.loads(raw), before)
        except (ValueError, KeyError, TypeError):
            yield None
        else:
            before = _hash(raw)


def _line(said: dict[str, Any], before: str) -> Line:
    tag, after = base64.b64decode(said["tag"]), said["after"]
    ours = kek().tag_is_ours(tag, "journal", *(str(said[name]) for name in _TAGGED))
    wrapped = base64.b64decode(said["wrapped"])
    return Line(said["what"], UUID(said["id"]), said["at"], wrapped, ours, after == before)


def carry_out(line: Line) -> bool:
    """Destroy again what a line of ours names; whether there was anything left of it. Safe to repeat.

    Raises CannotOpen where not all of it can be found, since the KEK does not open what the line holds.
    """
    return line.ours and line.what in _replays and _replays[line.what](line)


# --- what core itself enters: objects that were destroyed and grants that were taken back -------------------------


@outbox.handler(OBJECT_GONE, outside=True, must=True)
def enter_object(object_id: UUID) -> None:
    """Enter an object whose server share was deleted."""
    write("object", object_id)


@outbox.handler(GRANT_GONE, outside=True, must=True)
def enter_grant(grant_id: UUID) -> None:
    """Enter a grant that was taken back."""
    write("grant", grant_id)
