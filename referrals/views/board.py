"""The board of referrals, and the whole of one of its columns."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.models import CASE_ROLES
from core.paging import page_of
from core.views import actor_of
from referrals.board import Column, board_of, in_column, theirs
from referrals.exchange import with_unread
from referrals.network import COORDINATORS


@require_GET
def board_page(request: HttpRequest) -> HttpResponse:
    """What waits for the sender or a partner, the most pressing first; with `?column=` all that stands in one."""
    actor, mine = actor_of(request, *CASE_ROLES), request.GET.get("whose") == "mine"
    context = {"mine": mine, "now": timezone.now(), "coordinates": actor.has_role(*COORDINATORS)}
    if (wanted := request.GET.get("column", "")) in list(Column):
        column = Column(wanted)
        rows = in_column(theirs(actor, mine=mine), column)
        context |= {"column": column, "page": page_of(request, with_unread(rows, actor))}
        return render(request, "referrals/referral_list.html", context)
    context["columns"] = board_of(actor, mine=mine)
    return render(request, "referrals/board.html", context)
