"""An exchange as it is read, by the partner through its packet and by the sender through its case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from casework.case_file import CaseFile
from casework.record.documents import display
from casework.record.fields import Field, Value
from casework.record.values import show
from core.access import OpenObject, object_destroyed
from core.actor import Actor
from core.errors import Tampered
from core.models import Kind as ObjectKind
from core.models import SealedObject, User
from core.padded import padded_json
from core.shared_key import SharedKey
from referrals.exchange_kinds import EntryKind, kind_named
from referrals.exchange_rules import PARTNER, SENDER, Side, is_urgent
from referrals.models import Exchange, ExchangeEntry, ExchangeRead, Referral

M = TypeVar("M", bound=Model)

WHEN = frozenset({"date", "time", "time_zone"})
"""The fields that together say when something is planned."""


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """An entry, opened. `by` is its writer's name, for their own side; to the other one the organisation speaks.

    `about` is the number of the entry whose place it takes, and `instead_of` that entry in words; `changed_by` is the
    number of the one that has taken its own.
    """

    entry: ExchangeEntry
    kind: EntryKind
    values: Mapping[str, Value]
    by: str = ""
    about: int | None = None
    instead_of: str = ""
    changed_by: int | None = None
    cancelled: bool = False
    unread: bool = False

    @property
    def rows(self) -> list[tuple[Field, str]]:
        """What it says, as people read it; a day, an hour and a zone in one."""
        rows = display(self.kind, self.values)
        if not self.values.keys() >= WHEN:
            return rows
        shown = [(field, self.planned_text if field.name == "date" else text) for field, text in rows]
        return [(field, text) for field, text in shown if field.name not in WHEN - {"date"}]

    @property
    def title(self) -> str:
        """Its kind, as people read it."""
        return str(self.kind.label)

    @property
    def standing(self) -> bool:
        """Whether nothing later has changed or cancelled it."""
        return self.changed_by is None

    @property
    def urgent(self) -> bool:
        """Whether somebody must look for the survivor on the same day."""
        return is_urgent(self.kind.name, self.values)

    @property
    def planned_for(self) -> datetime | None:
        """When something is planned to happen."""
        if not self.values.keys() >= WHEN:
            return None
        clock = datetime.fromisoformat(f"{self.values['date']}T{self.values['time']}")
        return clock.replace(tzinfo=ZoneInfo(str(self.values["time_zone"])))

    @property
    def planned_text(self) -> str:
        """The same as people read it, by the clock that it was written by."""
        names = ("date", "time", "time_zone")
        fields = [(self.kind.get(name), self.values.get(name)) for name in names]
        return ", ".join(show(field, value) for field, value in fields if field and value is not None)


@dataclass(frozen=True, slots=True)
class ExchangeDocument:
    """An exchange, opened for one side; the earliest entry first."""

    exchange: Exchange
    side: Side
    entries: Sequence[EntryDocument] = ()

    @property
    def unread(self) -> int:
        """How many entries of the other side the person has not seen."""
        return sum(each.unread for each in self.entries)

    def get(self, seq: int | None) -> EntryDocument | None:
        """The entry of this number, or None."""
        return next((each for each in self.entries if each.entry.seq == seq), None)

    @property
    def appointments(self) -> list[EntryDocument]:
        """The appointments that stand, the earliest first."""
        standing = [each for each in self.entries if each.kind.name == "appointment" and each.standing]
        return sorted(standing, key=lambda each: each.planned_for or timezone.now())

    @property
    def next_appointment(self) -> EntryDocument | None:
        """The first that is still to come."""
        return next((each for each in self.appointments if _at(each) > timezone.now()), None)

    @property
    def unanswered_appointment(self) -> EntryDocument | None:
        """The last one whose time has passed with nobody having said since whether they arrived."""
        passed = [each for each in self.appointments if _at(each) <= timezone.now()]
        if not passed:
            return None
        last = passed[-1]
        said = (each for each in self.entries if each.kind.name in ("arrival", "service", "outcome"))
        return None if any(each.entry.at >= _at(last) for each in said) else last

    @property
    def open_question(self) -> EntryDocument | None:
        """The partner's last question, unless the sender has written or sent a newer version since."""
        asked = [each for each in self.entries if each.kind.name == "question"]
        if not asked:
            return None
        last = asked[-1].entry
        updated = self.exchange.referral.packet.updated_at
        answered = (updated is not None and updated > last.at) or any(
            each.entry.side == SENDER and each.kind.name == "message" and each.entry.seq > last.seq
            for each in self.entries
        )
        return None if answered else asked[-1]


def _at(document: EntryDocument) -> datetime:
    at = document.planned_for
    assert at is not None  # an appointment has a day, a time and a zone
    return at


# --- keys --------------------------------------------------------------------------------------------------------


