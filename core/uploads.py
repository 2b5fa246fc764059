"""Uploads: sealed while they arrive. No byte of a file that someone sends lies on the disk in the clear.

Django parses a request's files wherever somebody first asks for its POST, which is while checking CSRF; so the one
handler stands in settings.FILE_UPLOAD_HANDLERS and serves pages and API alike. What it makes reads like any uploaded
file. Its key lives in this process's memory: what is left of a request that was cut off can't be opened by anybody.
"""

import hashlib
import io
import secrets
import time
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from core import crypto
from core.auth import current_actor

LEFT_OVER = 60 * 60  # seconds since the last byte arrived
_CONTEXT = "upload"


def open_upload(key: bytes, sealed: BinaryIO) -> crypto.OpenedStream:
    """The content of a sealed file whose key is kept. Raises CannotOpen, here and while reading."""
    return crypto.OpenedStream(key, sealed, _CONTEXT)


class SealedFile(File):  # type: ignore[type-arg]  # no generic at run time
    """The sealed bytes as Django's storages take them; the local one moves the file instead of copying it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Where it lies: FileSystemStorage asks for this."""
        return str(self._path)


class Arriving:
    """A file that is being received: sealed, hashed and counted. Unless it is kept, it is gone with `close`."""

    def __init__(self) -> None:
        folder: Path = settings.UPLOAD_DIR
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / secrets.token_hex(16)
        self.path.touch(mode=0o600, exist_ok=False)
        self._file = self.path.open("wb")
        # Also where an exception leaves this object to the garbage collector.
        self.close = weakref.finalize(self, _forget, self._file, self.path)
        self.key = crypto.new_key()
        self._sealer = crypto.StreamSealer(self.key, self._file.write, _CONTEXT)
        self._hash = hashlib.sha256()

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._sealer.size

    def write(self, content: bytes) -> None:
        """Take some more."""
        self._sealer.write(content)
        self._hash.update(content)

    def finish(self) -> str:
        """Complete the sealed file; its content's SHA-256 in hex."""
        self._sealer.finish()
        self._file.close()
        return self._hash.hexdigest()


def _forget(file: BinaryIO, path: Path) -> None:
    file.close()
    path.unlink(missing_ok=True)


class SealedUpload(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that lies sealed under var/. Read, it gives what was sent; closed, it is gone.

    `size` is how much came. If that was `too_large`, more than settings.DOCUMENT_MAX_BYTES, nothing of it was kept.
    """

    def __init__(self, arrived: Arriving, name: str, size: int, **about: Any) -> None:
        self.sha256 = arrived.finish()
        self.key = arrived.key
        self.too_large = size > arrived.size
        self._arrived = arrived
        opened = open_upload(self.key, arrived.path.open("rb"))
        super().__init__(io.BufferedReader(opened), name, size=size, **about)

    def sealed(self) -> SealedFile:
        """The sealed bytes, for a storage to keep."""
        return SealedFile(self._arrived.path)

    def close(self) -> None:
        """Delete it, unless a storage has taken it away. Django closes every upload when its request ends."""
        super().close()
        self._arrived.close()


def sealed_upload(name: str, chunks: Iterable[bytes]) -> SealedUpload:
    """An upload that no request brought."""
    arriving = Arriving()
    for chunk in chunks:
        arriving.write(chunk)
    return SealedUpload(arriving, name, arriving.size)


class SealingHandler(FileUploadHandler):
    """The only upload handler. Files of those who have not signed in are read past: a stranger fills no disk."""

    file: Arriving  # Django's parser closes what stands under this name when it gives a file up

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._room: int = settings.DOCUMENT_MAX_BYTES  # for all that the request brings

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins. Raises SkipFile where nobody is signed in."""
        super().new_file(*args, **kwargs)
        if self.request is None or current_actor(self.request) is None:
            raise SkipFile
        self.file = Arriving()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Seal some more of it; past the limit, forget what there is and read on to the fields that may follow."""
        self._room -= len(raw_data)
        if self._room >= 0:
            self.file.write(raw_data)
        elif self.file.size:
            self.file.close()
            self.file = Arriving()

    def file_complete(self, file_size: int) -> SealedUpload:
        """What the request holds instead of the file."""
        return SealedUpload(
            self.file,
            self.file_name or "",
            file_size,
            content_type=self.content_type,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if hasattr(self, "file"):
            self.file.close()


def forget_left_overs() -> int:
    """Delete what requests left behind that were cut off, as by a power cut. Returns how many there were."""
    count = 0
    for path in settings.UPLOAD_DIR.glob("*"):
        with suppress(FileNotFoundError):  # its request has ended just now
            if time.time() - path.stat().st_mtime > LEFT_OVER:
                path.unlink()
                count += 1
    return count
