"""What tests of a case's sections share."""

from casework.case_file import CaseFile, open_case_file
from casework.models import Case
from casework.services import save_section
from core.actor import Actor


def fill(actor: Actor, case: Case, section: str, **values: object) -> CaseFile:
    """Save a section with these values beside what it held; None takes one away. Returns the case as it is then."""
    newest = open_case_file(actor, case.pk).section(section)
    kept = {name: value for name, value in {**newest.values, **values}.items() if value is not None}
    save_section(actor=actor, case_id=case.pk, section=section, values=kept, base_version=newest.version)
    return open_case_file(actor, case.pk)
