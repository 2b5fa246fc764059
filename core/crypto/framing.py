"""Unambiguous encoding of contexts."""

from uuid import UUID

Part = str | bytes | int | UUID
Stored = bytes | memoryview
"""Bytes as a database gives them back."""


def frame(*parts: Part) -> bytes:
    """Join `parts`, each after its length in 4 bytes: frame("ab", "c") differs from frame("a", "bc")."""
    framed: list[bytes] = []
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        framed += (len(raw).to_bytes(4, "big"), raw)
    return b"".join(framed)
