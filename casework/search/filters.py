"""Filters of the list of cases. State, caseworker and dates stand in clear; the risk is read in the opened cases.

A token for each level of risk would tell who counts tokens which cases are the few at high risk, so there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from casework.models import Case, SavedFilter
from casework.search.opening import open_files, read_sections
from casework.selectors import cases_of
from core import audit
from core.actor import Actor
from core.paging import PAGE_SIZE, rows_beside

RISK = ("risk_and_safety", "risk_level")
MOST_OPENED = 8 * PAGE_SIZE
"""Cases that are opened for one page filtered by risk; the next page goes on from there."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list of cases is narrowed to; what is empty narrows nothing. The dates are the first and the last day."""

    state: str = ""
    risk: str = ""
    assigned_to: UUID | None = None
    opened_from: date | None = None
    opened_to: date | None = None

    @classmethod
    def of(cls, saved: SavedFilter) -> "CaseFilter":
        """A saved one."""
        return cls(saved.state, saved.risk, saved.assigned_to_id, saved.opened_from, saved.opened_to)

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: str(value) for name, value in values.items() if value}

    def rows(self, actor: Actor) -> QuerySet[Case]:
        """The actor's cases that it leaves, newest first, but for the risk."""
        conditions = {
            "state": self.state,
            "assigned_to": self.assigned_to,
            "opened_on__gte": self.opened_from,
            "opened_on__lte": self.opened_to,
        }
        wanted = {name: value for name, value in conditions.items() if value}
        return cases_of(actor).filter(**wanted) if wanted else cases_of(actor)


def at_risk(actor: Actor, filter: CaseFilter, after: str = "") -> tuple[list[Case], str]:
    """Up to a page of the cases at the filter's level of risk, after the row of this id; and the row to go on after.

    That is empty at the end of the list. Where few were found there may still be more: MOST_OPENED were looked at.
    Raises NoSuchRow, Tampered.
    """
    audit.record("cases.filtered_by_risk", actor=actor)
    found: list[Case] = []
    for opened, (case, risk) in enumerate(_with_risk(actor, filter.rows(actor), after), start=1):
        if risk == filter.risk:
            found.append(case)
        if len(found) == PAGE_SIZE or opened == MOST_OPENED:
            return found, str(case.pk)
    return found, ""


def _with_risk(actor: Actor, rows: QuerySet[Case], after: str) -> Iterator[tuple[Case, object]]:
    """Each case with its level of risk, None where none is recorded; opened a page at a time."""
    section, name = RISK
    while chunk := rows_beside(rows, PAGE_SIZE, after):
        documents = read_sections(open_files(actor, chunk), [section])
        for case in chunk:
            yield case, documents.get(case.pk, {}).get(section, {}).get(name)
        after = str(chunk[-1].pk)
