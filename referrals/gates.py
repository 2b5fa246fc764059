"""Which services nobody is referred to as a child before certain things are known."""

from casework.case_file import CaseFile
from casework.children import Gate, GateClosed, Missing, missing_for
from referrals.models import Service
from referrals.service_codes import CodeKind
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
    """What the record must say before this survivor can be referred to the service, for any need that it meets."""
    needs = service.codes.filter(kind=CodeKind.NEED, code__in=GATES).order_by("code")
    gates = (GATES[need] for need in (service.type, *needs.values_list("code", flat=True)) if need in GATES)
    missing = (each for gate in dict.fromkeys(gates) for each in missing_for(file, gate))
    return list(dict.fromkeys(missing))


def require_open(file: CaseFile, service: Service) -> None:
    """Raise GateClosed, with what is missing, where a child's protection stands against it."""
    if missing := missing_of(file, service):
        raise GateClosed(missing)
