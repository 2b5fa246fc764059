"""Planning follow-ups, doing them, and telling people that one is due."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.case_file import open_case_file
from casework.interview import ACTIONS, Concern
from casework.models import Case, FollowUp
from casework.recurrence import Every, next_due, rule_for
from casework.safe_contact import require_allowed
from casework.selectors import carried_by, team_members
from core import audit, outbox
from core.access import OpenObject, lock_object, open_object
from core.actor import Actor
from core.errors import Invalid, Message, NotVisible, WrongState
from core.models import Kind, Level, User
from core.shared_key import SharedKey

NOTIFY = "casework.notify_due"
PAST, FUTURE = timedelta(days=1), timedelta(days=5 * 366)
_LEFT = "left/"
"""How the source of a follow-up begins that was left by somebody who can't open the case."""


@transaction.atomic
def plan_follow_up(
    *,
    actor: Actor,
    case_id: UUID,
    due_at: datetime,
    about: str,
    assignee_id: UUID | None = None,
    channel: str = "",
    reason: str = "",
    every: str = "",
    repeat_until: date | None = None,
) -> FollowUp:
    """Plan something to be done for a case; what it is about is sealed under the case key.

    With `every` (a rule of Every) doing it plans the next one, until the day of `repeat_until` if there is one.

    It is due within five years, or was since a day ago. The assignee is the actor, or a caseworker or supervisor of the
    case's team. With a `channel` it is a contact with the survivor: it must be allowed when it is due, or have a
    `reason`, which is sealed with it. Raises NotVisible, NotAllowed; Invalid at `due_at`, `assignee`, `about`, `every`,
    `repeat_until`, `channel` or `reason`.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if too_far := _too_far(due_at):
        raise Invalid({"due_at": [too_far]})
    if every and every not in Every.values:
        raise Invalid({"every": [_("Choose from the list.")]})
    if repeat_until is not None and (not every or repeat_until < timezone.localdate(due_at)):
        raise Invalid({"repeat_until": [_("Give a day after the first time, for what comes back.")]})
    assignee = assignee_id or actor.user.pk
    if not team_members(file.case).filter(pk=assignee).exists():
        raise Invalid({"assignee": [_("Choose a caseworker or supervisor of the team.")]})
    if not about.strip():
        raise Invalid({"about": [_("Say what is to be done.")]})
    contact = {"channel": channel} if channel else {}
    contact |= rule_for(every, due_at, repeat_until) if every else {}
    if channel and not require_allowed(file, channel, due_at, reason).allowed:
        contact["reason"] = reason.strip()
    return add_follow_up(
        actor, file.opened, due_at=due_at, about=about.strip(), assignee_id=assignee, contact=contact
    )


def _too_far(due_at: datetime) -> Message | None:
    now = timezone.now()
    if due_at < now - PAST:
        return _("This time has passed.")
    return _("This is too far.") if due_at > now + FUTURE else None


def add_follow_up(
    actor: Actor,
    opened: OpenObject,
    *,
    due_at: datetime,
    about: str,
    assignee_id: UUID | None = None,
    urgent: bool = False,
    source: str = "",
    contact: Mapping[str, str] | None = None,
) -> FollowUp:
    """Write a follow-up for an open object, inside the caller's transaction.

    `source` names what of the case it comes from (`section/risk_and_safety`), so that a change there can end it.
    `contact` says how the survivor is to be contacted: the `channel`, and the `reason` where the rules are against it;
    and how often it comes back: what `rule_for` gives.
    """
    row = FollowUp(
        due_at=due_at, assignee_id=assignee_id or actor.user.pk, created_by=actor.user, urgent=urgent
    )
    row.seal(opened, {"about": about, **({"source": source} if source else {}), **(contact or {})})
    row.save(force_insert=True)
    audit.record("follow_up.planned", actor=actor, object=opened.object, follow_up=row.pk)
    return row


def leave_follow_ups(
    actor: Actor, case: Case, key: SharedKey, *, sealed_key: bytes, about: str, source: str
) -> list[UUID]:
    """Write an urgent follow-up, due now, for a case that the actor can't open; inside the caller's transaction.

    It is for whoever carries the case, sealed under a key that lies under the case's. Where that is more than one
    person, closing one of them closes all that came from `source`. Returns whom they are for.
    """
    people = carried_by(case)
    for person in people:
        row = FollowUp(due_at=timezone.now(), assignee_id=person, created_by=actor.user, urgent=True)
        row.leave(case.object, key, sealed_key, {"about": about, "source": f"{_LEFT}{source}"})
        row.save(force_insert=True)
        audit.record("follow_up.planned", actor=actor, object=case.object, follow_up=row.pk)
    return people


def morning_of(day: date) -> datetime:
    """When something is due that has a day and no hour: nine o'clock, in the page's time zone."""
    return timezone.make_aware(datetime.combine(day, time(9)))


def end_follow_ups(
    actor: Actor, opened: OpenObject, source: str, state: FollowUp.State = FollowUp.State.CANCELLED
) -> None:
    """End what is still due of that which came from `source`, inside the caller's transaction."""
    for row in FollowUp.objects.filter(object=opened.object, state=FollowUp.State.DUE):
        if row.read(opened).get("source") == source:
            _end(actor, opened, row, state, "")


