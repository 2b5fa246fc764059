"""Encrypted files for other programs to open: age, and zip archives with AES.

Both are written as they are made, piece by piece: what is inside never lies anywhere in clear. Prefer age. A zip
archive shows the name and the length of what it holds, and stretches its passphrase with 1,000 rounds of SHA-1 only
(WinZip's AE-2): its passphrase has to be as strong as a key.
"""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyrage
import pyzipper

from core.crypto.errors import CryptoError

PASSPHRASE_LENGTH = 20
"""The least number of characters of a zip archive's passphrase."""


class BadRecipient(CryptoError):
    """Not a public key of age."""


def age_recipient(text: str) -> pyrage.x25519.Recipient:
    """A public key of age, `age1…`. Raises BadRecipient."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise BadRecipient from None


def write_age(pieces: Iterable[bytes], file: BinaryIO, recipient: pyrage.x25519.Recipient) -> None:
    """Encrypt the pieces, one after the other, so that the recipient's private key opens them."""
    source = _Pieces(pieces)
    try:
        pyrage.encrypt_io(source, file, [recipient])
    except pyrage.EncryptError:
        if source.failure is not None:  # it was in making the pieces, and is the caller's
            raise source.failure from None
        raise


def age_with_passphrase(content: bytes, passphrase: str) -> bytes:
    """Encrypt for whoever is told the passphrase; age stretches it by scrypt, a second's worth of this machine."""
    made: bytes = pyrage.passphrase.encrypt(content, passphrase)
    return made


def write_zip(pieces: Iterable[bytes], file: BinaryIO, passphrase: str, name: str) -> None:
    """A zip archive of one file of that name, encrypted with AES-256 under the passphrase."""
    with pyzipper.AESZipFile(
        file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(passphrase.encode())
        with archive.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)


class _Pieces(io.RawIOBase):
    """Pieces as a file to be read once."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._left = b""
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._left:
            try:
                self._left = next(self._pieces)
            except StopIteration:
                return 0
            except BaseException as failure:
                self.failure = failure
                raise
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)
