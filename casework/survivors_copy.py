"""The survivor's copy: the whole record in plain words, without what would give others away."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.crypto import constant_time_compare as same
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.case_file import CaseFile
from casework.consents import Purpose
from casework.entries import Entry
from casework.exporting.htcds import htcds_case
from casework.models import Consent, Decision
from casework.record.entries import ENTRIES
from casework.record.entries.copy_talk import TAKES
from casework.record.fields import Field, Kind, Section, Value
from casework.record.sections import SECTIONS
from casework.record.values import show
from casework.services.decisions import Outcome
from core.models import AuditEvent, Membership, Role
from core.registries import Registry

TALK_HOLDS = timedelta(days=7)
_BETWEEN = "="


@dataclass(frozen=True, slots=True)
class Item:
    """One recorded value; `path` names a text that must be looked at before it goes into a copy, "" any other.

    `print` stands for what such a text says: who ticks it has read this and nothing newer.
    """

    label: str
    text: str
    path: str = ""
    about_others: bool = False
    print: str = ""

    @property
    def tick(self) -> str:
        """What a page sends back for a text that was looked at."""
        return f"{self.path}{_BETWEEN}{self.print}"


@dataclass(frozen=True, slots=True)
class Part:
    """What stands together under a title."""

    title: str
    items: list[Item]


shared_parts: Registry[[CaseFile, list[Part]]] = Registry("shared_parts")
"""Run when a copy is made: each function appends what the apps above hold (referrals: what went to whom)."""


def parts_of(file: CaseFile) -> list[Part]:
    """The whole record. Names of staff are not in it."""
    parts = [
        Part(title, items)
        for title, declared, values, where in _documents(file)
        if (items := list(_items(file, declared, values, where)))
    ]
    if consents := [Item(_purpose(each.purpose), _consented(each.consent)) for each in file.consents]:
        parts.append(Part(_("Consents"), consents))
    if decisions := [
        Item(
            str(Decision.Kind(each.decision.kind).label),
            f"{Outcome(each.outcome).label}, {date_format(each.decided_on)}",
        )
        for each in file.decisions
    ]:
        parts.append(Part(_("Decisions"), decisions))
    if documents := [
        Item(each.facts.kind_label, date_format(localdate(each.row.added_at)))
        for each in file.attachments.all
    ]:
        parts.append(Part(_("Documents"), documents))
    shared_parts.run(file, parts)
    parts.append(Part(_("Who has seen it"), seen_by(file)))
    return parts


def _purpose(purpose: str) -> str:
    return str(Purpose(purpose).label)


def _consented(row: Consent) -> str:
    days = [date_format(day) for day in (row.given_on, row.withdrawn_on) if day]
    return f"{Consent.State(row.state).label}, {' – '.join(days)}"


def _documents(file: CaseFile) -> Iterator[tuple[str, Section, Mapping[str, Value], str]]:
    """(title, declaration, values, path) of every section and entry, but for kinds that are about others alone."""
    for section in SECTIONS:
        yield str(section.label), section, file.section(section.name).values, section.name
    for kind in ENTRIES:
        if kind.about_others:
            continue
        for entry in reversed(file.entries.of(kind.name)):
            title = f"{kind.label}, {date_format(localdate(entry.first_saved_at))}"
            yield title, entry.kind, entry.values, f"{kind.name}/{entry.id}"


def _items(file: CaseFile, declared: Section, values: Mapping[str, Value], where: str) -> Iterator[Item]:
    for field in declared.fields:
        if (
            field.name not in values or field.chosen_from == "documents"
        ):  # their titles: they are told by kind
            continue
        value = values[field.name]
        item = Item(str(field.label), show(field, value))
        if must_be_read(field):
            path = f"{where}.{field.name}"
            item = replace(
                item, path=path, about_others=field.about_others, print=_print_of(file, path, value)
            )
        yield item


def _print_of(file: CaseFile, path: str, value: Value) -> str:
    """What stands for a value where it may not be told: it differs from server to server and from case to case."""
    said = json.dumps([str(file.case.pk), path, value], sort_keys=True, default=str)
    return salted_hmac("casework.survivors_copy", said, algorithm="sha256").hexdigest()[:32]


def changed_since(parts: list[Part], ticked: Collection[str]) -> list[Item]:
    """The texts that were ticked and no longer say what was read."""
    prints = dict(each.rpartition(_BETWEEN)[::2] for each in ticked)
    items = (item for part in parts for item in part.items if item.path)
    return [item for item in items if item.path in prints and not same(item.print, prints[item.path])]


def paths_of(ticked: Collection[str]) -> set[str]:
    """Which texts were ticked."""
    return {each.rpartition(_BETWEEN)[0] for each in ticked}


def must_be_read(field: Field) -> bool:
    """Whether somebody must look at a value before it goes into a copy: it can tell who somebody else is."""
    return field.about_others or field.kind is Kind.LONG_TEXT


def without_others(parts: list[Part], include: Collection[str]) -> list[Part]:
    """The same with what was not looked at and ticked left out, and said to be."""
    left_out = _("Left out: it is about other people.")
    return [
        Part(
            part.title,
            [
                each if not each.path or each.path in include else Item(each.label, left_out)
                for each in part.items
            ],
        )
        for part in parts
    ]


def htcds_copy(file: CaseFile, include: Collection[str]) -> dict[str, Any]:
    """The same record as HTCDS says it, without the name of whoever carries the case."""
    documents = []
    for _title, declared, values, where in _documents(file):
        kept = {
            field.name: values[field.name]
            for field in declared.fields
            if field.name in values and (not must_be_read(field) or f"{where}.{field.name}" in include)
        }
        documents.append((declared, kept))
    copy = htcds_case(file, recipient=None, documents=documents)
    copy["case"]["cas_CaseOwner"] = file.case.team.name
    return copy


def seen_by(file: CaseFile) -> list[Item]:
    """Who has opened the case, by role: on how many days, and when last."""
    events = AuditEvent.objects.filter(object=file.case.pk, outcome="done", actor__isnull=False)
    days: dict[UUID, set[date]] = {}
    for actor, at in events.values_list("actor", "at"):
        assert actor is not None
        days.setdefault(actor, set()).add(localdate(at))
    roles = _roles(days)
    items = []
    for person, seen in sorted(days.items(), key=lambda each: (min(each[1]), roles.get(each[0], ""))):
        when = ngettext(
            "on %(count)d day, last on %(last)s", "on %(count)d days, last on %(last)s", len(seen)
        )
        text = when % {"count": len(seen), "last": date_format(max(seen))}
        items.append(Item(roles.get(person, _("Somebody who has left")), text))
    return items


def _roles(people: Collection[UUID]) -> dict[UUID, str]:
    rows = Membership.objects.filter(user__in=people).select_related("team__organisation")
    return {row.user_id: f"{Role(row.role).label}, {row.team.organisation.name}" for row in rows}


def talk_that_holds(file: CaseFile) -> Entry | None:
    """The newest talk about a copy, if it was decided in it, within the last days, that one is taken."""
    talk = next(iter(file.entries.of("copy_talk")), None)
    if talk is None or talk.values["outcome"] != TAKES:
        return None
    return talk if _recent(talk.first_saved_at) and _recent_day(str(talk.values["talked_on"])) else None


def _recent(at: datetime) -> bool:
    return localdate() - localdate(at) <= TALK_HOLDS


def _recent_day(day: str) -> bool:
    return localdate() - date.fromisoformat(day) <= TALK_HOLDS
