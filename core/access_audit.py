"""Proof that permissions and keys agree: for every active grant a permission, for every permission such a grant.

And that every row is ours, and nobody has a grant who is kept out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef
from guardian.models import GroupObjectPermission, UserObjectPermission

from core.crypto import CannotOpen
from core.kek import kek
from core.marks import marks_of
from core.models import (
    PERMISSIONS,
    ApiToken,
    AuditEvent,
    Grant,
    KeptOut,
    KeySlot,
    Kind,
    Level,
    Membership,
    ObjectKey,
    SealedObject,
    ServerShare,
    TeamKey,
    TeamPermission,
    TokenTeamKey,
    User,
    UserKey,
    UserPermission,
)
from core.models.tagged import Tagged

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
        for codename in PERMISSIONS[Level(grant.level)] if grant.active else ():
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
    yield from _groups_that_disagree()
    yield from _kept_out_that_disagree()
    yield from _rows_not_ours()


def _groups_that_disagree() -> Iterator[Disagreement]:
    """Guardian knows a team by its auth group: whoever is in the one must be in the other."""
    members = set(Membership.objects.values_list("user_id", "team__group_id"))
    grouped = set(User.groups.through.objects.values_list("user_id", "group_id"))
    for user, group in sorted(grouped - members):
        yield Disagreement("in_the_group_without_a_membership", f"user {user} group {group}")
    for user, group in sorted(members - grouped):
        yield Disagreement("membership_without_the_group", f"user {user} group {group}")
    on_objects = {
        "permission__content_type__app_label": "core",
        "permission__content_type__model": "sealedobject",
    }
    for through in (User.user_permissions.through, Group.permissions.through):
        for pk in through.objects.filter(**on_objects).values_list("pk", flat=True):
            yield Disagreement("permission_for_every_object", f"{through.__name__} {pk}")


def _kept_out_that_disagree() -> Iterator[Disagreement]:
    """A mark can't show that another one was deleted; the trail, which the database refuses to change, can."""
    rows = {str(row.pk): row for row in KeptOut.objects.all()}
    expected: dict[str, UUID | None] = {}
    trail = AuditEvent.objects.filter(action__in=("access.kept_out", "access.let_in")).order_by("id")
    for action, object_id, codes in trail.values_list("action", "object", "codes").iterator(ROWS_AT_ONCE):
        if action == "access.kept_out":
            expected[codes["row"]] = object_id
        else:
            expected.pop(codes["row"], None)
    gone = expected.keys() - rows.keys()
    of_gone = ServerShare.objects.filter(
        object__in={expected[pk] for pk in gone}
    )  # but not of what was erased
    still_there = set(of_gone.values_list("object_id", flat=True))
    for pk in sorted(gone):
        if expected[pk] in still_there:
            yield Disagreement("kept_out_no_longer", f"{pk} of {expected[pk]}")
    for pk in sorted(rows.keys() - expected.keys()):
        yield Disagreement("kept_out_without_a_trail", pk)

    marks: dict[UUID, set[bytes]] = {}
    for row in rows.values():
        marks.setdefault(row.object_id, set()).add(bytes(row.mark))
    on_such = Grant.objects.filter(Exists(KeptOut.objects.filter(object=OuterRef("object"))))
    for grant in on_such.select_related("team", "user").iterator(ROWS_AT_ONCE):
        principal = grant.team or grant.user
        if principal is not None and marks[grant.object_id] & marks_of(principal):
            yield Disagreement("key_of_somebody_kept_out", str(grant.pk))


def _rows_not_ours() -> Iterator[Disagreement]:
    tagged: tuple[type[Tagged], ...] = (
        UserKey,
        KeySlot,
        TeamKey,
        Membership,
        ApiToken,
        TokenTeamKey,
        KeptOut,
    )
    for model in tagged:
        for row in model._default_manager.iterator(ROWS_AT_ONCE):
            if not row.is_ours():
                yield Disagreement(f"{model._meta.model_name}_not_ours", str(row.pk))
    for share in ServerShare.objects.select_related("object").iterator(ROWS_AT_ONCE):
        try:
            kek().unwrap(share.wrapped, "server-share", share.object.kind, share.object_id)
        except CannotOpen:
            yield Disagreement("share_not_ours", str(share.object_id))
    keyed = ObjectKey.objects.filter(object=OuterRef("pk"), version=OuterRef("key_version"))
    for pk in SealedObject.objects.filter(~Exists(keyed)).values_list("pk", flat=True):
        yield Disagreement("object_without_a_key", str(pk))
    granted = Grant.objects.filter(object=OuterRef("pk"), active=True)
    by_grants = SealedObject.objects.exclude(kind=Kind.ONE_TIME).filter(~Exists(granted), share__isnull=False)
    # Whoever declines a packet lays it down; the sender goes on reading it through the case.
    laid_down = AuditEvent.objects.filter(action="access.given_up", object=OuterRef("pk"))
    by_grants = by_grants.exclude(Exists(laid_down), kind=Kind.PACKET)
    for pk in by_grants.values_list("pk", flat=True):
        yield Disagreement("object_that_nobody_opens", str(pk))
