"""What is looked for in names, dates and numbers, whatever the script and the spelling: the words of the index.

A name is written in Latin letters and split into parts. Each part gives the trigrams of its spelling, with what
transcriptions disagree about levelled (ou and u, kh and h), and those of its sound: the consonants alone, in coarse
classes, since Arabic writes few vowels. The one finds a misspelling, the other a name in another script.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from anyascii import anyascii

from casework.record.fields import Indexed


class Word(NamedTuple):
    """One thing that is indexed, with the kind of field that it stands for: the same text in two is two words."""

    indexed: Indexed
    text: str


# --- names ------------------------------------------------------------------------------------------------------------

# Letters whose sound is lost with their mark.
_LETTERS = str.maketrans(
    {"ş": "sh", "ș": "sh", "š": "sh", "ç": "ch", "č": "ch", "ć": "ch", "ž": "zh", "ț": "ts", "ţ": "ts"}
)
_ARTICLES = frozenset({"al", "el"})
_ARABIC = (
    (re.compile(r"\bال(?=\w{3})"), ""),  # the article
    (re.compile(r"(?<=[تدسكزط])ه"), "eh"),  # an h of its own, not that of th or sh
    (re.compile(r"\B[وۆ](?=[^\Waاوي])"), "u"),
)
_ARABIC_LETTERS = str.maketrans(
    {**dict.fromkeys("اأآعة", "a"), "إ": "i", "ث": "th", "غ": "gh", **dict.fromkeys("ذضظ", "dh")}
)

# In order: a longer one before what it holds.
_SPELT_ALIKE = (
    *(("kh", "h"), ("zh", "j"), ("dj", "j"), ("ph", "f"), ("ou", "u"), ("oo", "u"), ("ee", "i")),
    *(("q", "k"), ("ck", "k"), ("c", "k"), ("w", "v"), ("y", "i"), ("ei", "ai")),
)
_SOUND_OF_SEVERAL = (
    ("chr", "KR"),
    *(
        (each, "S")
        for each in ("shch", "tsch", "tch", "dzh", "sch", "zh", "sh", "cz", "sz", "dj", "ts", "tz")
    ),
    *(("ch", "C"), ("ck", "K"), ("kh", "K"), ("gh", "K"), ("ph", "F"), ("x", "KS"), ("th", "D"), ("dh", "D")),
)
_SOUNDS = {
    **dict.fromkeys("bp", "B"),
    **dict.fromkeys("fv", "F"),
    **dict.fromkeys("dt", "T"),
    **dict.fromkeys("kqh", "K"),
    **dict.fromkeys("sz", "S"),
    **{letter: letter.upper() for letter in "lmnr"},
    **{sound: sound for sound in "FKRS"},
}
_READ_IN_TWO_WAYS = {
    "c": "KS",  # Carlo, Cecilia
    "C": "KS",  # ch: Achmed, Aicha
    "D": "TS",  # th and dh: Othman, Osman
    "g": "KS",  # Hagar, Georgieva
    "j": ("S", ""),  # Jamal, Jovan
}


def name_parts(text: str) -> list[str]:
    """The parts of a name or of several, in small Latin letters, without the Arabic article."""
    text = unicodedata.normalize("NFKC", text)
    for found, instead in _ARABIC:
        text = found.sub(instead, text)
    text = text.translate(_ARABIC_LETTERS).casefold().translate(_LETTERS)
    written = re.sub(r"[^a-z\s-]", "", anyascii(text).lower())
    return [part for part in written.replace("-", " ").split() if part not in _ARTICLES]


def _spelling(part: str) -> str:
    """A part with what transcriptions disagree about levelled, and no letter doubled."""
    for several, one in _SPELT_ALIKE:
        part = part.replace(several, one)
    return _undoubled(part)


def _sounds(part: str) -> set[str]:
    """The ways in which a part can be read aloud, as classes of consonants; empty where it has none."""
    part = part.removesuffix("h")  # Fatimah, Fatima
    for several, sound in _SOUND_OF_SEVERAL:
        part = part.replace(several, sound)
    ways = [letter for letter in _READ_IN_TWO_WAYS if letter in part]
    readings = (
        _SOUNDS | dict(zip(ways, chosen, strict=True))
        for chosen in product(*(_READ_IN_TWO_WAYS[letter] for letter in ways))
    )
    read = ("".join(reading.get(letter, "") for letter in part) for reading in readings)
    return set(filter(None, map(_undoubled, read)))


def _undoubled(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", text)


def _trigrams(text: str) -> set[str]:
    """The runs of three letters, beginning and end among them."""
    padded = f"^{text}$"
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


class Part:
    """A part of a name, made ready to be compared with many: nothing of it outlives the search."""

    __slots__ = ("_sounds", "_spelt")

    def __init__(self, part: str) -> None:
        self._spelt = _trigrams(_spelling(part))
        self._sounds = [(len(sound), _trigrams(sound)) for sound in _sounds(part)]

    def likeness(self, other: "Part") -> float:
        """From 0 to 1: by spelling, or a little less by sound; one consonant says little."""
        alike = _shared(self._spelt, other._spelt)
        for (length, sound), (other_length, other_sound) in product(self._sounds, other._sounds):
            weight = 0.9 if min(length, other_length) > 1 else 0.4
            alike = max(alike, weight * _shared(sound, other_sound))
        return alike


def name_likeness(looked_for: Sequence[Part], recorded: Sequence[Part]) -> float:
    """How well the parts looked for are found among the recorded ones, in any order: the mean of the best pairs."""
    best = [max((part.likeness(other) for other in recorded), default=0.0) for part in looked_for]
    return sum(best) / len(best) if best else 0.0


def _shared(left: set[str], right: set[str]) -> float:
    """Dice's coefficient."""
    return 2 * len(left & right) / (len(left) + len(right))


