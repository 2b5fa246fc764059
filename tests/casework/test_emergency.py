"""Opening a case of another team in an emergency: who can, on what record, for how long, and who looks at it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from casework.approvals import approvals_of
from casework.emergency import keep_in_step
from casework.models import Approval, Case
from casework.selectors import read_case
from casework.services import save_section
from casework.services.approvals import approve, refuse
from casework.services.emergency import (
    LAPSE,
    LASTS,
    break_glass,
    bring_emergency_access_up_to_date,
    lapse,
    without_emergency_access,
)
from casework.services.entries import add_entry
from casework.services.transfers import accept_transfer, offer_transfer
from core import audit
from core.access import open_object
from core.access_audit import disagreements
from core.accounts import admit_member, found_team, remove_member
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Refused
from core.keeping_out import keep_out
from core.models import (
    AuditEvent,
    Grant,
    Kind,
    Level,
    Membership,
    Notice,
    OutboxItem,
    Role,
    SealedObject,
    User,
)
from core.rate import LIMITS
from core.tokens import actor_from_token, create_token
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, sign_in
from tests.neighbours import Neighbours, elsewhere, outreach, person
from tests.pages import PLANTED, queries, text, who_sees

WHY = "Canarywhy: her brother is on his way to the shelter."


@pytest.fixture
def near(world: World) -> Neighbours:
    """Another team of the same organisation, there before the case."""
    return outreach(world)


@pytest.fixture
def far(world: World) -> Neighbours:
    """A team of another organisation, there before the case."""
    return elsewhere(world)


@pytest.fixture
def case(near: Neighbours, far: Neighbours, case: Case) -> Case:
    """A case that was opened when both were there."""
    return case


@pytest.fixture
def broken(near: Neighbours, case: Case) -> Case:
    """The case, opened in an emergency by the other team's supervisor."""
    return break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)


def asleep(case: Case) -> set[str]:
    """Who could open the case in an emergency."""
    grants = Grant.objects.filter(object=case.pk, user__isnull=False, active=False)
    return {grant.user.name for grant in grants.select_related("user") if grant.user}


def opens(persona: Persona, case: Case, level: Level = Level.WRITE) -> bool:
    try:
        open_object(persona.actor, case.pk, Kind.CASE, level=level)
    except (NotVisible, NotAllowed):
        return False
    return True


def save(persona: Persona, case: Case) -> None:
    version = read_case(persona.actor, case.pk).section("identity").version
    save_section(
        actor=persona.actor,
        case_id=case.pk,
        section="identity",
        values={"chosen_name": "Linnet"},
        base_version=version,
    )


# --- who could  ----------------------------------------


def test_each_supervisor_of_the_organisation_outside_of_the_team_could_and_nobody_else(
    near: Neighbours, case: Case
) -> None:
    assert asleep(case) == {near.supervisor.user.name}
    assert not opens(near.supervisor, case, Level.READ)
    assert list(disagreements()) == []


def test_the_next_change_of_the_case_takes_in_who_has_joined_and_leaves_out_who_has_gone(
    world: World, assigned: Persona, near: Neighbours, case: Case
) -> None:
    joined = person("joined", world.team.organisation)
    admit_member(actor=near.supervisor.actor, team=near.team, user=joined.user, role=Role.SUPERVISOR)
    assert asleep(case) == {"Outreach-Lead"}
    save(assigned, case)
    assert asleep(case) == {"Outreach-Lead", "Joined"}
    before = SealedObject.objects.get(pk=case.pk).key_version
    remove_member(actor=near.supervisor.actor, membership=joined.user.memberships.get())
    save(assigned, case)
    assert asleep(case) == {"Outreach-Lead"}
    assert SealedObject.objects.get(pk=case.pk).key_version == before + 1
    admit_member(
        actor=world["supervisor"].actor, team=world.team, user=near.supervisor.user, role=Role.CASEWORKER
    )
    save(assigned, case)
    assert asleep(case) == set()  # has the team's key now
    assert list(disagreements()) == []


def test_whoever_is_kept_out_could_not(world: World, assigned: Persona, near: Neighbours, case: Case) -> None:
    about = {"actor": assigned.actor, "object_id": case.pk, "kind": Kind.CASE}
    keep_out(**about, whom=near.supervisor.user)
    save(assigned, case)
    assert asleep(case) == set()
    with pytest.raises(Invalid):
        break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)


