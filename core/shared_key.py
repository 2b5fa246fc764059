"""A key that lies under the keys of more than one object: what is sealed with it outlives each of them but the last.

Two sides write to each other so: either opens its own object, and with it this key; where the one object is destroyed,
its side reads nothing any more, and the other side all that there is.
"""

from typing import Self

from core import crypto
from core.access import OpenObject
from core.errors import Tampered

_PURPOSE = "shared-key"


class SharedKey:
    """Seals and opens what belongs to it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "<SharedKey>"

    @classmethod
    def new(cls) -> Self:
        """One that nobody has yet."""
        return cls(crypto.new_key())

    @classmethod
    def of(cls, opened: OpenObject, sealed: crypto.Stored) -> Self:
        """The one that `under` put there. Raises Tampered."""
        return cls(opened.unseal(_PURPOSE, sealed=sealed))

    def under(self, opened: OpenObject) -> bytes:
        """The key itself, under that of an object: whoever opens the one opens the other."""
        return opened.seal(_PURPOSE, content=self._key)

    def seal(self, purpose: str, *context: crypto.Part, content: bytes) -> bytes:
        """Encrypt `content`, bound to its context."""
        return crypto.seal(self._key, content, purpose, *context)

    def unseal(self, purpose: str, *context: crypto.Part, sealed: crypto.Stored) -> bytes:
        """What `seal` sealed in the same context. Raises Tampered."""
        try:
            return crypto.open_sealed(self._key, sealed, purpose, *context)
        except crypto.CannotOpen:
            raise Tampered from None
