"""Emergency access ("break-glass"): opening a case of another team now, on record, with a review that follows."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile, open_case_file
from casework.emergency import out_of_step, supervisors_outside
from casework.models import Approval, Case
from casework.numbers import parse_number
from casework.selectors import team_members
from casework.services.approvals import approval_decided, ask
from core import audit, outbox, rate
from core.access import open_object
from core.accounts import membership_ended
from core.actor import Actor
from core.dormant import dormant_grant_of, let_sleep, put_to_sleep, wake_grant
from core.errors import Invalid, NotAllowed, Refused, WrongState
from core.marks import kept_out_among
from core.models import Grant, Kind, Level, Membership, Role, Team, User

LASTS = timedelta(hours=24)
LAPSE = "casework.emergency_lapses"
STEP = 50
"""Cases brought up to date in one request."""
_REVIEWERS = 2


def break_glass(*, actor: Actor, number: str, reason: str) -> Case:
    """Open a case of another team of one's organisation in an emergency: at once, for a day or until it is reviewed.

    Raises NotAllowed but for supervisors; Invalid at `reason`, and at `number` in the same words for a case that the
    actor is kept out of, one of another organisation and one that is not there; Refused after too many attempts;
    WrongState where nobody could review it. Each attempt is on record, before anything opens.
    """
    if not actor.has_role(Role.SUPERVISOR) or actor.token_id is not None:
        raise NotAllowed
    if not reason.strip():
        raise Invalid({"reason": [_("Say why.")]})
    if not rate.allow("emergency", str(actor.user.pk)):
        audit.record("emergency.refused", actor=actor, outcome="denied", why="too_many")
        raise Refused(_("Too many attempts. Wait an hour, or ask a member of the case's team."))
    case = Case.objects.select_related("team").filter(number=parse_number(number) or "").first()
    if case is None or not _may_open(actor, case):
        audit.record(
            "emergency.refused", actor=actor, subject=case and case.pk, outcome="denied", why="nothing"
        )
        raise Invalid({"number": [_("No case opens for you by this number. Check it, or ask the team.")]})
    return _open(actor, case, reason)


def _may_open(actor: Actor, case: Case) -> bool:
    """Whether the actor still is such a supervisor, has a grant that sleeps, and is not kept out."""
    return (
        supervisors_outside(case.team).filter(pk=actor.user.pk).exists()
        and dormant_grant_of(actor.user, case.pk) is not None
        and not kept_out_among(case.pk, [actor.user])
    )


@transaction.atomic
def _open(actor: Actor, case: Case, reason: str) -> Case:
    audit.record("emergency.opened", actor=actor, subject=case.pk)
    wake_grant(actor=actor, object_id=case.pk, kind=Kind.CASE, principal=actor.user)
    file = open_case_file(actor, case.pk, level=Level.WRITE, lock=True)
    reviewers = _reviewers(file)
    if not reviewers:
        raise WrongState(_("Nobody is there who could review this."))
    until = timezone.now() + LASTS
    asked = [
        ask(file, Approval.Subject.BREAK_GLASS, {"reason": reason.strip()}, due_at=until, reviewer=reviewer)
        for reviewer in reviewers
    ]
    outbox.enqueue(LAPSE, asked[0].pk, run_at=until)
    return file.case


def _reviewers(file: CaseFile) -> list[UUID]:
    """The case's caseworker and another supervisor of its team; where one is missing, who comes nearest.

    Last, a supervisor of another team of the organisation, who must open the case in the same way to review.
    """
    members = [*team_members(file.case).values_list("pk", flat=True)]
    supervisors = set(
        Membership.objects.filter(team=file.case.team, role=Role.SUPERVISOR).values_list("user", flat=True)
    )
    outside = supervisors_outside(file.case.team).exclude(pk=file.actor.user.pk)
    out = kept_out_among(file.case.pk, outside)
    ranked = [
        *(pk for pk in members if pk == file.case.assigned_to_id),
        *(pk for pk in members if pk in supervisors),
        *members,
        *(person.pk for person in outside if person.pk not in out),
    ]
    return [*dict.fromkeys(ranked)][:_REVIEWERS]


@approval_decided.register
def end_access(file: CaseFile, decided: ApprovalDocument) -> None:
    """A review ends the access, whatever it says of it."""
    person = decided.approval.asked_by
    awake = Grant.objects.filter(object=file.case.pk, user=person, active=True)
    if decided.approval.subject == Approval.Subject.BREAK_GLASS and awake.exists():
        put_to_sleep(actor=file.actor, object_id=file.case.pk, kind=Kind.CASE, principal=person)
        file.opened = open_object(file.actor, file.case.pk, Kind.CASE, level=Level.WRITE)


def bring_emergency_access_up_to_date(*, actor: Actor) -> int:
    """Give supervisors who have joined since their sleeping grants, in up to STEP cases. Returns how many still wait.

    Raises NotAllowed but for supervisors.
    """
    teams = actor.teams_as(Role.SUPERVISOR)
    if not teams:
        raise NotAllowed
    left = STEP
    for team in teams:
        waiting = [*out_of_step(actor, team).values_list("pk", flat=True)[:left]]
        left -= len(waiting)
        for case_id in waiting:
            with transaction.atomic():
                open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    return without_emergency_access(actor)


def without_emergency_access(actor: Actor) -> int:
    """In how many cases of the teams that the actor supervises a supervisor of another team lacks such a grant."""
    return sum(out_of_step(actor, team).count() for team in actor.teams_as(Role.SUPERVISOR))


# --- without an Actor: ids, dates and states alone ---------------------------------------------------------------


@outbox.handler(LAPSE, must=True)
def lapse(approval_id: UUID) -> None:
    """End an emergency access that nobody has reviewed in time; the review is still owed."""
    row = Approval.objects.filter(pk=approval_id).first()
    if row is None:
        return
    later = Approval.objects.filter(
        case=row.case_id, subject=row.subject, asked_by=row.asked_by_id, due_at__gt=timezone.now()
    )
    if not later.exists():  # opened anew meanwhile: that access has a row of its own
        let_sleep(object_id=row.case_id, user_id=row.asked_by_id)


@membership_ended.register
def end_access_of(person: User, _team: Team) -> None:
    """Who is no supervisor of the organisation any more has no emergency access either."""
    awake = Grant.objects.filter(user=person, kind=Kind.CASE, active=True).values("object")
    for case in Case.objects.filter(pk__in=awake).select_related("team"):
        if not supervisors_outside(case.team).filter(pk=person.pk).exists():
            let_sleep(object_id=case.pk, user_id=person.pk)
