"""The partner's side: opening a packet, answering it, and saying how an end of consent is met."""

from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.selectors import carried_by
from core import audit, notices
from core.access import OpenObject
from core.actor import Actor
from core.dormant import give_up_grant
from core.errors import Invalid, Message, WrongState
from core.models import Kind, Team
from core.padded import padded_json
from referrals.handovers import HandoverAnswer, seal_answer
from referrals.models import Exchange, Handover, Packet, Referral
from referrals.services.exchanging import write_onward
from referrals.services.packets import locked_packet
from referrals.services.sending import NOTE_LENGTH
from referrals.transitions import Step, after

ANSWERED = notices.define("referral_answered", _("A partner has accepted or declined a referral"))
HANDOVER_ANSWERED = notices.define(
    "handover_answered", _("A partner has said how something ends that it had accepted")
)


class DeclineReason(models.TextChoices):
    """Why a partner declines; a decline needs one."""

    FULL = "full", _("No place free")
    NOT_ELIGIBLE = "not_eligible", _("The service is not for this person")
    NEED_NOT_MET = "need_not_met", _("We can't meet this need")
    NOT_SAFE = "not_safe", _("We can't keep this person safe")
    LANGUAGE = "language", _("We lack the language")
    CONFLICT = "conflict", _("Conflict of interest")
    ONWARD = "referred_onward", _("Referred onward to someone else")
    OTHER = "other", _("Other")


@transaction.atomic
def open_packet(*, actor: Actor, packet_id: UUID) -> tuple[Packet, OpenObject]:
    """Open a packet as the partner; the first time, the sender learns that it was received.

    Raises NotVisible; NotAllowed unless the actor is a focal point of the receiving team.
    """
    packet, opened = locked_packet(actor, packet_id)
    Exchange.objects.filter(pk=packet.referral_id, first_read_at=None).update(first_read_at=timezone.now())
    if packet.referral.state == Referral.State.SENT:
        packet.referral.state = after(packet.referral.state, Step.RECEIVE)
        packet.referral.save(update_fields=["state"])
    if packet.read_version < packet.version:
        packet.read_version = packet.version
        packet.save(update_fields=["read_version"])
    audit.record("packet.read", actor=actor, object=opened.object, version=packet.version)
    return packet, opened


@transaction.atomic
def accept_referral(*, actor: Actor, packet_id: UUID, note: str = "") -> Referral:
    """Accept, as the partner. Raises NotVisible, NotAllowed, WrongState, Invalid at `note`."""
    return _answer(actor, packet_id, Step.ACCEPT, {"note": note.strip()})


@transaction.atomic
def decline_referral(
    *, actor: Actor, packet_id: UUID, reason: str, note: str = "", onward: str = ""
) -> Referral:
    """Decline, as the partner; `onward` names whom it has referred to instead, where that is the reason.

    From then on it can't open the packet any more: the sender reads the answer through the case.
    Raises NotVisible, NotAllowed, WrongState; Invalid at `reason`, `note` or `onward`.
    """
    if reason not in DeclineReason.values:
        raise Invalid({"reason": [_("Choose a reason from the list.")]})
    if (reason == DeclineReason.ONWARD) != bool(onward.strip()):
        wrong = (
            _("Name the organisation or the service.")
            if not onward.strip()
            else _("Choose that as the reason.")
        )
        raise Invalid({"onward": [wrong]})
    referral = _answer(actor, packet_id, Step.DECLINE, {"reason": reason, "note": note.strip()}, onward)
    Exchange.objects.filter(pk=referral.pk).update(key_for_partner=None)
    team = Team.objects.get(packets=packet_id)
    give_up_grant(actor=actor, object_id=packet_id, kind=Kind.PACKET, principal=team)
    return referral


def _answer(actor: Actor, packet_id: UUID, step: Step, answer: dict[str, str], onward: str = "") -> Referral:
    if len(answer["note"]) > NOTE_LENGTH:
        raise Invalid({"note": [_("Use at most 2000 characters.")]})
    packet, opened = locked_packet(actor, packet_id, with_case=True)
    referral = packet.referral
    if onward:
        write_onward(actor, packet, opened, onward)
    referral.state, referral.decided_at = after(referral.state, step), timezone.now()
    referral.save(update_fields=["state", "decided_at"])
    packet.sealed_answer = opened.seal("packet-answer", referral.pk, content=padded_json(answer))
    packet.save(update_fields=["sealed_answer"])
    audit.record(f"referral.{referral.state}", actor=actor, object=opened.object, referral=referral.pk)
    notices.tell(carried_by(referral.case), ANSWERED, object=referral.case.object)
    return referral


@transaction.atomic
def answer_handover(*, actor: Actor, packet_id: UUID, answer: HandoverAnswer) -> Handover:
    """Say, as the partner, what it holds, keeps and destroys, now that the consent has ended; again until it is closed.

    Raises NotVisible, NotAllowed; WrongState where the consent has not ended; Invalid at `holds` or `duty`.
    """
    packet, opened = locked_packet(actor, packet_id, with_case=True)
    row = Handover.objects.select_for_update().filter(referral=packet.referral, closed_at=None).first()
    if row is None:
        raise WrongState
    wrong: dict[str, list[Message]] = {}
    if not answer.holds.strip():
        wrong["holds"] = [_("Say what you still hold, or that it is nothing.")]
    if answer.keeps.strip() and not answer.duty.strip():
        wrong["duty"] = [_("Name the law or the duty that makes you keep it.")]
    if wrong:
        raise Invalid(wrong)
    row.sealed, row.answered_at = seal_answer(opened, packet.referral, answer), timezone.now()
    row.save(update_fields=["sealed", "answered_at"])
    audit.record("handover.answered", actor=actor, object=opened.object, referral=packet.referral.pk)
    case = packet.referral.case
    notices.tell([case.assigned_to_id], HANDOVER_ANSWERED, object=case.object)
    return row
