"""Preparing a referral, and sending it."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.documents.attachments import OpenedDocument
from casework.models import Case
from core import audit
from core.access import KEPT_OUT, found_object
from core.actor import Actor
from core.errors import Invalid, NotVisible, Refused, WrongState
from core.marks import is_kept_out
from core.models import Kind, Level
from core.padded import padded_json
from referrals.basis import basis_for, last_day
from referrals.duplicates import require_first
from referrals.enclosures import chosen_documents
from referrals.exchange import found_exchange
from referrals.gates import require_open
from referrals.models import Packet, Referral, Service
from referrals.packets import seal_content
from referrals.safe_contact import packet_fields
from referrals.services.enclosing import Copy, enclose, stored_copies
from referrals.services.places import place_was_used
from referrals.taxonomy import answer_within
from referrals.transitions import Step, after

NOTE_LENGTH = 2000  # characters


@transaction.atomic
def draft_referral(
    *,
    actor: Actor,
    case_id: UUID,
    service_id: UUID,
    fields: Sequence[str],
    note: str = "",
    documents: Sequence[UUID] = (),
) -> Referral:
    """Prepare a referral with the chosen fields ("identity.chosen_name") and documents; nothing leaves the case yet.

    Raises NotVisible, NotAllowed; Invalid at `service`, `fields`, `documents` or `note`, and at each field that is
    unknown, never shared or empty; Refused for a partner that is kept out of the case, and with what is missing
    (GateClosed) where a child's protection stands against it; WrongState for a closed case.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    require_not_closed(file)
    service = (
        Service.objects.select_related("team", "organisation").filter(pk=service_id, active=True).first()
    )
    if service is None or service.team_id == file.case.team_id:
        raise Invalid({"service": [_("Choose a partner's service.")]})
    if not fields:
        raise Invalid({"fields": [_("Choose at least one field.")]})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": [_("Use at most 2000 characters.")]})
    packet_fields(file, fields)
    chosen = chosen_documents(file, documents)
    if is_kept_out(file.case.pk, service.organisation):
        raise Refused(KEPT_OUT)
    require_open(file, service)
    referral = Referral(
        case=file.case, service=service, created_by=actor.user, created_on=timezone.localdate()
    )
    draft = {
        "fields": list(dict.fromkeys(fields)),
        "note": note.strip(),
        "documents": [str(each.id) for each in chosen],
    }
    referral.sealed_draft = file.opened.seal("referral-draft", referral.pk, content=padded_json(draft))
    referral.save(force_insert=True)
    audit.record("referral.drafted", actor=actor, object=file.opened.object, referral=referral.pk)
    return referral


def send_referral(*, actor: Actor, referral_id: UUID, again: str = "") -> Referral:
    """Make the packet from what the case says now, seal it to the partner's team, and send it.

    It rests on a consent that holds for this partner and service, or else on a legal ground, which the packet names.
    With a number or an address go the rules of safe contact. Whoever is kept out of the case is kept out of the packet.
    Of the chosen documents go copies without what is hidden in them; they are made before the transaction, and gone
    where it fails. Raises NotVisible, NotAllowed, WrongState; Refused without either, and as `draft_referral` does,
    and where of a document no such copy can be made; Invalid where a chosen field has become empty, or a document is
    not there any more. Where another one to the same service is still open, `again` says why there is to be a second:
    without that it is Refused (SentAlready).
    """
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE)
    referral = Referral.objects.get(pk=referral_id)
    after(referral.state, Step.SEND)
    with stored_copies(file, documents_of(file, read_draft(file, referral))) as copies:
        return _send(actor, referral_id, copies, again)


