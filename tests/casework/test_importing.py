"""Cases that were kept elsewhere: from a file to the record, with every refusal at its row and column."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from casework.case_file import open_case_file
from casework.emergency import is_in_step
from casework.importing.importer import BATCH, CaseImport, Refusal, Report
from casework.importing.mapping import BadMapping, CaseMapping, load_mapping
from casework.importing.rows import Unreadable, open_source
from casework.models import Case, ErasedImport, FollowUp, ImportedCase
from casework.record.documents import validate
from casework.record.sections import section
from casework.search.find import find
from casework.search.index import outstanding
from casework.search.tokens import index_key
from casework.search.values import values_of
from casework.services.erasure import erase
from core.access_audit import disagreements
from core.accounts import create_person, found_team, make_keys
from core.dormant import dormant_grant_of
from core.errors import NotAllowed
from core.models import AuditEvent, Role, SealedObject
from referrals.demo import World
from tests.casework.test_erasure import ordered, passed
from tests.conftest import PASSWORD
from tests.core.test_concurrency import at_once

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
MAPPING = """
number: Case no
opened_on: {column: Opened, dates: "%d/%m/%Y"}
columns:
  Name: {to: identity.chosen_name}
  Born: {to: identity.date_of_birth, dates: "%d/%m/%Y", unknown: ["?"]}
  Sex: {to: identity.gender, values: {F: Feminine, M: Masculine}}
  Country: {to: identity.citizenship, kind: country, separator: ";"}
  Children: {to: identity.children}
