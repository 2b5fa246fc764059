"""Each cell of the table in matrix.py, asked for a real object; and no address that stands in no row."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone
from rest_framework.test import APIClient

from casework.approvals import Subject
from casework.calendar import make_calendar_link
from casework.models import Case, Consent, Identification, ImportTable
from casework.search.filters import CaseFilter
from casework.services import (
    add_document,
    add_instrument,
    open_case,
    plan_follow_up,
    record_identification,
    save_filter,
    save_section,
    start_draft,
)
from casework.services.approvals import ask_approval
from casework.services.assignment import ASSIGNED
from casework.services.entries import add_entry
from casework.services.import_tables import do_step, upload_table
from casework.services.interpreters import add_interpreter
from casework.services.links import link_cases
from casework.services.national import prepare_national_referral
from casework.services.transfers import offer_transfer
from core.access import grant_access
from core.accounts import create_person, make_keys
from core.models import ApiToken, Kind, Level, Notice, OutboxItem, User
from core.notices import tell
from core.uploads import sealed_upload
from referrals.demo import Persona, World
from referrals.models import DirectoryRow, Enclosure, Handover, Packet
from referrals.services import (
    Wanted,
    accept_referral,
    ask_for_place,
    draft_referral,
    hold_place,
    offer_service,
    send_referral,
)
from referrals.services.one_time import send_by_link
from referrals.services.other_ways import hand_out_file
from tests.architecture.matrix import CELLS, PERSONAS
from tests.casework.test_importing import GOOD, MAPPING, csv_of
from tests.conftest import PASSWORD, api, sign_in
from tests.files import picture
from tests.instruments import LANTERN
from tests.neighbours import found
from tests.referrals.directories import EXAMPLES, bring_in

OF_THE_PACKET = {"api-referral-accept", "api-referral-decline"}  # by the id of a referral that was sent
OF_THE_HANDOVER = {"handover-close", "packet-handover", "api-handover-answer", "api-handover-close"}
OF_THE_EXCHANGE = {
    "referral-exchange",
    "packet-exchange",
    "api-referral-exchange",
    "api-packet-exchange",
}
OF_ANOTHER_WAY = {"referral-answer", "api-referral-answer"}
API = ("api-", "token", "schema")
# What is checked before the thing is looked for: sent right, so that it is looked for.
BODIES: dict[str, dict[str, object]] = {
    "api-section": {"version": 2, "values": {}},
    "api-section-restore": {"newest": 2},
    "api-entries": {"values": {"message": "x", "since": "2026-01-16"}},
    "api-entry": {"version": 1, "values": {"message": "x", "since": "2026-01-16"}},
    "api-consents": {
        "purpose": "statistics",
        "given_on": "2026-01-16",
        "how": "written",
        "explained": "x",
        "language": "nep",
    },
    "api-approvals": {"subject": "closure", "reason": "x"},
    "api-refuse": {"note": "x"},
    "api-decisions": {
        "kind": "ngo_assessment",
        "outcome": "possible",
        "decided_on": "2026-01-16",
        "body": "NGO",
    },
    "api-exceptions": {
        "basis": "imminent_harm",
        "authority": "x",
        "country": "ITA",
        "what": "x",
        "reason": "x",
    },
    "api-handover-answer": {"holds": "x"},
    "api-service-capacity": {"places_free": 3},
    "api-handover-close": {"note": "x"},
    "api-referral-exchange": {"kind": "message", "values": {"text": "x"}},
    "api-packet-exchange": {"kind": "message", "values": {"text": "x"}},
    "api-document-remove": {"reason": "x"},
    "api-interpreter": {"version": 1, "values": {"name": "x", "languages": ["nep"]}},
    "api-identification-add": {"case": str(uuid4())},  # a case that nobody has
    "api-erasure": {"reason": "x"},
    "api-links": {"case": str(uuid4()), "relation": "family"},  # with a case that nobody has
    "api-case-state": {"step": "activate"},
    "api-case-assign": {"to": str(uuid4())},
    "api-transfer-decline": {"reason": "x"},
    "api-referral-decline": {"reason": "full"},
    "api-referrals-told": {
        "case": str(uuid4()),
        "service": str(uuid4()),
        "fields": ["identity.chosen_name"],
        "way": "spoken",
        "to": "x",
        "at": "2026-01-16T10:00:00Z",
    },
    "referral-send": {"again": "x"},
    "api-referral-send": {"again": "x"},
    "api-referral-link": {"again": "x"},
    "api-referral-file": {
        "again": "x",
        "recipient": "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z",
    },
    "api-referral-answer": {"answer": "accepted"},
    "instruments-wording": {"instrument": "ilo-adult-sexual"},
    "instruments-switch": {"instrument": "lantern", "version": "1", "to": "off"},
}
FILES = {"api-documents": {"kind": "other"}}  # with a file beside these
QUERIES = {
    "api-case-matches": {"need": "legal_advice"},
    "api-table": {"rows": "citizenship", "columns": "ageBroad"},
    "instruments-wording": {"instrument": "ilo-adult-sexual"},
}


def patterns(found: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in found:
        if isinstance(each, URLPattern):
            yield prefix + str(each.pattern), each
        else:
            yield from patterns(each.url_patterns, prefix + str(each.pattern))


ADDRESSES = list(patterns(get_resolver().url_patterns))


def methods(pattern: URLPattern) -> set[str]:
    """What an address answers to: of a view of the API what it defines, of a page what a browser sends."""
    view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    if view is None:
        return {"GET", "POST"}
    return {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}


def test_every_address_has_a_name_of_its_own() -> None:
    names = [pattern.name for _route, pattern in ADDRESSES]
    assert None not in names
    assert len(names) == len(set(names))


def test_every_address_and_method_stands_in_the_table_and_nothing_else_does() -> None:
    assert {(p.name, m) for _route, p in ADDRESSES for m in methods(p)} == set(CELLS)


def test_an_address_takes_ids_that_nobody_guesses_and_no_words_about_people() -> None:
    for route, pattern in ADDRESSES:
        kinds = {type(each).__name__ for each in pattern.pattern.converters.values()}
        named = any(f"/<slug:{name}>/" in route for name in ("section", "kind", "screen", "form"))
        secret = route == "calendar/<str:secret>.ics"  # 256 random bits
        assert kinds <= {"UUIDConverter"} or named or secret, route


@pytest.fixture
def superuser(world: World) -> Persona:
    user = create_person(email="root@hearth.example", name="Root", organisation=world.team.organisation)
    private_key = make_keys(user=user, password=PASSWORD)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    return Persona("superuser", User.objects.get(pk=user.pk), private_key)


@pytest.fixture
def people(world: World, superuser: Persona) -> dict[str, Persona]:
    return {**world.people, "superuser": superuser}


@pytest.fixture
def ids(world: World, assigned: Persona, case: Case, share_consent: None) -> dict[str, Any]:
    """One of each kind, in the state in which most can be done with it."""

    document = add_document(
        actor=assigned.actor, case_id=case.pk, upload=sealed_upload("x.png", [picture()]), kind="other"
    )

    def draft() -> Any:
        return draft_referral(
            actor=assigned.actor,
            case_id=case.pk,
            service_id=world.services[0].pk,
            fields=["identity.chosen_name"],
            documents=[document.pk],
        )

    def identify() -> Identification:
        return record_identification(
            actor=assigned.actor,
            team_id=world.team.pk,
            instrument_id="ilo-adult-labour",
            answers={},
            interviewed_on=date(2026, 1, 15),
        )

    values = {"chosen_name": "Linnet"}
    alike = open_case(actor=assigned.actor, identification_id=identify().pk)
    save_section(actor=assigned.actor, case_id=alike.pk, section="identity", values=values, base_version=0)
    save_section(actor=assigned.actor, case_id=case.pk, section="identity", values=values, base_version=1)
    unopened = identify()
    linked = open_case(actor=assigned.actor, identification_id=identify().pk)
    reader, receiver = (found(world.team.organisation, name).team for name in ("reader", "receiver"))
    grant_access(actor=assigned.actor, object_id=case.pk, kind=Kind.CASE, principal=reader, level=Level.READ)
    tell([assigned.user.pk], ASSIGNED, object=case.object)
    add_instrument(actor=world["administrator"].actor, text=LANTERN)
    packet, accepted = (
        Packet.objects.get(referral=send_referral(actor=assigned.actor, referral_id=draft().pk, again="x"))
        for _ in range(2)
    )
    accept_referral(actor=world["focal_point"].actor, packet_id=accepted.pk)
    told, _sheet, _content = hand_out_file(actor=assigned.actor, referral_id=draft().pk, again="x")
    Handover.objects.create(referral=accepted.referral, opened_at=timezone.now())
    house = offer_service(
        actor=world["focal_point"].actor,
        organisation=world.partner_team.organisation,
        team=world.partner_team,
        name="House",
        type="shelter_emergency",
    )
    place = ask_for_place(
        actor=assigned.actor,
        case_id=case.pk,
        wanted=Wanted("shelter_emergency", "18_24", "any", 1, timezone.localdate()),
        service_ids=[house.pk],
        wait_hours=6,
    )
    hold_place(actor=world["focal_point"].actor, ask_id=place.asks.get().pk, hours=2)
    bring_in(EXAMPLES / "service_full.json")
    return {
        "identification_id": unopened.pk,
        "secret": make_calendar_link(actor=assigned.actor),
        "place_id": place.pk,
        "ask_id": place.asks.get().pk,
        "other_id": alike.pk,
        "filter_id": save_filter(actor=assigned.actor, filter=CaseFilter(state="open")).pk,
        "case_id": case.pk,
        "section": "identity",
        "version": 1,
        "kind": "alert",
        "entry_id": add_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="alert",
            values={"message": "x", "since": "2026-01-16"},
        ),
        "pathway_id": add_entry(
            actor=assigned.actor,
            case_id=case.pk,
            kind="pathway",
            values={
                "kind": "integration",
                "opened_on": "2026-01-16",
                "wished": "yes",
                "wish": "x",
                "informed_on": "2026-01-16",
            },
        ),
        "national_id": prepare_national_referral(
            actor=assigned.actor,
            case_id=case.pk,
            authority="x",
            country="GBR",
            fields=["trafficking_experience.types_of_exploitation"],
        ),
        "draft_id": start_draft(actor=assigned.actor, team_id=world.team.pk, instrument_id="raft").pk,
        "screen": "before",
        "membership_id": world["teammate"].user.memberships.get().pk,
        "document_id": document.pk,
        "approval_id": ask_approval(
            actor=assigned.actor, case_id=case.pk, subject=Subject.PLAN, reason="x"
        ).pk,
        "consent_id": Consent.objects.get(case=case).pk,
        "follow_up_id": plan_follow_up(
            actor=assigned.actor, case_id=case.pk, due_at=timezone.now(), about="x"
        ).pk,
        "service_id": world.services[0].pk,
        "referral_id": draft().pk,
        "sent_id": packet.referral_id,
        "packet_id": packet.pk,
        "enclosure_id": Enclosure.objects.get(packet=packet).pk,
        "interpreter_id": add_interpreter(
            actor=assigned.actor, team_id=world.team.pk, values={"name": "x", "languages": ["nep"]}
        ).pk,
        "link_id": link_cases(actor=assigned.actor, case_id=case.pk, other_id=linked.pk, relation="family"),
        "team_id": reader.pk,
        "transfer_id": offer_transfer(
            actor=world["supervisor"].actor, case_id=case.pk, to_team=receiver.pk, note="x"
        ).pk,
        "table_id": checked_table(world).pk,
        "notice_id": Notice.objects.get(what=ASSIGNED).pk,
        "item_id": OutboxItem.objects.create(
            kind="x", subject=uuid4(), run_at=timezone.now(), dead_at=timezone.now(), error="OSError"
        ).pk,
        "form": "identity",
        "hsds_service_id": DirectoryRow.objects.get(table="service").hsds_id,
        "hsds_organization_id": DirectoryRow.objects.get(table="organization").hsds_id,
        "told_id": told.pk,
        "one_time_id": send_by_link(
            actor=assigned.actor, referral_id=draft().pk, language="en", again="x"
        ).packet_id,
        "handed_over": {"referral_id": accepted.referral_id, "packet_id": accepted.pk},
    }


def checked_table(world: World) -> ImportTable:
    """A table that waits to be imported."""
    supervisor = world["supervisor"].actor
    upload = sealed_upload("x.csv", [csv_of(GOOD)])
    table = upload_table(actor=supervisor, team_id=world.team.pk, upload=upload, mapping=MAPPING)
    return do_step(actor=supervisor, table_id=table.pk)


def address(pattern: URLPattern, ids: dict[str, Any]) -> str:
    wanted = {name: ids[name] for name in pattern.pattern.converters}
    if pattern.name in OF_THE_PACKET:
        wanted["referral_id"] = ids["sent_id"]
    if pattern.name in OF_ANOTHER_WAY:
        wanted["referral_id"] = ids["told_id"]
    if pattern.name in OF_THE_EXCHANGE and "kind" in wanted:
        wanted["kind"] = "message"
    if pattern.name in OF_THE_HANDOVER | OF_THE_EXCHANGE and "handed_over" in ids:
        wanted |= {name: ids["handed_over"][name] for name in wanted if name in ids["handed_over"]}
    return reverse(str(pattern.name), kwargs=wanted)


def answer(client: Client | APIClient, method: str, pattern: URLPattern, ids: dict[str, Any]) -> str:
    """The status, with what the request changed undone."""
    sent: dict[str, Any] = {"data": QUERIES.get(str(pattern.name), {})} if method == "GET" else {}
    if method != "GET":
        sent = {"data": BODIES.get(str(pattern.name), {})}
        if isinstance(client, APIClient):
            sent["format"] = "json"
        if pattern.name in FILES:
            file = SimpleUploadedFile("x", b"x")
            sent = {"data": {**FILES[pattern.name], "file": file}, "format": "multipart"}
    with transaction.atomic():
        response = getattr(client, method.lower())(address(pattern, ids), **sent)
        transaction.set_rollback(True)
    to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/sign-in/?next=")
    return "in" if to_sign_in else str(response.status_code)


def browsers(people: dict[str, Persona]) -> dict[str, Client | APIClient]:
    made: dict[str, Client | APIClient] = {name: sign_in(persona) for name, persona in people.items()}
    return made | {"anonymous": Client()}


def programs(people: dict[str, Persona]) -> dict[str, Client | APIClient]:
    made: dict[str, Client | APIClient] = {name: api(persona) for name, persona in people.items()}
    return made | {"anonymous": APIClient()}


@pytest.mark.parametrize("side", ["pages", "API"])
def test_each_cell_of_the_table(people: dict[str, Persona], ids: dict[str, Any], side: str) -> None:
    clients = browsers(people) if side == "pages" else programs(people)
    if side == "API":
        ids["token_id"] = ApiToken.objects.get(owner=people["assigned"].user).pk
    wrong = []
    asked = 0
    for _route, pattern in ADDRESSES:
        if str(pattern.name).startswith(API) != (side == "API"):
            continue
        for method in methods(pattern):
            for name in PERSONAS:
                cookies = {key: morsel.value for key, morsel in clients[name].cookies.items()}
                got = answer(clients[name], method, pattern, ids)
                clients[name].cookies.clear()
                clients[name].cookies.load(cookies)
                expected = CELLS[str(pattern.name), method][name]
                asked += 1
                if got != expected:
                    wrong.append(f"{pattern.name} {method} as {name}: {got}, not {expected}")
    assert wrong == []
    assert asked > 200


@pytest.mark.parametrize("side", ["pages", "API"])
def test_what_is_not_there_answers_as_what_one_may_not_see(people: dict[str, Persona], side: str) -> None:
    """404 for the stranger, and 404 for an id that nobody has: the two can't be told apart."""
    client: Client | APIClient = sign_in(people["assigned"]) if side == "pages" else api(people["assigned"])
    nothing = {
        name: uuid4()
        for _route, pattern in ADDRESSES
        for name in pattern.pattern.converters
        if name not in ("section", "version", "kind")
    } | {"section": "identity", "version": 1, "kind": "alert", "sent_id": uuid4(), "told_id": uuid4()}
    for _route, pattern in ADDRESSES:
        if str(pattern.name).startswith(API) != (side == "API") or not pattern.pattern.converters:
            continue
        for method in methods(pattern):
            got = answer(client, method, pattern, nothing)
            assert got in ("404", "405"), f"{pattern.name} {method}: {got}"


