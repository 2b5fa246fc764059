"""Handing a case over: one team offers it, the other decides, and then it is theirs with all that belongs to it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.consents import ConsentDocument, Purpose
from casework.emergency import keep_in_step
from casework.models import Approval, Case, Identification, Transfer
from casework.search.index import forget, index_case
from casework.selectors import team_members
from casework.services.approvals import name_no_reviewer
from casework.services.assignment import hand_on_follow_ups, tell_about
from casework.services.consents import consent_withdrawn
from casework.services.keeping_out import case_keeps_out
from casework.transfers import receiving_teams, seal_words, supervisors_of
from casework.transitions import TransferStep, transfer_after
from core import audit, notices
from core.access import OpenObject, found_object, grant_access, lock_object, open_object, revoke_access
from core.actor import Actor
from core.dormant import give_up_grant, grant_dormant, put_to_sleep, wake_grant
from core.errors import Invalid, NotAllowed, NotVisible, Refused, WrongState
from core.keeping_out import copy_kept_out
from core.marks import is_kept_out, kept_out_among, marks_of
from core.models import Grant, Kind, Level, Role, Team, User

OFFERED = notices.define("transfer_offered", _("A case is offered to your team"))
DECIDED = notices.define("transfer_decided", _("A case that you offered to another team was decided on"))
TAKEN_BACK = notices.define("transfer_taken_back", _("A case is no longer offered to your team"))
NOTE_LENGTH = 2000  # characters
_WITH = ("object", "case", "from_team", "to_team__organisation")


@transaction.atomic
def offer_transfer(
    *, actor: Actor, case_id: UUID, to_team: UUID, note: str, keep_reading: bool = False
) -> Transfer:
    """Offer a case to another team, which learns the note and nothing else before it accepts.

    With `keep_reading` the team that hands over goes on reading it afterwards. Raises NotVisible; NotAllowed but for
    supervisors of the case's team; WrongState where it is closed or offered already; Invalid at `to_team` or `note`;
    Refused for an organisation without the survivor's consent to share with it, and for one that is kept out.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if not actor.has_role(Role.SUPERVISOR, team_id=file.case.team_id):
        raise NotAllowed
    if file.case.state in {Case.State.CLOSED, Case.State.ERASED} or _offered(file.case) is not None:
        raise WrongState
    if not 0 < len(note.strip()) <= NOTE_LENGTH:
        raise Invalid({"note": [_("Say in at most 2000 characters what they need to know to decide.")]})
    team = receiving_teams(file.case).filter(pk=to_team).first()
    if team is None:
        raise Invalid({"to_team": [_("Choose a team that has a supervisor.")]})
    _require_consent(file, team)
    opened, _share = found_object(
        actor=actor,
        kind=Kind.TRANSFER,
        grants=[(team, Level.READ), (file.case.team, Level.WRITE)],
        keeps_out_as=file.opened.object,
    )
    for object_id, kind in _belonging(file.case):
        _take_from(actor, object_id, kind, team)  # what it reads since it handed the case over itself
        grant_dormant(actor=actor, object_id=object_id, kind=kind, principal=team, level=Level.WRITE)
    transfer: Transfer = Transfer.objects.create(
        object=opened.object,
        case=file.case,
        from_team=file.case.team,
        to_team=team,
        keep_reading=keep_reading,
        offered_by=actor.user,
        offered_at=timezone.now(),
        sealed=seal_words(opened, "note", note.strip()),
    )
    _record(actor, transfer)
    _tell_receivers(transfer, OFFERED)
    return transfer


