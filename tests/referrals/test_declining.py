"""Whoever has declined can't open what was sent any more; the sender reads the answer."""

import pytest

from casework.models import Case
from core.access_audit import disagreements
from core.errors import NotVisible
from core.models import Grant, Notice
from referrals.demo import World
from referrals.models import Exchange, Packet, Referral
from referrals.selectors import inbox_of, read_packet, read_referral
from referrals.services import accept_referral, decline_referral, open_packet
from tests.conftest import api, sign_in
from tests.pages import text
from tests.referrals.test_endings import referral_in


@pytest.fixture
def declined(world: World, case: Case, share_consent: None) -> Referral:
    packet = Packet.objects.get(referral=referral_in(world, case, "received"))
    return decline_referral(
        actor=world["focal_point"].actor, packet_id=packet.pk, reason="full", note="Canarynote"
    )


def test_the_partner_reads_nothing_more(world: World, declined: Referral) -> None:
    packet, partner = Packet.objects.get(referral=declined), world["focal_point"]
    assert not inbox_of(partner.actor).exists()
    for read in (read_packet, lambda actor, pk: open_packet(actor=actor, packet_id=pk)):
        with pytest.raises(NotVisible):
            read(partner.actor, packet.pk)
    assert not Grant.objects.filter(object=packet.pk).exists(), "nothing is sealed to it any more"
    assert Exchange.objects.get(referral=declined).key_for_partner is None
    assert sign_in(partner).get(f"/inbox/{packet.pk}/").status_code == 404
    assert list(disagreements()) == []


def test_the_sender_reads_the_answer_and_what_was_sent(world: World, declined: Referral) -> None:
    document = read_referral(world["assigned"].actor, declined.pk)
    assert document.packet is not None
    assert (document.packet.reason, document.packet.answer) == ("full", "Canarynote")
    assert document.packet.fields["identity"]["chosen_name"]
    assert document.exchange is not None
    page = text(sign_in(world["assigned"]).get(f"/referrals/{declined.pk}/"))
    assert "Canarynote" in page
    assert "Send a newer version" not in page


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_whoever_carries_the_case_is_told_of_the_answer_and_nobody_else(
    world: World, case: Case, share_consent: None, answer: str
) -> None:
    packet = Packet.objects.get(referral=referral_in(world, case, "received"))
    actor = world["focal_point"].actor
    if answer == "accept":
        accept_referral(actor=actor, packet_id=packet.pk)
    else:
        decline_referral(actor=actor, packet_id=packet.pk, reason="full")
    told = Notice.objects.filter(what="referral_answered")
    assert [row.person for row in told] == [world["assigned"].user]
    page = text(sign_in(world["assigned"]).get("/today/"))
    assert "A partner has accepted or declined a referral" in page
    assert f"/cases/{case.pk}/" in page


def test_declining_on_the_page_leads_back_to_the_inbox(world: World, case: Case, share_consent: None) -> None:
    packet = Packet.objects.get(referral=referral_in(world, case, "sent"))
    browser = sign_in(world["focal_point"])
    done = browser.post(f"/inbox/{packet.pk}/decline/", {"reason": "language", "note": ""}, follow=True)
    assert done.redirect_chain[-1][0] == "/inbox/"
    assert "You have declined" in text(done)


def test_a_program_that_declines_is_told_so(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "sent")
    answered = api(world["focal_point"]).post(
        f"/api/v1/referrals/{referral.pk}/decline/", {"reason": "full"}, format="json"
    )
    assert answered.status_code == 200
    assert answered.json()["state"] == "declined"
