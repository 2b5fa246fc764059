"""What is confidential, and where shelters are, leaves in no export and through no address."""

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from referrals.hsds.exporting import export_json, export_tables
from referrals.hsds.types import SECRET_PLACES, TermMapping
from referrals.models import DirectoryRow, DirectorySource, Service
from tests.referrals.directories import (
    EXAMPLES,
    bring_in,
    everything,
    located,
    organization,
    service,
    typed,
    uid,
    write,
)

pytestmark = pytest.mark.django_db
SECRETS = ("Secretname", "Secretstreet", "Secretphone", "41.9", "12.5")


def package(folder: Path, **rows: Any) -> Path:
    rows.setdefault("organization", [organization()])
    return write(folder, **rows)


def joined(*parts: dict[str, Any]) -> dict[str, list[Any]]:
    whole: dict[str, list[Any]] = {}
    for part in parts:
        for table, rows in part.items():
            known = whole.setdefault(table, [])
            known += [row for row in rows if row not in known]
    return whole


def left(folder: Path) -> str:
    """Everything that leaves: both forms of the export, and every address of the API."""
    out = folder / f"out{len(list(folder.iterdir()))}"
    out.mkdir()
    source = DirectorySource.objects.get()
    export_tables(source, out)
    export_json(source, out)
    client, answers = APIClient(), []
    for kind, table in (("services", "service"), ("organizations", "organization")):
        answers.append(client.get(f"/api/v1/hsds/{kind}/").content.decode())
        for hsds_id in DirectoryRow.objects.filter(table=table).values_list("hsds_id", flat=True):
            answers.append(client.get(f"/api/v1/hsds/{kind}/{hsds_id}/").content.decode())
    return everything(out) + "\n".join(answers)


def test_what_is_open_to_all_leaves(tmp_path: Path) -> None:
    rows = joined(located("advice"), typed("advice", "legal_advice"))
    bring_in(package(tmp_path / "in", service=[service()], **rows))
    assert all(secret in left(tmp_path) for secret in SECRETS)


@pytest.mark.parametrize("kind", sorted(SECRET_PLACES))
def test_of_a_shelter_leaves_that_it_is_there(tmp_path: Path, kind: str) -> None:
    shelter = service(
        "refuge", description="Secretname", url="https://secretname.example", email="a@b.example"
    )
    bring_in(package(tmp_path / "in", service=[shelter], **joined(located("refuge"), typed("refuge", kind))))
    out = left(tmp_path)
    assert "Service refuge" in out
    assert not [secret for secret in (*SECRETS, "secretname.example", "a@b.example") if secret in out]


def test_words_give_a_shelter_away_where_its_kind_is_not_known(tmp_path: Path) -> None:
    bring_in(package(tmp_path / "in", service=[service("x", name="Women's Refuge")], **located("x")))
    out = left(tmp_path)
    assert "Women's Refuge" in out
    assert not [secret for secret in SECRETS if secret in out]


def test_a_flagged_service_does_not_leave_and_nothing_of_it_does(tmp_path: Path) -> None:
    flagged = service("x", name="Secretname", confidential="yes")
    rows = joined(
        located("x"), {"language": [{"id": uid("l"), "service_id": uid("x"), "name": "Secretname"}]}
    )
    bring_in(package(tmp_path / "in", service=[flagged, service("open", confidential="no")], **rows))
    out = left(tmp_path)
    assert "Service open" in out
    assert not [secret for secret in (*SECRETS, uid("x")) if secret in out]


def test_a_flag_on_the_specifications_own_example(tmp_path: Path) -> None:
    """The example's location is flagged: its address, phone, contact and hours stay, the service leaves."""
    folder = tmp_path / "in"
    folder.mkdir()
    for path in EXAMPLES.glob("*.csv"):
        text = path.read_text("utf-8").splitlines()
        if path.name == "locations.csv":
            text = [f"{text[0]},confidential", f"{text[1]},true"]
        (folder / path.name).write_text("\n".join(text), "utf-8")
    bring_in(folder)
    out = left(tmp_path)
    assert "Community Counselling" in out
    for secret in (
        "1-30 Main Street",
        "ABC 1234",
        "MyCity Civic Center",
        "1234 234567",
        "Ann Persona",
        "10092008082",
    ):
        assert secret not in out


def test_a_flagged_organization_does_not_leave_and_nothing_below_it_does(tmp_path: Path) -> None:
    owner = organization(confidential="1", name="Secretname")
    bring_in(package(tmp_path / "in", organization=[owner], service=[service("x")], **located("x")))
    out = left(tmp_path)
    assert not [secret for secret in (*SECRETS, "Service x") if secret in out]


