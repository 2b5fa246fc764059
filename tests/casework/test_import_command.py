"""`manage.py import_cases`: what it prints, how it ends, and that it leaves nothing behind."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from casework.importing.importer import BATCH
from casework.models import Case
from core.tokens import create_token
from referrals.demo import Persona, World
from tests.casework.test_importing import EXAMPLES, GOOD, HEADER, MAPPING, csv_of, with_
from tests.running import ROOT, Running, running, until
from tests.scanner import scan


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "map.yaml"
    path.write_text(MAPPING)
    return path


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, world: World) -> Any:
    def sign_in(persona: Persona) -> None:
        monkeypatch.setenv("HEARTH_TOKEN", create_token(actor=persona.actor, name="import")[1])

    sign_in(world["supervisor"])
    return sign_in


def run(*arguments: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_cases", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def file_of(tmp_path: Path, *rows: list[str]) -> Path:
    path = tmp_path / "cases.csv"
    path.write_bytes(csv_of(*rows))
    return path


def test_it_says_how_many_were_loaded_and_that_the_file_lies_in_clear(
    tmp_path: Path, mapping: Path, signed_in: Any
) -> None:
    path = file_of(tmp_path, GOOD, with_(Case_no="18"))
    out, err = run(path, "--mapping", mapping)
    assert out == "Cases: 2 loaded, 0 there already, 0 refused.\n"
    assert f"{path} lies in clear on this disk" in err
    assert run(path, "--mapping", mapping)[0] == "Cases: 0 loaded, 2 there already, 0 refused.\n"


def test_refused_rows_are_named_and_end_it_with_an_error_while_the_rest_is_loaded(
    tmp_path: Path, mapping: Path, signed_in: Any
) -> None:
    report = tmp_path / "report.csv"
    out = StringIO()
    path = file_of(tmp_path, GOOD, with_(Case_no="18", Sex="Canarysex", Born="Canaryborn"))
    with pytest.raises(CommandError) as failed:
        call_command(
            "import_cases", str(path), "--mapping", str(mapping), "--report", str(report), stdout=out
        )
    assert (failed.value.returncode, str(failed.value)) == (1, "Rows that were refused: 1.")
    assert out.getvalue() == (
        "Row 3, Born: This is not a date in a format that the mapping names.\n"
        "Row 3, Sex: The mapping does not say what this value stands for.\n"
        "Cases: 1 loaded, 0 there already, 1 refused.\n"
    )
    assert list(csv.reader(report.open()))[:2] == [
        ["row", "column", "reason"],
        ["3", "Born", "This is not a date in a format that the mapping names."],
    ]
    assert report.stat().st_mode & 0o777 == 0o600
    assert "Canary" not in report.read_text() + out.getvalue() + str(failed.value)


def test_a_dry_run_and_a_strict_one_with_a_bad_row_load_nothing(
    tmp_path: Path, mapping: Path, signed_in: Any
) -> None:
    path = file_of(tmp_path, GOOD, with_(Case_no="18", Sex="?"))
    for how in ("--dry-run", "--strict"):
        with pytest.raises(CommandError, match=r"Rows that were refused: 1\."):
            run(path, "--mapping", mapping, how)
    assert not Case.objects.exists()
    out, _err = run(file_of(tmp_path, GOOD), "--mapping", mapping, "--strict")
    assert out == "Cases: 1 loaded, 0 there already, 0 refused.\n"


@pytest.mark.parametrize("how", [[], ["--strict"]])
@pytest.mark.parametrize("workbook", [False, True])
def test_a_file_can_come_through_a_pipe(
    monkeypatch: pytest.MonkeyPatch, mapping: Path, signed_in: Any, how: list[str], workbook: bool
) -> None:
    content = BytesIO(csv_of(GOOD))
    if workbook:
        book = openpyxl.Workbook()
        book.active.append(HEADER)
        book.active.append(GOOD)
        content = BytesIO()
        book.save(content)
    read, write = os.pipe()
    os.write(write, content.getvalue())
    os.close(write)
    with TextIOWrapper(os.fdopen(read, "rb")) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        out, err = run("-", "--mapping", mapping, *how)
    assert out == "Cases: 1 loaded, 0 there already, 0 refused.\n"
    assert "in clear" not in err


@pytest.mark.parametrize("token", ["", "hearth_x_y", "hearth_" + "0" * 32 + "_" + "0" * 64])
def test_without_a_token_that_holds_there_is_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mapping: Path, world: World, token: str
) -> None:
    monkeypatch.setenv("HEARTH_TOKEN", token)
    with pytest.raises(CommandError, match="HEARTH_TOKEN"):
        run(file_of(tmp_path, GOOD), "--mapping", mapping)


@pytest.mark.parametrize("name", ["assigned", "stranger", "focal_point", "administrator"])
def test_a_token_that_is_no_supervisors_imports_nothing(
    world: World, tmp_path: Path, mapping: Path, signed_in: Any, name: str
) -> None:
    signed_in(world[name])
    for team in ([], ["--team", world.team.name]):
        with pytest.raises(CommandError, match="by a supervisor of the team"):
            run(file_of(tmp_path, GOOD), "--mapping", mapping, *team)
    assert not Case.objects.exists()


def test_what_cannot_be_opened_is_named(tmp_path: Path, mapping: Path, signed_in: Any) -> None:
    path = file_of(tmp_path, GOOD)
    with pytest.raises(CommandError, match=r"gone\.csv: No such file"):
        run(tmp_path / "gone.csv", "--mapping", mapping)
    with pytest.raises(CommandError, match=r"gone\.yaml: No such file"):
        run(path, "--mapping", tmp_path / "gone.yaml")
    with pytest.raises(CommandError, match="Columns are missing: Case no"):
        run(EXAMPLES / "import-mapping.yaml", "--mapping", mapping)


def test_interrupted_it_keeps_whole_batches_and_goes_on_the_next_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mapping: Path, signed_in: Any
) -> None:
    from casework.importing import importer

    path = file_of(tmp_path, *(with_(Case_no=str(number)) for number in range(2 * BATCH + 10)))
    batches = iter([importer.import_cases, importer.import_cases])

    def until_ctrl_c(**arguments: Any) -> int:
        load = next(batches, None)
        if load is None:
            raise KeyboardInterrupt
        return load(**arguments)

    with monkeypatch.context() as patched:
        patched.setattr(importer, "import_cases", until_ctrl_c)
        with pytest.raises(CommandError) as stopped:
            run(path, "--mapping", mapping)
    assert stopped.value.returncode == 130
    assert Case.objects.count() == 2 * BATCH
    assert run(path, "--mapping", mapping)[0] == f"Cases: 10 loaded, {2 * BATCH} there already, 0 refused.\n"


# --- with a process of its own  ----------------------------------------

_TOKEN = """
from core.tokens import create_token
from referrals.demo import found_world
world = found_world(password="four quiet herons by the lake")
print(create_token(actor=world["supervisor"].actor, name="import")[1])
"""
_IMPORTED = "from casework.models import ImportedCase; print(ImportedCase.objects.count())"
_PEAK = """
import resource, runpy, sys
sys.argv = ["manage.py", *sys.argv[1:]]
try:
    runpy.run_path("manage.py", run_name="__main__")
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


