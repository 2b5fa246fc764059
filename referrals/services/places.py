"""Asking several partners for a place without saying for whom; the first to hold one has it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.models import Case
from casework.services.keeping_out import case_keeps_out
from core import audit, notices
from core.actor import Actor
from core.errors import Invalid, Message, NotAllowed, NotVisible, WrongState
from core.marks import kept_out_among
from core.models import CASE_ROLES, Level, Role, User
from referrals.models import PlaceAsk, PlaceRequest, Referral, Service
from referrals.models.place import MOST_PEOPLE, AgeBand, Among
from referrals.places import (
    PlaceStep,
    can_be_asked,
    case_marks,
    kept_out_of_request,
    marks_seen,
    not_kept_out,
    place_after,
    requests_for,
)
from referrals.taxonomy import ServiceType

log = structlog.get_logger("hearth.referrals")

ASKED = notices.define("place_asked", _("A place is asked for"), page="place-asks")
HELD = notices.define("place_held", _("A place is held: send the referral now"), page="place-requests")
NONE_HELD = notices.define("place_not_held", _("A place is no longer held"))
NOBODY = notices.define("place_expired", _("Nobody had a place in time: look further"))
OVER = notices.define("place_over", _("A place that you hold is not needed any more"))

HOLD_HOURS = (2, 6, 12, 24, 48)
"""For how long a partner can hold a place."""
WAIT_HOURS = (2, 6, 24, 72)
"""For how long one can wait for somebody to hold one."""
KEPT_DAYS = 30
"""For how long what was asked for is kept once it is over, from when it waited for nobody any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: nothing that tells who it is for."""

    need: str
    age: str
    among: str
    people: int
    from_on: date
    until_on: date | None = None


@transaction.atomic
def ask_for_place(
    *, actor: Actor, case_id: UUID, wanted: Wanted, service_ids: Iterable[UUID], wait_hours: int
) -> PlaceRequest:
    """Ask several services at once. Nothing of the case leaves it, so that no consent is needed yet.

    Raises NotVisible, NotAllowed; Invalid at each field at fault, also at `services` for one that can't be asked;
    WrongState for a closed case, and where this is asked for already.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if file.case.state == Case.State.CLOSED:
        raise WrongState(_("The case is closed. Reopen it first."))
    chosen = set(service_ids)
    services = [each for each in can_be_asked(file.case, wanted.need) if each.pk in chosen]
    if wrong := _wrong(wanted, chosen, services, wait_hours):
        raise Invalid(wrong)
    marks = case_marks(case_id)
    waiting = PlaceRequest.objects.filter(case_mark__in=marks, need=wanted.need, state__in=["open", "held"])
    if waiting.exists():
        raise WrongState(_("This is asked for already."))
    now = timezone.now()
    request = PlaceRequest.objects.create(
        case_mark=marks[0],
        team=file.case.team,
        asked_by=actor.user,
        asked_at=now,
        answer_by=now + timedelta(hours=wait_hours),
        need=wanted.need,
        age=wanted.age,
        among=wanted.among,
        people=wanted.people,
        from_on=wanted.from_on,
        until_on=wanted.until_on,
    )
    PlaceAsk.objects.bulk_create(PlaceAsk(request=request, service=each) for each in services)
    _tell_partners(services, ASKED)
    # Not the case: beside the request's time, it would tell what the mark does not.
    audit.record("place.asked", actor=actor, place=request.pk, services=len(services))
    return request


def _wrong(
    wanted: Wanted, chosen: set[UUID], services: list[Service], wait_hours: int
) -> dict[str, list[Message]]:
    wrong: dict[str, list[Message]] = {}
    known = {"need": ServiceType.values, "age": AgeBand.values, "among": Among.values}
    for name, values in known.items():
        if getattr(wanted, name) not in values:
            wrong[name] = [_("Choose from the list.")]
    if not 1 <= wanted.people <= MOST_PEOPLE:
        wrong["people"] = [_("Give a number from 1 to 20.")]
    if wanted.from_on < timezone.localdate():
        wrong["from_on"] = [_("This date has passed.")]
    if wanted.until_on is not None and wanted.until_on < wanted.from_on:
        wrong["until_on"] = [_("This is before the first day.")]
    if wait_hours not in WAIT_HOURS:
        wrong["wait_hours"] = [_("Choose from the list.")]
    if not services or len(services) != len(chosen):
        wrong["services"] = [_("Choose from the services that can be asked.")]
    return wrong


