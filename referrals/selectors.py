"""What referrals read: each function takes the Actor that reads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from casework.case_file import CaseFile, open_case_file
from casework.models import Case
from casework.record.documents import choose, display
from casework.record.fields import Field, Section
from casework.record.sections import section as declared
from casework.services.consents import Purpose
from core import audit
from core.access import OpenObject, open_with_share
from core.actor import Actor
from core.errors import NotVisible
from core.models import Team
from referrals.models import Packet, Referral, Service
from referrals.services import DeclineReason, open_packet, read_draft


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """What a partner reads, and its answer."""

    fields: Mapping[str, Mapping[str, Any]]
    note: str
    reason: str
    answer: str

    @property
    def sections(self) -> list[tuple[Section, list[tuple[Field, str]]]]:
        """The chosen fields as people read them, by section."""
        return [(declared(name), display(declared(name), values)) for name, values in self.fields.items()]

    @property
    def reason_label(self) -> str:
        """The decline reason as people read it; empty where there is none."""
        return str(DeclineReason(self.reason).label) if self.reason else ""


@dataclass(frozen=True, slots=True)
class ReferralDocument:
    """A referral as its sender sees it: the packet once sent, the choice of fields before."""

    referral: Referral
    packet: PacketDocument | None
    fields: list[str]
    note: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the partner would read, and whether there is a consent today to share it with them."""

    packet: PacketDocument
    consented: bool


def services_for(team_ids: frozenset[UUID]) -> QuerySet[Service]:
    """The services that these teams can refer to: every active one of another team."""
    return Service.objects.filter(active=True).exclude(team__in=team_ids).select_related("team__organisation")


def referrals_of(actor: Actor) -> QuerySet[Referral]:
    """The referrals of the cases that the actor may see, newest first."""
    visible = Case.objects.visible_to(actor).order_by().values("pk")
    return (
        Referral.objects.filter(case__in=visible)
        .select_related("case", "service__team__organisation", "packet")
        .order_by("-created_on", "-pk")
    )


def inbox_of(actor: Actor) -> QuerySet[Packet]:
    """The packets sealed to the actor's teams, newest first."""
    return Packet.objects.visible_to(actor).select_related(
        "referral__service", "referral__case__team__organisation"
    )


def read_referral(actor: Actor, referral_id: UUID) -> ReferralDocument:
    """Open one as its sender. Raises NotVisible or Tampered."""
    referral = referrals_of(actor).filter(pk=referral_id).first()
    if referral is None:
        raise NotVisible
    file = open_case_file(actor, referral.case_id)
    draft = read_draft(file, referral)
    packet = _as_sender(file, referral)
    audit.record("referral.read", actor=actor, object=file.opened.object, referral=referral.pk)
    return ReferralDocument(referral, packet, list(draft["fields"]), str(draft["note"]))


def preview_referral(actor: Actor, document: ReferralDocument) -> Preview:
    """What a draft would send now.

    Raises NotVisible or Tampered; Invalid at each chosen field that has become empty.
    """
    file = open_case_file(actor, document.referral.case_id)
    partner = document.referral.service.team.organisation_id
    return Preview(
        PacketDocument(choose(document.fields, file.documents), document.note, "", ""),
        consented=file.consent_for(Purpose.SHARE, partner) is not None,
    )


def _as_sender(file: CaseFile, referral: Referral) -> PacketDocument | None:
    """The packet through G as it lies under the case key; None before sending and after its key is destroyed."""
    if referral.sealed_share is None:
        return None
    packet = Packet.objects.select_related("object").get(referral=referral)
    share = file.opened.unseal("packet-share", referral.pk, sealed=referral.sealed_share)
    return _read(packet, open_with_share(packet.object, share))


def read_packet(actor: Actor, packet_id: UUID) -> tuple[Packet, PacketDocument]:
    """Open one as the partner, which tells the sender that it was received. Raises NotVisible, NotAllowed, Tampered."""
    packet, opened = open_packet(actor=actor, packet_id=packet_id)
    return packet, _read(packet, opened)


def _read(packet: Packet, opened: OpenObject) -> PacketDocument:
    content = json.loads(opened.unseal("packet", packet.referral_id, sealed=packet.sealed))
    answer = {}
    if packet.sealed_answer is not None:
        answer = json.loads(opened.unseal("packet-answer", packet.referral_id, sealed=packet.sealed_answer))
    return PacketDocument(
        content["fields"], content["note"], answer.get("reason", ""), answer.get("note", "")
    )


def sending_team(packet: Packet) -> Team:
    """Whom the packet comes from."""
    return packet.referral.case.team
