"""Who carries a case: a supervisor assigns it; a caseworker may take over what a colleague has left behind."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.case_file import open_case_file
from casework.models import Case, FollowUp
from casework.selectors import follow_ups_in, team_members
from core import audit, notices
from core.actor import Actor
from core.errors import Invalid, NotAllowed, WrongState
from core.models import CASE_ROLES, Level, Role

ASSIGNED = notices.define("case_assigned", _("A case has been assigned to you"))
HANDED_ON = notices.define("case_handed_on", _("A case of yours has been handed on"))


@transaction.atomic
def assign_case(*, actor: Actor, case_id: UUID, to: UUID, follow_ups: bool = True) -> Case:
    """Make a member of the case's team its caseworker; with `follow_ups`, what is due from the earlier one goes along.

    Both are told. Raises NotVisible, NotAllowed (`may_assign`), WrongState where it is theirs already; Invalid at `to`
    for who is not a caseworker or supervisor of the team, or is kept out.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    case, before = file.case, file.case.assigned_to_id
    if not may_assign(actor, case, to):
        raise NotAllowed
    if not team_members(case).filter(pk=to).exists():
        raise Invalid({"to": [_("Choose a caseworker or supervisor of the team.")]})
    if to == before:
        raise WrongState(_("It is theirs already."))
    case.assigned_to_id = to
    case.save(update_fields=["assigned_to"])
    if follow_ups:
        hand_on_follow_ups(case, to, of=before)
    audit.record("case.assigned", actor=actor, object=file.opened.object, to=to)
    tell_about(actor, case, to, before)
    return case


def may_assign(actor: Actor, case: Case, to: UUID | None = None) -> bool:
    """Whether the actor may assign the case, to this person if one is named.

    A supervisor of the team always; a caseworker to themself, where the one who had it can't carry it any more.
    """
    if actor.has_role(Role.SUPERVISOR, team_id=case.team_id):
        return True
    own = actor.has_role(*CASE_ROLES, team_id=case.team_id) and to in (None, actor.user.pk)
    return own and not team_members(case).filter(pk=case.assigned_to_id).exists()


def hand_on_follow_ups(case: Case, to: UUID, *, of: UUID | None = None) -> None:
    """What is due in a case goes to another person, all of it or what was one person's; they are told in due time."""
    due = FollowUp.objects.filter(follow_ups_in(case), state=FollowUp.State.DUE)
    rows = due if of is None else due.filter(assignee=of)
    FollowUp.objects.filter(pk__in=rows.values("pk")).update(assignee=to, notified_at=None)


def tell_about(actor: Actor, case: Case, to: UUID, before: UUID) -> None:
    """Tell who carries a case now and who did, but for whoever did it themself."""
    notices.tell({to} - {actor.user.pk}, ASSIGNED, object=case.object)
    notices.tell({before} - {to, actor.user.pk}, HANDED_ON, object=case.object)
