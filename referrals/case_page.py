"""What casework's pages show of referrals."""

from uuid import UUID

from casework.case_file import CaseFile
from casework.extensions import Panel, case_panels, consent_recipients
from referrals.models import Service
from referrals.selectors import referrals_of


@case_panels.register
def add_referrals(file: CaseFile, panels: list[Panel]) -> None:
    """The case's referrals, each with where it stands."""
    rows = list(referrals_of(file.actor).filter(case=file.case))
    panels.append(Panel("referrals/_case_panel.html", {"referrals": rows}))


@consent_recipients.register
def add_partners(organisations: set[UUID]) -> None:
    """Whoever offers a service that one can refer to."""
    organisations.update(
        Service.objects.filter(active=True).values_list("team__organisation", flat=True).distinct()
    )
