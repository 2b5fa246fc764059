"""The team of a partner on its own page: its focal points admit and remove each other, and reach no case from there."""

import pytest
from django.test import Client

from casework.models import Case
from core.accounts import may_end, remove_member
from core.errors import NotAllowed
from core.models import AuditEvent, Membership
from referrals.demo import Persona, World
from referrals.models import Referral
from tests.conftest import sign_in
from tests.neighbours import person
from tests.pages import text
from tests.referrals.exchanges import accepted, second_focal_point


@pytest.fixture
def partner(world: World) -> Client:
    """The focal point who founded the team, signed in."""
    return sign_in(world["focal_point"])


def membership_of(persona: Persona) -> Membership:
    found: Membership = persona.user.memberships.get()
    return found


def test_a_focal_point_admits_a_colleague_as_what_they_are(world: World, partner: Client) -> None:
    colleague = person("colleague", world.partner_team.organisation)
    page = text(partner.get("/team/"))
    assert "Colleague" in page
    team = world.partner_team.pk
    for role, ids in (("supervisor", None), ("focal_point", [membership_of(world["focal_point"]).role])):
        partner.post("/team/", {f"{team}-user": str(colleague.user.pk), f"{team}-role": role})
        assert list(colleague.user.memberships.values_list("role", flat=True)) == (ids or [])


def test_a_colleague_reads_what_was_sent_before_they_came(
    world: World, case: Case, share_consent: None
) -> None:
    referral: Referral = accepted(world, case)
    client = sign_in(second_focal_point(world))
    assert client.get(f"/inbox/{referral.packet.pk}/").status_code == 200


def test_a_focal_point_removes_a_colleague_who_then_reads_nothing(
    world: World, case: Case, share_consent: None, partner: Client
) -> None:
    referral = accepted(world, case)
    colleague = second_focal_point(world)
    there = sign_in(colleague)
    assert there.get(f"/inbox/{referral.packet.pk}/").status_code == 200
    page = text(partner.get("/team/"))
    assert f"{membership_of(colleague).pk}" in page
    [link] = [each for each in page.split('"') if str(membership_of(colleague).pk) in each]
    assert partner.post(link).status_code == 302
    assert not colleague.user.memberships.exists()
    assert there.get(f"/inbox/{referral.packet.pk}/").status_code == 404
    assert there.get("/inbox/").status_code == 404
    [event] = AuditEvent.objects.filter(action="member.removed")
    assert (event.actor, event.object) == (world["focal_point"].user.pk, colleague.user.pk)


def test_nobody_of_another_team_and_nobody_of_another_role_is_removed(world: World) -> None:
    partner = world["focal_point"].actor
    for name in ("assigned", "stranger", "supervisor", "administrator"):
        assert not may_end(partner, membership_of(world[name]))
        with pytest.raises(NotAllowed):
            remove_member(actor=world[name].actor, membership=membership_of(world["focal_point"]))


def test_from_the_team_page_no_case_is_reached(
    world: World, case: Case, share_consent: None, partner: Client
) -> None:
    accepted(world, case)
    page = text(partner.get("/team/"))
    assert case.number not in page
    assert str(case.pk) not in page
    assert "/cases/" not in page
