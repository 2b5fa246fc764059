"""Where sealed files lie: any storage of Django's, which sees ciphertext alone under names that say nothing."""

import secrets
from typing import BinaryIO, cast

from django.core.files.storage import storages

from core.crypto import CannotOpen, OpenedStream
from core.errors import Tampered
from core.uploads import SealedUpload, open_upload


def store(upload: SealedUpload) -> str:
    """Keep the sealed file of an upload; what it is stored as. Its key is the upload's.

    Outside of a transaction that locks a case: a storage on another machine takes its time. Where the transaction that
    enters it fails, the caller deletes it.
    """
    name = f"{secrets.token_hex(1)}/{secrets.token_hex(16)}"
    with upload.sealed() as sealed:
        stored_as: str = storages["documents"].save(name, sealed)
    return stored_as


def open_stored(key: bytes, stored_as: str, size: int) -> OpenedStream:
    """The content of a stored file. Raises Tampered unless its ends are what was kept; CannotOpen while it is read."""
    try:
        sealed = cast(BinaryIO, storages["documents"].open(stored_as))
    except FileNotFoundError:
        raise Tampered from None
    try:
        content = open_upload(key, sealed)
    except CannotOpen:
        sealed.close()
        raise Tampered from None
    if content.size != size:
        content.close()
        raise Tampered
    return content


def delete_stored(stored_as: str) -> None:
    """Delete it, if it is there."""
    storages["documents"].delete(stored_as)
