"""The referral to the national authority: on what it rests, what was sent, and what comes due until it has decided."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from casework import countries
from casework.approvals import Subject
from casework.countries import NationalRule, national_rule
from casework.models import Case, SectionVersion
from casework.pathways.national import basis_for, notes_of
from casework.record.national_codes import PARTS, USUAL, Route
from casework.record.sections import field
from casework.selectors import read_case
from casework.services import record_decision
from casework.services.approvals import approve, refuse
from casework.services.consents import (
    Asking,
    How,
    Purpose,
    record_consent,
    withdraw_consent,
)
from casework.services.exceptions import claim_exception
from casework.services.national import (
    note_reconsideration,
    prepare_national_referral,
    send_national_referral,
)
from core.errors import Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.models import AuditEvent
from referrals.demo import Persona, World
from tests.casework.pathways import TODAY, ago, follow_ups, write
from tests.conftest import api, sign_in
from tests.pages import CASEWORK, text, who_sees

AUTHORITY = "Canaryauthority"
FIELDS = ["identity.given_name", "trafficking_experience.types_of_exploitation"]


def prepare(persona: Persona, case: Case, country: str = "GBR", **given: Any) -> UUID:
    values: dict[str, Any] = {"authority": AUTHORITY, "fields": FIELDS, "grounds": "Canarygrounds"}
    return prepare_national_referral(
        actor=persona.actor, case_id=case.pk, country=country, **(values | given)
    )


def send(persona: Persona, case: Case, entry: UUID, **given: Any) -> None:
    send_national_referral(
        actor=persona.actor, case_id=case.pk, entry_id=entry, **({"sent_on": TODAY} | given)
    )


def consent(persona: Persona, case: Case, country: str = "GBR", authority: str = AUTHORITY) -> UUID:
    return record_consent(
        actor=persona.actor,
        case_id=case.pk,
        purpose=Purpose.AUTHORITY,
        authority=authority,
        country=country,
        given_on=TODAY,
        how=How.ORAL,
        explained="x",
        language="nep",
        asking=Asking(witness="x"),
    ).pk


def claim(persona: Persona, case: Case, basis: Subject = Subject.IMMINENT_HARM) -> Any:
    return claim_exception(
        actor=persona.actor,
        case_id=case.pk,
        basis=basis,
        authority=AUTHORITY,
        country="GBR",
        what="x",
        reason="x",
        reference="x",
    )


def values(persona: Persona, case: Case) -> dict[str, Any]:
    (entry,) = read_case(persona.actor, case.pk).entries.of("national_referral")
    return dict(entry.values)


def decide(persona: Persona, case: Case, outcome: str, kind: str = "reasonable_grounds") -> None:
    record_decision(
        actor=persona.actor,
        case_id=case.pk,
        kind=kind,
        outcome=outcome,
        decided_on=TODAY,
        body="Police",
        country="GBR",
    )


# --- on what it rests: country x child or adult x consent, ground or neither  ----------------------------------------

BASES = [
    ("GBR", "adult", "consent", "consent"),
    ("GBR", "adult", "exception", "exception"),
    ("GBR", "adult", "neither", None),
    ("GBR", "child", "exception", "exception"),
    ("GBR", "child", "neither", "child"),
    ("ITA", "adult", "consent", "consent"),
    ("ITA", "adult", "neither", None),
    ("ITA", "child", "neither", None),
    ("GBR", "adult", "consent to another", None),
    ("GBR", "adult", "consent in another country", None),
]


@pytest.mark.parametrize(("country", "age", "given", "expected"), BASES)
def test_it_rests_on_consent_or_a_ground_or_on_what_the_country_says_of_children(
    assigned: Persona, case: Case, country: str, age: str, given: str, expected: str | None
) -> None:
    if given == "consent":
        consent(assigned, case, country)
    elif given == "consent to another":
        consent(assigned, case, country, "Another")
    elif given == "consent in another country":
        consent(assigned, case, "FRA")
    elif given == "exception":
        claim(assigned, case)
    if age == "child":
        write(assigned, case, "child_protection", treated_as_child="yes")
    assert basis_for(read_case(assigned.actor, case.pk), AUTHORITY, country) == expected
    made = prepare(assigned, case, country)
    if expected is None:
        with pytest.raises(Refused):
            send(assigned, case, made)
        assert "sent_on" not in values(assigned, case)
        return
    send(assigned, case, made, reason="The child agrees")
    assert values(assigned, case)["basis"] == expected


def test_a_child_is_referred_without_consent_only_for_a_reason_that_is_written_down(
    assigned: Persona, case: Case
) -> None:
    write(assigned, case, "child_protection", treated_as_child="yes")
    made = prepare(assigned, case)
    with pytest.raises(Invalid) as refused:
        send(assigned, case, made)
    assert set(refused.value.fields) == {"reason"}
    send(assigned, case, made, reason="Canaryreason")
    assert values(assigned, case)["reason"] == "Canaryreason"


def test_a_ground_that_waits_for_a_second_person_opens_nothing(
    world: World, assigned: Persona, case: Case
) -> None:
    claimed = claim(assigned, case, Subject.COURT_ORDER)
    made = prepare(assigned, case)
    with pytest.raises(Refused):
        send(assigned, case, made)
    approve(actor=world["teammate"].actor, case_id=case.pk, approval_id=claimed.pk)
    send(assigned, case, made)
    assert values(assigned, case)["basis"] == "exception"


@pytest.mark.parametrize("who", ["a known adult", "a child", "somebody of unknown age"])
@pytest.mark.parametrize("country", ["GBR", "ITA"])
def test_a_notice_without_a_name_is_of_an_adult_where_the_country_knows_it_and_holds_nothing_of_the_record(
    assigned: Persona, case: Case, who: str, country: str
) -> None:
    if who == "a child":
        write(assigned, case, "child_protection", treated_as_child="yes")
    elif who != "a known adult":
        write(assigned, case, "identity", date_of_birth="")
    given = {"route": Route.ANONYMOUS, "fields": [], "grounds": ""}
    if who != "a known adult" or country != "GBR":
        with pytest.raises(Invalid) as refused:
            prepare(assigned, case, country, **given)
        assert set(refused.value.fields) == {"route"}
        return
    with pytest.raises(Invalid) as refused:
        prepare(assigned, case, country, **(given | {"fields": FIELDS}))
    assert set(refused.value.fields) == {"fields"}
    send(assigned, case, prepare(assigned, case, country, **given))
    sent = values(assigned, case)
    assert "basis" not in sent
    assert not any(word in sent["sent_text"] for word in ("Canarygiven", "Linnet", "Nepal", "labour"))
    assert follow_ups(assigned, case) == []
    (entry,) = read_case(assigned.actor, case.pk).entries.of("national_referral")
    with pytest.raises(WrongState):
        note_reconsideration(actor=assigned.actor, case_id=case.pk, entry_id=entry.id, until=TODAY)
    page = sign_in(assigned).get(reverse("national-referral", args=[case.pk, entry.id]))
    assert "reconsider_until" not in text(page)


# --- what was sent  ----------------------------------------


def test_what_was_sent_is_sealed_and_stays_as_it_was(assigned: Persona, case: Case) -> None:
    consent(assigned, case)
    made = prepare(assigned, case)
    write(assigned, case, "identity", given_name="Canarylater")
    send(assigned, case, made)
    write(assigned, case, "identity", given_name="Another")
    sent = values(assigned, case)["sent_text"]
    assert "Canarylater" in sent
    assert "Canarygrounds" in sent
    assert "marigold" not in sent
    assert not any(b"Canary" in bytes(row.sealed) for row in SectionVersion.objects.filter(entry=made))
    page = text(sign_in(assigned).get(reverse("national-referral", args=[case.pk, made])))
    assert "Canarylater" in page
    event = AuditEvent.objects.get(action="national_referral.sent")
    assert event.codes == {}


def test_only_what_is_recorded_and_may_go_to_an_authority_goes_into_the_form(
    assigned: Persona, case: Case
) -> None:
    for wrong in (
        ["contact_and_safety.phone"],
        ["contact_and_safety.code_word"],
        ["identity.family_name"],  # empty
        ["child_protection.guardian_in_conflict"],
        ["x"],
        [],
    ):
        with pytest.raises(Invalid) as refused:
            prepare(assigned, case, fields=wrong)
        assert set(refused.value.fields) == {"fields"}


def test_the_form_offers_no_way_to_reach_the_survivor_and_nothing_that_never_leaves_the_case() -> None:
    paths = {path for _title, paths in PARTS for path in paths}
    assert paths >= USUAL
    assert all(field(path).shareable for path in paths)
    assert not any(path.startswith("contact_and_safety.") for path in paths)


def test_a_guardian_who_is_suspected_is_not_named_to_the_authority(assigned: Persona, case: Case) -> None:
    write(assigned, case, "child_protection", guardian="Canaryguardian", guardian_in_conflict="yes")
    with pytest.raises(Invalid):
        prepare(assigned, case, fields=["child_protection.guardian"])
    write(assigned, case, "child_protection", guardian_in_conflict="no")
    prepare(assigned, case, fields=["child_protection.guardian"])


def test_it_is_sent_once_and_never_on_a_day_to_come(assigned: Persona, case: Case) -> None:
    consent(assigned, case)
    made = prepare(assigned, case)
    with pytest.raises(Invalid) as refused:
        send(assigned, case, made, sent_on=TODAY + timedelta(days=1))
    assert set(refused.value.fields) == {"sent_on"}
    with pytest.raises(Invalid) as refused:
        send(assigned, case, made, decision_due_on=TODAY - timedelta(days=1))
    assert set(refused.value.fields) == {"decision_due_on"}
    send(assigned, case, made)
    with pytest.raises(WrongState):
        send(assigned, case, made)


def test_nobody_writes_one_on_the_pages_that_all_entries_share(assigned: Persona, case: Case) -> None:
    made = prepare(assigned, case)
    client, address = api(assigned), f"/api/v1/cases/{case.pk}/entries/national_referral/"
    body = {"values": {"authority": "x", "country": "ITA", "route": "referral", "sent_on": ago(0)}}
    assert client.post(address, body, format="json").status_code == 403
    assert client.put(f"{address}{made}/", body | {"version": 1}, format="json").status_code == 403


def test_a_closed_case_refers_nobody(assigned: Persona, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    with pytest.raises(WrongState):
        prepare(assigned, case)


# --- what comes due  ----------------------------------------

ASK = "Ask the authority for its decision."
AGAIN = "Find out who can ask for another look at the decision, and until when."
LOOK = "Ask for another look at the decision, with legal advice."


def in_days(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def sent(persona: Persona, case: Case, country: str = "GBR", **given: Any) -> UUID:
    consent(persona, case, country)
    made = prepare(persona, case, country)
    send(persona, case, made, **given)
    return made


@pytest.mark.parametrize(
    ("country", "given", "due"),
    [
        ("GBR", {}, in_days(5)),
        ("GBR", {"sent_on": TODAY - timedelta(days=2)}, in_days(3)),
        ("GBR", {"decision_due_on": TODAY + timedelta(days=30)}, in_days(30)),
        ("ITA", {}, None),
        ("ITA", {"decision_due_on": TODAY + timedelta(days=30)}, in_days(30)),
    ],
)
def test_the_decision_is_asked_for_by_the_countrys_target_or_the_day_that_was_told(
    assigned: Persona, case: Case, country: str, given: dict[str, Any], due: str | None
) -> None:
    sent(assigned, case, country, **given)
    assert follow_ups(assigned, case) == ([(ASK, due, "due")] if due else [])


def test_a_decision_ends_the_wait_for_it_and_our_own_assessment_does_not(
    assigned: Persona, case: Case
) -> None:
    sent(assigned, case)
    decide(assigned, case, "possible", kind="ngo_assessment")
    assert follow_ups(assigned, case) == [(ASK, in_days(5), "due")]
    decide(assigned, case, "positive")
    assert (ASK, in_days(5), "done") in follow_ups(assigned, case)
    assert AGAIN not in {about for about, _day, _state in follow_ups(assigned, case)}


@pytest.mark.parametrize("kind", ["reasonable_grounds", "conclusive_grounds"])
def test_a_negative_decision_asks_what_can_still_be_done_until_the_next_one(
    assigned: Persona, case: Case, kind: str
) -> None:
    sent(assigned, case)
    decide(assigned, case, "negative", kind=kind)
    assert (AGAIN, in_days(1), "due") in follow_ups(assigned, case)
    decide(assigned, case, "positive", kind="conclusive_grounds")
    assert (AGAIN, in_days(1), "done") in follow_ups(assigned, case)


def test_without_a_referral_a_negative_decision_asks_for_nothing_new(assigned: Persona, case: Case) -> None:
    prepare(assigned, case)  # but not sent
    decide(assigned, case, "negative")
    assert follow_ups(assigned, case) == []


@pytest.mark.parametrize(("days", "due"), [(30, 23), (8, 1), (3, 1)])
def test_the_day_in_the_letter_is_reminded_of_a_week_before(
    assigned: Persona, case: Case, days: int, due: int
) -> None:
    made = sent(assigned, case)
    decide(assigned, case, "negative")
    until = TODAY + timedelta(days=days)
    note_reconsideration(actor=assigned.actor, case_id=case.pk, entry_id=made, until=until)
    assert [each for each in follow_ups(assigned, case) if each[2] == "due"] == [(LOOK, in_days(due), "due")]
    assert values(assigned, case)["reconsider_until"] == until.isoformat()
    assert values(assigned, case)["sent_text"]


def test_a_time_limit_that_a_country_sets_is_counted_from_the_decision(
    assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(countries._NATIONAL, "GBR", NationalRule(reconsideration_days=30))
    sent(assigned, case)
    decide(assigned, case, "negative")
    assert follow_ups(assigned, case) == [(AGAIN, in_days(23), "due")]


def test_another_look_is_noted_only_after_it_was_sent_and_before_it_is_over(
    assigned: Persona, case: Case
) -> None:
    made = prepare(assigned, case)
    note = {"actor": assigned.actor, "case_id": case.pk, "entry_id": made}
    with pytest.raises(WrongState):
        note_reconsideration(**note, until=TODAY)
    consent(assigned, case)
    send(assigned, case, made)
    with pytest.raises(Invalid):
        note_reconsideration(**note, until=TODAY - timedelta(days=1))


def test_the_clock_decides_when_a_target_is_over(
    assigned: Persona, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(assigned, case)
    later = timezone.now() + timedelta(days=6)
    with monkeypatch.context() as frozen:
        frozen.setattr(timezone, "now", lambda: later)
        page = text(sign_in(assigned).get("/today/"))
    assert ASK in page
    assert "Overdue" in page


TELL = "Tell the authority that nothing may rest on it any more, and ask what it keeps."


def test_a_consent_that_ends_after_sending_is_told_to_the_authority(assigned: Persona, case: Case) -> None:
    given = consent(assigned, case)
    made = prepare(assigned, case)
    send(assigned, case, made)
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=given)
    assert TELL in {about for about, _day, state in follow_ups(assigned, case) if state == "due"}


def test_a_ground_that_a_second_person_refuses_is_told_too(
    world: World, assigned: Persona, case: Case
) -> None:
    claimed = claim(assigned, case)
    send(assigned, case, prepare(assigned, case))
    refuse(actor=world["teammate"].actor, case_id=case.pk, approval_id=claimed.pk, note="x")
    assert TELL in {about for about, _day, state in follow_ups(assigned, case) if state == "due"}


def test_nothing_is_told_where_nothing_was_sent_or_it_rested_on_something_else(
    assigned: Persona, case: Case
) -> None:
    claim(assigned, case)
    send(assigned, case, prepare(assigned, case))
    given = consent(assigned, case)
    withdraw_consent(actor=assigned.actor, case_id=case.pk, consent_id=given)
    assert TELL not in {about for about, _day, _state in follow_ups(assigned, case)}


# --- the countries  ----------------------------------------


def test_what_is_from_memory_is_shown_as_not_confirmed() -> None:
    rule = national_rule("GBR")
    assert rule.unconfirmed <= set(NationalRule.__dataclass_fields__)
    notes = {str(note): confirmed for note, confirmed in notes_of("GBR")}
    assert notes["Target for the first decision: 5 days from the referral."] is True
    assert {note for note, confirmed in notes.items() if not confirmed} == {
        "Working days may be meant. The follow-up counts calendar days.",
        "A child is referred without consent, an adult only with it.",
        "Of an adult who does not agree only a number is sent, without a name.",
        "Another look at a negative decision can be asked for by: the organisation that referred, "
        "the organisation that supports the survivor.",
    }
    assert notes_of("NPL") == []


# --- pages and people  ----------------------------------------


def test_the_pages_prepare_print_and_send_it_with_forms_alone(assigned: Persona, case: Case) -> None:
    consent(assigned, case)
    client = sign_in(assigned)
    new = reverse("national-referral-new", args=[case.pk])
    assert AUTHORITY in text(client.get(new))
    body = {"authority": AUTHORITY, "country": "GBR", "route": "referral", "grounds": "Canarygrounds"}
    assert client.post(new, body).status_code == 400
    made = client.post(new, body | {"fields_chosen": FIELDS})
    assert made.status_code == 302
    page = text(client.get(made.headers["Location"]))
    assert {"Canarygiven", "Canarygrounds"} <= set(page.replace("<", " ").replace(">", " ").split())
    assert "National Referral Mechanism (NRM)" in page
    assert "Not confirmed" in page
    assert client.post(made.headers["Location"], {"sent_on": ago(0), "sent_how": "x"}).status_code == 302
    until = {"reconsider_until": in_days(20)}
    assert client.post(made.headers["Location"], until).status_code == 302
    assert "Canaryauthority" in text(client.get(reverse("case", args=[case.pk])))


def test_the_page_refuses_to_send_without_a_ground_and_says_so(assigned: Persona, case: Case) -> None:
    address = reverse("national-referral", args=[case.pk, prepare(assigned, case, "ITA")])
    client = sign_in(assigned)
    assert "be sent: there is no consent" in text(client.get(address))
    refused = client.post(address, {"sent_on": ago(0)})
    assert refused.status_code == 409
    assert "Nothing was sent" in text(refused)


def test_only_the_team_sees_the_form(world: World, assigned: Persona, case: Case) -> None:
    made = prepare(assigned, case)
    assert who_sees(world, reverse("national-referral", args=[case.pk, made])) == CASEWORK
    assert who_sees(world, reverse("national-referral-new", args=[case.pk])) == CASEWORK


@pytest.mark.parametrize("who", ["stranger", "focal_point", "advocate", "administrator"])
def test_to_everybody_else_there_is_no_case_to_refer(
    world: World, assigned: Persona, case: Case, who: str
) -> None:
    made = prepare(assigned, case)
    consent(assigned, case)
    for attempt in (lambda: prepare(world[who], case), lambda: send(world[who], case, made)):
        with pytest.raises((NotVisible, NotAllowed)):
            attempt()
    assert "sent_on" not in values(assigned, case)
