"""Consent and assent: what is recorded of the asking, what holds, and what ends with it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.case_file import open_case_file
from casework.consents import Asking, ChildsView, CopyFor, GivenBy, How, Outcome, Purpose, Scope
from casework.models import Case, Consent
from casework.services import record_consent, withdraw_consent
from casework.services.cases import fact_handle
from casework.services.consents import hand_out_copy
from core.errors import Invalid, NotAllowed, NotVisible, WrongState
from core.models import AuditEvent, Notice
from referrals.demo import Persona, World
from tests.conftest import api, sign_in
from tests.pages import text
from tests.sections import fill

CHILD = {"treated_as_child": "yes", "guardian": "Canaryaunt", "guardian_in_conflict": "no"}


def ask(actor: Any, case: Case, purpose: Purpose = Purpose.KEEP_RECORD, **given: Any) -> Consent:
    values: dict[str, Any] = {
        "given_on": date(2026, 1, 16),
        "how": How.WRITTEN,
        "explained": "Canaryexplained",
        "language": "nep",
    }
    return record_consent(actor=actor, case_id=case.pk, purpose=purpose, **(values | given))


@pytest.fixture
def child(world: World, case: Case) -> Case:
    fill(world["assigned"].actor, case, "child_protection", **CHILD)
    return case


# --- what it is for  ----------------------------------------


def test_a_consent_to_one_service_covers_no_other_and_one_to_the_organisation_covers_all(
    world: World, case: Case
) -> None:
    actor, partner = world["assigned"].actor, world.partner_team.organisation_id
    first, second = (service.pk for service in world.services)
    consent = ask(actor, case, Purpose.SHARE, recipient=partner, service=first)
    file = open_case_file(actor, case.pk)
    assert file.consent_for(Purpose.SHARE, partner, first) is not None
    assert file.consent_for(Purpose.SHARE, partner, second) is None
    assert file.consent_for(Purpose.SHARE, partner) is None
    withdraw_consent(actor=actor, case_id=case.pk, consent_id=consent.pk)
    ask(actor, case, Purpose.SHARE, recipient=partner)
    file = open_case_file(actor, case.pk)
    assert all(file.consent_for(Purpose.SHARE, partner, each) for each in (first, second, None))


@pytest.mark.parametrize(
    ("purpose", "given", "at"),
    [
        (Purpose.SHARE, {}, {"recipient"}),
        (Purpose.SHARE, {"recipient": "partner", "service": uuid4()}, {"service"}),
        (Purpose.SHARE, {"recipient": "other", "service": "first"}, {"service"}),
        (Purpose.KEEP_RECORD, {"service": "first"}, {"service"}),
        (Purpose.AUTHORITY, {}, {"authority", "country"}),
        (Purpose.AUTHORITY, {"authority": "Questura"}, {"country"}),
        (Purpose.AUTHORITY, {"authority": "Questura", "country": "XXX"}, {"country"}),
        (Purpose.STATISTICS, {"authority": "Questura", "country": "ITA"}, {"authority", "country"}),
        (Purpose.CONTACT, {}, {"channel"}),
        (Purpose.CONTACT, {"channel": "pigeon"}, {"channel"}),
        (Purpose.TESTIMONY, {"channel": "call"}, {"channel"}),
    ],
)
def test_a_purpose_names_what_it_needs_and_nothing_else(
    world: World, case: Case, purpose: Purpose, given: dict[str, Any], at: set[str]
) -> None:
    stand_for = {
        "partner": world.partner_team.organisation_id,
        "other": world.other_team.organisation_id,
        "first": world.services[0].pk,
    }
    named = {name: stand_for.get(value, value) for name, value in given.items()}
    with pytest.raises(Invalid) as caught:
        ask(world["assigned"].actor, case, purpose, **named)
    assert set(caught.value.fields) == at
    assert not Consent.objects.exists()


def test_each_authority_and_each_channel_is_asked_about_by_itself(world: World, case: Case) -> None:
    actor = world["assigned"].actor
    ask(actor, case, Purpose.AUTHORITY, authority="Questura", country="ITA")
    ask(actor, case, Purpose.AUTHORITY, authority="Prefecture", country="FRA")
    ask(actor, case, Purpose.CONTACT, channel="text")
    ask(actor, case, Purpose.TESTIMONY)
    with pytest.raises(WrongState):
        ask(actor, case, Purpose.CONTACT, channel="text")
    file = open_case_file(actor, case.pk)
    assert file.consent_to(Scope(Purpose.CONTACT, channel="text")) is not None
    assert file.consent_to(Scope(Purpose.CONTACT, channel="call")) is None
    assert file.consent_to(Scope(Purpose.AUTHORITY, authority="Questura", country="ITA")) is not None


# --- what came of asking  ----------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_ABLE])
def test_a_no_and_an_inability_are_recorded_and_let_nothing_be_done(
    world: World, case: Case, outcome: Outcome
) -> None:
    actor = world["assigned"].actor
    row = ask(
        actor,
        case,
        Purpose.STATISTICS,
        outcome=outcome,
        how=None,
        explained="",
        asking=Asking(note="Canarynote"),
    )
    file = open_case_file(actor, case.pk)
    [document] = file.consents
    assert (row.state, document.content["note"]) == (outcome, "Canarynote")
    assert file.consent_for(Purpose.STATISTICS) is None
    assert fact_handle(file) is None
    with pytest.raises(WrongState):
        withdraw_consent(actor=actor, case_id=case.pk, consent_id=row.pk)
    assert ask(actor, case, Purpose.STATISTICS).state == Consent.State.GIVEN


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({"how": None}, "how"),
        ({"explained": " "}, "explained"),
        ({"how": How.ORAL}, "witness"),
        ({"outcome": Outcome.NOT_ABLE}, "note"),
        ({"outcome": Outcome.REFUSED, "expires_on": date(2126, 1, 1)}, "expires_on"),
        ({"asking": Asking(interpreter=uuid4())}, "interpreter"),
    ],
)
def test_a_consent_says_all_that_makes_it_one_and_an_inability_is_never_guessed(
    world: World, case: Case, given: dict[str, Any], at: str
) -> None:
    with pytest.raises(Invalid) as caught:
        ask(world["assigned"].actor, case, **given)
    assert set(caught.value.fields) == {at}


def test_nothing_of_it_stands_in_clear(world: World, child: Case) -> None:
    ask(
        world["assigned"].actor,
        child,
        Purpose.AUTHORITY,
        authority="Canaryoffice",
        country="ITA",
        how=How.ORAL,
        asking=Asking(
            given_by=GivenBy.GUARDIAN,
            childs_view=ChildsView.DISAGREES,
            childs_words="Canarydissent",
            other_interpreter="Canaryinterpreter",
            witness="Canarywitness",
            note="Canarynote",
        ),
    )
    values = str(Consent.objects.values_list().get()) + str(list(AuditEvent.objects.values_list("codes")))
    for word in ("office", "dissent", "interpreter", "witness", "note", "aunt", "explained"):
        assert f"Canary{word}" not in values
    [document] = open_case_file(world["teammate"].actor, child.pk).consents
    assert document.content["childs_words"] == "Canarydissent"
    assert document.content["guardian"] == "Canaryaunt"
    assert document.dissent


# --- children  ----------------------------------------

BOTH, GUARDIAN, SURVIVOR = GivenBy.BOTH, GivenBy.GUARDIAN, GivenBy.SURVIVOR
CHILDREN: list[tuple[GivenBy, ChildsView | None, str, set[str]]] = [
    # who answered, the child's view, their words, and what is wrong with that
    (BOTH, ChildsView.AGREES, "", set()),
    (GUARDIAN, ChildsView.AGREES, "", set()),
    (GUARDIAN, ChildsView.TOO_YOUNG, "", set()),
    (GUARDIAN, ChildsView.DISAGREES, "No.", set()),
    (GUARDIAN, ChildsView.DISAGREES, "", {"childs_words"}),
    (GUARDIAN, ChildsView.NOT_ASKED, "Asleep", set()),
    (GUARDIAN, ChildsView.NOT_ASKED, "", {"childs_words"}),
    (GUARDIAN, None, "", {"childs_view"}),
    (BOTH, ChildsView.DISAGREES, "No.", {"childs_view"}),
    (SURVIVOR, ChildsView.AGREES, "", {"given_by"}),
]


@pytest.mark.parametrize(("given_by", "view", "words", "wrong"), CHILDREN)
def test_for_a_child_the_guardian_consents_and_the_childs_view_is_recorded(
    world: World,
    child: Case,
    given_by: GivenBy,
    view: ChildsView | None,
    words: str,
    wrong: set[str],
) -> None:
    asking = Asking(given_by=given_by, childs_view=view, childs_words=words)
    if not wrong:
        assert ask(world["assigned"].actor, child, asking=asking).state == Consent.State.GIVEN
        return
    with pytest.raises(Invalid) as caught:
        ask(world["assigned"].actor, child, asking=asking)
    assert set(caught.value.fields) == wrong


def test_a_childs_own_no_needs_nobody_beside(world: World, child: Case) -> None:
    row = ask(world["assigned"].actor, child, outcome=Outcome.REFUSED, how=None)
    assert row.state == Consent.State.REFUSED


@pytest.mark.parametrize("conflict", ["yes", "unknown", None])
def test_no_consent_and_no_copy_goes_through_a_guardian_who_is_not_trusted(
    world: World, child: Case, conflict: str | None
) -> None:
    actor = world["assigned"].actor
    fill(actor, child, "child_protection", guardian_in_conflict=conflict)
    asking = Asking(given_by=BOTH, childs_view=ChildsView.AGREES, copy_for=CopyFor.GUARDIAN)
    with pytest.raises(Invalid) as caught:
        ask(actor, child, asking=asking)
    assert set(caught.value.fields) == {"given_by", "copy_for"}


def test_what_a_guardian_gave_ends_when_the_case_comes_to_distrust_them(world: World, child: Case) -> None:
    actor = world["assigned"].actor
    asking = Asking(given_by=BOTH, childs_view=ChildsView.AGREES)
    ask(actor, child, Purpose.STATISTICS, asking=asking)
    assert fact_handle(open_case_file(actor, child.pk)) is not None
    file = fill(world["teammate"].actor, child, "child_protection", guardian_in_conflict="yes")
    assert file.consent_for(Purpose.STATISTICS) is None
    assert fact_handle(file) is None
    [notice] = Notice.objects.filter(person=world["assigned"].user)
    assert notice.what == "consent_ended"
    file = fill(actor, child, "child_protection", guardian="Uncle", guardian_in_conflict="no")
    assert file.consent_for(Purpose.STATISTICS) is None, "another guardian is asked anew"


def test_what_a_guardian_gave_waits_while_nobody_knows_whether_they_are_safe(
    world: World, child: Case
) -> None:
    actor = world["assigned"].actor
    ask(actor, child, asking=Asking(given_by=BOTH, childs_view=ChildsView.AGREES))
    file = fill(actor, child, "child_protection", guardian_in_conflict=None)
    assert file.consent_for(Purpose.KEEP_RECORD) is None
    page = text(sign_in(world["assigned"]).get(reverse("case", args=[child.pk])))
    assert "Waits: is the guardian safe?" in page
    file = fill(actor, child, "child_protection", guardian_in_conflict="no")
    assert file.consent_for(Purpose.KEEP_RECORD) is not None


# --- withdrawing  ----------------------------------------


def test_the_assigned_caseworker_is_told_of_a_withdrawal_and_not_what_it_was(
    world: World, case: Case, share_consent: None
) -> None:
    consent_id = Consent.objects.get().pk
    withdraw_consent(actor=world["teammate"].actor, case_id=case.pk, consent_id=consent_id)
    [notice] = Notice.objects.filter(person=world["assigned"].user)
    assert (notice.what, notice.object_id) == ("consent_ended", case.pk)
    assert not Notice.objects.filter(person=world["teammate"].user).exists()


# --- a copy  ----------------------------------------


def test_a_copy_is_printed_only_after_a_tick_and_noted(world: World, case: Case, share_consent: None) -> None:
    browser, consent = sign_in(world["assigned"]), Consent.objects.get()
    url = reverse("consent-copy", args=[case.pk, consent.pk])
    assert "What is shared, with whom" not in text(browser.get(url))
    refused = browser.post(url, {"who": "survivor"})
    assert refused.status_code == 400
    assert "What is shared, with whom" not in text(refused)
    page = text(browser.post(url, {"who": "survivor", "safe": "on"}))
    assert "What is shared, with whom and why." in page
    assert "You can take this back at any time" in page
    assert "traffick" not in page.lower()
    [event] = AuditEvent.objects.filter(action="consent.copied")
    assert event.codes["to"] == "survivor"


def test_no_copy_is_printed_for_a_guardian_who_is_barred(
    world: World, case: Case, share_consent: None
) -> None:
    actor, consent = world["assigned"].actor, Consent.objects.get()
    fill(actor, case, "child_protection", guardian="Aunt", guardian_in_conflict="yes")
    url = reverse("consent-copy", args=[case.pk, consent.pk])
    assert sign_in(world["assigned"]).post(url, {"who": "guardian", "safe": "on"}).status_code == 403
    with pytest.raises(NotAllowed):
        hand_out_copy(actor=actor, case_id=case.pk, consent_id=consent.pk, who=CopyFor.GUARDIAN)
    assert not AuditEvent.objects.filter(action="consent.copied").exists()
    with pytest.raises(NotVisible):
        hand_out_copy(
            actor=world["stranger"].actor, case_id=case.pk, consent_id=consent.pk, who=CopyFor.SURVIVOR
        )


# --- pages and API  ----------------------------------------


@pytest.fixture
def browser(assigned: Persona) -> Client:
    return sign_in(assigned)


def test_the_childs_view_is_asked_only_of_whoever_may_be_a_child(
    world: World, browser: Client, case: Case
) -> None:
    url = reverse("consent-new", args=[case.pk])
    assert "childs_view" not in text(browser.get(url))
    fill(world["assigned"].actor, case, "child_protection", **CHILD)
    page = text(browser.get(url))
    assert "childs_view" in page
    assert "Nothing goes through the guardian" not in page
    fill(world["assigned"].actor, case, "child_protection", guardian_in_conflict="yes")
    assert "Nothing goes through the guardian" in text(browser.get(url))


def test_a_no_is_recorded_and_read_in_the_browser(browser: Client, case: Case) -> None:
    sent = {
        "purpose": "contact",
        "channel": "call",
        "outcome": "refused",
        "given_by": "survivor",
        "language": "nep",
        "given_on": "2026-01-16",
        "note": "Canarynote",
        "copy_for": "nobody",
    }
    page = text(browser.post(reverse("consent-new", args=[case.pk]), sent, follow=True))
    assert "What they said is recorded." in page
    consent = Consent.objects.get()
    page = text(browser.get(reverse("consent", args=[case.pk, consent.pk])))
    assert "Canarynote" in page
    assert "Refused" in page
    assert "Print a copy" not in page


def test_the_api_takes_and_gives_all_of_it(world: World, assigned: Persona, child: Case) -> None:
    client, path = api(assigned), f"/api/v1/cases/{child.pk}/consents/"
    sent = {
        "purpose": "share",
        "recipient": str(world.partner_team.organisation_id),
        "service": str(world.services[0].pk),
        "how": "oral_witnessed",
        "witness": "W",
        "explained": "All",
        "language": "nep",
        "given_by": "guardian",
        "childs_view": "disagrees",
        "childs_words": "I don't want it.",
        "given_on": "2026-01-16",
    }
    response = client.post(path, sent, format="json")
    assert response.status_code == 201, response.json()
    made = response.json()
    assert made["holds"] is True
    assert {name: made[name] for name in ("service", "childs_view", "childs_words", "witness")} == {
        name: sent[name] for name in ("service", "childs_view", "childs_words", "witness")
    }
    refused = client.post(
        path, sent | {"service": None, "childs_view": "agrees", "given_by": "survivor"}, format="json"
    )
    assert [each["attr"] for each in refused.json()["errors"]] == ["given_by"]
    no = {"purpose": "testimony", "outcome": "refused", "language": "nep", "given_on": "2026-01-16"}
    made = client.post(path, no, format="json").json()
    assert (made["state"], made["holds"]) == ("refused", False)


def test_a_consent_holds_through_its_last_day_and_is_then_asked_for_anew(world: World, case: Case) -> None:
    actor, today = world["assigned"].actor, timezone.localdate()
    row = ask(actor, case, expires_on=today)
    [document] = open_case_file(actor, case.pk).consents
    assert document.holds(today)
    assert not document.holds(today + timedelta(days=1))
    assert row.expires_on == today
