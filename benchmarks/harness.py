"""Two things, each done many times in turn, and how many times longer the first takes."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

Run = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table. Times are medians in milliseconds; `low` and `high` are the quartiles of the ratio.

    `database` says whether one was in use. `value` is what the limit is about where that is not the ratio, in words;
    `met` is None without a limit.
    """

    what: str
    peer: str
    ratio: float
    low: float
    high: float
    ours_ms: float
    peer_ms: float
    rounds: int
    database: bool = True
    limit: str = ""
    met: bool | None = None
    value: str = ""


def _seconds(run: Run, prepare: Run | None) -> float:
    if prepare is not None:
        prepare()
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def compare(
    what: str,
    ours: Run,
    peer_name: str,
    peer: Run,
    *,
    rounds: int,
    at_most: float | None = None,
    prepare: Run | None = None,
) -> Result:
    """Time both in turn (A B, B A, ...), after a warm-up of a tenth of the rounds.

    `prepare` runs before each, untimed; `at_most` is the limit on the ratio of the medians.
    """
    for _ in range(max(2, rounds // 10)):
        _seconds(ours, prepare)
        _seconds(peer, prepare)
    gc.collect()
    pairs: list[tuple[float, float]] = []
    for turn in range(rounds):
        if turn % 2:
            second = _seconds(peer, prepare)
            first = _seconds(ours, prepare)
        else:
            first = _seconds(ours, prepare)
            second = _seconds(peer, prepare)
        pairs.append((first, second))
    ours_s, peer_s = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    low, _middle, high = quantiles((first / second for first, second in pairs), n=4)
    ratio = ours_s / peer_s
    return Result(
        what=what,
        peer=peer_name,
        ratio=ratio,
        low=low,
        high=high,
        ours_ms=ours_s * 1000,
        peer_ms=peer_s * 1000,
        rounds=rounds,
        limit="" if at_most is None else f"{at_most:g}x",
        met=None if at_most is None else ratio <= at_most,
    )
