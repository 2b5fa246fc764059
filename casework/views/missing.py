"""A missing child: the sheet for a report, and what the case page says of it."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.case_file import CaseFile
from casework.children import Age, age_of
from casework.missing_child import missing_sheet
from casework.services.missing import open_missing_sheet
from casework.views.entries import EntryRow, entry_rows
from core.views import actor_of


@dataclass(frozen=True, slots=True)
class MissingPanel:
    """The episodes of a case, and whether there is a sheet."""

    rows: list[EntryRow]
    may_be_child: bool


@require_GET
def sheet_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The sheet, to be printed. That it was opened is recorded."""
    file = open_missing_sheet(actor=actor_of(request), case_id=case_id)
    return render(
        request, "casework/print/missing_child.html", {"case": file.case, "sheet": missing_sheet(file)}
    )


def missing_panel(file: CaseFile) -> MissingPanel | None:
    """What the case page shows: something for whoever may be a child, and wherever somebody was missing."""
    rows, may_be_child = entry_rows(file, "missing_episode"), age_of(file) is not Age.ADULT
    return MissingPanel(rows, may_be_child) if rows or may_be_child else None
