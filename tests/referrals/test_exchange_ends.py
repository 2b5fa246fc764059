"""What is left of an exchange when its packet ends: nothing for the partner, all of it for the sender."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.erasing import erase_rows, what_would_go
from casework.models import Case
from core.access import OpenObject, open_object, open_with_share
from core.access_audit import disagreements
from core.errors import NotVisible, Tampered, WrongState
from core.models import Grant, Kind, ServerShare
from core.shared_key import SharedKey
from referrals.demo import World
from referrals.models import Exchange, ExchangeEntry, ExchangeRead, Referral
from referrals.selectors import read_packet, read_referral
from referrals.services import close_handover, end_what_is_over, withdraw_referral
from tests.conftest import sign_in
from tests.pages import text
from tests.referrals.exchanges import VALUES, by_partner, by_sender
from tests.referrals.test_endings import referral_in, withdraw


def taken_back(world: World, case: Case, referral: Referral) -> None:
    withdraw_referral(actor=world["assigned"].actor, referral_id=referral.pk)


def consent_withdrawn(world: World, case: Case, referral: Referral) -> None:
    withdraw(world, case)


def handed_over(world: World, case: Case, referral: Referral) -> None:
    withdraw(world, case)
    close_handover(actor=world["assigned"].actor, referral_id=referral.pk, note="Agreed by phone.")


def not_answered(world: World, case: Case, referral: Referral) -> None:
    Referral.objects.filter(pk=referral.pk).update(answer_by=timezone.now() - timedelta(minutes=1))
    assert end_what_is_over() == 1


ENDS: list[tuple[str, Callable[[World, Case, Referral], None], str]] = [
    ("received", taken_back, "withdrawn"),
    ("received", consent_withdrawn, "withdrawn"),
    ("received", not_answered, "expired"),
    ("accepted", handed_over, "accepted"),
    ("completed", handed_over, "completed"),
]


@pytest.fixture(params=ENDS, ids=[f"{state}-{end.__name__}" for state, end, _then in ENDS])
def ended(
    request: pytest.FixtureRequest, world: World, case: Case, share_consent: None
) -> tuple[Referral, bytes, Exchange]:
    """A referral that has come so far and ended so; what the partner's key opened, and the row, from before."""
    state, end, then = request.param
    referral = referral_in(world, case, state)
    by_partner(world, referral, "message")
    by_sender(world, referral, "message", text="Canaryreply")
    grant = Grant.objects.select_related("team").get(object=referral.packet.pk)
    share = world["focal_point"].actor.keyring.open_grant(grant)
    before = Exchange.objects.get(pk=referral.pk)
    end(world, case, referral)
    referral.refresh_from_db()
    assert referral.state == then
    return referral, share, before


def test_the_partner_reads_none_of_it(world: World, ended: Any) -> None:
    referral, _share, _before = ended
    with pytest.raises(NotVisible):
        read_packet(world["focal_point"].actor, referral.packet.pk)
    with pytest.raises(NotVisible):
        by_partner(world, referral, "message")
    client = sign_in(world["focal_point"])
    assert client.get(f"/inbox/{referral.packet.pk}/").status_code == 404
    assert "Canary" not in text(client.get("/inbox/"))


def test_no_key_that_the_partner_ever_held_opens_what_is_stored(world: World, ended: Any) -> None:
    referral, share, before = ended
    packet = referral.packet
    assert Exchange.objects.get(pk=referral.pk).key_for_partner is None
    assert not ServerShare.objects.filter(object=packet.pk).exists()
    with pytest.raises(NotVisible):
        open_with_share(packet.object, share)
    focal_point = world["focal_point"]
    held = [share, focal_point.private_key, focal_point.actor.keyring.team_key(packet.team_id, 1)]
    stored = [(before.key_for_partner, "shared-key"), (before.key_for_sender, "shared-key")]
    stored += [(entry.sealed, "exchange") for entry in ExchangeEntry.objects.all()]
    assert len(stored) == 4
    first = ExchangeEntry.objects.earliest("seq")
    for key in held:
        for sealed, purpose in stored:
            with pytest.raises(Tampered):
                OpenObject(packet.object, 1, key).unseal(purpose, sealed=sealed)
            with pytest.raises(Tampered):
                SharedKey(key).unseal("exchange", referral.pk, first.seq, first.side, sealed=first.sealed)


def test_before_the_end_those_same_keys_open_it(world: World, case: Case, share_consent: None) -> None:
    """Else the test above could not fail."""
    referral = referral_in(world, case, "accepted")
    entry = by_partner(world, referral, "message")
    opened = open_object(world["focal_point"].actor, referral.packet.pk, Kind.PACKET)
    sealed = Exchange.objects.get(pk=referral.pk).key_for_partner
    assert sealed is not None
    key = SharedKey.of(opened, sealed)
    written = key.unseal("exchange", referral.pk, entry.seq, entry.side, sealed=entry.sealed)
    assert b"Canarymessage" in written


def test_the_sender_keeps_all_of_it_and_adds_nothing(world: World, ended: Any) -> None:
    referral, _share, _before = ended
    exchange = read_referral(world["teammate"].actor, referral.pk).exchange
    assert exchange
    assert [each.values for each in exchange.entries] == [VALUES["message"], {"text": "Canaryreply"}]
    page = text(sign_in(world["assigned"]).get(f"/referrals/{referral.pk}/"))
    assert "Canarymessage" in page
    assert "Canaryreply" in page
    assert f"/referrals/{referral.pk}/exchange/" not in page, "nothing more can be written"
    with pytest.raises(WrongState):
        by_sender(world, referral, "message")
    assert list(disagreements()) == []


def test_without_its_packet_s_key_an_exchange_can_t_be_read_as_the_partner(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "accepted")
    Exchange.objects.update(key_for_partner=None)
    with pytest.raises(Tampered):
        read_packet(world["focal_point"].actor, referral.packet.pk)


def test_an_erasure_counts_and_destroys_it(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "accepted")
    by_partner(world, referral, "message")
    by_sender(world, referral, "message")
    sign_in(world["assigned"]).get(f"/referrals/{referral.pk}/")
    assert {each.name: count for each, count in what_would_go(case)}["exchanges"] == 2
    assert ExchangeRead.objects.exists()
    erase_rows(case)
    for model in (ExchangeEntry, ExchangeRead, Exchange, Referral):
        assert not model.objects.exists(), model


def test_raw_keys_are_of_no_use_to_each_other() -> None:
    one, other = SharedKey.new(), SharedKey.new()
    sealed = one.seal("exchange", "a", 1, content=b"x")
    assert one.unseal("exchange", "a", 1, sealed=sealed) == b"x"
    for opener, context in ((other, ("a", 1)), (one, ("a", 2)), (one, ("b", 1))):
        with pytest.raises(Tampered):
            opener.unseal("exchange", *context, sealed=sealed)
    assert repr(one) == "<SharedKey>"
