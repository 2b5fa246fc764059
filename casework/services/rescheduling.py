"""Putting follow-ups off, and giving them to somebody else: one or several at once, all of them or none."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.models import FollowUp, Identification
from casework.safe_contact import assess_contact
from casework.selectors import team_members
from casework.services.exceptions import REVIEW
from core import audit, notices
from core.access import OpenObject, lock_object, open_object
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.marks import kept_out_among
from core.models import CASE_ROLES, Kind, Level, User

HANDED = notices.define("follow_up_handed", _("Something to be done has been given to you"))

LONGEST = timedelta(days=90)
LONGEST_URGENT = timedelta(hours=24)
MOST_AT_ONCE = 50


@transaction.atomic
def put_off_follow_ups(*, actor: Actor, follow_up_ids: Iterable[UUID], until: datetime) -> list[FollowUp]:
    """Make them due later; each is told of again then. What is urgent waits a day at most, the rest 90.

    Raises NotVisible, NotAllowed; WrongState where one is closed; Invalid at `until`, also where it would contact the
    survivor at a time that they have said is not safe.
    """
    rows, opened = _opened(actor, follow_up_ids)
    _require_ones_own(actor, rows, opened)
    now = timezone.now()
    if until <= now:
        raise Invalid({"until": [_("This time has passed.")]})
    if any(until <= row.due_at for row in rows):
        raise Invalid({"until": [_("Choose a time after the one when it is due.")]})
    longest = LONGEST_URGENT if any(row.urgent for row in rows) else LONGEST
    if until > now + longest:
        wrong = (
            _("What is urgent can wait for a day at most.")
            if longest == LONGEST_URGENT
            else _("This is too far.")
        )
        raise Invalid({"until": [wrong]})
    for row in rows:
        _require_safe(actor, row, opened[row.object_id], until)
        row.due_at, row.notified_at = until, None
        row.save(update_fields=["due_at", "notified_at"])
        audit.record("follow_up.put_off", actor=actor, object=row.object, follow_up=row.pk)
    return rows


@transaction.atomic
def hand_on(*, actor: Actor, follow_up_ids: Iterable[UUID], to: UUID) -> list[FollowUp]:
    """Give them to a colleague, who is told. Raises NotVisible, NotAllowed; WrongState where one is closed; Invalid
    at `to` for who may not see one of them.
    """
    rows, opened = _opened(actor, follow_up_ids)
    _require_ones_own(actor, rows, opened)
    for row in rows:
        if not _may_be_given(actor, row, to):
            raise Invalid({"to": [_("Choose a caseworker or supervisor of the team.")]})
        row.assignee_id, row.notified_at = to, None
        row.save(update_fields=["assignee", "notified_at"])
        audit.record("follow_up.handed_on", actor=actor, object=row.object, follow_up=row.pk, to=to)
    if to != actor.user.pk:
        notices.tell([to], HANDED)
    return rows


def _opened(actor: Actor, follow_up_ids: Iterable[UUID]) -> tuple[list[FollowUp], dict[UUID, OpenObject]]:
    """The rows and what they are for, locked before them and in one order: cases first, as whoever locks both does.

    Nothing is told of them to whoever can't open them all. Raises NotVisible, NotAllowed, WrongState, Invalid.
    """
    wanted = set(follow_up_ids)
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid({"follow_ups": [_("Choose some of them, 50 at most.")]})
    objects = FollowUp.objects.filter(pk__in=wanted).values_list("object__kind", "object_id")
    for _kind, object_id in sorted(set(objects), key=lambda each: (each[0] != Kind.CASE, each[1])):
        lock_object(object_id)
    rows = list(FollowUp.objects.filter(pk__in=wanted).select_related("object").order_by("object_id", "pk"))
    if len(rows) != len(wanted):
        raise NotVisible
    kinds = {row.object_id: Kind(row.object.kind) for row in rows}
    opened = {id: open_object(actor, id, kind, level=Level.WRITE) for id, kind in kinds.items()}
    if any(row.state != FollowUp.State.DUE for row in rows):
        raise WrongState
    return rows, opened


def _require_ones_own(actor: Actor, rows: list[FollowUp], opened: dict[UUID, OpenObject]) -> None:
    """Whoever is to review what somebody has decided puts that off or hands it on, and nobody for them."""
    for row in rows:
        source = row.read(opened[row.object_id]).get("source", "")
        if source.startswith(REVIEW) and row.assignee_id != actor.user.pk:
            raise NotAllowed


def _require_safe(actor: Actor, row: FollowUp, opened: OpenObject, until: datetime) -> None:
    content = row.read(opened)
    if not (channel := content.get("channel")) or content.get("reason"):
        return
    verdict = assess_contact(open_case_file(actor, row.object_id), channel, until)
    if not verdict.allowed:
        raise Invalid({"until": [each.label for each in verdict.reasons]})


def _may_be_given(actor: Actor, row: FollowUp, to: UUID) -> bool:
    if row.object.kind == Kind.CASE:
        file: CaseFile = open_case_file(actor, row.object_id)
        return team_members(file.case).filter(pk=to).exists()
    if row.object.kind == Kind.IDENTIFICATION:
        team = Identification.objects.values_list("team", flat=True).get(pk=row.object_id)
        members = User.objects.filter(
            memberships__team=team, memberships__role__in=CASE_ROLES, is_active=True
        )
        out = kept_out_among(row.object_id, members)
        return members.filter(pk=to).exclude(pk__in=out).exists()
    return False  # a draft opens for its author alone
