"""What is wrong with a package is told by file, row and column, and never quoted; strictly, nothing is loaded then."""

import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEvent
from referrals.hsds import packages
from referrals.hsds.problems import NothingLoaded, Unreadable
from referrals.models import DirectoryRow
from tests.referrals.directories import (
    EXAMPLES,
    bring_in,
    located,
    organization,
    said,
    service,
    uid,
    write,
)

pytestmark = pytest.mark.django_db


def good(folder: Path) -> Path:
    return write(folder, organization=[organization()], service=[service(), service("clinic")])


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


def stored(table: str) -> set[str]:
    return {str(each) for each in DirectoryRow.objects.filter(table=table).values_list("hsds_id", flat=True)}


BAD_VALUES = {
    "assured_date": ["31/01/2026", "2026-02-30", "20260131"],
    "email": ["not an address"],
    "url": ["example.net", "javascript:alert(1)", "http://a b.example"],
    "status": ["open", "ACTIVE"],
    "minimum_age": ["twelve", "NaN", "1e400"],
    "last_modified": ["2026-02-03", "yesterday"],
    "program_id": ["7"],
}


@pytest.mark.parametrize(("column", "value"), [(c, v) for c, values in BAD_VALUES.items() for v in values])
def test_a_value_that_its_column_does_not_take(tmp_path: Path, column: str, value: str) -> None:
    rows = [service(), service("bad", **{column: value}), service("clinic")]
    _counts, problems = bring_in(write(tmp_path / "in", organization=[organization()], service=rows))
    assert said(problems) == [("services.csv", "3", column, "refused")]
    assert value not in str(problems[0].message)
    assert stored("service") == {uid("advice"), uid("clinic")}


@pytest.mark.parametrize("value", ["9am", "25:00", "09"])
def test_a_time(tmp_path: Path, value: str) -> None:
    schedule = {"id": uid("s"), "service_id": uid("advice"), "opens_at": value}
    _counts, problems = bring_in(write(good(tmp_path / "in"), schedule=[schedule]))
    assert said(problems) == [("schedules.csv", "2", "opens_at", "refused")]


def test_a_needed_value_that_is_missing(tmp_path: Path) -> None:
    package = write(tmp_path / "in", organization=[organization(), organization("nameless", name="")])
    _counts, problems = bring_in(package)
    assert said(problems) == [("organizations.csv", "3", "name", "refused")]


def test_a_needed_column_that_is_missing(tmp_path: Path) -> None:
    rows = [{name: value for name, value in organization(each).items() if name != "name"} for each in "ab"]
    counts, problems = bring_in(write(tmp_path / "in", organization=rows, service=[service(of="a")]))
    assert said(problems) == [
        ("organizations.csv", "1", "name", "refused"),
        ("services.csv", "2", "organization_id", "refused"),
    ]
    assert counts.refused == 3
    assert not DirectoryRow.objects.exists()


def test_an_id_that_stands_twice(tmp_path: Path) -> None:
    package = write(
        tmp_path / "in", organization=[organization()], service=[service(), service("clinic"), service()]
    )
    counts, problems = bring_in(package)
    assert said(problems) == [("services.csv", "4", "id", "refused")]
    assert "2" in str(problems[0].message)  # the first of them
    assert (counts.new, counts.refused) == (3, 1)


def test_a_reference_that_has_to_lead_somewhere(tmp_path: Path) -> None:
    package = write(
        tmp_path / "in", organization=[organization()], service=[service(), service("lost", of="nobody")]
    )
    _counts, problems = bring_in(package)
    assert said(problems) == [("services.csv", "3", "organization_id", "refused")]
    assert stored("service") == {uid("advice")}


def test_a_reference_that_need_not_be_there_is_kept_and_told_of(tmp_path: Path) -> None:
    phone = {"id": uid("p"), "number": "555", "service_id": uid("advice"), "contact_id": uid("nobody")}
    _counts, problems = bring_in(write(good(tmp_path / "in"), phone=[phone]))
    assert said(problems) == [("phones.csv", "2", "contact_id", "kept")]
    assert DirectoryRow.objects.get(table="phone").data["contact_id"] == uid("nobody")


def test_what_depends_on_a_bad_row_is_named_as_well(tmp_path: Path) -> None:
    rows = located("bad") | {"language": [{"id": uid("l"), "phone_id": uid("phone house"), "code": "en"}]}
    rows["phone"][0]["service_id"] = uid("bad")  # type: ignore[index]
    package = write(
        tmp_path / "in", organization=[organization()], service=[service("bad", email="x"), service()], **rows
    )
    _counts, problems = bring_in(package)
    assert said(problems) == [
        ("services.csv", "2", "email", "refused"),
        ("service_at_location.csv", "2", "service_id", "refused"),
        ("phones.csv", "2", "service_id", "refused"),
        ("languages.csv", "2", "phone_id", "refused"),
    ]
    assert stored("service") == {uid("advice")}
    assert stored("phone") == stored("language") == set()


