"""Has pictures and copies of documents made by a process that can do nothing else: untrusted.py."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from core.errors import Refused

_PROGRAM = Path(__file__).with_name("untrusted.py")
_SECONDS = 40  # by the clock; the process itself limits its time on the processor


class NotPossible(Refused):
    """No picture or copy can be made: an unknown type, a password, a damaged file, or one that is too large."""

    code = "not_possible"
    message = _("This document can't be shown here. Download it to look at it.")


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it; `pages` is how many the document has, where a picture was asked for."""

    content: bytes
    mime: str
    pages: int


def show(chunks: Iterable[bytes], mime: str, page: int) -> Made:
    """A JPEG of one page, upright, of bounded size and without metadata. Raises NotPossible."""
    return _work(chunks, "show", mime, str(page))


def copy(chunks: Iterable[bytes], mime: str) -> Made:
    """The document without metadata, attachments and scripts. Raises NotPossible."""
    return _work(chunks, "copy", mime)


def _work(chunks: Iterable[bytes], *arguments: str) -> Made:
    # -I: nothing of the environment, the working directory or the person's own packages counts. -B: nothing is written.
    command = [sys.executable, "-I", "-B", str(_PROGRAM), *arguments]
    with subprocess.Popen(  # noqa: S603  our own program; of the document only its type is an argument
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(_SECONDS, process.kill)
        timer.start()
        try:
            with suppress(BrokenPipeError):  # it has given up
                for chunk in chunks:
                    process.stdin.write(chunk)
                process.stdin.close()
            about, content = process.stdout.readline(), process.stdout.read()
            process.wait()
        except BaseException:
            process.kill()  # it waits for the rest of a document that could not be read
            raise
        finally:
            timer.cancel()
    if process.returncode != 0:
        raise NotPossible
    told = json.loads(about)
    return Made(content, told["mime"], told.get("pages", 1))
