"""Handing a case over: the other team decides before it can open it, and then all of it is theirs."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from casework.models import Approval, Case, FollowUp, Identification, Transfer
from casework.selectors import read_case, read_follow_ups, read_identification
from casework.services import (
    add_instrument,
    open_case,
    plan_follow_up,
    record_consent,
    record_identification,
    save_section,
    transfers,
    withdraw_consent,
)
from casework.services.approvals import approve
from casework.services.consents import How, Purpose
from casework.services.emergency import break_glass
from casework.services.entries import add_entry
from casework.services.transfers import (
    accept_transfer,
    decline_transfer,
    end_reading,
    offer_transfer,
    take_back_transfer,
)
from casework.transfers import offers_to, read_transfer
from core.access import open_object
from core.access_audit import disagreements
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.keeping_out import keep_out
from core.models import AuditEvent, Grant, Kind, Level, Notice, SealedObject
from core.tokens import actor_from_token, create_token
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, SECTIONS, api, sign_in
from tests.instruments import LANTERN
from tests.neighbours import Neighbours, elsewhere, found, outreach
from tests.pages import PLANTED, text

NOTE = "Canarynote: a woman alone, needs a shelter in the north."


@pytest.fixture
def near(world: World) -> Neighbours:
    """Another team of the same organisation."""
    return outreach(world)


@pytest.fixture
def far(world: World) -> Neighbours:
    """A team of another organisation."""
    return elsewhere(world)


def offer(world: World, case: Case, to: Neighbours, **others: Any) -> Transfer:
    actor = world["supervisor"].actor
    return offer_transfer(actor=actor, case_id=case.pk, to_team=to.team.pk, **{"note": NOTE} | others)


def consent(world: World, case: Case, to: Neighbours) -> Any:
    return record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        purpose=Purpose.SHARE,
        recipient=to.team.organisation_id,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="What is shared, with whom and why.",
        language="nep",
    )


def opens(persona: Persona, case: Case, level: Level = Level.READ) -> bool:
    try:
        open_object(persona.actor, case.pk, Kind.CASE, level=level)
    except (NotVisible, NotAllowed):
        return False
    return True


def key_version(case: Case) -> int:
    return SealedObject.objects.get(pk=case.pk).key_version


def status(run: Any, **arguments: Any) -> int:
    try:
        run(**arguments)
    except HearthError as error:
        return error.status
    return 200


# --- offering  ----------------------------------------


def test_the_other_team_reads_the_note_and_cannot_open_the_case(
    world: World, case: Case, near: Neighbours
) -> None:
    made = offer(world, case, near)
    assert b"Canarynote" not in bytes(made.sealed)
    for persona in (near.supervisor, near.caseworker):
        assert [each.pk for each in offers_to(persona.actor)] == [made.pk]
        assert read_transfer(persona.actor, made.pk).note == NOTE
        assert not opens(persona, case)
        page = text(sign_in(persona).get(f"/transfers/{made.pk}/"))
        assert "Canarynote" in page
        assert not any(word in page for word in (*PLANTED, case.number))
        assert sign_in(persona).get(f"/cases/{case.pk}/").status_code == 404
        assert f"/transfers/{made.pk}/" in text(sign_in(persona).get("/today/"))
    assert Grant.objects.get(object=case.pk, team=near.team).active is False
    assert [*Notice.objects.values_list("person", "what")] == [(near.supervisor.user.pk, "transfer_offered")]
    assert list(disagreements()) == []


@pytest.mark.parametrize("name", PERSONAS)
def test_only_a_supervisor_of_its_team_offers_a_case(
    world: World, case: Case, near: Neighbours, name: str
) -> None:
    expected = {"supervisor": 200, "assigned": 403, "teammate": 403}.get(name, 404)
    sent = {"case_id": case.pk, "to_team": near.team.pk, "note": NOTE}
    assert status(offer_transfer, actor=world[name].actor, **sent) == expected
    assert Transfer.objects.count() == (expected == 200)


def test_whoever_is_on_neither_side_does_not_see_it(world: World, case: Case, near: Neighbours) -> None:
    made = offer(world, case, near)
    for name in ("stranger", "focal_point", "advocate", "administrator"):
        with pytest.raises(NotVisible):
            read_transfer(world[name].actor, made.pk)
        for run in (accept_transfer, take_back_transfer):
            assert status(run, actor=world[name].actor, transfer_id=made.pk) == 404


def test_another_organisation_needs_a_consent(world: World, case: Case, far: Neighbours) -> None:
    with pytest.raises(Refused):
        offer(world, case, far)
    assert not Grant.objects.filter(team=far.team).exists()
    consent(world, case, far)
    assert offer(world, case, far).state == "offered"


def test_an_organisation_that_is_kept_out_is_refused(world: World, case: Case, far: Neighbours) -> None:
    consent(world, case, far)
    about = {"object_id": case.pk, "kind": Kind.CASE, "whom": far.team.organisation}
    keep_out(actor=world["supervisor"].actor, **about)
    with pytest.raises(Refused):
        offer(world, case, far)
    assert not Transfer.objects.exists()


def test_a_person_who_is_kept_out_sees_no_offer_and_accepts_none(
    world: World, case: Case, near: Neighbours
) -> None:
    about = {"object_id": case.pk, "kind": Kind.CASE, "whom": near.supervisor.user}
    keep_out(actor=world["supervisor"].actor, **about)
    made = offer(world, case, near)
    assert not offers_to(near.supervisor.actor).exists()
    assert not Notice.objects.filter(person=near.supervisor.user).exists()
    assert status(accept_transfer, actor=near.supervisor.actor, transfer_id=made.pk) == 404
    assert offers_to(near.caseworker.actor).exists()


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"note": " "}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"to_team": "own"}, "to_team"),
        ({"to_team": "other"}, "to_team"),
    ],
)
def test_what_cannot_be_offered(
    world: World, case: Case, near: Neighbours, sent: dict[str, Any], field: str
) -> None:
    teams = {"own": world.team.pk, "other": world.other_team.pk}  # which has no supervisor
    arguments: dict[str, Any] = {"to_team": near.team.pk, "note": NOTE} | sent
    arguments["to_team"] = teams.get(arguments["to_team"], arguments["to_team"])
    with pytest.raises(Invalid) as invalid:
        offer_transfer(actor=world["supervisor"].actor, case_id=case.pk, **arguments)
    assert set(invalid.value.fields) == {field}


@pytest.mark.parametrize("state", ["closed", "erased", "offered"])
def test_what_is_closed_or_offered_already_is_not_offered(
    world: World, case: Case, near: Neighbours, state: str
) -> None:
    if state == "offered":
        offer(world, case, near)
    else:
        Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(WrongState):
        offer(world, case, near)


# --- accepting  ----------------------------------------


@pytest.mark.parametrize("far_away", [False, True])
def test_accepted_the_case_is_theirs_with_all_that_belongs_to_it(
    world: World,
    case: Case,
    identification: Identification,
    near: Neighbours,
    far: Neighbours,
    far_away: bool,
) -> None:
    to = far if far_away else near
    if far_away:
        consent(world, case, far)
    due = plan_follow_up(
        actor=world["teammate"].actor, case_id=case.pk, due_at=timezone.now(), about="Canarycall"
    )
    made, before = offer(world, case, to), key_version(case)
    accept_transfer(actor=to.supervisor.actor, transfer_id=made.pk, assign_to=to.caseworker.user.pk)

    case.refresh_from_db()
    assert (case.team, case.assigned_to) == (to.team, to.caseworker.user)
    assert read_case(to.caseworker.actor, case.pk).documents["identity"] == SECTIONS["identity"]
    assert read_identification(to.caseworker.actor, identification.pk).identification.team == to.team
    (follow_up,) = read_follow_ups(to.caseworker.actor, FollowUp.objects.filter(pk=due.pk))
    assert (follow_up.about, follow_up.follow_up.assignee) == ("Canarycall", to.caseworker.user)
    save_section(actor=to.caseworker.actor, case_id=case.pk, section="identity", values={}, base_version=1)
    for name in ("assigned", "teammate", "supervisor"):
        assert not opens(world[name], case)
        with pytest.raises(NotVisible):
            read_identification(world[name].actor, identification.pk)
    assert key_version(case) > before
    assert list(disagreements()) == []
    told = {(row.person.name, row.what) for row in Notice.objects.exclude(what="transfer_offered")}
    assert told >= {
        ("Sofia Marchetti", "transfer_decided"),
        ("Amina Okello", "case_handed_on"),
        (to.caseworker.user.name, "case_assigned"),
    }
    event = AuditEvent.objects.get(action="transfer.accepted")
    assert (event.actor, event.codes["case"]) == (to.supervisor.user.pk, str(case.pk))


def test_an_identification_by_an_organisations_own_questions_is_read_by_the_next_one(
    world: World, assigned: Persona, far: Neighbours
) -> None:
    add_instrument(actor=world["administrator"].actor, text=LANTERN)
    taken = record_identification(
        actor=assigned.actor,
        team_id=world.team.pk,
        instrument_id="lantern",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    case = open_case(actor=assigned.actor, identification_id=taken.pk)
    consent(world, case, far)
    accept_transfer(actor=far.supervisor.actor, transfer_id=offer(world, case, far).pk)
    assert read_identification(far.caseworker.actor, taken.pk).identification.team == far.team


def test_a_review_that_was_asked_of_them_passes_to_a_supervisor_of_the_other_team(
    world: World, case: Case, near: Neighbours
) -> None:
    second = found(world.team.organisation, "second")
    save_section(
        actor=world["assigned"].actor, case_id=case.pk, section="identity", values={}, base_version=1
    )
    break_glass(actor=second.supervisor.actor, number=case.number, reason="Her brother is on his way.")
    accept_transfer(actor=near.supervisor.actor, transfer_id=offer(world, case, near).pk)
    for row in Approval.objects.filter(case=case):
        approve(actor=near.supervisor.actor, case_id=case.pk, approval_id=row.pk)
    assert not opens(second.supervisor, case)
    assert list(disagreements()) == []


def test_without_anyone_named_it_is_whose_who_accepts(world: World, case: Case, near: Neighbours) -> None:
    made = offer(world, case, near)
    for nobody in (world["assigned"], world["administrator"]):
        with pytest.raises(Invalid):
            accept_transfer(actor=near.supervisor.actor, transfer_id=made.pk, assign_to=nobody.user.pk)
    assert not opens(near.supervisor, case)
    assert (
        accept_transfer(actor=near.supervisor.actor, transfer_id=made.pk).assigned_to == near.supervisor.user
    )


def test_it_is_accepted_and_declined_by_a_supervisor_who_is_signed_in_once(
    world: World, case: Case, near: Neighbours
) -> None:
    made = offer(world, case, near)
    for persona in (near.caseworker, world["supervisor"], world["assigned"]):
        assert status(accept_transfer, actor=persona.actor, transfer_id=made.pk) == 403
        assert status(decline_transfer, actor=persona.actor, transfer_id=made.pk, reason="x") == 403
    token = actor_from_token(create_token(actor=near.supervisor.actor, name="program")[1])
    assert status(accept_transfer, actor=token, transfer_id=made.pk) == 403
    assert not opens(near.supervisor, case)
    accept_transfer(actor=near.supervisor.actor, transfer_id=made.pk)
    for run, more in ((accept_transfer, {}), (decline_transfer, {"reason": "x"})):
        assert status(run, actor=near.supervisor.actor, transfer_id=made.pk, **more) == 409
    assert status(take_back_transfer, actor=world["supervisor"].actor, transfer_id=made.pk) == 409


def test_a_consent_that_ran_out_meanwhile_stops_it(
    world: World, case: Case, far: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = consent(world, case, far)
    made = offer(world, case, far)
    monkeypatch.setattr(transfers, "_may_share", lambda file, team: False)
    with pytest.raises(Refused):
        accept_transfer(actor=far.supervisor.actor, transfer_id=made.pk)
    assert not opens(far.supervisor, case)
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=given.pk)
    made.refresh_from_db()
    assert made.state == "taken_back"
    assert not Grant.objects.filter(team=far.team).exists()
    assert list(disagreements()) == []


def test_a_consent_to_somebody_else_stops_nothing(
    world: World, case: Case, near: Neighbours, far: Neighbours
) -> None:
    given = consent(world, case, far)
    made = offer(world, case, near)
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=given.pk)
    made.refresh_from_db()
    assert made.state == "offered"


# --- declining and taking back  ----------------------------------------


def test_declined_nothing_of_it_stays_with_them_and_the_next_writer_draws_a_new_key(
    world: World, assigned: Persona, case: Case, near: Neighbours
) -> None:
    made, before = offer(world, case, near), key_version(case)
    with pytest.raises(Invalid):
        decline_transfer(actor=near.supervisor.actor, transfer_id=made.pk, reason=" ")
    decline_transfer(actor=near.supervisor.actor, transfer_id=made.pk, reason="Canaryfull")
    assert not Grant.objects.filter(team=near.team).exists()
    assert not offers_to(near.supervisor.actor).exists()
    document = read_transfer(world["supervisor"].actor, made.pk)
    assert (document.answer, document.transfer.state) == ("Canaryfull", "declined")
    assert (key_version(case), SealedObject.objects.get(pk=case.pk).rekey_due) == (before, True)
    save_section(actor=assigned.actor, case_id=case.pk, section="identity", values={}, base_version=1)
    assert (key_version(case), SealedObject.objects.get(pk=case.pk).rekey_due) == (before + 1, False)
    assert list(disagreements()) == []
    assert offer(world, case, near).state == "offered"


def test_taken_back_it_is_gone_for_them_under_a_new_key(world: World, case: Case, near: Neighbours) -> None:
    made, before = offer(world, case, near), key_version(case)
    for persona, expected in ((world["assigned"], 403), (near.supervisor, 403)):
        assert status(take_back_transfer, actor=persona.actor, transfer_id=made.pk) == expected
    take_back_transfer(actor=world["supervisor"].actor, transfer_id=made.pk)
    assert key_version(case) == before + 1
    assert not Grant.objects.filter(team=near.team).exists()
    assert status(accept_transfer, actor=near.supervisor.actor, transfer_id=made.pk) == 404
    assert opens(world["assigned"], case, Level.WRITE)
    assert list(disagreements()) == []


def test_it_can_be_taken_back_from_an_organisation_that_was_kept_out_meanwhile(
    world: World, case: Case, far: Neighbours
) -> None:
    consent(world, case, far)
    made = offer(world, case, far)
    about = {"object_id": case.pk, "kind": Kind.CASE, "whom": far.team.organisation}
    keep_out(actor=world["supervisor"].actor, **about)
    assert status(accept_transfer, actor=far.supervisor.actor, transfer_id=made.pk) == 404
    take_back_transfer(actor=world["supervisor"].actor, transfer_id=made.pk)
    assert not Grant.objects.filter(team=far.team).exists()


def keep_entry(world: World, case: Case, whom: str) -> None:
    values = {"whom": whom, "reason": "The employer's cousin works there.", "since": date.today().isoformat()}
    add_entry(actor=world["supervisor"].actor, case_id=case.pk, kind="keep_out", values=values)


def test_the_record_keeps_an_organisation_out_and_the_offer_to_it_is_taken_back(
    world: World, case: Case, far: Neighbours
) -> None:
    consent(world, case, far)
    made = offer(world, case, far)
    keep_entry(world, case, f"organisation:{far.team.organisation_id}")
    made.refresh_from_db()
    assert made.state == "taken_back"
    assert not Grant.objects.filter(team=far.team).exists()
    assert list(disagreements()) == []


def test_the_record_keeps_a_person_out_of_the_note_too(world: World, case: Case, near: Neighbours) -> None:
    made = offer(world, case, near)
    for persona in (near.supervisor, world["teammate"]):
        assert read_transfer(persona.actor, made.pk)
        keep_entry(world, case, f"user:{persona.user.pk}")
        with pytest.raises(NotVisible):
            read_transfer(persona.actor, made.pk)
    assert read_transfer(near.caseworker.actor, made.pk).transfer.state == "offered"
    assert list(disagreements()) == []


def test_the_record_keeps_a_person_out_of_the_note_that_a_kept_out_organisation_wrote(
    world: World, case: Case, near: Neighbours, far: Neighbours
) -> None:
    consent(world, case, far)
    made = offer(world, case, far)
    accept_transfer(actor=far.supervisor.actor, transfer_id=made.pk)
    for whom in (f"organisation:{world.team.organisation_id}", f"user:{far.caseworker.user.pk}"):
        values = {"whom": whom, "reason": "A cousin.", "since": date.today().isoformat()}
        add_entry(actor=far.supervisor.actor, case_id=case.pk, kind="keep_out", values=values)
    with pytest.raises(NotVisible):
        read_transfer(far.caseworker.actor, made.pk)
    assert read_transfer(world["supervisor"].actor, made.pk), "who wrote it knows it"
    assert list(disagreements()) == []


# --- reading on  ----------------------------------------


def test_the_team_that_handed_it_over_reads_on_if_that_was_said_until_it_ends(
    world: World, case: Case, identification: Identification, near: Neighbours
) -> None:
    made = offer(world, case, near, keep_reading=True)
    accept_transfer(actor=near.supervisor.actor, transfer_id=made.pk)
    assert opens(world["assigned"], case)
    assert not opens(world["assigned"], case, Level.WRITE)
    assert read_identification(world["assigned"].actor, identification.pk)
    page = text(sign_in(near.supervisor).get(f"/cases/{case.pk}/"))
    assert "End their reading" in page
    ending = {"case_id": case.pk, "team_id": world.team.pk}
    assert status(end_reading, actor=world["assigned"].actor, **ending) == 403
    assert status(end_reading, actor=near.caseworker.actor, **ending) == 403
    assert status(end_reading, actor=near.supervisor.actor, **{**ending, "team_id": near.team.pk}) == 404
    end_reading(actor=near.supervisor.actor, **ending)
    assert not opens(world["assigned"], case)
    assert list(disagreements()) == []


def test_it_comes_back_to_the_team_that_read_on(world: World, case: Case, near: Neighbours) -> None:
    there = offer(world, case, near, keep_reading=True)
    accept_transfer(actor=near.supervisor.actor, transfer_id=there.pk)
    back = offer_transfer(
        actor=near.supervisor.actor, case_id=case.pk, to_team=world.team.pk, note="Back to you."
    )
    assert not opens(world["assigned"], case)
    accept_transfer(actor=world["supervisor"].actor, transfer_id=back.pk)
    assert opens(world["assigned"], case, Level.WRITE)
    assert not opens(near.caseworker, case)
    assert list(disagreements()) == []


# --- pages and programs  ----------------------------------------


def test_the_pages_carry_it_from_the_one_side_to_the_other(
    world: World, case: Case, near: Neighbours
) -> None:
    sender, receiver = sign_in(world["supervisor"]), sign_in(near.supervisor)
    assert sign_in(world["assigned"]).get(f"/cases/{case.pk}/transfer/").status_code == 403
    address = f"/cases/{case.pk}/transfer/"
    assert "Outreach" in text(sender.get(address))
    assert sender.post(address, {"to_team": str(near.team.pk)}).status_code == 400
    made = sender.post(address, {"to_team": str(near.team.pk), "note": NOTE})
    page = made.headers["Location"]
    assert case.number in text(sender.get(page))
    assert page in text(sender.get(f"/cases/{case.pk}/"))
    assert sender.post(f"{page}accept/").status_code == 403
    assert sign_in(near.caseworker).get(f"{page}decline/").status_code == 403
    assert receiver.get(f"{page}decline/").status_code == 200
    accepted = receiver.post(f"{page}accept/", {"assign_to": str(near.caseworker.user.pk)})
    assert accepted.headers["Location"] == f"/cases/{case.pk}/"
    assert receiver.get(f"/cases/{case.pk}/").status_code == 200
    assert sender.get(f"/cases/{case.pk}/").status_code == 404
    assert "Accepted" in text(sender.get(page))
    assert receiver.post(f"{page}accept/").status_code == 409


def test_the_pages_decline_and_take_back(world: World, case: Case, near: Neighbours) -> None:
    sender, receiver = sign_in(world["supervisor"]), sign_in(near.supervisor)
    page = f"/transfers/{offer(world, case, near).pk}/"
    assert receiver.post(f"{page}decline/", {"reason": ""}).status_code == 400
    assert receiver.post(f"{page}decline/", {"reason": "Canaryfull"}).status_code == 302
    assert receiver.get(page).status_code == 404
    assert "Canaryfull" in text(sender.get(page))
    page = f"/transfers/{offer(world, case, near).pk}/"
    assert sender.get(f"{page}take-back/").status_code == 200
    assert sender.post(f"{page}take-back/").status_code == 302
    assert sender.get(f"{page}take-back/").status_code == 409
    assert receiver.get(page).status_code == 404


def test_a_program_offers_reads_declines_and_takes_back(world: World, case: Case, near: Neighbours) -> None:
    sender, receiver = api(world["supervisor"]), api(near.supervisor)
    sent = {"case": str(case.pk), "to_team": str(near.team.pk), "note": NOTE}
    made = sender.post("/api/v1/transfers/", sent, format="json").json()
    assert receiver.get("/api/v1/transfers/").json()["results"] == [made]
    address = f"/api/v1/transfers/{made['id']}/"
    assert receiver.get(address).json()["note"] == NOTE
    declined = receiver.post(f"{address}decline/", {"reason": "Full."}, format="json").json()
    assert declined["state"] == "declined"
    again = sender.post("/api/v1/transfers/", sent, format="json").json()
    taken = sender.post(f"/api/v1/transfers/{again['id']}/take-back/")
    assert taken.json()["state"] == "taken_back"