@transaction.atomic
def accept_transfer(*, actor: Actor, transfer_id: UUID, assign_to: UUID | None = None) -> Case:
    """Accept, for one's team: the case, its identifications and what is due in it are the team's from now on.

    It is assigned to `assign_to`, or to the actor; emergency accesses end. Raises NotVisible; NotAllowed but for
    supervisors of that team, and for an API token; WrongState; Invalid at `assign_to`; Refused where the consent has
    ended.
    """
    transfer, _opened = _lock(actor, transfer_id, TransferStep.ACCEPT)
    team, before = transfer.to_team, transfer.from_team
    for object_id, kind in _belonging(transfer.case):
        wake_grant(actor=actor, object_id=object_id, kind=kind, principal=team)
    file = open_case_file(actor, transfer.case_id, level=Level.WRITE, lock=True)
    _require_consent(file, team)
    case, earlier = file.case, file.case.assigned_to_id
    case.team, case.assigned_to_id = team, assign_to or actor.user.pk
    if not team_members(case).filter(pk=case.assigned_to_id).exists():
        raise Invalid({"assign_to": [_("Choose a caseworker or supervisor of the team.")]})
    case.save(update_fields=["team", "assigned_to"])
    case.identifications.update(team=team)
    hand_on_follow_ups(case, case.assigned_to_id)
    name_no_reviewer(file, case.approvals.filter(state=Approval.State.ASKED, reviewer__isnull=False))
    for object_id, kind in _belonging(case):
        revoke_access(actor=actor, object_id=object_id, kind=kind, principal=before)
        if transfer.keep_reading:
            grant_access(actor=actor, object_id=object_id, kind=kind, principal=before, level=Level.READ)
    for person in User.objects.filter(grants__object=case.pk, grants__active=True):
        put_to_sleep(actor=actor, object_id=case.pk, kind=Kind.CASE, principal=person)
    keep_in_step(actor, case)
    if not transfer.keep_reading:
        forget(case.pk, before.pk)
    index_case(open_case_file(actor, case.pk, level=Level.WRITE, lock=True))
    _decide(actor, transfer, TransferStep.ACCEPT)
    notices.tell([transfer.offered_by_id], DECIDED, object=transfer.object)
    tell_about(actor, case, case.assigned_to_id, earlier)
    return case


@transaction.atomic
def decline_transfer(*, actor: Actor, transfer_id: UUID, reason: str) -> Transfer:
    """Decline, for one's team, and say why; the offer is gone for the team.

    The receiving team has no key to the case: whoever next changes it draws the new one. Raises NotVisible; NotAllowed
    but for supervisors of that team; WrongState; Invalid at `reason`.
    """
    if not 0 < len(reason.strip()) <= NOTE_LENGTH:
        raise Invalid({"reason": [_("Say why, in at most 2000 characters.")]})
    transfer, opened = _lock(actor, transfer_id, TransferStep.DECLINE)
    transfer.sealed_answer = seal_words(opened, "answer", reason.strip())
    _decide(actor, transfer, TransferStep.DECLINE)
    for object_id, kind in [*_belonging(transfer.case), (transfer.pk, Kind.TRANSFER)]:
        if _granted(object_id, transfer.to_team):
            give_up_grant(actor=actor, object_id=object_id, kind=kind, principal=transfer.to_team)
    notices.tell([transfer.offered_by_id], DECIDED, object=transfer.object)
    return transfer


@transaction.atomic
def take_back_transfer(*, actor: Actor, transfer_id: UUID) -> Transfer:
    """Take back an offer, as a supervisor of the team that made it. Raises NotVisible, NotAllowed, WrongState."""
    transfer, _opened = _lock(actor, transfer_id, TransferStep.TAKE_BACK)
    _take_back(open_case_file(actor, transfer.case_id, level=Level.WRITE, lock=True), transfer)
    return transfer


@transaction.atomic
def end_reading(*, actor: Actor, case_id: UUID, team_id: UUID) -> None:
    """End the reading of a team that handed the case over. Raises NotVisible; NotAllowed but for supervisors."""
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    team = Team.objects.filter(pk=team_id).exclude(pk=file.case.team_id).first()
    if team is None or not _granted(case_id, team):
        raise NotVisible
    if not actor.has_role(Role.SUPERVISOR, team_id=file.case.team_id):
        raise NotAllowed
    offered = _offered(file.case)
    if offered is not None and offered.to_team_id == team_id:
        raise WrongState
    for object_id, kind in _belonging(file.case):
        _take_from(actor, object_id, kind, team)
    forget(case_id, team_id)


@consent_withdrawn.register
def stop_the_offer_that_rested_on_it(file: CaseFile, consent: ConsentDocument) -> None:
    """Without consent to share with an organisation, an offer to it is taken back."""
    offered = _offered(file.case)
    if offered is not None and not _may_share(file, offered.to_team):
        _take_back(file, offered)


