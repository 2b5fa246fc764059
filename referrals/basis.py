"""On what something may be shared with a partner: the survivor's consent, or a legal ground without it."""

from dataclasses import dataclass
from datetime import date

from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile
from casework.consents import ConsentDocument, Purpose, Scope
from casework.exceptions import exceptions_for
from casework.models import Approval
from referrals.models import Referral, Service

CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Basis:
    """The one of the two; consent comes first."""

    consent: ConsentDocument | None = None
    exception: ApprovalDocument | None = None

    @property
    def for_partner(self) -> dict[str, str]:
        """What the packet says of it: the kind, and the reference of an order."""
        if self.exception is None:
            return {"basis": CONSENT, "reference": ""}
        return {
            "basis": self.exception.approval.subject,
            "reference": str(self.exception.content["reference"]),
        }


def basis_for(file: CaseFile, service: Service) -> Basis | None:
    """What allows sharing with the service now, or None. An exception carries one referral. Raises Tampered."""
    partner = service.organisation_id
    if consent := file.consent_for(Purpose.SHARE, partner, service.pk):
        return Basis(consent=consent)
    used = Referral.objects.filter(case=file.case).exclude(state=Referral.State.WITHDRAWN)
    taken = set(used.values_list("exception", flat=True))
    free = (each for each in exceptions_for(file, partner, service.pk) if each.approval.pk not in taken)
    exception = next(free, None)
    return Basis(exception=exception) if exception else None


def last_day(file: CaseFile, service: Service) -> date | None:
    """The last day on which a consent that holds today allows sharing with the service; None where one has no end.

    Raises Tampered, and ValueError where no consent holds.
    """
    wanted = Scope(Purpose.SHARE, service.organisation_id, service.pk)
    ends = [
        each.consent.expires_on for each in file.consents if each.scope.covers(wanted) and file.holds(each)
    ]
    return None if None in ends else max(end for end in ends if end)


def basis_label(basis: str) -> str:
    """A legal ground as people read it; empty for consent."""
    return "" if basis == CONSENT else str(Approval.Subject(basis).label)
