"""With a packet's key go the copies of documents in it, whatever destroys it."""

import pytest
from django.db import IntegrityError, transaction

from casework.erasing import erase_rows, what_would_go
from casework.models import Case, Consent
from casework.services import withdraw_consent
from core.access import destroy_object
from core.errors import NotVisible
from referrals.demo import Persona, World
from referrals.models import Enclosure, Packet
from referrals.selectors import read_packet
from referrals.services import accept_referral, close_handover, preview_enclosure, withdraw_referral
from tests.casework.documents import keep
from tests.files import picture
from tests.referrals.enclosures import got, relay, sent, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "share_consent")]


@pytest.fixture
def packet(world: World, assigned: Persona, case: Case) -> Packet:
    return sent(world, case, keep(assigned, case))


@pytest.fixture
def enclosure(packet: Packet) -> Enclosure:
    return packet.enclosures.get()


def ends(how: str, world: World, packet: Packet) -> None:
    actor, case = world["assigned"].actor, packet.referral.case
    if how == "withdrawn":
        withdraw_referral(actor=actor, referral_id=packet.referral_id)
    elif how == "consent withdrawn":
        withdraw_consent(actor=actor, case_id=case.pk, consent_id=Consent.objects.get().pk)
    elif how == "handed over":
        accept_referral(actor=world["focal_point"].actor, packet_id=packet.pk)
        withdraw_consent(actor=actor, case_id=case.pk, consent_id=Consent.objects.get().pk)
        assert got(world["focal_point"], packet), "until it is closed it can be read"
        close_handover(actor=actor, referral_id=packet.referral_id, note="Agreed by phone.")
    elif how == "erased":
        with transaction.atomic():
            erase_rows(case)
    else:  # whatever else destroys the key, as a restored backup's journal does
        destroy_object(actor=None, object=packet.object)


@pytest.mark.parametrize("how", ["withdrawn", "consent withdrawn", "handed over", "erased", "anything else"])
def test_with_the_key_goes_every_byte(world: World, packet: Packet, enclosure: Enclosure, how: str) -> None:
    copy = got(world["focal_point"], packet)
    path = stored(enclosure)
    ends(how, world, packet)
    for attempt in (
        lambda: got(world["focal_point"], packet, enclosure.pk),
        lambda: preview_enclosure(
            actor=world["focal_point"].actor, packet_id=packet.pk, enclosure_id=enclosure.pk, page=1
        ),
        lambda: read_packet(world["focal_point"].actor, packet.pk),
    ):
        with pytest.raises(NotVisible):
            attempt()
    enclosure.refresh_from_db()
    assert (enclosure.packet_id, enclosure.sealed) == (None, None), "its key is gone"
    assert path.exists(), "a worker that dies here leaves ciphertext without a key, and work that waits"
    assert copy[:200] not in path.read_bytes()
    relay()
    assert not path.exists()
    assert not Enclosure.objects.exists()


def test_the_key_that_a_thief_copied_with_the_row_opens_nothing(
    world: World, packet: Packet, enclosure: Enclosure
) -> None:
    """A dump of the database from before, and the file: without the server's share they stay shut."""
    number, sealed, file = enclosure.number, bytes(enclosure.sealed or b""), stored(enclosure).read_bytes()
    withdraw_referral(actor=world["assigned"].actor, referral_id=packet.referral_id)
    Enclosure.objects.filter(pk=enclosure.pk).update(packet=packet, number=number, sealed=sealed)
    stored(enclosure).write_bytes(file)
    for persona in world.people.values():
        with pytest.raises(NotVisible):
            got(persona, packet, enclosure.pk)


def test_a_withdrawal_that_is_rolled_back_keeps_the_file(
    world: World, packet: Packet, enclosure: Enclosure
) -> None:
    with transaction.atomic():
        withdraw_referral(actor=world["assigned"].actor, referral_id=packet.referral_id)
        transaction.set_rollback(True)
    relay()
    assert got(world["focal_point"], packet)


def test_a_dry_run_of_an_erasure_counts_copies(
    world: World, assigned: Persona, case: Case, packet: Packet
) -> None:
    sent(world, case, keep(assigned, case), keep(assigned, case, picture("PNG")))
    counts = {each.name: count for each, count in what_would_go(case)}
    assert (counts["packet_documents"], counts["packets"], counts["documents"]) == (3, 2, 3)
    with transaction.atomic():
        erase_rows(case)
    assert {each.name: count for each, count in what_would_go(case)}["packet_documents"] == 0


def test_the_database_keeps_no_description_without_a_packet(enclosure: Enclosure) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Enclosure.objects.filter(pk=enclosure.pk).update(packet=None)
