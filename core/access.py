"""The gate: who is granted and revoked what, and the only way to an object's key.

A permission is a key: one call writes guardian's permission rows and the sealed grant (core/grant_rows.py), in one
transaction; core/dormant.py holds the verbs of a grant that sleeps, core/keeping_out.py those of people to keep out.
`manage.py check_access` (core/access_audit.py) proves that the two agree.

    KEK wraps S;  G is sealed to each team or person;  key vN = wrapped under HKDF(salt=S, ikm=G, info=object, N)
"""

import time
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import audit, crypto, journal, outbox
from core.actor import Actor
from core.bulk import insert_many
from core.errors import NotAllowed, NotVisible, Refused, Tampered
from core.grant_rows import Principal, delete_grant, seal_grant, to, write_grant, write_grants
from core.granted import Granted
from core.kek import kek
from core.marks import is_kept_out, kept_out_among, marks_of, marks_on, write_marks
from core.models import CASE_ROLES, Grant, Kind, Level, ObjectKey, Role, SealedObject, ServerShare, User
from core.registries import Registry

OPENED_AS: dict[Kind, frozenset[Role]] = {
    Kind.IDENTIFICATION: CASE_ROLES,
    Kind.CASE: CASE_ROLES,
    Kind.PACKET: frozenset({Role.FOCAL_POINT}),
    Kind.DRAFT: CASE_ROLES,
    Kind.TRANSFER: CASE_ROLES,
    Kind.INTERPRETER: CASE_ROLES,
    Kind.INDEX: CASE_ROLES,
    Kind.IMPORT: frozenset({Role.SUPERVISOR}),
    Kind.ONE_TIME: frozenset(),  # by no grant at all: core/handed_out.py
}
"""In which roles a member uses a team's grants to each kind of object: holding the team's key is not enough."""

grant_veto: Registry[[Actor, SealedObject, Principal]] = Registry("grant_veto")
"""Run before anything of a grant is written: raise Refused to forbid it (conflict of interest)."""

object_destroyed: Registry[[SealedObject]] = Registry("object_destroyed")
"""Run when an object's key is destroyed, in the same transaction: what else was stored under it goes."""

KEPT_OUT = _("This can't be shared with them.")
"""Why is for the person who asks in the case, not for a message."""


class OpenObject:
    """An object whose key is unlocked: seals and opens what belongs to it. Made by this module alone."""

    def __init__(self, object: SealedObject, version: int, key: bytes) -> None:
        self.object: Final = object
        self.version: Final = version
        self._keys = {version: key}

    def __repr__(self) -> str:
        return f"<OpenObject {self.object.pk} v{self.version}>"

    def seal(self, purpose: str, *context: crypto.Part, content: bytes) -> bytes:
        """Encrypt `content` under the current key version, which the first 4 bytes of the result name."""
        sealed = crypto.seal(
            self._keys[self.version], content, purpose, self.object.pk, self.version, *context
        )
        return self.version.to_bytes(4, "big") + sealed

    def unseal(self, purpose: str, *context: crypto.Part, sealed: crypto.Stored) -> bytes:
        """What `seal` sealed in the same context, under this or an earlier key version. Raises Tampered."""
        sealed = bytes(sealed)
        version = int.from_bytes(sealed[:4], "big")
        try:
            key = self._key(version)
            return crypto.open_sealed(key, sealed[4:], purpose, self.object.pk, version, *context)
        except crypto.CannotOpen:
            raise Tampered from None

    def _key(self, version: int) -> bytes:
        if version not in self._keys:
            newer = min(self._keys)
            rows = ObjectKey.objects.filter(object=self.object, version__gt=version, version__lte=newer)
            for row in rows.order_by("-version"):
                self._keys[row.version - 1] = crypto.open_sealed(
                    self._keys[row.version], row.sealed_previous, "key-before", self.object.pk, row.version
                )
        try:
            return self._keys[version]
        except KeyError:
            raise crypto.CannotOpen from None


# --- reading ------------------------------------------------------------------------------------------------


