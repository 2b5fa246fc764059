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
from core import audit, notices
from core.access import OpenObject, lock_object, open_object
from core.actor import Actor
from core.errors import Invalid, NotVisible, WrongState
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
    rows = _locked(follow_up_ids)
    now = timezone.now()
    if until <= now:
        raise Invalid({"until": [_("This time has passed.")]})
    longest = LONGEST_URGENT if any(row.urgent for row in rows) else LONGEST
    if until > now + longest:
        wrong = (
            _("What is urgent can wait for a day at most.")
            if longest == LONGEST_URGENT
            else _("This is too far.")
        )
        raise Invalid({"until": [wrong]})
    for row in rows:
        opened = _open(actor, row)
        _require_safe(actor, row, opened, until)
        row.due_at, row.notified_at = until, None
        row.save(update_fields=["due_at", "notified_at"])
        audit.record("follow_up.put_off", actor=actor, object=opened.object, follow_up=row.pk)
    return rows


@transaction.atomic
def hand_on(*, actor: Actor, follow_up_ids: Iterable[UUID], to: UUID) -> list[FollowUp]:
    """Give them to a colleague, who is told. Raises NotVisible, NotAllowed; WrongState where one is closed; Invalid
    at `to` for who may not see one of them.
    """
    rows = _locked(follow_up_ids)
    for row in rows:
        opened = _open(actor, row)
        if not _may_be_given(actor, row, to):
            raise Invalid({"to": [_("Choose a caseworker or supervisor of the team.")]})
        row.assignee_id, row.notified_at = to, None
        row.save(update_fields=["assignee", "notified_at"])
        audit.record("follow_up.handed_on", actor=actor, object=opened.object, follow_up=row.pk, to=to)
    if to != actor.user.pk:
        notices.tell([to], HANDED)
    return rows


def _locked(follow_up_ids: Iterable[UUID]) -> list[FollowUp]:
    """The rows, their objects locked before them and in one order. Raises NotVisible, WrongState, Invalid."""
    wanted = set(follow_up_ids)
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid({"follow_ups": [_("Choose some of them, 50 at most.")]})
    objects = FollowUp.objects.filter(pk__in=wanted).values_list("object_id", flat=True)
    for object_id in sorted(set(objects)):
        lock_object(object_id)
    rows = list(FollowUp.objects.filter(pk__in=wanted).select_related("object").order_by("object_id", "pk"))
    if len(rows) != len(wanted):
        raise NotVisible
    if any(row.state != FollowUp.State.DUE for row in rows):
        raise WrongState
    return rows


def _open(actor: Actor, row: FollowUp) -> OpenObject:
    return open_object(actor, row.object_id, Kind(row.object.kind), level=Level.WRITE)


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
        return members.filter(pk=to).exists()
    return False  # a draft opens for its author alone
