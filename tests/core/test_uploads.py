"""Uploads: sealed while they arrive, gone when their request ends, and never in the clear on the disk."""

import gc
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from core import crypto
from core.celery import forget_uploads
from core.uploads import Arriving, SealedUpload, forget_left_overs, open_upload, sealed_upload
from referrals.demo import World
from tests.conftest import PASSWORD
from tests.scanner import scan

CANARY = "Canaryupload"
CONTENT = (CANARY * 20_000).encode()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return tmp_path / "uploads"


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*")]


def sent(actor: object, **data: Any) -> HttpRequest:
    """A request with files, of somebody who has signed in or not."""
    request = RequestFactory().post("/", data)
    request.actor = actor  # type: ignore[attr-defined]
    return request


def upload(content: bytes = CONTENT, name: str = "a name.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/plain")


# --- what a view gets  ----------------------------------------


def test_it_is_the_only_handler() -> None:
    assert django_settings.FILE_UPLOAD_HANDLERS == ["core.uploads.SealingHandler"]


def test_a_view_reads_what_was_sent() -> None:
    request = sent("somebody", file=upload(), note="x")
    file = request.FILES["file"]
    assert isinstance(file, SealedUpload)
    assert (file.name, file.size, file.content_type) == ("a name.txt", len(CONTENT), "text/plain")
    assert file.read() == CONTENT
    assert b"".join(file.chunks()) == CONTENT
    file.seek(5)
    assert file.read(7) == CONTENT[5:12]
    file.seek(0)
    assert next(iter(file)) == CONTENT, "line by line, of which there is one"
    assert request.POST["note"] == "x"


def test_it_is_hashed_on_the_way() -> None:
    assert sealed_upload("x", [CONTENT[:10], CONTENT[10:]]).sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_on_the_disk_it_is_sealed_and_private(folder: Path) -> None:
    file = sent("somebody", file=upload()).FILES["file"]
    [path] = folder.glob("*")
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert CANARY not in path.name
    assert scan([folder], [CANARY, "a name"]) == []
    with path.open("rb") as sealed:
        assert open_upload(file.key, sealed).read(len(CANARY)) == CANARY.encode()  # type: ignore[attr-defined]


def test_a_key_opens_one_file_alone(folder: Path) -> None:
    one, other = sealed_upload("x", [b"one"]), sealed_upload("x", [b"other"])
    with pytest.raises(crypto.CannotOpen):
        open_upload(one.key, other.sealed().file)


# --- whoever has not signed in  ----------------------------------------


def test_a_stranger_fills_no_disk(folder: Path) -> None:
    request = sent(None, file=upload(), note="x")
    assert (dict(request.FILES), request.POST["note"]) == ({}, "x")
    assert names(folder) == []


# --- too much  ----------------------------------------


def test_past_the_limit_nothing_is_kept_and_the_fields_behind_it_are_read(
    settings: Any, folder: Path
) -> None:
    settings.DOCUMENT_MAX_BYTES = 100_000
    request = sent("somebody", file=upload(b"x" * 100_001), note="behind it")
    file = request.FILES["file"]
    assert isinstance(file, SealedUpload)
    assert (file.too_large, file.size, file.read()) == (True, 100_001, b"")
    assert request.POST["note"] == "behind it"
    assert max(path.stat().st_size for path in folder.glob("*")) < 70_000