def test_a_supervisor_brings_the_teams_cases_up_to_date(world: World, near: Neighbours, case: Case) -> None:
    joined = person("joined", world.team.organisation)
    admit_member(actor=near.supervisor.actor, team=near.team, user=joined.user, role=Role.SUPERVISOR)
    assert without_emergency_access(world["supervisor"].actor) == 1
    client = sign_in(world["supervisor"])
    assert "Bring it up to date" in text(client.get("/caseload/"))
    assert client.post("/emergency/catch-up/", follow=True).status_code == 200
    assert asleep(case) == {"Outreach-Lead", "Joined"}
    assert "Bring it up to date" not in text(client.get("/caseload/"))
    with pytest.raises(NotAllowed):
        bring_emergency_access_up_to_date(actor=world["assigned"].actor)


def test_a_kept_out_supervisor_is_not_waited_for(
    world: World, assigned: Persona, near: Neighbours, case: Case
) -> None:
    about = {"actor": assigned.actor, "object_id": case.pk, "kind": Kind.CASE}
    keep_out(**about, whom=near.supervisor.user)
    assert without_emergency_access(world["supervisor"].actor) == 0


def test_a_change_costs_one_query_for_it(assigned: Persona, case: Case) -> None:
    actor = assigned.actor
    file = read_case(actor, case.pk)
    with CaptureQueriesContext(connection) as captured:
        assert keep_in_step(actor, file.case) is False
    assert len(captured) == 1


# --- opening  ----------------------------------------


def test_it_opens_at_once_and_its_caseworker_and_supervisor_are_told_and_must_review(
    world: World, near: Neighbours, broken: Case
) -> None:
    assert opens(near.supervisor, broken)
    rows = Approval.objects.filter(case=broken)
    assert {row.reviewer for row in rows} == {world["assigned"].user, world["supervisor"].user}
    assert {(row.subject, row.state, row.asked_by) for row in rows} == {
        ("break_glass", "asked", near.supervisor.user)
    }
    due = rows[0].due_at
    assert due is not None
    assert timezone.now() + LASTS - due < timedelta(minutes=1)
    assert {notice.person for notice in Notice.objects.filter(object=broken.pk)} == {
        world["assigned"].user,
        world["supervisor"].user,
    }
    documents = approvals_of(read_case(world["assigned"].actor, broken.pk))
    assert {document.content["reason"] for document in documents} == {WHY}
    assert not any(b"Canarywhy" in bytes(row.sealed) for row in rows)
    assert not AuditEvent.objects.filter(codes__icontains="Canarywhy").exists()
    assert list(disagreements()) == []


def test_it_is_on_record_before_anything_opens(
    near: Neighbours, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_trail(action: str, **_: object) -> None:
        assert action == "emergency.opened"
        assert not opens(near.supervisor, case, Level.READ)
        raise ConnectionError

    monkeypatch.setattr(audit, "record", no_trail)
    with pytest.raises(ConnectionError):
        break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)
    monkeypatch.undo()
    assert not opens(near.supervisor, case, Level.READ)


@pytest.mark.parametrize("name", PERSONAS)
def test_no_persona_opens_a_case_that_way(world: World, case: Case, name: str) -> None:
    """Of its own team one needs no emergency, and nobody else is a supervisor of the organisation."""
    expected = {"supervisor": 400}.get(name, 403)
    with pytest.raises(HearthError) as refused:
        break_glass(actor=world[name].actor, number=case.number, reason=WHY)
    assert refused.value.status == expected
    assert not Approval.objects.exists()


def test_the_page_is_for_supervisors(world: World, near: Neighbours, case: Case) -> None:
    assert who_sees(world, "/emergency/") == {"supervisor"}
    assert sign_in(near.supervisor).get("/emergency/").status_code == 200
    assert sign_in(near.caseworker).get("/emergency/").status_code == 404


def nothing(world: World, near: Neighbours, far: Neighbours, case: Case) -> Iterator[tuple[Persona, str]]:
    """Everyone to whom a number opens nothing, with the number."""
    yield near.supervisor, "K7M2-9QXD-5"
    yield near.supervisor, "nothing at all"
    yield far.supervisor, case.number
    yield world["supervisor"], case.number
    gone = person("gone", world.team.organisation)
    admit_member(actor=near.supervisor.actor, team=near.team, user=gone.user, role=Role.SUPERVISOR)
    save(world["assigned"], case)
    remove_member(actor=near.supervisor.actor, membership=gone.user.memberships.get())
    third = found_team(
        organisation=far.team.organisation, name="Third", founder=far.caseworker.user, role=Role.SUPERVISOR
    )
    assert Membership.objects.filter(team=third).exists()
    yield far.caseworker, case.number
    keep_out(actor=world["assigned"].actor, object_id=case.pk, kind=Kind.CASE, whom=near.supervisor.user)
    yield near.supervisor, case.number


