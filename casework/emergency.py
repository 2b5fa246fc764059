"""Who could open a case in an emergency: each other supervisor of its organisation, by a grant that sleeps.

It is kept in step whenever somebody opens the case for changing it; nobody else has the key to seal one.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.models import Case
from core.access import rekey_object
from core.actor import Actor
from core.dormant import keep_asleep
from core.marks import keeping_out, marks_of
from core.models import CASE_ROLES, Grant, Kind, Level, Membership, Role, SealedObject, Team, User, UserKey


def supervisors_outside(team: Team) -> QuerySet[User]:
    """The supervisors of a team's organisation who have keys and don't work in it."""
    mine = Membership.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(
        Exists(mine.filter(role=Role.SUPERVISOR, team__organisation=team.organisation_id)),
        ~Exists(mine.filter(team=team, role__in=CASE_ROLES)),
        Exists(UserKey.objects.filter(user=OuterRef("pk"))),
        is_active=True,
    )


def is_in_step(case: Case) -> bool:
    """Whether those and nobody else have such a grant. One query; whoever is kept out counts as missing."""
    grants = Grant.objects.filter(object=case.pk, user=OuterRef("pk"))
    outside = Q(pk__in=supervisors_outside(case.team).values("pk"))
    wrong = Q(outside, ~Exists(grants)) | Q(~outside, Exists(grants.filter(active=False)))
    return not User.objects.filter(wrong).exists()


def keep_in_step(actor: Actor, case: Case) -> bool:
    """Give and take those grants, as somebody who may change the case. Whether there was anything to look at.

    They are for changing it too: whoever opens a case in an emergency must be able to write why into it, and what they
    did to protect the survivor.
    """
    if is_in_step(case):
        return False
    people = supervisors_outside(case.team)
    keep_asleep(actor=actor, object_id=case.pk, kind=Kind.CASE, people=people, level=Level.WRITE)
    return True


def catch_up(actor: Actor, case: Case, object: SealedObject) -> bool:
    """Do what was left to whoever next changes the case: a new key, and grants. Whether the key may be another now."""
    due = object.rekey_due
    if due:
        rekey_object(actor=actor, object_id=case.pk, kind=Kind.CASE)
    return keep_in_step(actor, case) or due


def out_of_step(actor: Actor, team: Team) -> QuerySet[Case]:
    """The cases of a team that a supervisor outside of it, who has joined since, could not open in an emergency."""
    missing = Q(pk__in=())
    for person in supervisors_outside(team):
        granted = Grant.objects.filter(object=OuterRef("pk"), user=person)
        missing |= Q(~keeping_out(marks_of(person)), ~Exists(granted))
    return Case.objects.visible_to(actor).filter(missing, team=team).exclude(state=Case.State.ERASED)
