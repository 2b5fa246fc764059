"""What outside calendars learn: that there is a follow-up, and when. What it is about is read in Hearth.

Calendars keep what they read on other people's machines, show it on lock screens and share it: so no title says more,
no identifier leads back, and the link can be taken back.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from casework.models import CalendarLink, FollowUp
from core import audit, crypto
from core.accounts import membership_ended
from core.actor import Actor
from core.errors import NotVisible
from core.kek import kek
from core.marks import keeping_out, marks_of
from core.models import CASE_ROLES, Grant, Kind, Membership, Team, User

AHEAD, BEHIND = timedelta(days=90), timedelta(days=14)
MOST = 500
LASTS = timedelta(minutes=30)


@transaction.atomic
def make_calendar_link(*, actor: Actor) -> str:
    """A new link in the place of the one before; its secret part is returned, and kept nowhere."""
    secret = secrets.token_urlsafe(32)
    row = {"made_at": timezone.now(), "read_at": None, "secret_check": _check(secret)}
    CalendarLink.objects.update_or_create(person=actor.user, defaults=row)
    audit.record("calendar.link_made", actor=actor)
    return secret


@transaction.atomic
def take_back_calendar_link(*, actor: Actor) -> None:
    """No calendar reads anything any more. Raises NotVisible without a link."""
    done, _rows = CalendarLink.objects.filter(person=actor.user).delete()
    if not done:
        raise NotVisible
    audit.record("calendar.link_taken_back", actor=actor)


def read_calendar(secret: str) -> bytes:
    """The calendar behind a link, as RFC 5545 has it. Raises NotVisible for any other text, and for who has left.

    The secret has 256 bits: nobody finds one by trying.
    """
    links = CalendarLink.objects.select_related("person")
    link = links.filter(secret_check=_check(secret), person__is_active=True).first()
    if link is None:
        raise NotVisible
    now = timezone.now()
    CalendarLink.objects.filter(pk=link.pk).update(read_at=now)
    due = FollowUp.objects.filter(
        _may_see(link.person),
        assignee=link.person_id,
        state=FollowUp.State.DUE,
        due_at__gt=now - BEHIND,
        due_at__lt=now + AHEAD,
    )
    with translation.override(settings.LANGUAGE_CODE):
        return _written(due.order_by("due_at", "pk").values_list("pk", "due_at")[:MOST])


def _may_see(person: User) -> Q:
    """The condition on a follow-up that its case or identification is granted to the person, or to a team of theirs.

    Nobody has signed in here, so there is no Actor to ask: it is what `core.access.granted` asks, without a key.
    """
    teams = Team.objects.filter(memberships__user=person, memberships__role__in=CASE_ROLES).distinct()
    given = Grant.objects.filter(
        Q(user=person) | Q(team__in=teams),
        object=OuterRef("object"),
        kind__in=(Kind.CASE, Kind.IDENTIFICATION),
        active=True,
    )
    return Q(Exists(given)) & ~Q(keeping_out(marks_of(person, *teams)))


@membership_ended.register
def end_calendar_of(person: User, _team: Team) -> None:
    """Who carries cases in no team any more has no calendar either."""
    if not Membership.objects.filter(user=person, role__in=CASE_ROLES).exists():
        CalendarLink.objects.filter(person=person).delete()


def _written(due: Iterable[tuple[UUID, object]]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Hearth//EN")
    calendar.add("version", "2.0")
    for pk, due_at in due:
        event = Event()
        event.add("uid", kek().marks("calendar-event", pk)[0].hex()[:32])
        event.add("dtstamp", due_at)
        event.add("dtstart", due_at)
        event.add("duration", LASTS)
        event.add("summary", _("Follow-up"))
        event.add("class", "PRIVATE")
        event.add("url", f"{settings.SITE_URL}/today/")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _check(secret: str) -> bytes:
    return crypto.digest("calendar-link", secret)