def principals_of(actor: Actor, kind: Kind) -> list[Principal]:
    """Whose grants of one kind the actor uses: those of its teams where its role opens that kind, and its own.

    An API token acts for its teams alone: it holds no other key.
    """
    teams = actor.teams_as(*OPENED_AS[kind])
    return [*teams, actor.user] if actor.token_id is None else [*teams]


def granted(actor: Actor, kind: Kind) -> Granted:
    """The active grants of one kind to the actor's principals, but for objects that the actor is kept out of.

    Also where a whole team was granted the object: S lies on the server, so that refusing it works at once.
    """
    return Granted(principals_of(actor, kind), kind, actor.marks)


def grants_of(actor: Actor, kind: Kind) -> QuerySet[Grant]:
    """The rows of what was `granted`."""
    return Grant.objects.filter(pk__in=granted(actor, kind).select("id"))


def open_object(actor: Actor, object_id: UUID, kind: Kind, *, level: Level = Level.READ) -> OpenObject:
    """Unlock an object for an actor.

    Raises NotVisible where the actor has no grant (or nothing is there), NotAllowed where the grant is for less than
    `level`, Tampered where a row or ciphertext is not ours.
    """
    found = _open(actor, [object_id], kind).get(object_id)
    if found is None:
        raise NotVisible
    opened, grant = found
    if level == Level.WRITE and grant.level != Level.WRITE:
        raise NotAllowed
    return opened


def open_many(actor: Actor, object_ids: Iterable[UUID], kind: Kind) -> dict[UUID, OpenObject]:
    """Unlock those of the objects that were granted to the actor, with as many queries for fifty as for one.

    Raises Tampered where a row or ciphertext is not ours.
    """
    return {object_id: opened for object_id, (opened, _) in _open(actor, object_ids, kind).items()}


def _open(actor: Actor, object_ids: Iterable[UUID], kind: Kind) -> dict[UUID, tuple[OpenObject, Grant]]:
    """Each object with the grant that opened it, whose tag was checked: of several, the one that allows most.

    One query, so that a key drawn meanwhile is seen whole or not at all.
    """
    rows: Iterable[Any] = granted(actor, kind).with_keys(object_ids)
    grants = {grant.object_id: grant for grant in sorted(rows, key=lambda row: row.level == Level.WRITE)}
    found: dict[UUID, tuple[OpenObject, Grant]] = {}
    for object_id, grant in grants.items():
        if grant.wrapped is None or grant.key_version != grant.object_key_version:  # an older grant, put back
            raise Tampered
        columns = {name: getattr(grant, f"object_{name}") for name in ("kind", "sort_key", "key_version")}
        object = grant.object = SealedObject.from_db(
            grant._state.db, ["id", *columns], [object_id, *columns.values()]
        )
        try:
            share = actor.keyring.open_grant(grant)
            found[object_id] = _unwrap(object, grant.share, grant.key_version, grant.wrapped, share), grant
        except crypto.CannotOpen:
            raise Tampered from None
    return found


def open_with_share(object: SealedObject, share: bytes) -> OpenObject:
    """Unlock an object with a G that was kept sealed inside another open object (a sender reads its packet).

    Raises NotVisible where it has been erased, Tampered where a row is not ours.
    """
    row = ObjectKey.objects.get(object=object, version=object.key_version)
    try:
        return _unwrap(object, _server_share(object).wrapped, row.version, row.wrapped, share)
    except crypto.CannotOpen:
        raise Tampered from None


def _server_share(object: SealedObject) -> ServerShare:
    try:
        return ServerShare.objects.get(object=object)
    except ServerShare.DoesNotExist:  # erased
        raise NotVisible from None


def _unwrap(
    object: SealedObject,
    wrapped_salt: crypto.Stored,
    version: int,
    wrapped: crypto.Stored,
    share: bytes,
) -> OpenObject:
    wrapping = _wrapping_key(object, _salt(wrapped_salt, object), share, version)
    key = crypto.open_sealed(wrapping, wrapped, "object-key", object.pk, version)
    return OpenObject(object, version, key)


def _salt(wrapped: crypto.Stored, object: SealedObject) -> bytes:
    return kek().unwrap(wrapped, "server-share", object.kind, object.pk)


