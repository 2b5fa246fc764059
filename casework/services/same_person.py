"""An identification of somebody who has a case: it joins that case instead of opening another one."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.consents import Purpose
from casework.models import Case, Identification, Transfer
from core import audit, notices
from core.access import grant_access, lock_object, open_object
from core.actor import Actor
from core.errors import NotAllowed, Refused, WrongState
from core.keeping_out import copy_kept_out
from core.marks import marks_on
from core.models import CASE_ROLES, Grant, Kind, Level

ADDED = notices.define("identification_added", _("An identification was added to a case of yours"))


@transaction.atomic
def add_to_case(*, actor: Actor, identification_id: UUID, case_id: UUID) -> Case:
    """Let an identification belong to a case of the same person, as if the case had been opened from it.

    Whoever is kept out of the case, or goes on reading it, is or does so of the identification; a team of another
    organisation only while the consent to share with that holds. Raises NotVisible;
    NotAllowed unless the actor may change both as a caseworker or supervisor of their team; WrongState where it belongs
    to a case already, or the case is closed or offered to another team; Refused for a case of another team, and where
    the identification keeps out somebody whom the case does not.
    """
    open_object(actor, identification_id, Kind.IDENTIFICATION, level=Level.WRITE)
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    lock_object(identification_id)
    rows = Identification.objects.select_for_update(of=("self",)).select_related("object")
    identification = rows.get(pk=identification_id)  # as open_case locks it
    for team_id in (file.case.team_id, identification.team_id):
        if not actor.has_role(*CASE_ROLES, team_id=team_id):
            raise NotAllowed
    _check(file, identification)
    copy_kept_out(actor=actor, source=file.opened.object, target=identification.object)
    readers = Grant.objects.filter(object=case_id, active=True, team__isnull=False, level=Level.READ)
    for grant in readers.exclude(team=file.case.team_id).select_related("team"):
        assert grant.team is not None
        theirs = grant.team.organisation_id
        if theirs != file.case.team.organisation_id and file.consent_for(Purpose.SHARE, theirs) is None:
            continue
        grant_access(
            actor=actor,
            object_id=identification_id,
            kind=Kind.IDENTIFICATION,
            principal=grant.team,
            level=Level.READ,
        )
    identification.case = file.case
    identification.save(update_fields=["case"])
    if identification.urgent and not file.case.urgent:
        file.case.urgent = True
        file.case.save(update_fields=["urgent"])
    audit.record(
        "identification.added", actor=actor, object=file.opened.object, identification=identification_id
    )
    if file.case.assigned_to_id != actor.user.pk:
        notices.tell([file.case.assigned_to_id], ADDED, object=file.opened.object)
    return file.case


def _check(file: CaseFile, identification: Identification) -> None:
    if identification.case_id is not None:
        raise WrongState
    if file.case.state == Case.State.CLOSED:
        raise WrongState(_("The case is closed. Reopen it first."))
    if Transfer.objects.filter(case=file.case, state=Transfer.State.OFFERED).exists():
        raise WrongState(
            _("The case is offered to another team. Wait for its answer, or take the offer back.")
        )
    if identification.team_id != file.case.team_id:
        raise Refused(_("The case is another team's."))
    if marks_on(identification.pk) - marks_on(file.case.pk):
        raise Refused(_("This keeps somebody out whom the case does not. Keep them out of the case first."))


def may_join(identification: Identification, case: Case) -> bool:
    """Whether it could belong to this case, as far as their rows tell."""
    open_ = case.state not in {Case.State.CLOSED, Case.State.ERASED}
    return open_ and identification.case_id is None and identification.team_id == case.team_id
