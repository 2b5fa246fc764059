"""Which cases are worth opening: those that hold the tokens of what is looked for, whoever may see them."""

from collections.abc import Collection
from itertools import accumulate
from math import ceil
from uuid import UUID

from casework.search.lookup import holders, holders_of_most, times_held
from casework.search.tokens import SPREAD, IndexKey
from casework.search.words import Word

MOST = 200
"""More than are opened, since some of them may not be the actor's to see."""
SHARED = 0.3
"""Of the words of a name: a case with fewer is not worth opening."""
_SAMPLED = 2  # of the tokens of a word
_BEARABLE = 6000  # rows that a search by name reads, about
_FEWEST = 8  # words that it looks up, however common


def holding_any(keys: Collection[IndexKey], words: Collection[Word]) -> list[UUID]:
    """The cases that hold one of the words, those of the rarest word first."""
    found = [holders([token for key in keys for token in key.tokens(word)], most=MOST) for word in words]
    return [id for ids in sorted(found, key=len) for id in ids]


def holding_most(keys: Collection[IndexKey], words: Collection[Word]) -> list[UUID]:
    """The cases that hold the most of the rarest of these words, and SHARED of them at the least."""
    tokens = {word: [key.tokens(word) for key in keys] for word in words}
    chosen = _rarest(tokens)
    least = ceil(len(chosen) * SHARED)
    looked_up = [token for word in chosen for each in tokens[word] for token in each]
    return holders_of_most(looked_up, least=least, most=MOST) if looked_up else []


def _rarest(tokens: dict[Word, list[list[int]]]) -> list[Word]:
    """The words to look up, the rarest first: as many as a search can bear.

    How often a word is held is reckoned from a few of its tokens, since cases are dealt among them at random.
    """
    sample = {token: word for word, each in tokens.items() for some in each for token in some[:_SAMPLED]}
    held = dict.fromkeys(tokens, 0)
    for token, times in times_held(sample).items():
        word = sample[token]
        held[word] += times * SPREAD[word.indexed] // _SAMPLED
    rarest = sorted(held, key=lambda word: held[word])
    bearable = sum(total <= _BEARABLE for total in accumulate(held[word] for word in rarest))
    return rarest[: max(bearable, _FEWEST)]
