"""Passphrases to be said over the phone, of words that are hard to mistake for each other.

The list has 512 words, so that six of them are one of 2^54 passphrases. They are guessed at only by whoever has the
link, the database and the KEK, at the price of the stretching for each guess, and only while the packet waits.
"""

import re
import secrets
from pathlib import Path

WORDS = tuple((Path(__file__).parent / "words.txt").read_text().split())
COUNT = 6


def new_passphrase() -> str:
    """Six words."""
    return " ".join(secrets.choice(WORDS) for _ in range(COUNT))


def as_said(text: str) -> str:
    """What counts of a passphrase that somebody typed: its letters a to z, in words. So does the page."""
    return " ".join(re.findall("[a-z]+", text.lower()))