def test_a_reference_may_lead_to_what_is_stored(tmp_path: Path) -> None:
    bring_in(good(tmp_path / "first"))
    later = write(tmp_path / "later", service=[service("later")])
    assert bring_in(later)[1] == []
    assert said(bring_in(later, source="another")[1]) == [("services.csv", "2", "organization_id", "refused")]


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    package = good(tmp_path / "in")
    path = package / "services.csv"
    path.write_bytes(path.read_bytes().replace(b"Service clinic", b"Caf\xe9"))
    _counts, problems = bring_in(package)
    assert said(problems) == [("services.csv", "3", "name", "refused")]
    path.write_bytes(path.read_bytes().replace(b"name", b"nam\xe9", 1))
    _counts, problems = bring_in(package, source="b")
    assert ("services.csv", "1", "nam\\udce9", "refused") in said(problems)


def test_a_row_that_does_not_fit_the_header(tmp_path: Path) -> None:
    package = good(tmp_path / "in")
    replaced(package / "services.csv", "Service clinic", "Service, clinic")
    assert ("services.csv", "3", "", "refused") in said(bring_in(package)[1])


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    package = good(tmp_path / "in")
    replaced(package / "services.csv", "Service clinic", '"Service clinic')
    bring_in(good(tmp_path / "before"))
    counts, problems = bring_in(package, remove_missing=True)
    assert ("services.csv", "3", "", "refused") in said(problems)
    assert counts.gone == 0  # what was not read is not gone


def test_a_column_that_stands_twice(tmp_path: Path) -> None:
    package = good(tmp_path / "in")
    replaced(package / "services.csv", "status", "name")
    assert ("services.csv", "1", "name", "refused") in said(bring_in(package)[1])
    assert stored("service") == set()


def test_a_file_of_no_table_is_told_of(tmp_path: Path) -> None:
    package = good(tmp_path / "in")
    (package / "people.csv").write_text("id\n1\n")
    assert said(bring_in(package)[1]) == [("people.csv", "", "", "noted")]


# --- archives  ----------------------------------------


def archive(path: Path, package: Path, prefix: str = "") -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        for each in package.iterdir():
            made.write(each, prefix + each.name)
    return path


@pytest.mark.parametrize("prefix", ["", "directory-main/data/"])
def test_an_archive_is_read_as_its_folder(tmp_path: Path, prefix: str) -> None:
    counts, problems = bring_in(archive(tmp_path / "in.zip", good(tmp_path / "in"), prefix))
    assert (counts.new, problems) == (3, [])


def test_an_archive_that_would_unpack_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "in.zip", good(tmp_path / "in"))
    with ZipFile(path, "a", ZIP_DEFLATED) as bomb:
        bomb.writestr("organizations_more.csv", b"0" * 3_000_000)
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(packages, "UNPACKED", 2_000_000)
    with pytest.raises(Unreadable, match=r"in\.zip.*too large"):
        bring_in(path)


