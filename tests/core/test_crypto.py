"""core.crypto: properties for any input, and published vectors."""

import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core import crypto
from core.crypto import CannotOpen, Stretch, envelope
from core.crypto.framing import frame

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
PRIVATE, PUBLIC = crypto.new_key_pair()
OTHER_PRIVATE, OTHER_PUBLIC = crypto.new_key_pair()
contents = st.binary(max_size=300)
parts = st.one_of(st.binary(max_size=20), st.text(max_size=10), st.integers(), st.uuids())
contexts = st.lists(parts, max_size=4)


def spelt(context: list[Any]) -> list[bytes]:
    """Each part as bytes: what two contexts must differ in to be two."""
    return [part if isinstance(part, bytes) else str(part).encode() for part in context]


# --- contexts  ----------------------------------------


@given(contexts, contexts)
def test_two_contexts_are_never_spelt_alike(left: list[Any], right: list[Any]) -> None:
    assert (frame(*left) == frame(*right)) == (spelt(left) == spelt(right))


def test_moving_a_letter_over_a_border_makes_another_context() -> None:
    assert frame("ab", "c") != frame("a", "bc") != frame("abc") != frame("abc", "")


# --- sealing under a key  ----------------------------------------


@given(contents, contexts)
def test_what_was_sealed_is_opened(content: bytes, context: list[Any]) -> None:
    sealed = crypto.seal(KEY, content, *context)
    assert crypto.open_sealed(KEY, sealed, *context) == content
    assert crypto.open_sealed(KEY, memoryview(sealed), *context) == content
    assert len(sealed) == len(content) + envelope.OVERHEAD


@given(contents, contexts)
def test_the_same_content_is_never_sealed_alike(content: bytes, context: list[Any]) -> None:
    assert crypto.seal(KEY, content, *context) != crypto.seal(KEY, content, *context)


@given(contents, st.data())
def test_a_changed_bit_is_noticed_wherever_it_is(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(crypto.seal(KEY, content, "purpose", 1))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, bytes(sealed), "purpose", 1)


@given(contents, st.data())
def test_a_cut_or_a_longer_ciphertext_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = crypto.seal(KEY, content)
    for wrong in (sealed[: data.draw(st.integers(0, len(sealed) - 1))], sealed + b"\0", b""):
        with pytest.raises(CannotOpen):
            crypto.open_sealed(KEY, wrong)


@given(st.binary(min_size=32, max_size=32))
def test_another_key_opens_nothing(key: bytes) -> None:
    assume(key != KEY)
    with pytest.raises(CannotOpen):
        crypto.open_sealed(key, crypto.seal(KEY, b"content"))


@given(contexts, contexts)
def test_another_context_opens_nothing(context: list[Any], other: list[Any]) -> None:
    assume(spelt(context) != spelt(other))
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, crypto.seal(KEY, b"content", *context), *other)


def test_the_order_of_a_context_counts() -> None:
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, crypto.seal(KEY, b"content", "case", "section"), "section", "case")


def test_a_ciphertext_that_fits_another_key_but_commits_to_the_first_is_refused() -> None:
    """An attacker who knows both keys makes AES-GCM accept either; the commitment names one of them."""
    salt = bytes(32)
    cipher_key, nonce, _its_commitment = envelope._expand(OTHER_KEY, salt)
    _key, _nonce, commitment = envelope._expand(KEY, salt)
    ciphertext = AESGCM(cipher_key).encrypt(nonce, b"content", envelope.FORMAT + frame())
    with pytest.raises(CannotOpen):
        crypto.open_sealed(OTHER_KEY, envelope.FORMAT + salt + commitment + ciphertext)
    own = envelope.FORMAT + salt + envelope._expand(OTHER_KEY, salt)[2] + ciphertext
    assert crypto.open_sealed(OTHER_KEY, own) == b"content"


def test_an_error_tells_nothing() -> None:
    with pytest.raises(CannotOpen) as caught:
        crypto.open_sealed(KEY, crypto.seal(KEY, b"a secret", "a context"), "another")
    assert str(caught.value) == "cannot be opened"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


# --- sealing to a public key  ----------------------------------------


@settings(max_examples=30)
@given(contents, contexts)
def test_the_holder_of_the_private_key_opens(content: bytes, context: list[Any]) -> None:
    sealed = crypto.seal_to(PUBLIC, content, *context)
    assert crypto.open_with(PRIVATE, sealed, *context) == content
    assert crypto.open_with(PRIVATE, memoryview(sealed), *context) == content


@settings(max_examples=50)
@given(contents, st.data())
def test_a_changed_bit_of_what_was_sealed_to_someone_is_noticed(content: bytes, data: st.DataObject) -> None:
    sealed = bytearray(crypto.seal_to(PUBLIC, content, "purpose"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CannotOpen):
        crypto.open_with(PRIVATE, bytes(sealed), "purpose")


@settings(max_examples=30)
@given(contexts, contexts)
def test_what_was_sealed_to_someone_opens_in_its_context_alone(context: list[Any], other: list[Any]) -> None:
    assume(spelt(context) != spelt(other))
    with pytest.raises(CannotOpen):
        crypto.open_with(PRIVATE, crypto.seal_to(PUBLIC, b"content", *context), *other)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + bytes(80), b"\x01" + bytes(80), bytes(100)])
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        crypto.open_with(PRIVATE, sealed)
    with pytest.raises(CannotOpen):
        crypto.open_sealed(KEY, sealed)


