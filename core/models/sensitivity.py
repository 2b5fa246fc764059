"""What a stored field gives away to someone who reads the database."""

import enum


class Sensitivity(enum.Enum):
    """Every model names one for each of its fields in `SENSITIVITY`; a test fails for a field that is missing."""

    SAFE = "safe"  # ids, states, counts, coarse dates: what the machinery needs
    STAFF = "staff"  # about people who work with Hearth, never about a survivor
    SEALED = "sealed"  # ciphertext
    SECRET = "secret"  # noqa: S105  useless without the KEK
