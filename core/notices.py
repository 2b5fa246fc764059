"""Telling people that something happened, without saying what: on their first page, and by an e-mail that says less."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core import outbox
from core.access import grants_of
from core.actor import Actor
from core.errors import NotVisible
from core.marks import kept_out_among
from core.models import Kind, Notice, SealedObject, User

NOTIFY = "core.notify"
MOST = 20
"""How many are shown; the others move up as these are put away."""

labels: dict[str, Promise] = {}
"""What each code word says to people; the apps fill it in as they define theirs."""
places: dict[Kind, str] = {}
"""The address of each kind of object, by its name, which takes the object's id alone; the apps fill it in."""
pages: dict[str, str] = {}
"""The address of what is told of without an object, by the code word, where there is a page for it."""


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice as a page shows it; no `url` where there is nothing to look at, or the person may not any more."""

    notice: Notice
    label: str
    url: str


def define(what: str, label: Promise, *, page: str = "") -> str:
    """Name something that people are told of, and the page that it leads to without an object. Returns its code."""
    labels[what] = label
    if page:
        pages[what] = page
    return what


def tell(
    people: Iterable[UUID], what: str, *, object: SealedObject | None = None, again: bool = True
) -> None:
    """Tell each person once, but nobody whom the object keeps out; inside the caller's transaction.

    Not `again`: nobody for whom the same waits already. Raises KeyError for a code word that is not defined.
    """
    assert labels[what]
    now, told = timezone.now(), set(people)
    if object is not None:
        told -= kept_out_among(object.pk, User.objects.filter(pk__in=told))
    if not again:
        waiting = Notice.objects.filter(person__in=told, what=what, object=object, seen_at=None)
        told -= set(waiting.values_list("person", flat=True))
    for person in told:
        Notice.objects.create(person_id=person, what=what, object=object, at=now)
        outbox.enqueue(NOTIFY, person)


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """What the actor has not put away yet, newest first."""
    return Notice.objects.filter(person=actor.user, seen_at=None).select_related("object")


def shown_to(actor: Actor) -> list[ShownNotice]:
    """The newest of them, each with where to look as long as the actor may. One query."""
    visible = Q(pk__in=())
    for kind in places:
        visible |= Q(object__in=grants_of(actor, kind).values("object"))
    seen = Case(When(visible, then=Value(True)), default=Value(False), output_field=BooleanField())
    return [
        ShownNotice(row, str(labels.get(row.what, "")), _url(row, visible=row.seen))
        for row in notices_of(actor).annotate(seen=seen)[:MOST]
    ]


def _url(row: Notice, *, visible: bool) -> str:
    if row.object is None:
        return reverse(pages[row.what]) if row.what in pages else ""
    return reverse(places[Kind(row.object.kind)], args=[row.object.pk]) if visible else ""


def put_away(*, actor: Actor, notice_id: UUID) -> None:
    """Note that it was seen. Raises NotVisible for anyone else's."""
    if not notices_of(actor).filter(pk=notice_id).update(seen_at=timezone.now()):
        raise NotVisible


@outbox.handler(NOTIFY, outside=True)
def write_to(person: UUID) -> None:
    """Write to a person that something waits in Hearth, and nothing else."""
    user = User.objects.filter(pk=person, is_active=True).first()
    if user is None or not Notice.objects.filter(person=user, seen_at=None).exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        send_mail(
            "Hearth", f"{_('Something is waiting for you.')}\n\n{settings.SITE_URL}\n", None, [user.email]
        )
