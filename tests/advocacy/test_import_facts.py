"""Loading a file: what is wrong is told by line, nothing is counted twice, and strict means all or nothing."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from advocacy.mapping import BadMapping, known_mappings, load_mapping
from advocacy.models import Fact, FactImport
from advocacy.services import AlreadyImported, ImportReport, MalformedRows, WrongFile, import_rows
from core.errors import Invalid
from core.models import AuditEvent
from tests.advocacy.conftest import ROW

pytestmark = pytest.mark.django_db
Written = Callable[..., Path]

MALFORMED = [
    ROW,
    ROW.removesuffix(",Age 30-38"),
    ROW.replace("2021", "20x1"),
    ROW.replace("Other", '"Other'),
    ROW.encode().replace(b"Hotline", b"Hotl\xffne"),
    "",
    ROW.replace("UA", "NG"),
]


def load(path: Path, **options: object) -> ImportReport:
    return import_rows(path=path, mapping=load_mapping("ctdc"), **options)  # type: ignore[arg-type]


def test_a_row_becomes_a_fact_of_the_codebook(written: Written) -> None:
    load(written(ROW))
    fact = Fact.objects.get()
    assert (fact.year_of_registration, fact.gender, fact.citizenship, fact.age_broad) == (
        2021,
        "Woman",
        "UKR",
        "30--38",
    )
    assert (fact.is_forced_labour, fact.labour_domestic_work, fact.recruiter_other) == (1, 1, 1)
    assert fact.is_sexual_exploit is None
    assert (fact.source, fact.handle) == ("import:ctdc", None)


def test_a_no_is_not_reported(written: Written) -> None:
    load(written(ROW.replace(",1,", ",0,").replace("Forced Labor", "Sexual Exploitation")))
    fact = Fact.objects.get()
    assert (fact.is_forced_labour, fact.is_sexual_exploit) == (None, 1)


def test_malformed_rows_are_told_by_line_and_the_rest_is_loaded(written: Written) -> None:
    report = load(written(*MALFORMED))
    assert [line for line, _ in report.malformed] == [3, 4, 5, 6]
    assert report.malformed_count == 4
    assert report.loaded == Fact.objects.count() == 2


def test_a_report_of_malformed_rows_does_not_repeat_them(written: Written) -> None:
    report = load(written(*MALFORMED))
    assert "20x1" not in str(report.malformed)


def test_strict_loads_all_or_nothing(written: Written) -> None:
    with pytest.raises(MalformedRows) as refusal:
        load(written(*MALFORMED), strict=True)
    assert refusal.value.report.malformed_count == 4
    assert not Fact.objects.exists()
    assert not FactImport.objects.exists()
    assert not AuditEvent.objects.filter(action="facts_imported").exists()


def test_values_that_map_to_nothing_are_counted_and_the_row_loaded(written: Written) -> None:
    report = load(written(ROW.replace("UA", "ZZ"), ROW.replace("UA", "ZZ"), ROW.replace("Female", "?")))
    assert report.unmapped["citizenship", "ZZ"] == 2
    assert report.unmapped["gender", "?"] == 1
    assert report.loaded == 3


def test_the_same_file_is_not_loaded_twice(written: Written) -> None:
    load(written(ROW))
    with pytest.raises(AlreadyImported):
        load(written(ROW))
    assert Fact.objects.count() == 1


def test_replace_takes_the_place_of_the_source_s_earlier_imports_and_of_no_other(written: Written) -> None:
    load(written(ROW, ROW))
    load(written(ROW), source="sample")
    load(written(ROW, ROW, ROW), replace=True)
    assert Fact.objects.filter(source="import:ctdc").count() == 3
    assert Fact.objects.filter(source="import:sample").count() == 1


def test_a_failed_replacement_keeps_what_was_there(written: Written) -> None:
    load(written(ROW, ROW))
    with pytest.raises(MalformedRows):
        load(written(*MALFORMED), strict=True, replace=True)
    assert Fact.objects.count() == 2


def test_a_file_of_another_form_is_refused_by_its_missing_columns(written: Written) -> None:
    with pytest.raises(WrongFile) as refusal:
        load(written("1,2", header="year,age"))
    assert "citizenship" in str(refusal.value.fields["file"][0])
    assert not FactImport.objects.exists()
    with pytest.raises(WrongFile):
        load(written(header="\x00\ud800".encode("utf-8", "surrogatepass").decode("latin-1") + '"'))


def test_a_source_is_a_word(written: Written) -> None:
    with pytest.raises(Invalid):
        load(written(ROW), source="two words")
    assert not FactImport.objects.exists()


def test_an_import_is_in_the_audit_trail(written: Written) -> None:
    load(written(ROW))
    event = AuditEvent.objects.get(action="facts_imported")
    assert event.codes == {"source": "import:ctdc", "rows": 1}


def test_the_bytes_read_add_up_to_the_file(written: Written) -> None:
    path = written(*MALFORMED)
    read: list[int] = []
    load(path, on_bytes=read.append)
    assert sum(read) == path.stat().st_size


def test_the_command_reports_lines_and_values(written: Written) -> None:
    out = StringIO()
    call_command("import_facts", written(*MALFORMED), mapping="ctdc", stdout=out)
    said = out.getvalue()
    assert "Line 3: 9 cells where the header has 10" in said
    assert "ControlCategory: 'Threats', 2" in said
    assert "2 facts loaded." in said


def test_the_command_refuses_with_a_sentence(written: Written, tmp_path: Path) -> None:
    path = written(*MALFORMED)
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("import_facts", path, mapping="ctdc", strict=True, stdout=StringIO())
    with pytest.raises(CommandError, match="no mapping of this name"):
        call_command("import_facts", path, mapping="../ctdc")
    with pytest.raises(CommandError, match="no such file"):
        call_command("import_facts", tmp_path / "absent.csv", mapping="ctdc")


def test_every_mapping_stands_against_the_codebook() -> None:
    for name in known_mappings():
        assert load_mapping(name).columns
    with pytest.raises(BadMapping):
        load_mapping("unheard-of")


def test_the_sample_is_read_whole() -> None:
    path = Path(__file__).resolve().parents[2] / "advocacy" / "samples" / "invented_facts.csv"
    report = load(path, source="sample", strict=True)
    assert report.loaded == 774
    assert {column for column, _ in report.unmapped} <= {"ControlCategory", "ExploitType", "Labor_Type"}
