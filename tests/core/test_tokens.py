"""API tokens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import crypto
from core.access import OpenObject, open_object
from core.accounts import change_password, remove_member
from core.errors import NotVisible, Tampered
from core.models import ApiToken, AuditEvent, Kind, Membership, TokenTeamKey, User
from core.tokens import actor_from_token, create_token, revoke_token
from referrals.demo import Persona, World
from tests.conftest import PASSWORD


@pytest.fixture
def token(world: World) -> tuple[ApiToken, str]:
    return create_token(actor=world["teammate"].actor, name="report")


def test_a_token_is_its_owner_with_the_owners_teams(world: World, token: tuple[ApiToken, str]) -> None:
    actor = actor_from_token(token[1])
    assert actor
    assert actor.user == world["teammate"].user
    assert actor.token_id == token[0].pk
    assert actor.team_ids == world["teammate"].actor.team_ids
    assert actor.roles == world["teammate"].actor.roles


def test_a_token_opens_what_its_owner_opens_and_nothing_else(
    world: World, opened: OpenObject, token: tuple[ApiToken, str]
) -> None:
    actor = actor_from_token(token[1])
    assert actor
    assert open_object(actor, opened.object.pk, Kind.CASE).version == 1
    stranger = actor_from_token(create_token(actor=world["stranger"].actor, name="t")[1])
    assert stranger
    with pytest.raises(NotVisible):
        open_object(stranger, opened.object.pk, Kind.CASE)


def test_the_token_is_stored_nowhere(token: tuple[ApiToken, str]) -> None:
    row, text = token
    secret = bytes.fromhex(text.split("_")[2])
    stored = [bytes(row.public_key), bytes(row.tag), *(bytes(k.sealed_team_key) for k in row.team_keys.all())]
    assert not any(secret in each or secret.hex().encode() in each for each in stored)
    assert crypto.public_key_of(secret) != bytes(row.public_key)  # the private key is derived, not the secret


def test_a_token_made_by_a_token_is_no_wider(world: World, token: tuple[ApiToken, str]) -> None:
    actor = actor_from_token(token[1])
    assert actor
    remove_member(actor=world["supervisor"].actor, membership=Membership.objects.get(user=actor.user))
    narrowed = actor_from_token(token[1])
    assert narrowed
    child = actor_from_token(create_token(actor=narrowed, name="child")[1])
    assert child
    assert child.team_ids == frozenset()


def changed(text: str, place: int) -> str:
    letter = "0" if text[place] != "0" else "1"
    return text[:place] + letter + text[place + 1 :]


def test_no_other_text_is_a_token(token: tuple[ApiToken, str], world: World) -> None:
    text = token[1]
    other = create_token(actor=world["stranger"].actor, name="t")[1]
    prefix, token_id, secret = text.split("_")
    wrong = [
        "",
        "hearth",
        "hearth__",
        "___",
        "hearth_x_y",
        text + "00",
        text[:-2],
        text + "_00",
        changed(text, -1),
        changed(text, 10),
        f"other_{token_id}_{secret}",
        f"{prefix}_{token_id}_{other.split('_')[2]}",
        f"{prefix}_{token_id}_{'00' * 32}",
        f"{prefix}_{token_id}_\u0660{secret[1:]}",
        "hearth_" + "é" * 32 + "_" + secret,
    ]
    for each in wrong:
        assert actor_from_token(each) is None, each
    assert actor_from_token(text)


def test_an_expired_token_is_none(world: World) -> None:
    _row, text = create_token(actor=world["teammate"].actor, name="t", lifetime=timedelta(seconds=-1))
    assert actor_from_token(text) is None


def test_a_token_whose_life_was_lengthened_in_the_database_is_none(world: World) -> None:
    row, text = create_token(actor=world["teammate"].actor, name="t", lifetime=timedelta(seconds=-1))
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(days=1))
    assert actor_from_token(text) is None


def test_a_revoked_token_is_none_and_its_keys_are_gone(world: World, token: tuple[ApiToken, str]) -> None:
    row, text = token
    revoke_token(actor=world["teammate"].actor, token=row)
    assert actor_from_token(text) is None
    assert not row.team_keys.exists()
    ApiToken.objects.update(revoked_at=None)  # by someone who writes to the database
    actor = actor_from_token(text)
    assert actor is None or actor.team_ids == frozenset()
    assert AuditEvent.objects.filter(action="token.revoked", object=row.pk).exists()


def test_a_token_dies_with_the_membership(
    world: World, opened: OpenObject, token: tuple[ApiToken, str]
) -> None:
    remove_member(
        actor=world["supervisor"].actor, membership=Membership.objects.get(user=world["teammate"].user)
    )
    actor = actor_from_token(token[1])
    assert actor
    assert actor.memberships == ()
    with pytest.raises(NotVisible):
        open_object(actor, opened.object.pk, Kind.CASE)
    assert not TokenTeamKey.objects.exists()


def test_a_token_of_someone_who_left_is_none(world: World, token: tuple[ApiToken, str]) -> None:
    User.objects.filter(pk=world["teammate"].user.pk).update(is_active=False)
    assert actor_from_token(token[1]) is None


def test_a_token_turned_to_another_owner_is_none(world: World, token: tuple[ApiToken, str]) -> None:
    ApiToken.objects.update(owner=world["supervisor"].user)
    assert actor_from_token(token[1]) is None


def test_a_key_of_ones_own_is_none(token: tuple[ApiToken, str]) -> None:
    """Whoever writes to the database knows the secret of a key that was put there, but has no tag for it."""
    row = token[0]
    secret = crypto.new_key()
    planted = crypto.public_key_of(crypto.derive(secret, "api-token", row.pk))
    ApiToken.objects.update(public_key=planted)
    assert actor_from_token(f"hearth_{row.pk.hex}_{secret.hex()}") is None


def test_a_tampered_team_key_is_noticed(token: tuple[ApiToken, str]) -> None:
    TokenTeamKey.objects.update(sealed_team_key=b"x")
    with pytest.raises(Tampered):
        actor_from_token(token[1])


def test_a_membership_raised_in_the_database_is_noticed(
    assigned: Persona, token: tuple[ApiToken, str]
) -> None:
    Membership.objects.filter(user=token[0].owner).update(role="supervisor")
    with pytest.raises(Tampered):
        actor_from_token(token[1])


def test_a_token_ends_with_the_password_that_it_was_made_under(world: World) -> None:
    actor = world["assigned"].actor
    _token, text = create_token(actor=actor, name="tests")
    change_password(actor=actor, current=PASSWORD, new="five grey geese over the marsh")
    assert actor_from_token(text) is None
