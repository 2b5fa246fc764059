"""The only place that grants and revokes, and the only way to an object's key.

A permission is a key: one call writes guardian's permission rows and the sealed grant, in one transaction.
`manage.py check_access` (core/access_audit.py) proves that the two agree.

    KEK wraps S;  G is sealed to each team or person;  key vN = wrapped under HKDF(salt=S, ikm=G, info=object, N)
"""

import time
from collections.abc import Iterable
from functools import cache
from typing import Final
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from guardian.shortcuts import remove_perm

from core import audit, crypto
from core.accounts import current_team_key, current_user_key
from core.actor import Actor, grant_context
from core.errors import NotAllowed, NotVisible, Refused, Tampered
from core.kek import kek
from core.models import (
    CASE_ROLES,
    PERMISSIONS,
    Grant,
    Kind,
    Level,
    ObjectKey,
    Role,
    SealedObject,
    ServerShare,
    Team,
    TeamPermission,
    User,
    UserPermission,
)
from core.registries import Registry

Principal = Team | User

OPENED_AS: dict[Kind, frozenset[Role]] = {
    Kind.IDENTIFICATION: CASE_ROLES,
    Kind.CASE: CASE_ROLES,
    Kind.PACKET: frozenset({Role.FOCAL_POINT}),
    Kind.DRAFT: CASE_ROLES,
}
"""In which roles a member uses a team's grants to each kind of object: holding the team's key is not enough."""

grant_veto: Registry[[Actor, SealedObject, Principal]] = Registry("grant_veto")
"""Run before anything of a grant is written: raise Refused to forbid it (conflict of interest)."""


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


def grants_of(actor: Actor, kind: Kind) -> QuerySet[Grant]:
    """The active grants of one kind to the actor's principals."""
    theirs = Q(pk__in=())  # and none where there is no principal: an empty Q would be everyone's
    for principal in principals_of(actor, kind):
        theirs |= _to(principal)
    return Grant.objects.filter(theirs, active=True, kind=kind)


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
    rows = (
        grants_of(actor, kind)
        .filter(object__in=list(object_ids))
        .select_related("object__share")
        .annotate(
            its_key=FilteredRelation("object__keys", condition=Q(object__keys__version=F("key_version")))
        )
        .annotate(wrapped=F("its_key__wrapped"))
    )
    grants = {grant.object_id: grant for grant in sorted(rows, key=lambda row: row.level == Level.WRITE)}
    found: dict[UUID, tuple[OpenObject, Grant]] = {}
    for object_id, grant in grants.items():
        object = grant.object
        if not hasattr(object, "share"):  # erased
            continue
        if grant.wrapped is None or grant.key_version != object.key_version:  # an older grant, put back
            raise Tampered
        try:
            share = actor.keyring.open_grant(grant)
            found[object_id] = _unwrap(object, object.share, grant.key_version, grant.wrapped, share), grant
        except crypto.CannotOpen:
            raise Tampered from None
    return found


def open_with_share(object: SealedObject, share: bytes) -> OpenObject:
    """Unlock an object with a G that was kept sealed inside another open object (a sender reads its packet).

    Raises NotVisible where it has been erased, Tampered where a row is not ours.
    """
    row = ObjectKey.objects.get(object=object, version=object.key_version)
    try:
        return _unwrap(object, _server_share(object), row.version, row.wrapped, share)
    except crypto.CannotOpen:
        raise Tampered from None


def _server_share(object: SealedObject) -> ServerShare:
    try:
        return ServerShare.objects.get(object=object)
    except ServerShare.DoesNotExist:  # erased
        raise NotVisible from None


def _unwrap(
    object: SealedObject, server_share: ServerShare, version: int, wrapped: crypto.Stored, share: bytes
) -> OpenObject:
    wrapping = _wrapping_key(object, server_share, share, version)
    key = crypto.open_sealed(wrapping, wrapped, "object-key", object.pk, version)
    return OpenObject(object, version, key)


def _wrapping_key(object: SealedObject, server_share: ServerShare, share: bytes, version: int) -> bytes:
    salt = kek().unwrap(server_share.wrapped, "server-share", object.kind, object.pk)
    return crypto.derive(share, "object-key", object.kind, object.pk, version, salt=salt)


# --- granting ------------------------------------------------------------------------------------------------


