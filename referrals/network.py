"""How the network of services works, for coordinators: counts of referrals, protected as statistics are.

They are drawn as of the end of the last quarter, and never later: else the arrival of one referral could be watched.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from advocacy.disclosure import ProtectedTable, protect
from casework.record.codelists import COUNTRIES
from core.actor import Actor
from core.errors import Message, NotVisible
from core.models import Role
from referrals.models import Referral
from referrals.taxonomy import ServiceType, answer_within

COORDINATORS = (Role.SUPERVISOR, Role.ADVOCACY_OFFICER)
State = Referral.State
_YES = frozenset({State.ACCEPTED, State.IN_PROGRESS, State.COMPLETED})
NOWHERE, SEVERAL = "none", "several"


class View(StrEnum):
    """What is crossed with what."""

    ANSWERS = "answers"
    TIMES = "times"
    AREAS = "areas"
    NEEDS = "needs"


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """A protected table with its labels; it counts what had happened before `until`."""

    view: View
    title: Message
    head: Message
    row_labels: Mapping[str, Message]
    column_labels: Mapping[str, Message]
    until: date
    protected: ProtectedTable

    @property
    def columns(self) -> list[Message]:
        """The heads of the columns."""
        return [self.column_labels[code] for code in self.protected.columns]

    @property
    def rows(self) -> list[tuple[Message, Sequence[int | None], int | None]]:
        """Each row's label, its counts (None where it is hidden) and its total."""
        shown = self.protected
        return [
            (self.row_labels.get(code, code), cells, total)
            for code, cells, total in zip(shown.rows, shown.cells, shown.row_totals, strict=True)
        ]


ANSWERS: Mapping[str, Message] = {"yes": _("Accepted"), "no": _("Declined"), "silence": _("Not answered")}
TIMES: Mapping[str, Message] = {
    "1": _("Within a day"),
    "3": _("Within 3 days"),
    "7": _("Within a week"),
    "later": _("Later"),
}
NEEDS: Mapping[str, Message] = {"met": _("Somebody accepted"), "unmet": _("Nobody accepted")}
_TYPES: Mapping[str, Message] = dict(ServiceType.choices)
_AREAS: Mapping[str, Message] = {
    **{code: each.label for code, each in COUNTRIES.codes.items()},
    NOWHERE: _("Not known"),
    SEVERAL: _("Several countries"),
}


def network_table(actor: Actor, view: View) -> NetworkTable:
    """The referrals that teams of the actor's organisation have sent. Raises NotVisible but for coordinators."""
    if not actor.has_role(*COORDINATORS):
        raise NotVisible
    until = quarter_begins(timezone.localdate())
    moment = timezone.make_aware(datetime.combine(until, time()))
    sent = (
        Referral.objects.filter(
            case__team__organisation=actor.user.organisation_id, sent_at__lt=moment, created_on__lt=until
        )
        .exclude(_entered_later(moment))
        .order_by()
    )
    title, head, row_labels, columns, _count = _VIEWS[view]
    protected = _protected_times(sent, moment) if view == View.TIMES else _protected(view, sent, moment)
    return NetworkTable(view, title, head, row_labels, columns, until, protected)


def _entered_later(moment: datetime) -> Q:
    """What was told before but recorded later: an answer is waited for from when it was recorded."""
    waits: dict[timedelta, list[str]] = {}
    for each in ServiceType:
        waits.setdefault(answer_within(each), []).append(each)
    each_kind = (Q(answer_by__gte=moment + wait, service__type__in=types) for wait, types in waits.items())
    return Q(*each_kind, _connector=Q.OR)


def _protected(
    view: View, sent: QuerySet[Referral], moment: datetime, only: Collection[str] | None = None
) -> ProtectedTable:
    _title, _head, row_labels, columns, count = _VIEWS[view]
    counts = count(sent, moment)
    rows = [code for code in row_labels if any(counts[code, column] for column in columns)]
    rows = [code for code in rows if only is None or code in only]
    return protect(rows, list(columns), [[counts[row, column] for column in columns] for row in rows])


