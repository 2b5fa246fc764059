"""Looks for planted strings wherever something may have leaked to, whatever it was wrapped in on the way.

    hits = scan([Path("var"), ("dump", postgresql_dump(url)), *redis_content(url)], ["Canarygiven"])

Files, folders and bytes are searched raw and, layer by layer, in all that can be decoded from them: base64 (also
URL-safe, unpadded, wrapped, and from the middle), hex, zlib, gzip, raw deflate, JSON and HTML escapes, URL-encoding,
quoted-printable, mail, SQLite files. msgpack and pickle hold their strings raw. tests/architecture/test_scanner.py
shows that it finds a control in each.
"""

import binascii
import email
import email.policy
import hashlib
import html
import quopri
import re
import sqlite3
import subprocess
import urllib.parse
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LAYERS = 6
_MOST = 64 * 1024 * 1024  # bytes that one decompression may give

Named = tuple[str, bytes]
Place = Path | bytes | Named


@dataclass(frozen=True, slots=True)
class Hit:
    """A planted string, where it was found, and the layers that were taken off to see it."""

    needle: str
    where: str
    layers: str


def scan(places: Iterable[Place], needles: Iterable[str]) -> list[Hit]:
    """Every planted string that is found, once for each place; capitals of ASCII letters don't count."""
    spellings = {needle: _spellings(needle) for needle in needles}
    hits: dict[tuple[str, str], Hit] = {}
    for place in places:
        for where, data in _contents(place):
            for needle, layers in _search(data, spellings):
                hits.setdefault((needle, where), Hit(needle, where, layers))
    return list(hits.values())


def _spellings(needle: str) -> set[bytes]:
    spelt = {needle.encode(encoding).lower() for encoding in ("utf-8", "utf-16-le", "utf-16-be")}
    return spelt | {needle.encode("latin-1", "ignore").lower() or needle.encode().lower()}


def _search(data: bytes, spellings: dict[str, set[bytes]]) -> Iterator[tuple[str, str]]:
    shortest = min((len(each) for spelt in spellings.values() for each in spelt), default=1)
    seen: set[bytes] = set()
    waiting = [(data, "raw")]
    for _ in range(LAYERS):
        below: list[tuple[bytes, str]] = []
        for each, layers in waiting:
            digest = hashlib.blake2b(each, digest_size=16).digest()
            if len(each) < shortest or digest in seen:
                continue
            seen.add(digest)
            small = each.lower()
            yield from (
                (needle, layers) for needle, spelt in spellings.items() if any(s in small for s in spelt)
            )
            below += ((inner, f"{layers} > {how}") for how, inner in _layers(each))
        waiting = below


# --- what lies where  ----------------------------------------


def _contents(place: Place) -> Iterator[Named]:
    if isinstance(place, tuple):
        yield place
    elif isinstance(place, bytes):
        yield "bytes", place
    elif place.is_dir():
        for path in sorted(place.rglob("*")):
            if path.is_file():
                yield from _contents(path)
    else:
        data = place.read_bytes()
        yield place.name, place.name.encode()  # a file's name can tell as much as its content
        yield str(place), data
        if data.startswith(b"SQLite format 3\0"):
            yield from _sqlite(place)


def _sqlite(path: Path) -> Iterator[Named]:
    """Every cell of every table, with what still lies in the write-ahead log."""
    connection = sqlite3.connect(f"file:{urllib.parse.quote(str(path.resolve()))}?mode=ro", uri=True)
    connection.text_factory = bytes
    try:
        tables = [
            name.decode()
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in rows.description]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        yield (
                            f"{path}:{table}.{column}",
                            value if isinstance(value, bytes) else str(value).encode(),
                        )
    finally:
        connection.close()


def postgresql_dump(url: str) -> bytes:
    """The whole database as SQL, binary columns in hex."""
    done = subprocess.run(
        ["pg_dump", "--dbname", url.replace("postgres://", "postgresql://", 1)],
        capture_output=True,
        check=True,
    )
    return done.stdout


def redis_content(url: str) -> Iterator[Named]:
    """Every key of a Redis database with its value."""
    from redis import Redis

    client: Any = Redis.from_url(url)
    read = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"hash": client.hgetall,
        b"stream": client.xrange,
    }
    for key in client.scan_iter():
        kind = client.type(key)
        if kind != b"none":  # it expired just now
            yield f"redis:{key.decode(errors='replace')}", key + b"\n" + b"\n".join(_flat(read[kind](key)))