def test_any_other_method_is_refused(people: dict[str, Persona], ids: dict[str, Any]) -> None:
    page, program = sign_in(people["assigned"]), api(people["assigned"])
    ids["token_id"] = uuid4()
    for _route, pattern in ADDRESSES:
        of_the_api = str(pattern.name).startswith(API)
        others = {"PUT", "PATCH", "DELETE"} - methods(pattern)
        for method in others - ({"PUT", "PATCH", "DELETE"} if pattern.name == "set_language" else set()):
            got = answer(program if of_the_api else page, method, pattern, ids)
            assert got == "405", f"{pattern.name} {method}: {got}"


def test_the_table_tells_a_strangers_case_from_ones_own() -> None:
    """The table itself can be wrong: whoever is not of the team never gets an object of the team's."""
    for (name, method), cells in CELLS.items():
        pattern = next(p for _route, p in ADDRESSES if p.name == name)
        if set(pattern.pattern.converters) & {"case_id", "identification_id", "follow_up_id"}:
            for persona in ("stranger", "focal_point", "advocate", "administrator", "superuser", "anonymous"):
                assert cells[persona] in ("404", "405", "401", "in"), (name, method, persona)
        assert cells["superuser"] in ("200", "302", "404", "405", "400", "403", "503")
        if cells["superuser"] == "200":
            assert cells["stranger"] == "200"


def test_the_demo_world_has_a_case_to_be_refused(case: Case) -> None:
    assert Identification.objects.filter(case=case).exists()