def _name(text: str) -> set[str]:
    found: set[str] = set()
    for part in name_parts(text):
        found |= _trigrams(_spelling(part))
        for sound in _sounds(part):
            found |= {sound, *_trigrams(sound)}  # capitals: never the same as a spelling's
    return found


# --- numbers ----------------------------------------------------------------------------------------------------------

_PHONE_TAIL = 7  # digits: as many as a number has where it is written without its country and its area
_LIKE_DIGITS = str.maketrans("OI", "01")


def phone_digits(text: str) -> str:
    """The digits of a phone number, in ASCII."""
    return "".join(str(unicodedata.digit(letter)) for letter in text if letter.isdigit())


def same_phone(left: str, right: str) -> bool:
    """Whether one can be the other, written with its country or without: by the digits that both have."""
    shorter, longer = sorted((phone_digits(left).lstrip("0"), phone_digits(right).lstrip("0")), key=len)
    return len(shorter) >= _PHONE_TAIL - 1 and longer.endswith(shorter)


def document_numbers(text: str) -> set[str]:
    """What in a line each may be a number: the beginning of a line up to its first comma, and each word with a digit.

    Capitals and digits only, O as 0 and I as 1.
    """
    candidates = {line.split(",")[0] for line in text.splitlines()} | set(re.split(r"[\s,;:]+", text))
    compact = (re.sub(r"[^A-Z0-9]", "", anyascii(each).upper()) for each in candidates)
    return {
        each.translate(_LIKE_DIGITS)
        for each in compact
        if len(each) >= 4 and any(character.isdigit() for character in each)
    }


# --- words ------------------------------------------------------------------------------------------------------------

_WORDS_OF = {
    Indexed.NAME: _name,
    Indexed.DATE: lambda text: {text},
    Indexed.PHONE: lambda text: {digits[-_PHONE_TAIL:] for digits in [phone_digits(text)] if len(digits) > 5},
    Indexed.NUMBER: document_numbers,
}


def words(indexed: Indexed, text: str) -> set[Word]:
    """What a value of that kind of field is found by."""
    return {Word(indexed, each) for each in _WORDS_OF[indexed](text)}