@transaction.atomic
def end_place_request(*, actor: Actor, request_id: UUID) -> PlaceRequest:
    """Say that it is not needed any more; whoever holds a place is told. Raises NotVisible, WrongState."""
    request = PlaceRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None or not actor.has_role(*CASE_ROLES, team_id=request.team_id):
        raise NotVisible
    if not marks_seen(actor, [request.case_mark]):
        raise NotVisible
    _end(request, PlaceStep.END)
    audit.record("place.ended", actor=actor, place=request.pk)
    return request


def place_was_used(file: CaseFile, referral: Referral) -> None:
    """End what was asked for, now that a referral went to one who was asked; inside the caller's transaction."""
    requests = PlaceRequest.objects.select_for_update().filter(
        case_mark__in=case_marks(file.case.pk), state__in=["open", "held"], asks__service=referral.service
    )
    for request in requests:
        _end(request, PlaceStep.SEND, but=referral.service)


@case_keeps_out.register
def keep_out_of_places(file: CaseFile) -> None:
    """Whoever the case keeps out is asked no more, nor is anybody else of their team; what they hold is given back."""
    waiting = requests_for(file.case).filter(state__in=["open", "held"]).select_for_update()
    for request in waiting:
        asks = list(request.asks.select_related("service__organisation", "service__team"))
        still = {each.pk for each in not_kept_out(file.case, [ask.service for ask in asks])}
        for ask in (each for each in asks if each.service_id not in still):
            if ask.state == PlaceAsk.State.HELD:
                ask.request = request
                _give_back(ask)
                _tell_partners([ask.service], OVER, case=file.case)
            ask.delete()


def _end(request: PlaceRequest, step: PlaceStep, but: Service | None = None) -> None:
    request.state = place_after(request.state, step)
    request.save(update_fields=["state"])
    held = request.asks.filter(state=PlaceAsk.State.HELD).select_related("service").first()
    if held is None:
        return
    if held.service == but:
        return
    _let_go(held)
    _tell_partners([held.service], OVER)


# --- the partner ----------------------------------------------------------------------------------------------


@transaction.atomic
def hold_place(*, actor: Actor, ask_id: UUID, hours: int) -> PlaceAsk:
    """Hold a place for these hours. Of several at the same instant exactly one does; the others get WrongState.

    Raises NotVisible; NotAllowed but for a focal point of the team; Invalid at `hours`; WrongState where somebody
    else was first, or it is over.
    """
    if hours not in HOLD_HOURS:
        raise Invalid({"hours": [_("Choose from the list.")]})
    ask = _locked(actor, ask_id)
    if ask.state == PlaceAsk.State.DECLINED:
        raise WrongState
    now, request = timezone.now(), ask.request
    if request.answer_by <= now:
        raise WrongState(_("It is too late: this is not waited for any more."))
    try:
        request.state = place_after(request.state, PlaceStep.HOLD)
        ask.state, ask.held_until, ask.answered_at = PlaceAsk.State.HELD, now + timedelta(hours=hours), now
        with transaction.atomic():
            ask.save(update_fields=["state", "held_until", "answered_at"])
    except (WrongState, IntegrityError):
        raise WrongState(_("Another place is held already. Thank you.")) from None
    request.save(update_fields=["state"])
    audit.record("place.held", actor=actor, place=request.pk, service=ask.service_id)
    _tell_sender(request, HELD)
    return ask


@transaction.atomic
def decline_place(*, actor: Actor, ask_id: UUID) -> PlaceAsk:
    """Say that there is none, or give back the one that is held. Raises NotVisible, NotAllowed, WrongState."""
    ask = _locked(actor, ask_id)
    if ask.state == PlaceAsk.State.DECLINED or ask.request.state not in ("open", "held"):
        raise WrongState
    held = ask.state == PlaceAsk.State.HELD
    if held:
        _give_back(ask)
    ask.state, ask.answered_at = PlaceAsk.State.DECLINED, timezone.now()
    ask.save(update_fields=["state", "answered_at"])
    audit.record("place.declined", actor=actor, place=ask.request_id, service=ask.service_id)
    return ask


