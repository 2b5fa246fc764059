"""Assessing answers."""

import gc
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.harness import Result, Run, compare
from benchmarks.identifications import ANSWERS
from benchmarks.plain_identification import INSTRUMENT
from casework.assessment import assess

MANY = 10_000
SLACK = 16 * 1024  # bytes: what the interpreter itself may hold more or less of


def measure(rounds: int = 2000) -> Iterator[Result]:
    """How long one takes, and what ten thousand leave behind."""

    def ours() -> None:
        assess(INSTRUMENT, ANSWERS, age=29)

    def count() -> None:
        Counter(
            (each.dimension, each.strength) for each in INSTRUMENT.indicators if ANSWERS[each.id] == "present"
        )

    result = compare("Assess 67 answers", ours, "bare count", count, rounds=rounds)
    result = replace(result, database=False)
    yield replace(result, limit="median under 1 ms", met=result.ours_ms < 1, value=f"{result.ours_ms:.2f} ms")

    gained = _bytes_gained(ours)
    yield replace(
        result,
        what=f"... {MANY:,} times in one process",
        limit="no growth of memory",
        met=gained <= SLACK,
        value=f"{gained:+,} bytes",
    )


def _bytes_gained(run: Run) -> int:
    """What is allocated after MANY runs and was not before them, in bytes."""
    tracemalloc.start()
    for _ in range(100):
        run()
    gc.collect()
    before, _peak = tracemalloc.get_traced_memory()
    for _ in range(MANY):
        run()
    gc.collect()
    after, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before