def test_whatever_opens_nothing_is_refused_in_the_same_words(
    world: World, near: Neighbours, far: Neighbours, case: Case
) -> None:
    said = set()
    for number_of, (persona, number) in enumerate(nothing(world, near, far, case), start=1):
        response = sign_in(persona).post("/emergency/", {"number": number, "reason": WHY})
        assert response.status_code == 400
        assert not any(word in text(response) for word in PLANTED)
        said.add(text(response).split("error-summary")[1].split("</div>")[0])
        assert AuditEvent.objects.filter(action="emergency.refused", outcome="denied").count() == number_of
    assert len(said) == 1
    assert not Approval.objects.exists()


def test_a_supervisor_who_has_left_opens_nothing_with_a_grant_left_over(
    world: World, near: Neighbours, case: Case
) -> None:
    successor = person("successor", world.team.organisation)
    admit_member(actor=near.supervisor.actor, team=near.team, user=successor.user, role=Role.SUPERVISOR)
    remove_member(actor=successor.actor, membership=near.supervisor.user.memberships.get())
    assert asleep(case) == {near.supervisor.user.name}
    with pytest.raises(NotAllowed):
        break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)
    elsewhere_now = found_team(
        organisation=near.team.organisation,
        name="Desk",
        founder=near.supervisor.user,
        role=Role.ADMINISTRATOR,
    )
    assert elsewhere_now
    with pytest.raises(NotAllowed):
        break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)


def test_attempts_are_limited_and_each_is_on_record(near: Neighbours, case: Case) -> None:
    most = LIMITS["emergency"][0]
    for _each in range(most):
        with pytest.raises(Invalid):
            break_glass(actor=near.supervisor.actor, number="K7M2-9QXD-5", reason=WHY)
    with pytest.raises(Refused):
        break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)
    assert AuditEvent.objects.filter(action="emergency.refused").count() == most + 1
    assert AuditEvent.objects.latest("id").codes == {"why": "too_many"}


def test_it_takes_a_reason_and_a_person(near: Neighbours, case: Case) -> None:
    with pytest.raises(Invalid) as invalid:
        break_glass(actor=near.supervisor.actor, number=case.number, reason=" ")
    assert set(invalid.value.fields) == {"reason"}
    token = actor_from_token(create_token(actor=near.supervisor.actor, name="program")[1])
    assert token is not None
    with pytest.raises(NotAllowed):
        break_glass(actor=token, number=case.number, reason=WHY)
    assert not opens(near.supervisor, case, Level.READ)


def test_the_page_opens_it_and_the_reviewer_finds_it_on_theirs(
    world: World, near: Neighbours, case: Case
) -> None:
    client = sign_in(near.supervisor)
    spoken = case.number.lower().replace("-", " ")
    opened = client.post("/emergency/", {"number": spoken, "reason": WHY})
    assert opened.headers["Location"] == f"/cases/{case.pk}/"
    assert "Linnet" in text(client.get(f"/cases/{case.pk}/"))
    today = text(sign_in(world["assigned"]).get("/today/"))
    assert f'href="/cases/{case.pk}/"' in today
    assert not any(word in today for word in ("Canarywhy", *PLANTED))


# --- who reviews  ----------------------------------------


def reviewers(case: Case) -> list[str]:
    rows = Approval.objects.filter(case=case).select_related("reviewer").order_by("reviewer__name")
    return [row.reviewer.name for row in rows if row.reviewer]


def leave(world: World, *names: str) -> None:
    User.objects.filter(pk__in=[world[name].user.pk for name in names]).update(is_active=False)


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ((), ["Amina Okello", "Sofia Marchetti"]),
        (("assigned",), ["Sofia Marchetti", "Tomas Lindqvist"]),
        (("supervisor",), ["Amina Okello", "Tomas Lindqvist"]),
        (("supervisor", "assigned"), ["Second", "Tomas Lindqvist"]),
        (("supervisor", "assigned", "teammate"), ["Second"]),
    ],
)
def test_where_one_of_them_is_missing_the_nearest_reviews(
    world: World, near: Neighbours, case: Case, gone: tuple[str, ...], expected: list[str]
) -> None:
    second = person("second", world.team.organisation)
    admit_member(actor=near.supervisor.actor, team=near.team, user=second.user, role=Role.SUPERVISOR)
    save(world["assigned"], case)
    leave(world, *gone)
    break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)
    assert reviewers(case) == expected


def test_where_nobody_could_review_it_stays_shut(world: World, near: Neighbours, case: Case) -> None:
    leave(world, "supervisor", "assigned", "teammate")
    with pytest.raises(HearthError) as refused:
        break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)
    assert refused.value.status == 409
    assert not opens(near.supervisor, case, Level.READ)


def mine(persona: Persona, case: Case) -> UUID:
    return Approval.objects.get(case=case, reviewer=persona.user).pk


