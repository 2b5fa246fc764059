"""Who acts: a person or an API token, with an unlocked keyring. Whoever reads a record takes an `Actor`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from core import crypto
from core.marks import marks_of
from core.models import Grant, Membership, Role, Team, TeamKey, TokenTeamKey, User


@dataclass(frozen=True, slots=True, repr=False)
class SealedTeamKey:
    """A team's private key as it lies sealed to a principal, with the context that it was sealed in."""

    team_id: UUID
    version: int
    sealed: bytes
    context: tuple[crypto.Part, ...]


class Keyring:
    """A principal's private key and, opened when first needed, the keys of its teams."""

    def __init__(self, private_key: bytes, team_keys: Iterable[SealedTeamKey]) -> None:
        self._private_key = private_key
        self._sealed = {key.team_id: key for key in team_keys}
        self._opened: dict[tuple[UUID, int], bytes] = {}
        self._read: dict[bytes, crypto.PrivateKey] = {}

    def __repr__(self) -> str:
        return "<Keyring>"

    def team_key(self, team_id: UUID, version: int) -> bytes:
        """The team's private key of that version. Raises CannotOpen where this keyring has none."""
        if (team_id, version) not in self._opened:
            self._open_team(team_id, version)
        try:
            return self._opened[team_id, version]
        except KeyError:
            raise crypto.CannotOpen from None

    def _open_team(self, team_id: UUID, version: int) -> None:
        held = self._sealed.get(team_id)
        if held is None:
            raise crypto.CannotOpen
        private = crypto.open_with(self._private_key, held.sealed, *held.context)
        self._opened[team_id, held.version] = private
        # Each version's row holds the one before, sealed to it: walk back through the rotations since.
        older = TeamKey.objects.filter(team_id=team_id, version__gt=version, version__lte=held.version)
        for row in older.select_related("team").order_by("-version") if version < held.version else ():
            row.verify()
            private = crypto.open_with(private, row.sealed_previous, "team-key-before", team_id, row.version)
            self._opened[team_id, row.version - 1] = private

    def open_grant(self, grant: Grant) -> bytes:
        """G, from a grant to this principal or one of its teams. Raises Tampered or CannotOpen."""
        grant.verify()
        if grant.team_id is not None:
            private = self.team_key(grant.team_id, grant.recipient_key_version)
        else:
            private = self._private_key
        if private not in self._read:
            self._read[private] = crypto.PrivateKey(private)
        return self._read[private].open(grant.sealed, *grant_context(grant))


def grant_context(grant: Grant) -> tuple[crypto.Part, ...]:
    """What a grant's seal is bound to: purpose, object, recipient and the versions of both keys."""
    recipient = grant.team_id or grant.user_id
    assert recipient is not None
    return ("grant", grant.object_id, recipient, grant.key_version, grant.recipient_key_version)


def membership_context(membership: Membership) -> tuple[crypto.Part, ...]:
    """What a team key's seal to a member is bound to."""
    return (
        "membership",
        membership.team_id,
        membership.user_id,
        membership.team_key_version,
        membership.user_key_version,
    )


def token_context(key: TokenTeamKey) -> tuple[crypto.Part, ...]:
    """What a team key's seal to an API token is bound to."""
    return ("token", key.token_id, key.membership_id, key.team_key_version)


@dataclass(frozen=True, eq=False, repr=False)
class Actor:
    """A principal at work. `memberships` are its scope: never more than the person's own."""

    user: User
    memberships: tuple[Membership, ...]
    keyring: Keyring
    token_id: UUID | None = None

    def __repr__(self) -> str:
        return f"<Actor {self.user.pk}>"

    @cached_property
    def team_ids(self) -> frozenset[UUID]:
        """The teams that the actor acts for."""
        return frozenset(membership.team_id for membership in self.memberships)

    @cached_property
    def marks(self) -> frozenset[bytes]:
        """What keeps the actor out of an object: the person's marks, and those of the organisations it acts for."""
        return marks_of(self.user, *(membership.team for membership in self.memberships))

    @cached_property
    def roles(self) -> frozenset[str]:
        """Every role the actor has in some team."""
        return frozenset(membership.role for membership in self.memberships)

    def has_role(self, *roles: Role, team_id: UUID | None = None) -> bool:
        """Whether the actor has one of `roles`, in that team if one is named."""
        return any(
            membership.role in roles and (team_id is None or membership.team_id == team_id)
            for membership in self.memberships
        )

    def teams_as(self, *roles: Role) -> list[Team]:
        """The teams in which the actor has one of `roles`."""
        return [membership.team for membership in self.memberships if membership.role in roles]


def actor_for(user: User, private_key: bytes) -> Actor:
    """The Actor of a signed-in person. Raises Tampered if a membership row is not ours."""
    memberships = tuple(user.memberships.select_related("team__organisation"))
    for membership in memberships:
        membership.verify()
    keys = (
        SealedTeamKey(m.team_id, m.team_key_version, bytes(m.sealed_team_key), membership_context(m))
        for m in memberships
    )
    return Actor(user=user, memberships=memberships, keyring=Keyring(private_key, keys))
