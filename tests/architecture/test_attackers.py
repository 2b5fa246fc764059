"""Whoever lacks a password opens nothing: 0 of the cases, whatever else they have."""

import string
from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.test import Client

from casework.case_file import CaseFile, open_case_file
from casework.models import Case, Consent, Identification, SectionVersion
from casework.selectors import cases_of, identifications_of, read_case, read_identification
from casework.services import open_case, record_identification, save_section
from core import crypto
from core.access import open_many, open_object
from core.actor import Actor, grant_context, membership_context, token_context
from core.crypto import CannotOpen
from core.errors import HearthError, NotVisible, Tampered
from core.kek import kek
from core.models import Grant, KeySlot, Kind, Membership, ObjectKey, ServerShare, TeamKey, TokenTeamKey, User
from core.tokens import create_token
from referrals.demo import World
from referrals.models import Packet, Referral
from referrals.services import draft_referral, send_referral
from tests.conftest import SECTIONS, api, sign_in

COUNT = 10


@pytest.fixture
def cases(world: World, case: Case, share_consent: None) -> list[Case]:
    """Ten cases of the team, one of them with a packet at the partner's."""
    actor = world["assigned"].actor
    made = [case]
    while len(made) < COUNT:
        row = record_identification(
            actor=actor,
            team_id=world.team.pk,
            instrument_id="ilo-adult-labour",
            answers={},
            interviewed_on=date(2026, 1, 15),
        )
        made.append(open_case(actor=actor, identification_id=row.pk))
        save_section(
            actor=actor, case_id=made[-1].pk, section="identity", values=SECTIONS["identity"], base_version=0
        )
    draft = draft_referral(
        actor=actor, case_id=case.pk, service_id=world.services[0].pk, fields=["identity.chosen_name"]
    )
    send_referral(actor=actor, referral_id=draft.pk)
    create_token(actor=actor, name="program")
    sign_in(world["assigned"])
    return made


def opened_by(actor: Actor, cases: list[Case]) -> int:
    """How many of the cases, identifications included, an actor opens by any public function."""
    count = 0
    for case in cases:
        identification = Identification.objects.get(case=case)
        for attempt in (
            lambda case=case: read_case(actor, case.pk),
            lambda case=case: open_object(actor, case.pk, Kind.CASE),
            lambda case=case: open_object(actor, case.pk, Kind.PACKET),
            lambda row=identification: read_identification(actor, row.pk),
        ):
            try:
                attempt()
            except NotVisible:
                continue
            count += 1
    ids = [case.pk for case in cases]
    return (
        count
        + len(open_many(actor, ids, Kind.CASE))
        + cases_of(actor).count()
        + identifications_of(actor).count()
    )


def test_the_count_is_right_for_whoever_may(world: World, cases: list[Case]) -> None:
    assert opened_by(world["teammate"].actor, cases) == COUNT * 3 + COUNT + COUNT + COUNT


@pytest.mark.parametrize("name", ["stranger", "focal_point", "advocate", "administrator"])
@pytest.mark.parametrize("superuser", [False, True])
def test_an_insider_without_a_grant_opens_none(
    world: World, cases: list[Case], name: str, superuser: bool
) -> None:
    User.objects.filter(pk=world[name].user.pk).update(is_superuser=superuser)
    assert opened_by(world[name].actor, cases) == 0


def test_a_partner_reads_its_packet_and_no_case(world: World, cases: list[Case]) -> None:
    packet = Packet.objects.get()
    partner = world["focal_point"].actor
    opened = open_object(partner, packet.pk, Kind.PACKET)
    case = cases[0]
    for purpose, sealed in (
        ("section", case.section_versions.get(section="identity").sealed),
        ("manifest", Case.objects.get(pk=case.pk).manifest),
        ("packet-share", Referral.objects.get().sealed_share),
    ):
        with pytest.raises(Tampered):
            opened.unseal(purpose, "identity", 1, 1, sealed=sealed or b"")
    assert opened_by(partner, cases) == 0


def test_over_the_web_the_answer_is_the_same(world: World, cases: list[Case]) -> None:
    for name in ("stranger", "focal_point", "advocate", "administrator"):
        User.objects.filter(pk=world[name].user.pk).update(is_superuser=True)
        page, program = sign_in(world[name]), api(world[name])
        for case in cases[:3]:
            assert page.get(f"/cases/{case.pk}/").status_code == 404
            assert program.get(f"/api/v1/cases/{case.pk}/").status_code == 404


# --- the database and the KEK, without a password  ----------------------------------------


def stored_bytes() -> Iterator[tuple[str, bytes]]:
    """Every value of every table that may be a key or hold one, as bytes and, where it is hex, as what it spells."""
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = field.value_from_object(row)
                where = f"{model._meta.label}.{field.name}"
                if isinstance(value, bytes | memoryview):
                    yield where, bytes(value)
                elif isinstance(value, UUID):
                    yield where, value.bytes
                elif isinstance(value, str):
                    yield where, value.encode()
                    if len(value) % 2 == 0 and set(value) <= set(string.hexdigits):
                        yield where, bytes.fromhex(value)


