"""What must be so before anything of a case leaves it by another way than Hearth: the same as through it.

Where it has left already, the same is asked of the day on which it did, and what was missing is recorded.
"""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework import children
from casework.case_file import CaseFile
from casework.children import Missing, guardian_barred
from casework.consents import ConsentDocument, Purpose, Scope
from casework.models import Approval, Case, Consent
from core.access import KEPT_OUT
from core.errors import Message, Refused
from core.marks import is_kept_out
from referrals.basis import Basis, basis_for
from referrals.duplicates import require_first
from referrals.gates import missing_of, require_open
from referrals.models import Referral, Service
from referrals.safe_contact import packet_fields
from referrals.services.sending import read_draft, require_active, require_not_closed

OBSTACLES: dict[str, Message] = {
    "closed": _("The case was closed."),
    "kept_out": _("They must not learn of this case."),
    "consent": _("There was no consent to share with them, and no legal ground."),
}
"""What can have stood against it, besides what a child's record must say."""
_OF_CHILDREN = {each.code: each.text for each in vars(children).values() if isinstance(each, Missing)}


def prepare(file: CaseFile, referral: Referral, again: str = "") -> tuple[Basis, dict[str, Any]]:
    """What leaves of a draft now, and on what ground; the file is locked.

    Raises WrongState for a closed case or service; Refused for a partner that is kept out, without consent or legal
    ground, and for a second referral to the same service without a reason; GateClosed where a child's protection stands
    against it; Invalid where a chosen field has become empty.
    """
    require_not_closed(file)
    service = referral.service
    require_active(service)
    if is_kept_out(file.case.pk, service.organisation):
        raise Refused(KEPT_OUT)
    require_open(file, service)
    require_first(file, referral, again)
    basis = basis_for(file, service)
    if basis is None:
        raise Refused(
            _("There is no consent to share with %(partner)s. Record it first; nothing was sent.")
            % {"partner": service.organisation.name}
        )
    draft = read_draft(file, referral)
    return basis, {**packet_fields(file, draft["fields"]), "note": draft["note"], **basis.for_partner}


def obstacles(file: CaseFile, service: Service, basis: Basis | None) -> list[str]:
    """The codes of whatever would have refused it, where `basis` is what allowed it on the day."""
    found = []
    if file.case.state == Case.State.CLOSED:
        found.append("closed")
    if is_kept_out(file.case.pk, service.organisation):
        found.append("kept_out")
    if basis is None:
        found.append("consent")
    return found + [each.code for each in missing_of(file, service)]


def obstacle_label(code: str) -> str:
    """A code as people read it."""
    return str(OBSTACLES.get(code) or _OF_CHILDREN.get(code, code))


def basis_on(file: CaseFile, service: Service, day: date) -> Basis | None:
    """What allowed sharing with the service on a day that may have passed. Raises Tampered.

    Imminent harm did from when it was claimed, every other ground from when a second person had approved it.
    """
    wanted = Scope(Purpose.SHARE, service.organisation_id, service.pk)
    for each in file.consents:
        if each.scope.covers(wanted) and _held(file, each, day):
            return Basis(consent=each)
    basis = basis_for(file, service)
    if basis is None or basis.exception is None:
        return None
    row = basis.exception.approval
    since = row.asked_at if row.subject == Approval.Subject.IMMINENT_HARM else row.decided_at
    return basis if since is not None and timezone.localdate(since) <= day else None


def _held(file: CaseFile, document: ConsentDocument, day: date) -> bool:
    """Whether a consent was given by that day, and neither expired nor withdrawn before it."""
    row = document.consent
    if row.state not in (Consent.State.GIVEN, Consent.State.WITHDRAWN) or row.given_on > day:
        return False
    ended = [each for each in (row.expires_on, row.withdrawn_on) if each is not None and each < day]
    return not ended and not (document.through_guardian and guardian_barred(file))