@case_keeps_out.register
def keep_out_of_the_offers(file: CaseFile) -> None:
    """Whoever is kept out of a case reads no note about it either; an offer to them is taken back."""
    rows = Transfer.objects.filter(case=file.case).select_related(*_WITH)
    for transfer in rows:
        if transfer.state == Transfer.State.OFFERED and is_kept_out(file.case.pk, transfer.to_team):
            _take_back(file, transfer)
        copy_kept_out(
            actor=file.actor,
            source=file.opened.object,
            target=transfer.object,
            but=marks_of(transfer.from_team),  # who wrote it knows it
            closed=transfer.state != Transfer.State.OFFERED,
        )


def _may_share(file: CaseFile, team: Team) -> bool:
    organisation = team.organisation_id
    own = organisation == file.case.team.organisation_id
    return own or file.consent_for(Purpose.SHARE, organisation) is not None


def _require_consent(file: CaseFile, team: Team) -> None:
    if not _may_share(file, team):
        raise Refused(
            _("There is no consent to share with %(organisation)s. Record it first.")
            % {"organisation": team.organisation.name}
        )


def _belonging(case: Case) -> list[tuple[UUID, Kind]]:
    """The objects that go along with a case: it and its identifications, whose teams are always the case's."""
    identifications = Identification.objects.filter(case=case).order_by("pk").values_list("pk", flat=True)
    return [(case.pk, Kind.CASE), *((pk, Kind.IDENTIFICATION) for pk in identifications)]


def _offered(case: Case) -> Transfer | None:
    return Transfer.objects.filter(case=case, state=Transfer.State.OFFERED).select_related(*_WITH).first()


def _lock(actor: Actor, transfer_id: UUID, step: TransferStep) -> tuple[Transfer, OpenObject]:
    """The offer, locked after its case as everywhere, for somebody who may take the step."""
    open_object(actor, transfer_id, Kind.TRANSFER)
    lock_object(Transfer.objects.values_list("case_id", flat=True).get(pk=transfer_id))
    lock_object(transfer_id)
    opened = open_object(actor, transfer_id, Kind.TRANSFER)
    transfer = Transfer.objects.select_related(*_WITH).get(pk=transfer_id)
    side = transfer.from_team_id if step is TransferStep.TAKE_BACK else transfer.to_team_id
    if not actor.has_role(Role.SUPERVISOR, team_id=side):
        raise NotAllowed
    transfer_after(transfer.state, step)
    return transfer, opened


def _decide(actor: Actor, transfer: Transfer, step: TransferStep) -> None:
    transfer.state = transfer_after(transfer.state, step)
    transfer.decided_by, transfer.decided_at = actor.user, timezone.now()
    transfer.save(update_fields=["state", "decided_by", "decided_at", "sealed_answer"])
    _record(actor, transfer)


def _record(actor: Actor, transfer: Transfer) -> None:
    audit.record(
        f"transfer.{transfer.state}",
        actor=actor,
        object=transfer.object,
        case=transfer.case_id,
        from_team=transfer.from_team_id,
        to_team=transfer.to_team_id,
    )


def _take_back(file: CaseFile, transfer: Transfer) -> None:
    actor = file.actor
    for object_id, kind in [*_belonging(transfer.case), (transfer.pk, Kind.TRANSFER)]:
        _take_from(actor, object_id, kind, transfer.to_team)
    file.opened = open_object(actor, file.case.pk, Kind.CASE, level=Level.WRITE)
    _decide(actor, transfer, TransferStep.TAKE_BACK)
    _tell_receivers(transfer, TAKEN_BACK)


def _take_from(actor: Actor, object_id: UUID, kind: Kind, team: Team) -> None:
    if _granted(object_id, team):
        revoke_access(actor=actor, object_id=object_id, kind=kind, principal=team)


def _granted(object_id: UUID, team: Team) -> bool:
    return Grant.objects.filter(object=object_id, team=team).exists()


def _tell_receivers(transfer: Transfer, what: str) -> None:
    people = supervisors_of(transfer.to_team)
    out = kept_out_among(transfer.pk, people)
    notices.tell((person.pk for person in people if person.pk not in out), what, object=transfer.object)