@pytest.mark.parametrize("decide", [approve, refuse])
@pytest.mark.parametrize("name", ["assigned", "supervisor"])
def test_a_review_ends_the_access_whatever_it_says(
    world: World, near: Neighbours, broken: Case, decide: Any, name: str
) -> None:
    before = SealedObject.objects.get(pk=broken.pk).key_version
    decide(
        actor=world[name].actor,
        case_id=broken.pk,
        approval_id=mine(world[name], broken),
        note="Seen.",
    )
    assert not opens(near.supervisor, broken, Level.READ)
    assert SealedObject.objects.get(pk=broken.pk).key_version == before + 1
    assert asleep(broken) == {near.supervisor.user.name}
    other = world["supervisor" if name == "assigned" else "assigned"]
    refuse(actor=other.actor, case_id=broken.pk, approval_id=mine(other, broken), note="Seen.")
    assert list(disagreements()) == []


def test_nobody_else_reviews_least_of_all_who_opened_it(world: World, near: Neighbours, broken: Case) -> None:
    for persona in (near.supervisor, world["teammate"], world["supervisor"]):
        with pytest.raises(NotAllowed):
            approve(actor=persona.actor, case_id=broken.pk, approval_id=mine(world["assigned"], broken))


# --- how long  ----------------------------------------


def test_it_ends_after_a_day_without_anyones_key_and_the_next_writer_draws_a_new_one(
    assigned: Persona, near: Neighbours, broken: Case
) -> None:
    item = OutboxItem.objects.get(kind=LAPSE)
    approval = Approval.objects.get(pk=item.subject)
    assert item.run_at == approval.due_at
    before = SealedObject.objects.get(pk=broken.pk).key_version
    Approval.objects.update(due_at=timezone.now())
    lapse(item.subject)
    assert not opens(near.supervisor, broken, Level.READ)
    save(assigned, broken)
    assert SealedObject.objects.get(pk=broken.pk).key_version == before + 1
    assert list(disagreements()) == []
    lapse(item.subject)  # safe to run twice
    assert {row.state for row in Approval.objects.all()} == {"asked"}  # the review is still owed


def test_opened_anew_after_a_review_it_ends_a_day_after_that(
    world: World, near: Neighbours, broken: Case
) -> None:
    first = OutboxItem.objects.get(kind=LAPSE).subject
    approve(actor=world["assigned"].actor, case_id=broken.pk, approval_id=mine(world["assigned"], broken))
    Approval.objects.update(due_at=timezone.now())
    break_glass(actor=near.supervisor.actor, number=broken.number, reason=WHY)
    lapse(first)
    assert opens(near.supervisor, broken)


def test_it_ends_when_they_are_no_supervisor_any_more(world: World, near: Neighbours, broken: Case) -> None:
    successor = person("successor", world.team.organisation)
    admit_member(actor=near.supervisor.actor, team=near.team, user=successor.user, role=Role.SUPERVISOR)
    actor = near.supervisor.actor
    remove_member(actor=successor.actor, membership=near.supervisor.user.memberships.get())
    with pytest.raises(NotVisible):
        open_object(actor, broken.pk, Kind.CASE)
    assert list(disagreements()) == []


def test_it_ends_when_the_case_is_handed_over(world: World, near: Neighbours, broken: Case) -> None:
    third = Neighbours(
        found_team(
            organisation=world.team.organisation,
            name="Third",
            founder=world["teammate"].user,
            role=Role.SUPERVISOR,
        ),
        world["teammate"],
        world["teammate"],
    )
    made = offer_transfer(
        actor=world["supervisor"].actor, case_id=broken.pk, to_team=third.team.pk, note="Yours?"
    )
    accept_transfer(actor=third.supervisor.actor, transfer_id=made.pk)
    assert not opens(near.supervisor, broken, Level.READ)
    assert asleep(broken) == {near.supervisor.user.name, world["supervisor"].user.name}
    assert list(disagreements()) == []


def test_the_list_of_cases_shows_it_only_meanwhile(world: World, near: Neighbours, case: Case) -> None:
    client = sign_in(near.supervisor)
    assert case.number not in text(client.get("/cases/"))
    break_glass(actor=near.supervisor.actor, number=case.number, reason=WHY)
    assert case.number in text(client.get("/cases/"))
    assert queries(client, "/emergency/") < 10


def test_whoever_opened_it_from_outside_keeps_nobody_out(
    world: World, near: Neighbours, broken: Case
) -> None:
    """They could keep out those who must review what they did."""
    values = {"whom": f"user:{world['assigned'].user.pk}", "reason": "x", "since": "2026-01-16"}
    with pytest.raises(NotAllowed):
        add_entry(actor=near.supervisor.actor, case_id=broken.pk, kind="keep_out", values=values)
