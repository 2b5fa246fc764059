"""Keeping somebody out of an object for good: the trafficker's cousin in the team, the employer's organisation.

Conflict of interest is checked at every grant and at every opening (core/access.py), against marks that don't say who
is meant (core/marks.py).
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access import lock_object, may_be_changed, open_object, rekey_if_able
from core.accounts import membership_ended
from core.actor import Actor
from core.errors import NotVisible, Refused
from core.grant_rows import delete_grant
from core.marks import Outsider, marks_of, marks_on, own_marks, remove_mark, write_marks
from core.models import KeptOut, Kind, Level, SealedObject, Team, User


@transaction.atomic
def keep_out(*, actor: Actor, object_id: UUID, kind: Kind, whom: Outsider) -> None:
    """Let a person, or all of an organisation, never see an object; what they were granted goes, dormant or not.

    Effective at once, for members of a granted team too. Raises NotVisible, NotAllowed; Refused for oneself and one's
    own organisation, where it is so already, and where nobody who may change the object would remain.
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    marks = own_marks(whom)
    if not actor.marks.isdisjoint(marks):
        raise Refused(_("You can't keep out yourself or your own organisation."))
    if not marks_on(object.pk).isdisjoint(marks):
        raise Refused(_("This is so already."))
    _keep_out(actor, object, marks[:1])
    if not may_be_changed(object):
        raise Refused(_("Nobody would be left who can change it."))
    rekey_if_able(actor, object)


@transaction.atomic
def let_in(*, actor: Actor, object_id: UUID, kind: Kind, whom: Outsider) -> None:
    """No longer keep out a person or an organisation. What they were granted before stays revoked.

    Raises NotVisible (also where they are not kept out themselves), NotAllowed.
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    row = KeptOut.objects.filter(object=object, mark__in=own_marks(whom)).select_related("object").first()
    if row is None:
        raise NotVisible
    remove_mark(actor, row)


@transaction.atomic
def copy_kept_out(
    *,
    actor: Actor,
    source: SealedObject,
    target: SealedObject,
    but: frozenset[bytes] = frozenset(),
    closed: bool = False,
) -> None:
    """Keep out of `target`, too, whoever is kept out of `source`: of what belongs to a case and was made before.

    Needs no key of the target (a sender has none for a packet), and draws a new one where the actor has. What is made
    afterwards takes it from `found_object(keeps_out_as=)`. `but` are marks that are not copied. Raises Refused where
    the target could be changed, and nobody would remain who can; not for one that is `closed`: nobody needs to.
    """
    target = lock_object(target.pk)
    missing = marks_on(source.pk) - marks_on(target.pk) - but
    if not missing:
        return
    before = not closed and may_be_changed(target)
    _keep_out(actor, target, missing)
    if before and not may_be_changed(target):
        raise Refused(_("Nobody would be left who can change it."))
    rekey_if_able(actor, target)


def _keep_out(actor: Actor, object: SealedObject, marks: Iterable[bytes]) -> None:
    """Write the marks and take away the grants to those whom they stand for.

    The trail names such a grant and not its principal: beside a mark written in the same moment, it would tell whose
    the mark is.
    """
    marks = frozenset(marks)
    write_marks(actor, object, marks)
    for grant in object.grants.select_related("team", "user"):
        principal = grant.team or grant.user
        if principal is not None and marks & marks_of(principal):
            audit.record("access.revoked", actor=actor, object=object, grant=grant.pk)
            delete_grant(grant)


@membership_ended.register
def somebody_remains(_person: User, team: Team) -> None:
    """Raise Refused where only people who are kept out would remain of a team for something that it was given."""
    given = SealedObject.objects.filter(
        Exists(KeptOut.objects.filter(object=OuterRef("pk"))),
        grants__team=team,
        grants__active=True,
        grants__level=Level.WRITE,
    )
    if not all(may_be_changed(each) for each in given):
        raise Refused(_("Nobody would be left who can open what this team was given."))
