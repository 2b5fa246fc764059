"""Brought in again, a directory changes what has changed; services of ours follow it, and what staff said stays."""

from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import AuditEvent, Organisation
from referrals.demo import World
from referrals.hsds.types import TermMapping, load_term_mapping, own_taxonomy, term_id
from referrals.models import DirectoryLink, DirectoryRow, Service
from referrals.service_facts import Area, Hours, read_facts
from referrals.taxonomy import ServiceType
from tests.referrals.directories import (
    EXAMPLES,
    bring_in,
    located,
    organization,
    service,
    typed,
    uid,
    write,
)

pytestmark = pytest.mark.django_db


def package(folder: Path, *services: dict[str, object], **rows: Any) -> Path:
    return write(folder, **{"organization": [organization()], "service": services, **rows})


def advice(folder: Path, **values: object) -> Path:
    return package(folder, service(**values), **typed("advice", "legal_advice"))


# --- again  ----------------------------------------


def test_the_same_again_touches_nothing(tmp_path: Path) -> None:
    for path in (EXAMPLES, EXAMPLES / "service_full.json"):
        first, _ = bring_in(path, source=f"s{path.suffix[1:]}")
        again, _ = bring_in(path, source=f"s{path.suffix[1:]}")
        assert first.new > 15
        assert (again.new, again.changed, again.same) == (0, 0, first.new)


def test_what_has_changed_is_changed_and_nothing_else(tmp_path: Path) -> None:
    bring_in(package(tmp_path / "in", service(), service("clinic"), **located("advice")))
    links = set(DirectoryLink.objects.values_list("pk", flat=True))
    counts, _ = bring_in(package(tmp_path / "in", service(name="Advice, anew"), service("clinic")))
    assert (counts.new, counts.changed, counts.same) == (0, 1, 6)
    assert DirectoryRow.objects.get(hsds_id=uid("advice")).data["name"] == "Advice, anew"
    assert len(links & set(DirectoryLink.objects.values_list("pk", flat=True))) == len(links) - 1


def test_what_a_full_package_has_no_more_is_put_aside_and_comes_back(tmp_path: Path) -> None:
    full = advice(tmp_path / "full")
    bring_in(full)
    made = Service.objects.get()
    less = package(tmp_path / "less", service("other"))
    counts, _ = bring_in(less)
    assert counts.gone == 0
    counts, _ = bring_in(less, remove_missing=True)
    assert counts.gone == 1
    made.refresh_from_db()
    assert not made.active
    counts, _ = bring_in(full)
    assert (counts.new, counts.changed) == (0, 1)
    made.refresh_from_db()
    assert made.active


def test_sources_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    bring_in(advice(tmp_path / "in"), source="a")
    counts, _ = bring_in(tmp_path / "in", source="b")
    assert counts.new == 5
    assert DirectoryRow.objects.filter(hsds_id=uid("advice")).count() == 2


def test_it_stands_in_the_audit_trail(tmp_path: Path) -> None:
    bring_in(advice(tmp_path / "in"))
    event = AuditEvent.objects.get(action="directory.imported")
    assert event.codes["new"] == 5
    assert event.codes["source"] == "hsds"


def test_a_batch_costs_the_same_queries_however_many_rows_it_has(tmp_path: Path) -> None:
    def queries(count: int) -> int:
        names = [f"s{number}" for number in range(count)]
        rows: dict[str, list[Any]] = {}
        for name in names:
            for table, of_it in (located(name, f"at {name}") | typed(name, "legal_advice")).items():
                rows.setdefault(table, [])
                rows[table] += [row for row in of_it if row not in rows[table]]
        path = package(tmp_path / str(count), *(service(name) for name in names), **rows)
        with CaptureQueriesContext(connection) as captured:
            counts, _ = bring_in(path, source=f"of{count}")
        assert counts.services == count
        return len(captured)

    few = queries(3)
    assert queries(30) <= few + 4  # SQLite takes some inserts in several statements


# --- services of ours  ----------------------------------------


def test_a_service_without_a_type_of_ours_is_in_the_directory_alone(tmp_path: Path) -> None:
    counts, _ = bring_in(EXAMPLES)
    assert (counts.services, counts.untyped) == (0, 1)
    assert not Service.objects.exists()
    assert not Organisation.objects.exists()


