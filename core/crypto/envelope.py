"""Authenticated encryption that commits to its key.

Layout: format (1 byte) | salt (32) | commitment (32) | AES-256-GCM ciphertext and tag.
HKDF over the random salt gives each ciphertext its own AES key and nonce, so that a key may seal any number of
messages, and a commitment: AES-GCM alone would let one ciphertext open under two keys.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto.errors import CannotOpen
from core.crypto.framing import Part, Stored, frame
from core.crypto.secrets import derive, same

FORMAT = b"\x01"
_SALT, _COMMITMENT, _TAG = 32, 32, 16
OVERHEAD = 1 + _SALT + _COMMITMENT + _TAG


def _expand(key: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    material = derive(key, "envelope", salt=salt, length=32 + 12 + _COMMITMENT)
    return material[:32], material[32:44], material[44:]


def seal(key: bytes, plaintext: bytes, *context: Part) -> bytes:
    """Encrypt `plaintext` under `key` (32 bytes), bound to `context`; `OVERHEAD` bytes longer than the plaintext."""
    salt = os.urandom(_SALT)
    cipher_key, nonce, commitment = _expand(key, salt)
    return FORMAT + salt + commitment + AESGCM(cipher_key).encrypt(nonce, plaintext, FORMAT + frame(*context))


def open_sealed(key: bytes, sealed: Stored, *context: Part) -> bytes:
    """The plaintext of `sealed`. Raises CannotOpen unless key, context and every byte are those of `seal`."""
    sealed = bytes(sealed)
    if len(sealed) < OVERHEAD or sealed[:1] != FORMAT:
        raise CannotOpen
    salt, commitment, ciphertext = sealed[1:33], sealed[33:65], sealed[65:]
    cipher_key, nonce, expected = _expand(key, salt)
    if not same(commitment, expected):
        raise CannotOpen
    try:
        return AESGCM(cipher_key).decrypt(nonce, ciphertext, FORMAT + frame(*context))
    except InvalidTag:
        raise CannotOpen from None
