"""Whoever gets a number or an address gets the rules of safe contact with it, and never the code word."""

from typing import Any

import pytest

from casework.models import Case
from casework.selectors import read_case
from casework.services import save_section
from casework.services.entries import add_entry
from referrals.demo import Persona, World
from referrals.models import Packet
from referrals.selectors import PacketDocument, read_packet
from referrals.services import draft_referral, send_referral
from tests.conftest import api, sign_in
from tests.pages import text

RECORDED = {
    "phone": "+39 333 5550147",
    "safe_to_call": "no",
    "message_to_leave": "The book is in.",
    "sender_to_give": "The library",
    "code_word": "marigold",
    "time_zone": "Europe/Rome",
    "email": "linnet@example.org",
    "safe_to_email": "yes",
    "street": "Canarystreet 4",
    "city": "Naples",
}
WITH_EVERY_WAY = {"message_to_leave", "sender_to_give", "time_zone"}


@pytest.fixture(autouse=True)
def _recorded(assigned: Persona, case: Case, share_consent: None) -> None:
    base = read_case(assigned.actor, case.pk).section("contact_and_safety").version
    save_section(
        actor=assigned.actor,
        case_id=case.pk,
        section="contact_and_safety",
        values=RECORDED,
        base_version=base,
    )
    night = {"from_time": "20:00", "until_time": "08:00", "note": "Canarynote"}
    add_entry(actor=assigned.actor, case_id=case.pk, kind="quiet_time", values=night)


def send(world: World, case: Case, *fields: str) -> tuple[Packet, PacketDocument]:
    """Refer with these fields, and read the packet as the partner."""
    drafted = draft_referral(
        actor=world["assigned"].actor, case_id=case.pk, service_id=world.services[0].pk, fields=fields
    )
    send_referral(actor=world["assigned"].actor, referral_id=drafted.pk)
    return read_packet(world["focal_point"].actor, Packet.objects.get().pk)


CHOSEN: list[Any] = [
    ("phone", {"phone", "safe_to_call"} | WITH_EVERY_WAY, ["Text message"]),
    ("email", {"email", "safe_to_email"} | WITH_EVERY_WAY, []),
    ("street", {"street"} | WITH_EVERY_WAY, ["Letter", "Visit"]),
    ("city", {"city"}, []),
    ("safe_to_call", {"safe_to_call"}, []),
]


@pytest.mark.parametrize(("chosen", "sent", "unasked"), CHOSEN)
def test_the_rules_go_with_what_reaches_the_survivor(
    world: World, case: Case, chosen: str, sent: set[str], unasked: list[str]
) -> None:
    _packet, document = send(world, case, "identity.chosen_name", f"contact_and_safety.{chosen}")
    assert set(document.fields["contact_and_safety"]) == sent
    reaches = len(sent) > 1
    assert list(document.quiet_times) == (["Every day, 20:00 to 08:00"] if reaches else [])
    assert document.unasked == unasked


def test_without_contact_nothing_of_contact_is_sent(world: World, case: Case) -> None:
    _packet, document = send(world, case, "identity.chosen_name")
    assert set(document.fields) == {"identity"}
    assert not document.quiet_times


def test_the_partner_reads_the_rules_and_the_sender_saw_them_before(world: World, case: Case) -> None:
    drafted = draft_referral(
        actor=world["assigned"].actor,
        case_id=case.pk,
        service_id=world.services[0].pk,
        fields=["contact_and_safety.phone"],
    )
    preview = text(sign_in(world["assigned"]).get(f"/referrals/{drafted.pk}/"))
    send_referral(actor=world["assigned"].actor, referral_id=drafted.pk)
    packet = Packet.objects.get()
    page = text(sign_in(world["focal_point"]).get(f"/inbox/{packet.pk}/"))
    for shown in (preview, page):
        for words in (
            "The book is in.",
            "Every day, 20:00 to 08:00",
            "Nobody has asked whether this is safe",
        ):
            assert words in shown
        assert "marigold" not in shown
        assert "Canarynote" not in shown
    of_the_api = api(world["focal_point"]).get(f"/api/v1/packets/{packet.pk}/").json()
    assert of_the_api["quiet_times"] == ["Every day, 20:00 to 08:00"]
