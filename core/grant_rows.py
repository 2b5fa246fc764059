"""The rows of a grant: G sealed to a principal, and guardian's permissions beside it. For the verbs of the gate alone.

core/access.py, core/dormant.py and core/keeping_out.py decide whether; here stands how, so that the two never part.
"""

from collections.abc import Iterable
from functools import cache

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from core import audit, crypto, journal, outbox
from core.accounts import current_team_key, current_user_key
from core.actor import Actor, grant_context
from core.bulk import insert_many
from core.models import (
    PERMISSIONS,
    Grant,
    Level,
    SealedObject,
    Team,
    TeamKey,
    TeamPermission,
    User,
    UserKey,
    UserPermission,
)

Principal = Team | User


def to(principal: Principal) -> Q:
    """The grants to one principal."""
    return Q(team=principal) if isinstance(principal, Team) else Q(user=principal)


def write_grant(
    actor: Actor,
    object: SealedObject,
    principal: Principal,
    level: Level,
    share: bytes,
    *,
    active: bool = True,
) -> Grant:
    """Seal G to the principal; unless the grant stays dormant, guardian permits what it allows."""
    [grant] = write_grants(actor, [(object, share)], principal, level, active=active)
    return grant


def write_grants(
    actor: Actor,
    shares: Iterable[tuple[SealedObject, bytes]],
    principal: Principal,
    level: Level,
    *,
    active: bool = True,
) -> list[Grant]:
    """Seal the G of each object to one principal, with as many statements for a hundred as for one."""
    key = _newest_key(principal)
    of = {"team": principal} if isinstance(principal, Team) else {"user": principal}
    grants = []
    for object, share in shares:
        grant = Grant(
            object=object, kind=object.kind, sort_key=object.sort_key, level=level, active=active, **of
        )
        _seal(grant, key, share, object.key_version)
        grant.make_tag()
        grants.append(grant)
    insert_many(grants)
    if active:
        permit(*grants)
    action = "access.granted" if active else "access.granted_dormant"
    audit.record_many(
        audit.event(action, actor=actor, object=grant.object, principal=principal.pk, level=level)
        for grant in grants
    )
    return grants


def seal_grant(grant: Grant, share: bytes, version: int) -> None:
    """Seal G to the newest key of the principal; the caller saves. Raises Tampered where that key is not ours."""
    principal = grant.team or grant.user
    assert principal is not None
    _seal(grant, _newest_key(principal), share, version)


def _newest_key(principal: Principal) -> TeamKey | UserKey:
    return current_team_key(principal) if isinstance(principal, Team) else current_user_key(principal.pk)


def _seal(grant: Grant, key: TeamKey | UserKey, share: bytes, version: int) -> None:
    grant.key_version, grant.recipient_key_version = version, key.version
    grant.sealed = crypto.seal_to(key.public_key, share, *grant_context(grant))


def delete_grant(grant: Grant) -> None:
    """Delete the sealed key and the permissions."""
    forbid(grant)
    outbox.enqueue(journal.GRANT_GONE, grant.pk)
    grant.delete()


def permit(*grants: Grant) -> None:
    """Guardian's rows for grants, written in one statement for the teams' and one for the people's."""
    teams: list[TeamPermission] = []
    people: list[UserPermission] = []
    for grant in grants:
        for id in _permission_ids(Level(grant.level)):
            of = {"permission_id": id, "content_object_id": grant.object_id}
            if grant.team is not None:
                teams.append(TeamPermission(group_id=grant.team.group_id, **of))
            elif grant.user_id is not None:
                people.append(UserPermission(user_id=grant.user_id, **of))
    insert_many(teams)
    insert_many(people)


def forbid(grant: Grant) -> None:
    """Delete guardian's rows for a grant."""
    if grant.team is not None:
        TeamPermission.objects.filter(group=grant.team.group_id, content_object=grant.object_id).delete()
    else:
        UserPermission.objects.filter(user=grant.user_id, content_object=grant.object_id).delete()


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