def unwrapped() -> Iterator[tuple[str, bytes]]:
    """All that the KEK alone takes the outer layer off: server shares, verifiers, and key slots, still sealed."""
    for share in ServerShare.objects.select_related("object"):
        yield "share", kek().unwrap(share.wrapped, "server-share", share.object.kind, share.object_id)
    for user in User.objects.exclude(password=""):
        yield "verifier", kek().unwrap(bytes.fromhex(user.password), "pepper", "verifier", user.pk)
    for slot in KeySlot.objects.all():
        yield "slot", kek().unwrap(slot.sealed_private_key, "pepper", "key-slot", slot.user_id)


def secrets_at_hand() -> set[bytes]:
    """Every 32 bytes that someone with the database, the KEK and the settings has, as a key to be tried."""
    found: set[bytes] = {bytes(32)}
    for _where, value in [*stored_bytes(), *unwrapped()]:
        found.add(value[:32])
        found.add(value[-32:])
        if len(value) > 64:
            found.update((value[1:33], value[33:65]))  # salt and commitment of an envelope; enc of HPKE
    found |= {kek()._keys[version] for version in kek()._keys}
    found |= {kek()._key(kek().current, purpose) for purpose in ("row-tag", "pepper", "server-share")}
    found.add(settings.SECRET_KEY.encode()[:32])
    keys = {secret for secret in found if len(secret) == 32}
    halves = {crypto.derive(key, purpose) for key in keys for purpose in ("verifier", "key-slot")}
    return keys | halves


def opens(call: Any, *arguments: Any) -> bool:
    try:
        call(*arguments)
    except CannotOpen:
        return False
    return True


def test_no_stored_secret_opens_a_lock_that_leads_to_a_case(world: World, cases: list[Case]) -> None:
    """A case key lies under S and G together. S falls to the KEK. G, and each key before it, is sealed to a private
    key: a grant to a team's, a membership or a token's share to a person's or a token's, a slot to a password.
    """
    locks: list[tuple[str, Any, bytes, tuple[Any, ...]]] = []
    for grant in Grant.objects.all():
        locks.append(("grant", crypto.open_with, bytes(grant.sealed), grant_context(grant)))
    for membership in Membership.objects.all():
        locks.append(
            (
                "membership",
                crypto.open_with,
                bytes(membership.sealed_team_key),
                membership_context(membership),
            )
        )
    for key in TokenTeamKey.objects.all():
        locks.append(("token", crypto.open_with, bytes(key.sealed_team_key), token_context(key)))
    for slot in KeySlot.objects.all():
        inner = kek().unwrap(slot.sealed_private_key, "pepper", "key-slot", slot.user_id)
        locks.append(("slot", crypto.open_sealed, inner, ("key-slot", slot.user_id, slot.user_key_version)))
    for session in Session.objects.all():
        data = session.get_decoded()
        sealed = bytes.fromhex(data["sealed_key"])
        locks.append(("session", crypto.open_sealed, sealed, ("session", UUID(data["_auth_user_id"]))))
    assert {kind for kind, *_ in locks} == {"grant", "membership", "token", "slot", "session"}

    keys = secrets_at_hand()
    assert len(keys) > 200
    public = {bytes(key.public_key) for key in TeamKey.objects.all()} | {
        bytes(key.public_key) for user in User.objects.all() for key in user.keys.all()
    }
    # A private key among them would show itself by its public one: cheaper than to try it on every lock.
    assert not {crypto.public_key_of(key) for key in keys} & public
    first = {
        kind: next(lock for lock in locks if lock[0] == kind) for kind in ("grant", "membership", "token")
    }
    for (_kind, call, sealed, context), key in product(first.values(), keys):
        assert not opens(call, key, sealed, *context)
    for kind, call, sealed, context in locks:
        if kind in ("slot", "session"):
            assert not any(opens(call, key, sealed, *context) for key in keys)


def test_no_stored_secret_opens_a_case_key_or_a_document(world: World, cases: list[Case]) -> None:
    keys = secrets_at_hand()
    case = cases[0]
    salt = kek().unwrap(ServerShare.objects.get(object=case.pk).wrapped, "server-share", Kind.CASE, case.pk)
    row = ObjectKey.objects.get(object=case.pk)
    section = case.section_versions.get(section="identity")
    sealed = bytes(section.sealed)
    for key in keys:
        wrapping = crypto.derive(key, "object-key", Kind.CASE, case.pk, 1, salt=salt)
        assert not opens(crypto.open_sealed, wrapping, row.wrapped, "object-key", case.pk, 1)
        assert not opens(
            crypto.open_sealed, key, sealed[4:], "section", case.pk, 1, "identity", section.schema, 1
        )


