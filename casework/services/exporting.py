"""Cases on their way out of Hearth."""

import io
import uuid
from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.consents import Purpose
from casework.exporting.htcds import htcds_case
from casework.exporting.writing import Encrypt, export_pieces
from casework.models import Case, Consent
from casework.selectors import cases_of
from core import audit
from core.access import KEPT_OUT
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, Refused
from core.marks import is_kept_out
from core.models import Organisation, Role


class Reason(TextChoices):
    """Why cases leave Hearth: a code in the trail, so no words about anybody.

    An authority is no reason: what goes to one is chosen, and rests on a ground, in a national referral.
    """

    SUPPORT = "support", _("A partner supports the survivors")
    SURVIVOR = "survivor", _("The survivors asked for it")
    OTHER_SYSTEM = "other_system", _("The cases move to another system")
    OWN_COPY = "own_copy", _("A copy for ourselves")


def exportable(actor: Actor) -> QuerySet[Case]:
    """The cases that the actor may export: assigned to them, or of a team whose supervisor they are."""
    return cases_of(actor).filter(Q(assigned_to=actor.user) | Q(team__in=actor.teams_as(Role.SUPERVISOR)))


def may_export(actor: Actor, case: Case) -> bool:
    """Whether the actor may export a case that they see: the assigned caseworker and the team's supervisors."""
    return case.assigned_to_id == actor.user.pk or actor.has_role(Role.SUPERVISOR, team_id=case.team_id)


@transaction.atomic
def export_case(
    *, actor: Actor, case_id: UUID, export: UUID, recipient: Organisation | None
) -> dict[str, Any]:
    """A case as HTCDS says it, for the actor's own organisation or for another one. On the record as part of `export`.

    To another organisation goes what the survivor has agreed to share with it, and nothing that never leaves a case.
    Raises NotVisible; NotAllowed but for the assigned caseworker and the team's supervisors; Refused without consent,
    and for an organisation that the case keeps out.
    """
    file = open_case_file(actor, case_id)
    if not may_export(actor, file.case):
        raise NotAllowed
    other = None if recipient == file.case.team.organisation else recipient
    if other is not None and is_kept_out(file.case.pk, other):
        raise Refused(KEPT_OUT)
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


@transaction.atomic
def export_cases(
    *,
    actor: Actor,
    case_ids: Collection[UUID],
    recipient: Organisation | None,
    reason: Reason,
    encrypt: Encrypt,
) -> bytes:
    """Cases as one encrypted file, all of them or none; how many and why is on the record beside each of them.

    In clear there is one case at a time, in memory. Raises NotVisible where the actor doesn't see one of them;
    NotAllowed as export_case does; Invalid at `case` with those that may not leave, by number, and why, and at
    `recipient` where a partner is the reason and none is named: our own organisation needs no consent.
    """
    if reason == Reason.SUPPORT and (recipient is None or recipient.pk == actor.user.organisation_id):
        raise Invalid({"recipient": [_("Choose the organisation that this is shared with.")]})
    numbers = dict(cases_of(actor).filter(pk__in=case_ids).values_list("pk", "number"))
    if not numbers or set(case_ids) - set(numbers):
        raise NotVisible
    if exportable(actor).filter(pk__in=numbers).count() < len(numbers):
        raise NotAllowed
    export, kept_back = uuid.uuid4(), []

    def read() -> Iterator[dict[str, Any]]:
        for case_id, number in numbers.items():
            try:
                yield export_case(actor=actor, case_id=case_id, export=export, recipient=recipient)
            except Refused as refused:
                kept_back.append(f"{number}: {refused.message}")

    file = io.BytesIO()
    encrypt(export_pieces(read()), file)
    if kept_back:
        raise Invalid({"case": kept_back})
    audit.record("cases.exported", actor=actor, subject=export, cases=len(numbers), reason=reason)
    return file.getvalue()


def _asked_not_to_keep(file: CaseFile) -> bool:
    """Whether the consent to keep a record was withdrawn and not given again: withdrawing leaves none that is given."""
    states = {each.consent.state for each in file.consents if each.purpose == Purpose.KEEP_RECORD}
    return Consent.State.WITHDRAWN in states and Consent.State.GIVEN not in states
