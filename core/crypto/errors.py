"""What can go wrong. Messages name no key, no context and no content."""


class CryptoError(Exception):
    """Base of the errors of core.crypto."""


class CannotOpen(CryptoError):
    """The ciphertext is not what this key and context sealed: wrong key, wrong place, or tampered with."""

    def __init__(self) -> None:
        super().__init__("cannot be opened")
