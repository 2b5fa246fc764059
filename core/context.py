"""What every page needs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core.auth import current_actor
from core.models import CASE_ROLES, Role
from core.notices import shown_to


def hearth(request: HttpRequest) -> dict[str, Any]:
    """`actor`; the `navigation` of their roles, a list of {url, label, current}; on their first page, `notices`."""
    actor = current_actor(request)
    if actor is None:
        return {"actor": None, "navigation": [], "notices": []}
    entries: list[tuple[str, str]] = []
    if actor.has_role(*CASE_ROLES):
        entries += [
            ("today", _("Today")),
            ("identification-list", _("Identifications")),
            ("case-list", _("Cases")),
            ("referral-list", _("Referrals")),
        ]
    if actor.has_role(Role.SUPERVISOR):
        entries.append(("caseload", _("Caseload")))
    if actor.has_role(Role.FOCAL_POINT):
        entries.append(("inbox", _("Inbox")))
    if actor.has_role(Role.ADVOCACY_OFFICER):
        entries += [("statistics", _("Statistics")), ("network", _("Services"))]
    if actor.has_role(Role.ADMINISTRATOR):
        entries += [
            ("people", _("People and teams")),
            ("instruments", _("Instruments")),
            ("operations", _("Operations")),
        ]
    if actor.has_role(*CASE_ROLES, Role.FOCAL_POINT, Role.ADMINISTRATOR):
        entries.append(("service-list", _("Services")))
    entries.append(("team", _("Team")))
    here = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "actor": actor,
        "notices": shown_to(actor) if here == entries[0][0] else [],
        "navigation": [
            {
                "url": reverse(name),
                "label": label,
                "current": f"{here}-".startswith(name.removesuffix("-list") + "-"),
            }
            for name, label in entries
        ],
    }
