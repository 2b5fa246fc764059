"""Writing an export: JSON as it is made, encrypted on the way, and a file that appears only once it is whole."""

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.utils import timezone

from core.crypto.containers import age_recipient, write_age, write_zip

_HEAD = {
    "standard": "Human Trafficking Case Data Standard (HTCDS) by IOM, CC BY 4.0; IOM does not endorse this file",
    "version": "2.0",
}
NAME = "export.json"
"""What the file inside of a zip archive is called, for all to see."""


class Encrypt(Protocol):
    """Writes pieces to a file, encrypted."""

    def __call__(self, pieces: Iterable[bytes], file: BinaryIO) -> None: ...


def for_age(recipient: str) -> Encrypt:
    """For the holder of an age key. Raises BadRecipient."""
    key = age_recipient(recipient)
    return lambda pieces, file: write_age(pieces, file, key)


def for_zip(passphrase: str) -> Encrypt:
    """For whoever is told the passphrase."""
    return lambda pieces, file: write_zip(pieces, file, passphrase, NAME)


def export_pieces(cases: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """An export as JSON, a case a line. `cases` is read one by one."""
    head = json.dumps({**_HEAD, "written_on": timezone.localdate().isoformat()}, ensure_ascii=False)
    yield f'{head[:-1]}, "cases": ['.encode()
    before = "\n"
    for case in cases:
        yield before.encode() + json.dumps(case, ensure_ascii=False).encode()
        before = ",\n"
    yield b"\n]}\n"


def write_export(cases: Iterable[dict[str, Any]], out: Path, encrypt: Encrypt) -> None:
    """Write an export to `out`, readable by its owner alone; on any failure there is nothing.

    Raises FileExistsError rather than replace a file, OSError, and what `cases` raises.
    """
    if out.exists():
        raise FileExistsError(out)
    unfinished = out.with_name(f".{out.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            encrypt(export_pieces(cases), file)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, out)  # unlike a rename, it replaces nothing
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()
