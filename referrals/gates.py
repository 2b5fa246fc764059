"""Which services nobody is referred to as a child before certain things are known."""

from casework.case_file import CaseFile
from casework.children import Gate, GateClosed, Missing, missing_for
from referrals.models import Service
from referrals.taxonomy import ServiceType

GATES: dict[str, Gate] = {
    ServiceType.FAMILY_CONTACT: Gate.FAMILY_CONTACT,
    ServiceType.FAMILY_TRACING: Gate.FAMILY_TRACING,
    ServiceType.FAMILY_REUNIFICATION: Gate.REUNIFICATION,
    ServiceType.VOLUNTARY_RETURN: Gate.RETURN,
    ServiceType.RESETTLEMENT: Gate.RELOCATION,
    ServiceType.HUMANITARIAN_VISA: Gate.RELOCATION,
    ServiceType.HUMANITARIAN_CORRIDOR: Gate.RELOCATION,
    ServiceType.ALTERNATIVE_CARE: Gate.CARE,
}


def missing_of(file: CaseFile, service: Service) -> list[Missing]:
    """What the record must say before this survivor can be referred to the service."""
    gate = GATES.get(service.type)
    return missing_for(file, gate) if gate else []


def require_open(file: CaseFile, service: Service) -> None:
    """Raise GateClosed, with what is missing, where a child's protection stands against it."""
    if missing := missing_of(file, service):
        raise GateClosed(missing)
