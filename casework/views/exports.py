"""Exporting chosen cases: for whom and why is asked, and the answer is a file that only they can open."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.export_forms import AGE, ExportForm
from casework.models import Case
from casework.selectors import cases_of
from casework.services.exporting import Reason, export_cases, exportable
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible
from core.models import CASE_ROLES, Organisation
from core.paging import PAGE_SIZE
from core.views import actor_of, add_errors

_CHUNK = 64 * 1024


@require_GET
def case_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask for whom and why one case is exported."""
    actor = actor_of(request, *CASE_ROLES)
    return _asked(request, ExportForm(_chosen(actor, [case_id]), _others(actor)))


@require_POST
def export_page(request: HttpRequest) -> HttpResponseBase:
    """Of the cases that were ticked in the list: ask for whom and why; then, with the answers, the file."""
    actor = actor_of(request, *CASE_ROLES)
    ids = _ids(request.POST.getlist("case"))
    answered = "reason" in request.POST or "how" in request.POST
    if not ids and not answered:
        messages.info(request, _("Tick the cases that you want to export first."))
        return redirect("case-list")
    offered = _ids(request.POST.getlist("offered")) or ids
    form = ExportForm(_chosen(actor, offered), _others(actor), request.POST if answered else None)
    if answered and form.is_valid():
        try:
            content = _write(actor, form)
        except Invalid as error:
            add_errors(form, error)
        else:
            return _file(content, "age" if form.cleaned_data["how"] == AGE else "zip")
    return _asked(request, form)


def _ids(texts: list[str]) -> list[UUID]:
    """Raises NotVisible for what is no id, or for more than a list shows."""
    try:
        ids = list(dict.fromkeys(UUID(text) for text in texts))
    except ValueError:
        raise NotVisible from None
    if len(ids) > PAGE_SIZE:
        raise NotVisible
    return ids


def _chosen(actor: Actor, ids: list[UUID]) -> list[Case]:
    cases = list(cases_of(actor).filter(pk__in=ids))
    if not cases or len(cases) < len(ids):
        raise NotVisible
    if exportable(actor).filter(pk__in=ids).count() < len(ids):
        raise NotAllowed
    return cases


def _others(actor: Actor) -> list[Organisation]:
    return list(Organisation.objects.exclude(pk=actor.user.organisation_id).order_by("name"))


def _write(actor: Actor, form: ExportForm) -> bytes:
    recipient = next((each for each in _others(actor) if each.pk == form.recipient_id), None)
    reason = Reason(form.cleaned_data["reason"])
    return export_cases(
        actor=actor, case_ids=form.case_ids, recipient=recipient, reason=reason, encrypt=form.encrypt
    )


def _asked(request: HttpRequest, form: ExportForm) -> HttpResponse:
    return render(request, "casework/export.html", {"form": form}, status=400 if form.errors else 200)


def _file(content: bytes, ending: str) -> StreamingHttpResponse:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), _CHUNK):
            yield content[start : start + _CHUNK]

    headers = {
        "Content-Length": str(len(content)),
        "Content-Disposition": f'attachment; filename="export.{ending}"',
    }
    return StreamingHttpResponse(pieces(), content_type="application/octet-stream", headers=headers)
