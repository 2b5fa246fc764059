"""Files, calls and paper: the same must be so before, and what went without it is recorded and looked at."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyrage
import pytest
from django.utils import timezone

from casework.models import Case, FollowUp
from casework.selectors import read_case
from casework.services import save_section, withdraw_consent
from core.errors import Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.models import AuditEvent
from referrals.demo import World
from referrals.disclosures import read_disclosure
from referrals.models import Disclosure, Handover, OneTimePacket, Referral, Service
from referrals.outside import DisclosureDocument
from referrals.packet_files import for_key, for_passphrase, zipped
from referrals.services import (
    close_handover,
    end_what_is_over,
    send_referral,
    withdraw_referral,
)
from referrals.services.one_time import send_by_link
from referrals.services.other_ways import (
    hand_out_file,
    open_sheet,
    record_answer,
    record_told,
    record_told_draft,
)
from referrals.taxonomy import ServiceType
from tests.casework.test_keeping_out import keep_out
from tests.referrals.test_endings import told
from tests.referrals.test_expiring import in_days  # noqa: F401  a fixture
from tests.referrals.ways import FIELDS, allow, clinic, draft, telling


@pytest.fixture(autouse=True)
def _few_rounds(settings: Any) -> None:
    settings.LINK_ROUNDS = 1_000


def said(world: World, referral: Referral) -> DisclosureDocument:
    found = read_disclosure(read_case(world["assigned"].actor, referral.case_id), referral)
    assert found is not None
    return DisclosureDocument(referral, found)


def record(world: World, case: Case, service: Service | None = None, **others: Any) -> Referral:
    named = {name: others.pop(name) for name in ("fields", "note", "actor") if name in others}
    return record_told(
        case_id=case.pk,
        service_id=(service or clinic()).pk,
        telling=telling(**others),
        **{"actor": world["assigned"].actor, "fields": FIELDS, "note": "", **named},
    )


# --- way × gate  ----------------------------------------


def _link(world: World, pk: Any) -> Any:
    return send_by_link(actor=world["assigned"].actor, referral_id=pk, language="en")


def _file(world: World, pk: Any) -> Any:
    return hand_out_file(actor=world["assigned"].actor, referral_id=pk)


def _sheet(world: World, pk: Any) -> Any:
    return open_sheet(actor=world["assigned"].actor, referral_id=pk)


def _hearth(world: World, pk: Any) -> Any:
    return send_referral(actor=world["assigned"].actor, referral_id=pk)


def _no_consent(world: World, case: Case, service: Service) -> None:
    withdraw_consent(actor=world["assigned"].actor, case_id=case.pk, consent_id=case.consents.get().pk)


def _another_partners(world: World, case: Case, service: Service) -> None:
    _no_consent(world, case, service)
    other = world.services[0] if service.team is None else clinic()
    allow(world, case, other)


def _keeps_them_out(world: World, case: Case, service: Service) -> None:
    keep_out(world["supervisor"], case, f"organisation:{service.organisation_id}")


def _is_a_child(world: World, case: Case, service: Service) -> None:
    file = read_case(world["assigned"].actor, case.pk)
    section = file.section("identity")
    born = f"{timezone.localdate().year - 12}-01-01"
    save_section(
        actor=world["assigned"].actor,
        case_id=case.pk,
        section="identity",
        values={**section.values, "date_of_birth": born},
        base_version=section.version,
    )


def _closed(world: World, case: Case, service: Service) -> None:
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)


def _emptied(world: World, case: Case, service: Service) -> None:
    section = read_case(world["assigned"].actor, case.pk).section("contact_and_safety")
    save_section(
        actor=world["assigned"].actor,
        case_id=case.pk,
        section="contact_and_safety",
        values={},
        base_version=section.version,
    )


def _open_already(world: World, case: Case, service: Service) -> None:
    first = draft(world, case, service)
    _file(world, first.pk)


WAYS = [_link, _file, _sheet]
GATES = [
    (_no_consent, (Refused, WrongState)),
    (_another_partners, (Refused, WrongState)),
    (_keeps_them_out, Refused),
    (_is_a_child, Refused),
    (_closed, WrongState),
    (_emptied, Invalid),
    (_open_already, Refused),
]


@pytest.mark.parametrize("way", [*WAYS, _hearth])
@pytest.mark.parametrize(("gate", "error"), GATES)
def test_what_refuses_through_hearth_refuses_every_other_way(
    world: World, case: Case, way: Callable[..., Any], gate: Any, error: Any
) -> None:
    if (way, gate) == (_sheet, _open_already):
        pytest.skip("a sheet may be printed again: recording it asks for the reason")
    service = clinic(ServiceType.FAMILY_CONTACT)
    if way is _hearth:
        service = world.services[0]
        Service.objects.filter(pk=service.pk).update(type=ServiceType.FAMILY_CONTACT)
        service.refresh_from_db()
    allow(world, case, service)
    drafted = draft(world, case, service)
    gate(world, case, service)
    before = Disclosure.objects.count()
    with pytest.raises(error):
        way(world, drafted.pk)
    drafted.refresh_from_db()
    assert drafted.state in ("draft", "withdrawn")
    assert Disclosure.objects.count() == before
    assert not OneTimePacket.objects.filter(referral=drafted).exists()


@pytest.mark.parametrize("way", WAYS)
def test_with_everything_as_it_must_be_it_leaves(world: World, case: Case, way: Callable[..., Any]) -> None:
    allow(world, case, clinic())
    drafted = draft(world, case, clinic())
    way(world, drafted.pk)
    drafted.refresh_from_db()
    assert drafted.state == ("draft" if way is _sheet else "sent")


@pytest.mark.parametrize("persona", ["stranger", "focal_point", "advocate", "administrator"])
def test_nobody_else_lets_anything_out(world: World, case: Case, persona: str) -> None:
    allow(world, case, clinic())
    drafted, actor = draft(world, case, clinic()), world[persona].actor
    for attempt in (
        lambda: send_by_link(actor=actor, referral_id=drafted.pk, language="en"),
        lambda: hand_out_file(actor=actor, referral_id=drafted.pk),
        lambda: open_sheet(actor=actor, referral_id=drafted.pk),
        lambda: record_told_draft(actor=actor, referral_id=drafted.pk, telling=telling()),
        lambda: record_answer(actor=actor, referral_id=drafted.pk, answer="accepted"),
        lambda: record(world, case, actor=actor),
    ):
        with pytest.raises((NotVisible, NotAllowed)):
            attempt()


# --- after the fact  ----------------------------------------


def test_what_was_told_is_kept_with_the_rules_that_went_along(world: World, case: Case) -> None:
    allow(world, case, clinic())
    made = record(world, case, answer="accepted", said="Canarysaid: come at ten")
    assert (made.state, made.way) == ("accepted", "spoken")
    document = said(world, made)
    assert document.packet.fields["identity"] == {"chosen_name": "Linnet"}
    assert document.told.to == "Canaryreceiver at the desk"
    assert document.told.answer == "Canarysaid: come at ten"
    assert not document.obstacles
    assert not document.late
    assert not FollowUp.objects.filter(urgent=True).exists()


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        (None, "consent"),
        (_keeps_them_out, "kept_out"),
        (_is_a_child, "guardian"),
        (_closed, "closed"),
    ],
)
def test_what_should_not_have_been_told_is_recorded_and_looked_at(
    world: World, case: Case, gate: Any, code: str
) -> None:
    service = clinic(ServiceType.FAMILY_CONTACT)
    if gate is not None:
        allow(world, case, service)
        gate(world, case, service)
    made = record(world, case, service)
    assert made.state == ("withdrawn" if code == "consent" else "received")  # nothing allows it
    assert Disclosure.objects.get(referral=made).breach
    document = said(world, made)
    assert code in document.told.missing
    assert all(each != c for each, c in zip(document.obstacles, document.told.missing, strict=True))
    due = FollowUp.objects.get(urgent=True)
    assert due.assignee == world["supervisor"].user
    opened = read_case(world["supervisor"].actor, case.pk).opened
    assert document.obstacles[0] in due.read(opened)["about"]
    assert "told_before_its_time" in told(world["supervisor"])
    assert AuditEvent.objects.filter(action="referral.told_before_its_time").count() == 1


def test_a_supervisor_who_is_alone_is_reminded_by_herself(world: World, case: Case) -> None:
    record(world, case, actor=world["supervisor"].actor)
    assert FollowUp.objects.get(urgent=True).assignee == world["supervisor"].user


CONSENTS: list[Any] = [
    (None, 1, False),
    (None, -1, True),  # told before it was given
    (4, 3, False),  # told while it held, which it no longer does
    (4, 7, True),  # told after it had run out
]


@pytest.mark.parametrize(("ends", "told_on", "breach"), CONSENTS)
def test_consent_is_looked_for_on_the_day_on_which_it_was_told(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
    ends: int | None,
    told_on: int,
    breach: bool,
) -> None:
    today, now = timezone.localdate(), timezone.now()
    allow(world, case, clinic(), expires_on=today + timedelta(days=ends) if ends else None)
    in_days(9)
    at = now + timedelta(days=told_on)
    made = record(world, case, at=at)
    assert Disclosure.objects.get(referral=made).breach == breach
    assert said(world, made).late
    assert made.sent_at == at


def test_what_rested_on_a_consent_that_has_ended_meanwhile_goes_to_a_handover(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
) -> None:
    today, now = timezone.localdate(), timezone.now()
    allow(world, case, clinic(), expires_on=today + timedelta(days=4))
    in_days(9)
    made = record(world, case, at=now + timedelta(days=2), answer="accepted")
    assert Handover.objects.filter(referral=made, closed_at=None).exists()


def test_what_another_consent_covers_goes_on_though_the_one_that_it_rested_on_has_ended(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
) -> None:
    today, now = timezone.localdate(), timezone.now()
    allow(world, case, clinic(), expires_on=today + timedelta(days=4))
    in_days(9)
    allow(world, case, clinic(), given_on=today + timedelta(days=9))
    made = record(world, case, at=now + timedelta(days=2), answer="accepted")
    assert not Disclosure.objects.get(referral=made).breach
    assert not Handover.objects.exists()


WRONG: list[Any] = [
    ({"way": "hearth"}, "way"),
    ({"way": "link"}, "way"),
    ({"to": " "}, "to"),
    ({"to": "x" * 201}, "to"),
    ({"at": timezone.now() + timedelta(days=2)}, "at"),
    ({"answer": "received"}, "answer"),
    ({"answer": "declined"}, "reason"),
    ({"answer": "accepted", "reason": "full"}, "reason"),
    ({"answer": "declined", "reason": "because"}, "reason"),
    ({"said": "x" * 2001}, "said"),
    ({"fields": ()}, "fields"),
    ({"note": "x" * 2001}, "note"),
    ({"fields": ["identity.shoe_size"]}, "identity.shoe_size"),
    ({"fields": ["contact_and_safety.code_word"]}, "contact_and_safety.code_word"),
]


@pytest.mark.parametrize(("wrong", "field"), WRONG)
def test_a_record_says_all_that_it_must(world: World, case: Case, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        record(world, case, **wrong)
    assert set(refused.value.fields) == {field}
    assert not Referral.objects.exists()


def test_ones_own_service_is_no_partners(world: World, case: Case) -> None:
    own = Service.objects.create(
        organisation=world.team.organisation, team=world.team, name="Own", type=ServiceType.CASH
    )
    with pytest.raises(Invalid):
        record(world, case, own)


def test_a_draft_that_was_told_is_sent_and_nothing_of_it_is_sent_again(world: World, case: Case) -> None:
    allow(world, case, clinic())
    drafted = draft(world, case, clinic(), note="Canarynote")
    told_ = telling(way="paper")
    made = record_told_draft(actor=world["assigned"].actor, referral_id=drafted.pk, telling=told_)
    assert (made.state, made.way) == ("received", "paper")
    assert said(world, made).packet.note == "Canarynote"
    for attempt in (_link, _file, _sheet):
        with pytest.raises(WrongState):
            attempt(world, drafted.pk)


# --- answers and ends  ----------------------------------------


def test_the_sender_enters_what_was_answered_once(world: World, case: Case) -> None:
    allow(world, case, clinic())
    drafted = draft(world, case, clinic())
    _file(world, drafted.pk)
    which = {"actor": world["assigned"].actor, "referral_id": drafted.pk}
    with pytest.raises(Invalid):
        record_answer(**which, answer="declined")
    made = record_answer(**which, answer="declined", reason="full", said="Canarysaid")
    assert made.state == "declined"
    assert said(world, made).reason_label == "No place free"
    with pytest.raises(WrongState):
        record_answer(**which, answer="accepted")


def test_through_hearth_the_partner_answers_itself(world: World, case: Case, share_consent: None) -> None:
    drafted = draft(world, case, world.services[0])
    sent = send_referral(actor=world["assigned"].actor, referral_id=drafted.pk)
    with pytest.raises(WrongState):
        record_answer(actor=world["assigned"].actor, referral_id=sent.pk, answer="accepted")


@pytest.mark.parametrize("answer", ["accepted", ""])
def test_when_consent_is_withdrawn_what_was_accepted_is_handed_over_by_talking(
    world: World, case: Case, answer: str
) -> None:
    consent = allow(world, case, clinic())
    made = record(world, case, answer=answer)
    actor = world["assigned"].actor
    withdraw_consent(actor=actor, case_id=case.pk, consent_id=consent.pk)
    made.refresh_from_db()
    if not answer:
        assert made.state == "withdrawn"
        return
    with pytest.raises(Invalid):
        close_handover(actor=actor, referral_id=made.pk)
    closed = close_handover(actor=actor, referral_id=made.pk, note="They shredded the form.")
    assert closed.closed_at is not None
    with pytest.raises(WrongState):
        close_handover(actor=actor, referral_id=made.pk, note="Again")


def test_when_consent_runs_out_it_ends_once_and_the_caseworker_is_told(
    world: World,
    case: Case,
    in_days: Any,  # noqa: F811
) -> None:
    allow(world, case, clinic(), expires_on=timezone.localdate() + timedelta(days=3))
    made = record(world, case, answer="accepted")
    in_days(4)
    assert (end_what_is_over(), end_what_is_over()) == (1, 0)
    assert Handover.objects.filter(referral=made).exists()
    assert "referral_consent_ran_out" in told(world["assigned"])


def test_a_file_that_nobody_answers_expires(world: World, case: Case, in_days: Any) -> None:  # noqa: F811
    allow(world, case, clinic())
    drafted = draft(world, case, clinic())
    _file(world, drafted.pk)
    in_days(8)
    assert end_what_is_over() == 1
    drafted.refresh_from_db()
    assert drafted.state == "expired"


# --- a second one  ----------------------------------------


def test_a_second_one_to_the_same_service_needs_a_reason_which_is_kept(world: World, case: Case) -> None:
    allow(world, case, clinic())
    _file(world, draft(world, case, clinic()).pk)
    second = draft(world, case, clinic())
    actor = world["assigned"].actor
    with pytest.raises(Refused) as refused:
        hand_out_file(actor=actor, referral_id=second.pk, again="  ")
    assert refused.value.code == "sent_already"
    hand_out_file(actor=actor, referral_id=second.pk, again="Canarywhy")
    second.refresh_from_db()
    opened = read_case(actor, case.pk).opened
    assert b"Canarywhy" in opened.unseal("referral-draft", second.pk, sealed=second.sealed_draft)


ENDED: list[Any] = ["withdrawn", "declined", "expired"]


@pytest.mark.parametrize("state", ENDED)
def test_after_the_first_one_has_ended_none_is_needed(world: World, case: Case, state: str) -> None:
    allow(world, case, clinic())
    first = draft(world, case, clinic())
    _file(world, first.pk)
    actor = world["assigned"].actor
    if state == "withdrawn":
        withdraw_referral(actor=actor, referral_id=first.pk)
    elif state == "declined":
        record_answer(actor=actor, referral_id=first.pk, answer="declined", reason="full")
    else:
        Referral.objects.filter(pk=first.pk).update(state="expired")
    _file(world, draft(world, case, clinic()).pk)


def test_another_service_of_the_partner_is_no_second_one(world: World, case: Case) -> None:
    allow(world, case, clinic())
    _file(world, draft(world, case, clinic()).pk)
    other = Service.objects.create(
        organisation=clinic().organisation, name="Dentist", type=ServiceType.MEDICAL_GENERAL
    )
    _file(world, draft(world, case, other).pk)


# --- files  ----------------------------------------


def test_the_file_holds_what_was_chosen_and_nothing_else(world: World, case: Case) -> None:
    allow(world, case, clinic())
    drafted = draft(world, case, clinic(), note="Canarynote")
    _referral, sheet, content = _file(world, drafted.pk)
    key = pyrage.x25519.Identity.generate()
    inside = zipped(sheet, content)
    files = []
    for made, opens in (
        (for_key(inside, str(key.to_public())), lambda made: pyrage.decrypt(made, [key])),
        (for_passphrase(inside, "six words"), lambda made: pyrage.passphrase.decrypt(made, "six words")),
    ):
        assert b"Linnet" not in made
        assert b"message.html" not in made
        with zipfile.ZipFile(io.BytesIO(opens(made))) as archive:
            files.append({name: archive.read(name).decode() for name in archive.namelist()})
    assert files[0] == files[1]
    assert set(files[0]) == {"message.html", "message.json"}
    for text in files[0].values():
        for there in ("Linnet", "+39 333 5550147", "Canarynote", "Harbour House", "General care"):
            assert there in text
        for hidden in ("Canarygiven", "Canarynarrative", "marigold", "1997"):
            assert hidden not in text
    data = json.loads(files[0]["message.json"])
    assert set(data["fields"]["identity"]) == {"chosen_name"}
    assert data["basis"] == "consent"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(for_key(inside, str(key.to_public())), [pyrage.x25519.Identity.generate()])
