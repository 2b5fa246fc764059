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
from django.utils import timezone

from casework.models import (
    Approval,
    Case,
    Consent,
    Document,
    FollowUp,
    Identification,
    SectionVersion,
    Transfer,
)
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
from tests.scanner import Place, redis_content, scan

pytestmark = pytest.mark.django_db(transaction=True)

POSTED = f"{STEM}PostedEnd"
LINK = re.compile(r"""\b(?:href|src|action|formaction)=["']([^"']*)""")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
NOT_SHOWN = {
    "removed_document/name",  # its key is destroyed,
    "removed_document/description",
    "removed_document/content",
    "declined_referral/answer",  # and so are those of these packets
    "closed_referral/answer",
    "draft/evidence",  # on screens that come after a choice
    "draft/notes",
    "imported/number",  # kept as a tag, to know the case again
}
"""What no link leads to."""
SPOKEN = ("tel:", "sms:", "mailto:")  # a number on the page of safe contact, to be called


@dataclass(slots=True)
class Seen:
    """What came back from Hearth: what can be read, and what a browser, a proxy or a neighbour would keep of it."""

    text: list[str] = field(default_factory=list)
    kept: set[bytes] = field(default_factory=set)
    statuses: set[int] = field(default_factory=set)
    been: set[str] = field(default_factory=set)

    def note(self, response: Any) -> str:
        """The text of an answer, with its headers, title and addresses kept."""
        content = b"".join(response.streaming_content) if response.streaming else response.content
        text = unescape(content.decode(errors="replace"))
        self.statuses.add(response.status_code)
        addresses = [found for found in LINK.findall(text) if not found.startswith(SPOKEN)]
        headers = [f"{name}: {value}" for name, value in response.headers.items()]
        self.kept |= {each.encode() for each in (*headers, *TITLE.findall(text), *addresses)}
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
def log() -> Iterator[io.StringIO]:
    """What Hearth's own formatter writes, of every logger at every level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter())
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


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
    """Follow every link from here to what nobody has been to, as somebody does who looks at everything."""
    waiting = [*starts]
    while waiting:
        for link in LINK.findall(seen.read(client.get(waiting.pop()))):
            path = re.split("[?#]", link)[0]
            if path.startswith("/") and not path.startswith("/static/") and path not in seen.been:
                seen.been.add(path)
                waiting.append(link)


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
        "approval_id": of(Approval, case=case),
        "follow_up_id": of(FollowUp),
        "referral_id": of(Referral, case=case),
        "packet_id": of(Packet),
        "transfer_id": of(Transfer, case=case),
    }


def provoke(world: World, ids: dict[str, list[Any]], seen: Seen) -> None:
    """Send the word to every form there is about a survivor: to be taken, refused, or not found."""
    names = {each.name for declared in (*SECTIONS, *ENTRIES) for each in declared.fields}
    body = dict.fromkeys(names | {"explained", "authority", "description", "text", "answer"}, POSTED)
    nobodys = {name: [uuid4()] for name in ids} | {name: ids[name] for name in ("section", "kind", "version")}
    for name, those in (("assigned", ids), ("assigned", nobodys), ("stranger", ids)):
        client = sign_in(world[name])
        for _route, pattern in ADDRESSES:
            wanted = set(pattern.pattern.converters)
            about_somebody = bool(wanted) or pattern.name in ("search", "interpreter-new", "emergency")
            if not str(pattern.name).startswith("api-") and about_somebody and wanted <= set(ids):
                address = reverse(str(pattern.name), kwargs={each: those[each][0] for each in wanted})
                seen.note(client.post(address, body))


def outdated(world: World, case: Case, seen: Seen) -> None:
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
    """Every table, cell by cell."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            cells = [value for row in cursor.fetchall() for value in row if value is not None]
            yield f"table {table}", b"\n".join(map(_bytes, cells))


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def in_the_file(words: list[str]) -> list[str]:
    """The words that stand in SQLite's file or its write-ahead log, where what was deleted may lie on.

    Raw: unwrapped they are looked for in the tables, and in a log of its own by tests/browser/test_main_job.py.
    """
    if connection.vendor != "sqlite":
        return []
    path = Path(connection.settings_dict["NAME"])
    written = path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()
    return [word for word in words if word.encode() in written]


def everywhere(folder: Path, log: io.StringIO, seen: Seen) -> list[Place]:
    """Wherever something may have leaked to."""
    places: list[Place] = [*stored(), folder, ("log", log.getvalue().encode())]
    places += [("mail", message.message().as_bytes()) for message in mail.outbox]
    places.append(("what is kept", b"\n".join(sorted(seen.kept))))
    if settings.REDIS_URL:
        places += redis_content(settings.REDIS_URL)
    return places


def deliver() -> None:
    """Send what waits to be sent."""
    notify_due()
    for item in outbox.hand_out():
        outbox.run(item)


def test_whoever_may_reads_every_word_and_it_lies_nowhere_else(
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
    for person in (world["assigned"], world["supervisor"], near.supervisor, world["focal_point"]):
        walk(sign_in(person), seen, "/today/", "/caseload/", "/erasures/", "/inbox/")
    for name in ("assigned", "focal_point"):
        read_by_program(world[name], seen, ids)
    everything = "\n".join(seen.text)
    unread = {place for place, word in planted.words.items() if word not in everything}
    assert unread == NOT_SHOWN
    outdated(world, case, seen)
    crash(world, case, seen, monkeypatch)
    provoke(world, ids, seen)
    deliver()
    assert {200, 302, 400, 403, 404, 409, 500} <= seen.statuses
    assert mail.outbox
    assert scan(everywhere(folder, log, seen), [STEM, PHONE]) == []
    assert in_the_file([STEM, PHONE]) == []


def test_a_control_in_any_of_those_places_is_found(
    world: World, case: Case, folder: Path, log: io.StringIO, seen: Seen
) -> None:
    """Else the test above would pass for looking at nothing."""
    (folder / "documents").mkdir()
    (folder / "documents" / "1").write_bytes(compress(b"ControlFile"))
    User.objects.filter(pk=world["stranger"].user.pk).update(name="ControlRow")
    SectionVersion.objects.filter(case=case).update(sealed=compress(b"ControlBlob"))
    OutboxItem.objects.create(kind="x", subject=case.pk, run_at=timezone.now(), error="ControlOutbox")
    audit.record("control", subject=case.pk, code="ControlTrail")
    session = SessionStore()
    session["note"] = "ControlSession"
    session.save()
    cache.set("x", {"note": "ControlCache"})
    structlog.get_logger("hearth.control").debug("x", note="ControlLog")
    mail.send_mail("x", "ControlMail \u00e9", None, ["a@hearth.example"])
    seen.note(HttpResponseRedirect("/?q=ControlLocation"))
    seen.note(HttpResponse('<title>ControlTitle</title><a href="/ControlAddress/">'))
    seen.note(HttpResponse(headers={"Content-Disposition": "attachment; filename=ControlHeader"}))
    places = ["File", "Row", "Blob", "Outbox", "Trail", "Session", "Cache", "Log", "Mail"]
    controls = [f"Control{place}" for place in (*places, "Location", "Title", "Address", "Header")]
    found = {hit.needle for hit in scan(everywhere(folder, log, seen), controls)}
    assert found == set(controls)
    if connection.vendor == "sqlite":
        assert in_the_file(controls[:5]) == ["ControlRow", "ControlOutbox", "ControlTrail"]