def _flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        yield from _flat(list(value.items()))
    elif isinstance(value, list | tuple | set):
        for each in value:
            yield from _flat(each)
    elif value is not None:
        yield value if isinstance(value, bytes) else str(value).encode()


# --- the layers  ----------------------------------------

_HEX = re.compile(rb"[0-9A-Fa-f]{8,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}")
_ESCAPES = re.compile(rb"(?:\\+u[0-9A-Fa-f]{4})+")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")
_QUOTED = re.compile(rb"=(?:[0-9A-F]{2}|\r?\n)")
_ENTITY = re.compile(rb"&(?:#x?[0-9A-Fa-f]+|[a-z]+);")
_MAIL = re.compile(rb"^(?:Subject|Message-ID|Content-Type|MIME-Version):", re.MULTILINE | re.IGNORECASE)
_FROM = re.compile(rb"^From .*\r?\n", re.MULTILINE)
_COMPRESSED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_WRAPPED = re.compile(rb"(?<=[A-Za-z0-9+/=_-])(?:\\r)?\r?(?:\\n|\n)[ \t]*(?=[A-Za-z0-9+/=_-])")


def _layers(data: bytes) -> Iterator[Named]:
    """What `data` may be a wrapping of: (how, what lies inside)."""
    for how, text in (("", data), ("wrapped ", _WRAPPED.sub(b"", data))):
        if how and text == data:
            continue
        yield from ((f"{how}hex", inner) for inner in _from_hex(text))
        yield from ((f"{how}base64", inner) for inner in _from_base64(text))
    yield from (("compressed", inner) for inner in _decompressed(data))
    if _ESCAPES.search(data):
        yield "JSON", _ESCAPES.sub(_unescaped, data)
    if _PERCENT.search(data):
        yield "URL", urllib.parse.unquote_to_bytes(data.replace(b"+", b" "))
        yield "URL", urllib.parse.unquote_to_bytes(data)
    if _QUOTED.search(data):
        yield "quoted-printable", quopri.decodestring(data)
    if _ENTITY.search(data):
        yield "HTML", html.unescape(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogatepass")
    if _MAIL.search(data):
        yield from (("mail", inner) for inner in _mail(data))


def _from_hex(data: bytes) -> Iterator[bytes]:
    runs = _HEX.findall(data)
    for start in (0, 1):
        yield from _joined(
            binascii.unhexlify(run[start : start + (len(run) - start) // 2 * 2]) for run in runs
        )


def _from_base64(data: bytes) -> Iterator[bytes]:
    """From each of four places, for a run may begin with what does not belong to it."""
    runs = [run.translate(bytes.maketrans(b"-_", b"+/")) for run in _BASE64.findall(data)]
    for start in range(4):
        yield from _joined(_base64(run[start:]) for run in runs)


def _base64(run: bytes) -> bytes:
    run = run[:-1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def _joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """All of them as one; and what is raw deflate, which has no mark to be found by, by itself."""
    together = []
    for piece in pieces:
        together.append(piece)
        yield from _inflated(piece, -zlib.MAX_WBITS)
    yield b"\0".join(together)


def _decompressed(data: bytes) -> Iterator[bytes]:
    for found in _COMPRESSED.finditer(data):
        yield from _inflated(data[found.start() :], zlib.MAX_WBITS | 32)
    yield from _inflated(data, -zlib.MAX_WBITS)


def _inflated(data: bytes, how: int) -> Iterator[bytes]:
    """As much as comes out before an error: what is cut off tells too."""
    inflating, made = zlib.decompressobj(how), bytearray()
    try:
        for start in range(0, len(data), 4096):
            made += inflating.decompress(data[start : start + 4096], _MOST - len(made))
            if inflating.eof or len(made) >= _MOST:
                break
    except zlib.error:
        pass
    if len(made) > 3:
        yield bytes(made)


def _unescaped(found: re.Match[bytes]) -> bytes:
    units = bytes.fromhex(re.sub(rb"\\+u", b"", found[0]).decode())
    return units.decode("utf-16-be", "replace").encode()


def _mail(data: bytes) -> Iterator[bytes]:
    """Decoded headers and parts of each message; more than one in an mbox or a console's log."""
    for raw in _FROM.split(data):
        start = _MAIL.search(raw)
        if start is None:
            continue
        for part in email.message_from_bytes(
            raw[start.start() :].lstrip(), policy=email.policy.default
        ).walk():
            yield "\n".join(f"{name}: {value}" for name, value in part.items()).encode(
                "utf-8", "surrogateescape"
            )
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload
