"""Referring people who belong together: a packet for each, as each has consented, sent together or not at all."""

import uuid
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.links import FAMILY, links_of
from casework.models import Case
from core import audit
from core.actor import Actor
from core.errors import HearthError, Invalid, NotVisible, Refused, WrongState
from core.models import Level
from referrals.models import Packet, Referral
from referrals.services.answering import accept_referral, decline_referral
from referrals.services.sending import draft_referral, send_referral

LINKED_AS = (*FAMILY, "same_situation")
"""Relations in which people can be referred together."""


class NotTogether(Refused):
    """One of the group can't be sent: none of it is. `case_id` is that one's."""

    code = "not_together"

    def __init__(self, case: Case, why: HearthError) -> None:
        super().__init__(
            _("Nothing was sent. %(number)s: %(why)s") % {"number": case.number, "why": why.message}
        )
        self.case_id = case.pk


def who_belongs(file: CaseFile) -> list[tuple[Case, str]]:
    """The linked cases that the actor sees, of people who can be referred together with this one, and how."""
    seen = {}
    for link in links_of(file, LINKED_AS):
        if link.other is not None and link.other.state not in (Case.State.CLOSED, Case.State.ERASED):
            seen[link.other.pk] = (link.other, link.relation)
    return list(seen.values())


@transaction.atomic
def draft_group(
    *,
    actor: Actor,
    case_id: UUID,
    members: Sequence[UUID],
    service_id: UUID,
    fields: Sequence[str],
    note: str = "",
) -> list[Referral]:
    """Prepare a referral for a case and others linked to it; of each goes what it has recorded of the chosen fields.

    Raises NotVisible and NotAllowed unless the actor may change each; Invalid at `members` for one that is not
    linked, or has recorded nothing of the choice; and as `draft_referral`, as NotTogether with whose it is.
    """
    belonging = {case.pk for case, _relation in who_belongs(open_case_file(actor, case_id))}
    if not members or not set(members) <= belonging:
        raise Invalid({"members": [_("Choose from the linked cases.")]})
    group, drafts = uuid.uuid4(), []
    for each in sorted({case_id, *members}):  # in one order, so that two who do so don't wait for each other
        file = open_case_file(actor, each, level=Level.WRITE, lock=True)
        recorded = fields if each == case_id else _recorded(file, fields)
        if not recorded:
            nothing = _("%(number)s has recorded nothing of what you chose.") % {"number": file.case.number}
            raise Invalid({"members": [nothing]})
        try:
            drafts.append(
                draft_referral(actor=actor, case_id=each, service_id=service_id, fields=recorded, note=note)
            )
        except (Refused, WrongState) as error:
            raise NotTogether(file.case, error) from None
    Referral.objects.filter(pk__in=[each.pk for each in drafts]).update(group=group)
    for draft in drafts:
        draft.group = group
    audit.record("referral.group_drafted", actor=actor, subject=group, referrals=len(drafts))
    return drafts


def _recorded(file: CaseFile, fields: Sequence[str]) -> list[str]:
    documents = file.documents
    return [path for path in fields if path.partition(".")[2] in documents.get(path.partition(".")[0], {})]


@transaction.atomic
def send_group(*, actor: Actor, referral_id: UUID, again: str = "") -> list[Referral]:
    """Send each draft of a group, or none: what must be so is asked for each by itself.

    Raises NotVisible and NotAllowed unless the actor may change each; WrongState where it is no group, or one of it
    is no draft any more; NotTogether with whose it is that can't be sent, and why.
    """
    open_case_file(actor, _case_of(referral_id), level=Level.WRITE)
    group = Referral.objects.filter(pk=referral_id).values_list("group", flat=True).first()
    drafts = list(_drafts(group)) if group else []
    if referral_id not in {each.pk for each in drafts} or len(drafts) < 2:
        raise WrongState
    sent = []
    for draft in drafts:
        open_case_file(actor, draft.case_id, level=Level.WRITE, lock=True)
        try:
            sent.append(send_referral(actor=actor, referral_id=draft.pk, again=again))
        except (Refused, Invalid) as error:
            raise NotTogether(draft.case, error) from None
    audit.record("referral.group_sent", actor=actor, subject=group, referrals=len(sent))
    return sent


def _drafts(group: UUID) -> list[Referral]:
    """Of the whole group, without what was withdrawn. Raises WrongState where one of it was sent by itself."""
    rows = list(Referral.objects.filter(group=group).select_related("case").order_by("case"))
    left = [each for each in rows if each.state != Referral.State.WITHDRAWN]
    if any(each.state != Referral.State.DRAFT for each in left):
        raise WrongState
    return left


def _case_of(referral_id: UUID) -> UUID:
    case_id: UUID | None = Referral.objects.filter(pk=referral_id).values_list("case", flat=True).first()
    if case_id is None:
        raise NotVisible
    return case_id


# --- the partner ----------------------------------------------------------------------------------------------


def others_of(actor: Actor, packet: Packet) -> list[Packet]:
    """The other packets of a group that the actor sees."""
    group = packet.referral.group
    if group is None:
        return []
    visible = Packet.objects.visible_to(actor).filter(referral__group=group).exclude(pk=packet.pk)
    return list(visible.select_related("referral__service").order_by("referral"))


@transaction.atomic
def answer_group(*, actor: Actor, packet_id: UUID, reason: str = "", note: str = "") -> int:
    """Answer, as the partner, for all of a group that still wait: accept, or decline for a `reason`. Returns how many.

    Raises NotVisible, NotAllowed; WrongState where it is no group, or none waits; Invalid at `reason` or `note`.
    """
    found = Packet.objects.visible_to(actor).select_related("referral").filter(pk=packet_id).first()
    if found is None:
        raise NotVisible
    waiting = (Referral.State.SENT, Referral.State.RECEIVED)
    packets = [each for each in (found, *others_of(actor, found)) if each.referral.state in waiting]
    if found.referral.group is None or not packets:
        raise WrongState
    for each in sorted(packets, key=lambda packet: packet.referral_id):
        if reason:
            decline_referral(actor=actor, packet_id=each.pk, reason=reason, note=note)
        else:
            accept_referral(actor=actor, packet_id=each.pk, note=note)
    return len(packets)