def found_exchange(file: CaseFile, referral: Referral, packet: OpenObject) -> Exchange:
    """An empty one for a referral that is being sent; inside the caller's transaction."""
    key = SharedKey.new()
    made: Exchange = Exchange.objects.create(
        referral=referral, key_for_partner=key.under(packet), key_for_sender=key.under(file.opened)
    )
    return made


def key_of(exchange: Exchange, side: Side, opened: OpenObject) -> SharedKey:
    """Its key, by the packet or by the case. Raises Tampered."""
    sealed = exchange.key_for_partner if side == PARTNER else exchange.key_for_sender
    if sealed is None:
        raise Tampered  # it went with the packet's key, which was opened nevertheless
    return SharedKey.of(opened, sealed)


@object_destroyed.register
def forget_partner_s_key(object: SealedObject) -> None:
    """With a packet's key goes what lay under it."""
    if object.kind == ObjectKind.PACKET:
        Exchange.objects.filter(referral__packet=object.pk).update(key_for_partner=None)


def seal_entry(key: SharedKey, entry: ExchangeEntry, content: Mapping[str, Any]) -> bytes:
    """The stored form: bound to its exchange, place and side."""
    return key.seal("exchange", entry.exchange_id, entry.seq, entry.side, content=padded_json(content))


# --- reading -----------------------------------------------------------------------------------------------------


def read_exchange(actor: Actor, referral_id: UUID, side: Side, opened: OpenObject) -> ExchangeDocument | None:
    """The exchange of one referral, or None where there is none. Raises Tampered."""
    exchange = Exchange.objects.select_related("referral__packet").filter(pk=referral_id).first()
    if exchange is None:
        return None
    return read_exchanges(actor, [(exchange, opened)], side)[referral_id]


def read_exchanges(
    actor: Actor, exchanges: Iterable[tuple[Exchange, OpenObject]], side: Side
) -> dict[UUID, ExchangeDocument]:
    """Several at once, with as many queries for fifty as for one, by the referral's id. Raises Tampered."""
    by_id = {exchange.pk: (exchange, key_of(exchange, side, opened)) for exchange, opened in exchanges}
    marks = dict(
        ExchangeRead.objects.filter(person=actor.user, exchange__in=by_id).values_list("exchange", "seq")
    )
    found: dict[UUID, list[EntryDocument]] = {id: [] for id in by_id}
    for row in ExchangeEntry.objects.filter(exchange__in=by_id).order_by("exchange", "seq"):
        documents = found[row.exchange_id]
        if row.seq != len(documents) + 1:
            raise Tampered  # one before it is gone
        documents.append(_open(row, by_id[row.exchange_id][1], side, marks.get(row.exchange_id, 0)))
    names = _names(found.values())
    return {
        id: ExchangeDocument(by_id[id][0], side, _linked(documents, names)) for id, documents in found.items()
    }


def _open(row: ExchangeEntry, key: SharedKey, side: Side, read_to: int) -> EntryDocument:
    content = json.loads(key.unseal("exchange", row.exchange_id, row.seq, row.side, sealed=row.sealed))
    return EntryDocument(
        entry=row,
        kind=kind_named(content["kind"]),
        values=content["values"],
        by=content["by"] if row.side == side else "",
        about=content["about"],
        unread=row.side != side and row.seq > read_to,
    )


def _names(exchanges: Iterable[Sequence[EntryDocument]]) -> dict[str, str]:
    ids = {each.by for documents in exchanges for each in documents if each.by}
    return {str(id): name for id, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}


def _linked(documents: Sequence[EntryDocument], names: Mapping[str, str]) -> list[EntryDocument]:
    """The entries with their writers' names, and with what later ones say of them."""
    later = {each.about: each for each in documents if each.about is not None}
    earlier = {seq: _in_words(documents[seq - 1]) for seq in later if seq <= len(documents)}
    return [
        replace(
            each,
            by=names.get(each.by, ""),
            instead_of=earlier.get(each.about, "") if each.about is not None else "",
            changed_by=later[each.entry.seq].entry.seq if each.entry.seq in later else None,
            cancelled=each.entry.seq in later and later[each.entry.seq].kind.only_changes,
        )
        for each in documents
    ]


def _in_words(document: EntryDocument) -> str:
    return f"{document.title}, {document.planned_text}".rstrip(", ")


def with_unread(
    rows: QuerySet[M, M], actor: Actor, side: Side = SENDER, *, referral: str = "pk"
) -> QuerySet[M, M]:
    """The rows with `unread`: whether the other side has written what the actor has not seen. Opens nothing.

    `referral` is the column that holds the referral's id.
    """
    theirs = ExchangeEntry.objects.filter(exchange=OuterRef(referral)).exclude(side=side)
    seen = ExchangeRead.objects.filter(exchange=OuterRef("exchange"), person=actor.user).values("seq")
    unread = Exists(theirs.exclude(seq__lte=Coalesce(Subquery(seen), 0)))
    return cast(QuerySet[M, M], rows.annotate(unread=unread))