"""
HEADER = ["Case no", "Opened", "Name", "Born", "Sex", "Country", "Children"]
GOOD = ["17", "03/05/2019", "Linnet", "04/03/1997", "F", "NP", "2"]


def csv_of(*rows: list[str], header: list[str] | None = None) -> bytes:
    lines = [",".join(f'"{cell}"' for cell in cells) for cells in [header or HEADER, *rows]]
    return ("\n".join(lines) + "\n").encode()


def with_(**cells: str) -> list[str]:
    """The good row with other cells."""
    named = dict(zip(HEADER, GOOD, strict=True)) | {
        name.replace("_", " "): cell for name, cell in cells.items()
    }
    return [named[name] for name in HEADER]


@pytest.fixture
def run(world: World) -> Callable[..., tuple[Report, list[Refusal]]]:
    def run(
        content: bytes,
        *,
        mapping: str | CaseMapping = MAPPING,
        persona: str = "supervisor",
        dry_run: bool = False,
    ) -> tuple[Report, list[Refusal]]:
        if isinstance(mapping, str):
            mapping = load_mapping(mapping, file="map.yaml")
        refusals: list[Refusal] = []
        run = CaseImport(world[persona].actor, world.team.pk, mapping, refusals.append, dry_run=dry_run)
        return run.run(open_source(io.BytesIO(content), mapping)), refusals

    return run


# --- the way through  ----------------------------------------


def test_the_example_comes_into_the_record_as_it_stands(world: World, run: Any) -> None:
    mapping = load_mapping((EXAMPLES / "import-mapping.yaml").read_text(), file="import-mapping.yaml")
    report, refusals = run((EXAMPLES / "import-cases.csv").read_bytes(), mapping=mapping)
    assert (report.loaded, refusals) == (3, [])
    case = Case.objects.get(opened_on=date(2019, 5, 3))
    file = open_case_file(world["teammate"].actor, case.pk)
    saved = {name: dict(each.values) for name, each in file.sections.items() if each.version}
    assert saved == {
        "identity": {
            "chosen_name": "Linnet",
            "date_of_birth": "1997-03-04",
            "gender": "Feminine",
            "citizenship": ["NPL"],
        },
        "contact_and_safety": {"phone": "+39 333 5550147", "country": "ITA"},
        "trafficking_experience": {
            "types_of_exploitation": ["ForcedLabour"],
            "means_of_control": ["DebtBondage", "WithholdsDocuments"],
            "narrative": "Came for a job in a kitchen.\nThe papers were taken on the second day.",
        },
    }
    for name, values in saved.items():
        assert validate(section(name), values) == values
    other = open_case_file(world["teammate"].actor, Case.objects.get(opened_on=date(2021, 11, 30)).pk)
    assert other.section("trafficking_experience").values["types_of_exploitation"] == [
        "ForcedLabour",
        "Servitude",
    ]
    assert not list(disagreements())


def test_an_imported_case_is_the_teams_assigned_to_who_imported_it_and_on_the_record(
    world: World, run: Any
) -> None:
    run(csv_of(GOOD))
    case = Case.objects.get()
    assert (case.team, case.assigned_to, case.state) == (
        world.team,
        world["supervisor"].user,
        Case.State.OPEN,
    )
    assert [each.consent.pk for each in open_case_file(world["assigned"].actor, case.pk).consents] == []
    events = AuditEvent.objects.filter(object=case.pk).order_by("id")
    assert [event.action for event in events] == ["access.granted", "case.imported"]
    assert events[1].codes["counter"] == 1


def test_the_search_finds_an_imported_case(world: World, run: Any) -> None:
    run(csv_of(GOOD, with_(Case_no="18", Name="Wren", Born="?")))
    found = find(world["teammate"].actor, values_of({"identity": {"chosen_name": "Linet"}}))
    assert [each.case.opened_on for each in found] == [date(2019, 5, 3)]
    assert not outstanding(world["teammate"].actor).exists()


def test_another_supervisor_of_the_organisation_could_open_it_in_an_emergency(world: World, run: Any) -> None:
    keyed = create_person(email="other@hearth.example", name="Other", organisation=world.team.organisation)
    make_keys(user=keyed, password=PASSWORD)
    found_team(organisation=world.team.organisation, name="Night", founder=keyed, role=Role.SUPERVISOR)
    run(csv_of(GOOD))
    case = Case.objects.get()
    assert is_in_step(case)
    assert dormant_grant_of(keyed, case.pk) is not None
    assert not list(disagreements())


def test_a_workbook_is_read_as_a_csv_file_is(world: World, run: Any) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER)
    sheet.append([17, date(2019, 5, 3), "Linnet", date(1997, 3, 4), "F", "NP", 2.0])
    sheet.append([])
    sheet.append(["18", "04/05/2019", "Wren", "?", "M"])
    written = io.BytesIO()
    book.save(written)
    report, refusals = run(written.getvalue())
    assert (report.loaded, refusals) == (2, [])
    file = open_case_file(world["assigned"].actor, Case.objects.get(opened_on=date(2019, 5, 3)).pk)
    assert file.section("identity").values == {
        "chosen_name": "Linnet",
        "date_of_birth": "1997-03-04",
        "gender": "Feminine",
        "citizenship": ["NPL"],
        "children": 2,
    }


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-16", "\t"), ("cp1252", ";"), ("latin-1", "|")]
)
def test_the_encodings_of_spreadsheets(world: World, run: Any, encoding: str, delimiter: str) -> None:
    named = encoding.removesuffix("-sig")
    mapping = f'encoding: {named}\ndelimiter: "{delimiter}"\n' + MAPPING
    text = csv_of(with_(Name="Zoé")).decode().replace('","', f'"{delimiter}"')
    run(text.encode(encoding), mapping=mapping)
    file = open_case_file(world["assigned"].actor, Case.objects.get().pk)
    assert file.section("identity").values["chosen_name"] == "Zoé"


def test_run_again_it_goes_on_and_loads_nothing_twice(run: Any) -> None:
    rows = [with_(Case_no=str(number)) for number in range(BATCH + 20)]
    assert run(csv_of(*rows[:BATCH]))[0].loaded == BATCH
    report, _refusals = run(csv_of(*rows))
    assert (report.loaded, report.known) == (20, BATCH)
    assert run(csv_of(*rows))[0].loaded == 0
    assert Case.objects.count() == ImportedCase.objects.count() == BATCH + 20


@pytest.mark.django_db(transaction=True)
def test_of_two_who_import_one_file_each_case_is_opened_once(run: Any) -> None:
    content = csv_of(*(with_(Case_no=str(number)) for number in range(30)))
    (first, _), (second, _) = at_once(lambda: run(content), lambda: run(content))
    assert first.loaded + second.loaded == first.known + second.known == Case.objects.count() == 30


def test_a_dry_run_says_the_same_and_writes_nothing(run: Any) -> None:
    before = [model.objects.count() for model in (Case, SealedObject, AuditEvent)]
    report, refusals = run(csv_of(GOOD, with_(Case_no="18", Sex="?")), dry_run=True)
    assert (report.loaded, report.refused, [each.column for each in refusals]) == (1, 1, ["Sex"])
    assert [model.objects.count() for model in (Case, SealedObject, AuditEvent)] == before
    run(csv_of(GOOD))
    assert run(csv_of(GOOD), dry_run=True)[0].known == 1


@pytest.mark.parametrize("again", ["ab\uff0d1", "AB-1", "ab-1", " Ab-1 "])
def test_a_number_is_the_same_however_it_is_typed(run: Any, again: str) -> None:
    run(csv_of(with_(Case_no="Ab-1")))
    report, _refusals = run(csv_of(with_(Case_no=again)))
    assert (report.loaded, report.known) == (0, 1)


def test_a_number_that_was_marked_as_it_stood_there_is_found(world: World, run: Any) -> None:
    run(csv_of(with_(Case_no="Ab-1")))
    key = index_key(world["supervisor"].actor, world.team)
    ImportedCase.objects.update(mark=key.mark("imported-case", "Ab-1"))
    assert run(csv_of(with_(Case_no="Ab-1")))[0].known == 1
    ImportedCase.objects.all().delete()
    ErasedImport.objects.create(team=world.team, mark=key.mark("imported-case", "Ab-1"))
    assert run(csv_of(with_(Case_no="Ab-1")))[0].refused == 1


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_row_of_an_erased_case_is_named(world: World, run: Any, dry_run: bool) -> None:
    run(csv_of(GOOD))
    case = Case.objects.get()
    Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSED)
    assert erase(passed(ordered(world, case)).pk)
    report, refusals = run(csv_of(GOOD, with_(Case_no="18")), dry_run=dry_run)
    assert (report.loaded, report.known, report.refused) == (1, 0, 1)
    assert [(each.row, each.column) for each in refusals] == [(2, "Case no")]


# --- what is refused  ----------------------------------------

BAD_ROWS = {
    "no number": (with_(Case_no=" "), "Case no"),
    "a number that is none": (with_(Case_no="1" * 101), "Case no"),
    "a value that is not in the table": (with_(Sex="woman"), "Sex"),
    "no date": (with_(Born="last year"), "Born"),
    "a date of another format": (with_(Born="04.03.1997"), "Born"),
    "a date in the future": (with_(Born="01/01/2190"), "Born"),
    "a day of opening in the future": (with_(Opened="01/01/2190"), "Opened"),
    "a day of opening that is none": (with_(Opened="soon"), "Opened"),
    "no country": (with_(Country="NP;ZZ"), "Country"),
    "no number of children": (with_(Children="two"), "Children"),
    "too many children": (with_(Children="31"), "Children"),
    "too long": (with_(Name="a" * 201), "Name"),
    "control characters": (with_(Name="a\x07b"), "Name"),
    "more cells than the header": ([*GOOD, "x"], ""),
    "fewer cells than the header": (GOOD[:-1], ""),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_a_bad_row_is_refused_at_its_column_and_the_rest_loaded(run: Any, what: str) -> None:
    bad, column = BAD_ROWS[what]
    report, refusals = run(csv_of(with_(Case_no="before"), bad, with_(Case_no="after")))
    assert (report.loaded, report.refused) == (2, 1)
    [refusal] = refusals
    assert (refusal.row, refusal.column) == (3, column)
    assert refusal.message
    assert not [cell for cell in bad if len(cell) > 3 and cell in refusal.message], (
        "a message repeats the input"
    )


def test_all_that_is_wrong_with_a_row_is_told_at_once(run: Any) -> None:
    _report, refusals = run(csv_of(with_(Sex="?", Born="?!", Children="two")))
    assert [each.column for each in refusals] == ["Born", "Sex", "Children"]


def test_bytes_of_another_encoding_spoil_their_row_alone(run: Any) -> None:
    content = (
        csv_of(with_(Case_no="16")) + b'"17","03/05/2019","Zo\xe9","","F","NP","2"\n' + csv_of(GOOD)[-60:]
    )
    content = csv_of(with_(Case_no="16"), with_(Name="ZZZ"), with_(Case_no="18")).replace(b"ZZZ", b"Zo\xe9")
    report, refusals = run(content)
    assert (report.loaded, [(each.row, each.column) for each in refusals]) == (2, [(3, "Name")])


RISKS = """
number: Case no
columns:
  Level: {to: risk_and_safety.risk_level}
  Why: {to: risk_and_safety.reasons}
  Assessed: {to: risk_and_safety.assessed_on}
  Review: {to: risk_and_safety.review_on}