@pytest.fixture
def hearth(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "hearth") as made:
        for step in ("make_kek", "migrate"):
            done = made.manage(step)
            assert done.returncode == 0, done.stderr
        made.environment["HEARTH_TOKEN"] = made.python(_TOKEN).splitlines()[-1]
        made.environment["TMPDIR"] = str(made.folder / "tmp")
        (made.folder / "tmp").mkdir()
        yield made


def many(count: int) -> bytes:
    return csv_of(*(with_(Case_no=f"2019/{number}", Name=f"Canaryname{number}") for number in range(count)))


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_killed_in_the_middle_it_goes_on(hearth: Running, mapping: Path) -> None:
    content = many(3 * BATCH)
    middle = content.index(f'"2019/{2 * BATCH + 50}"'.encode())
    command = [sys.executable, "manage.py", "import_cases", "-", "--mapping", str(mapping)]
    with (hearth.logs / "import.log").open("ab") as log:
        import_ = subprocess.Popen(
            command, cwd=ROOT, env=hearth.environment, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
        assert import_.stdin
        import_.stdin.write(content[:middle])
        import_.stdin.flush()
        until(lambda: hearth.python(_IMPORTED) == str(2 * BATCH), "two batches")
        import_.kill()
        import_.communicate()
        assert hearth.python(_IMPORTED) == str(2 * BATCH)
        again = subprocess.run(
            command,
            cwd=ROOT,
            env=hearth.environment,
            input=content,
            stdout=subprocess.PIPE,
            stderr=log,
            check=True,
        )
    assert again.stdout.decode() == f"Cases: {BATCH} loaded, {2 * BATCH} there already, 0 refused.\n"
    assert hearth.manage("check_access").returncode == 0


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_what_was_imported_and_what_was_refused_lie_nowhere_in_clear(
    hearth: Running, tmp_path: Path, mapping: Path
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        HEADER,
        with_(Case_no="2019/17", Name="Canaryname"),
        with_(Case_no="Canaryno", Sex="Canarysex"),
    ):
        sheet.append(row)
    path = tmp_path / "cases.xlsx"
    book.save(path)
    report = hearth.folder / "refused.csv"
    done = hearth.manage("import_cases", str(path), "--mapping", str(mapping), "--report", str(report))
    (hearth.logs / "import.log").write_text(done.stdout + done.stderr)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        1,
        "Cases: 1 loaded, 0 there already, 1 refused.",
    )
    assert hearth.manage("check_access").returncode == 0
    controls = hearth.plant("Planted")
    hits = scan(hearth.places(), ["Canary", "2019/17", *controls])
    assert {hit.needle for hit in hits} == set(controls)
    assert list((hearth.folder / "tmp").iterdir()) == []


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_the_memory_that_it_takes_does_not_grow_with_the_file(
    hearth: Running, tmp_path: Path, mapping: Path
) -> None:
    peaks = []
    for count in (2 * BATCH, 5_000):
        path = tmp_path / f"{count}.csv"
        path.write_bytes(many(count))
        command = [sys.executable, "-c", _PEAK, "import_cases", str(path), "--mapping", str(mapping)]
        done = subprocess.run(
            command, cwd=ROOT, env=hearth.environment, capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stderr.rsplit("peak ", 1)[1]))  # KiB
    assert peaks[1] - peaks[0] < 8 * 1024