def test_our_own_terms_make_a_service(tmp_path: Path) -> None:
    counts, _ = bring_in(advice(tmp_path / "in", description="Advice."))
    made = Service.objects.get()
    assert (counts.services, counts.untyped) == (1, 0)
    assert (made.name, made.type, made.description) == ("Service advice", "legal_advice", "Advice.")
    assert made.organisation.name == "Organization org"
    assert (made.active, made.team) == (True, None)
    assert set(made.codes.values_list("kind", "code")) == {("need", "legal_advice")}


def test_our_taxonomy_is_one_of_the_specification(tmp_path: Path) -> None:
    rows: dict[str, list[Any]] = {}
    for table, data in own_taxonomy():
        rows.setdefault(table, []).append(data)
    attribute = {
        "id": uid("a"),
        "link_id": uid("advice"),
        "link_entity": "service",
        "taxonomy_term_id": str(term_id("mhpss")),
    }
    bring_in(package(tmp_path / "in", service(), attribute=[attribute], **rows), strict=True)
    assert len(rows["taxonomy_term"]) == len(ServiceType)
    assert Service.objects.get().type == "mhpss"


def test_a_mapping_tells_what_other_terms_stand_for(tmp_path: Path) -> None:
    mapping = load_term_mapping("terms: {code: [legal_advice, mhpss]}", file="map.yaml")
    nowhere = "f28dd44b-0c4d-479f-8e90-4c52219a8b3c"  # what the example's attribute is about
    path = tmp_path / "in"
    path.mkdir()
    for each in EXAMPLES.glob("*.csv"):
        (path / each.name).write_text(
            each.read_text("utf-8").replace(nowhere, "ac148810-d857-441c-9679-408f346de14b"),
            "utf-8",
        )
    bring_in(path, mapping=mapping)
    made = Service.objects.get()
    assert made.type == "legal_advice"
    assert set(made.codes.filter(kind="need").values_list("code", flat=True)) == {"legal_advice", "mhpss"}


def test_a_service_that_is_not_active_is_none_to_refer_to(tmp_path: Path) -> None:
    bring_in(advice(tmp_path / "in"))
    bring_in(advice(tmp_path / "in", status="temporarily closed"))
    assert not Service.objects.get().active


def test_a_service_that_loses_its_type_closes(tmp_path: Path) -> None:
    bring_in(advice(tmp_path / "in"))
    bring_in(
        write(tmp_path / "later", **typed("advice", "legal_advice") | {"attribute": []}), remove_missing=True
    )
    assert not Service.objects.get().active


def test_an_organisation_of_the_same_name_is_never_taken_for_it(tmp_path: Path, world: World) -> None:
    ours = world.partner_team.organisation
    rows = {"organization": [organization(name=ours.name)]}
    path = write(tmp_path / "in", service=[service()], **rows, **typed("advice", "legal_advice"))
    counts, _ = bring_in(path)
    assert counts.renamed == 1
    made = Service.objects.get(team=None)
    assert made.organisation.name == f"{ours.name} (hsds)"
    assert bring_in(path)[0].renamed == 0


def test_a_mapping_can_say_that_it_is_the_same(tmp_path: Path, world: World) -> None:
    ours = world.partner_team.organisation
    mapping = TermMapping(organisations={uid("org"): ours.name})
    counts, _ = bring_in(advice(tmp_path / "in"), mapping=mapping)
    assert counts.renamed == 0
    assert Service.objects.get(team=None).organisation == ours


def test_an_organisation_that_changes_its_name(tmp_path: Path) -> None:
    bring_in(advice(tmp_path / "in"))
    later = write(tmp_path / "later", organization=[organization(name="Another name")])
    bring_in(later)
    assert Service.objects.get().organisation.name == "Another name"


def test_a_service_with_a_team_is_its_teams(tmp_path: Path, world: World) -> None:
    bring_in(advice(tmp_path / "in"))
    made = Service.objects.get(team=None)
    made.team, made.organisation, made.name = world.partner_team, world.partner_team.organisation, "Ours"
    made.save()
    bring_in(advice(tmp_path / "in", name="Theirs", status="inactive"))
    made.refresh_from_db()
    assert (made.name, made.active) == ("Ours", True)


