"""Who carries a case: assigning it, taking over what somebody left behind, and the caseload."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.caseload import QUIET, caseload_of
from casework.models import Case, FollowUp, SectionVersion
from casework.services import open_case, plan_follow_up, record_identification
from casework.services.assignment import assign_case
from core.accounts import admit_member, remove_member
from core.errors import HearthError, Invalid
from core.keeping_out import keep_out
from core.models import AuditEvent, Kind, Notice, Role, User
from referrals.demo import Persona, World
from tests.conftest import PERSONAS, api, sign_in
from tests.neighbours import outreach, person
from tests.pages import queries, text, who_sees

# Who may give the case of `assigned` to whom: the status that each gets.
TRUTH = """
               assigned teammate supervisor stranger advocate
assigned       403      403      403        403      403
teammate       403      403      403        403      403
supervisor     409      200      200        400      400
stranger       404      404      404        404      404
focal_point    404      404      404        404      404
advocate       404      404      404        404      404
administrator  404      404      404        404      404
"""
HEAD, *ROWS = [line.split() for line in TRUTH.strip().splitlines()]
CELLS = [(row[0], to, int(status)) for row in ROWS for to, status in zip(HEAD, row[1:], strict=True)]


def assign(persona: Persona, case: Case, to: User, **others: Any) -> int:
    """The status that it comes to."""
    try:
        assign_case(actor=persona.actor, case_id=case.pk, to=to.pk, **others)
    except HearthError as error:
        return error.status
    return 200


def leaves(world: World, name: str) -> None:
    remove_member(actor=world["supervisor"].actor, membership=world[name].user.memberships.get())


@pytest.mark.parametrize(("by", "to", "status"), CELLS)
def test_who_assigns_to_whom(world: World, case: Case, by: str, to: str, status: int) -> None:
    assert assign(world[by], case, world[to].user) == status
    case.refresh_from_db()
    assert case.assigned_to == (world[to].user if status == 200 else world["assigned"].user)


def test_the_table_above_is_whole() -> None:
    assert {cell[0] for cell in CELLS} == set(PERSONAS)


def test_both_are_told_and_the_trail_says_who(world: World, case: Case) -> None:
    assign(world["supervisor"], case, world["teammate"].user)
    assert {
        (row.person.name, row.what, row.object_id) for row in Notice.objects.select_related("person")
    } == {
        ("Tomas Lindqvist", "case_assigned", case.pk),
        ("Amina Okello", "case_handed_on", case.pk),
    }
    event = AuditEvent.objects.get(action="case.assigned")
    assert (event.actor, event.codes) == (world["supervisor"].user.pk, {"to": str(world["teammate"].user.pk)})


@pytest.mark.parametrize("along", [True, False])
def test_what_is_due_goes_along_if_that_is_chosen(world: World, case: Case, along: bool) -> None:
    for name in ("assigned", "supervisor"):
        plan_follow_up(actor=world[name].actor, case_id=case.pk, due_at=timezone.now(), about="Call.")
    done = plan_follow_up(actor=world["assigned"].actor, case_id=case.pk, due_at=timezone.now(), about="x")
    FollowUp.objects.filter(pk=done.pk).update(state="done", closed_at=timezone.now())
    FollowUp.objects.update(notified_at=timezone.now())
    assign(world["supervisor"], case, world["teammate"].user, follow_ups=along)
    open_now = FollowUp.objects.filter(state="due").order_by("assignee__name")
    assert [(row.assignee.name, row.notified_at is None) for row in open_now] == (
        [("Sofia Marchetti", False), ("Tomas Lindqvist", True)]
        if along
        else [("Amina Okello", False), ("Sofia Marchetti", False)]
    )
    assert FollowUp.objects.get(pk=done.pk).assignee == world["assigned"].user


@pytest.mark.parametrize("gone", ["left", "deactivated", "kept out"])
def test_a_caseworker_takes_over_what_somebody_left_behind(world: World, case: Case, gone: str) -> None:
    if gone == "left":
        leaves(world, "assigned")
    elif gone == "deactivated":
        User.objects.filter(pk=world["assigned"].user.pk).update(is_active=False)
    else:
        about = {"object_id": case.pk, "kind": Kind.CASE, "whom": world["assigned"].user}
        keep_out(actor=world["supervisor"].actor, **about)
    assert assign(world["teammate"], case, world["supervisor"].user) == 403  # to nobody but themself
    assert assign(world["teammate"], case, world["teammate"].user) == 200


def test_nobody_gets_a_case_whom_it_keeps_out_or_who_has_no_place_in_the_team(
    world: World, case: Case
) -> None:
    organisation = world.team.organisation
    newcomer = person("newcomer", organisation)
    about = {"object_id": case.pk, "kind": Kind.CASE, "whom": world["teammate"].user}
    keep_out(actor=world["supervisor"].actor, **about)
    others = [world["teammate"], newcomer, outreach(world).caseworker]
    clerk = person("clerk", organisation)
    admit_member(actor=world["supervisor"].actor, team=world.team, user=clerk.user, role=Role.ADMINISTRATOR)
    for each in [*others, clerk]:
        with pytest.raises(Invalid) as invalid:
            assign_case(actor=world["supervisor"].actor, case_id=case.pk, to=each.user.pk)
        assert set(invalid.value.fields) == {"to"}


def test_the_page_assigns(world: World, assigned: Persona, case: Case) -> None:
    address = f"/cases/{case.pk}/assign/"
    assert sign_in(assigned).get(address).status_code == 403
    client = sign_in(world["supervisor"])
    page = text(client.get(address))
    assert "Tomas Lindqvist" in page
    assert client.post(address, {"to": ""}).status_code == 400
    sent = {"to": str(world["teammate"].user.pk), "follow_ups": "on"}
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 400  # not on offer any more
    leaves(world, "teammate")
    own = sign_in(assigned)
    assert "Sofia Marchetti" not in text(own.get(address)).split("<main")[1]
    assert own.post(address, {"to": str(assigned.user.pk)}).status_code == 302


def test_a_program_assigns(world: World, case: Case) -> None:
    client = api(world["supervisor"])
    made = client.post(
        f"/api/v1/cases/{case.pk}/assign/", {"to": str(world["teammate"].user.pk)}, format="json"
    )
    assert (made.status_code, made.json()["assigned_to"]["name"]) == (200, "Tomas Lindqvist")


# --- the caseload  ----------------------------------------


def opened(persona: Persona, world: World) -> Case:
    made = record_identification(
        actor=persona.actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        answers={},
        interviewed_on=date(2026, 1, 15),
    )
    return open_case(actor=persona.actor, identification_id=made.pk)


def loads(persona: Persona) -> list[tuple[str, bool, int, int, int, int]]:
    (team,) = caseload_of(persona.actor)
    return [
        (each.person.name, each.left, each.open, each.urgent, each.overdue, each.quiet) for each in team.loads
    ]


def test_each_member_stands_with_counts_and_whoever_left_stands_first(world: World, case: Case) -> None:
    urgent, closed = opened(world["teammate"], world), opened(world["teammate"], world)
    Case.objects.filter(pk=urgent.pk).update(urgent=True)
    Case.objects.filter(pk=closed.pk).update(state="closed", urgent=True)
    late = timezone.now() - timedelta(minutes=1)
    for _each in range(2):  # two of one case make one case
        plan_follow_up(actor=world["teammate"].actor, case_id=urgent.pk, due_at=late, about="Call.")
    plan_follow_up(
        actor=world["assigned"].actor, case_id=case.pk, due_at=late + timedelta(days=1), about="Call."
    )
    assert loads(world["supervisor"]) == [
        ("Amina Okello", False, 1, 0, 0, 0),
        ("Sofia Marchetti", False, 0, 0, 0, 0),
        ("Tomas Lindqvist", False, 1, 1, 1, 0),
    ]
    leaves(world, "teammate")
    assert loads(world["supervisor"])[0] == ("Tomas Lindqvist", True, 1, 1, 1, 0)


def test_a_case_in_which_nothing_was_written_for_long_is_quiet(world: World, case: Case) -> None:
    long_ago = timezone.now() - QUIET - timedelta(days=1)
    SectionVersion.objects.filter(case=case).update(saved_at=long_ago)
    assert loads(world["supervisor"])[0][5] == 0  # opened today
    Case.objects.filter(pk=case.pk).update(opened_on=long_ago.date())
    assert loads(world["supervisor"])[0][5] == 1
    written = SectionVersion.objects.filter(case=case, section="identity")
    written.update(saved_at=timezone.now())
    assert loads(world["supervisor"])[0][5] == 0


def test_a_case_that_keeps_the_supervisor_out_is_not_counted(world: World, case: Case) -> None:
    about = {"object_id": case.pk, "kind": Kind.CASE, "whom": world["supervisor"].user}
    keep_out(actor=world["assigned"].actor, **about)
    assert [each[2] for each in loads(world["supervisor"])] == [0, 0, 0]


def test_only_supervisors_see_it_and_it_costs_the_same_for_many(world: World, case: Case) -> None:
    assert who_sees(world, "/caseload/") == {"supervisor"}
    client = sign_in(world["supervisor"])
    one = queries(client, "/caseload/")
    for name in ("assigned", "teammate", "supervisor"):
        opened(world[name], world)
    admit_member(
        actor=world["supervisor"].actor,
        team=world.team,
        user=person("newcomer", world.team.organisation).user,
        role=Role.CASEWORKER,
    )
    assert queries(client, "/caseload/") == one
    assert f"/cases/?assigned_to={world['assigned'].user.pk}" in text(client.get("/caseload/"))
    found = api(world["supervisor"]).get("/api/v1/caseload/").json()["results"][0]["loads"]
    assert [each["open"] for each in found] == [2, 0, 1, 1]
