"""Advocacy's pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from advocacy.codebook import label
from advocacy.forms import TableForm
from advocacy.selectors import FactTable, protected_table
from advocacy.table_csv import csv_lines
from core.errors import Invalid
from core.models import Role
from core.views import actor_of, add_errors

DEFAULT = {"rows": "citizenship", "columns": "ageBroad"}


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, default) for name, default in DEFAULT.items()}


@require_GET
def statistics_page(request: HttpRequest) -> HttpResponse:
    """A protected table of two dimensions."""
    actor_of(request, Role.ADVOCACY_OFFICER)
    chosen = _chosen(request)
    form = TableForm(chosen)
    context: dict[str, Any] = {"form": form, "chosen": chosen}
    if form.is_valid():
        try:
            context["table"] = table = protected_table(rows=chosen["rows"], columns=chosen["columns"])
        except Invalid as error:
            add_errors(form, error)
        else:
            context |= _labelled(table)
    return render(request, "advocacy/statistics.html", context, status=400 if form.errors else 200)


def _labelled(table: FactTable) -> dict[str, Any]:
    """Columns and rows with the labels that people read; a suppressed count is None."""
    protected = table.protected
    rows = zip(protected.rows, protected.cells, protected.row_totals, strict=True)
    return {
        "columns": [label(table.columns, code) for code in protected.columns],
        "rows": [(label(table.rows, code), cells, total) for code, cells, total in rows],
        "share": None if protected.missing_share is None else 100 * protected.missing_share,
    }


@require_GET
def table_csv(request: HttpRequest) -> HttpResponse:
    """The same table as a file."""
    actor_of(request, Role.ADVOCACY_OFFICER)
    chosen = _chosen(request)
    table = protected_table(rows=chosen["rows"], columns=chosen["columns"])
    response = HttpResponse("".join(csv_lines(table)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="table.csv"'
    return response
