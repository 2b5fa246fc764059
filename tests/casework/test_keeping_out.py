"""Whoever is kept out of a case never sees it again, does nothing in it, and is told of nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from casework.approvals import Subject, approvals_of
from casework.case_file import open_case_file
from casework.models import Case, FollowUp, Identification
from casework.people import OUTSIDE
from casework.selectors import read_case, read_identification, team_members
from casework.services import plan_follow_up
from casework.services.approvals import ask
from casework.services.entries import add_entry, change_entry
from core.errors import Invalid, NotVisible, Refused
from core.marks import is_kept_out
from core.models import AuditEvent, Level, Notice
from core.notices import tell
from referrals.demo import Persona, World
from referrals.models import Packet
from referrals.services import draft_referral, send_referral
from tests.conftest import api, sign_in
from tests.pages import text

TODAY = timezone.localdate().isoformat()


def whom(persona: Persona) -> str:
    return f"user:{persona.user.pk}"


def values(code: str, **others: Any) -> dict[str, Any]:
    return {"whom": code, "reason": "Canarycousin", "since": TODAY, **others}


def keep_out(persona: Persona, case: Case, code: str, **others: Any) -> UUID:
    return add_entry(actor=persona.actor, case_id=case.pk, kind="keep_out", values=values(code, **others))


def end(persona: Persona, case: Case, entry: UUID, code: str, base_version: int = 1, **others: Any) -> None:
    change_entry(
        actor=persona.actor,
        case_id=case.pk,
        kind="keep_out",
        entry_id=entry,
        values=values(code, **others),
        base_version=base_version,
    )


def follow_up(persona: Persona, case: Case, doer: Persona) -> FollowUp:
    due = timezone.now() + timedelta(days=1)
    return plan_follow_up(
        actor=persona.actor, case_id=case.pk, due_at=due, about="Call.", assignee_id=doer.user.pk
    )


# --- at once, and everywhere ------------------------------------------------------------------------------------


def test_a_colleague_who_is_kept_out_sees_neither_the_case_nor_where_it_began(
    world: World, assigned: Persona, case: Case, identification: Identification
) -> None:
    teammate = world["teammate"]
    keep_out(assigned, case, whom(teammate))
    with pytest.raises(NotVisible):
        read_case(teammate.actor, case.pk)
    with pytest.raises(NotVisible):
        read_identification(teammate.actor, identification.pk)
    (entry,) = read_case(world["supervisor"].actor, case.pk).entries.of("keep_out")
    assert entry.values["reason"] == "Canarycousin"


def test_when_it_ends_they_see_it_again_and_can_be_kept_out_anew(
    world: World, assigned: Persona, case: Case, identification: Identification
) -> None:
    teammate = world["teammate"]
    entry = keep_out(assigned, case, whom(teammate))
    end(assigned, case, entry, whom(teammate), ended_on=TODAY)
    read_case(teammate.actor, case.pk)
    read_identification(teammate.actor, identification.pk)
    end(assigned, case, entry, whom(teammate), base_version=2)
    with pytest.raises(NotVisible):
        read_case(teammate.actor, case.pk)


def test_a_change_of_words_keeps_them_out_as_before(world: World, assigned: Persona, case: Case) -> None:
    entry = keep_out(assigned, case, whom(world["teammate"]))
    end(assigned, case, entry, whom(world["teammate"]), reason="Her brother-in-law")
    with pytest.raises(NotVisible):
        read_case(world["teammate"].actor, case.pk)


def test_what_was_sent_is_shut_to_an_organisation_that_is_kept_out(
    world: World, assigned: Persona, case: Case, share_consent: None
) -> None:
    def send() -> None:
        referral = draft_referral(
            actor=assigned.actor,
            case_id=case.pk,
            service_id=world.services[0].pk,
            fields=["identity.chosen_name"],
        )
        send_referral(actor=assigned.actor, referral_id=referral.pk)

    send()
    partner = sign_in(world["focal_point"])
    packet = reverse("packet", args=[Packet.objects.get().pk])
    assert partner.get(packet).status_code == 200
    keep_out(assigned, case, f"organisation:{world.partner_team.organisation_id}")
    assert partner.get(packet).status_code == 404
    with pytest.raises(Refused) as refused:
        send()
    assert "Open Door" not in str(refused.value.message)


def test_whoever_hearth_does_not_know_is_named(assigned: Persona, case: Case) -> None:
    with pytest.raises(Invalid) as refused:
        keep_out(assigned, case, OUTSIDE)
    assert set(refused.value.fields) == {"name"}
    keep_out(assigned, case, OUTSIDE, name="Canarylandlord")
    page = text(sign_in(assigned).get(reverse("case", args=[case.pk])))
    assert "Canarylandlord" in page


def test_it_is_another_person_s_entry_not_another_person(world: World, assigned: Persona, case: Case) -> None:
    entry = keep_out(assigned, case, whom(world["teammate"]))
    with pytest.raises(Invalid) as refused:
        end(assigned, case, entry, whom(world["stranger"]))
    assert set(refused.value.fields) == {"whom"}
    assert not is_kept_out(case.pk, world["stranger"].user)


def test_nobody_keeps_out_themselves_or_their_own_organisation(
    world: World, assigned: Persona, case: Case
) -> None:
    for code in (whom(assigned), f"organisation:{world.team.organisation_id}"):
        with pytest.raises(Invalid):
            keep_out(assigned, case, code)
    form = text(sign_in(assigned).get(reverse("entry-new", args=[case.pk, "keep_out"])))
    assert whom(world["focal_point"]) in form
    assert whom(assigned) not in form


def test_the_rows_and_the_trail_do_not_say_whom(world: World, assigned: Persona, case: Case) -> None:
    keep_out(assigned, case, whom(world["teammate"]))
    told = [str(event.codes) for event in AuditEvent.objects.filter(actor=assigned.user.pk)]
    assert not any(str(world["teammate"].user.pk) in codes for codes in told)


# --- what they had to do ----------------------------------------------------------------------------------------


def test_their_follow_ups_go_to_the_assigned_caseworker(
    world: World, assigned: Persona, case: Case, identification: Identification
) -> None:
    mine, theirs = follow_up(assigned, case, assigned), follow_up(assigned, case, world["teammate"])
    supervisors = follow_up(assigned, case, world["supervisor"])
    keep_out(world["supervisor"], case, whom(world["teammate"]))
    for row in (mine, theirs, supervisors):
        row.refresh_from_db()
    expected = (assigned.user, assigned.user, world["supervisor"].user)
    assert (mine.assignee, theirs.assignee, supervisors.assignee) == expected


def test_an_assigned_caseworker_who_is_kept_out_loses_the_case_to_whoever_does_it(
    world: World, assigned: Persona, case: Case
) -> None:
    row = follow_up(assigned, case, assigned)
    keep_out(world["supervisor"], case, whom(assigned))
    case.refresh_from_db()
    row.refresh_from_db()
    assert case.assigned_to == row.assignee == world["supervisor"].user


def test_nothing_can_be_given_to_them(world: World, assigned: Persona, case: Case) -> None:
    keep_out(assigned, case, whom(world["teammate"]))
    assert world["teammate"].user not in team_members(case)
    with pytest.raises(Invalid) as refused:
        follow_up(assigned, case, world["teammate"])
    assert set(refused.value.fields) == {"assignee"}
    goal = add_entry(
        actor=assigned.actor, case_id=case.pk, kind="goal", values={"wish": "x", "need": "mhpss"}
    )
    step = {"what": "x", "done_by": "colleague", "colleague": str(world["teammate"].user.pk)}
    with pytest.raises(Invalid):
        add_entry(actor=assigned.actor, case_id=case.pk, kind="action", values=step, under=goal)


def test_they_are_no_reviewers_and_are_told_nothing(world: World, assigned: Persona, case: Case) -> None:
    teammate, supervisor = world["teammate"].user, world["supervisor"]

    def ask_for(subject: Subject, reviewer: UUID | None = None) -> None:
        with transaction.atomic():
            file = open_case_file(assigned.actor, case.pk, level=Level.WRITE, lock=True)
            ask(file, subject, {"reason": "x"}, reviewer=reviewer)

    ask_for(Subject.COURT_ORDER, reviewer=teammate.pk)
    keep_out(supervisor, case, whom(world["teammate"]))
    (document,) = approvals_of(read_case(assigned.actor, case.pk))
    assert document.approval.reviewer is None
    Notice.objects.all().delete()
    ask_for(Subject.CHILD_PROTECTION)
    with transaction.atomic():
        tell([teammate.pk, supervisor.user.pk], "approval_asked", object=case.object)
    assert {*Notice.objects.values_list("person", flat=True)} == {supervisor.user.pk}


# --- pages and API ----------------------------------------------------------------------------------------------


def test_the_form_and_the_api_keep_out(world: World, assigned: Persona, case: Case) -> None:
    browser, new = sign_in(assigned), reverse("entry-new", args=[case.pk, "keep_out"])
    assert browser.post(new, values(whom(world["teammate"]))).status_code == 302
    again = browser.post(new, values(whom(world["teammate"])))
    assert (again.status_code, "This is so already." in text(again)) == (409, True)
    page = text(browser.get(reverse("case", args=[case.pk])))
    assert f"{world['teammate'].user.name} (Harbour House)" in page
    code = f"organisation:{world.other_team.organisation_id}"
    address = f"/api/v1/cases/{case.pk}/entries/keep_out/"
    assert api(assigned).post(address, {"values": values(code)}, format="json").status_code == 201
    assert is_kept_out(case.pk, world["stranger"].user)
    wrong = api(assigned).post(address, {"values": values("organisation:x")}, format="json")
    assert wrong.status_code == 400
