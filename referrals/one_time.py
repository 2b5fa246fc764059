"""The keys of a packet that is opened once. core/frontend/one_time.js derives the same ones in the browser.

    link key F: 32 random bytes, in the fragment of the address, which no browser sends
    stretched = PBKDF2(passphrase, salt F);  key of the content = HKDF(ikm stretched, salt S, info id)
    proof of the link = HKDF(F);  proof of the passphrase = HKDF(stretched): stored as HMACs under S

S is the server's share: it comes with the content, to whoever proves both, once. Without F nothing can be guessed at;
with F and the database, guessing needs the KEK too, which wraps S. Only a wrong passphrase with the right link counts
as a try: whoever saw the address without its fragment (a mail server's log) can't use them up.

PBKDF2, and not Argon2id as for passwords, because a browser has nothing else without code to be loaded; 600,000 rounds
of it are what OWASP recommends for HMAC-SHA256, and take an old phone some seconds.
"""

import base64
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core import crypto
from referrals.passphrases import as_said, new_passphrase

SENT = "one-time"
MOST_TRIES = 5
PROOF_BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the sender hands on by two ways; Hearth keeps neither."""

    link_key: bytes = field(repr=False)
    passphrase: str = field(repr=False)

    def link(self, packet_id: UUID) -> str:
        """The whole address, with the key that only it has."""
        fragment = base64.urlsafe_b64encode(self.link_key).decode().rstrip("=")
        return f"{settings.SITE_URL}{reverse('one-time', args=[packet_id])}#{fragment}"


@dataclass(frozen=True, slots=True)
class Keys:
    """What follows from both for one packet."""

    packet_id: UUID
    link_proof: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    stretched: bytes = field(repr=False)

    def seal(self, share: bytes, content: bytes) -> bytes:
        """Encrypt the content, for whoever has both and the server's share."""
        return crypto.seal(self._content_key(share), content, SENT, self.packet_id)

    def open(self, share: bytes, sealed: crypto.Stored) -> bytes:
        """What `seal` sealed, as a browser opens it. Raises CannotOpen."""
        return crypto.open_sealed(self._content_key(share), sealed, SENT, self.packet_id)

    def _content_key(self, share: bytes) -> bytes:
        return crypto.derive(self.stretched, "one-time-content", self.packet_id, salt=share)


def new_secrets() -> Secrets:
    """A link key and a passphrase."""
    return Secrets(crypto.new_key(), new_passphrase())


def keys_of(secrets: Secrets, packet_id: UUID, rounds: int) -> Keys:
    """The keys for one packet, whose passphrase is stretched by so many rounds."""
    stretched = crypto.stretch_for_browsers(as_said(secrets.passphrase), secrets.link_key, rounds)
    return Keys(
        packet_id,
        link_proof=crypto.derive(secrets.link_key, "one-time-link", packet_id),
        proof=crypto.derive(stretched, "one-time-proof", packet_id),
        stretched=stretched,
    )


def checks_of(share: bytes, link_proof: bytes, proof: bytes) -> bytes:
    """What is stored of the two proofs: first that of the link."""
    return _check(share, "link", link_proof) + _check(share, "passphrase", proof)


def proves_link(checks: crypto.Stored, share: bytes, link_proof: bytes) -> bool:
    """Whether the proof is that of the link."""
    return crypto.same(bytes(checks)[:32], _check(share, "link", link_proof))


def proves_passphrase(checks: crypto.Stored, share: bytes, proof: bytes) -> bool:
    """Whether the proof is that of the passphrase."""
    return crypto.same(bytes(checks)[32:], _check(share, "passphrase", proof))


def _check(share: bytes, of: str, proof: bytes) -> bytes:
    return crypto.tag(share, "one-time-check", of, proof)
