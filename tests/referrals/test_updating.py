"""A newer version of a packet, and the least that a service needs to know."""

from typing import Any

import pytest

from casework.case_file import open_case_file
from casework.models import Case
from casework.record.sections import field
from core.errors import HearthError, Invalid, NotVisible, Refused, Tampered, WrongState
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Notice
from referrals.demo import Persona, World
from referrals.minimum import MINIMUM, minimum_for
from referrals.models import Handover, Packet, Referral
from referrals.selectors import read_packet, read_referral
from referrals.services import open_packet, update_packet
from referrals.services.sending import read_draft
from referrals.taxonomy import ServiceType
from tests.conftest import PERSONAS, sign_in
from tests.pages import text
from tests.referrals.test_endings import referral_in, withdraw

NEWER = ["identity.chosen_name", "contact_and_safety.phone"]


def updated(world: World, referral: Referral, name: str = "assigned", **others: Any) -> Packet:
    return update_packet(
        actor=world[name].actor, referral_id=referral.pk, **{"fields": NEWER, "note": "Canarynewer", **others}
    )


def status(run: Any) -> str:
    try:
        run()
    except HearthError as error:
        return type(error).__name__
    return "done"


STATES = {
    "sent": "done",
    "received": "done",
    "accepted": "done",
    "in_progress": "done",
    "draft": "WrongState",
    "declined": "WrongState",
    "completed": "WrongState",
    "withdrawn": "WrongState",
    "expired": "WrongState",
}


@pytest.mark.parametrize("name", PERSONAS)
@pytest.mark.parametrize("state", Referral.State.values)
def test_who_updates_a_packet_in_which_state(
    world: World, case: Case, share_consent: None, state: str, name: str
) -> None:
    referral = referral_in(world, case, state)
    expected = STATES[state] if name in ("assigned", "teammate", "supervisor") else "NotVisible"
    assert status(lambda: updated(world, referral, name)) == expected


def test_the_partner_reads_the_newer_version_and_what_has_changed(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "accepted")
    partner = world["focal_point"]
    packet = updated(world, referral)
    _row, document = read_packet(partner.actor, packet.pk)
    assert document.fields["contact_and_safety"]["phone"]
    assert document.note == "Canarynewer"
    assert "contact_and_safety.phone" in document.changed
    assert "identity.chosen_name" not in document.changed
    assert Notice.objects.filter(person=partner.user, what="packet_updated").count() == 1
    page = text(sign_in(partner).get(f"/inbox/{packet.pk}/"))
    assert "Newer version of this day" in page
    assert "Canarynewer" in page


def test_the_sender_sees_whether_the_newest_was_read(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "received")
    packet = updated(world, referral)
    browser = sign_in(world["assigned"])
    assert "Not read yet" in text(browser.get(f"/referrals/{referral.pk}/"))
    open_packet(actor=world["focal_point"].actor, packet_id=packet.pk)
    packet.refresh_from_db()
    assert (packet.version, packet.read_version) == (2, 2)
    assert "Not read yet" not in text(browser.get(f"/referrals/{referral.pk}/"))
    assert AuditEvent.objects.filter(action="packet.updated").get().codes["version"] == 2


def test_what_was_chosen_before_stays_in_the_case(
    world: World, assigned: Persona, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "sent")
    updated(world, referral)
    referral.refresh_from_db()
    draft: Any = read_draft(open_case_file(assigned.actor, case.pk), referral)
    assert [each["fields"] for each in draft["earlier"]] == [["identity.chosen_name"]]
    assert read_referral(assigned.actor, referral.pk).fields == NEWER


def test_an_earlier_version_cannot_stand_in_the_newers_place(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "sent")
    before = bytes(Packet.objects.get(referral=referral).sealed)
    packet = updated(world, referral)
    Packet.objects.filter(pk=packet.pk).update(sealed=before)
    with pytest.raises(Tampered):
        read_packet(world["focal_point"].actor, packet.pk)


def test_the_same_again_is_no_newer_version(world: World, case: Case, share_consent: None) -> None:
    referral = referral_in(world, case, "sent")
    with pytest.raises(Invalid):
        updated(world, referral, fields=["identity.chosen_name"], note="")
    with pytest.raises(Invalid):
        updated(world, referral, fields=[])


def test_without_a_ground_or_to_whoever_is_kept_out_nothing_more_goes(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "accepted")
    withdraw(world, case)
    with pytest.raises(WrongState):  # it is to be ended
        updated(world, referral)
    Handover.objects.all().delete()
    with pytest.raises(Refused):
        updated(world, referral)
    assert Packet.objects.get(referral=referral).version == 1


def test_an_organisation_that_is_kept_out_meanwhile_gets_no_newer_version(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "accepted")
    keep_out(
        actor=world["supervisor"].actor,
        object_id=case.pk,
        kind=Kind.CASE,
        whom=world.partner_team.organisation,
    )
    with pytest.raises(Refused):
        updated(world, referral)


def test_the_page_shows_exactly_what_will_be_read_before_it_is_sent(
    world: World, case: Case, share_consent: None
) -> None:
    referral = referral_in(world, case, "accepted")
    browser = sign_in(world["assigned"])
    address = f"/referrals/{referral.pk}/update/"
    assert "Send a newer version" in text(browser.get(f"/referrals/{referral.pk}/"))
    assert 'value="identity.chosen_name" ' in browser.get(address).content.decode()
    shown = text(browser.post(address, {"fields": NEWER, "note": "Canarynewer"}))
    assert "What the partner will read" in shown
    assert Packet.objects.get(referral=referral).version == 1
    assert browser.post(address, {"fields": NEWER, "note": "Canarynewer", "send": "1"}).status_code == 302
    assert Packet.objects.get(referral=referral).version == 2
    with pytest.raises(NotVisible):
        read_referral(world["stranger"].actor, referral.pk)


# --- the least  ----------------------------------------


@pytest.mark.parametrize("service_type", ServiceType.values)
def test_each_kind_of_service_has_a_least_of_fields_that_may_be_shared(service_type: str) -> None:
    paths = MINIMUM[ServiceType(service_type)]
    assert paths
    assert all(field(path).shareable for path in paths)
    assert len(set(paths)) == len(paths)


def test_the_form_has_ticked_what_of_the_least_is_recorded(
    world: World, assigned: Persona, case: Case
) -> None:
    file = open_case_file(assigned.actor, case.pk)
    least = minimum_for("legal_advice", file.documents)
    assert "identity.chosen_name" in least
    assert "legal_status.asylum" not in least, "nothing is recorded there"
    page = sign_in(assigned).get(f"/cases/{case.pk}/referrals/new/?service={world.services[0].pk}")
    ticked = [line for line in page.content.decode().split("<input") if " checked" in line]
    assert sum('name="fields"' in line for line in ticked) == len(least)
