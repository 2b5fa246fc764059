"""Case numbers: random, without meaning, with a check character: a misheard one is refused, not opened.

Crockford's base 32 (no I, L, O, U), eight characters, then the value modulo 37 as his scheme has it, such as
K7M2-9QXD-5. His five check characters beyond the alphabet (*~$=U) are hard to say aloud: those values are not used.
"""

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 8


def new_number() -> str:
    """A random number, such as `K7M2-9QXD-5`; a little under 40 random bits."""
    while (value := secrets.randbelow(32**_LENGTH)) % 37 >= len(_ALPHABET):
        pass
    return _format(value)


def _format(value: int) -> str:
    digits = "".join(_ALPHABET[value >> (5 * place) & 31] for place in reversed(range(_LENGTH)))
    return f"{digits[:4]}-{digits[4:]}-{_ALPHABET[value % 37]}"


def parse_number(text: str) -> str | None:
    """The number in its one spelling, from what was typed or heard; None if the check character is wrong."""
    compact = "".join(text.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))
    if len(compact) != _LENGTH + 1 or any(character not in _ALPHABET for character in compact):
        return None
    value = 0
    for character in compact[:-1]:
        value = value * 32 + _ALPHABET.index(character)
    return _format(value) if _ALPHABET.index(compact[-1]) == value % 37 else None