@pytest.mark.parametrize(
    "name", ["../services.csv", "/etc/services.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_an_archive_whose_names_lead_out_of_it(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path / "in.zip", good(tmp_path / "in"))
    with ZipFile(path, "a") as made:
        made.writestr(name, "x")
    with pytest.raises(Unreadable, match=r"in\.zip"):
        bring_in(path)
    assert not DirectoryRow.objects.exists()


def test_an_archive_that_is_damaged_loads_nothing(tmp_path: Path) -> None:
    path = archive(tmp_path / "in.zip", good(tmp_path / "in"))
    content = bytearray(path.read_bytes())
    with ZipFile(path) as whole:
        start = whole.getinfo("services.csv").header_offset + 30 + len("services.csv")
    content[start + 5 : start + 60] = bytes(55)
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=r"services\.csv"):
        bring_in(path)
    assert not DirectoryRow.objects.exists()


def test_a_description_that_leads_out_of_the_package(tmp_path: Path) -> None:
    package = good(tmp_path / "in")
    (tmp_path / "services.csv").write_text((package / "services.csv").read_text())
    described = {"resources": [{"name": "service", "path": "../services.csv"}]}
    (package / "datapackage.json").write_text(json.dumps(described))
    bring_in(package)
    assert stored("service") == set()


# --- the JSON form  ----------------------------------------

Change = Callable[[dict[str, object]], object]
SHAPES: dict[str, tuple[str, str, str]] = {
    "a list that is none": ('"phones": [', '"phones": {}, "x": [', "phones"),
    "a number in quotation marks": ('"minimum_age": 12', '"minimum_age": "12"', "minimum_age"),
    "text without quotation marks": ('"wait_time": "wait_time"', '"wait_time": 3', "wait_time"),
    "an object that is none": ('"program": {', '"program": 7, "y": {', "program"),
    "a wrong value deep inside": ('"code": "ur"', '"code": ["ur"]', "phones[0].languages[0].code"),
}


@pytest.mark.parametrize("what", SHAPES)
def test_a_wrong_shape(tmp_path: Path, what: str) -> None:
    before, after, column = SHAPES[what]
    path = tmp_path / "in.json"
    text = (EXAMPLES / "service_full.json").read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    _counts, problems = bring_in(path)
    first = next(each for each in problems if each.weight.value == "refused")
    assert (first.file, first.row) == ("in.json", "1")
    assert first.column.endswith(column)


@pytest.mark.parametrize(
    "text",
    ["[1, {}", '[{"id": 1},]', "{", "", "[{]", '{"a": NaN}', "[] x", "[" * 100_000, '[{"a": 1} {"b": 2}]'],
)
def test_what_is_not_json(tmp_path: Path, text: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(text)
    with pytest.raises(Unreadable, match=r"in\.json, row \d"):
        bring_in(path)
    assert not DirectoryRow.objects.exists()


def test_json_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(b'[{"name": "Caf\xe9"}]')
    with pytest.raises(Unreadable, match=r"in\.json, row 1"):
        bring_in(path)


def test_an_element_that_is_no_object(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(f"[7, {(EXAMPLES / 'service_full.json').read_text('utf-8')}]")
    counts, problems = bring_in(path)
    assert said(problems) == [("in.json", "1", "", "refused")]
    assert counts.new == 20


def test_a_row_that_says_something_else_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    text = (EXAMPLES / "service_full.json").read_text("utf-8")
    path.write_text(text.replace('"extension": 100', '"extension": 200', 1), "utf-8")
    _counts, problems = bring_in(path)
    assert {each.column.rpartition(".")[2] for each in problems if "extension" in each.column} == {
        "extension"
    }


# --- strictly  ----------------------------------------


def test_strictly_nothing_is_loaded(tmp_path: Path) -> None:
    package = write(tmp_path / "in", organization=[organization()], service=[service(email="x")])
    with pytest.raises(NothingLoaded):
        bring_in(package, strict=True)
    assert not DirectoryRow.objects.exists()
    assert not AuditEvent.objects.filter(action="directory.imported").exists()


def test_strictly_a_reference_to_nowhere_is_too_much(tmp_path: Path) -> None:
    """The specification's own examples have some; without --strict they are kept."""
    with pytest.raises(NothingLoaded):
        bring_in(EXAMPLES, strict=True)
    assert not DirectoryRow.objects.exists()


def test_strictly_a_column_beside_the_specification_is_not(tmp_path: Path) -> None:
    package = write(tmp_path / "in", organization=[organization(notes="x")])
    assert bring_in(package, strict=True)[0].new == 1


def test_the_command_exits_with_1_and_writes_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = write(tmp_path / "in", organization=[organization()], service=[service(email="Secretvalue")])
    report = tmp_path / "report.csv"
    with pytest.raises(CommandError, match="refused: 1") as failed:
        call_command("import_hsds", str(package), report=report)
    assert failed.value.returncode == 1
    assert DirectoryRow.objects.count() == 1
    out = capsys.readouterr().out
    assert "services.csv, row 2, email: Expected an e-mail address." in out
    assert "services.csv,2,email,refused," in report.read_text()
    assert "Secretvalue" not in out + report.read_text()
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("import_hsds", str(package), strict=True, source="other")
    assert DirectoryRow.objects.count() == 1


@pytest.mark.parametrize(
    "text",
    [
        "terms: {a: nonsense}",
        "terms: [a]",
        "what: 1",
        "terms: {1: legal_advice}",
        "organisations: {a: 1}",
        "- a",
    ],
)
def test_a_mapping_that_is_wrong(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(CommandError, match=r"map\.yaml"):
        call_command("import_hsds", str(EXAMPLES), mapping=path)
    assert not DirectoryRow.objects.exists()


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(CommandError, match="Nothing was loaded"):
            call_command("import_hsds", str(path))