def _protected_times(sent: QuerySet[Referral], moment: datetime) -> ProtectedTable:
    """The kinds of service of which the answers tell how many there were: a row's total tells no more than they do.

    And which show that total here, too: what is known from there must not count as hidden here.
    """
    answers = _protected(View.ANSWERS, sent, moment)
    rows = {
        code
        for code, (yes, no, *_silence) in zip(answers.rows, answers.cells, strict=True)
        if None not in (yes, no)
    }
    while True:
        times = _protected(View.TIMES, sent, moment, only=rows)
        shown = {code for code, total in zip(times.rows, times.row_totals, strict=True) if total is not None}
        if shown == set(times.rows):
            return times
        rows = shown


def quarter_begins(day: date) -> date:
    """The first day of the quarter that a day lies in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _answers(sent: QuerySet[Referral], moment: datetime) -> Counter[tuple[str, str]]:
    rows = sent.values_list("service__type", "state", "decided_at")
    return Counter((type_, _answer(state, decided, moment)) for type_, state, decided in rows.iterator())


def _times(sent: QuerySet[Referral], moment: datetime) -> Counter[tuple[str, str]]:
    rows = sent.values_list("service__type", "state", "sent_at", "decided_at")
    return Counter(
        (type_, _time(at, decided))
        for type_, state, at, decided in rows.iterator()
        if at and decided and _answer(state, decided, moment) != "silence"
    )


def _areas(sent: QuerySet[Referral], moment: datetime) -> Counter[tuple[str, str]]:
    rows = sent.annotate(first=Min("service__areas__country"), last=Max("service__areas__country"))
    return Counter(
        (_area(first, last), _answer(state, decided, moment))
        for first, last, state, decided in rows.values_list("first", "last", "state", "decided_at").iterator()
    )


def _needs(sent: QuerySet[Referral], moment: datetime) -> Counter[tuple[str, str]]:
    """A need is a kind of service in one case, however many were asked for it."""
    met: dict[tuple[Any, str], bool] = {}
    rows = sent.values_list("case", "service__type", "state", "decided_at")
    for case, type_, state, decided in rows.iterator():
        met[case, type_] = met.get((case, type_), False) or _answer(state, decided, moment) == "yes"
    return Counter((type_, "met" if yes else "unmet") for (_case, type_), yes in met.items())


def _answer(state: str, decided_at: datetime | None, moment: datetime) -> str:
    """What it had come to by then; what was taken back before anybody answered was not answered."""
    if decided_at is None or decided_at >= moment:
        return "silence"
    if state in _YES:
        return "yes"
    return "no" if state == State.DECLINED else "silence"


def _time(sent_at: datetime, decided_at: datetime) -> str:
    taken = decided_at - sent_at
    return next((band for band in ("1", "3", "7") if taken <= timedelta(days=int(band))), "later")


def _area(first: str | None, last: str | None) -> str:
    if not first:
        return NOWHERE
    return first if first == last else SEVERAL


_Count = Callable[[QuerySet[Referral], datetime], Counter[tuple[str, str]]]
_VIEWS: Mapping[View, tuple[Message, Message, Mapping[str, Message], Mapping[str, Message], _Count]] = {
    View.ANSWERS: (_("Answers by kind of service"), _("Service"), _TYPES, ANSWERS, _answers),
    View.TIMES: (_("How soon partners answer"), _("Service"), _TYPES, TIMES, _times),
    View.AREAS: (_("Answers by country of the service"), _("Country"), _AREAS, ANSWERS, _areas),
    View.NEEDS: (_("Needs that somebody met, and that nobody met"), _("Need"), _TYPES, NEEDS, _needs),
}


def titles() -> list[tuple[View, Message]]:
    """What can be looked at."""
    return [(view, each[0]) for view, each in _VIEWS.items()]
