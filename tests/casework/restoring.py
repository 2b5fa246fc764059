"""What tests/casework/test_restore.py does inside of the Hearth that is backed up, destroyed and restored."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import serializers
from django.core.files.storage import storages
from django.core.management import call_command
from django.utils import timezone

from advocacy.models import CASE_SOURCE, Fact
from casework.documents.reading import read_document
from casework.models import Case, Document, Erasure, IndexToken, SectionVersion
from casework.search.find import search
from casework.search.query import read_query
from casework.selectors import read_case
from casework.services import remove_document
from casework.services.approvals import approve
from casework.services.erasure import ERASE, ask_erasure
from core import outbox
from core.accounts import unlock
from core.errors import HearthError
from core.models import Grant, ObjectKey, OutboxItem, ServerShare, TeamPermission, User
from referrals.demo import Persona
from referrals.models import Packet, Referral
from referrals.selectors import read_packet
from tests.casework.documents import keep
from tests.casework.test_links import another

NAMES = ("ordered", "later", "kept", "removed", "packet")
"""A case whose erasure is ordered before the backup, one after it, and one that loses a document; a packet."""


def make() -> None:
    """The demo's case and two others, each with a document."""
    assigned = person("assigned")
    referral = Referral.objects.exclude(sent_at=None).earliest("sent_at")
    ordered, team = referral.case, referral.case.team
    later, kept = another(assigned, team), another(assigned, team)
    for case in (ordered, later, kept):
        keep(assigned, case)
    removed = keep(assigned, kept)
    _order(ordered)
    work()
    made = (ordered.pk, later.pk, kept.pk, removed.pk, Packet.objects.get(referral=referral).pk)
    print(json.dumps(dict(zip(NAMES, map(str, made), strict=True))))


def make_another() -> None:
    """A case that is opened between the copy of the database and that of the shares."""
    another(person("assigned"), Case.objects.earliest("opened_on").team)


def destroy(ids: dict[str, str]) -> None:
    """What happens after the backup."""
    remove_document(
        actor=person("assigned").actor,
        case_id=UUID(ids["kept"]),
        document_id=UUID(ids["removed"]),
        reason="x",
    )
    _order(Case.objects.get(pk=ids["later"]))
    call_command("erase_due")
    work()


def tell(ids: dict[str, str]) -> None:
    """Whatever can be read, and what there is to read."""
    assigned = person("assigned").actor
    cases = [UUID(ids[name]) for name in NAMES[:3]]
    erased = cases[:2]
    documents = Document.objects.filter(case__in=cases).order_by("added_at")
    told = {
        "cases": [_tried(lambda pk=pk: read_case(assigned, pk).case.state) for pk in cases],
        "name": _tried(
            lambda: read_case(assigned, cases[0]).section("identity").values.get("given_name", "nothing")
        ),
        "documents": [_tried(lambda row=row: _content(assigned, row)) for row in documents],
        "files": sum(storages["documents"].exists(row.stored_as) for row in documents),
        "listed": _tried(lambda: len(read_case(assigned, cases[2]).attachments.all)),
        "packet": _tried(
            lambda: bool(read_packet(person("focal_point").actor, UUID(ids["packet"]))) and "read"
        ),
        "facts": Fact.objects.filter(source=CASE_SOURCE).count(),
        "sections": SectionVersion.objects.filter(case__in=erased).exists(),
        "tokens": IndexToken.objects.filter(entry__object__in=erased).exists(),
        "found": [str(each.case.pk) for each in search(assigned, read_query("Mirabell"))],
        "grants": Grant.objects.filter(object__in=erased).exists(),
        "shares": [ServerShare.objects.filter(object=pk).exists() for pk in cases],
        "states": [Case.objects.get(pk=pk).state for pk in cases],
        "orders": [
            [str(each.case_id), each.state, each.is_ours()] for each in Erasure.objects.order_by("due_at")
        ],
    }
    print(json.dumps(told))


def keep_rows(ids: dict[str, str], path: str) -> None:
    """Keep what the backup holds of the cases but for the shares."""
    objects = [ids[name] for name in NAMES]
    rows: list[Any] = [
        *Grant.objects.filter(object__in=objects),
        *TeamPermission.objects.filter(content_object__in=objects),
        *ObjectKey.objects.filter(object__in=objects),
        *SectionVersion.objects.filter(case__in=objects),
        *Case.objects.filter(pk__in=objects[:2]),
        *Document.objects.filter(case__in=objects[:2]),
    ]
    Path(path).write_text(serializers.serialize("json", rows))


def put_rows_back(path: str) -> None:
    """As somebody would who has the backup and writes to the database."""
    for each in serializers.deserialize("json", Path(path).read_text()):
        each.save()


def work() -> None:
    """What the worker does once it runs, but for erasing: erase_due does that here."""
    OutboxItem.objects.filter(kind=ERASE, done_at=None).delete()
    while items := outbox.hand_out():
        for item in items:
            outbox.run(item)


def person(name: str) -> Persona:
    """A persona of the demo, with the keys that their password opens."""
    user = User.objects.get(email=f"{name.replace('_', '-')}@hearth.example")
    private_key = unlock(user, settings.DEMO_PASSWORD)
    assert private_key is not None
    return Persona(name, user, private_key)


def _order(case: Case) -> None:
    """Closed, asked for, approved, and due."""
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    asked = ask_erasure(actor=person("supervisor").actor, case_id=case.pk, reason="x")
    approve(actor=person("teammate").actor, case_id=case.pk, approval_id=asked.pk)
    order = Erasure.objects.get(case=case)
    order.due_at = timezone.now()
    order.save()


def _content(actor: Any, row: Document) -> int:
    return len(b"".join(read_document(actor, row.case_id, row.pk)[1]))


def _tried(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except HearthError as error:
        return error.code
