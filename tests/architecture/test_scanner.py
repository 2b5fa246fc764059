"""The leak scanner finds a planted control in each place and wrapping; else its silence would mean nothing."""

import base64
import gzip
import html
import json
import os
import pickle
import quopri
import random
import sqlite3
import subprocess
import urllib.parse
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection

from tests.scanner import postgresql_dump, redis_content, scan

CONTROLS = ("Canarygiven", "Šárka Ömerović", "+39 333 5550147", "Linnet")


def deflated(data: bytes) -> bytes:
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(data) + made.flush()


def msgpack(text: str) -> bytes:
    """{"note": text} as MessagePack writes it: fixmap, fixstr, str 8."""
    raw = text.encode()
    return b"\x81\xa4note\xd9" + bytes([len(raw)]) + raw


def mail(text: str) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = text, "a@hearth.example", "b@hearth.example"
    message.set_content(
        f"Hello {text}, and a line long enough to be broken in two by whatever breaks lines. " * 3
    )
    return message.as_bytes()


Wrapping = Callable[[str], bytes]
WRAPPINGS: dict[str, Wrapping] = {
    "raw": str.encode,
    "in capitals": lambda text: text.encode().upper() if text.isascii() else text.encode(),
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "UTF-16, the other way": lambda text: b"\0" + text.encode("utf-16-be"),
    "hex": lambda text: text.encode().hex().encode(),
    "hex in capitals": lambda text: text.encode().hex().upper().encode(),
    "bytea": lambda text: b"7\t\\\\x0a" + text.encode().hex().encode() + b"\tt",
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 without padding": lambda text: base64.b64encode(text.encode()).rstrip(b"="),
    "URL-safe base64": lambda text: base64.urlsafe_b64encode(b"\xff\xfe\xfd" + text.encode()),
    "base64, one byte along": lambda text: base64.b64encode(b"x" + text.encode() + b"yy"),
    "base64, two bytes along": lambda text: base64.b64encode(b"xx" + text.encode() + b"y"),
    "base64 after other letters": lambda text: b"key" + base64.b64encode(text.encode()),
    "base64 in lines": lambda text: base64.encodebytes(b"something long before it " * 3 + text.encode()),
    "zlib": lambda text: zlib.compress(text.encode()),
    "zlib in the middle": lambda text: b"header" + zlib.compress(b"before " + text.encode(), 1) + b"after",
    "gzip": lambda text: gzip.compress(text.encode()),
    "raw deflate": lambda text: deflated(text.encode()),
    "JSON": lambda text: json.dumps({"name": text}).encode(),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"name": text})).encode(),
    "all escaped": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
    "URL": lambda text: urllib.parse.quote(text).encode(),
    "a form": lambda text: urllib.parse.urlencode({"name": text, "next": "/a/"}).encode(),
    "quoted-printable": lambda text: quopri.encodestring(
        b"a line before it " * 5 + text.encode(), quotetabs=True
    ),
    "HTML": lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace"),
    "pickle": lambda text: pickle.dumps({"name": text}),
    "the oldest pickle": lambda text: pickle.dumps({"name": text}, protocol=0),
    "msgpack": msgpack,
    "mail": mail,
    "mbox": lambda text: (
        b"From a@hearth.example Thu Jan 1 00:00:00 2026\n" + mail("x") + b"\nFrom b\n" + mail(text)
    ),
    "a session": lambda text: signing.dumps({"name": text}, compress=True).encode(),
    "a compressed session": lambda text: signing.dumps(
        {"name": [text] * 9, "x": "y" * 99}, compress=True
    ).encode(),
    "base64 of zlib": lambda text: base64.b64encode(zlib.compress(text.encode())),
    "base64 of raw deflate": lambda text: b'{"body": "' + base64.b64encode(deflated(text.encode())) + b'"}',
    "JSON of base64 of JSON": lambda text: json.dumps(
        {"body": base64.b64encode(json.dumps([[text], {}]).encode()).decode(), "properties": {}}
    ).encode(),
    "hex of base64 of gzip": lambda text: base64.b64encode(gzip.compress(text.encode())).hex().encode(),
    "base64 of base64": lambda text: base64.b64encode(base64.b64encode(text.encode())),
}


def found(*places: Path | bytes | tuple[str, bytes]) -> set[str]:
    return {hit.needle for hit in scan(places, CONTROLS)}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_is_found_in_each_wrapping(wrapping: str, control: str) -> None:
    assert found(WRAPPINGS[wrapping](control)) == {control}


@pytest.mark.parametrize(
    "wrapping", sorted(set(WRAPPINGS) - {"raw deflate"})
)  # without a mark nobody finds its start
def test_and_in_the_middle_of_something_else(wrapping: str) -> None:
    assert found(b'2026-01-01 info \x00\x01 {"x": "' + WRAPPINGS[wrapping]("Canarygiven") + b'"}\n') == {
        "Canarygiven"
    }


