"""Decisions: appended, never overwritten; and the recovery and reflection period that follows from them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from casework.case_file import CaseFile, open_case_file
from casework.countries import recovery_rule
from casework.models import Case, Decision, FollowUp
from casework.selectors import follow_ups_of, read_follow_ups
from casework.services import record_decision
from core.errors import Invalid, NotVisible, Tampered
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import text, title, who_sees

LONG_AGO = date(2026, 2, 1)
REASON = "Canaryreason: the contract was false."


def decided(actor: Any, case: Case, **given: Any) -> Decision:
    values: dict[str, Any] = {
        "kind": "reasonable_grounds",
        "outcome": "positive",
        "decided_on": LONG_AGO,
        "body": "Police",
        "country": "ITA",
        "reason": REASON,
    }
    return record_decision(actor=actor, case_id=case.pk, **(values | given))


def opened(persona: Persona, case: Case) -> CaseFile:
    return open_case_file(persona.actor, case.pk)


# --- the length of the period: country x days x floor  -----------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "days", "length"),
    [
        ("ITA", None, 30),
        ("ITA", 30, 30),
        ("ITA", 90, 90),
        ("ITA", 29, "at least 30"),
        ("ITA", 0, "at least 30"),
        ("GBR", None, 30),
        ("GBR", 29, "at least 30"),
        ("NOR", None, 180),
        ("NOR", 45, 45),
        ("NOR", 29, "at least 30"),
        ("CAN", None, 180),
        ("CAN", 10, 10),
        ("NPL", None, "enter the length"),
        ("NPL", 10, 10),
        ("", None, "enter the length"),
        ("", 45, 45),
        ("ITA", 3651, "at most ten years"),
    ],
)
def test_a_positive_decision_starts_a_period_of_the_country_s_length(
    assigned: Persona, case: Case, country: str, days: int | None, length: int | str
) -> None:
    if isinstance(length, str):
        with pytest.raises(Invalid) as caught:
            decided(assigned.actor, case, country=country, recovery_days=days)
        assert length in str(caught.value.fields["recovery_days"][0]).lower()
        assert opened(assigned, case).recovery_end is None
    else:
        decided(assigned.actor, case, country=country, recovery_days=days)
        assert opened(assigned, case).recovery_end == LONG_AGO + timedelta(days=length)


@pytest.mark.parametrize(
    ("kind", "outcome", "starts"),
    [
        ("ngo_assessment", "presumed", False),
        ("ngo_assessment", "possible", False),
        ("ngo_assessment", "not_indicated", False),
        ("reasonable_grounds", "negative", False),
        ("conclusive_grounds", "positive", False),
        ("conclusive_grounds", "negative", False),
        ("reasonable_grounds", "positive", True),
    ],
)
def test_nothing_else_starts_one(
    assigned: Persona, case: Case, kind: str, outcome: str, starts: bool
) -> None:
    decided(assigned.actor, case, kind=kind, outcome=outcome)
    assert (opened(assigned, case).recovery_end is not None) is starts
    assert FollowUp.objects.count() == starts


def test_only_a_confirmed_length_is_called_confirmed() -> None:
    assert recovery_rule("GBR").confirmed
    assert not recovery_rule("NOR").confirmed
    assert not recovery_rule("ITA").confirmed


def test_an_extension_adds_to_it(assigned: Persona, case: Case) -> None:
    decided(assigned.actor, case)
    for days in (15, 10):
        decided(assigned.actor, case, kind="recovery_extension", outcome="extended", recovery_days=days)
    assert opened(assigned, case).recovery_end == LONG_AGO + timedelta(days=55)


def test_a_later_negative_decision_does_not_shorten_it(assigned: Persona, case: Case) -> None:
    decided(assigned.actor, case)
    decided(assigned.actor, case, kind="conclusive_grounds", outcome="negative")
    assert opened(assigned, case).recovery_end == LONG_AGO + timedelta(days=30)
    case.refresh_from_db()
    assert case.state == Case.State.OPEN


def test_its_end_is_warned_of_a_week_before(assigned: Persona, case: Case) -> None:
    today = timezone.localdate()
    decided(assigned.actor, case, decided_on=today, recovery_days=45)
    (document,) = read_follow_ups(assigned.actor, follow_ups_of(assigned.actor))
    assert timezone.localdate(document.follow_up.due_at) == today + timedelta(days=38)
    assert (today + timedelta(days=45)).isoformat() in document.about
    assert "closes nothing" in document.about


def test_and_so_is_the_end_that_an_extension_makes(assigned: Persona, case: Case) -> None:
    decided(assigned.actor, case)
    decided(assigned.actor, case, kind="recovery_extension", outcome="extended", recovery_days=10)
    warned = [timezone.localdate(each.due_at) for each in FollowUp.objects.order_by("due_at")]
    assert warned == [LONG_AGO + timedelta(days=23), LONG_AGO + timedelta(days=33)]


# --- what is refused  --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "verdict"}, "kind"),
        ({"kind": "recovery_extension", "outcome": "extended", "recovery_days": 10}, "kind"),
        ({"outcome": "presumed"}, "outcome"),
        ({"kind": "ngo_assessment", "outcome": "negative"}, "outcome"),
        ({"outcome": "not a victim"}, "outcome"),
        ({"body": "Parish"}, "body"),
        ({"country": "XXX"}, "country"),
        ({"decided_on": timezone.localdate() + timedelta(days=2)}, "decided_on"),
        ({"outcome": "negative", "recovery_days": 30}, "recovery_days"),
        ({"kind": "recovery_extension", "outcome": "extended"}, "recovery_days"),
    ],
)
def test_what_can_not_be_decided_is_named_and_nothing_is_written(
    assigned: Persona, case: Case, given: dict[str, Any], field: str
) -> None:
    case.refresh_from_db()
    before = bytes(case.manifest)
    with pytest.raises(Invalid) as caught:
        decided(assigned.actor, case, **given)
    assert field in caught.value.fields
    case.refresh_from_db()
    assert bytes(case.manifest) == before
    assert not Decision.objects.exists()
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("name", ["stranger", "focal_point", "advocate", "administrator"])
def test_outsiders_decide_nothing(world: World, case: Case, name: str) -> None:
    with pytest.raises(NotVisible):
        decided(world[name].actor, case)
    assert not Decision.objects.exists()


# --- kept as they were recorded  ---------------------------------------------------------------------------------


def test_a_later_one_stands_beside_the_earlier(world: World, assigned: Persona, case: Case) -> None:
    decided(assigned.actor, case, outcome="negative", reason="Not enough yet.")
    decided(world["supervisor"].actor, case, reason="After a review.")
    documents = opened(world["teammate"], case).decisions
    assert [(each.outcome, each.content["reason"]) for each in documents] == [
        ("negative", "Not enough yet."),
        ("positive", "After a review."),
    ]
    assert documents[1].decision.recorded_by == world["supervisor"].user


def test_it_is_noted_without_what_it_says(assigned: Persona, case: Case) -> None:
    row = decided(assigned.actor, case)
    event = AuditEvent.objects.get(action="decision.recorded")
    assert (event.actor, event.object) == (assigned.user.pk, case.pk)
    assert event.codes["entry"] == f"decision:{row.pk}"
    assert "positive" not in str(event.codes)


def test_its_words_are_sealed(assigned: Persona, case: Case) -> None:
    row = decided(assigned.actor, case)
    for hidden in (REASON, "positive", "ITA"):
        assert hidden.encode() not in bytes(row.sealed)


def test_one_that_is_taken_away_is_noticed(assigned: Persona, case: Case) -> None:
    first = decided(assigned.actor, case)
    decided(assigned.actor, case, kind="conclusive_grounds")
    Decision.objects.filter(pk=first.pk).delete()
    with pytest.raises(Tampered):
        assert opened(assigned, case).decisions


@pytest.mark.parametrize("change", ["kind", "sealed"])
def test_one_that_is_changed_is_noticed(assigned: Persona, case: Case, change: str) -> None:
    first = decided(assigned.actor, case)
    second = decided(assigned.actor, case, kind="conclusive_grounds")
    Decision.objects.filter(pk=first.pk).update(**{change: getattr(second, change)})
    with pytest.raises(Tampered):
        assert opened(assigned, case).decisions


# --- the pages  --------------------------------------------------------------------------------------------------


def sent(**changes: str) -> dict[str, str]:
    return {
        "decision": "reasonable_grounds:positive",
        "decided_on": "2026-02-01",
        "body": "Police",
        "body_name": "Questura",
        "reason": REASON,
        "country": "NOR",
    } | changes


def test_the_form_is_for_the_team(world: World, case: Case) -> None:
    assert who_sees(world, f"/cases/{case.pk}/decisions/new/") == {"assigned", "teammate", "supervisor"}


def test_a_decision_is_recorded_and_shown_with_how_the_end_comes_about(assigned: Persona, case: Case) -> None:
    client = sign_in(assigned)
    done = client.post(f"/cases/{case.pk}/decisions/new/", sent(), follow=True)
    assert done.redirect_chain == [(f"/cases/{case.pk}/", 302)]
    page = " ".join(text(done).split())
    for shown in (
        "Reasonable grounds: Positive",
        "Questura",
        REASON,
        'datetime="2026-07-31"',
        "180 days: the usual length in Norway",
        "Unverified length",
        "Never less than 30 days",
    ):
        assert shown in page, shown
    assert title(done) == "Hearth: case"


def test_a_length_that_was_decided_needs_no_such_mark(assigned: Persona, case: Case) -> None:
    decided(assigned.actor, case, country="NOR", recovery_days=45)
    page = text(sign_in(assigned).get(f"/cases/{case.pk}/"))
    assert "Unverified length" not in page
    assert "the usual length" not in page


def test_our_own_assessment_needs_no_body(assigned: Persona, case: Case) -> None:
    form = sent(decision="ngo_assessment:presumed", body="", country="")
    assert sign_in(assigned).post(f"/cases/{case.pk}/decisions/new/", form).status_code == 302
    (document,) = opened(assigned, case).decisions
    assert document.content["body"] == "NGO"


@pytest.mark.parametrize("decision", ["ngo_assessment:not_indicated", "conclusive_grounds:negative"])
def test_a_negative_one_says_what_help_remains(assigned: Persona, case: Case, decision: str) -> None:
    client = sign_in(assigned)
    client.post(f"/cases/{case.pk}/decisions/new/", sent(decision=decision, country=""))
    page = text(client.get(f"/cases/{case.pk}/"))
    assert "goes on" in page
    assert "not a victim" not in page.lower()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision": ""}, "This field is required."),
        ({"decision": "reasonable_grounds:presumed"}, "Select a valid choice."),
        ({"decision": "verdict"}, "Select a valid choice."),
        ({"decision": "recovery_extension:extended", "recovery_days": "10"}, "There is no recovery period"),
        ({"body": ""}, "Choose from the list."),
        ({"recovery_days": "29"}, "At least 30 days"),
        ({"country": ""}, "Enter the length in days"),
        ({"decision": "conclusive_grounds:negative", "recovery_days": "40"}, "Only a positive decision"),
        ({"decided_on": "2026-02-30"}, "Enter a valid date."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    assigned: Persona, case: Case, changes: dict[str, str], message: str
) -> None:
    refused = sign_in(assigned).post(f"/cases/{case.pk}/decisions/new/", sent(**changes))
    assert refused.status_code == 400
    assert message in text(refused)
    assert REASON in text(refused)
    assert not Decision.objects.exists()


def test_the_case_is_read_with_them_in_the_api(assigned: Persona, case: Case) -> None:
    decided(assigned.actor, case)
    body = api(assigned).get(f"/api/v1/cases/{case.pk}/").json()
    assert body["recovery_end"] == "2026-03-03"
    assert [each["outcome"] for each in body["decisions"]] == ["positive"]
