"""What is written about a survivor is read by those who may, and lies in clear nowhere: a word in every place is
written, read, refused and lost in a crash, and then looked for wherever something may have leaked to.
"""

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import compress

import pytest
import structlog
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client
from django.urls import reverse

from casework.models import Case, Consent, Document, FollowUp, Identification, SectionVersion, Transfer
from casework.record.entries import ENTRIES
from casework.record.sections import SECTIONS
from casework.selectors import read_case
from casework.services.follow_ups import notify_due
from core import audit, outbox
from core.logs import formatter
from core.models import OutboxItem, User
from referrals.demo import Persona, World
from referrals.models import Packet, Referral
from tests.architecture.test_urls import ADDRESSES
from tests.casework.canaries import PHONE, STEM, VERBS, Planted, plant, texts_of
from tests.conftest import api, sign_in
from tests.neighbours import Neighbours, outreach
from tests.scanner import Named, Place, redis_content, scan

pytestmark = pytest.mark.django_db(transaction=True)

POSTED = f"{STEM}PostedEnd"
LINK = re.compile(r"""\b(?:href|src|action|formaction)=["']([^"']*)""")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
SPOKEN = ("tel:", "sms:", "mailto:")  # a number on the page of safe contact, to be called
NOT_FOLLOWED = {"sign-out", "set_language"}


@dataclass(slots=True)
class Seen:
    """What came back from Hearth: what can be read, and what a browser, a proxy or a neighbour would keep of it."""

    text: list[str] = field(default_factory=list)
    kept: list[Named] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    def note(self, response: Any) -> str:
        """The text of an answer, with its headers, title and addresses kept."""
        content = b"".join(response.streaming_content) if response.streaming else response.content
        text = unescape(content.decode(errors="replace"))
        self.statuses.add(response.status_code)
        self.kept += [("header", f"{name}: {value}".encode()) for name, value in response.headers.items()]
        self.kept += [("title", found.encode()) for found in TITLE.findall(text)]
        self.kept += [
            ("address", found.encode()) for found in LINK.findall(text) if not found.startswith(SPOKEN)
        ]
        return text

    def read(self, response: Any) -> str:
        """The same, of something that whoever asked may read."""
        text = self.note(response)
        if response.status_code == 200:
            self.text.append(text)
        return text


@pytest.fixture
def near(world: World) -> Neighbours:
    """Another team of the same organisation, there before the case."""
    return outreach(world)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What Hearth's own formatter writes, of every logger at every level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    for name in ("", *settings.LOGGING["loggers"]):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    monkeypatch.undo()
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]


@pytest.fixture
def seen() -> Seen:
    """What has come back so far."""
    return Seen()


@pytest.fixture
def planted(world: World, near: Neighbours, folder: Path, log: io.StringIO) -> Planted:
    """Everything, with a word of its own in each place."""
    return plant(world, near)


# --- everything is planted  ----------------------------------------


def test_every_text_that_is_declared_was_planted(world: World, planted: Planted) -> None:
    assert planted.case
    file = read_case(world["assigned"].actor, planted.case.pk)
    held = {name: [document] for name, document in file.documents.items()}
    held |= {kind.name: [entry.values for entry in file.entries.of(kind.name)] for kind in ENTRIES}
    missing = [
        f"{declared.name}/{each.name}"
        for declared in (*SECTIONS, *ENTRIES)
        for each in texts_of(declared)
        if planted.words.get(f"{declared.name}/{each.name}")
        not in [values.get(each.name) for values in held[declared.name]]
    ]
    assert missing == []
    assert {kind.name for kind in ENTRIES if kind.by_verb} == set(VERBS)
    assert len(set(planted.words.values())) == len(planted.words)


# --- read, refused, and lost  ----------------------------------------


def walk(client: Client, seen: Seen, *starts: str) -> None:
    """Follow every link from here, as somebody does who looks at everything."""
    waiting, been = [*starts], set(starts)
    while waiting:
        text = seen.read(client.get(waiting.pop()))
        for link in LINK.findall(text):
            address = link.partition("#")[0]
            if address.startswith("/") and not address.startswith("/static/") and address not in been:
                been.add(address)
                waiting.append(address)


def read_by_program(persona: Persona, seen: Seen, ids: dict[str, list[Any]]) -> None:
    """Ask every address of the API that has something to read, for one of each kind."""
    client = api(persona)
    for _route, pattern in ADDRESSES:
        view = getattr(pattern.callback, "cls", None)
        names = list(pattern.pattern.converters)
        if not str(pattern.name).startswith("api-") or not hasattr(view, "get") or set(names) - set(ids):
            continue
        for values in product(*(ids[name] for name in names)):
            seen.read(client.get(reverse(pattern.name, kwargs=dict(zip(names, values, strict=True)))))