"""
RISK_HEADER = ["Case no", "Level", "Why", "Assessed", "Review"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_follows_from_a_section_holds_for_an_imported_one(world: World, run: Any, dry_run: bool) -> None:
    good = ["1", "immediate", "place_known", "2026-01-02", date.today().isoformat()]
    rows = [
        good,
        ["2", "high", "place_known", "2026-01-02", ""],
        ["3", "low", "place_known", "2026-01-02", ""],
    ]
    report, refusals = run(csv_of(*rows, header=RISK_HEADER), mapping=RISKS, dry_run=dry_run)
    assert (report.loaded, report.known, report.refused) == (2, 0, 1)
    assert [(each.row, each.column) for each in refusals] == [(3, "Review")]
    assert Case.objects.filter(urgent=True).count() == (0 if dry_run else 1)
    assert FollowUp.objects.count() == (0 if dry_run else 1)


def test_the_second_row_of_a_number_is_refused(run: Any) -> None:
    report, [refusal] = run(csv_of(GOOD, with_(Name="Wren")))
    assert (report.loaded, refusal.row, refusal.column) == (1, 3, "Case no")


BAD_FILES = {
    "no header": (
        csv_of(header=GOOD),
        "Columns are missing: Case no, Opened, Name, Born, Sex, Country, Children.",
    ),
    "a column too few": (csv_of(header=HEADER[1:]), "Columns are missing: Case no."),
    "a column that the mapping does not know": (
        csv_of(header=[*HEADER, "Mood"]),
        "The mapping does not say what these columns are: Mood.",
    ),
    "a column twice": (csv_of(header=[*HEADER, "Name"]), "Columns with the same name: Name."),
    "nothing": (b"", "Columns are missing: Case no, Opened, Name, Born, Sex, Country, Children."),
    "a quotation mark that stays open": (
        csv_of() + b'"1","Mar"ia',
        "A quotation mark is missing or out of place; what follows can't be read.",
    ),
    "a zip archive of something else": (
        b"PK\x05\x06" + bytes(18),
        "This is neither a CSV file nor a workbook.",
    ),
}


@pytest.mark.parametrize("what", BAD_FILES)
def test_a_file_that_cannot_be_read_is_refused_without_a_word_of_its_rows(run: Any, what: str) -> None:
    content, message = BAD_FILES[what]
    with pytest.raises(Unreadable) as refused:
        run(content)
    assert str(refused.value) == message
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "persona", ["assigned", "teammate", "stranger", "focal_point", "advocate", "administrator"]
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_nobody_but_a_supervisor_of_the_team_imports_into_it(run: Any, persona: str, dry_run: bool) -> None:
    with pytest.raises(NotAllowed):
        run(csv_of(GOOD), persona=persona, dry_run=dry_run)
    assert not Case.objects.exists()


# --- the mapping  ----------------------------------------

BAD_MAPPINGS = {
    "not YAML": ("number: [", "line 2: did not find"),
    "no number": ("columns: {}", "line 1: number: expected text"),
    "what YAML takes for false": ("number: No", "line 1: number: expected text; put it in quotes"),
    "no columns": ("number: Ref", "line 1: columns: expected a mapping"),
    "an unknown word": (
        "number: Ref\nfields: {}",
        "line 2: fields: expected one of columns, constants, delimiter",
    ),
    "an unknown word of a rule": (
        "number: Ref\ncolumns:\n  A: {to: identity.age, lookup: x}",
        "line 3: columns: A: lookup: expected one of dates, kind, separator, to, unknown, values",
    ),
    "an unknown field": (
        "number: Ref\ncolumns:\n  A: {to: identity.shoe_size}",
        "line 3: columns: A: to: the record has no field identity.shoe_size",
    ),
    "no field": ("number: Ref\ncolumns:\n  A: {unknown: [x]}", "line 3: columns: A: to: expected text"),
    "a code that is not in the list": (
        "number: Ref\ncolumns:\n  A:\n    to: identity.gender\n    values:\n      F: Woman",
        "line 6: columns: A: values: F: Woman is not in the field's list",
    ),
    "two codes for one": (
        "number: Ref\ncolumns:\n  A: {to: identity.gender, values: {F: [Feminine, Masculine]}}",
        "line 3: columns: A: values: F: the field holds one value",
    ),
    "a number where text is due": (
        "number: Ref\ncolumns:\n  A: {to: identity.gender, unknown: [0]}",
        "line 3: columns: A: unknown: expected text; put it in quotes",
    ),
    "dates of what is no date": (
        "number: Ref\ncolumns:\n  A: {to: identity.age, dates: '%Y'}",
        "line 3: columns: A: dates: identity.age is not a date",
    ),
    "a table of dates": (
        "number: Ref\ncolumns:\n  A: {to: identity.date_of_birth, values: {x: y}}",
        "line 3: columns: A: identity.date_of_birth is a date: it takes dates",
    ),
    "a separator where there is one value": (
        "number: Ref\ncolumns:\n  A: {to: identity.gender, separator: ','}",
        "line 3: columns: A: separator: identity.gender holds one value",
    ),
    "an unknown kind": (
        "number: Ref\ncolumns:\n  A: {to: identity.age, kind: country}",
        "line 3: columns: A: kind: the one kind is country, for a field that holds countries",
    ),
    "fed twice": (
        "number: Ref\ncolumns:\n  A: {to: identity.age}\n  B: {to: identity.age}",
        "line 4: columns: B: identity.age is fed twice, and holds one value",
    ),
    "fed by a constant too": (
        "number: Ref\ncolumns:\n  A: {to: identity.age}\nconstants:\n  identity.age: 3",
        "line 5: constants: identity.age: a column feeds this too",
    ),
    "a constant that can't be": (
        "number: Ref\ncolumns: {}\nconstants: {identity.gender: Woman}",
        "line 3: constants: identity.gender: Choose from the list.",
    ),
    "ignored and read": (
        "number: Ref\ncolumns:\n  A: {ignored: why, to: identity.age}",
        "line 3: columns: A: either ignored or read, not both",
    ),
    "an unknown encoding": (
        "number: Ref\ncolumns: {}\nencoding: klingon",
        "line 3: encoding: expected one of utf-8",
    ),
    "a delimiter of two": (
        "number: Ref\ncolumns: {}\ndelimiter: ', '",
        "line 3: delimiter: expected one character",
    ),
}


@pytest.mark.parametrize("what", BAD_MAPPINGS)
def test_a_bad_mapping_is_refused_at_its_line(what: str) -> None:
    text, message = BAD_MAPPINGS[what]
    with pytest.raises(BadMapping) as refused:
        load_mapping(text, file="map.yaml")
    assert str(refused.value).startswith(("map.yaml, line", "map.yaml: line"))
    assert message in str(refused.value)
