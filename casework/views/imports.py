"""Importing a table of cases: sending it, checking it, and going on with it step by step."""

import csv
import io
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.import_forms import ImportForm
from casework.importing.bundled import bundled
from casework.selectors import import_tables_of
from casework.services.import_tables import (
    UNDER_WAY,
    begin_import,
    cancel_import,
    go_on,
    read_table,
    upload_table,
)
from core.errors import Invalid, WrongState
from core.models import Role
from core.views import actor_of, add_errors, posted

SHOWN = 100  # rows that were left out, on the page; the file has all


@require_http_methods(["GET", "POST"])
def list_page(request: HttpRequest) -> HttpResponse:
    """Send a table; and the tables of the last day."""
    actor = actor_of(request, Role.SUPERVISOR)
    teams = actor.teams_as(Role.SUPERVISOR)
    form = ImportForm(teams, posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            table = upload_table(
                actor=actor,
                team_id=UUID(data["team"] or form.initial["team"]),
                upload=data["table"],
                mapping=data["mapping"],
            )
        except Invalid as error:
            add_errors(form, error)
        else:
            return redirect("import", table.pk)
    context = {
        "form": form,
        "one_team": len(teams) == 1,
        "tables": import_tables_of(actor),
        "simple": bundled("simple").names,
    }
    return render(request, "casework/imports.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def table_page(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """How far a table is, and what was left out; each POST goes on with some rows."""
    actor = actor_of(request, Role.SUPERVISOR)
    if request.method == "POST":
        with suppress(WrongState):  # another tab was faster
            go_on(actor=actor, table_id=table_id)
        return redirect("import", table_id)
    table, content = read_table(actor, table_id)
    context = {
        "table": table,
        "under_way": table.state in UNDER_WAY,
        "refusals": content.refusals[:SHOWN],
        "more": len(content.refusals) > SHOWN,
    }
    return render(request, "casework/import.html", context)


@require_POST
def begin_action(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """Import what was checked, and go on with it at once."""
    actor = actor_of(request, Role.SUPERVISOR)
    begin_import(actor=actor, table_id=table_id)
    with suppress(WrongState):  # another tab was faster
        go_on(actor=actor, table_id=table_id)
    return redirect("import", table_id)


@require_POST
def cancel_action(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """Stop, and destroy the table."""
    cancel_import(actor=actor_of(request, Role.SUPERVISOR), table_id=table_id)
    messages.success(request, _("Stopped. The table is destroyed."))
    return redirect("import", table_id)


@require_GET
def left_out(request: HttpRequest, table_id: UUID) -> HttpResponse:
    """The rows that were left out, as CSV: row, column and reason, nothing of what stood there."""
    _table, content = read_table(actor_of(request, Role.SUPERVISOR), table_id)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow([_("Row"), _("Column"), _("Reason")])
    rows.writerows([each.row, _plain(each.column), _plain(each.message)] for each in content.refusals)
    response = HttpResponse(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    return response


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula: the names of columns come from a file."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
