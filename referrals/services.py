"""What changes a referral: one verb a function, keyword-only, atomic, audited in the same transaction."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, ConsentDocument, open_case_file
from casework.record.documents import choose
from casework.services.consents import Purpose, consent_withdrawn
from core import audit
from core.access import OpenObject, destroy_object, found_object, open_object
from core.actor import Actor
from core.errors import Invalid, NotAllowed, NotVisible, Refused
from core.models import Kind, Level, Role, SealedObject
from core.padded import padded_json
from referrals.models import Packet, Referral, Service
from referrals.transitions import Step, after, allowed

NOTE_LENGTH = 2000  # characters


class DeclineReason(models.TextChoices):
    """Why a partner declines; a decline needs one."""

    FULL = "full", _("No place free")
    NOT_ELIGIBLE = "not_eligible", _("The service is not for this person")
    NEED_NOT_MET = "need_not_met", _("We can't meet this need")
    NOT_SAFE = "not_safe", _("We can't keep this person safe")
    LANGUAGE = "language", _("We lack the language")
    CONFLICT = "conflict", _("Conflict of interest")
    OTHER = "other", _("Other")


@transaction.atomic
def draft_referral(
    *, actor: Actor, case_id: UUID, service_id: UUID, fields: Sequence[str], note: str = ""
) -> Referral:
    """Prepare a referral with the chosen fields ("identity.chosen_name"); nothing leaves the case yet.

    Raises NotVisible, NotAllowed; Invalid at `service`, `fields` or `note`, and at each field that is unknown, never
    shared or empty.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    service = Service.objects.select_related("team").filter(pk=service_id, active=True).first()
    if service is None or service.team_id == file.case.team_id:
        raise Invalid({"service": [_("Choose a partner's service.")]})
    if not fields:
        raise Invalid({"fields": [_("Choose at least one field.")]})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": [_("Use at most 2000 characters.")]})
    choose(fields, file.documents)
    referral = Referral(
        case=file.case, service=service, created_by=actor.user, created_on=timezone.localdate()
    )
    draft = padded_json({"fields": list(dict.fromkeys(fields)), "note": note.strip()})
    referral.sealed_draft = file.opened.seal("referral-draft", referral.pk, content=draft)
    referral.save(force_insert=True)
    audit.record("referral.drafted", actor=actor, object=file.opened.object, referral=referral.pk)
    return referral


@transaction.atomic
def send_referral(*, actor: Actor, referral_id: UUID) -> Referral:
    """Make the packet from what the case says now, seal it to the partner's team, and send it.

    Raises NotVisible, NotAllowed, WrongState; Refused without a consent that holds for this partner; Invalid where
    a chosen field has become empty.
    """
    file = open_case_file(actor, _case_of(referral_id), level=Level.WRITE, lock=True)
    referral = _locked(referral_id)
    state = after(referral.state, Step.SEND)
    partner = referral.service.team
    if file.consent_for(Purpose.SHARE, partner.organisation_id) is None:
        raise Refused(
            _("There is no consent to share with %(partner)s. Record it first; nothing was sent.")
            % {"partner": partner.organisation.name}
        )
    draft = read_draft(file, referral)
    content = {"fields": choose(draft["fields"], file.documents), "note": draft["note"]}
    opened, share = found_object(actor=actor, kind=Kind.PACKET, grants=[(partner, Level.READ)])
    Packet.objects.create(
        object=opened.object,
        referral=referral,
        team=partner,
        sealed=opened.seal("packet", referral.pk, content=padded_json(content)),
    )
    referral.state, referral.sent_at = state, timezone.now()
    referral.sealed_share = file.opened.seal("packet-share", referral.pk, content=share)
    referral.save(update_fields=["state", "sent_at", "sealed_share"])
    audit.record(
        "referral.sent", actor=actor, object=file.opened.object, referral=referral.pk, packet=opened.object.pk
    )
    return referral


def read_draft(file: CaseFile, referral: Referral) -> dict[str, list[str] | str]:
    """The chosen fields and the note: {"fields": [...], "note": ...}."""
    draft: dict[str, list[str] | str] = json.loads(
        file.opened.unseal("referral-draft", referral.pk, sealed=referral.sealed_draft)
    )
    return draft


