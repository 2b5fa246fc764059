"""API tokens: principals of their own, made while their owner is signed in."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core import audit, crypto
from core.actor import Actor, Keyring, SealedTeamKey, token_context
from core.models import ApiToken, TokenTeamKey

PREFIX = "hearth"
LIFETIME = timedelta(hours=12)


def _private_key(secret: bytes, token_id: UUID) -> bytes:
    return crypto.derive(secret, "api-token", token_id)


@transaction.atomic
def create_token(*, actor: Actor, name: str, lifetime: timedelta = LIFETIME) -> tuple[ApiToken, str]:
    """A token with the scope of the actor, and its text, which is shown once and stored nowhere."""
    token = ApiToken(owner=actor.user, name=name, expires_at=timezone.now() + lifetime)
    secret = crypto.new_key()
    token.public_key = crypto.public_key_of(_private_key(secret, token.pk))
    token.save()
    for membership in actor.memberships:
        key = TokenTeamKey(token=token, membership=membership, team_key_version=membership.team_key_version)
        team_key = actor.keyring.team_key(membership.team_id, membership.team_key_version)
        key.sealed_team_key = crypto.seal_to(token.public_key, team_key, *token_context(key))
        key.save()
    audit.record("token.created", actor=actor, subject=token.pk)
    return token, f"{PREFIX}_{token.pk.hex}_{secret.hex()}"


def actor_from_token(text: str) -> Actor | None:
    """The Actor of a token's text; None if it is malformed, unknown, wrong, expired, revoked or its owner inactive."""
    try:
        prefix, raw_id, raw_secret = text.split("_")
        token_id, secret = UUID(hex=raw_id), bytes.fromhex(raw_secret)
    except ValueError:
        return None
    token = ApiToken.objects.select_related("owner").filter(pk=token_id).first()
    if prefix != PREFIX or token is None or len(secret) != crypto.KEY_BYTES or not token.is_ours():
        return None
    private = _private_key(secret, token_id)
    if not crypto.same(crypto.public_key_of(private), bytes(token.public_key)):
        return None
    if token.revoked_at or token.expires_at <= timezone.now() or not token.owner.is_active:
        return None
    rows = list(token.team_keys.select_related("membership__team__organisation"))
    for row in rows:
        row.verify()
        row.membership.verify()
    keys = (
        SealedTeamKey(r.membership.team_id, r.team_key_version, bytes(r.sealed_team_key), token_context(r))
        for r in rows
    )
    return Actor(
        user=token.owner,
        memberships=tuple(row.membership for row in rows),
        keyring=Keyring(private, keys),
        token_id=token.pk,
    )


@transaction.atomic
def revoke_token(*, actor: Actor, token: ApiToken) -> None:
    """End a token of the actor's own at once; its sealed keys are deleted."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    token.team_keys.all().delete()
    audit.record("token.revoked", actor=actor, subject=token.pk)
