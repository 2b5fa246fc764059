"""Offers of cases to other teams, as they are read, and the teams that can be offered one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from casework.models import Case, Transfer
from core import audit
from core.access import OpenObject, open_object
from core.actor import Actor
from core.crypto import Stored
from core.marks import kept_out_among
from core.models import CASE_ROLES, Grant, Kind, Membership, Role, Team, User, UserKey
from core.padded import padded_json


@dataclass(frozen=True, slots=True)
class TransferDocument:
    """An offer with what the receiving team is told, and its answer."""

    transfer: Transfer
    note: str
    answer: str


def transfers_of(actor: Actor) -> QuerySet[Transfer]:
    """The offers by and to the actor's teams, newest first."""
    rows = Transfer.objects.visible_to(actor)
    return rows.select_related("case", "from_team__organisation", "to_team__organisation", "offered_by")


def offers_to(actor: Actor) -> QuerySet[Transfer]:
    """What is offered to the actor's teams and not decided on."""
    return transfers_of(actor).filter(to_team__in=actor.teams_as(*CASE_ROLES), state=Transfer.State.OFFERED)


def read_transfer(actor: Actor, transfer_id: UUID) -> TransferDocument:
    """Open one; who read it is noted. Raises NotVisible or Tampered."""
    opened = open_object(actor, transfer_id, Kind.TRANSFER)
    row = transfers_of(actor).get(pk=transfer_id)
    audit.record("transfer.read", actor=actor, object=opened.object)
    answer = _unseal(opened, "answer", row.sealed_answer) if row.sealed_answer is not None else ""
    return TransferDocument(row, _unseal(opened, "note", row.sealed), answer)


def seal_words(opened: OpenObject, which: str, words: str) -> bytes:
    """The stored form of the note or the answer of an offer."""
    return opened.seal(f"transfer-{which}", content=padded_json({which: words}))


def _unseal(opened: OpenObject, which: str, sealed: Stored) -> str:
    content: Mapping[str, str] = json.loads(opened.unseal(f"transfer-{which}", sealed=sealed))
    return content[which]


def supervisors_of(team: Team) -> QuerySet[User]:
    """Who can accept for a team."""
    supervises = Membership.objects.filter(team=team, role=Role.SUPERVISOR, user=OuterRef("pk"))
    keyed = UserKey.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(supervises), Exists(keyed), is_active=True)


def accepting_members(transfer: Transfer) -> QuerySet[User]:
    """Whom the receiving team can give the case to: its caseworkers and supervisors whom the case keeps not out."""
    members = User.objects.filter(
        memberships__team=transfer.to_team_id, memberships__role__in=CASE_ROLES, is_active=True
    )
    return members.exclude(pk__in=kept_out_among(transfer.pk, members)).order_by("name")


def receiving_teams(case: Case) -> QuerySet[Team]:
    """The teams that could carry a case: each other one with a supervisor."""
    supervised = Membership.objects.filter(team=OuterRef("pk"), role=Role.SUPERVISOR, user__is_active=True)
    return Team.objects.filter(Exists(supervised)).exclude(pk=case.team_id).select_related("organisation")


def other_readers(case: Case) -> list[Team]:
    """The teams that handed the case on and go on reading it."""
    grants = Grant.objects.filter(object=case.pk, active=True, team__isnull=False).exclude(team=case.team_id)
    return [grant.team for grant in grants.select_related("team__organisation") if grant.team]
