"""An XLSForm as an instrument: what is understood becomes one, and anything else is refused with its row."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl.workbook import Workbook

from casework import xlsform
from casework.instruments import InstrumentError, JudgementRule, MalformedFile, parse_instrument
from casework.xlsform import instrument_from_xlsform, is_xlsx

HEAD = ("type", "name", "label::English (en)", "label::French (fr)", "hint::English (en)", "relevant")
SURVEY: list[Sequence[str | None]] = [
    HEAD,
    ("start", "start"),
    ("begin_group", "papers", "Papers", "Papiers"),
    (),
    (
        "select_one yes_no",
        "Papers_kept",
        "Does someone keep your papers?",
        "Qui garde vos papiers ?",
        "Ask calmly.",
    ),
    ("select one yes_no", "asked_back", "Did you ask for them?", None, None, "${Papers_kept} = 'yes'"),
    ("end_group",),
    ("note", "thanks", "Thank you."),
    (
        "select_one yes_no",
        "free_to_go",
        "Can you leave?",
        "Pouvez-vous partir ?",
        None,
        "${Papers_kept} = 'no' and ${asked_back}='no'",
    ),
]
CHOICES: list[Sequence[str | None]] = [
    ("list_name", "name", "label::English (en)"),
    ("yes_no", "yes", "Yes"),
    ("yes_no", "no", "No"),
    ("yes_no", "declined", "Would rather not say"),
    ("colours", "red", "Red"),
    ("colours", "green", "Green"),
]
SETTINGS: list[Sequence[str | None]] = [
    ("form_title", "form_id", "version", "default_language"),
    ("Lantern questions", "lantern", "2026.1", "English (en)"),
]


def workbook(**sheets: Sequence[Sequence[str | None]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in ({"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS} | sheets).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_row(*row: str | None) -> bytes:
    """The form with one row more, its eighth under the heads: row 10 of the sheet."""
    return workbook(survey=[*SURVEY, row])


def refusal(content: bytes) -> InstrumentError:
    with pytest.raises(InstrumentError) as caught:
        instrument_from_xlsform(content)
    return caught.value


def test_yes_no_questions_become_indicators() -> None:
    made = parse_instrument(instrument_from_xlsform(workbook()), file="x")
    assert (made.id, made.version, str(made.title)) == ("lantern", "2026.1", "Lantern questions")
    assert list(made.by_id) == ["papers_kept", "asked_back", "free_to_go"]
    kept = made.by_id["papers_kept"]
    assert kept.label.in_language("fr") == "Qui garde vos papiers ?"
    assert kept.label.in_language("es") == "Does someone keep your papers?"
    assert kept.help is not None
    assert kept.help.in_language("en") == "Papers. Ask calmly."
    assert kept.help.in_language("fr") == "Papiers"


def test_relevance_becomes_branching() -> None:
    made = parse_instrument(instrument_from_xlsform(workbook()), file="x")
    assert {(each.indicator, each.answer) for each in made.by_id["asked_back"].ask_if} == {
        ("papers_kept", "present")
    }
    assert {(each.indicator, each.answer) for each in made.by_id["free_to_go"].ask_if} == {
        ("papers_kept", "absent"),
        ("asked_back", "absent"),
    }


def test_a_group_s_relevance_is_that_of_its_questions() -> None:
    content = workbook(
        survey=[
            *SURVEY,
            ("begin group", "more", "More", None, None, "${free_to_go} = 'no'"),
            ("select_one yes_no", "locked_in", "Is the door locked?", None, None, "${Papers_kept} = 'yes'"),
            ("end group",),
        ]
    )
    made = parse_instrument(instrument_from_xlsform(content), file="x")
    assert {each.indicator for each in made.by_id["locked_in"].ask_if} == {"free_to_go", "papers_kept"}


def test_without_a_scoring_there_is_no_verdict() -> None:
    made = parse_instrument(instrument_from_xlsform(workbook()), file="x")
    assert isinstance(made.rule, JudgementRule)
    assert made.accuracy == ()


def test_plain_columns_are_in_the_form_s_language() -> None:
    content = workbook(
        survey=[("type", "name", "label"), ("select_one yes_no", "papers_kept", "Papers kept?")],
        settings=[("form_id", "version"), ("lantern", "2")],
    )
    made = parse_instrument(instrument_from_xlsform(content), file="x")
    assert str(made.by_id["papers_kept"].label) == "Papers kept?"
    assert str(made.title) == "lantern"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("begin_repeat", "again", "Again"), "begin_repeat"),
        (("calculate", "sum", "Sum"), "calculate"),
        (("text", "story", "Your story"), "text"),
        (("integer", "age", "Age"), "integer"),
        (("select_multiple yes_no", "many", "Which?"), "select_multiple"),
        (("select_one colours", "colour", "Colour?"), "only select_one questions with yes and no"),
        (("select_one yes_no or_other", "other", "Other?"), "or_other"),
        (("select_one yes_no", "both", "Both?", None, None, "${Papers_kept} = 'yes' or 1 = 1"), "relevant"),
        (("select_one yes_no", "many", "Many?", None, None, "count(${Papers_kept}) > 1"), "relevant"),
        (("select_one yes_no", "a.b", "Dotted?"), "a.b"),
        (("select_one yes_no", "unlabelled", None, "Sans anglais ?"), "no English label"),
    ],
)
def test_what_an_instrument_can_not_say_is_refused_with_its_row(row: Any, reason: str) -> None:
    rows: list[Any] = [row, ("end_repeat",)] if row[0] == "begin_repeat" else [row]
    error = refusal(workbook(survey=[*SURVEY, *rows]))
    assert error.place == "survey row 10"
    assert reason in error.reason


def test_a_column_that_says_something_is_refused_with_its_row() -> None:
    content = workbook(
        survey=[
            ("type", "name", "label", "constraint"),
            ("select_one yes_no", "one", "One?"),
            ("select_one yes_no", "two", "Two?", ". = 'yes'"),
        ]
    )
    error = refusal(content)
    assert (error.place, "constraint" in error.reason) == ("survey row 3", True)


def test_a_label_without_a_language_code_is_refused() -> None:
    content = workbook(
        survey=[("type", "name", "label", "label::French"), ("select_one yes_no", "one", "One?", "Un ?")]
    )
    assert "label::French" in refusal(content).reason


def test_a_condition_on_what_is_no_yes_no_question_is_refused() -> None:
    error = refusal(with_row("select_one yes_no", "later", "Later?", None, None, "${thanks} = 'yes'"))
    assert error.place == "survey row 10"
    assert "thanks" in error.reason


@pytest.mark.parametrize(
    ("sheet", "place"),
    [
        ([("form_id",), ("lantern",)], "settings: version"),
        ([("version",), ("1",)], "settings: form_id"),
        ([("form_id", "version"), ("Lantern house!", "1")], "settings: form_id"),
    ],
)
def test_an_instrument_needs_an_id_and_a_version(sheet: Any, place: str) -> None:
    assert refusal(workbook(settings=sheet)).place == place


@pytest.mark.parametrize(
    "row", [("end_group",), ("select_one yes_no", None, "Nameless?"), ("begin_group", "open", "Open")]
)
def test_a_form_that_is_no_form_is_refused(row: Any) -> None:
    assert "10" in str(refusal(with_row(*row)))


def test_two_questions_of_one_name_are_refused() -> None:
    assert "papers_kept" in str(refusal(with_row("select_one yes_no", "papers_kept", "Again?"))).lower()


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", content)
    return made.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part of its archive changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(made, "w") as new:
        for each in old.namelist():
            new.writestr(each, change(old.read(each)) if each == name else old.read(each))
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and nothing more",
        zipped(b"<not-a-workbook/>"),
        with_part("xl/workbook.xml", lambda part: part[:80]),
        with_part("xl/worksheets/sheet1.xml", lambda part: part[:200]),
        with_part(
            "xl/workbook.xml",
            lambda part: b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + part.partition(b"?>")[2],
        ),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert isinstance(refusal(content), MalformedFile)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_unread() -> None:
    bomb = zipped(b"0" * (xlsform.LARGEST + 1))
    assert len(bomb) < 100_000
    assert "unpacks" in refusal(bomb).reason


def test_a_workbook_is_told_by_its_first_bytes() -> None:
    assert is_xlsx(workbook())
    assert not is_xlsx(b"id: lantern")


# --- the command  ------------------------------------------------------------------------------------------------


def test_the_command_writes_the_file(tmp_path: Path) -> None:
    form, out = tmp_path / "form.xlsx", tmp_path / "lantern.yaml"
    form.write_bytes(workbook())
    call_command("import_instrument", str(form), "--organisation", "Harbour House", "--out", str(out))
    made = parse_instrument(out.read_text("utf-8"), file="lantern.yaml")
    assert "Harbour House" in made.source.citation


def test_or_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    form = tmp_path / "form.xlsx"
    form.write_bytes(workbook())
    call_command("import_instrument", str(form))
    assert parse_instrument(capsys.readouterr().out, file="x").id == "lantern"


def test_and_names_the_row_that_it_can_not_read(tmp_path: Path) -> None:
    form, out = tmp_path / "form.xlsx", tmp_path / "lantern.yaml"
    form.write_bytes(with_row("calculate", "sum", "Sum"))
    with pytest.raises(CommandError, match="survey row 10"):
        call_command("import_instrument", str(form), "--out", str(out))
    assert not out.exists()
    with pytest.raises(CommandError, match=r"nowhere\.xlsx"):
        call_command("import_instrument", str(tmp_path / "nowhere.xlsx"))
