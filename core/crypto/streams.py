"""Authenticated encryption of files too large for memory: sealed while they arrive, opened from any place.

Layout: format (1 byte) | salt (32) | commitment (32) | chunks, each AES-256-GCM of 64 KiB (the last of what is left)
and its tag. HKDF over the random salt gives each stream its own AES key, the beginning of its nonces, and a commitment
(see envelope.py). A chunk's nonce ends in its index and in whether it is the last (the STREAM construction: Hoang,
Reyhanitabar, Rogaway and Vizár, CRYPTO 2015), so that none can be left out, moved, repeated or brought from elsewhere,
and the end can't be cut off. Sealed is the content, zeros, and the content's length in the last 8 bytes: a stream is as
long as Padmé makes it (Nikitin and others, PETS 2019), which tells of a file's size about as much as its first digit
and a half, at 12 % more at most.
"""

import errno
import io
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto.errors import CannotOpen
from core.crypto.framing import Part, frame
from core.crypto.secrets import derive, same

FORMAT = b"\x02"
CHUNK = 64 * 1024
"""Bytes of content in a chunk; no stream is shorter than one."""
_SALT, _COMMITMENT, _TAG, _LENGTH, _NONCE = 32, 32, 16, 8, 7
_HEADER = len(FORMAT) + _SALT + _COMMITMENT
_SEALED_CHUNK = CHUNK + _TAG


class _Cipher:
    """Seals and opens the chunks of one stream."""

    def __init__(self, key: bytes, salt: bytes, context: tuple[Part, ...]) -> None:
        material = derive(key, "stream", salt=salt, length=32 + _COMMITMENT + _NONCE)
        self._aes = AESGCM(material[:32])
        self.commitment = material[32 : 32 + _COMMITMENT]
        self._nonce = material[32 + _COMMITMENT :]
        self._associated = FORMAT + frame(*context)

    def _nonce_of(self, index: int, last: bool) -> bytes:
        return self._nonce + index.to_bytes(4, "big") + bytes([last])

    def seal(self, index: int, last: bool, content: bytes | bytearray | memoryview) -> bytes:
        return self._aes.encrypt(self._nonce_of(index, last), content, self._associated)

    def open(self, index: int, last: bool, sealed: bytes) -> bytes:
        try:
            return self._aes.decrypt(self._nonce_of(index, last), sealed, self._associated)
        except InvalidTag:
            raise CannotOpen from None


def padded_length(length: int) -> int:
    """How long the sealed plaintext of so many bytes is, its length included."""
    length = max(length + _LENGTH, CHUNK)
    exponent = length.bit_length() - 1
    coarse = (1 << exponent - exponent.bit_length()) - 1
    return length + coarse & ~coarse


class StreamSealer:
    """Seals what is written to it, chunk by chunk, under `key` (32 bytes) and bound to `context`."""

    def __init__(self, key: bytes, write: Callable[[bytes], object], *context: Part) -> None:
        salt = os.urandom(_SALT)
        self._cipher = _Cipher(key, salt, context)
        self._write = write
        self._waiting = bytearray()
        self._index = 0
        self.size = 0
        write(FORMAT + salt + self._cipher.commitment)

    def write(self, content: bytes) -> None:
        """Take some more of the content."""
        self.size += len(content)
        self._add(content)

    def _add(self, content: bytes) -> None:
        self._waiting += content
        while len(self._waiting) > CHUNK:  # a whole one waits: it may be the last
            with memoryview(self._waiting) as waiting:
                sealed = self._cipher.seal(self._index, False, waiting[:CHUNK])
            self._write(sealed)
            del self._waiting[:CHUNK]
            self._index += 1

    def finish(self) -> None:
        """Write the end, without which nothing opens. Nothing may be written afterwards."""
        zeros = padded_length(self.size) - self.size - _LENGTH
        while zeros:
            self._add(bytes(min(zeros, CHUNK)))
            zeros -= min(zeros, CHUNK)
        self._add(self.size.to_bytes(_LENGTH, "big"))
        self._write(self._cipher.seal(self._index, True, self._waiting))


class OpenedStream(io.RawIOBase):
    """The content of a sealed stream, as a file to be read from any place. Only what was verified is handed out."""

    def __init__(self, key: bytes, sealed: BinaryIO, *context: Part) -> None:
        """Look at both ends of `sealed`, which may be any file that can be sought in; it is closed with this one.

        Raises CannotOpen, here and while reading, unless key, context and every byte are those of the sealer.
        """
        super().__init__()
        self._sealed = sealed
        self._place = 0
        self._open_at = -1
        header = _read(sealed, _HEADER)
        if len(header) < _HEADER or header[:1] != FORMAT:
            raise CannotOpen
        self._cipher = _Cipher(key, header[1 : 1 + _SALT], context)
        if not same(header[1 + _SALT :], self._cipher.commitment):
            raise CannotOpen
        chunks = sealed.seek(0, io.SEEK_END) - _HEADER
        self._last = max(0, -(-chunks // _SEALED_CHUNK) - 1)
        end = self._chunk(self._last)
        self.size = int.from_bytes(end[-_LENGTH:], "big")
        """Bytes of content."""
        if padded_length(self.size) != self._last * CHUNK + len(end):
            raise CannotOpen

    def _chunk(self, index: int) -> bytes:
        if index != self._open_at:
            self._sealed.seek(_HEADER + index * _SEALED_CHUNK)
            sealed = _read(self._sealed, _SEALED_CHUNK)
            self._content = self._cipher.open(index, index == self._last, sealed)
            self._open_at = index
        return self._content

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; past the end there is nothing to read."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if start + place < 0:
            raise OSError(errno.EINVAL, "before the beginning")
        self._place = start + place
        return self._place

    def tell(self) -> int:
        """The place."""
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill as much of `buffer` as one chunk has; 0 at the end."""
        index, offset = divmod(self._place, CHUNK)
        most = min(len(buffer), CHUNK - offset, self.size - self._place)
        if most <= 0:
            return 0
        buffer[:most] = self._chunk(index)[offset : offset + most]
        self._place += most
        return most

    def chunks(self) -> Iterator[bytes]:
        """All of the content from the beginning, a chunk at a time, and then close."""
        try:
            for start in range(0, self.size, CHUNK):
                yield self._chunk(start // CHUNK)[: self.size - start]
        finally:
            self.close()

    def close(self) -> None:
        """Close the sealed file too."""
        if not self.closed:
            self._sealed.close()
        super().close()


def _read(file: BinaryIO, count: int) -> bytes:
    """As many bytes as there are, up to `count`: one read of a remote file may give fewer."""
    read = file.read(count)
    while len(read) < count and (more := file.read(count - len(read))):
        read += more
    return read
