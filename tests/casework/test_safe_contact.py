"""Whether the survivor may be contacted: by channel, by what was recorded, by the hour where they are."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st

from casework.case_file import CaseFile
from casework.consents import Purpose, Scope
from casework.models import Case, FollowUp, SectionVersion
from casework.record.contact_codes import DAYS, Channel
from casework.safe_contact import PERMISSION, QuietTime, Reason, assess_contact, quiet_times
from casework.selectors import read_case, read_follow_ups
from casework.services import plan_follow_up, save_section
from casework.services.contacts import show_contact
from casework.services.entries import add_entry
from core.errors import Invalid
from core.models import AuditEvent
from referrals.demo import Persona, World

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
ROME = ZoneInfo("Europe/Rome")
ANSWERS = {
    "yes": None,
    "no": Reason.NOT_SAFE,
    "unknown": Reason.NOT_KNOWN,
    None: Reason.NOT_ASKED,
}


def record(persona: Persona, case: Case, **values: object) -> None:
    """Save the section on contact with these values alone."""
    base = read_case(persona.actor, case.pk).section("contact_and_safety").version
    save_section(
        actor=persona.actor,
        case_id=case.pk,
        section="contact_and_safety",
        values={"phone": "+39 333 5550147", "code_word": "marigold", **values},
        base_version=base,
    )


def add(persona: Persona, case: Case, kind: str, values: dict[str, object], reason: str = "") -> CaseFile:
    """Add an entry, and read the case again."""
    add_entry(actor=persona.actor, case_id=case.pk, kind=kind, values=values, reason=reason)
    return read_case(persona.actor, case.pk)


# --- the verdict: channel x recorded x time  ---------------------------------------------------------------------


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("answer", ANSWERS)
def test_a_yes_alone_allows_a_channel_and_only_outside_of_quiet_times(
    assigned: Persona, case: Case, answer: str | None, quiet: bool
) -> None:
    if answer:
        record(assigned, case, **dict.fromkeys(PERMISSION.values(), answer))
    hours = (
        {"from_time": "11:00", "until_time": "13:00"}
        if quiet
        else {"from_time": "13:00", "until_time": "11:00"}
    )
    file = add(assigned, case, "quiet_time", hours)
    expected = [each for each in (ANSWERS[answer], Reason.QUIET_TIME if quiet else None) if each]
    for channel in Channel:
        verdict = assess_contact(file, channel, NOON)
        assert list(verdict.reasons) == expected, channel
        assert verdict.allowed == (answer == "yes" and not quiet)


def test_each_channel_is_allowed_by_its_own_answer_and_no_other(assigned: Persona, case: Case) -> None:
    assert set(PERMISSION) == set(Channel)
    assert len(set(PERMISSION.values())) == len(Channel)
    for channel, name in PERMISSION.items():
        record(assigned, case, **{name: "yes"})
        file = read_case(assigned.actor, case.pk)
        assert [each for each in Channel if assess_contact(file, each, NOON).allowed] == [channel]


def test_a_channel_that_there_is_not_is_refused(assigned: Persona, case: Case) -> None:
    with pytest.raises(Invalid) as invalid:
        assess_contact(read_case(assigned.actor, case.pk), "pigeon", NOON)
    assert set(invalid.value.fields) == {"channel"}


def test_quiet_times_are_kept_by_the_clock_of_the_place_where_the_survivor_is(
    assigned: Persona, case: Case
) -> None:
    """12:00 in London is 17:45 in Kathmandu."""
    add(assigned, case, "quiet_time", {"from_time": "17:00", "until_time": "18:00"})
    record(assigned, case, safe_to_call="yes", time_zone="Asia/Kathmandu")
    verdict = assess_contact(read_case(assigned.actor, case.pk), Channel.CALL, NOON)
    assert (verdict.reasons, f"{verdict.at:%H:%M}", verdict.zone_recorded) == (
        (Reason.QUIET_TIME,),
        "17:45",
        True,
    )
    record(assigned, case, safe_to_call="yes")
    verdict = assess_contact(read_case(assigned.actor, case.pk), Channel.CALL, NOON)
    assert (verdict.allowed, verdict.zone_recorded) == (True, False)


@pytest.mark.parametrize(("outcome", "allowed"), [("given", True), ("refused", False), ("withdrawn", False)])
def test_a_no_to_being_contacted_stands_against_it_whatever_else_is_recorded(
    assigned: Persona, case: Case, outcome: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(assigned, case, safe_to_call="yes", safe_to_text="yes")
    file = read_case(assigned.actor, case.pk)

    class Asked:
        scope = Scope(Purpose.CONTACT, channel=Channel.CALL)

    monkeypatch.setattr(CaseFile, "consents", [Asked()])
    monkeypatch.setattr(CaseFile, "holds", lambda _file, _consent: outcome == "given")
    assert assess_contact(file, Channel.CALL, NOON).allowed == allowed
    assert assess_contact(file, Channel.TEXT, NOON).allowed


# --- times not to contact ----------------------------------------------------------------------------------------

clocks = st.times().map(lambda each: each.replace(second=0, microsecond=0))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from(
    ["Europe/Rome", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
weekdays = st.frozensets(st.integers(0, 6), min_size=1)


@given(begins=clocks, ends=clocks, at=instants, zone=zones)
def test_each_moment_is_in_the_window_or_in_the_rest_of_the_day(
    begins: time, ends: time, at: datetime, zone: ZoneInfo
) -> None:
    assume(begins != ends)
    local = at.astimezone(zone)
    window, rest = QuietTime(begins=begins, ends=ends), QuietTime(begins=ends, ends=begins)
    assert window.holds(local) != rest.holds(local)


@given(begins=clocks, ends=clocks, days=weekdays, at=instants, zone=zones)
def test_what_holds_is_read_off_the_local_clock_alone(
    begins: time, ends: time, days: frozenset[int], at: datetime, zone: ZoneInfo
) -> None:
    """In the hour that a clock shows twice, both times; the hour that it leaves out is never."""
    local, quiet = at.astimezone(zone), QuietTime(days=days, begins=begins, ends=ends)
    assert quiet.holds(local) == quiet.holds(local.replace(tzinfo=None))


@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), begins=clocks, ends=clocks, clock=st.times())
def test_a_night_belongs_to_the_day_on_which_it_begins(
    day: date, begins: time, ends: time, clock: time
) -> None:
    assume(ends < begins)
    quiet = QuietTime(days=frozenset({day.weekday()}), begins=begins, ends=ends)
    once = QuietTime(begins=begins, ends=ends, first=day, last=day)
    for each in (quiet, once):
        assert each.holds(datetime.combine(day, clock)) == (clock >= begins)
        assert each.holds(datetime.combine(day + timedelta(days=1), clock)) == (clock < ends)
        assert not each.holds(datetime.combine(day + timedelta(days=2), clock))


@given(at=instants, days=weekdays, same=clocks)
def test_without_hours_it_is_the_whole_day_and_equal_hours_are_a_day_long(
    at: datetime, days: frozenset[int], same: time
) -> None:
    assert QuietTime(days=days).holds(at) == (at.weekday() in days)
    assert QuietTime(begins=same, ends=same).holds(at)


@given(first=st.dates(), length=st.integers(0, 60), at=instants)
def test_dates_count_from_the_first_to_the_last(first: date, length: int, at: datetime) -> None:
    assume(first < date.max - timedelta(days=60))
    last = first + timedelta(days=length)
    assert QuietTime(first=first, last=last).holds(at) == (first <= at.date() <= last)


@pytest.mark.parametrize(
    ("utc", "clock", "quiet"),
    [
        ("2026-10-25T00:30", "02:30", True),  # in Rome the clock shows 02:30 twice that night
        ("2026-10-25T01:30", "02:30", True),
        ("2026-10-25T02:00", "03:00", False),
        ("2026-03-29T00:59", "01:59", False),  # and on this one it goes from 01:59 to 03:00
        ("2026-03-29T01:00", "03:00", False),
    ],
)
def test_two_to_three_in_the_nights_when_the_clocks_change(utc: str, clock: str, quiet: bool) -> None:
    local = datetime.fromisoformat(f"{utc}+00:00").astimezone(ROME)
    assert (f"{local:%H:%M}", QuietTime(begins=time(2), ends=time(3)).holds(local)) == (clock, quiet)


def test_an_entry_becomes_the_time_that_it_declares(assigned: Persona, case: Case) -> None:
    today = timezone.localdate()
    values = {
        "days": ["tue", "mon"],
        "from_time": "22:00",
        "until_time": "06:00",
        "until_date": (today + timedelta(days=3)).isoformat(),
    }
    file = add(assigned, case, "quiet_time", values)
    add(assigned, case, "quiet_time", {"until_date": (today - timedelta(days=3)).isoformat()})
    (found,) = quiet_times(file)
    assert found == QuietTime(
        days=frozenset({0, 1}), begins=time(22), ends=time(6), last=today + timedelta(days=3)
    )
    assert found.text.startswith("Monday and Tuesday, 22:00 to 06:00, until ")
    assert len(DAYS) == 7


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ({"from_time": "10:00"}, "until_time"),
        ({"until_time": "10:00"}, "from_time"),
        ({"note": "He is home then."}, "days"),
        ({"from_date": "2026-05-02", "until_date": "2026-05-01"}, "until_date"),
    ],
)
def test_a_time_not_to_contact_must_say_when(
    assigned: Persona, case: Case, values: dict[str, object], at: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        add(assigned, case, "quiet_time", values)
    assert set(invalid.value.fields) == {at}


# --- what would contact anyone asks first ------------------------------------------------------------------------

CALL = {"kind": "call", "on": "2026-03-04", "at": "12:00", "with_whom": ["survivor"]}


@pytest.mark.parametrize("begun_by", ["us", "them", None])
@pytest.mark.parametrize("with_whom", [["survivor"], ["partner", "survivor"], ["partner"]])
@pytest.mark.parametrize("safe", ["yes", "no", None])
def test_a_contact_that_was_not_allowed_needs_a_reason(
    assigned: Persona, case: Case, safe: str | None, with_whom: list[str], begun_by: str | None
) -> None:
    record(assigned, case, **({"safe_to_call": safe} if safe else {}))
    values = CALL | {"with_whom": with_whom} | ({"begun_by": begun_by} if begun_by else {})
    needed = safe != "yes" and "survivor" in with_whom and begun_by != "them"
    if needed:
        with pytest.raises(Invalid) as invalid:
            add(assigned, case, "contact", values)
        assert set(invalid.value.fields) == {"reason"}
    file = add(assigned, case, "contact", values, reason="Canaryreason" if needed else "")
    (entry,) = file.entries.of("contact")
    assert entry.reason == ("Canaryreason" if needed else "")
    assert AuditEvent.objects.filter(action="contact.overridden").count() == needed


def test_the_trail_names_channel_and_rules_and_the_reason_lies_sealed(assigned: Persona, case: Case) -> None:
    record(assigned, case, safe_to_call="no")
    add(assigned, case, "quiet_time", {"days": ["wed"]})
    add(assigned, case, "contact", CALL, reason="Canaryreason")
    event = AuditEvent.objects.get(action="contact.overridden")
    assert event.codes == {"channel": "call", "rules": "not_safe.quiet_time"}
    assert not any(b"Canaryreason" in bytes(row.sealed) for row in SectionVersion.objects.all())


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ({"kind": "message"}, "channel"),
        ({"kind": "call", "at": ""}, "at"),
        ({"kind": "overridden"}, "reason"),
    ],
)
def test_a_contact_says_which_way_and_when_where_it_matters(
    assigned: Persona, case: Case, values: dict[str, object], at: str
) -> None:
    record(assigned, case, **dict.fromkeys(PERMISSION.values(), "yes"))
    add(assigned, case, "quiet_time", {"days": ["sun"]})
    with pytest.raises(Invalid) as invalid:
        add(assigned, case, "contact", CALL | values)
    assert set(invalid.value.fields) == {at}


@pytest.mark.parametrize(
    ("channel", "hour", "fields"),
    [
        ("call", 12, set()),
        ("call", 22, {"reason"}),
        ("text", 12, {"reason"}),
        ("pigeon", 12, {"channel"}),
        ("", 22, set()),
    ],
)
def test_a_follow_up_that_is_a_contact_must_be_allowed_when_it_is_due(
    assigned: Persona, case: Case, channel: str, hour: int, fields: set[str]
) -> None:
    record(assigned, case, safe_to_call="yes")
    add(assigned, case, "quiet_time", {"from_time": "20:00", "until_time": "08:00"})
    plan = {
        "actor": assigned.actor,
        "case_id": case.pk,
        "due_at": (timezone.now() + timedelta(days=2)).replace(hour=hour, minute=0),
        "about": "Ask after her",
        "channel": channel,
    }
    if fields:
        with pytest.raises(Invalid) as invalid:
            plan_follow_up(**plan)
        assert set(invalid.value.fields) == fields
    if channel in Channel.values:
        plan_follow_up(**plan, reason="Canaryreason")
        (document,) = read_follow_ups(assigned.actor, FollowUp.objects.select_related("object__case"))
        assert (document.channel, document.reason) == (channel, "Canaryreason" if fields else "")


def test_what_is_needed_to_get_in_touch_is_shown_where_it_is_allowed_or_with_a_reason_that_is_kept(
    world: World, assigned: Persona, case: Case
) -> None:
    asked = {"actor": assigned.actor, "case_id": case.pk, "channel": "call"}
    with pytest.raises(Invalid):
        show_contact(**asked)
    assert not AuditEvent.objects.filter(action__startswith="contact.").exists()
    _file, verdict = show_contact(**asked, reason="Canaryreason")
    assert verdict.reasons == (Reason.NOT_ASKED,)
    (entry,) = read_case(assigned.actor, case.pk).entries.of("contact")
    assert (entry.values["kind"], entry.values["channel"], entry.reason) == (
        "overridden",
        "call",
        "Canaryreason",
    )
    record(assigned, case, safe_to_call="yes")
    _file, verdict = show_contact(**asked)
    assert verdict.allowed
    actions = AuditEvent.objects.filter(action__startswith="contact.").values_list("action", "codes")
    assert dict(actions) == {
        "contact.overridden": {"channel": "call", "rules": "not_asked"},
        "contact.shown": {"channel": "call"},
    }
