"""Ways round a rule that were once open, each shut: consent, exports, erasure, follow-ups, calendars, the journal."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from advocacy.models import Fact
from casework.calendar import make_calendar_link, read_calendar
from casework.case_file import open_case_file
from casework.consents import Asking, How, Purpose, Scope
from casework.erasing import wrap_handle
from casework.models import CalendarLink, Case, Erasure, FollowUp, Identification
from casework.selectors import read_case
from casework.services import (
    complete_follow_up,
    hand_on,
    plan_follow_up,
    put_off_follow_ups,
    record_consent,
    withdraw_consent,
)
from casework.services.cases import fact_handle
from casework.services.exporting import Reason, export_cases
from casework.services.follow_ups import add_follow_up
from casework.services.same_person import add_to_case
from casework.survivors_copy import parts_of
from core import journal, outbox
from core.access import KEPT_OUT, grant_access, open_object
from core.accounts import remove_member
from core.errors import HearthError, Invalid, NotAllowed, NotVisible, Refused
from core.keeping_out import keep_out
from core.models import AuditEvent, Grant, Kind, Level, Membership, Role
from referrals.demo import Persona, World
from tests.casework.documents import keep
from tests.casework.pathways import open_pathway, take
from tests.casework.test_calendar import events, planned
from tests.casework.test_erasure import closed, hold, ordered, release  # noqa: F401
from tests.casework.test_exceptions import claim
from tests.casework.test_exporting import export
from tests.casework.test_search_pages import new_identification
from tests.conftest import PERSONAS, sign_in
from tests.neighbours import found
from tests.pages import text

TODAY = timezone.localdate()


def later(**delta: float) -> Any:
    return timezone.now() + timedelta(**delta)


# --- consent, and what leaves  ----------------------------------------

SCOPES: list[dict[str, Any]] = [
    {"purpose": Purpose.KEEP_RECORD},
    {"purpose": Purpose.STATISTICS},
    {"purpose": Purpose.TESTIMONY},
    {"purpose": Purpose.CONTACT, "channel": "call"},
    {"purpose": Purpose.AUTHORITY, "authority": "Questura", "country": "ITA"},
    {"purpose": Purpose.SHARE, "recipient": "partner"},
    {"purpose": Purpose.SHARE, "recipient": "partner", "service": "first"},
]


def consent(world: World, case: Case, days: int | None = None, **scope: Any) -> Any:
    ids = {"partner": world.partner_team.organisation_id, "first": world.services[0].pk}
    return record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        given_on=TODAY,
        expires_on=None if days is None else TODAY + timedelta(days=days),
        how=How.ORAL,
        explained="What for.",
        language="nep",
        asking=Asking(witness="Somebody"),
        **{name: ids.get(value, value) for name, value in scope.items()},
    )


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: f"{scope['purpose']}-{len(scope)}")
def test_a_renewed_consent_is_withdrawn_whole(
    world: World, assigned: Persona, case: Case, scope: dict[str, Any], which: int
) -> None:
    given = [consent(world, case, days=3, **scope), consent(world, case, **scope)]
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=given[which].pk)
    file = open_case_file(assigned.actor, case.pk)
    ids = {"partner": world.partner_team.organisation_id, "first": world.services[0].pk}
    named = {name: ids.get(value, value) for name, value in scope.items()}
    assert file.consent_to(Scope(**named)) is None
    assert {each.consent.state for each in file.consents} == {"withdrawn"}
    assert not Fact.objects.exists() or fact_handle(file) is None


def test_a_record_that_may_not_be_kept_is_exported_again_only_after_a_new_yes(
    world: World, assigned: Persona, case: Case
) -> None:
    scope = {"purpose": Purpose.KEEP_RECORD}
    for _each in range(6):  # rows of one day come in no order
        given = [consent(world, case, days=3, **scope), consent(world, case, **scope)]
        assert export(assigned, case)
        withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=given[0].pk)
        with pytest.raises(Refused):
            export(assigned, case)


def test_an_authority_is_told_once_for_a_consent_that_was_renewed(
    world: World, assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from casework.services import consents

    ran: list[Any] = []
    monkeypatch.setattr(consents.consent_withdrawn, "run", lambda file, document: ran.append(document))
    scope = SCOPES[4]
    first, _second = consent(world, case, days=3, **scope), consent(world, case, **scope)
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=first.pk)
    assert len(ran) == 1


@pytest.mark.usefixtures("share_consent")
def test_an_organisation_that_the_case_keeps_out_gets_no_export(
    world: World, assigned: Persona, case: Case
) -> None:
    partner = world.partner_team.organisation
    assert export(assigned, case, partner)
    keep_out(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, whom=partner)
    with pytest.raises(Refused) as refused:
        export(assigned, case, partner)
    assert refused.value.message == KEPT_OUT
    assert export(assigned, case)


def test_a_partner_is_named_and_an_authority_is_no_reason(
    world: World, assigned: Persona, case: Case
) -> None:
    for recipient in (None, world.team.organisation):
        with pytest.raises(Invalid) as refused:
            export_cases(
                actor=assigned.actor,
                case_ids=[case.pk],
                recipient=recipient,
                reason=Reason.SUPPORT,
                encrypt=lambda *_args: None,
            )
        assert set(refused.value.fields) == {"recipient"}
    assert "authority" not in Reason.values
    assert not AuditEvent.objects.filter(action="case.exported").exists()


@pytest.mark.usefixtures("folder")
def test_the_survivors_copy_names_no_file(assigned: Persona, case: Case) -> None:
    document = keep(assigned, case, name="Canaryfile.jpg")
    made = open_pathway(assigned, case, "voluntary_return")
    take(assigned, case, made, "voluntary_return.considered", documents=[str(document.pk)])
    parts = parts_of(read_case(assigned.actor, case.pk))
    assert "Canaryfile" not in str(parts)
    assert [part.title for part in parts].count("Documents") == 1


# --- erasure  ----------------------------------------


def tick_over() -> None:
    """Beat and worker, once."""
    for item in outbox.hand_out():
        outbox.run(item)


def test_an_erasure_that_was_held_and_released_happens_all_the_same(
    world: World,
    closed: Case,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = timezone.now()
    order = ordered(world, closed)
    monkeypatch.setattr(timezone, "now", lambda: began + timedelta(days=5))
    release(world["supervisor"], closed, hold(world["supervisor"], closed))
    monkeypatch.setattr(timezone, "now", lambda: began + timedelta(days=8))
    tick_over()  # the first row comes due, and the order is not
    order.refresh_from_db()
    assert order.state == Erasure.State.ORDERED
    monkeypatch.setattr(timezone, "now", lambda: began + timedelta(days=13))
    tick_over()
    order.refresh_from_db()
    assert order.state == Erasure.State.DONE


def test_a_line_of_the_journal_from_before_orders_were_entered_takes_the_fact_too(
    world: World, assigned: Persona, case: Case
) -> None:
    consent(world, case, purpose=Purpose.STATISTICS)
    handle = fact_handle(open_case_file(assigned.actor, case.pk))
    assert handle
    assert Fact.objects.exists()
    journal.write("case", case.pk, wrap_handle(case, handle))
    call_command("replay_journal")
    assert not Fact.objects.exists()
    case.refresh_from_db()
    assert case.state == "erased"
    journal.write("case", case.pk)
    call_command("replay_journal")


def test_a_line_that_fails_keeps_nothing_of_the_others_alive(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_line: Any) -> bool:
        raise OSError("Canaryname")

    monkeypatch.setitem(journal._replays, "odd", fail)
    journal.write("odd", uuid4())
    journal.write("case", case.pk)
    with pytest.raises(CommandError, match="lines that failed: 1"):
        call_command("replay_journal")
    case.refresh_from_db()
    assert case.state == "erased"
    said = capsys.readouterr()
    assert "OSError" in said.err
    assert "Canary" not in said.err + said.out


# --- follow-ups  ----------------------------------------


def test_of_an_identification_nothing_is_handed_to_whoever_it_keeps_out(
    world: World, assigned: Persona
) -> None:
    identification: Identification = new_identification(world, assigned)
    opened = open_object(assigned.actor, identification.pk, Kind.IDENTIFICATION, level=Level.WRITE)
    row = add_follow_up(assigned.actor, opened, due_at=later(hours=1), about="x")
    teammate = world["teammate"].user
    keep_out(actor=assigned.actor, object_id=identification.pk, kind=Kind.IDENTIFICATION, whom=teammate)
    with pytest.raises(Invalid):
        hand_on(actor=assigned.actor, follow_up_ids=[row.pk], to=teammate.pk)


@pytest.mark.parametrize("name", PERSONAS)
def test_whoever_cannot_see_a_follow_up_learns_nothing_of_it(world: World, case: Case, name: str) -> None:
    row = planned(world, case)
    FollowUp.objects.filter(pk=row.pk).update(urgent=True)
    complete_follow_up(actor=world["assigned"].actor, follow_up_id=row.pk)
    expected = 409 if name in ("assigned", "teammate", "supervisor") else 404
    for verb in (
        lambda: put_off_follow_ups(actor=world[name].actor, follow_up_ids=[row.pk], until=later(days=-1)),
        lambda: hand_on(actor=world[name].actor, follow_up_ids=[row.pk], to=uuid4()),
    ):
        with pytest.raises(HearthError) as refused:
            verb()
        assert refused.value.status == expected


def test_putting_off_makes_nothing_due_earlier(world: World, assigned: Persona, case: Case) -> None:
    row = planned(world, case, days=3)
    for until in (later(days=2), row.due_at):
        with pytest.raises(Invalid):
            put_off_follow_ups(actor=assigned.actor, follow_up_ids=[row.pk], until=until)
    put_off_follow_ups(actor=assigned.actor, follow_up_ids=[row.pk], until=later(days=4))


def test_who_is_reviewed_does_not_put_the_review_off(world: World, assigned: Persona, case: Case) -> None:
    claim(world, case)
    row = FollowUp.objects.filter(assignee=world["supervisor"].user).first()
    assert row
    until = row.due_at - timedelta(hours=1)
    for name in ("assigned", "teammate"):
        actor = world[name].actor
        with pytest.raises(NotAllowed):
            put_off_follow_ups(actor=actor, follow_up_ids=[row.pk], until=until)
        with pytest.raises(NotAllowed):
            hand_on(actor=actor, follow_up_ids=[row.pk], to=assigned.user.pk)
    hand_on(actor=world["supervisor"].actor, follow_up_ids=[row.pk], to=world["teammate"].user.pk)


@pytest.mark.parametrize(
    ("delta", "taken"),
    [({"hours": -23}, True), ({"hours": -25}, False), ({"days": 5 * 365}, True), ({"days": 1900}, False)],
)
def test_nothing_is_planned_for_long_ago_or_for_another_age(
    assigned: Persona, case: Case, delta: dict[str, float], taken: bool
) -> None:
    def plan() -> FollowUp:
        return plan_follow_up(actor=assigned.actor, case_id=case.pk, due_at=later(**delta), about="x")

    if taken:
        plan()
        return
    with pytest.raises(Invalid) as refused:
        plan()
    assert set(refused.value.fields) == {"due_at"}


def test_the_page_says_so_at_the_day(assigned: Persona, case: Case) -> None:
    sent = {"due_on": "2101-01-01", "due_time": "09:00", "about": "x", "assignee": str(assigned.user.pk)}
    answer = sign_in(assigned).post(f"/cases/{case.pk}/follow-ups/new/", sent)
    assert answer.status_code == 400
    assert "This is too far." in text(answer)


# --- who has left  ----------------------------------------


def leave(world: World, name: str) -> None:
    remove_member(
        actor=world["supervisor"].actor, membership=world[name].user.memberships.get(team=world.team)
    )


def test_what_comes_back_goes_to_who_carries_the_case_once_its_doer_has_left(
    world: World, assigned: Persona, case: Case
) -> None:
    row = plan_follow_up(
        actor=assigned.actor,
        case_id=case.pk,
        due_at=later(hours=1),
        about="x",
        every="FREQ=WEEKLY",
        assignee_id=world["teammate"].user.pk,
    )
    leave(world, "teammate")
    FollowUp.objects.filter(pk=row.pk).update(assignee=world["teammate"].user)  # as one that nobody took over
    complete_follow_up(actor=assigned.actor, follow_up_id=row.pk)
    assert FollowUp.objects.get(state="due").assignee == assigned.user


def test_a_calendar_holds_what_its_owner_may_still_see(world: World, case: Case) -> None:
    teammate = world["teammate"]
    row = planned(world, case, "teammate")
    secret = make_calendar_link(actor=teammate.actor)
    assert len(events(read_calendar(secret))) == 1
    keep_out(actor=world["assigned"].actor, object_id=case.pk, kind=Kind.CASE, whom=teammate.user)
    FollowUp.objects.filter(pk=row.pk).update(assignee=teammate.user)
    assert events(read_calendar(secret)) == []


def test_who_carries_cases_nowhere_any_more_has_no_calendar(world: World, case: Case) -> None:
    secret = make_calendar_link(actor=world["teammate"].actor)
    kept = make_calendar_link(actor=world["assigned"].actor)
    leave(world, "teammate")
    with pytest.raises(NotVisible):
        read_calendar(secret)
    assert read_calendar(kept)
    assert CalendarLink.objects.count() == 1


def test_another_role_is_no_way_into_a_calendar(world: World, case: Case) -> None:
    planned(world, case, "teammate")
    secret = make_calendar_link(actor=world["teammate"].actor)
    Membership.objects.filter(user=world["teammate"].user).update(role=Role.ADMINISTRATOR)
    assert events(read_calendar(secret)) == []


def test_no_one_can_compute_the_names_of_events(world: World, case: Case) -> None:
    from core import crypto

    row = planned(world, case)
    (event,) = events(read_calendar(make_calendar_link(actor=world["assigned"].actor)))
    assert str(event["uid"]) != crypto.digest("calendar", row.pk).hex()[:32]
    again = events(read_calendar(make_calendar_link(actor=world["assigned"].actor)))
    assert again[0]["uid"] == event["uid"]


# --- one person's identifications  ----------------------------------------


@pytest.mark.parametrize("agreed", [False, True])
def test_an_identification_that_joins_goes_to_another_organisation_only_with_consent(
    world: World, assigned: Persona, case: Case, agreed: bool
) -> None:
    reader = world.other_team
    grant_access(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, principal=reader, level=Level.READ)
    if agreed:
        consent(world, case, purpose=Purpose.SHARE, recipient=reader.organisation_id)
    near = found(world.team.organisation, "reader").team
    grant_access(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, principal=near, level=Level.READ)
    joined = new_identification(world, assigned)
    add_to_case(actor=assigned.actor, identification_id=joined.pk, case_id=case.pk)
    readers = set(Grant.objects.filter(object=joined.pk, level=Level.READ).values_list("team", flat=True))
    assert near.pk in readers
    assert (reader.pk in readers) == agreed