def ids_of(case: Case) -> dict[str, list[Any]]:
    """What the addresses of a case take."""

    def of(model: Any, **where: Any) -> list[Any]:
        return [*model.objects.filter(**where).values_list("pk", flat=True)]

    return {
        "case_id": [case.pk],
        "section": [each.name for each in SECTIONS],
        "kind": [each.name for each in ENTRIES],
        "version": [1],
        "identification_id": of(Identification, case=case),
        "consent_id": of(Consent, case=case),
        "document_id": of(Document, case=case),
        "approval_id": of(type(case).approvals.rel.related_model, case=case),
        "follow_up_id": of(FollowUp),
        "referral_id": of(Referral, case=case),
        "packet_id": of(Packet),
        "transfer_id": of(Transfer, case=case),
    }


def provoke(world: World, case: Case, ids: dict[str, list[Any]], seen: Seen) -> None:
    """Send the word to every form there is about a survivor: to be taken, refused, or not found."""
    names = {each.name for declared in (*SECTIONS, *ENTRIES) for each in declared.fields}
    names |= {"explained", "witness", "authority", "what", "description", "text", "number", "document", "answer"}
    body = dict.fromkeys(names, POSTED)
    for name in ("assigned", "teammate", "stranger"):
        client = sign_in(world[name])
        for _route, pattern in ADDRESSES:
            wanted = list(pattern.pattern.converters)
            about = set(wanted) & set(ids) or pattern.name in ("search", "interpreter-new", "emergency")
            if str(pattern.name).startswith("api-") or not about or set(wanted) - set(ids):
                continue
            kwargs = {each: ids[each][0] for each in wanted}
            seen.note(client.post(reverse(pattern.name, kwargs=kwargs), body))
            seen.note(client.post(reverse(pattern.name, kwargs=dict.fromkeys(kwargs, uuid4())), body)) if not (
                set(wanted) & {"section", "kind", "version"}
            ) else None


def outdated(world: World, case: Case, planted: Planted, seen: Seen) -> None:
    """Two saves from the same version: the second is shown both, on the page and to a program."""
    values = {"chosen_name": POSTED, "base_version": "0"}
    address = reverse("section", args=[case.pk, "identity"])
    seen.read(sign_in(world["assigned"]).post(address, values))
    body = {"version": 0, "values": {"chosen_name": POSTED}}
    address = reverse("api-section", args=[case.pk, "identity"])
    seen.note(api(world["assigned"]).put(address, body, format="json"))


def crash(world: World, case: Case, seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that fails with the word in its hands, its message and the form."""

    def fail(**values: Any) -> None:
        raise ValueError(f"no such thing: {POSTED} of {values}")

    client = sign_in(world["assigned"])
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr("casework.views.cases.save_section", fail)
        address = reverse("section", args=[case.pk, "identity"])
        response = client.post(address, {"chosen_name": POSTED, "base_version": "1"})
    assert POSTED not in seen.note(response)


# --- and looked for  ----------------------------------------


def stored() -> Iterator[Place]:
    """Every table, and on SQLite the file with its write-ahead log."""
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {quoted(table)}")
            cells = (value for row in cursor.fetchall() for value in row if value is not None)
            yield (
                f"table {table}",
                b"\n".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in cells
                ),
            )
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        for name in (path, path.with_name(f"{path.name}-wal")):
            yield "file", name.read_bytes()


def everywhere(folder: Path, log: io.StringIO, seen: Seen) -> list[Place]:
    """Wherever something may have leaked to."""
    places: list[Place] = [*stored(), folder, ("log", log.getvalue().encode())]
    places += [("mail", message.message().as_bytes()) for message in mail.outbox]
    places += [("what is kept", b"\n".join({what + b"" for _name, what in seen.kept}))]
    if settings.REDIS_URL:
        places += redis_content(settings.REDIS_URL)
    return places


def deliver() -> None:
    """Send what waits to be sent."""
    notify_due()
    for item in outbox.hand_out():
        outbox.run(item)


def test_whoever_may_reads_every_word_and_it_lies_nowhere(
    world: World,
    near: Neighbours,
    folder: Path,
    log: io.StringIO,
    planted: Planted,
    seen: Seen,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = planted.case
    assert case
    ids = ids_of(case)
    walk(sign_in(world["assigned"]), seen, "/today/", f"/cases/{case.pk}/")
    for person in (world["supervisor"], near.supervisor, world["focal_point"]):
        walk(sign_in(person), seen, "/today/", "/caseload/", "/erasures/", "/inbox/")
    for name in ("assigned", "focal_point"):
        read_by_program(world[name], seen, ids)
    everything = "\n".join(seen.text)
    unread = [place for place, word in planted.words.items() if word not in everything]
    import time; print(len(seen.text), time.monotonic())
    print(unread)
    outdated(world, case, planted, seen)
    crash(world, case, seen, monkeypatch)
    provoke(world, case, ids, seen)
    deliver()
    print(seen.statuses, len(mail.outbox), len(log.getvalue()), time.monotonic())
    pl = everywhere(folder, log, seen)
    print([(p[0], len(p[1])) for p in pl if isinstance(p, tuple) and len(p[1])>100000])
    print(scan(pl, [STEM, PHONE]))
    print(time.monotonic())
    assert 0