def _wrapping_key(object: SealedObject, salt: bytes, share: bytes, version: int) -> bytes:
    return crypto.derive(share, "object-key", object.kind, object.pk, version, salt=salt)


# --- granting ------------------------------------------------------------------------------------------------


def found_object(
    *,
    actor: Actor,
    kind: Kind,
    grants: Iterable[tuple[Principal, Level]],
    keeps_out_as: SealedObject | None = None,
) -> tuple[OpenObject, bytes]:
    """A new object with its key and grants. Returns it open, and G, for a caller that keeps G inside another object.

    Whoever is kept out of `keeps_out_as` is kept out of the new object, too. Raises Refused where one of the grants
    is to somebody kept out, or a registered veto forbids it.
    """
    [founded] = found_many(actor=actor, kind=kind, grants=grants, count=1, keeps_out_as=keeps_out_as)
    return founded


def found_many(
    *,
    actor: Actor,
    kind: Kind,
    grants: Iterable[tuple[Principal, Level]],
    count: int,
    asleep: Iterable[tuple[Principal, Level]] = (),
    keeps_out_as: SealedObject | None = None,
) -> list[tuple[OpenObject, bytes]]:
    """Several new objects with the same grants, each with a key of its own: as `found_object`, in as few statements.

    The grants that are `asleep` open nothing until woken (core/dormant.py).
    """
    now = time.time_ns() // 1_000_000
    objects = [SealedObject(kind=kind, sort_key=now) for _ in range(count)]
    grants, asleep = list(grants), list(asleep)
    marks = marks_on(keeps_out_as.pk) if keeps_out_as else frozenset()
    for principal, _level in [*grants, *asleep]:
        if marks & marks_of(principal):
            raise Refused(KEPT_OUT)
        for object in objects:
            grant_veto.run(actor, object, principal)
    founded = []
    server_shares, keys = [], []
    for object in objects:
        salt, share, key = crypto.new_key(), crypto.new_key(), crypto.new_key()
        wrapped = kek().wrap(salt, "server-share", kind, object.pk)
        server_shares.append(ServerShare(object_id=object.pk, wrapped=wrapped, kek_version=kek().current))
        wrapping = _wrapping_key(object, salt, share, 1)
        sealed = crypto.seal(wrapping, key, "object-key", object.pk, 1)
        keys.append(ObjectKey(object_id=object.pk, version=1, wrapped=sealed))
        founded.append((OpenObject(object, 1, key), share))
    # Whatever fails from here on fails the verb that founds them: that transaction needs no savepoint.
    with transaction.atomic(savepoint=False):
        insert_many(objects)
        insert_many(server_shares)
        insert_many(keys)
        for object in objects if marks else ():
            write_marks(actor, object, marks)
        shares = [(opened.object, share) for opened, share in founded]
        for principal, level in grants:
            write_grants(actor, shares, principal, level)
        for principal, level in asleep:
            write_grants(actor, shares, principal, level, active=False)
    return founded


@transaction.atomic
def grant_access(
    *,
    actor: Actor,
    object_id: UUID,
    kind: Kind,
    principal: Principal,
    level: Level,
    active: bool = True,
) -> Grant:
    """Give a team or a person a key to an object that the actor may change. Not active, it opens nothing until woken.

    Raises NotVisible, NotAllowed, Refused (a veto, or the principal is kept out, or has a grant already).
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    if Grant.objects.filter(to(principal), object=object).exists():
        raise Refused
    if is_kept_out(object.pk, principal):
        raise Refused(KEPT_OUT)
    own = grants_of(actor, kind).filter(object=object, level=Level.WRITE).first()
    if own is None:
        raise NotAllowed
    grant_veto.run(actor, object, principal)
    return write_grant(actor, object, principal, level, actor.keyring.open_grant(own), active=active)


@transaction.atomic
def revoke_access(*, actor: Actor, object_id: UUID, kind: Kind, principal: Principal) -> None:
    """Take a key back, dormant or not, effective at once, and draw a new key version for those who remain.

    Raises NotVisible, NotAllowed; Refused where nobody who may change the object would remain.
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    grant = Grant.objects.filter(to(principal), object=object).select_related("team").first()
    if grant is None:
        raise NotVisible
    delete_grant(grant)
    if not may_be_changed(object):
        raise Refused
    audit.record("access.revoked", actor=actor, object=object, principal=principal.pk)
    rekey_if_able(actor, object)


