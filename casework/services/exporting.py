"""Cases on their way out of Hearth."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.consents import Purpose
from casework.exporting.htcds import htcds_case
from casework.models import Case, Consent
from casework.selectors import cases_of
from core import audit
from core.actor import Actor
from core.errors import NotAllowed, Refused
from core.models import Organisation, Role


def exportable(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor may export: assigned to them, or of a team whose supervisor they are."""
    return cases_of(actor).filter(Q(assigned_to=actor.user) | Q(team__in=actor.teams_as(Role.SUPERVISOR)))


@transaction.atomic
def export_case(
    *, actor: Actor, case_id: UUID, export: UUID, recipient: Organisation | None
) -> dict[str, Any]:
    """A case as HTCDS says it, for the actor's own organisation or for another one. On the record as part of `export`.

    To another organisation goes what the survivor has agreed to share with it, and nothing that never leaves a case.
    Raises NotVisible; NotAllowed but for the assigned caseworker and the team's supervisors; Refused without consent.
    """
    file = open_case_file(actor, case_id)
    if file.case.assigned_to != actor.user and not actor.has_role(Role.SUPERVISOR, team_id=file.case.team_id):
        raise NotAllowed
    other = None if recipient == file.case.team.organisation else recipient
    if other is not None and file.consent_for(Purpose.SHARE, other.pk) is None:
        raise Refused(_("No consent to share this with them holds."))
    if _asked_not_to_keep(file):
        raise Refused(
            _("The survivor has withdrawn the consent to keep a record: no more copies of it are made.")
        )
    audit.record(
        "case.exported",
        actor=actor,
        object=file.opened.object,
        export=export,
        recipient=other.pk if other else "own",
    )
    return htcds_case(file, recipient=other.pk if other else None)


def _asked_not_to_keep(file: CaseFile) -> bool:
    """Whether what was last said about keeping a record is that it may not be kept any more. Consents: newest first."""
    newest = next((each for each in file.consents if each.purpose == Purpose.KEEP_RECORD), None)
    return newest is not None and newest.consent.state == Consent.State.WITHDRAWN
