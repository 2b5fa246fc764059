"""Spellings of names for the tests of the search: names.txt, which says where they come from."""

import random
from pathlib import Path

SPELLINGS = [
    line.split()
    for line in Path(__file__).with_name("names.txt").read_text().splitlines()
    if not line.startswith("#")
]
"""For each name the ways in which it is written."""


def people(count: int, seed: int) -> list[tuple[str, str]]:
    """Made-up people of two names each: as one office wrote them, and as another one did."""
    chosen = random.Random(seed)
    pairs = []
    for _ in range(count):
        given, family = chosen.sample(SPELLINGS, 2)
        first, second = (f"{chosen.choice(given)} {chosen.choice(family)}" for _office in range(2))
        pairs.append((first, second))
    return pairs
