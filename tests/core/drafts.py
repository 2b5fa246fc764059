"""The least that hangs off a sealed object, with the grants that a test names."""

from collections.abc import Iterable

from django.utils import timezone

from casework.models import Draft
from core.access_query import VisibleQuerySet
from core.actor import Actor
from core.grant_rows import Principal
from core.marks import Outsider, own_marks
from core.models import Grant, KeptOut, Kind, Level, SealedObject, Team, User
from referrals.demo import World


def new_draft(
    world: World,
    grants: Iterable[tuple[Principal, Level]],
    moment: int,
    *,
    active: bool = True,
    kept_out: Iterable[Outsider] = (),
) -> Draft:
    """A draft made at this millisecond, granted as named; what is sealed in it opens for nobody."""
    object = SealedObject.objects.create(kind=Kind.DRAFT, sort_key=moment)
    for whom in kept_out:
        KeptOut.objects.create(object=object, mark=own_marks(whom)[0])
    for principal, level in grants:
        Grant.objects.create(
            object=object,
            kind=object.kind,
            sort_key=object.sort_key,
            team=principal if isinstance(principal, Team) else None,
            user=principal if isinstance(principal, User) else None,
            level=level,
            active=active,
            key_version=1,
            recipient_key_version=1,
            sealed=b"sealed",
        )
    made: Draft = Draft.objects.create(
        object=object,
        author=world["assigned"].user,
        team=world.team,
        changed_on=timezone.localdate(),
        sealed=b"",
    )
    return made


def drafts(actor: Actor) -> VisibleQuerySet[Draft]:
    """The whole list of an actor."""
    return Draft.objects.visible_to(actor)