@transaction.atomic
def open_packet(*, actor: Actor, packet_id: UUID) -> tuple[Packet, OpenObject]:
    """Open a packet as the partner; the first time, the sender learns that it was received.

    Raises NotVisible; NotAllowed unless the actor is a focal point of the receiving team.
    """
    packet, opened = _packet_of(actor, packet_id)
    if packet.referral.state == Referral.State.SENT:
        packet.referral.state = after(packet.referral.state, Step.RECEIVE)
        packet.referral.save(update_fields=["state"])
    audit.record("packet.read", actor=actor, object=opened.object)
    return packet, opened


@transaction.atomic
def accept_referral(*, actor: Actor, packet_id: UUID, note: str = "") -> Referral:
    """Accept, as the partner. Raises NotVisible, NotAllowed, WrongState, Invalid at `note`."""
    return _answer(actor, packet_id, Step.ACCEPT, {"note": note.strip()})


@transaction.atomic
def decline_referral(*, actor: Actor, packet_id: UUID, reason: str, note: str = "") -> Referral:
    """Decline, as the partner. Raises NotVisible, NotAllowed, WrongState, Invalid at `reason` or `note`."""
    if reason not in DeclineReason.values:
        raise Invalid({"reason": [_("Choose a reason from the list.")]})
    return _answer(actor, packet_id, Step.DECLINE, {"reason": reason, "note": note.strip()})


def _answer(actor: Actor, packet_id: UUID, step: Step, answer: dict[str, str]) -> Referral:
    if len(answer["note"]) > NOTE_LENGTH:
        raise Invalid({"note": [_("Use at most 2000 characters.")]})
    packet, opened = _packet_of(actor, packet_id)
    referral = packet.referral
    referral.state, referral.decided_at = after(referral.state, step), timezone.now()
    referral.save(update_fields=["state", "decided_at"])
    packet.sealed_answer = opened.seal("packet-answer", referral.pk, content=padded_json(answer))
    packet.save(update_fields=["sealed_answer"])
    audit.record(f"referral.{referral.state}", actor=actor, object=opened.object, referral=referral.pk)
    return referral


def _packet_of(actor: Actor, packet_id: UUID) -> tuple[Packet, OpenObject]:
    opened = open_object(actor, packet_id, Kind.PACKET)
    packet = Packet.objects.get(pk=packet_id)
    if not actor.has_role(Role.FOCAL_POINT, team_id=packet.team_id):
        raise NotAllowed
    packet.referral = _locked(packet.referral_id)
    return packet, opened


@transaction.atomic
def withdraw_referral(*, actor: Actor, referral_id: UUID) -> Referral:
    """Take a referral back before it is accepted; the packet's key is destroyed at once.

    Raises NotVisible, NotAllowed, WrongState.
    """
    file = open_case_file(actor, _case_of(referral_id), level=Level.WRITE, lock=True)
    referral = _locked(referral_id)
    _withdraw(file, referral)
    return referral


def _withdraw(file: CaseFile, referral: Referral) -> None:
    referral.state = after(referral.state, Step.WITHDRAW)
    referral.sealed_share = None
    referral.save(update_fields=["state", "sealed_share"])
    packet = SealedObject.objects.filter(packet__referral=referral).first()
    if packet is not None:
        destroy_object(actor=file.actor, object=packet)
    audit.record("referral.withdrawn", actor=file.actor, object=file.opened.object, referral=referral.pk)


@consent_withdrawn.register
def stop_what_rested_on(file: CaseFile, consent: ConsentDocument) -> None:
    """Without consent to share with a partner, referrals it has not accepted stop and their packets close."""
    if consent.purpose != Purpose.SHARE:
        return
    referrals = Referral.objects.select_for_update(of=("self",)).filter(
        case=file.case, service__team__organisation=consent.recipient
    )
    for referral in referrals:
        if Step.WITHDRAW in allowed(referral.state):
            _withdraw(file, referral)


def _case_of(referral_id: UUID) -> UUID:
    """The case is locked before its referrals: withdrawing a consent does it in this order too."""
    case_id: UUID | None = Referral.objects.filter(pk=referral_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotVisible
    return case_id


def _locked(referral_id: UUID) -> Referral:
    """The row, locked until commit. Raises NotVisible where there is none."""
    row = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("service__team__organisation", "case")
        .filter(pk=referral_id)
        .first()
    )
    if row is None:
        raise NotVisible
    return row