def test_a_flagged_phone_stays_alone(tmp_path: Path) -> None:
    phones = [
        {"id": uid(name), "service_id": uid("advice"), "number": name, "confidential": flag}
        for name, flag in (("Secretphone", "y"), ("555 0100", ""))
    ]
    bring_in(package(tmp_path / "in", service=[service()], phone=phones))
    out = left(tmp_path)
    assert "555 0100" in out
    assert "Secretphone" not in out


def test_an_open_service_in_the_same_house_does_not_give_it_away(tmp_path: Path) -> None:
    rows = joined(located("refuge"), located("advice"), typed("refuge", "shelter_emergency"))
    bring_in(package(tmp_path / "in", service=[service(), service("refuge")], **rows))
    out = left(tmp_path)
    assert "Service advice" in out
    assert not [secret for secret in SECRETS if secret in out]


def test_nor_does_a_location_of_its_organization_that_no_open_service_uses(tmp_path: Path) -> None:
    unused = located("nobody")
    unused["location"][0]["organization_id"] = uid("org")  # type: ignore[index]
    del unused["service_at_location"]
    office = located("advice", "office", organization_id=uid("org"), latitude=1, longitude=2)
    rows = joined(unused, office, typed("refuge", "shelter_transitional"))
    bring_in(package(tmp_path / "in", service=[service(), service("refuge")], **rows))
    out = left(tmp_path)
    assert "Secretstreet office" in out
    assert "Secretstreet house" not in out
    assert "41.9" not in out


def test_nor_does_an_address_whose_location_was_left_out(tmp_path: Path) -> None:
    rows = located("refuge")
    package(tmp_path / "in", address=rows["address"], phone=rows["phone"])
    bring_in(tmp_path / "in")
    assert not [secret for secret in SECRETS if secret in left(tmp_path)]


def test_nor_does_what_was_said_of_it_before(tmp_path: Path) -> None:
    before = {
        "id": uid("m"),
        "resource_id": uid("house"),
        "resource_type": "location",
        "last_action_date": "2026-01-01",
        "last_action_type": "update",
        "field_name": "name",
        "previous_value": "Secretname",
        "replacement_value": "x",
        "updated_by": "y",
    }
    rows = joined(located("refuge"), typed("refuge", "shelter_emergency"))
    bring_in(package(tmp_path / "in", service=[service("refuge")], metadata=[before], **rows))
    assert "Secretname" not in left(tmp_path)


def test_one_that_becomes_a_shelter_is_taken_back(tmp_path: Path) -> None:
    bring_in(package(tmp_path / "in", service=[service("x")], **located("x")))
    assert "Secretstreet" in left(tmp_path)
    bring_in(write(tmp_path / "later", **typed("x", "shelter_emergency")))
    assert "Secretstreet" not in left(tmp_path)


def test_one_that_has_closed_is_still_nobodys_business(tmp_path: Path) -> None:
    rows = joined(located("refuge"), typed("refuge", "shelter_emergency"))
    bring_in(package(tmp_path / "in", service=[service("refuge")], **rows))
    house = {name: rows[name] for name in ("location", "address", "phone")}
    bring_in(
        package(tmp_path / "later", service=[service()], service_at_location=[], **house), remove_missing=True
    )
    assert DirectoryRow.objects.get(hsds_id=uid("refuge")).gone
    assert not [secret for secret in SECRETS if secret in left(tmp_path)]


def test_a_mapping_can_say_so_of_terms(tmp_path: Path) -> None:
    rows = joined(located("x"), typed("x", "other"))
    bring_in(
        package(tmp_path / "in", service=[service("x")], **rows),
        mapping=TermMapping(confidential=frozenset({"other"})),
    )
    out = left(tmp_path)
    assert not [secret for secret in (*SECRETS, "Service x") if secret in out]


def test_what_staff_have_called_confidential_is_withheld_at_once(tmp_path: Path) -> None:
    rows = joined(located("advice"), typed("advice", "legal_advice"))
    bring_in(package(tmp_path / "in", service=[service()], **rows))
    assert "Secretstreet" in left(tmp_path)
    made = Service.objects.get()
    made.confidential, made.address, made.latitude, made.longitude = True, "", None, None
    made.save()
    assert "Secretstreet" not in left(tmp_path)
    bring_in(tmp_path / "in")
    assert "Secretstreet" not in left(tmp_path)


def test_anybody_sees_the_specifications_columns_alone(tmp_path: Path) -> None:
    bring_in(package(tmp_path / "in", service=[service(notes="Jottings")]))
    answer = APIClient().get(f"/api/v1/hsds/services/{uid('advice')}/")
    assert answer.status_code == 200
    assert b"Jottings" not in answer.content
