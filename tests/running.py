"""A whole Hearth on this machine: web, worker and beat as real processes on real servers, for tests that need them."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.scanner import Place, postgresql_dump, redis_content

ROOT = Path(__file__).resolve().parent.parent
_COMMANDS = {
    "web": [
        "gunicorn",
        "core.wsgi",
        "--bind",
        "127.0.0.1:{port}",
        "--threads",
        "4",
        "--log-level",
        "warning",
    ],
    "worker": [
        "celery",
        "--quiet",
        "-A",
        "core",
        "worker",
        "--loglevel",
        "WARNING",
        "--concurrency",
        "1",
        "--pidfile=",
    ],
    "beat": ["celery", "--quiet", "-A", "core", "beat", "--loglevel", "WARNING", "--pidfile="],
}

_PLANT = """
import zlib
from django.core.cache import cache
from django.core.mail import send_mail
from django.contrib.sessions.backends.db import SessionStore
from core.celery import app
from core.models import AuditEvent, Organisation, SealedObject, ServerShare
Organisation.objects.create(name="{control}Row")
ServerShare.objects.update(wrapped=zlib.compress(b"{control}Blob"))
session = SessionStore()
session["word"] = "{control}Session"
session.create()
cache.set("word", "{control}Cache")
app.send_task("nothing", args=["{control}Broker"], queue="planted")
send_mail("Hearth", "{control}Mail \u00e9", None, ["nobody@hearth.example"])
"""


class Running:
    """A Hearth with a folder, a database and a broker of its own. `folder` holds its logs and mails too."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.logs, self.mails = folder / "logs", folder / "mails"
        for made in (self.logs, self.mails):
            made.mkdir(parents=True)
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        self.environment = {
            **inherited,
            "DEBUG": "1",
            "HEARTH_VAR_DIR": str(folder / "var"),
            "SITE_URL": self.url,
            "EMAIL_URL": f"filemail:///{self.mails}",
            **environment,
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a management command; what it prints and its exit code."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def python(self, code: str) -> str:
        """Run code inside this Hearth and return what it prints; fails the test if the code fails."""
        done = self.manage("shell", "--no-imports", "--command", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def shell(self, script: str, folder: Path) -> None:
        """Run commands as an operator types them, in a folder; fails the test if one of them fails."""
        own = f'manage.py() {{ "{sys.executable}" "{ROOT}/manage.py" "$@"; }}\n'
        done = subprocess.run(
            ["bash", "-euc", own + script],
            cwd=folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def lose_everything(self) -> None:
        """Leave an empty database and no documents: a machine that was set up anew."""
        if url := self.environment.get("DATABASE_URL"):
            name = urlsplit(url).path.removeprefix("/")
            _sql(url, f'DROP DATABASE "{name}" WITH (FORCE)')
            _sql(url, f'CREATE DATABASE "{name}"')
        for path in (self.folder / "var").glob("hearth.sqlite3*"):
            path.unlink()
        shutil.rmtree(self.folder / "var" / "documents")

    def start(self, *names: str) -> None:
        """Start processes by name."""
        for name in names:
            command = [part.format(port=self.port) for part in _COMMANDS[name]]
            with (self.logs / f"{name}.log").open("ab") as log:
                self._processes[name] = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT,
                    env=self.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill(self, *names: str) -> None:
        """kill -9 processes and their children."""
        for name in names:
            process = self._processes.pop(name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def stop(self) -> None:
        """End whatever still runs."""
        self.kill(*list(self._processes))

    def health(self) -> tuple[int, str]:
        """Status and body of /healthz; (0, "") while nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def places(self) -> list[Place]:
        """Everything that this Hearth has written anywhere: database, broker, cache, sessions, logs, mails, files."""
        written: list[Place] = [self.folder]
        if "DATABASE_URL" in self.environment:
            written.append(("dump", postgresql_dump(self.environment["DATABASE_URL"])))
        if "REDIS_URL" in self.environment:
            written += redis_content(self.environment["REDIS_URL"])
        return written

    def plant(self, control: str) -> list[str]:
        """Put a control into each place, wrapped as it might be there; returns the controls, one a place."""
        self.python(_PLANT.format(control=control))
        with (self.logs / "web.log").open("a") as log:
            log.write(json.dumps({"event": f"{control}Log\u00e9"}) + "\n")
        return [f"{control}{place}" for place in ("Row", "Blob", "Session", "Cache", "Broker", "Mail", "Log")]

    def mailed(self) -> list[str]:
        """Every mail sent so far."""
        return [path.read_text() for path in sorted(self.mails.iterdir())]


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something to become true; fails the test if it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: still not after {seconds} s\n{_what_they_say()}"
        time.sleep(0.2)


_live: list[Running] = []


def _what_they_say() -> str:
    """The last lines of every log of what runs now, and the outbox, for a test that waited in vain."""
    told = []
    for hearth in _live:
        told += [f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(hearth.logs.iterdir())]
        told.append(hearth.manage("shell", "--no-imports", "--command", _OUTBOX).stdout)
    return "\n".join(told)


_OUTBOX = """
from core.models import Heartbeat, OutboxItem
from casework.models import FollowUp
print(*OutboxItem.objects.values(), *Heartbeat.objects.values(), sep="\\n")
print(*FollowUp.objects.values("due_at", "state", "notified_at"), sep="\\n")
"""


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """A fresh Hearth on the back ends that this test run is for (DATABASE_URL, REDIS_URL), cleared away afterwards."""
    environment = {}
    database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    name = f"hearth_running_{os.getpid()}_{secrets.token_hex(4)}"
    if database:
        _sql(database, f'CREATE DATABASE "{name}"')
        environment["DATABASE_URL"] = urlunsplit(urlsplit(database)._replace(path=f"/{name}"))
    if redis:
        # A database of its own for each of pytest-xdist's workers: two Hearths must not take each other's messages.
        number = 10 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        environment["REDIS_URL"] = urlunsplit(urlsplit(redis)._replace(path=f"/{number}"))
        _flush(environment["REDIS_URL"])
    hearth = Running(folder, environment)
    _live.append(hearth)
    try:
        yield hearth
    finally:
        _live.remove(hearth)
        hearth.stop()
        if database:
            _sql(database, f'DROP DATABASE "{name}" WITH (FORCE)')
        if redis:
            _flush(environment["REDIS_URL"])
        shutil.rmtree(folder, ignore_errors=True)


def _sql(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(statement.encode())


def _flush(url: str) -> None:
    import redis

    redis.Redis.from_url(url).flushdb()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