def random_bytes(count: int) -> bytes:
    return random.Random(7).randbytes(count)


WORDS = " ".join(f"referral accepted by team {number} for follow-up" for number in range(2000)).encode()


@pytest.mark.parametrize(
    "innocent",
    [
        random_bytes(200_000),
        random_bytes(30_000).hex().encode(),
        base64.b64encode(random_bytes(60_000)),
        zlib.compress(WORDS),
        WORDS,
        json.dumps({"ciphertext": random_bytes(3000).hex(), "words": WORDS.decode()}).encode(),
        mail("Hearth"),
        b"",
    ],
    ids=["random", "hex", "base64", "zlib", "words", "JSON", "mail", "nothing"],
)
def test_nothing_is_found_where_nothing_is(innocent: bytes) -> None:
    assert found(innocent) == set()


# --- places  ----------------------------------------


def test_in_files_in_folders_and_in_their_names(tmp_path: Path) -> None:
    (tmp_path / "broker" / "messages").mkdir(parents=True)
    message = {"body": base64.b64encode(json.dumps([["Canarygiven"], {}, {}]).encode()).decode()}
    (tmp_path / "broker" / "messages" / "1_celery.msg").write_text(json.dumps(message))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").write_text(
        json.dumps({"event": "request", "route": "Šárka Ömerović"}) + "\n"
    )
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(mail("+39 333 5550147"))
    (tmp_path / "Linnet.pdf").write_bytes(b"")
    hits = scan([tmp_path], CONTROLS)
    assert {(hit.needle, Path(hit.where).name) for hit in hits} == {
        ("Canarygiven", "1_celery.msg"),
        ("Šárka Ömerović", "web.log"),
        ("+39 333 5550147", "1.eml"),
        ("Linnet", "Linnet.pdf"),
    }


@pytest.mark.parametrize("journal", ["DELETE", "WAL"])
def test_in_each_cell_of_a_sqlite_file(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "db.sqlite3"
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA journal_mode={journal}")
    database.execute('CREATE TABLE "a table" (text TEXT, raw BLOB, number INTEGER)')
    database.execute(
        'INSERT INTO "a table" VALUES (?, ?, ?)',
        (json.dumps("Šárka Ömerović"), zlib.compress(b"x" * 9000 + b"Canarygiven" + b"y" * 9000), 7),
    )
    database.commit()
    hits = scan([path], CONTROLS)
    database.close()
    assert {hit.needle for hit in hits} == {"Šárka Ömerović", "Canarygiven"}
    assert any(hit.where.endswith("a table.raw") for hit in hits)
    assert any(hit.where.endswith("a table.text") for hit in hits)


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="the suite runs on SQLite")
@pytest.mark.django_db(transaction=True)
def test_in_a_postgresql_dump() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planted (text text, raw bytea)")
        try:
            cursor.execute(
                "INSERT INTO planted VALUES (%s, %s)", ["Linnet", zlib.compress("Šárka Ömerović".encode())]
            )
            given = connection.get_connection_params()
            url = f"postgresql://{given['user']}@{given['host']}/{given['dbname']}"
            if given.get("password"):
                url = url.replace("@", f":{urllib.parse.quote(given['password'])}@")
            try:
                dump = postgresql_dump(url)
            except FileNotFoundError:
                pytest.skip("there is no pg_dump here")
            except subprocess.CalledProcessError as error:
                if b"server version mismatch" in error.stderr:
                    pytest.skip("pg_dump is older than the server")
                raise
        finally:
            cursor.execute("DROP TABLE planted")
    assert found(dump) == {"Linnet", "Šárka Ömerović"}


@pytest.fixture
def redis_url() -> str:
    url = settings.REDIS_URL or os.environ.get("REDIS_URL_TEST", "")
    if not url:
        pytest.skip("no Redis is named")
    return url


def test_in_each_kind_of_redis_value(redis_url: str) -> None:
    from redis import Redis

    client = Redis.from_url(redis_url)
    mark = f"planted:{os.getpid()}:"
    try:
        client.set(mark + "Linnet", "x")
        client.rpush(mark + "list", json.dumps({"body": base64.b64encode(b"Canarygiven").decode()}))
        client.hset(mark + "hash", "field", zlib.compress("Šárka Ömerović".encode()))
        client.sadd(mark + "set", "+39 333 5550147")
        client.zadd(mark + "zset", {"Linnet": 1})
        client.xadd(mark + "stream", {"name": "Canarygiven"})
        mine = [(where, data) for where, data in redis_content(redis_url) if mark in where]
        assert len(mine) == 6
        assert all(found(each) for each in mine)
        assert found(*mine) == set(CONTROLS)
    finally:
        client.delete(*client.scan_iter(mark + "*"))