def test_at_the_limit_it_is_kept(settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 100_000
    file = sent("somebody", file=upload(b"x" * 100_000)).FILES["file"]
    assert isinstance(file, SealedUpload)
    assert (file.too_large, file.size) == (False, 100_000)


def test_many_files_count_together(settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 100_000
    request = sent("somebody", one=upload(b"x" * 60_000), two=upload(b"x" * 60_000))
    assert [file.too_large for file in request.FILES.values()] == [False, True]  # type: ignore[attr-defined]


# --- the end  ----------------------------------------


def test_it_is_gone_when_its_request_ends(folder: Path) -> None:
    request = sent("somebody", file=upload())
    assert request.FILES
    assert len(names(folder)) == 1
    request.close()
    assert names(folder) == []


@pytest.mark.parametrize("way", ["an answer", "an exception", "never asked for again"])
def test_through_the_whole_server_nothing_is_left(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    def view(request: HttpRequest, **_: object) -> HttpResponseBase:
        assert request.POST["note"] == "x"
        assert way == "never asked for again" or request.FILES["file"].read() == CONTENT
        if way == "an exception":
            raise ZeroDivisionError
        return HttpResponse()

    monkeypatch.setattr("core.views.next_url", lambda *_: "/")
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"email": world["assigned"].email, "password": PASSWORD})
    monkeypatch.setattr("django.core.handlers.base.BaseHandler.make_view_atomic", lambda self, _view: view)
    response = client.post("/team/", {"file": upload(), "note": "x"})
    assert response.status_code == (500 if way == "an exception" else 200)
    assert names(folder) == []


BODY = encode_multipart(BOUNDARY, {"file": upload()})


def arriving(stream: object) -> Any:
    """A request whose body is on its way."""
    request = sent("somebody")
    request.META |= {"CONTENT_TYPE": MULTIPART_CONTENT, "CONTENT_LENGTH": str(len(BODY))}
    request.content_type, request.content_params = "multipart/form-data", {"boundary": BOUNDARY}
    request._stream = stream  # type: ignore[attr-defined]
    return request


def test_a_browser_that_goes_away_leaves_nothing(folder: Path) -> None:
    request = arriving(BytesIO(BODY[: len(BODY) // 2]))
    request._load_post_and_files()
    request.close()
    assert names(folder) == []


def test_a_connection_that_breaks_leaves_nothing(folder: Path) -> None:
    class Breaking(BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            if self.tell() > len(BODY) // 2:
                seen.extend(names(folder))
                raise OSError("connection reset")
            return super().read(count)

    seen: list[str] = []
    with suppress(OSError):
        arriving(Breaking(BODY))._load_post_and_files()
    gc.collect()
    assert (len(seen), names(folder)) == (1, [])


def test_a_storage_takes_it_away_and_keeps_it(folder: Path, tmp_path: Path) -> None:
    storage = FileSystemStorage(tmp_path / "kept", file_permissions_mode=0o600)
    file = sealed_upload("x", [CONTENT])
    inode = next(folder.glob("*")).stat().st_ino
    with file.sealed() as sealed:
        name = storage.save("ab/cd", sealed)
    assert (tmp_path / "kept" / name).stat().st_ino == inode, "moved, not copied"
    file.close()
    with storage.open(name) as stored:
        assert open_upload(file.key, stored).read(len(CANARY)) == CANARY.encode()  # type: ignore[arg-type]


def test_what_a_power_cut_left_is_forgotten_after_an_hour(folder: Path) -> None:
    old, new = Arriving(), Arriving()
    os.utime(old.path, (time.time() - 3700, time.time() - 3700))
    forget_uploads()
    assert names(folder) == [new.path.name]
    assert forget_left_overs() == 0


def test_there_need_not_be_a_folder(folder: Path) -> None:
    assert forget_left_overs() == 0


# --- while checking CSRF  ----------------------------------------


@pytest.fixture
def disk(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Wherever a file could have been put down."""
    folder.mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return [folder, tmp_path / "tmp"]


@pytest.mark.parametrize("token", ["right", "wrong"])
def test_checking_csrf_writes_nothing_in_the_clear(
    world: World, disk: list[Path], monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """The middleware asks for POST before any view runs; what it makes Django write is looked at in between."""
    seen: list[int] = []
    check = CsrfViewMiddleware.process_view

    def watched(self: Any, request: HttpRequest, *arguments: Any) -> Any:
        answer = check(self, request, *arguments)
        if request.method == "POST" and request.path == "/team/":
            seen.append(len(names(disk[0])))
            assert scan(disk, [CANARY]) == []
        return answer

    monkeypatch.setattr(CsrfViewMiddleware, "process_view", watched)
    client = Client(enforce_csrf_checks=True)
    page = client.get("/sign-in/")
    entry = {"email": world["assigned"].email, "password": PASSWORD}
    client.post("/sign-in/", entry | {"csrfmiddlewaretoken": page.context["csrf_token"]})
    form = client.get("/team/").context["csrf_token"]
    sent = str(form) if token == "right" else "x" * 64
    answer = client.post("/team/", {"csrfmiddlewaretoken": sent, "file": upload()})
    assert answer.status_code == (200 if token == "right" else 403)
    assert seen == [1], "the file had arrived when the token was checked"
    assert scan(disk, [CANARY]) == []
    assert names(disk[0]) == []


def test_django_s_own_handler_would_be_found_out(
    settings: Any, disk: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the test above would pass for any handler."""
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    request = sent("somebody", file=upload())
    request.FILES["file"].flush()
    assert {hit.needle for hit in scan(disk, [CANARY])} == {CANARY}


# --- memory  ----------------------------------------

_LARGE = """
import os, resource, sys
from pathlib import Path
import django
from django.conf import settings
settings.configure(UPLOAD_DIR=Path(sys.argv[1]), DOCUMENT_MAX_BYTES=10**9, DATA_UPLOAD_MAX_MEMORY_SIZE=10**6,
    FILE_UPLOAD_HANDLERS=["core.uploads.SealingHandler"], INSTALLED_APPS=["django.contrib.contenttypes",
    "django.contrib.auth", "guardian", "core"], AUTH_USER_MODEL="core.User", USE_TZ=True)
django.setup()
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT

HEAD = f'--{BOUNDARY}\\r\\nContent-Disposition: form-data; name="file"; filename="x"\\r\\n\\r\\n'.encode()
TAIL = f'\\r\\n--{BOUNDARY}--\\r\\n'.encode()

class Body:
    def __init__(self, size):
        self.left, self.block, self.tail = size, os.urandom(1 << 20), TAIL
        self.head = HEAD
    def read(self, count=None):
        if self.head:
            head, self.head = self.head, b""
            return head
        if self.left:
            give = min(self.left, count or 65536, len(self.block))
            self.left -= give
            return self.block[:give]
        tail, self.tail = self.tail, b""
        return tail
    readline = read

def run(size):
    request = RequestFactory().post("/")
    request.actor = "somebody"
    request.META.update(CONTENT_TYPE=MULTIPART_CONTENT, CONTENT_LENGTH=str(len(HEAD) + size + len(TAIL)))
    request.content_type, request.content_params = "multipart/form-data", {"boundary": BOUNDARY}
    request._stream = Body(size)
    request._read_started = False
    request._load_post_and_files()
    file = request.FILES["file"]
    assert file.size == size, file.size
    assert sum(map(len, file.chunks())) == size
    request.close()

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run(5_000_000)
before = peak()
run(200_000_000)
print(peak() - before)
"""


def test_memory_stays_flat_at_200_mb(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LARGE, str(tmp_path)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4096, f"{done.stdout.strip()} KiB more"
