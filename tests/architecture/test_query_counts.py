"""How many queries each main operation and page takes, savepoints included, against a checked-in file.

More is a decision that someone should see in a diff; fewer is one too. Renew the file on SQLite and on PostgreSQL with
UPDATE_QUERY_COUNTS=1.
"""

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.instruments import load_instruments
from casework.models import Case, Identification
from casework.selectors import read_case, read_identification
from casework.services import open_case, plan_follow_up, record_consent, record_identification, save_section
from casework.services.consents import How, Purpose
from core.actor import Actor
from referrals.demo import World
from referrals.models import Packet, Referral
from referrals.selectors import read_packet, read_referral
from referrals.services import accept_referral, draft_referral, send_referral
from tests.conftest import SECTIONS, sign_in

FILE = Path(__file__).with_name("query_counts.json")
RENEW = "UPDATE_QUERY_COUNTS=1 python -m pytest tests/architecture/test_query_counts.py"
INSTRUMENT = load_instruments()["ilo-adult-labour"]

Counts = dict[str, int]
Stored = dict[str, int | dict[str, int]]  # one number, or one a database where they differ


def count(run: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def count_page(client: Client, name: str, **arguments: object) -> int:
    """Asked twice, counted once: what a process remembers is remembered."""

    def get() -> None:
        assert client.get(reverse(name, kwargs=arguments)).status_code == 200

    get()
    return count(get)


def identify(world: World, actor: Actor) -> Identification:
    return record_identification(
        actor=actor,
        team_id=world.team.pk,
        instrument_id=INSTRUMENT.id,
        answers={indicator.id: "present" for indicator in INSTRUMENT.indicators},
        interviewed_on=date(2026, 1, 15),
        age=29,
    )


def save_identity(actor: Actor, case: Case, base_version: int) -> None:
    values = SECTIONS["identity"]
    save_section(actor=actor, case_id=case.pk, section="identity", values=values, base_version=base_version)


def consent(actor: Actor, case: Case, purpose: Purpose, recipient: UUID | None = None) -> None:
    record_consent(
        actor=actor,
        case_id=case.pk,
        purpose=purpose,
        recipient=recipient,
        given_on=date(2026, 1, 16),
        how=How.WRITTEN,
        explained="What is done with it, with whom and why.",
        language="nep",
    )


def draft(world: World, actor: Actor, case: Case) -> Referral:
    return draft_referral(
        actor=actor, case_id=case.pk, service_id=world.services[0].pk, fields=["identity.chosen_name"]
    )


def add_row(world: World, actor: Actor) -> None:
    """One more of everything that stands in a list."""
    case = open_case(actor=actor, identification_id=identify(world, actor).pk)
    save_identity(actor, case, 0)
    plan_follow_up(actor=actor, case_id=case.pk, due_at=timezone.now() + timedelta(days=1), about="Call.")
    consent(actor, case, Purpose.SHARE, world.partner_team.organisation_id)
    consent(actor, case, Purpose.STATISTICS)
    send_referral(actor=actor, referral_id=draft(world, actor, case).pk)


def count_operations(world: World) -> Counts:
    """Each by a person whose keyring has not opened anything yet, as in a request."""
    person = world["assigned"]
    counts: Counts = {}

    def do(operation: str, run: Callable[[Actor], object]) -> None:
        actor = person.actor
        counts[operation] = count(lambda: run(actor))

    add_row(world, person.actor)  # what a process remembers, it remembers from here
    do("record identification, 67 answers", lambda actor: identify(world, actor))
    made = identify(world, person.actor)
    do("read identification", lambda actor: read_identification(actor, made.pk))
    do("open case", lambda actor: open_case(actor=actor, identification_id=made.pk))
    case = Case.objects.get(identifications=made)
    do("save section", lambda actor: save_identity(actor, case, 0))
    partner_id = world.partner_team.organisation_id
    do("record consent to sharing", lambda actor: consent(actor, case, Purpose.SHARE, partner_id))
    do("record consent to statistics", lambda actor: consent(actor, case, Purpose.STATISTICS))
    do("save section, with consent to statistics", lambda actor: save_identity(actor, case, 1))
    do(
        "plan follow-up",
        lambda actor: plan_follow_up(actor=actor, case_id=case.pk, due_at=timezone.now(), about="Call."),
    )
    do("draft referral", lambda actor: draft(world, actor, case))
    referral = Referral.objects.get(case=case)
    do("send referral", lambda actor: send_referral(actor=actor, referral_id=referral.pk))
    do("read case", lambda actor: read_case(actor, case.pk).documents)
    do("read referral", lambda actor: read_referral(actor, referral.pk))

    packet = Packet.objects.get(referral=referral)
    partner = world["focal_point"].actor
    counts["read packet, the first time"] = count(lambda: read_packet(partner, packet.pk))
    partner = world["focal_point"].actor
    counts["accept referral"] = count(lambda: accept_referral(actor=partner, packet_id=packet.pk))
    return counts


LISTS = {
    "today": "assigned",
    "identification-list": "assigned",
    "case-list": "assigned",
    "referral-list": "assigned",
    "inbox": "focal_point",
    "statistics": "advocate",
}


def count_pages(world: World) -> Counts:
    """In a world without cases yet: lists with one row and with six, everything else with what one row brings along."""
    clients = {name: sign_in(world[name]) for name in set(LISTS.values())}
    worker, partner = clients["assigned"], clients["focal_point"]
    actor = world["assigned"].actor
    add_row(world, actor)
    identification, case, packet = Identification.objects.get(), Case.objects.get(), Packet.objects.get()
    counts: Counts = {}

    def each(suffix: str) -> None:
        for name, who in LISTS.items():
            counts[f"page {name}, {suffix}"] = count_page(clients[who], name)

    each("1 row")
    counts["page identification"] = count_page(worker, "identification", identification_id=identification.pk)
    counts["page identification-new"] = count_page(worker, "identification-new")
    counts["page case"] = count_page(worker, "case", case_id=case.pk)
    counts["page section"] = count_page(worker, "section", case_id=case.pk, section="identity")
    counts["page referral"] = count_page(worker, "referral", referral_id=packet.referral_id)
    counts["page packet"] = count_page(partner, "packet", packet_id=packet.pk)
    for _ in range(5):
        add_row(world, actor)
    each("6 rows")
    return counts


def stored() -> Stored:
    return dict(json.loads(FILE.read_text())) if FILE.exists() else {}


def for_this_database(known: int | dict[str, int] | None) -> int | None:
    return known.get(connection.vendor) if isinstance(known, dict) else known


def renew(counts: Counts) -> None:
    """Write what was counted here, and keep what the other database is known to take."""
    known, written = stored(), Stored()
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    for operation, here in counts.items():
        before = known.get(operation, here)
        there = before[other] if isinstance(before, dict) else before
        written[operation] = here if here == there else {connection.vendor: here, other: there}
    FILE.write_text(json.dumps(written, indent=2, sort_keys=True) + "\n")


@pytest.mark.xdist_group("query counts")
def test_everything_takes_as_many_queries_as_the_file_says(world: World) -> None:
    counts = {**count_pages(world), **count_operations(world)}
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        renew(counts)
    expected = {operation: for_this_database(known) for operation, known in stored().items()}
    changed = [
        f"{operation}: {counts.get(operation)}, {FILE.name} says {expected.get(operation)}"
        for operation in sorted({*counts, *expected})
        if counts.get(operation) != expected.get(operation)
    ]
    if changed:
        pytest.fail("\n".join([*changed, f"If that is meant, renew the file: {RENEW}"]), pytrace=False)


@pytest.mark.parametrize("name", LISTS)
def test_no_list_grows_with_its_rows(name: str) -> None:
    assert stored()[f"page {name}, 1 row"] == stored()[f"page {name}, 6 rows"]


def test_an_identification_is_recorded_in_at_most_twelve_queries() -> None:
    number = for_this_database(stored()["record identification, 67 answers"])
    assert number is not None
    assert number <= 12
