"""All cryptography in Hearth: a few verbs over `cryptography`, which no other module may import.

Every stored ciphertext begins with a format byte. Every context (who, what, which version) is bound in as
length-prefixed parts, so that no two contexts can be spelled alike. Failures raise `CannotOpen`, without detail.
"""

from core.crypto.envelope import open_sealed, seal
from core.crypto.errors import CannotOpen, CryptoError
from core.crypto.framing import Part, Stored, frame
from core.crypto.hpke import KEY_BYTES, PrivateKey, new_key_pair, open_with, public_key_of, seal_to
from core.crypto.secrets import Stretch, derive, digest, new_key, same, stretch, stretch_for_browsers, tag
from core.crypto.streams import OpenedStream, StreamSealer

__all__ = [
    "KEY_BYTES",
    "CannotOpen",
    "CryptoError",
    "OpenedStream",
    "Part",
    "PrivateKey",
    "Stored",
    "StreamSealer",
    "Stretch",
    "derive",
    "digest",
    "frame",
    "new_key",
    "new_key_pair",
    "open_sealed",
    "open_with",
    "public_key_of",
    "same",
    "seal",
    "seal_to",
    "stretch",
    "stretch_for_browsers",
    "tag",
]
