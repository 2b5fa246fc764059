"""What is written down whenever something leaves a case by another way than through Hearth."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from casework.case_file import CaseFile
from casework.consents import Purpose
from core import audit
from referrals.basis import Basis, last_day
from referrals.disclosures import Told, write_disclosure
from referrals.models import Referral
from referrals.services.places import place_was_used
from referrals.services.sending import note_why_again
from referrals.taxonomy import answer_within
from referrals.transitions import Step, after


def leave(
    file: CaseFile,
    referral: Referral,
    way: Referral.Way,
    basis: Basis | None,
    content: Mapping[str, Any],
    *,
    again: str = "",
    told: Told | None = None,
    at: datetime | None = None,
) -> None:
    """Note that a draft left (at a time before now, where that is given), inside the caller's transaction.

    The case keeps what left under its own key. Raises WrongState unless it is a draft.
    """
    referral.state, referral.way = after(referral.state, Step.SEND), way
    referral.sent_at = at or timezone.now()
    referral.answer_by = timezone.now() + answer_within(referral.service.type)
    referral.exception = basis.exception.approval if basis and basis.exception else None
    consent = file.consent_for(Purpose.SHARE, referral.service.organisation_id, referral.service_id)
    if consent and referral.exception is None:  # also one that was given after something was told without it
        referral.ends_on = last_day(file, referral.service)
    changed = ["state", "way", "sent_at", "answer_by", "exception", "ends_on"]
    referral.save(update_fields=changed)
    note_why_again(file, referral, again)
    write_disclosure(file, referral, told or Told(content))
    place_was_used(file, referral)
    audit.record(
        "referral.sent",
        actor=file.actor,
        object=file.opened.object,
        referral=referral.pk,
        way=way,
        basis=content["basis"],
    )
