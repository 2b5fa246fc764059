"""Places asked for: which step leads where, and who sees what of them."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from casework.models import Case
from core.actor import Actor
from core.errors import NotVisible, WrongState
from core.kek import kek
from core.marks import is_kept_out, kept_out_among
from core.models import CASE_ROLES, Role, Team, User
from referrals.models import PlaceAsk, PlaceRequest, Service

State = PlaceRequest.State


class PlaceStep(StrEnum):
    """What is done to a place that was asked for."""

    HOLD = "hold"
    RELEASE = "release"
    SEND = "send"
    END = "end"
    EXPIRE = "expire"


TRANSITIONS: dict[tuple[State, PlaceStep], State] = {
    (State.OPEN, PlaceStep.HOLD): State.HELD,
    (State.OPEN, PlaceStep.SEND): State.SENT,
    (State.OPEN, PlaceStep.END): State.ENDED,
    (State.OPEN, PlaceStep.EXPIRE): State.EXPIRED,
    (State.HELD, PlaceStep.RELEASE): State.OPEN,
    (State.HELD, PlaceStep.SEND): State.SENT,
    (State.HELD, PlaceStep.END): State.ENDED,
}


def place_after(state: str, step: PlaceStep) -> State:
    """The state that `step` leads to. Raises WrongState where the table has none."""
    try:
        return TRANSITIONS[State(state), step]
    except KeyError:
        raise WrongState from None


def case_marks(case_id: UUID) -> list[bytes]:
    """What stands for a case in a request, one a version of the KEK; the first is the one to write."""
    return kek().marks("place-request", case_id)


def requests_for(case: Case) -> QuerySet[PlaceRequest]:
    """What was asked for this case, newest first, with every service that was asked."""
    rows = PlaceRequest.objects.filter(case_mark__in=case_marks(case.pk))
    return rows.order_by("-asked_at", "pk").prefetch_related("asks__service__organisation")


def requests_of(actor: Actor) -> QuerySet[PlaceRequest]:
    """What the actor's teams have asked for, for cases that the actor sees, and still wait for or have to act on."""
    teams = actor.teams_as(*CASE_ROLES)
    open_ones = PlaceRequest.objects.filter(team__in=teams, state__in=[State.OPEN, State.HELD])
    open_ones = open_ones.filter(
        case_mark__in=marks_seen(actor, open_ones.values_list("case_mark", flat=True))
    )
    return open_ones.order_by("answer_by", "pk").prefetch_related("asks__service__organisation")


def held_for(actor: Actor) -> QuerySet[PlaceAsk]:
    """The places that wait for the actor's referral: what the actor has asked for, the first to lapse first."""
    rows = PlaceAsk.objects.filter(
        state=PlaceAsk.State.HELD,
        request__state=State.HELD,
        request__asked_by=actor.user,
        request__team__in=actor.teams_as(*CASE_ROLES),
    )
    rows = rows.filter(
        request__case_mark__in=marks_seen(actor, rows.values_list("request__case_mark", flat=True))
    )
    return rows.select_related("request", "service__organisation").order_by("held_until", "pk")


def marks_seen(actor: Actor, marks: Iterable[bytes | memoryview]) -> list[bytes]:
    """Those of the marks that stand for a case which the actor may see."""
    wanted = {bytes(mark) for mark in marks}
    if not wanted:
        return []
    seen: list[bytes] = []
    for pk in Case.objects.visible_to(actor).order_by().values_list("pk", flat=True):
        seen += [mark for mark in case_marks(pk) if mark in wanted]
        if len(seen) == len(wanted):
            break
    return seen


def kept_out_of_request(request: PlaceRequest, users: Iterable[User]) -> set[UUID]:
    """The ids of those people whom the case keeps out that it is for; of all where the team has no such case."""
    wanted, theirs, people = bytes(request.case_mark), Case.objects.filter(team=request.team_id), list(users)
    for rows in (theirs.filter(assigned_to=request.asked_by_id), theirs):
        for pk in rows.order_by().values_list("pk", flat=True):
            if wanted in case_marks(pk):
                return kept_out_among(pk, people)
    return {person.pk for person in people}


def case_of_request(actor: Actor, request: PlaceRequest) -> Case:
    """The case that it is for, among those that the actor may see. Raises NotVisible."""
    wanted = bytes(request.case_mark)
    open_ones = Case.objects.visible_to(actor).exclude(state__in=[Case.State.CLOSED, Case.State.ERASED])
    for rows in (open_ones.filter(assigned_to=request.asked_by_id), open_ones):
        for pk in rows.order_by().values_list("pk", flat=True):
            if wanted in case_marks(pk):
                case: Case = Case.objects.select_related("team").get(pk=pk)
                return case
    raise NotVisible


def can_be_asked(case: Case, need: str) -> list[Service]:
    """The services of partners that could have a place, by name; of no team with somebody whom the case keeps out."""
    rows = Service.objects.filter(type=need, active=True, team__isnull=False).exclude(team=case.team_id)
    return not_kept_out(
        case, rows.select_related("organisation", "team").order_by("name", "pk")[:MOST_SERVICES]
    )


def not_kept_out(case: Case, services: Iterable[Service]) -> list[Service]:
    """Those of the services of whose team and organisation the case keeps out nobody."""
    found = list(services)
    focal_points = User.objects.filter(
        memberships__team__in=[each.team_id for each in found],
        memberships__role=Role.FOCAL_POINT,
        is_active=True,
    )
    out = kept_out_among(case.pk, focal_points.distinct())
    teams = set(Team.objects.filter(memberships__user__in=out).values_list("pk", flat=True)) if out else set()
    return [
        each for each in found if each.team_id not in teams and not is_kept_out(case.pk, each.organisation)
    ]


MOST_SERVICES = 50
"""How many services one can choose from."""


def asks_to(actor: Actor) -> QuerySet[PlaceAsk]:
    """What the actor's teams are asked for and can still say something to, the most urgent first."""
    rows = PlaceAsk.objects.filter(
        service__team__in=actor.teams_as(Role.FOCAL_POINT), request__state__in=[State.OPEN, State.HELD]
    ).exclude(state=PlaceAsk.State.DECLINED)
    theirs = rows.exclude(
        request__state=State.HELD, state__in=[PlaceAsk.State.ASKED, PlaceAsk.State.RELEASED]
    )
    waiting = theirs.exclude(request__state=State.OPEN, request__answer_by__lte=timezone.now())
    return waiting.select_related("request__team__organisation", "service").order_by(
        "request__answer_by", "pk"
    )
