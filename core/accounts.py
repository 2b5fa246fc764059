"""People, teams and their keys: enrolling, unlocking, admitting and removing."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit, crypto
from core.actor import Actor, membership_context
from core.crypto import Stretch
from core.errors import Invalid, NotAllowed, Refused, Tampered
from core.kek import kek
from core.models import ApiToken, KeySlot, Membership, Organisation, Role, Team, TeamKey, User, UserKey
from core.registries import Registry

PEPPER = "pepper"

membership_ended: Registry[[User, Team]] = Registry("membership_ended")
"""Run when a membership has ended, in the same transaction: what the person holds by themself may have to end too."""


def _halves(password: str, salt: bytes, cost: Stretch) -> tuple[bytes, bytes]:
    """One Argon2id, two unrelated keys: the verifier, and the key of the slot."""
    root = crypto.stretch(password, salt, cost)
    return crypto.derive(root, "verifier"), crypto.derive(root, "key-slot")


def check_password_strength(password: str, *, field: str = "password") -> None:
    """Raise Invalid unless the password is long enough and, outside DEBUG, not the demo's."""
    if len(password) < settings.PASSWORD_MIN_LENGTH:
        message = _("Use at least %(count)s characters, for instance four or five random words.")
        raise Invalid({field: [message % {"count": settings.PASSWORD_MIN_LENGTH}]})
    if password == settings.DEMO_PASSWORD and not (settings.DEBUG or settings.TESTING):
        raise Invalid({field: [_("This password is printed in Hearth's documentation. Choose another.")]})


@transaction.atomic
def create_person(*, email: str, name: str, organisation: Organisation) -> User:
    """A person without keys, who can't sign in until `make_keys`. Raises Invalid for an address already taken."""
    if User.objects.filter(email__iexact=email).exists():
        raise Invalid({"email": [_("There is a person with this address already.")]})
    user = User.objects.create(email=email, name=name, organisation=organisation, password="")
    audit.record("person.created", subject=user.pk)
    return user


@transaction.atomic
def make_keys(*, user: User, password: str) -> bytes:
    """A person's first key pair, its private half in a slot that `password` opens. Returns the private key.

    Raises Invalid for a weak password, NotAllowed where the person has keys already: replacing them would lose
    what only they open.
    """
    check_password_strength(password)
    if user.keys.exists():
        raise NotAllowed
    private, public = crypto.new_key_pair()
    UserKey.objects.create(user=user, version=1, public_key=public)
    _fill_password_slot(user=user, password=password, private_key=private, version=1)
    audit.record("keys.made", person=user, subject=user.pk)
    return private


def _fill_password_slot(*, user: User, password: str, private_key: bytes, version: int) -> None:
    salt, cost = crypto.new_key(), Stretch(*settings.PASSWORD_COST)
    verifier, slot_key = _halves(password, salt, cost)
    inner = crypto.seal(slot_key, private_key, "key-slot", user.pk, version)
    KeySlot.objects.filter(user=user, kind=KeySlot.Kind.PASSWORD).delete()
    KeySlot.objects.create(
        user=user,
        kind=KeySlot.Kind.PASSWORD,
        salt=salt,
        memory=cost.memory,
        passes=cost.passes,
        lanes=cost.lanes,
        user_key_version=version,
        sealed_private_key=kek().wrap(inner, PEPPER, "key-slot", user.pk),
    )
    user.password = kek().wrap(verifier, PEPPER, "verifier", user.pk).hex()
    user.save(update_fields=["password"])


def unlock(user: User | None, password: str) -> bytes | None:
    """The person's private key, or None for a wrong password. An unknown person costs the same time.

    Raises Tampered if slot or verifier are not what Hearth wrote.
    """
    slot = None
    if user is not None and user.is_active:
        slot = KeySlot.objects.filter(user=user, kind=KeySlot.Kind.PASSWORD).first()
    if user is None or slot is None:
        crypto.stretch(password, bytes(32), Stretch(*settings.PASSWORD_COST))
        return None
    slot.verify()
    verifier, slot_key = _halves(password, bytes(slot.salt), Stretch(slot.memory, slot.passes, slot.lanes))
    try:
        stored = kek().unwrap(bytes.fromhex(user.password), PEPPER, "verifier", user.pk)
        if not crypto.same(verifier, stored):
            return None
        inner = kek().unwrap(slot.sealed_private_key, PEPPER, "key-slot", user.pk)
        return crypto.open_sealed(slot_key, inner, "key-slot", user.pk, slot.user_key_version)
    except (crypto.CannotOpen, ValueError):
        raise Tampered from None


@transaction.atomic
def change_password(*, actor: Actor, current: str, new: str) -> None:
    """Close the slot under a new password, and end the person's API tokens. Raises Invalid at `current` or `new`."""
    private = unlock(actor.user, current)
    if private is None:
        raise Invalid({"current": [_("This is not your password.")]})
    check_password_strength(new, field="new")
    version = actor.user.key_slots.get(kind=KeySlot.Kind.PASSWORD).user_key_version
    _fill_password_slot(user=actor.user, password=new, private_key=private, version=version)
    ApiToken.objects.filter(owner=actor.user).delete()
    audit.record("password.changed", actor=actor, subject=actor.user.pk)