@transaction.atomic
def _send(actor: Actor, referral_id: UUID, copies: list[Copy], again: str) -> Referral:
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    require_not_closed(file)
    referral = locked_referral(referral_id)
    state = after(referral.state, Step.SEND)
    require_active(referral.service)
    partner = referral.service.team
    if partner is None:
        raise Refused(_("This service does not work with Hearth. Choose another way to reach it."))
    require_open(file, referral.service)
    require_first(file, referral, again)
    note_why_again(file, referral, again)
    basis = basis_for(file, referral.service)
    if basis is None:
        raise Refused(
            _("There is no consent to share with %(partner)s. Record it first; nothing was sent.")
            % {"partner": referral.service.organisation.name}
        )
    draft = read_draft(file, referral)
    content = {**packet_fields(file, draft["fields"]), "note": draft["note"], **basis.for_partner}
    content["documents"] = [str(copy.document.id) for copy in copies]
    opened, share = found_object(
        actor=actor,
        kind=Kind.PACKET,
        grants=[(partner, Level.READ)],
        keeps_out_as=file.opened.object,
    )
    packet = Packet(object=opened.object, referral=referral, team=partner)
    packet.sealed = seal_content(packet, opened, content)
    packet.save(force_insert=True)
    found_exchange(file, referral, opened)
    enclose(file, packet, opened, copies=copies, documents=documents_of(file, draft))
    referral.state, referral.sent_at = state, timezone.now()
    referral.answer_by = referral.sent_at + answer_within(referral.service.type)
    referral.exception = basis.exception.approval if basis.exception else None
    referral.ends_on = None if basis.exception else last_day(file, referral.service)
    referral.sealed_share = file.opened.seal("packet-share", referral.pk, content=share)
    referral.save(update_fields=["state", "sent_at", "answer_by", "ends_on", "exception", "sealed_share"])
    place_was_used(file, referral)
    audit.record(
        "referral.sent",
        actor=actor,
        object=file.opened.object,
        referral=referral.pk,
        packet=opened.object.pk,
        basis=basis.for_partner["basis"],
        documents=len(copies),
    )
    return referral


def require_not_closed(file: CaseFile) -> None:
    """Nobody would follow up what comes of it."""
    if file.case.state == Case.State.CLOSED:
        raise WrongState(_("The case is closed. Reopen it first."))


def require_active(service: Service) -> None:
    """It may have closed since the draft was made: nobody would answer."""
    if not service.active:
        raise WrongState(_("This service has closed."))


def read_draft(file: CaseFile, referral: Referral) -> dict[str, list[str] | str]:
    """The choice: {"fields": [...], "note": ..., "documents": [ids]}; one from before documents lacks these."""
    draft: dict[str, list[str] | str] = json.loads(
        file.opened.unseal("referral-draft", referral.pk, sealed=referral.sealed_draft)
    )
    return draft


def note_why_again(file: CaseFile, referral: Referral, again: str) -> None:
    """Put into the choice why there is a second one to the same service, inside the caller's transaction."""
    if again.strip():
        draft = padded_json({**read_draft(file, referral), "again": again.strip()})
        referral.sealed_draft = file.opened.seal("referral-draft", referral.pk, content=draft)
        referral.save(update_fields=["sealed_draft"])


def documents_of(file: CaseFile, draft: Mapping[str, list[str] | str]) -> list[OpenedDocument]:
    """The documents that a draft names. Raises Invalid at `documents` where one is not there any more; Tampered."""
    return chosen_documents(file, [UUID(each) for each in draft.get("documents", ())])


def case_of(referral_id: UUID) -> UUID:
    """The case is locked before its referrals: withdrawing a consent does it in this order too."""
    case_id: UUID | None = Referral.objects.filter(pk=referral_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotVisible
    return case_id


def locked_referral(referral_id: UUID) -> Referral:
    """The row, locked until commit. Raises NotVisible where there is none."""
    row = (
        Referral.objects.select_for_update(of=("self",))
        .select_related("service__organisation", "service__team", "case__object")
        .filter(pk=referral_id)
        .first()
    )
    if row is None:
        raise NotVisible
    return row