def may_be_changed(object: SealedObject) -> bool:
    """Whether anybody is left who may change it: active, with keys, in a role that opens its kind, and not kept out."""
    grants = object.grants.filter(level=Level.WRITE, active=True)
    in_a_team = Q(memberships__team__grants__in=grants, memberships__role__in=OPENED_AS[Kind(object.kind)])
    people = User.objects.filter(Q(grants__in=grants) | in_a_team, is_active=True, keys__isnull=False)
    ids = set(people)
    return len(ids) > len(kept_out_among(object.pk, ids))


def rekey_if_able(actor: Actor, object: SealedObject) -> None:
    """Draw a new key version where the actor may change the object (still): somebody may have revoked themself."""
    if grants_of(actor, Kind(object.kind)).filter(object=object, level=Level.WRITE).exists():
        rekey_object(actor=actor, object_id=object.pk, kind=Kind(object.kind))


@transaction.atomic
def rekey_object(*, actor: Actor, object_id: UUID, kind: Kind) -> None:
    """Draw a new G and key version for the grants there are; old ciphertext stays readable through the new key.

    Raises NotVisible, NotAllowed; Tampered where one of the grants is not ours: it would become so here.
    """
    object = lock_object(object_id)
    opened = open_object(actor, object_id, kind, level=Level.WRITE)
    version, share, key = opened.version + 1, crypto.new_key(), crypto.new_key()
    ObjectKey.objects.create(
        object=object,
        version=version,
        wrapped=crypto.seal(
            _wrapping_key(object, _salt(_server_share(object).wrapped, object), share, version),
            key,
            "object-key",
            object.pk,
            version,
        ),
        sealed_previous=crypto.seal(key, opened._key(opened.version), "key-before", object.pk, version),
    )
    # Whoever kept an old G finds nothing that it unwraps.
    ObjectKey.objects.filter(object=object, version__lt=version).update(wrapped=b"")
    object.key_version, object.rekey_due = version, False
    object.save(update_fields=["key_version", "rekey_due"])
    for grant in object.grants.select_related("team", "user"):
        grant.verify()
        seal_grant(grant, share, version)
        grant.save()
    audit.record("object.rekeyed", actor=actor, object=object, version=version)


@transaction.atomic
def destroy_object(*, actor: Actor | None, object: SealedObject) -> None:
    """Delete the server's share, every grant and every mark: nobody opens it again, whatever key they hold."""
    for grant in object.grants.select_related("team"):
        delete_grant(grant)
    object.kept_out.all().delete()
    ServerShare.objects.filter(object=object).delete()
    object_destroyed.run(object)
    outbox.enqueue(journal.OBJECT_GONE, object.pk)
    audit.record("object.destroyed", actor=actor, object=object)


@journal.replay("object")
def destroy_again(line: journal.Line) -> bool:
    """The share and the grants that a restored backup has brought back."""
    object = SealedObject.objects.filter(pk=line.id, share__isnull=False).first()
    if object is not None:
        destroy_object(actor=None, object=object)
    return object is not None


@journal.replay("grant")
@transaction.atomic
def revoke_again(line: journal.Line) -> bool:
    """The grant that a restored backup has brought back; whoever next changes the object draws a new key."""
    grant = Grant.objects.filter(pk=line.id).select_related("team").first()
    if grant is None:
        return False
    object = lock_object(grant.object_id)
    delete_grant(grant)
    object.rekey_due = True
    object.save(update_fields=["rekey_due"])
    audit.record("access.revoked", object=object)
    return True


def lock_object(object_id: UUID) -> SealedObject:
    """The object's row, locked until commit, so that its key stays what it is. Raises NotVisible without one.

    Whoever seals something of the object locks it before opening it: after a revocation nothing more may be sealed
    under the old key.
    """
    object = SealedObject.objects.select_for_update().filter(pk=object_id).first()
    if object is None:
        raise NotVisible
    return object
