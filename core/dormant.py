"""Grants that sleep: keys sealed beforehand, that open nothing and permit nothing until their principal wakes them.

For an emergency (break-glass: a supervisor's own grant) and for a transfer (the receiving team's, until it accepts).
Waking is on the record before anything can be read. A policy on top of keys: docs/threat-model.md.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from core import audit
from core.access import (
    grant_access,
    grant_veto,
    lock_object,
    may_be_changed,
    open_object,
    principals_of,
    rekey_if_able,
    rekey_object,
)
from core.actor import Actor
from core.errors import NotAllowed, NotVisible, Refused
from core.grant_rows import Principal, delete_grant, forbid, permit, to
from core.marks import keeping_out, kept_out_among
from core.models import Grant, Kind, Level, SealedObject, User


def grant_dormant(*, actor: Actor, object_id: UUID, kind: Kind, principal: Principal, level: Level) -> Grant:
    """Seal a key to a team or a person that opens nothing until `wake_grant`. Raises what `grant_access` raises."""
    return grant_access(
        actor=actor, object_id=object_id, kind=kind, principal=principal, level=level, active=False
    )


def dormant_grant_of(principal: Principal, object_id: UUID) -> Grant | None:
    """The principal's grant that sleeps, if there is one. Whether it may be woken, `wake_grant` says."""
    return Grant.objects.filter(to(principal), object=object_id, active=False).first()


@transaction.atomic
def wake_grant(*, actor: Actor, object_id: UUID, kind: Kind, principal: Principal) -> Grant:
    """Make the actor's own dormant grant active, or that of a team where the actor's role opens this kind.

    Raises NotVisible without one and for whoever is kept out, NotAllowed for an API token, Refused for a veto,
    Tampered where the grant is not ours.
    """
    if actor.token_id is not None:
        raise NotAllowed
    object = lock_object(object_id)
    if principal not in principals_of(actor, kind):
        raise NotVisible
    asleep = Grant.objects.filter(to(principal), object=object, kind=kind, active=False)
    grant = asleep.exclude(keeping_out(actor.marks)).select_related("object", "team").first()
    if grant is None:
        raise NotVisible
    grant.verify()
    grant_veto.run(actor, object, principal)
    audit.record("access.woken", actor=actor, object=object, principal=principal.pk, level=grant.level)
    grant.active = True
    grant.save(update_fields=["active", "tag"])
    permit(grant)
    return grant


@transaction.atomic
def put_to_sleep(*, actor: Actor, object_id: UUID, kind: Kind, principal: User) -> None:
    """Make a person's active grant dormant (again), effective at once, under a new key version.

    A person may do it to their own grant, who may change the object to anyone's. Where it was the person's only one and
    for reading alone, they can't draw the new key: the next revocation does. Raises NotVisible, NotAllowed; Refused
    where nobody who may change the object would remain.
    """
    object = lock_object(object_id)
    own = principal == actor.user
    open_object(actor, object_id, kind, level=Level.READ if own else Level.WRITE)
    awake = Grant.objects.filter(to(principal), object=object, active=True)
    if not awake.exists():
        raise NotVisible
    rekey_if_able(actor, object)  # before: afterwards the actor's own grant might not allow it
    grant = awake.select_related("team").get()
    grant.active = False
    grant.save(update_fields=["active", "tag"])
    forbid(grant)
    if not may_be_changed(object):
        raise Refused
    audit.record("access.put_to_sleep", actor=actor, object=object, principal=principal.pk)


@transaction.atomic
def keep_asleep(*, actor: Actor, object_id: UUID, kind: Kind, people: Iterable[User], level: Level) -> None:
    """Make the people who have a dormant grant exactly these, under a new key version where somebody's is taken.

    Whoever is kept out gets none, and a grant that is awake stays. Raises NotVisible, NotAllowed.
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    wanted = {person.pk: person for person in people}
    granted = {grant.user_id: grant for grant in object.grants.filter(user__isnull=False) if grant.user_id}
    missing = [person for pk, person in wanted.items() if pk not in granted]
    kept_out = kept_out_among(object.pk, missing)
    for person in missing:
        if person.pk not in kept_out:
            grant_dormant(actor=actor, object_id=object_id, kind=kind, principal=person, level=level)
    taken = {pk: grant for pk, grant in granted.items() if not grant.active and pk not in wanted}
    for pk, grant in taken.items():
        audit.record("access.revoked", actor=actor, object=object, principal=pk)
        delete_grant(grant)
    if taken:
        rekey_object(actor=actor, object_id=object_id, kind=kind)


# --- where nobody is at hand who could draw a new key -------------------------------------------------------------


@transaction.atomic
def give_up_grant(*, actor: Actor, object_id: UUID, kind: Kind, principal: Principal) -> None:
    """Lay down the actor's own grant or that of a team of theirs, dormant or not: what was offered is turned down.

    Whoever next changes the object draws a new key. Raises NotVisible without one; Refused where nobody who may change
    the object would remain.
    """
    object = lock_object(object_id)
    grant = Grant.objects.filter(to(principal), object=object, kind=kind).select_related("team").first()
    if grant is None or principal not in principals_of(actor, kind):
        raise NotVisible
    delete_grant(grant)
    if grant.level == Level.WRITE and not may_be_changed(object):
        raise Refused
    _leave_the_key_to_the_next(object)
    audit.record("access.given_up", actor=actor, object=object, principal=principal.pk)


@transaction.atomic
def let_sleep(*, object_id: UUID, user_id: UUID) -> bool:
    """Make a person's active grant dormant without anyone's key: its time is up. False where none is awake.

    Whoever next changes the object draws a new key. Raises Tampered where the grant is not ours.
    """
    object = lock_object(object_id)
    grant = Grant.objects.filter(object=object, user=user_id, active=True).select_related("team").first()
    if grant is None:
        return False
    grant.verify()
    grant.active = False
    grant.save(update_fields=["active", "tag"])
    forbid(grant)
    _leave_the_key_to_the_next(object)
    audit.record("access.lapsed", object=object, principal=user_id)
    return True


def _leave_the_key_to_the_next(object: SealedObject) -> None:
    object.rekey_due = True
    object.save(update_fields=["rekey_due"])