def current_user_key(user_id: UUID) -> UserKey:
    """The person's newest public key, its tag checked."""
    key = UserKey.objects.filter(user_id=user_id).latest("version")
    key.verify()
    return key


def fingerprint(user: User) -> str:
    """What two people compare before one admits the other: a hash of the person's public key, `3f2a 09c1 …`.

    Raises Tampered where the key is not what Hearth wrote.
    """
    digest = crypto.digest(user.pk, bytes(current_user_key(user.pk).public_key)).hex()
    return " ".join(digest[start : start + 4] for start in range(0, 24, 4))


def current_team_key(team: Team) -> TeamKey:
    """The team's newest public key, its tag checked."""
    key = team.keys.latest("version")
    key.verify()
    return key


@transaction.atomic
def found_team(*, organisation: Organisation, name: str, founder: User, role: Role) -> Team:
    """A new team with a key pair, whose private half is sealed to its founder alone."""
    group = Group.objects.create(name=f"{organisation.pk}/{name}")
    team = Team.objects.create(organisation=organisation, name=name, group=group)
    private, public = crypto.new_key_pair()
    TeamKey.objects.create(team=team, version=1, public_key=public)
    _seal_membership(user=founder, team=team, role=role, team_key=private)
    audit.record("team.founded", person=founder, subject=team.pk)
    return team


def admissible(team: Team) -> list[User]:
    """Who could be admitted to a team: people of its organisation who have keys and are not in it."""
    people = User.objects.filter(organisation=team.organisation_id, is_active=True, keys__isnull=False)
    return list(people.exclude(memberships__team=team).distinct())


def roles_given_by(actor: Actor, team: Team) -> list[Role]:
    """The roles that the actor may give in a team: a supervisor any, every other member their own alone."""
    return [role for role in Role if actor.has_role(Role.SUPERVISOR, role, team_id=team.pk)]


@transaction.atomic
def admit_member(*, actor: Actor, team: Team, user: User, role: Role) -> Membership:
    """Seal the team's key to a person of the same organisation. Only a member can: it takes the team's key.

    A supervisor gives any role, every other member their own alone: nobody makes someone more than they are.
    Raises NotAllowed for anyone else; Invalid for a person without keys, of another organisation, or in the team.
    """
    if role not in roles_given_by(actor, team):
        raise NotAllowed
    if user.organisation_id != team.organisation_id:
        raise Invalid({"user": [_("This person belongs to another organisation.")]})
    if not user.keys.exists():
        raise Invalid({"user": [_("This person has not signed in for the first time yet.")]})
    if Membership.objects.filter(user=user, team=team).exists():
        raise Invalid({"user": [_("This person is in the team already.")]})
    private = actor.keyring.team_key(team.pk, current_team_key(team).version)
    membership = _seal_membership(user=user, team=team, role=role, team_key=private)
    audit.record("member.admitted", actor=actor, subject=user.pk, team=team.pk, role=role)
    return membership


def _seal_membership(*, user: User, team: Team, role: Role, team_key: bytes) -> Membership:
    user_key = current_user_key(user.pk)
    membership = Membership(
        user=user,
        team=team,
        role=role,
        team_key_version=current_team_key(team).version,
        user_key_version=user_key.version,
    )
    membership.sealed_team_key = crypto.seal_to(
        user_key.public_key, team_key, *membership_context(membership)
    )
    membership.save()
    user.groups.add(team.group)
    return membership


def may_end(actor: Actor, membership: Membership) -> bool:
    """Whether the actor may end a membership: their own, or any in a team that they supervise or administer.

    Focal points end each other's: a partner's team has nobody above them.
    """
    own = membership.user_id == actor.user.pk
    peers = (Role.FOCAL_POINT,) if membership.role == Role.FOCAL_POINT else ()
    return own or actor.has_role(Role.SUPERVISOR, Role.ADMINISTRATOR, *peers, team_id=membership.team_id)


@transaction.atomic
def remove_member(*, actor: Actor, membership: Membership) -> None:
    """End a membership. The person opens nothing of the team from now on: the server's shares stay behind.

    Raises NotAllowed unless the actor supervises or administers that team, is a focal point as they are, or leaves
    it; Refused for the last member of a team that was granted something: its key would be gone for good.
    """
    if not may_end(actor, membership):
        raise NotAllowed
    team = Team.objects.select_for_update().get(pk=membership.team_id)
    if team.grants.exists() and not team.memberships.exclude(pk=membership.pk).exists():
        raise Refused(_("Nobody would be left who can open what this team was given."))
    membership.user.groups.remove(membership.team.group)
    audit.record("member.removed", actor=actor, subject=membership.user_id, team=membership.team_id)
    membership.delete()
    membership_ended.run(membership.user, team)
