"""The key-encryption key, its file, and the checks at start."""

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core import checks
from core.crypto import CannotOpen
from core.kek import Kek, KekError, read_kek, write_new_kek

ONE, TWO = bytes([1] * 32), bytes([2] * 32)
OLD, BOTH, NEW = Kek(1, {1: ONE}), Kek(2, {1: ONE, 2: TWO}), Kek(2, {2: TWO})


def test_what_was_wrapped_is_unwrapped_for_its_purpose_and_context_alone() -> None:
    wrapped = OLD.wrap(b"secret", "server-share", "case", 7)
    assert OLD.unwrap(wrapped, "server-share", "case", 7) == b"secret"
    for purpose, context in (
        ("pepper", ("case", 7)),
        ("server-share", ("case", 8)),
        ("server-share", (7, "case")),
    ):
        with pytest.raises(CannotOpen):
            OLD.unwrap(wrapped, purpose, *context)


def test_an_older_version_opens_until_it_is_destroyed() -> None:
    wrapped = OLD.wrap(b"secret", "server-share")
    assert BOTH.unwrap(wrapped, "server-share") == b"secret"
    with pytest.raises(CannotOpen):
        NEW.unwrap(wrapped, "server-share")


def test_the_current_version_wraps() -> None:
    assert NEW.unwrap(BOTH.wrap(b"secret", "server-share"), "server-share") == b"secret"


def test_naming_another_version_opens_nothing() -> None:
    wrapped = OLD.wrap(b"secret", "server-share")
    with pytest.raises(CannotOpen):
        BOTH.unwrap((2).to_bytes(4, "big") + wrapped[4:], "server-share")


def test_a_tag_is_ours_for_its_parts_alone() -> None:
    tag = OLD.tag("grant", 1)
    assert OLD.tag_is_ours(tag, "grant", 1)
    assert BOTH.tag_is_ours(tag, "grant", 1)
    for wrong in (tag[:-1] + bytes([tag[-1] ^ 1]), b"", (2).to_bytes(4, "big") + tag[4:]):
        assert not BOTH.tag_is_ours(wrong, "grant", 1)
    assert not OLD.tag_is_ours(tag, "grant", 2)
    assert not NEW.tag_is_ours(tag, "grant", 1)
    assert not Kek(1, {1: TWO}).tag_is_ours(tag, "grant", 1)


def test_a_mark_is_found_under_every_version_that_there_is() -> None:
    assert OLD.marks("kept-out", 1)[0] in BOTH.marks("kept-out", 1)
    assert BOTH.marks("kept-out", 1)[0] == NEW.marks("kept-out", 1)[0]
    assert len(BOTH.marks("kept-out", 1)) == 2


def test_a_mark_is_of_its_purpose_and_parts_alone_and_of_this_key() -> None:
    marks = [
        OLD.marks("kept-out", 1),
        OLD.marks("kept-out", 2),
        OLD.marks("other", 1),
        Kek(1, {1: TWO}).marks("kept-out", 1),
    ]
    assert len({mark for each in marks for mark in each}) == len(marks)


# --- the file  ----------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "kek.json"


def test_a_new_file_is_private_and_reads_back(path: Path) -> None:
    write_new_kek(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    made = read_kek(path)
    assert made.unwrap(made.wrap(b"secret", "x"), "x") == b"secret"


def test_a_file_is_never_replaced(path: Path) -> None:
    write_new_kek(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        write_new_kek(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o610])
def test_a_file_open_to_others_is_refused(path: Path, mode: int, settings: Any) -> None:
    write_new_kek(path)
    path.chmod(mode)
    with pytest.raises(KekError, match="open to others"):
        read_kek(path)
    settings.KEK_FILE = path
    assert [message.id for message in checks.key_file_is_private(None)] == ["hearth.E002"]


GOOD = base64.b64encode(ONE).decode()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"current": 1}',
        '{"current": 1, "keys": []}',
        json.dumps({"current": 2, "keys": {"1": GOOD}}),
        json.dumps({"current": 1, "keys": {"1": GOOD[:-4]}}),
        json.dumps({"current": 1, "keys": {"1": "*" + GOOD}}),
        json.dumps({"current": 1, "keys": {"1": base64.b64encode(b"short").decode()}}),
        json.dumps({"current": 1, "keys": {"1": GOOD, "2": base64.b64encode(b"short").decode()}}),
        json.dumps({"current": 1, "keys": {"one": GOOD}}),
        json.dumps({"current": 1, "keys": {"1": 7}}),
    ],
)
def test_a_malformed_file_is_refused_without_its_content(path: Path, content: str) -> None:
    write_new_kek(path)
    path.write_text(content)
    with pytest.raises(KekError, match="malformed") as caught:
        read_kek(path)
    assert GOOD[:8] not in str(caught.value)


def test_a_missing_file_says_what_to_do(path: Path) -> None:
    with pytest.raises(KekError, match="make_kek"):
        read_kek(path)


def test_the_command_makes_a_file_once(path: Path, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.KEK_FILE = path
    call_command("make_kek")
    assert read_kek(path)
    with pytest.raises(CommandError, match="left as it is"):
        call_command("make_kek")
    assert json.loads(path.read_text())["keys"]["1"] not in capsys.readouterr().out


def test_one_secret_for_two_purposes_is_refused(path: Path, settings: Any) -> None:
    write_new_kek(path)
    settings.KEK_FILE = path
    assert checks.secrets_differ(None) == []
    settings.SECRET_KEY = json.loads(path.read_text())["keys"]["1"]
    assert [message.id for message in checks.secrets_differ(None)] == ["hearth.E003"]
