"""What left a case by another way than Hearth, as the case remembers it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from casework.case_file import CaseFile
from core.padded import padded_json
from referrals.models import Disclosure, Referral

_PURPOSE = "disclosure"


@dataclass(frozen=True, slots=True)
class Told:
    """What left, `to` whom, what they answered, and the codes of what stood against it.

    `entered_at` is there where it was recorded afterwards.
    """

    content: Mapping[str, Any]
    to: str = ""
    reason: str = ""
    answer: str = ""
    missing: Sequence[str] = ()
    entered_at: str = ""


def write_disclosure(file: CaseFile, referral: Referral, told: Told) -> None:
    """Seal and save what left, or what is to be added to it, inside the caller's transaction."""
    sealed = file.opened.seal(_PURPOSE, referral.pk, content=padded_json(asdict(told)))
    defaults = {"breach": bool(told.missing), "sealed": sealed}
    Disclosure.objects.update_or_create(referral=referral, defaults=defaults)


def read_disclosure(file: CaseFile, referral: Referral) -> Told | None:
    """What left, or None where nothing has by another way. Raises Tampered."""
    row = Disclosure.objects.filter(pk=referral.pk).first()
    if row is None:
        return None
    return Told(**json.loads(file.opened.unseal(_PURPOSE, referral.pk, sealed=row.sealed)))
