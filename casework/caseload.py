"""How much each member of a team carries, from what stands in clear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from casework.models import Case, FollowUp, SectionVersion
from core.actor import Actor
from core.models import CASE_ROLES, Membership, Role, Team, User

QUIET = timedelta(days=30)
"""A case in which nothing was written for so long is counted as quiet."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one person carries in one team: cases that are not closed, and those of them that want looking at."""

    person: User
    left: bool
    open: int = 0
    urgent: int = 0
    overdue: int = 0
    quiet: int = 0


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """A team with what its members carry: first whoever has left and still has cases, then by name."""

    team: Team
    loads: list[Load] = field(default_factory=list)


def caseload_of(actor: Actor) -> list[TeamLoad]:
    """The teams that the actor supervises. Three queries, however many teams, people and cases there are."""
    teams = actor.teams_as(Role.SUPERVISOR)
    counts = _counts(actor, teams)
    members = Membership.objects.filter(team__in=teams, role__in=CASE_ROLES, user__is_active=True)
    people = {(row.team_id, row.user_id): row.user for row in members.select_related("user")}
    gone = User.objects.in_bulk({user for team, user in counts if (team, user) not in people})
    loads = {team.pk: TeamLoad(team) for team in teams}
    for (team, user), numbers in counts.items():
        if (team, user) not in people:
            loads[team].loads.append(Load(gone[user], left=True, **numbers))
    for (team, user), person in people.items():
        loads[team].loads.append(Load(person, left=False, **counts.get((team, user), {})))
    for load in loads.values():
        load.loads.sort(key=lambda each: (not each.left, each.person.name))
    return list(loads.values())


def _counts(actor: Actor, teams: Iterable[Team]) -> Mapping[tuple[UUID, UUID], dict[str, int]]:
    now = timezone.now()
    due = FollowUp.objects.filter(state=FollowUp.State.DUE, due_at__lte=now)
    overdue = Exists(due.filter(object=OuterRef("pk"))) | Exists(
        due.filter(object__identification__case=OuterRef("pk"))
    )
    written = SectionVersion.objects.filter(case=OuterRef("pk"), saved_at__gt=now - QUIET)
    quiet = Q(~Exists(written), opened_on__lt=timezone.localdate() - QUIET)
    rows: Any = (
        Case.objects.visible_to(actor)
        .filter(team__in=teams)
        .exclude(state__in=[Case.State.CLOSED, Case.State.ERASED])
        .order_by()
        .values("team", "assigned_to")
        .annotate(
            open=Count("pk"),
            urgent_=Count("pk", filter=Q(urgent=True)),
            overdue=Count("pk", filter=overdue),
            quiet=Count("pk", filter=quiet),
        )
    )
    return {
        (row["team"], row["assigned_to"]): {
            "open": row["open"],
            "urgent": row["urgent_"],
            "overdue": row["overdue"],
            "quiet": row["quiet"],
        }
        for row in rows
    }
