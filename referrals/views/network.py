"""How the network of services works: for coordinators."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.views import actor_of
from referrals.network import COORDINATORS, View, network_table, titles


@require_GET
def network_page(request: HttpRequest) -> HttpResponse:
    """One protected table."""
    actor = actor_of(request, *COORDINATORS)
    wanted = request.GET.get("view", "")
    view = View(wanted) if wanted in list(View) else View.ANSWERS
    context = {"table": network_table(actor, view), "titles": titles(), "view": view}
    return render(request, "referrals/network.html", context)