def test_another_private_key_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        crypto.open_with(OTHER_PRIVATE, crypto.seal_to(PUBLIC, b"content"))


def test_the_public_key_belongs_to_the_private_one() -> None:
    assert crypto.public_key_of(PRIVATE) == PUBLIC
    assert crypto.public_key_of(OTHER_PRIVATE) == OTHER_PUBLIC != PUBLIC


# --- published vectors  ----------------------------------------


def test_hkdf_is_that_of_rfc_5869() -> None:
    """`derive` frames its info, so the vector is met by the function beneath: A.1 of the RFC, written out here."""
    key, salt = bytes([0x0B] * 22), bytes(range(13))
    info = bytes(range(0xF0, 0xFA))
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    assert _hkdf(key, salt, info, 42).hex() == expected
    assert crypto.derive(key, "purpose", 1, salt=salt, length=42) == _hkdf(key, salt, frame("purpose", 1), 42)
    assert crypto.derive(key, "purpose") == _hkdf(key, b"", frame("purpose"), 32)


def test_argon2id_is_that_of_rfc_9106() -> None:
    """5.3 of the RFC uses a secret and associated data, which `stretch` does not: met by the class that it calls."""
    kdf = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    )
    expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    assert kdf.derive(b"\x01" * 32).hex() == expected


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (Stretch(256, 2, 1), "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
        (Stretch(256, 2, 2), "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
    ],
)
def test_stretching_is_that_of_the_reference_implementation(cost: Stretch, expected: str) -> None:
    """The known answers in test.c of phc-winner-argon2, version 0x13."""
    assert crypto.stretch("password", b"somesalt", cost).hex() == expected


def test_hpke_is_that_of_rfc_9180() -> None:
    """An independent reading of the RFC meets its vector A.1.1, and opens what `seal_to` made."""
    vector = {
        "private": "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
        "enc": "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
        "info": "4f6465206f6e2061204772656369616e2055726e",
        "ciphertext": "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
        "6d8770ac83d07bea87e13c512a",
    }
    raw = {name: bytes.fromhex(value) for name, value in vector.items()}
    opened = _hpke_open(
        raw["private"], raw["enc"], raw["info"], raw["ciphertext"], aad=b"Count-0", aead=1, key_bytes=16
    )
    assert opened == b"Beauty is truth, truth beauty"

    sealed = crypto.seal_to(PUBLIC, b"content", "grant", 7)
    info = b"\x01" + frame("grant", 7)
    assert _hpke_open(PRIVATE, sealed[1:33], info, sealed[33:], aad=b"", aead=2, key_bytes=32) == b"content"


def _hkdf(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return _expand(_extract(salt, key), info, length)


def _extract(salt: bytes, key: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), key, hashlib.sha256)


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    made, block, counter = b"", b"", 1
    while len(made) < length:
        block = hmac.digest(key, block + info + bytes([counter]), hashlib.sha256)
        made, counter = made + block, counter + 1
    return made[:length]


def _hpke_open(
    private: bytes, enc: bytes, info: bytes, ciphertext: bytes, *, aad: bytes, aead: int, key_bytes: int
) -> bytes:
    """Sections 4 and 5 of RFC 9180 in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-GCM; first message."""

    def extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
        return _extract(salt, b"HPKE-v1" + suite + label + key)

    def expand(suite: bytes, key: bytes, label: bytes, context: bytes, length: int) -> bytes:
        return _expand(key, length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + context, length)

    own = X25519PrivateKey.from_private_bytes(private)
    dh = own.exchange(X25519PublicKey.from_public_bytes(enc))
    kem = b"KEM" + (0x20).to_bytes(2, "big")
    secret = extract(kem, b"", b"eae_prk", dh)
    shared = expand(kem, secret, b"shared_secret", enc + own.public_key().public_bytes_raw(), 32)
    suite = b"HPKE" + b"".join(part.to_bytes(2, "big") for part in (0x20, 1, aead))
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    schedule = extract(suite, shared, b"secret", b"")
    key = expand(suite, schedule, b"key", context, key_bytes)
    nonce = expand(suite, schedule, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, aad)


# --- passwords, tags and comparison  ----------------------------------------


@given(st.lists(parts, max_size=3), st.lists(parts, max_size=3))
def test_a_tag_is_of_these_parts_alone(left: list[Any], right: list[Any]) -> None:
    assert crypto.same(crypto.tag(KEY, *left), crypto.tag(KEY, *right)) == (spelt(left) == spelt(right))


def test_two_purposes_give_two_keys() -> None:
    made = {
        crypto.derive(KEY, "verifier"),
        crypto.derive(KEY, "key-slot"),
        crypto.derive(KEY, "verifier", 1),
        crypto.derive(OTHER_KEY, "verifier"),
    }
    assert len(made) == 4


def test_new_keys_are_new() -> None:
    assert len({crypto.new_key() for _ in range(50)}) == 50
    assert all(len(crypto.new_key()) == crypto.KEY_BYTES for _ in range(5))
