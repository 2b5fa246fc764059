"""People who are referred together: each as they have consented, all of them or none."""

from typing import Any
from uuid import UUID

import pytest

from casework.models import Case
from casework.services import save_section, withdraw_consent
from casework.services.links import link_cases, unlink_cases
from core.access_audit import disagreements
from core.errors import Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.models import ServerShare
from referrals.demo import World
from referrals.models import Packet, Referral
from referrals.selectors import inbox_of, read_packet
from referrals.services import accept_referral, send_referral
from referrals.services.groups import answer_group, draft_group, others_of, send_group
from tests.casework.test_keeping_out import keep_out
from tests.casework.test_links import another
from tests.conftest import sign_in
from tests.pages import text
from tests.referrals.ways import allow, draft


@pytest.fixture
def sister(world: World, case: Case) -> Case:
    made: Case = another(world["assigned"], world.team)
    save_section(
        actor=world["assigned"].actor,
        case_id=made.pk,
        section="identity",
        values={"chosen_name": "Siskin"},
        base_version=0,
    )
    return made


@pytest.fixture
def link(world: World, case: Case, sister: Case) -> UUID:
    return link_cases(actor=world["assigned"].actor, case_id=case.pk, other_id=sister.pk, relation="family")


def agreed(world: World, *cases: Case) -> list[Any]:
    return [allow(world, each, world.services[0]) for each in cases]


def together(world: World, case: Case, *others: Case, **more: Any) -> list[Referral]:
    named = {
        "actor": world["assigned"].actor,
        "case_id": case.pk,
        "members": [each.pk for each in others],
        "service_id": world.services[0].pk,
        "fields": ["identity.chosen_name", "contact_and_safety.phone"],
        "note": "Please house them together.",
    }
    return draft_group(**{**named, **more})


def sent(world: World, *cases: Case) -> list[Packet]:
    drafts = together(world, *cases)
    send_group(actor=world["assigned"].actor, referral_id=drafts[0].pk)
    return [Packet.objects.get(referral__case=each) for each in cases]