def test_with_the_right_private_key_the_same_locks_open(world: World, cases: list[Case]) -> None:
    """Else the two tests above would pass for any nonsense."""
    persona, case = world["assigned"], cases[0]
    membership = Membership.objects.get(user=persona.user)
    team_key = crypto.open_with(
        persona.private_key, membership.sealed_team_key, *membership_context(membership)
    )
    grant = Grant.objects.get(object=case.pk)
    share = crypto.open_with(team_key, grant.sealed, *grant_context(grant))
    salt = kek().unwrap(ServerShare.objects.get(object=case.pk).wrapped, "server-share", Kind.CASE, case.pk)
    wrapping = crypto.derive(share, "object-key", Kind.CASE, case.pk, 1, salt=salt)
    key = crypto.open_sealed(
        wrapping, ObjectKey.objects.get(object=case.pk).wrapped, "object-key", case.pk, 1
    )
    section = case.section_versions.get(section="identity")
    content = crypto.open_sealed(
        key, bytes(section.sealed)[4:], "section", case.pk, 1, "identity", section.schema, 1
    )
    assert b"Canarygiven" in content


def test_the_private_keys_of_the_team_without_the_servers_share_open_nothing(
    world: World, cases: list[Case]
) -> None:
    """The other half alone: a member who took the database along, without the KEK."""
    persona, case = world["assigned"], cases[0]
    membership = Membership.objects.get(user=persona.user)
    team_key = crypto.open_with(
        persona.private_key, membership.sealed_team_key, *membership_context(membership)
    )
    grant = Grant.objects.get(object=case.pk)
    share = crypto.open_with(team_key, grant.sealed, *grant_context(grant))
    row = ObjectKey.objects.get(object=case.pk)
    for _where, salt in stored_bytes():
        for each in (salt[:32], salt[-32:]):
            wrapping = crypto.derive(share, "object-key", Kind.CASE, case.pk, 1, salt=each)
            assert not opens(crypto.open_sealed, wrapping, row.wrapped, "object-key", case.pk, 1)


# --- the session table  ----------------------------------------


def test_a_stolen_session_table_is_nobody(world: World, cases: list[Case]) -> None:
    rows = list(Session.objects.all())
    assert rows
    for row in rows:
        stolen = row.get_decoded()["sealed_key"]
        for cookie in (None, "", stolen, row.session_key, settings.SECRET_KEY, "00" * 32):
            client = Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
            if cookie is not None:
                client.cookies[settings.KEY_COOKIE_NAME] = cookie
            for case in cases:
                response = client.get(f"/cases/{case.pk}/")
                assert response.status_code == 302
                assert response.headers["Location"].startswith("/sign-in/")


# --- whoever writes to the database  ----------------------------------------


def read_all(world: World, case: Case) -> CaseFile:
    file = open_case_file(world["teammate"].actor, case.pk)
    assert (file.sections, file.consents) is not None
    return file


def test_swapping_any_two_ciphertexts_is_noticed(world: World, cases: list[Case]) -> None:
    """Between cases, sections and purposes: each sealed column of one case is given every other's value."""
    case, other = cases[0], cases[1]
    columns: list[tuple[type[models.Model], dict[str, Any], str]] = [
        (Case, {"pk": case.pk}, "manifest"),
        (Consent, {"case": case}, "sealed"),
        *((SectionVersion, {"case": case, "section": name}, "sealed") for name in SECTIONS),
        (ObjectKey, {"object": case.pk}, "wrapped"),
        (ServerShare, {"object": case.pk}, "wrapped"),
        (Grant, {"object": case.pk}, "sealed"),
    ]
    values = [
        *(
            bytes(model._default_manager.values_list(column, flat=True).get(**where))
            for model, where, column in columns
        ),
        bytes(Case.objects.get(pk=other.pk).manifest),
        bytes(other.section_versions.get().sealed),
        bytes(ObjectKey.objects.get(object=other.pk).wrapped),
        bytes(ServerShare.objects.get(object=other.pk).wrapped),
        bytes(Grant.objects.get(object=other.pk).sealed),
        b"",
    ]
    read_all(world, case)
    for model, where, column in columns:
        rows = model._default_manager.filter(**where)
        own = bytes(rows.values_list(column, flat=True).get())
        for value in values:
            if value != own:
                rows.update(**{column: value})
                with pytest.raises(Tampered):
                    read_all(world, case)
        rows.update(**{column: own})
    read_all(world, case)


def test_a_flipped_bit_anywhere_is_noticed(world: World, cases: list[Case]) -> None:
    case = cases[0]
    row = case.section_versions.get(section="identity")
    sealed = bytes(row.sealed)
    for place in range(0, len(sealed), 7):
        changed = bytearray(sealed)
        changed[place] ^= 1
        SectionVersion.objects.filter(pk=row.pk).update(sealed=bytes(changed))
        with pytest.raises(HearthError):
            read_all(world, case)


def test_a_replayed_section_is_noticed(world: World, cases: list[Case]) -> None:
    case = cases[0]
    old = case.section_versions.get(section="identity")
    save_section(
        actor=world["assigned"].actor,
        case_id=case.pk,
        section="identity",
        values={"chosen_name": "Siskin"},
        base_version=1,
    )
    SectionVersion.objects.filter(case=case, section="identity", version=2).delete()
    with pytest.raises(Tampered):
        read_all(world, case)
    SectionVersion.objects.filter(pk=old.pk).update(version=2)
    with pytest.raises(Tampered):
        read_all(world, case)