def found_object(
    *, actor: Actor, kind: Kind, grants: Iterable[tuple[Principal, Level]]
) -> tuple[OpenObject, bytes]:
    """A new object with its key and grants. Returns it open, and G, for a caller that keeps G inside another object.

    Raises Refused where a registered veto forbids one of the grants.
    """
    object = SealedObject(kind=kind, sort_key=time.time_ns() // 1_000_000)
    grants = list(grants)
    for principal, _level in grants:
        grant_veto.run(actor, object, principal)
    # Whatever fails from here on fails the verb that founds it: that transaction needs no savepoint.
    with transaction.atomic(savepoint=False):
        object.save(force_insert=True)
        salt, share, key = crypto.new_key(), crypto.new_key(), crypto.new_key()
        wrapped = kek().wrap(salt, "server-share", kind, object.pk)
        server_share = ServerShare.objects.create(object=object, wrapped=wrapped, kek_version=kek().current)
        wrapping = _wrapping_key(object, server_share, share, 1)
        ObjectKey.objects.create(
            object=object, version=1, wrapped=crypto.seal(wrapping, key, "object-key", object.pk, 1)
        )
        for principal, level in grants:
            _write_grant(actor, object, principal, level, share)
    return OpenObject(object, 1, key), share


@transaction.atomic
def grant_access(*, actor: Actor, object_id: UUID, kind: Kind, principal: Principal, level: Level) -> Grant:
    """Give a team or a person a key to an object that the actor may change.

    Raises NotVisible, NotAllowed, Refused (a veto, or the principal has a grant already).
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    if Grant.objects.filter(_to(principal), object=object).exists():
        raise Refused
    own = grants_of(actor, kind).filter(object=object, level=Level.WRITE).first()
    if own is None:
        raise NotAllowed
    grant_veto.run(actor, object, principal)
    return _write_grant(actor, object, principal, level, actor.keyring.open_grant(own))


@transaction.atomic
def revoke_access(*, actor: Actor, object_id: UUID, kind: Kind, principal: Principal) -> None:
    """Take a key back, effective at once, and draw a new key version for those who remain.

    Raises NotVisible, NotAllowed; Refused where nobody who may change the object would remain.
    """
    object = lock_object(object_id)
    open_object(actor, object_id, kind, level=Level.WRITE)
    grant = Grant.objects.filter(_to(principal), object=object).first()
    if grant is None:
        raise NotVisible
    if not object.grants.filter(level=Level.WRITE, active=True).exclude(pk=grant.pk).exists():
        raise Refused
    grant.delete()
    for permission in PERMISSIONS[Level(grant.level)]:
        remove_perm(permission, _holder(principal), object)
    audit.record("access.revoked", actor=actor, object=object, principal=principal.pk)
    if grants_of(actor, kind).filter(object=object, level=Level.WRITE).exists():
        rekey_object(actor=actor, object_id=object.pk, kind=kind)


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
            _wrapping_key(object, _server_share(object), share, version),
            key,
            "object-key",
            object.pk,
            version,
        ),
        sealed_previous=crypto.seal(key, opened._key(opened.version), "key-before", object.pk, version),
    )
    # Whoever kept an old G finds nothing that it unwraps.
    ObjectKey.objects.filter(object=object, version__lt=version).update(wrapped=b"")
    object.key_version = version
    object.save(update_fields=["key_version"])
    for grant in object.grants.select_related("team", "user"):
        grant.verify()
        _seal_grant(grant, share, version)
        grant.save()
    audit.record("object.rekeyed", actor=actor, object=object, version=version)


@transaction.atomic
def destroy_object(*, actor: Actor | None, object: SealedObject) -> None:
    """Delete the server's share and every grant: nobody opens the object again, whatever key they hold."""
    for grant in object.grants.select_related("team__group", "user"):
        principal = grant.team or grant.user
        assert principal is not None
        for permission in PERMISSIONS[Level(grant.level)]:
            remove_perm(permission, _holder(principal), object)
    object.grants.all().delete()
    ServerShare.objects.filter(object=object).delete()
    audit.record("object.destroyed", actor=actor, object=object)


def lock_object(object_id: UUID) -> SealedObject:
    """The object's row, locked until commit, so that its key stays what it is. Raises NotVisible without one.

    Whoever seals something of the object locks it before opening it: after a revocation nothing more may be sealed
    under the old key.
    """
    object = SealedObject.objects.select_for_update().filter(pk=object_id).first()
    if object is None:
        raise NotVisible
    return object


def _write_grant(
    actor: Actor, object: SealedObject, principal: Principal, level: Level, share: bytes
) -> Grant:
    grant = Grant(object=object, kind=object.kind, sort_key=object.sort_key, level=level)
    if isinstance(principal, Team):
        grant.team = principal
    else:
        grant.user = principal
    _seal_grant(grant, share, object.key_version)
    grant.save(force_insert=True)
    _permit(principal, object, level)
    audit.record("access.granted", actor=actor, object=object, principal=principal.pk, level=level)
    return grant


def _permit(principal: Principal, object: SealedObject, level: Level) -> None:
    """Guardian's rows for a grant, written in one statement."""
    ids = _permission_ids(level)
    if isinstance(principal, Team):
        TeamPermission.objects.bulk_create(
            TeamPermission(permission_id=id, group_id=principal.group_id, content_object=object) for id in ids
        )
    else:
        UserPermission.objects.bulk_create(
            UserPermission(permission_id=id, user=principal, content_object=object) for id in ids
        )


@cache
def _permission_ids(level: Level) -> tuple[int, ...]:
    """What guardian calls a level. Looked up once a process, as Django does with content types."""
    permissions = Permission.objects.filter(
        content_type=ContentType.objects.get_for_model(SealedObject), codename__in=PERMISSIONS[level]
    )
    return tuple(permissions.order_by("codename").values_list("pk", flat=True))


@receiver(post_migrate)
def _forget_permission_ids(**_: object) -> None:
    """Only a migration, or a test that emptied the database, makes them anew."""
    _permission_ids.cache_clear()


def _seal_grant(grant: Grant, share: bytes, version: int) -> None:
    key = current_team_key(grant.team) if grant.team else current_user_key(grant.user_id or UUID(int=0))
    grant.key_version, grant.recipient_key_version = version, key.version
    grant.sealed = crypto.seal_to(key.public_key, share, *grant_context(grant))


def _to(principal: Principal) -> Q:
    return Q(team=principal) if isinstance(principal, Team) else Q(user=principal)


def _holder(principal: Principal) -> object:
    """Whom guardian knows the principal as: a team by its auth group."""
    return principal.group if isinstance(principal, Team) else principal
