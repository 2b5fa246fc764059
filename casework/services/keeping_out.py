"""People to keep out of a case: the entry says whom and why, and what they had of the case goes in the same moment."""

from django.utils.translation import gettext as _

from casework.case_file import CaseFile
from casework.models import Approval, FollowUp
from casework.people import OUTSIDE, outsider
from casework.selectors import follow_ups_in
from casework.services.approvals import name_no_reviewer
from casework.services.assignment import hand_on_follow_ups
from casework.services.entries import Change, entry_rule
from core import audit
from core.access import open_object
from core.errors import Invalid, NotAllowed, NotVisible
from core.keeping_out import copy_kept_out, keep_out, let_in
from core.marks import Outsider, kept_out_among
from core.models import CASE_ROLES, Kind, Level, User
from core.registries import Registry

case_keeps_out: Registry[[CaseFile]] = Registry("case_keeps_out")
"""Run when a case keeps out one more, in the same transaction: for what apps above hold of it (packets)."""


@entry_rule("keep_out")
def keep_out_or_let_in(change: Change) -> None:
    """Carry out what the entry says. Raises Invalid, and what core.keeping_out raises.

    NotAllowed for whoever opened the case from outside its team: they could keep out those who must review that.
    """
    if not change.file.actor.has_role(*CASE_ROLES, team_id=change.file.case.team_id):
        raise NotAllowed
    now, before = change.values, change.before.values if change.before else {}
    if before and before["whom"] != now["whom"]:
        raise Invalid({"whom": [_("End this one, and add another.")]})
    if now["whom"] == OUTSIDE and "name" not in now:
        raise Invalid({"name": [_("This is needed.")]})
    whom = outsider(str(now["whom"]))
    if whom is None:
        return
    kept, keeps = bool(before) and "ended_on" not in before, "ended_on" not in now
    if keeps and not kept:
        _keep_out(change.file, whom)
    elif kept and not keeps:
        _let_in(change.file, whom)


def _keep_out(file: CaseFile, whom: Outsider) -> None:
    keep_out(actor=file.actor, object_id=file.case.pk, kind=Kind.CASE, whom=whom)
    file.opened = open_object(file.actor, file.case.pk, Kind.CASE, level=Level.WRITE)  # its key is a new one
    for identification in file.case.identifications.select_related("object"):
        copy_kept_out(actor=file.actor, source=file.opened.object, target=identification.object)
    _take_over(file)
    case_keeps_out.run(file)


def _let_in(file: CaseFile, whom: Outsider) -> None:
    let_in(actor=file.actor, object_id=file.case.pk, kind=Kind.CASE, whom=whom)
    file.opened = open_object(file.actor, file.case.pk, Kind.CASE, level=Level.WRITE)
    for identification in file.case.identifications.all():
        try:
            let_in(actor=file.actor, object_id=identification.pk, kind=Kind.IDENTIFICATION, whom=whom)
        except NotVisible:  # another team's, or kept out for another reason
            continue


def _take_over(file: CaseFile) -> None:
    """Whoever keeps somebody out takes the case from them, the assigned caseworker their follow-ups."""
    case, actor = file.case, file.actor
    if kept_out_among(case.pk, [case.assigned_to]):
        case.assigned_to = actor.user
        case.save(update_fields=["assigned_to"])
        audit.record("case.assigned", actor=actor, object=file.opened.object, to=actor.user.pk)
    due = FollowUp.objects.filter(follow_ups_in(case), state=FollowUp.State.DUE)
    doers = kept_out_among(case.pk, User.objects.filter(follow_ups__in=due).distinct())
    for doer in doers:
        hand_on_follow_ups(case, case.assigned_to_id, of=doer)
    asked = case.approvals.filter(state=Approval.State.ASKED)
    reviewers = kept_out_among(case.pk, User.objects.filter(pk__in=asked.values("reviewer")))
    name_no_reviewer(file, asked.filter(reviewer__in=reviewers))
