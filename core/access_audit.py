"""Proof that permissions and keys agree: for every grant a permission, for every permission a grant, and all ours."""

from collections.abc import Iterator
from dataclasses import dataclass

from guardian.models import GroupObjectPermission, UserObjectPermission

from core.crypto import CannotOpen
from core.kek import kek
from core.models import (
    PERMISSIONS,
    Grant,
    Level,
    Membership,
    SealedObject,
    ServerShare,
    TeamPermission,
    UserPermission,
)

ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A row that should not be there, or one that is missing. `what` is a stable word."""

    what: str
    row: str


def disagreements() -> Iterator[Disagreement]:
    """Every disagreement in the database, found without any person's key; nothing if all is well."""
    granted: set[tuple[str, str, str]] = set()
    for grant in Grant.objects.select_related("object", "team").iterator(ROWS_AT_ONCE):
        if not grant.is_ours():
            yield Disagreement("grant_not_ours", str(grant.pk))
        if grant.key_version != grant.object.key_version:
            yield Disagreement("grant_of_an_old_key", str(grant.pk))
        if (grant.kind, grant.sort_key) != (grant.object.kind, grant.object.sort_key):
            yield Disagreement("grant_out_of_order", str(grant.pk))
        holder = f"group {grant.team.group_id}" if grant.team else f"user {grant.user_id}"
        for codename in PERMISSIONS[Level(grant.level)]:
            granted.add((holder, codename, str(grant.object_id)))

    permitted: set[tuple[str, str, str]] = set()
    for codename, group, object_id in TeamPermission.objects.values_list(
        "permission__codename", "group_id", "content_object_id"
    ).iterator(ROWS_AT_ONCE):
        permitted.add((f"group {group}", codename, str(object_id)))
    for codename, user, object_id in UserPermission.objects.values_list(
        "permission__codename", "user_id", "content_object_id"
    ).iterator(ROWS_AT_ONCE):
        permitted.add((f"user {user}", codename, str(object_id)))

    for row in sorted(permitted - granted):
        yield Disagreement("permission_without_a_key", " ".join(row))
    for row in sorted(granted - permitted):
        yield Disagreement("key_without_a_permission", " ".join(row))
    for model in (UserObjectPermission, GroupObjectPermission):
        for pk in model.objects.values_list("pk", flat=True):
            yield Disagreement("permission_outside_the_gate", f"{model.__name__} {pk}")
    yield from _rows_not_ours()


def _rows_not_ours() -> Iterator[Disagreement]:
    for membership in Membership.objects.select_related("team", "user").iterator(ROWS_AT_ONCE):
        if not membership.is_ours():
            yield Disagreement("membership_not_ours", str(membership.pk))
    for share in ServerShare.objects.select_related("object").iterator(ROWS_AT_ONCE):
        try:
            kek().unwrap(share.wrapped, "server-share", share.object.kind, share.object_id)
        except CannotOpen:
            yield Disagreement("share_not_ours", str(share.object_id))
    for pk in SealedObject.objects.filter(keys=None).values_list("pk", flat=True):
        yield Disagreement("object_without_a_key", str(pk))
