"""The key-encryption key (KEK): what the server adds to every key, from a file that lies apart from the database.

The file is JSON: {"current": 2, "keys": {"1": "<base64, 32 bytes>", "2": "..."}}, mode 0600. Versions stay until
nothing refers to them; destroying one makes final the erasure of everything whose share it wrapped.
It wraps server shares and the outer layer of key slots, and derives the keys of row tags and of marks.
"""

import base64
import json
import os
import stat
from functools import cache
from pathlib import Path

from django.conf import settings

from core import crypto
from core.crypto import Part, Stored


class KekError(Exception):
    """The KEK file is missing, malformed or readable by others."""


class Kek:
    """The KEK in all its versions."""

    def __init__(self, current: int, keys: dict[int, bytes]) -> None:
        self.current = current
        self._keys = keys
        self._derived: dict[tuple[int, str], bytes] = {}

    def _key(self, version: int, purpose: str) -> bytes:
        """Derived once a process: each row read is checked with one of them."""
        if (version, purpose) not in self._derived:
            if version not in self._keys:
                raise crypto.CannotOpen
            self._derived[version, purpose] = crypto.derive(self._keys[version], purpose)
        return self._derived[version, purpose]

    def wrap(self, secret: bytes, purpose: str, *context: Part) -> bytes:
        """Seal `secret` under the current version, which the first 4 bytes of the result name."""
        version = self.current.to_bytes(4, "big")
        return version + crypto.seal(self._key(self.current, purpose), secret, purpose, *context)

    def unwrap(self, wrapped: Stored, purpose: str, *context: Part) -> bytes:
        """What `wrap` sealed. Raises CannotOpen, also where that version of the KEK has been destroyed."""
        wrapped = bytes(wrapped)
        version = int.from_bytes(wrapped[:4], "big")
        return crypto.open_sealed(self._key(version, purpose), wrapped[4:], purpose, *context)

    def tag(self, *parts: Part) -> bytes:
        """A tag that only the holder of the KEK can make: version (4 bytes) | HMAC-SHA256."""
        return self._tag(self.current, *parts)

    def tag_is_ours(self, tag: Stored, *parts: Part) -> bool:
        """Whether `tag` was made by `tag` over exactly these parts."""
        try:
            return crypto.same(bytes(tag), self._tag(int.from_bytes(bytes(tag)[:4], "big"), *parts))
        except crypto.CannotOpen:
            return False

    def marks(self, purpose: str, *parts: Part) -> list[bytes]:
        """What stands for `parts` where they may not be told: HMAC-SHA256 under each version, the current one first.

        Unlike a tag it names no version, so that a database can look for it.
        """
        versions = sorted(self._keys, key=lambda version: (version != self.current, version))
        return [crypto.tag(self._key(version, purpose), *parts) for version in versions]

    def _tag(self, version: int, *parts: Part) -> bytes:
        return version.to_bytes(4, "big") + crypto.tag(self._key(version, "row-tag"), *parts)


def read_kek(path: Path) -> Kek:
    """Read a KEK file. Raises KekError if it is missing, malformed, or open to group or others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        raw = json.loads(path.read_text())
        keys = {int(version): base64.b64decode(key, validate=True) for version, key in raw["keys"].items()}
        current = int(raw["current"])
    except FileNotFoundError:
        raise KekError("The key-encryption key file is missing: run `manage.py make_kek`.") from None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise KekError("The key-encryption key file is malformed.") from None
    if mode & 0o077:
        raise KekError("The key-encryption key file is open to others: chmod 600 it.")
    if current not in keys or any(len(key) != crypto.KEY_BYTES for key in keys.values()):
        raise KekError("The key-encryption key file is malformed.")
    return Kek(current, keys)


def write_new_kek(path: Path) -> None:
    """Make a KEK file with one fresh key. Raises FileExistsError rather than replace one."""
    content = {"current": 1, "keys": {"1": base64.b64encode(crypto.new_key()).decode()}}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "x", opener=_private) as file:
        json.dump(content, file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, mode=0o600)


@cache
def kek() -> Kek:
    """The KEK of this process."""
    return read_kek(settings.KEK_FILE)
