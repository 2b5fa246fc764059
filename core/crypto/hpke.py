"""Sealing to a person's or a team's public key: HPKE (RFC 9180), X25519, HKDF-SHA256, AES-256-GCM, base mode.

Base mode does not say who sealed. Whoever stores what these functions return, tags the row (core/models/tagged.py).
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from core.crypto.errors import CannotOpen
from core.crypto.framing import Part, Stored, frame

FORMAT = b"\x01"
KEY_BYTES = 32
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def new_key_pair() -> tuple[bytes, bytes]:
    """A fresh X25519 pair: (private, public), 32 raw bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_key_of(private: bytes) -> bytes:
    """The public key (32 bytes) of a private one (32 bytes)."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def seal_to(public: Stored, plaintext: bytes, *context: Part) -> bytes:
    """Encrypt `plaintext` so that only the holder of the private key of `public` opens it, in this `context`."""
    key = X25519PublicKey.from_public_bytes(bytes(public))
    return FORMAT + _SUITE.encrypt(plaintext, key, info=FORMAT + frame(*context))


class PrivateKey:
    """A private key (32 bytes) that opens many seals: reading its bytes takes about as long as opening one.

    Raises CannotOpen where the bytes are no key.
    """

    def __init__(self, private: bytes) -> None:
        try:
            self._key = X25519PrivateKey.from_private_bytes(private)
        except ValueError:
            raise CannotOpen from None

    def __repr__(self) -> str:
        return "<PrivateKey>"

    def open(self, sealed: Stored, *context: Part) -> bytes:
        """What `seal_to` sealed. Raises CannotOpen for another key, another context or a changed byte."""
        sealed = bytes(sealed)
        if sealed[:1] != FORMAT:
            raise CannotOpen
        try:
            return _SUITE.decrypt(sealed[1:], self._key, info=FORMAT + frame(*context))
        except (InvalidTag, ValueError):
            raise CannotOpen from None


def open_with(private: bytes, sealed: Stored, *context: Part) -> bytes:
    """What a private key opens that is used once, as `PrivateKey.open`."""
    return PrivateKey(private).open(sealed, *context)
