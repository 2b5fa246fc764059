"""Keys from randomness, from passwords and from each other; tags and comparison."""

import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.crypto.framing import Part, frame


def new_key() -> bytes:
    """32 random bytes from the operating system."""
    return os.urandom(32)


def derive(key: bytes, purpose: str, *context: Part, salt: bytes | None = None, length: int = 32) -> bytes:
    """HKDF-SHA256 of `key` for one purpose and context; `length` bytes."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=frame(purpose, *context)).derive(key)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The cost of Argon2id (RFC 9106): memory in KiB, passes, lanes. Stored beside each salt so that it can rise."""

    memory: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


def stretch(password: str, salt: bytes, cost: Stretch) -> bytes:
    """Argon2id of `password`, 32 bytes."""
    return Argon2id(
        salt=bytes(salt), length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
    ).derive(password.encode())


def stretch_for_browsers(password: str, salt: bytes, rounds: int) -> bytes:
    """PBKDF2-HMAC-SHA256 of `password`, 32 bytes: for what a browser stretches too, which has no Argon2id."""
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds)


def tag(key: bytes, *parts: Part) -> bytes:
    """HMAC-SHA256 over the framed parts, 32 bytes."""
    return hmac.digest(key, frame(*parts), "sha256")


def digest(*parts: Part) -> bytes:
    """SHA-256 over the framed parts, 32 bytes."""
    return hashlib.sha256(frame(*parts)).digest()


def same(left: bytes, right: bytes) -> bool:
    """Compare without telling by time where two byte strings differ."""
    return hmac.compare_digest(left, right)
