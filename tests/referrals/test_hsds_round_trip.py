"""The specification's examples come back as they were, in both forms and from one to the other."""

from pathlib import Path

import pytest
from django.core.management import call_command

from referrals.hsds.exporting import export_json, export_tables
from referrals.hsds.schema import downwards, tables
from referrals.models import DirectoryRow, DirectorySource
from tests.referrals.directories import (
    EXAMPLES,
    bring_in,
    cells,
    organization,
    read,
    said,
    service,
    uid,
    write,
)

pytestmark = pytest.mark.django_db
DOCUMENTS = {"organizations.json": "organization_full.json", "services.json": "service_full.json"}


def exported(folder: Path, name: str = "hsds") -> Path:
    source = DirectorySource.objects.get(name=name)
    folder.mkdir()
    export_tables(source, folder)
    export_json(source, folder)
    return folder


def test_the_tabular_package(tmp_path: Path) -> None:
    bring_in(EXAMPLES)
    out = exported(tmp_path / "out")
    assert cells(out) == cells(EXAMPLES)
    assert len(cells(out)) == len(tables())
    assert [each["name"] for each in read(out / "datapackage.json")["resources"]] == [
        each["name"] for each in read(EXAMPLES / "datapackage.json")["resources"]
    ]


@pytest.mark.parametrize(("name", "document"), DOCUMENTS.items())
def test_the_json_form(tmp_path: Path, name: str, document: str) -> None:
    _counts, problems = bring_in(EXAMPLES / document)
    assert problems == []
    assert read(exported(tmp_path / "out") / name) == [read(EXAMPLES / document)]


@pytest.mark.parametrize(("name", "document"), DOCUMENTS.items())
def test_json_to_tables_to_json(tmp_path: Path, name: str, document: str) -> None:
    bring_in(EXAMPLES / document)
    bring_in(exported(tmp_path / "tables"), source="again")
    assert read(exported(tmp_path / "out", "again") / name) == [read(EXAMPLES / document)]


def test_a_list_of_documents_and_a_page_of_an_api_are_read_as_well(tmp_path: Path) -> None:
    document = read(EXAMPLES / "service_full.json")
    for number, text in enumerate((f"[{_dump(document)}]", f'{{"contents": [{_dump(document)}]}}')):
        path = tmp_path / f"{number}.json"
        path.write_text(text, "utf-8")
        counts, problems = bring_in(path, source=f"s{number}")
        assert problems == []
        assert counts.new == DirectoryRow.objects.filter(source__name=f"s{number}").count() > 10


def _dump(document: object) -> str:
    import json

    return json.dumps(document)


def test_what_is_beside_the_specification_is_kept_and_told_of(tmp_path: Path) -> None:
    package = write(tmp_path / "in", organization=[organization()], service=[service(notes="ask for Ann")])
    _counts, problems = bring_in(package)
    assert [(each.file, each.row, each.column) for each in problems] == [("services.csv", "1", "notes")]
    assert cells(exported(tmp_path / "out")) == cells(package)


def test_a_number_comes_back_as_it_was_written(tmp_path: Path) -> None:
    location = {"id": uid("l"), "location_type": "physical", "latitude": "51.500", "longitude": "0012.5"}
    package = write(tmp_path / "in", location=[location])
    bring_in(package)
    assert cells(exported(tmp_path / "out")) == cells(package)


def test_a_phone_of_several_things_hangs_on_each_of_them(tmp_path: Path) -> None:
    bring_in(EXAMPLES / "service_full.json")
    document = read(exported(tmp_path / "out") / "services.json")[0]
    assert document["phones"] == document["organization"]["phones"] == document["contacts"][0]["phones"]


def test_the_commands_do_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_hsds", str(EXAMPLES / "service_full.json"))
    assert "Rows: 20 new, 0 changed, 0 the same, 0 refused, 0 gone." in capsys.readouterr().out
    call_command("export_hsds", str(tmp_path / "out"), json=True)
    assert read(tmp_path / "out" / "services.json") == [read(EXAMPLES / "service_full.json")]
    assert "service: 1" in capsys.readouterr().out


def test_the_schema_is_the_specifications(tmp_path: Path) -> None:
    """What is packed beside the code says of each column what the published one says."""
    published = {each["name"]: each for each in read(EXAMPLES / "datapackage.json")["resources"]}
    assert set(tables()) == set(published)
    for name, table in tables().items():
        fields = {each["name"]: each for each in published[name]["schema"]["fields"]}
        assert list(table.columns) == list(fields)
        for column in table.columns.values():
            field = fields[column.name]
            assert (column.type, column.format) == (field["type"], field.get("format", ""))
            assert column.required == field["constraints"]["required"]
            assert list(column.enum) == field["constraints"].get("enum", [])
    assert "phone.service_id" in downwards("service")
    assert "service.organization_id" in downwards("organization") - downwards("service")


def test_the_examples_references_to_nowhere_are_told_of() -> None:
    _counts, problems = bring_in(EXAMPLES)
    assert sorted(said(problems)) == [
        ("contacts.csv", "2", "organization_id", "kept"),
        ("contacts.csv", "2", "service_at_location_id", "kept"),
        ("locations.csv", "2", "organization_id", "kept"),
        ("taxonomy_terms.csv", "2", "taxonomy_id", "kept"),
    ]
