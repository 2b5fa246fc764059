"""What referrals read: each function takes the Actor that reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from casework.case_file import CaseFile, open_case_file
from casework.children import Missing
from casework.documents.attachments import OpenedDocument
from casework.documents.reading import preview_document
from casework.documents.workshop import Made
from casework.models import Case
from casework.record.documents import display
from casework.record.fields import Field, Section
from casework.record.sections import section as declared
from core import audit
from core.access import OpenObject, open_with_share
from core.actor import Actor
from core.errors import NotVisible
from referrals.basis import CONSENT, Basis, basis_for, basis_label
from referrals.enclosures import EnclosedDocument, as_planned, chosen_documents, read_enclosures
from referrals.exchange import ExchangeDocument, read_exchange
from referrals.exchange_rules import PARTNER, SENDER
from referrals.gates import missing_of
from referrals.handovers import HandoverAnswer, HandoverDocument, handover_of, read_answer, read_record
from referrals.models import Packet, Referral, Service
from referrals.packets import read_content
from referrals.safe_contact import packet_fields, unasked
from referrals.services import DeclineReason, open_packet, read_draft


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """What a partner reads, and its answer; `basis` is consent or a legal ground, `reference` that of an order.

    Of a draft the `documents` are those of the case, of which the partner gets copies.
    """

    fields: Mapping[str, Mapping[str, Any]]
    note: str
    reason: str = ""
    answer: str = ""
    basis: str = CONSENT
    reference: str = ""
    handover: HandoverDocument | None = None
    quiet_times: Sequence[str] = ()
    documents: Sequence[EnclosedDocument] = ()
    exchange: ExchangeDocument | None = None
    changed: Sequence[str] = ()

    @property
    def changed_labels(self) -> list[str]:
        """The fields that say something else than in the version before, or are new or gone."""
        places = (path.split(".", 1) for path in self.changed)
        return [str(field.label) for section, name in places if (field := declared(section).get(name))]

    @property
    def unasked(self) -> list[str]:
        """The ways to get in touch of which it is not known whether they are safe."""
        return unasked(self.fields)

    @property
    def sections(self) -> list[tuple[Section, list[tuple[Field, str]]]]:
        """The chosen fields as people read them, by section."""
        return [(declared(name), display(declared(name), values)) for name, values in self.fields.items()]

    @property
    def reason_label(self) -> str:
        """The decline reason as people read it; empty where there is none."""
        return str(DeclineReason(self.reason).label) if self.reason else ""

    @property
    def basis_label(self) -> str:
        """The legal ground as people read it; empty where the survivor has consented."""
        return basis_label(self.basis)


@dataclass(frozen=True, slots=True)
class ReferralDocument:
    """A referral as its sender sees it: the packet while it opens, and what was chosen for it before and after."""

    referral: Referral
    packet: PacketDocument | None
    fields: list[str]
    documents: list[UUID]
    note: str
    handover: HandoverDocument | None
    exchange: ExchangeDocument | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the partner would read, what allows it today, and what of a child's protection stands against it."""

    packet: PacketDocument
    basis: Basis | None
    missing: list[Missing]


def services_for(team_ids: frozenset[UUID]) -> QuerySet[Service]:
    """The services that these teams can refer to: every active one of another team."""
    return (
        Service.objects.filter(active=True)
        .exclude(team__in=team_ids)
        .select_related("organisation", "team__organisation")
    )


def referrals_of(actor: Actor) -> QuerySet[Referral]:
    """The referrals of the cases that the actor may see, newest first."""
    visible = Case.objects.visible_to(actor).order_by().values("pk")
    return (
        Referral.objects.filter(case__in=visible)
        .select_related("case", "service__organisation", "service__team__organisation", "packet", "handover")
        .order_by("-created_on", "-pk")
    )


def inbox_of(actor: Actor) -> QuerySet[Packet]:
    """The packets sealed to the actor's teams, newest first."""
    return Packet.objects.visible_to(actor).select_related(
        "referral__service", "referral__case__team__organisation", "referral__handover"
    )


def read_referral(actor: Actor, referral_id: UUID) -> ReferralDocument:
    """Open one as its sender. Raises NotVisible or Tampered."""
    referral = referrals_of(actor).filter(pk=referral_id).first()
    if referral is None:
        raise NotVisible
    file = open_case_file(actor, referral.case_id)
    draft = read_draft(file, referral)
    packet = _as_sender(file, referral)
    handover = packet.handover if packet else _handover_without_packet(file, referral)
    audit.record("referral.read", actor=actor, object=file.opened.object, referral=referral.pk)
    documents = [UUID(each) for each in draft.get("documents", ())]
    exchange = read_exchange(actor, referral.pk, SENDER, file.opened)
    return ReferralDocument(
        referral, packet, list(draft["fields"]), documents, str(draft["note"]), handover, exchange
    )


def _handover_without_packet(file: CaseFile, referral: Referral) -> HandoverDocument | None:
    row = handover_of(referral.pk)
    if row is not None and row.closed_at is None and referral.way != Referral.Way.HEARTH:
        return HandoverDocument(row, HandoverAnswer())  # whom the packet's key tells nothing
    return read_record(file, row) if row is not None and row.closed_at else None


def preview_referral(actor: Actor, document: ReferralDocument) -> Preview:
    """What a draft would send now.

    Raises NotVisible or Tampered; Invalid at each chosen field that has become empty, and at `documents` where one is
    not there any more.
    """
    file = open_case_file(actor, document.referral.case_id)
    service = document.referral.service
    planned = [as_planned(each) for each in chosen_documents(file, document.documents)]
    return Preview(
        PacketDocument(**packet_fields(file, document.fields), note=document.note, documents=planned),
        basis=basis_for(file, service),
        missing=missing_of(file, service),
    )


def preview_planned(
    actor: Actor, referral_id: UUID, document_id: UUID, page: int
) -> tuple[ReferralDocument, OpenedDocument, Made]:
    """A picture of one page (from 1) of a document that a draft names, as the partner would get it.

    Raises NotVisible, also once it is sent; Tampered, NotPossible.
    """
    draft = read_referral(actor, referral_id)
    if draft.referral.state != Referral.State.DRAFT or document_id not in draft.documents:
        raise NotVisible
    document, made = preview_document(actor, draft.referral.case_id, document_id, page, as_copied=True)
    return draft, document, made


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
    exchange = read_exchange(actor, packet.referral_id, PARTNER, opened)
    return packet, replace(_read(packet, opened), exchange=exchange)


def _read(packet: Packet, opened: OpenObject) -> PacketDocument:
    content = read_content(packet, opened)
    content["changed"] = tuple(content.get("changed", ()))
    if packet.sealed_answer is not None:
        answer = json.loads(opened.unseal("packet-answer", packet.referral_id, sealed=packet.sealed_answer))
        content |= {"answer": answer["note"], "reason": answer.get("reason", "")}
    content["documents"] = read_enclosures(packet, opened, content.get("documents", ()))
    row = handover_of(packet.referral_id)
    return PacketDocument(**content, handover=read_answer(row, opened) if row else None)