def follow_up_concerns(actor: Actor, opened: OpenObject, concerns: Iterable[str]) -> None:
    """An urgent follow-up, in hours, for each concern; inside the caller's transaction."""
    for concern in concerns:
        action = ACTIONS[Concern(concern)]
        add_follow_up(
            actor,
            opened,
            due_at=timezone.now() + action.within,
            about=f"{Concern(concern).label}: {action.now}",
            urgent=True,
        )


def move_follow_ups(source: OpenObject, target: OpenObject) -> None:
    """Seal the follow-ups of one open object anew for another; inside the caller's transaction."""
    for row in FollowUp.objects.filter(object=source.object):
        row.seal(target, row.read(source))
        row.save(update_fields=["object", "sealed"])


def complete_follow_up(*, actor: Actor, follow_up_id: UUID, outcome: str = "") -> FollowUp:
    """Note that it was done, with what came of it. Raises NotVisible, NotAllowed, WrongState."""
    return _close(actor, follow_up_id, FollowUp.State.DONE, outcome)


def cancel_follow_up(*, actor: Actor, follow_up_id: UUID, outcome: str = "") -> FollowUp:
    """Note that it need not be done, and why. Raises NotVisible, NotAllowed, WrongState."""
    return _close(actor, follow_up_id, FollowUp.State.CANCELLED, outcome)


@transaction.atomic
def _close(actor: Actor, follow_up_id: UUID, state: FollowUp.State, outcome: str) -> FollowUp:
    row = FollowUp.objects.select_related("object").filter(pk=follow_up_id).first()
    if row is None:
        raise NotVisible
    lock_object(row.object_id)
    opened = open_object(actor, row.object_id, Kind(row.object.kind), level=Level.WRITE)
    row.refresh_from_db()
    if row.state != FollowUp.State.DUE:
        raise WrongState
    content = row.read(opened)
    source = content.get("source", "")
    _end(actor, opened, row, state, outcome)
    if source.startswith(_LEFT):
        end_follow_ups(actor, opened, source, state)
    if state is FollowUp.State.DONE and "repeat" in content:
        _plan_next(actor, opened, row, content)
    return row


def _plan_next(actor: Actor, opened: OpenObject, row: FollowUp, content: dict[str, str]) -> None:
    """What comes back stands there again. Whether the survivor may be contacted then is asked when it is done."""
    due_at = next_due(content["repeat"], content["since"], row.due_at)
    if due_at is None:
        return
    kept: dict[str, str] = {name: content[name] for name in ("channel", "repeat", "since") if name in content}
    add_follow_up(
        actor,
        opened,
        due_at=due_at,
        about=content["about"],
        assignee_id=_who_goes_on(row),
        urgent=row.urgent,
        contact=kept,
    )


def _who_goes_on(row: FollowUp) -> UUID:
    """The assignee; who carries the case, where that one can't any more."""
    case = Case.objects.get(pk=row.object_id)  # what comes back is planned for cases alone
    if team_members(case).filter(pk=row.assignee_id).exists():
        return row.assignee_id
    return carried_by(case)[0]


def _end(actor: Actor, opened: OpenObject, row: FollowUp, state: FollowUp.State, outcome: str) -> None:
    row.seal(opened, row.read(opened) | {"outcome": outcome.strip()})
    row.state, row.closed_at = state, timezone.now()
    row.save(update_fields=["sealed", "state", "closed_at"])
    audit.record(f"follow_up.{state}", actor=actor, object=opened.object, follow_up=row.pk)


# --- without an Actor: ids, dates and states alone ---------------------------------------------------------------


@transaction.atomic
def notify_due() -> int:
    """Find what has come due and write one outbox row for each person concerned. Returns how many came due.

    Safe to run twice, and at the same time: each follow-up is marked in the transaction that writes the row.
    """
    now = timezone.now()
    due = FollowUp.objects.filter(state=FollowUp.State.DUE, notified_at=None, due_at__lte=now)
    claimed = list(due.select_for_update(skip_locked=True).values_list("pk", "assignee_id"))
    FollowUp.objects.filter(pk__in=[pk for pk, _assignee in claimed]).update(notified_at=now)
    for assignee in {assignee for _pk, assignee in claimed}:
        outbox.enqueue(NOTIFY, assignee)
    return len(claimed)


@outbox.handler(NOTIFY, outside=True)
def tell(user_id: UUID) -> None:
    """Write to a person how many of their follow-ups are due, and nothing else."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    due = FollowUp.objects.filter(
        assignee=user_id, state=FollowUp.State.DUE, due_at__lte=timezone.now()
    ).count()
    if user is None or due == 0:
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = ngettext("You have %(count)d follow-up due.", "You have %(count)d follow-ups due.", due)
        body = f"{text % {'count': due}}\n\n{settings.SITE_URL}/today/\n"
        send_mail("Hearth", body, None, [user.email])
