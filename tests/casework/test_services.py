"""What changes casework's state: who may, what is refused, and that nothing is half-written."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.utils import timezone

from advocacy.models import Fact
from casework.case_file import open_case_file
from casework.models import Case, Consent, FollowUp, Identification, SectionVersion
from casework.selectors import (
    cases_of,
    follow_ups_of,
    identifications_of,
    read_case,
    read_follow_ups,
    read_identification,
    team_members,
)
from casework.services import (
    cancel_follow_up,
    complete_follow_up,
    notify_due,
    open_case,
    plan_follow_up,
    record_consent,
    record_identification,
    save_section,
    withdraw_consent,
)
from casework.services.cases import fact_handle
from casework.services.consents import How, Purpose, consent_withdrawn
from casework.services.follow_ups import tell
from casework.tasks import find_due
from core import outbox
from core.accounts import remove_member
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, Refused, Stale, WrongState
from core.models import AuditEvent, Grant, Membership, OutboxItem, SealedObject
from referrals.demo import World
from tests.conftest import SECTIONS

OUTSIDERS = ("stranger", "focal_point", "advocate", "administrator")


def identified(actor: Actor, world: World, **given: Any) -> Identification:
    values: dict[str, Any] = {
        "team_id": world.team.pk,
        "instrument_id": "ilo-adult-labour",
        "answers": {"ex_excessive_hours": "present"},
        "interviewed_on": date(2026, 1, 15),
    }
    return record_identification(actor=actor, **(values | given))


def consented(actor: Actor, case: Case, purpose: Purpose = Purpose.STATISTICS, **given: Any) -> Consent:
    values: dict[str, Any] = {
        "given_on": date(2026, 1, 16),
        "how": How.WRITTEN,
        "explained": "Canaryexplained",
        "language": "nep",
    }
    return record_consent(actor=actor, case_id=case.pk, purpose=purpose, **(values | given))


def planned(actor: Actor, case: Case, **given: Any) -> FollowUp:
    values: dict[str, Any] = {"due_at": timezone.now() - timedelta(minutes=1), "about": "Canaryabout"}
    return plan_follow_up(actor=actor, case_id=case.pk, **(values | given))


def fields_of(caught: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(caught.value.fields)


# --- identifications  ----------------------------------------


def test_an_identification_is_read_by_the_team(world: World, identification: Identification) -> None:
    for name in ("assigned", "teammate", "supervisor"):
        document = read_identification(world[name].actor, identification.pk)
        assert document.answers["ex_low_or_no_salary"] == "present"
        assert document.age == 29
        assert [row.pk for row in identifications_of(world[name].actor)] == [identification.pk]
    assert identification.state == Identification.State.PRESUMED


@pytest.mark.parametrize("name", OUTSIDERS)
def test_and_by_nobody_else(world: World, identification: Identification, name: str) -> None:
    with pytest.raises(NotVisible):
        read_identification(world[name].actor, identification.pk)
    assert not identifications_of(world[name].actor).exists()


def test_reading_one_is_noted(world: World, identification: Identification) -> None:
    read_identification(world["teammate"].actor, identification.pk)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor, event.object) == (
        "identification.read",
        world["teammate"].user.pk,
        identification.pk,
    )


@pytest.mark.parametrize("name", OUTSIDERS)
def test_whoever_has_no_case_role_in_the_team_records_nothing(world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        identified(world[name].actor, world)
    assert not SealedObject.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"instrument_id": "no-such"}, "instrument"),
        ({"instrument_id": "ilo-adult-sexual"}, "instrument"),
        ({"answers": {"no_such": "present"}}, "answers.no_such"),
        ({"answers": {"ex_excessive_hours": "maybe"}}, "answers.ex_excessive_hours"),
        ({"interviewed_on": date(2090, 1, 1)}, "interviewed_on"),
        ({"age": -1}, "age"),
        ({"age": 400}, "age"),
    ],
)
def test_bad_answers_are_refused_at_their_field_and_leave_nothing(
    world: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        identified(world["assigned"].actor, world, **given)
    assert field in fields_of(caught)
    assert not SealedObject.objects.exists()
    assert not AuditEvent.objects.filter(action="identification.recorded").exists()


def test_a_screen_never_says_that_someone_is_not_concerned(world: World) -> None:
    everything_absent = identified(world["assigned"].actor, world, answers={})
    assert everything_absent.state == Identification.State.NEEDS_MORE


# --- cases  ----------------------------------------


def test_a_case_is_opened_once_from_an_identification(world: World, identification: Identification) -> None:
    case = open_case(actor=world["teammate"].actor, identification_id=identification.pk)
    assert case.team == world.team
    assert case.assigned_to == world["teammate"].user
    assert [grant.team for grant in Grant.objects.filter(object=case.pk)] == [world.team]
    with pytest.raises(WrongState):
        open_case(actor=world["assigned"].actor, identification_id=identification.pk)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_opens_reads_or_changes_a_case(world: World, case: Case, name: str) -> None:
    actor = world[name].actor
    identification = Identification.objects.get()
    tries: list[Any] = [
        lambda: open_case(actor=actor, identification_id=identification.pk),
        lambda: read_case(actor, case.pk),
        lambda: save_section(actor=actor, case_id=case.pk, section="identity", values={}, base_version=1),
        lambda: consented(actor, case),
        lambda: planned(actor, case),
    ]
    for each in tries:
        with pytest.raises(NotVisible):
            each()
    assert not cases_of(actor).exists()
    assert not follow_ups_of(actor).exists()


def test_a_member_who_left_reads_nothing_from_that_moment(world: World, case: Case) -> None:
    remove_member(
        actor=world["supervisor"].actor, membership=Membership.objects.get(user=world["teammate"].user)
    )
    with pytest.raises(NotVisible):
        read_case(world["teammate"].actor, case.pk)
    assert not cases_of(world["teammate"].actor).exists()


def test_reading_a_case_is_noted(world: World, case: Case) -> None:
    read_case(world["supervisor"].actor, case.pk)
    event = AuditEvent.objects.latest("id")
    assert (event.action, event.actor, event.object) == ("case.read", world["supervisor"].user.pk, case.pk)


# --- sections  ----------------------------------------


def test_a_save_appends(world: World, case: Case) -> None:
    row = save_section(
        actor=world["teammate"].actor,
        case_id=case.pk,
        section="identity",
        values={"chosen_name": "Siskin"},
        base_version=1,
    )
    assert row.version == 2
    assert list(case.section_versions.filter(section="identity").values_list("version", flat=True)) == [1, 2]
    document = read_case(world["assigned"].actor, case.pk).section("identity")
    assert (document.version, dict(document.values), document.saved_by) == (
        2,
        {"chosen_name": "Siskin"},
        world["teammate"].user,
    )


@pytest.mark.parametrize("base", [0, 2, 7])
def test_a_stale_save_is_refused_with_both_versions(world: World, case: Case, base: int) -> None:
    with pytest.raises(Stale) as caught:
        save_section(
            actor=world["teammate"].actor,
            case_id=case.pk,
            section="identity",
            values={"chosen_name": "Siskin"},
            base_version=base,
        )
    assert caught.value.newest_version == 1
    assert caught.value.newest["chosen_name"] == "Linnet"
    assert caught.value.yours == {"chosen_name": "Siskin"}
    assert case.section_versions.filter(section="identity").count() == 1


def test_every_bad_field_is_named_and_nothing_is_saved(world: World, case: Case) -> None:
    trail = AuditEvent.objects.count()
    with pytest.raises(Invalid) as caught:
        save_section(
            actor=world["assigned"].actor,
            case_id=case.pk,
            section="identity",
            values={
                "date_of_birth": "2090-01-01",
                "gender": "no such",
                "no_such": 1,
                "chosen_name": "x" * 500,
            },
            base_version=1,
        )
    assert fields_of(caught) == {"date_of_birth", "gender", "no_such", "chosen_name"}
    assert (SectionVersion.objects.count(), AuditEvent.objects.count()) == (len(SECTIONS), trail)


def test_an_unknown_section_does_not_exist(world: World, case: Case) -> None:
    with pytest.raises(NotVisible):
        save_section(
            actor=world["assigned"].actor, case_id=case.pk, section="no_such", values={}, base_version=0
        )


def test_nothing_of_a_section_stands_in_its_row(case: Case) -> None:
    rows = str(list(SectionVersion.objects.values())) + str(list(Case.objects.values()))
    raw = b"".join(bytes(row.sealed) for row in SectionVersion.objects.all())
    for value in ("Canarygiven", "Linnet", "Canarynarrative", "marigold", "5550147", "NPL"):
        assert value not in rows
        assert value.encode() not in raw


# --- consent, and the fact that rests on it  ----------------------------------------


def test_a_consent_holds_for_its_purpose_and_recipient_until_its_end(
    world: World, case: Case, share_consent: None
) -> None:
    file = read_case(world["assigned"].actor, case.pk)
    partner = world.partner_team.organisation_id
    [document] = file.consents
    assert file.consent_for(Purpose.SHARE, partner) == document
    assert file.consent_for(Purpose.SHARE, world.other_team.organisation_id) is None
    assert file.consent_for(Purpose.SHARE) is None
    assert file.consent_for(Purpose.STATISTICS) is None


def test_a_consent_holds_through_its_last_day(world: World, case: Case) -> None:
    today = timezone.localdate()
    consented(world["assigned"].actor, case, expires_on=today)
    [document] = read_case(world["assigned"].actor, case.pk).consents
    assert document.holds(today)
    assert not document.holds(today + timedelta(days=1))


def test_purpose_and_recipient_stand_nowhere_in_clear(case: Case, share_consent: None, world: World) -> None:
    row = str(Consent.objects.values().get()) + str(bytes(Consent.objects.get().sealed))
    assert "share" not in row
    assert str(world.partner_team.organisation_id) not in row
    assert "Canaryexplained" not in row


@pytest.mark.parametrize(
    ("purpose", "given", "field"),
    [
        (Purpose.SHARE, {}, "recipient"),
        (Purpose.SHARE, {"recipient": uuid4()}, "recipient"),
        (Purpose.STATISTICS, {"recipient": uuid4()}, "recipient"),
        (Purpose.STATISTICS, {"given_on": date(2090, 1, 1)}, "given_on"),
        (Purpose.STATISTICS, {"expires_on": date(2026, 1, 17)}, "expires_on"),
        (Purpose.STATISTICS, {"expires_on": date(2020, 1, 1)}, "expires_on"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    world: World, case: Case, purpose: Purpose, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        consented(world["assigned"].actor, case, purpose, **given)
    assert fields_of(caught) == {field}
    assert not Consent.objects.exists()


def test_a_second_consent_for_the_same_is_refused_until_the_first_is_withdrawn(
    world: World, case: Case
) -> None:
    actor = world["assigned"].actor
    first = consented(actor, case)
    with pytest.raises(WrongState):
        consented(actor, case)
    withdraw_consent(actor=actor, case_id=case.pk, consent_id=first.pk)
    assert consented(actor, case) != first
    with pytest.raises(WrongState):
        withdraw_consent(actor=actor, case_id=case.pk, consent_id=first.pk)


def test_a_consent_of_another_case_does_not_exist_here(world: World, case: Case, share_consent: None) -> None:
    other = open_case(
        actor=world["assigned"].actor, identification_id=identified(world["assigned"].actor, world).pk
    )
    with pytest.raises(NotVisible):
        withdraw_consent(actor=world["assigned"].actor, case_id=other.pk, consent_id=Consent.objects.get().pk)


def test_with_consent_to_statistics_there_is_a_fact_and_without_there_is_none(
    world: World, case: Case
) -> None:
    actor = world["assigned"].actor
    assert not Fact.objects.exists()
    consent = consented(actor, case)
    fact = Fact.objects.get()
    assert (fact.citizenship, fact.gender, fact.is_forced_labour) == ("NPL", "Woman", 1)
    assert fact_handle(open_case_file(actor, case.pk)) == bytes(fact.handle)
    withdraw_consent(actor=actor, case_id=case.pk, consent_id=consent.pk)
    assert not Fact.objects.exists()
    assert fact_handle(open_case_file(actor, case.pk)) is None


def test_a_fact_follows_the_case(world: World, case: Case) -> None:
    actor = world["assigned"].actor
    consented(actor, case)
    save_section(
        actor=actor,
        case_id=case.pk,
        section="identity",
        values={"citizenship": ["PHL", "NPL"], "gender": "Masculine"},
        base_version=1,
    )
    fact = Fact.objects.get()
    assert (fact.citizenship, fact.age_broad) == ("PHL", None)


def test_no_fact_outlives_its_consent(world: World, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    actor, today = world["assigned"].actor, timezone.localdate()
    consented(actor, case, expires_on=today)
    assert Fact.objects.exists()
    monkeypatch.setattr(timezone, "localdate", lambda *_: today + timedelta(days=1))
    save_section(actor=actor, case_id=case.pk, section="identity", values={}, base_version=1)
    assert not Fact.objects.exists()


def test_what_refuses_a_withdrawal_undoes_it(world: World, case: Case) -> None:
    actor = world["assigned"].actor
    consent = consented(actor, case)

    def refuse(*_: object) -> None:
        raise Refused("not now")

    consent_withdrawn.register(refuse)
    try:
        with pytest.raises(Refused):
            withdraw_consent(actor=actor, case_id=case.pk, consent_id=consent.pk)
    finally:
        consent_withdrawn._functions.remove(refuse)
    consent.refresh_from_db()
    assert consent.state == Consent.State.GIVEN
    assert Fact.objects.exists()


# --- follow-ups  ----------------------------------------


def test_a_follow_up_is_read_by_the_team_alone(world: World, case: Case) -> None:
    row = planned(world["assigned"].actor, case)
    [document] = read_follow_ups(world["supervisor"].actor, follow_ups_of(world["supervisor"].actor))
    assert (document.about, document.outcome, document.overdue) == ("Canaryabout", "", True)
    for name in OUTSIDERS:
        assert read_follow_ups(world[name].actor, [row]) == []
    assert b"Canaryabout" not in bytes(row.sealed)


def test_fifty_follow_ups_cost_as_many_queries_as_one(
    world: World, case: Case, django_assert_num_queries: Any
) -> None:
    actor = world["assigned"].actor
    for _ in range(10):
        planned(actor, case)
    rows = list(follow_ups_of(actor))
    read_follow_ups(actor, rows[:1])
    with django_assert_num_queries(1):
        read_follow_ups(actor, rows[:1])
    with django_assert_num_queries(1):
        assert len(read_follow_ups(actor, rows)) == 10


def test_the_assignee_is_of_the_team_and_works_on_cases(world: World, case: Case) -> None:
    actor = world["assigned"].actor
    assert planned(actor, case, assignee_id=world["teammate"].user.pk).assignee == world["teammate"].user
    for name in OUTSIDERS:
        with pytest.raises(Invalid) as caught:
            planned(actor, case, assignee_id=world[name].user.pk)
        assert fields_of(caught) == {"assignee"}
    with pytest.raises(Invalid) as caught:
        planned(actor, case, about="  ")
    assert fields_of(caught) == {"about"}
    assert FollowUp.objects.count() == 1
    assert set(team_members(case)) == {world[n].user for n in ("assigned", "teammate", "supervisor")}


@pytest.mark.parametrize(("close", "state"), [(complete_follow_up, "done"), (cancel_follow_up, "cancelled")])
def test_a_follow_up_is_closed_once(world: World, case: Case, close: Any, state: str) -> None:
    row = planned(world["assigned"].actor, case)
    close(actor=world["teammate"].actor, follow_up_id=row.pk, outcome=" Canaryoutcome ")
    [document] = read_follow_ups(world["assigned"].actor, FollowUp.objects.all())
    assert (document.follow_up.state, document.about, document.outcome) == (
        state,
        "Canaryabout",
        "Canaryoutcome",
    )
    assert document.follow_up.closed_at is not None
    for again in (complete_follow_up, cancel_follow_up):
        with pytest.raises(WrongState):
            again(actor=world["assigned"].actor, follow_up_id=row.pk)


@pytest.mark.parametrize("name", OUTSIDERS)
def test_nobody_else_closes_it(world: World, case: Case, name: str) -> None:
    row = planned(world["assigned"].actor, case)
    for follow_up_id in (row.pk, uuid4()):
        with pytest.raises(NotVisible):
            complete_follow_up(actor=world[name].actor, follow_up_id=follow_up_id)
    row.refresh_from_db()
    assert row.state == FollowUp.State.DUE


def test_what_has_come_due_is_told_once_with_nothing_personal(world: World, case: Case) -> None:
    actor = world["assigned"].actor
    planned(actor, case)
    planned(actor, case, due_at=timezone.now() + timedelta(days=1))
    find_due()
    find_due()
    assert notify_due() == 0
    [item] = OutboxItem.objects.all()
    assert item.subject == world["assigned"].user.pk
    assert outbox.run(item.pk)
    assert not outbox.run(item.pk)
    [message] = mail.outbox
    assert message.to == [world["assigned"].email]
    assert message.subject == "Hearth"
    assert "You have 1 follow-up due." in str(message.body)
    sent = json.dumps([message.subject, str(message.body)])
    for personal in ("Canaryabout", case.number, "Linnet", world["assigned"].user.name, str(case.pk)):
        assert personal not in sent


def test_each_person_is_told_how_many_are_theirs(world: World, case: Case) -> None:
    actor = world["assigned"].actor
    for name in ("assigned", "assigned", "teammate"):
        planned(actor, case, assignee_id=world[name].user.pk)
    assert notify_due() == 3
    for item in OutboxItem.objects.all():
        outbox.run(item.pk)
    told = {message.to[0]: str(message.body).splitlines()[0] for message in mail.outbox}
    assert told == {
        world["assigned"].email: "You have 2 follow-ups due.",
        world["teammate"].email: "You have 1 follow-up due.",
    }


def test_whoever_left_or_is_done_is_told_nothing(world: World, case: Case) -> None:
    row = planned(world["assigned"].actor, case)
    complete_follow_up(actor=world["assigned"].actor, follow_up_id=row.pk)
    tell(world["assigned"].user.pk)
    planned(world["assigned"].actor, case)
    user = world["assigned"].user
    user.is_active = False
    user.save(update_fields=["is_active"])
    tell(user.pk)
    tell(uuid4())
    assert mail.outbox == []