# --- what matching asks about  ----------------------------------------


def week(**values: object) -> dict[str, object]:
    return {"id": uid(str(values)), "service_id": uid("advice"), "freq": "WEEKLY", **values}


def facts_of(
    folder: Path, *, kind: str = "legal_advice", values: dict[str, object] | None = None, **rows: Any
) -> Any:
    bring_in(package(folder, service(**(values or {})), **typed("advice", kind), **rows))
    made = Service.objects.get()
    return read_facts([made])[made.pk]


def test_what_the_rows_say_is_known(tmp_path: Path) -> None:
    values = {"minimum_age": 12, "maximum_age": 25, "email": "a@b.example", "wait_time": "2 weeks"}
    facts = facts_of(
        tmp_path / "in",
        values=values,
        language=[
            {"id": uid(code), "service_id": uid("advice"), "code": code}
            for code in ("ur", "pol", "en-GB", "xx")
        ],
        schedule=[
            week(byday="MO,TU", opens_at="09:00", closes_at="17:30:00"),
            week(byday="FR", opens_at="22:00", closes_at="02:00"),
            week(byday="WE", opens_at="09:00", closes_at="10:00", valid_to="2020-01-01"),
        ],
        service_area=[
            {"id": uid(name), "service_id": uid("advice"), "name": name}
            for name in ("Italy", "fr-idf", "Trastevere")
        ],
        accessibility=[
            {
                "id": uid("x"),
                "location_id": uid("house"),
                "description": "Wheelchair access. No accessible toilet. Induction loop.",
            }
        ],
        required_document=[{"id": uid("d"), "service_id": uid("advice"), "document": "A passport"}],
        **located("advice"),
    )
    assert (facts.min_age, facts.max_age, facts.email, facts.waiting) == (12, 25, "a@b.example", "month")
    assert facts.languages == {"urd", "pol", "eng"}
    assert facts.hours == {
        Hours("mon", time(9), time(17, 30)),
        Hours("tue", time(9), time(17, 30)),
        Hours("fri", time(22), time(23, 59)),
        Hours("sat", time(0), time(2)),
    }
    assert facts.areas == {Area("ITA"), Area("FRA", "FR-IDF"), Area("ITA", "", "Trastevere")}
    assert facts.accessibility == {"step_free", "hearing"}
    assert facts.required_documents == "A passport"
    assert facts.address == "1 Secretstreet house, 00100, Rome, RM, IT"
    assert (facts.latitude, facts.longitude) == (Decimal("41.9"), Decimal("12.5"))
    assert (facts.children, facts.irregular_status, facts.reports_to_immigration) == ("unknown",) * 3


def test_where_a_shelter_is_is_not_known(tmp_path: Path) -> None:
    facts = facts_of(tmp_path / "in", kind="shelter_emergency", **located("advice"))
    assert facts.confidential
    assert (facts.address, facts.latitude, facts.longitude) == ("", None, None)


@pytest.mark.parametrize("table", ["location", "address"])
def test_nor_is_a_place_that_was_flagged(tmp_path: Path, table: str) -> None:
    rows = located("advice")
    rows[table][0]["confidential"] = "yes"  # type: ignore[index]
    facts = facts_of(tmp_path / "in", **rows)
    assert not facts.confidential
    assert facts.address == ""
    assert (facts.latitude is None) == (table == "location")


def test_what_can_not_be_so_is_left_out(tmp_path: Path) -> None:
    values = {"minimum_age": 60, "maximum_age": 12}
    facts = facts_of(tmp_path / "in", values=values, **located("advice", latitude=100, longitude=101))
    assert (facts.min_age, facts.max_age) == (None, None)
    assert (facts.latitude, facts.longitude) == (None, None)
    assert facts.address


def test_what_staff_said_besides_stays(tmp_path: Path) -> None:
    bring_in(advice(tmp_path / "in"))
    Service.objects.update(irregular_status="yes", places_free=3)
    bring_in(advice(tmp_path / "in", minimum_age=16))
    made = Service.objects.get()
    assert (made.min_age, made.irregular_status, made.places_free) == (16, "yes", 3)
