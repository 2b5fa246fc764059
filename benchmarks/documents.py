"""Uploading and downloading a large document."""

import shutil
import socket
import subprocess
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.test.client import BOUNDARY, MULTIPART_CONTENT
from gunicorn.config import Config
from gunicorn.http import RequestParser

from benchmarks.cases import made_case
from benchmarks.harness import Result, compare
from casework.documents.reading import read_document
from casework.models import Document
from casework.services import add_document
from core.actor import Actor
from referrals.demo import World

SIZE = 200_000_000  # bytes
MOST_MEMORY = 8 * 1024 * 1024  # bytes: nothing that grows with the document
_HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
_TAIL = f"\r\n--{BOUNDARY}--\r\n"


@contextmanager
def _arriving(actor: Actor) -> Iterator[HttpRequest]:
    """A request as gunicorn reads it from a socket, into which another process writes."""
    ours, theirs = socket.socketpair()
    head = f"POST / HTTP/1.1\r\nContent-Length: {len(_HEAD) + SIZE + len(_TAIL)}\r\n\r\n{_HEAD}"
    command = ["sh", "-c", 'printf %s "$1"; head --bytes "$2" /dev/zero; printf %s "$3"', "sh"]
    with ours, subprocess.Popen([*command, head, str(SIZE), _TAIL], stdout=theirs) as browser:
        theirs.close()
        arrived = next(RequestParser(Config(), ours, ("127.0.0.1", 0)))
        environment = {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": MULTIPART_CONTENT,
            "CONTENT_LENGTH": str(len(_HEAD) + SIZE + len(_TAIL)),
            "wsgi.input": arrived.body,
        }
        request: Any = WSGIRequest(environment)
        request.actor = actor
        yield request
        with suppress(FileNotFoundError):  # a storage has moved it
            request.close()
        browser.wait()


def measure(world: World, rounds: int = 7) -> Iterator[Result]:
    """200 MB in and out, sealed and as plain files; then what they take of memory."""
    person = world["assigned"]
    actor, case = person.actor, made_case(world, person)
    folder = Path(settings.VAR_DIR) / "plain"
    plain = FileSystemStorage(folder)

    def forget() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        for row in Document.objects.all():
            storages["documents"].delete(row.stored_as)

    def upload() -> Document:
        with _arriving(actor) as request:
            file: Any = request.FILES["file"]
            return add_document(actor=actor, case_id=case.pk, upload=file, kind="other")

    def upload_plainly() -> str:
        with _arriving(actor) as request:
            request.upload_handlers = [TemporaryFileUploadHandler(request)]
            return plain.save("document", request.FILES["file"])

    at_most = 1.43  # 0.7 of the plain file's rate
    result = compare(
        "Upload a document of 200 MB",
        upload,
        "the same as a plain file",
        upload_plainly,
        rounds=rounds,
        at_most=at_most,
        prepare=forget,
    )
    yield replace(result, value=_rate(result))
    yield _memory(result, upload)

    forget()
    row, name = upload(), upload_plainly()

    def download() -> None:
        _send(read_document(actor, case.pk, row.pk)[1])

    def download_plainly() -> None:
        with plain.open(name) as file:
            _send(file.chunks())

    result = compare(
        "Download it", download, "the same as a plain file", download_plainly, rounds=rounds, at_most=at_most
    )
    yield replace(result, value=_rate(result))
    yield _memory(result, download)
    forget()


def _send(chunks: Iterable[bytes]) -> None:
    """To a browser, through a socket."""
    ours, theirs = socket.socketpair()
    with subprocess.Popen(["wc", "--bytes"], stdin=theirs, stdout=subprocess.PIPE) as browser:
        theirs.close()
        for chunk in chunks:
            ours.sendall(chunk)
        ours.close()
        assert int(browser.communicate()[0]) == SIZE


def _rate(result: Result) -> str:
    ours, peer = (SIZE / 1000 / each for each in (result.ours_ms, result.peer_ms))
    return f"{ours:.0f} MB/s, {1 / result.ratio:.2f} of {peer:.0f} MB/s"


def _memory(result: Result, run: Any) -> Result:
    tracemalloc.start()
    run()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return replace(
        result,
        what="... its memory",
        limit=f"{MOST_MEMORY // 1024 // 1024} MiB",
        met=peak <= MOST_MEMORY,
        value=f"{peak / 1024 / 1024:.1f} MiB",
    )
