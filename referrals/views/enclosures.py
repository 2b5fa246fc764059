"""Documents of a packet: as the partner looks at them and downloads them, and before that as the sender does."""

import base64
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from casework.documents.responses import saved_response
from casework.documents.workshop import Made
from core.models import CASE_ROLES, Role
from core.views import actor_of
from referrals.selectors import preview_planned
from referrals.services import preview_enclosure, read_enclosure


@require_GET
def planned_page(request: HttpRequest, referral_id: UUID, document_id: UUID) -> HttpResponse:
    """One page (`page`, from 1) of a document that a draft names, as the partner would get it."""
    page = _page(request)
    actor = actor_of(request, *CASE_ROLES)
    draft, document, made = preview_planned(actor, referral_id, document_id, page)
    context = {**_shown(made, page), "referral": draft.referral, "name": document.title}
    return render(request, "referrals/planned_document.html", context)


@require_GET
def preview_page(request: HttpRequest, packet_id: UUID, enclosure_id: UUID) -> HttpResponse:
    """One page (`page`, from 1) as a picture inside the page itself: it has no address that a cache could keep."""
    page = _page(request)
    actor = actor_of(request, Role.FOCAL_POINT)
    document, made = preview_enclosure(actor=actor, packet_id=packet_id, enclosure_id=enclosure_id, page=page)
    context = {**_shown(made, page), "packet_id": packet_id, "name": document.name}
    return render(request, "referrals/packet_document.html", context)


@require_GET
def download(request: HttpRequest, packet_id: UUID, enclosure_id: UUID) -> HttpResponseBase:
    """The copy, under a name that says nothing."""
    actor = actor_of(request, Role.FOCAL_POINT)
    document, content = read_enclosure(actor=actor, packet_id=packet_id, enclosure_id=enclosure_id)
    return saved_response(
        content, id=document.id, type=document.type, size=document.size, sha256=document.sha256
    )


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 6 else 1


def _shown(made: Made, page: int) -> dict[str, Any]:
    return {
        "picture": f"data:{made.mime};base64,{base64.b64encode(made.content).decode()}",
        "page": page,
        "pages": made.pages,
        "previous": f"?page={page - 1}" if page > 1 else "",
        "next": f"?page={page + 1}" if page < made.pages else "",
    }