def _locked(actor: Actor, ask_id: UUID) -> PlaceAsk:
    """One that was asked of the actor's team, its request locked before it."""
    request_id = PlaceAsk.objects.filter(pk=ask_id).values_list("request_id", flat=True).first()
    if request_id is None:
        raise NotVisible
    request = PlaceRequest.objects.select_for_update().filter(pk=request_id).first()
    ask = PlaceAsk.objects.select_related("service__team").filter(pk=ask_id, service__active=True).first()
    if request is None or ask is None or ask.service.team_id not in actor.team_ids:
        raise NotVisible
    if not actor.has_role(Role.FOCAL_POINT, team_id=ask.service.team_id):
        raise NotAllowed
    ask.request = request
    return ask


def _give_back(ask: PlaceAsk) -> None:
    """The request is open again, and whoever asked is told."""
    request = ask.request
    request.state = place_after(request.state, PlaceStep.RELEASE)
    request.save(update_fields=["state"])
    _let_go(ask)
    _tell_sender(request, NONE_HELD)


def _let_go(ask: PlaceAsk) -> None:
    ask.state, ask.held_until = PlaceAsk.State.RELEASED, None
    ask.save(update_fields=["state", "held_until"])


# --- without an Actor -----------------------------------------------------------------------------------------


def end_places_in_time() -> int:
    """Give back what was held for too long, end what nobody had in time, and delete what has been over for long.

    Returns how many were given back or ended. Safe to run twice; one that fails is logged and holds nobody up.
    """
    now = timezone.now()
    lapsed = PlaceAsk.objects.filter(state=PlaceAsk.State.HELD, held_until__lte=now, request__state="held")
    over = PlaceRequest.objects.filter(state=PlaceRequest.State.OPEN, answer_by__lte=now)
    count = sum(_tried(_lapse, pk) for pk in list(lapsed.values_list("request_id", flat=True)))
    count += sum(_tried(_expire, pk) for pk in list(over.values_list("pk", flat=True)))
    _forget(now)
    return count


def _tried(end: Callable[[UUID], bool], request_id: UUID) -> bool:
    try:
        return end(request_id)
    except Exception as error:
        log.error("place_not_ended", place=str(request_id), error=type(error).__name__)
        return False


@transaction.atomic
def _forget(now: datetime) -> None:
    """For whom a place was needed is nobody's business once it is over."""
    over = PlaceRequest.objects.filter(
        state__in=["sent", "ended", "expired"], answer_by__lte=now - timedelta(days=KEPT_DAYS)
    )
    places = over.count()
    if places:
        over.delete()
        audit.record("place.forgotten", actor=None, places=places)


@transaction.atomic
def _lapse(request_id: UUID) -> bool:
    request = PlaceRequest.objects.select_for_update().get(pk=request_id)
    held = PlaceAsk.State.HELD
    ask = request.asks.filter(state=held, held_until__lte=timezone.now()).select_related("request").first()
    if ask is None or request.state != PlaceRequest.State.HELD:
        return False
    ask.request = request
    _give_back(ask)
    audit.record("place.lapsed", actor=None, place=request.pk)
    return True


@transaction.atomic
def _expire(request_id: UUID) -> bool:
    request = PlaceRequest.objects.select_for_update().get(pk=request_id)
    if request.state != PlaceRequest.State.OPEN or request.answer_by > timezone.now():
        return False
    _end(request, PlaceStep.EXPIRE)
    audit.record("place.expired", actor=None, place=request.pk)
    _tell_sender(request, NOBODY)
    return True


def _tell_sender(request: PlaceRequest, what: str) -> None:
    """Whoever asked; where they have left or the case keeps them out, the team's supervisors whom it does not."""
    asked_by = User.objects.filter(pk=request.asked_by_id, is_active=True, memberships__team=request.team_id)
    supervisors = User.objects.filter(
        memberships__team=request.team_id, memberships__role=Role.SUPERVISOR, is_active=True
    )
    out = kept_out_of_request(request, [*asked_by, *supervisors])
    told, instead = ({each.pk for each in people} - out for people in (asked_by, supervisors))
    notices.tell(told or instead, what)


def _tell_partners(services: Iterable[Service], what: str, case: Case | None = None) -> None:
    """Tell their focal points, but whom the case keeps out, where it is given."""
    people = User.objects.filter(
        memberships__team__in=[each.team_id for each in services if each.team_id],
        memberships__role=Role.FOCAL_POINT,
        is_active=True,
    )
    out = kept_out_among(case.pk, people.distinct()) if case else set()
    notices.tell(set(people.values_list("pk", flat=True)) - out, what)
