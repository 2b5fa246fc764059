"""core.crypto.streams: what was sealed is opened, from any place; what was changed, cut, moved or mixed is not."""

import os
from collections.abc import Callable
from io import SEEK_END, BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crypto import CannotOpen, OpenedStream, StreamSealer
from core.crypto.streams import CHUNK, padded_length

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
HEADER, SEALED_CHUNK = 65, CHUNK + 16
around_a_border = st.sampled_from(
    [0, 1, CHUNK - 9, CHUNK - 8, CHUNK - 7, CHUNK, CHUNK + 1, 3 * CHUNK, 200_000]
)
few = settings(max_examples=25, deadline=None)


def seal(content: bytes, *context: str, key: bytes = KEY, step: int = 50_000) -> bytes:
    sealed = BytesIO()
    sealer = StreamSealer(key, sealed.write, *context)
    for start in range(0, len(content), step):
        sealer.write(content[start : start + step])
    sealer.finish()
    return sealed.getvalue()


def read(sealed: bytes, *context: str, key: bytes = KEY) -> bytes:
    return b"".join(OpenedStream(key, BytesIO(sealed), *context).chunks())


@few
@given(around_a_border, st.integers(1, 200_000))
def test_what_was_sealed_is_opened_however_it_arrived(size: int, step: int) -> None:
    content = os.urandom(size)
    assert read(seal(content, "purpose", step=step), "purpose") == content


@few
@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=5))
def test_it_is_read_from_any_place_like_any_file(content: bytes, places: list[tuple[int, int]]) -> None:
    plain, opened = BytesIO(content), OpenedStream(KEY, BytesIO(seal(content)))
    for place, count in places:
        assert opened.seek(place) == plain.seek(place)
        assert opened.read(count) == plain.read(count)
        assert opened.tell() == min(place + count, max(place, len(content)))
    assert (opened.seek(0, SEEK_END), opened.size) == (len(content), len(content))
    with pytest.raises(OSError, match="before the beginning"):
        opened.seek(-1)


def test_a_place_in_the_middle_is_read_without_what_lies_before() -> None:
    content = os.urandom(5 * CHUNK)
    sealed = bytearray(seal(content))
    sealed[HEADER + 10] ^= 1  # the first chunk is broken
    opened = OpenedStream(KEY, BytesIO(bytes(sealed)))
    opened.seek(3 * CHUNK - 5)
    assert opened.read(5) + opened.read(5) == content[3 * CHUNK - 5 : 3 * CHUNK + 5]
    opened.seek(0)
    with pytest.raises(CannotOpen):
        opened.read(1)


def test_the_same_content_is_never_sealed_alike() -> None:
    left, right = seal(b"content"), seal(b"content")
    assert not {left[i : i + 16] for i in range(1, 400, 16)} & {right[i : i + 16] for i in range(1, 400, 16)}


# --- attacks ----------------------------------------


CONTENT = os.urandom(4 * CHUNK + 100)
SEALED = seal(CONTENT, "purpose")
LAST = (len(SEALED) - HEADER - 1) // SEALED_CHUNK


def chunk(index: int) -> slice:
    return slice(HEADER + index * SEALED_CHUNK, min(HEADER + (index + 1) * SEALED_CHUNK, len(SEALED)))


REGIONS = {
    "format": 0,
    "salt": 5,
    "commitment": 40,
    "first chunk": HEADER,
    "a tag": HEADER + SEALED_CHUNK - 1,
    "a chunk in the middle": HEADER + 2 * SEALED_CHUNK + 77,
    "the last chunk": HEADER + LAST * SEALED_CHUNK + 3,
    "the length": len(SEALED) - 17,
    "the last tag": len(SEALED) - 1,
}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("bit", [0, 7])
def test_a_changed_bit_is_noticed_wherever_it_is(region: str, bit: int) -> None:
    changed = bytearray(SEALED)
    changed[REGIONS[region]] ^= 1 << bit
    with pytest.raises(CannotOpen):
        read(bytes(changed), "purpose")


ATTACKS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "the header alone": lambda: SEALED[:HEADER],
    "half a header": lambda: SEALED[:20],
    "the last chunk is cut off": lambda: SEALED[: chunk(LAST).start],
    "the two last are": lambda: SEALED[: chunk(LAST - 1).start],
    "a byte is cut off": lambda: SEALED[:-1],
    "a byte stands behind": lambda: SEALED + b"\0",
    "a chunk stands behind": lambda: SEALED + SEALED[chunk(1)],
    "two change places": lambda: (
        SEALED[: chunk(1).start] + SEALED[chunk(2)] + SEALED[chunk(1)] + SEALED[chunk(3).start :]
    ),
    "one stands there twice": lambda: SEALED[: chunk(1).start] + SEALED[chunk(1)] + SEALED[chunk(1).start :],
    "one is missing": lambda: SEALED[: chunk(1).start] + SEALED[chunk(2).start :],
    "one comes from another under the same key": lambda: (
        SEALED[: chunk(1).start] + seal(CONTENT, "purpose")[chunk(1)] + SEALED[chunk(2).start :]
    ),
    "the header comes from another under the same key": lambda: (
        seal(CONTENT, "purpose")[:HEADER] + SEALED[HEADER:]
    ),
    "another purpose": lambda: seal(CONTENT, "other"),
    "another key": lambda: seal(CONTENT, "purpose", key=OTHER_KEY),
    "the salt and commitment of another key": lambda: (
        seal(CONTENT, "purpose", key=OTHER_KEY)[:HEADER] + SEALED[HEADER:]
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_stream_that_is_not_what_was_sealed_is_not_opened(attack: str) -> None:
    with pytest.raises(CannotOpen):
        read(ATTACKS[attack](), "purpose")


def test_a_cut_is_noticed_before_anything_is_handed_out() -> None:
    with pytest.raises(CannotOpen):
        OpenedStream(KEY, BytesIO(SEALED[: chunk(LAST).start]), "purpose")


def test_nothing_that_was_not_verified_is_handed_out() -> None:
    changed = bytearray(SEALED)
    changed[chunk(2).start + 9] ^= 1
    got = []
    with pytest.raises(CannotOpen):
        got.extend(OpenedStream(KEY, BytesIO(bytes(changed)), "purpose").chunks())
    assert b"".join(got) == CONTENT[: 2 * CHUNK]


# --- lengths ----------------------------------------


@given(st.integers(0, 10**12))
def test_padding_costs_little_and_hides_much(length: int) -> None:
    padded = padded_length(length)
    assert padded >= length + 8
    assert padded == CHUNK or padded <= (length + 8) * 1.12
    assert padded_length(padded - 8) == padded, "it is stable"


def test_ten_thousand_sizes_look_like_a_few() -> None:
    assert len({padded_length(size) for size in range(1_000_000, 2_000_000, 100)}) < 40
    assert len({len(seal(b"x" * size)) for size in (0, 1, 5_000, CHUNK - 8)}) == 1


def test_a_remote_file_that_gives_few_bytes_at_a_time_is_read() -> None:
    class Slow(BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            return super().read(min(count or 0, 1000))

    assert b"".join(OpenedStream(KEY, Slow(SEALED), "purpose").chunks()) == CONTENT