def test_each_has_a_part_of_their_own_under_a_key_of_its_own(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    agreed(world, case, sister)
    first, second = sent(world, case, sister)
    actor = world["focal_point"].actor
    _packet, of_first = read_packet(actor, first.pk)
    _packet, of_second = read_packet(actor, second.pk)
    assert of_first.fields["identity"] == {"chosen_name": "Linnet"}
    assert of_second.fields == {"identity": {"chosen_name": "Siskin"}}  # she has recorded no phone
    assert [each.pk for each in others_of(actor, first)] == [second.pk]
    assert list(disagreements()) == []


def test_if_one_has_not_consented_that_one_is_named_and_nothing_is_sent(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    agreed(world, case)
    drafts = together(world, case, sister)
    with pytest.raises(Refused) as refused:
        send_group(actor=world["assigned"].actor, referral_id=drafts[0].pk)
    assert refused.value.code == "not_together"
    assert sister.number in str(refused.value.message)
    assert case.number not in str(refused.value.message)
    assert set(Referral.objects.values_list("state", flat=True)) == {"draft"}
    assert not Packet.objects.exists()


def test_if_one_keeps_the_partner_out_nothing_is_prepared(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    keep_out(world["supervisor"], sister, f"organisation:{world.services[0].organisation_id}")
    with pytest.raises(Refused) as refused:
        together(world, case, sister)
    assert sister.number in str(refused.value.message)
    assert not Referral.objects.exists()


def test_withdrawing_one_consent_takes_that_persons_part_out_and_leaves_the_other(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    _first, second = agreed(world, case, sister)
    mine, hers = sent(world, case, sister)
    withdraw_consent(actor=world["assigned"].actor, case_id=sister.pk, consent_id=second.pk)
    actor = world["focal_point"].actor
    assert [each.pk for each in inbox_of(actor)] == [mine.pk]
    assert others_of(actor, mine) == []
    assert not ServerShare.objects.filter(object=hers.pk).exists()
    assert ServerShare.objects.filter(object=mine.pk).exists()


def test_the_partner_answers_all_or_each(world: World, case: Case, sister: Case, link: UUID) -> None:
    agreed(world, case, sister)
    first, second = sent(world, case, sister)
    actor = world["focal_point"].actor
    accept_referral(actor=actor, packet_id=second.pk)
    assert answer_group(actor=actor, packet_id=first.pk, reason="full") == 1
    states = dict(Referral.objects.values_list("case", "state"))
    assert states == {case.pk: "declined", sister.pk: "accepted"}
    with pytest.raises(NotVisible):  # it was declined
        answer_group(actor=actor, packet_id=first.pk)
    with pytest.raises(WrongState):
        answer_group(actor=actor, packet_id=second.pk)


def test_one_answer_for_all(world: World, case: Case, sister: Case, link: UUID) -> None:
    agreed(world, case, sister)
    first, _second = sent(world, case, sister)
    assert answer_group(actor=world["focal_point"].actor, packet_id=first.pk, note="Both") == 2
    assert set(Referral.objects.values_list("state", flat=True)) == {"accepted"}


@pytest.mark.parametrize("persona", ["stranger", "advocate", "administrator", "assigned"])
def test_nobody_else_answers(world: World, case: Case, sister: Case, link: UUID, persona: str) -> None:
    agreed(world, case, sister)
    first, _second = sent(world, case, sister)
    with pytest.raises(NotVisible):
        answer_group(actor=world[persona].actor, packet_id=first.pk)


def test_whoever_declines_for_all_is_led_back_to_the_inbox(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    agreed(world, case, sister)
    first, _second = sent(world, case, sister)
    browser = sign_in(world["focal_point"])
    done = browser.post(f"/inbox/{first.pk}/group/", {"answer": "declined", "reason": "full"}, follow=True)
    assert done.redirect_chain[-1][0] == "/inbox/"
    assert "Answered for 2 people" in text(done)


def test_a_stranger_learns_nothing_of_a_group_that_is_on_its_way(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    agreed(world, case, sister)
    first, _second = sent(world, case, sister)
    with pytest.raises(NotVisible):
        send_group(actor=world["stranger"].actor, referral_id=first.referral_id)


@pytest.mark.parametrize("persona", ["stranger", "focal_point"])
def test_nobody_else_refers_them(world: World, case: Case, sister: Case, link: UUID, persona: str) -> None:
    agreed(world, case, sister)
    drafts = together(world, case, sister)
    actor = world[persona].actor
    with pytest.raises((NotVisible, NotAllowed)):
        send_group(actor=actor, referral_id=drafts[0].pk)
    with pytest.raises((NotVisible, NotAllowed)):
        together(world, case, sister, actor=actor)


def test_only_linked_cases_belong_together(world: World, case: Case, sister: Case) -> None:
    for members in ([sister.pk], [], [case.pk]):
        with pytest.raises(Invalid):
            together(world, case, members=members)


def test_a_link_that_has_ended_is_none(world: World, case: Case, sister: Case, link: UUID) -> None:
    unlink_cases(actor=world["assigned"].actor, case_id=case.pk, entry_id=link)
    with pytest.raises(Invalid):
        together(world, case, sister)


def test_whoever_has_recorded_nothing_of_it_is_named(
    world: World, case: Case, sister: Case, link: UUID
) -> None:
    with pytest.raises(Invalid) as refused:
        together(world, case, sister, fields=["contact_and_safety.phone"])
    assert sister.number in str(refused.value.fields["members"])


def test_a_referral_by_itself_is_no_group(world: World, case: Case) -> None:
    agreed(world, case)
    alone = draft(world, case, world.services[0])
    with pytest.raises(WrongState):
        send_group(actor=world["assigned"].actor, referral_id=alone.pk)
    packet = Packet.objects.get(referral=send_referral(actor=world["assigned"].actor, referral_id=alone.pk))
    with pytest.raises(WrongState):
        answer_group(actor=world["focal_point"].actor, packet_id=packet.pk)


def test_the_pages_of_a_group(world: World, case: Case, sister: Case, link: UUID) -> None:
    agreed(world, case, sister)
    client = sign_in(world["assigned"])
    page = f"/cases/{case.pk}/referrals/group/"
    assert sister.number in text(client.get(page))
    chosen = {
        "members": [str(sister.pk)],
        "service": str(world.services[0].pk),
        "fields": ["identity.chosen_name"],
        "note": "",
    }
    made = client.post(page, chosen)
    assert made.status_code == 302
    drafted = made.headers["Location"]
    assert sister.number in text(client.get(drafted))
    assert client.post(f"{drafted}group/send/").status_code == 302
    packet = Packet.objects.get(referral__case=case)
    partner = sign_in(world["focal_point"])
    shown = text(partner.get(f"/inbox/{packet.pk}/"))
    assert "These people belong together" in shown
    assert sister.number not in shown
    answer = f"/inbox/{packet.pk}/group/"
    assert partner.get(answer).status_code == 200
    assert partner.post(answer, {"answer": "declined"}).status_code == 400
    assert partner.post(answer, {"answer": "accepted"}).status_code == 302
    assert set(Referral.objects.values_list("state", flat=True)) == {"accepted"}
