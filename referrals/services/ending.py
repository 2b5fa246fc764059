"""How a referral ends when the sender takes it back, or when nothing allows it any more.

Not accepted yet, it stops and its packet's key is destroyed; accepted, it goes to a recorded handover. Nobody who is
told of it learns more than that it happened.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile, open_case_file
from casework.consents import ConsentDocument, Purpose
from casework.models import Approval
from casework.services.consents import consent_given, consent_withdrawn
from casework.services.exceptions import exception_ended
from casework.services.keeping_out import case_keeps_out
from core import audit, notices
from core.access import destroy_object, open_with_share
from core.actor import Actor
from core.errors import Invalid, WrongState
from core.keeping_out import copy_kept_out
from core.marks import is_kept_out, kept_out_among
from core.models import Grant, Level, Role, User
from referrals.basis import last_day
from referrals.handovers import HandoverAnswer, HandoverDocument, read_answer, seal_record
from referrals.models import Handover, OneTimePacket, Packet, Referral
from referrals.services.emptying import close_one_time
from referrals.services.sending import case_of, locked_referral
from referrals.transitions import Step, after, allowed

TAKEN_BACK = notices.define("referral_taken_back", _("A referral to your team was taken back"))
HANDOVER = notices.define(
    "handover_opened", _("Consent has ended for something that your team has accepted: agree how it ends")
)
HANDED_OVER = notices.define("handover_closed", _("Something that your team had accepted is closed"))

ACCEPTED = frozenset({Referral.State.ACCEPTED, Referral.State.IN_PROGRESS, Referral.State.COMPLETED})


@transaction.atomic
def withdraw_referral(*, actor: Actor, referral_id: UUID) -> Referral:
    """Take a referral back before it is accepted; the packet's key is destroyed at once.

    Raises NotVisible, NotAllowed, WrongState.
    """
    open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    referral = locked_referral(referral_id)
    _take_back(referral, actor)
    return referral


def _take_back(referral: Referral, actor: Actor | None) -> None:
    referral.state = after(referral.state, Step.WITHDRAW)
    referral.save(update_fields=["state"])
    close_packet(referral, actor, TAKEN_BACK)
    audit.record("referral.withdrawn", actor=actor, object=referral.case.object, referral=referral.pk)


def close_packet(referral: Referral, actor: Actor | None, what: str) -> None:
    """Destroy the key of the packet, if there is one, and tell whoever could open it; and what waits behind a link."""
    close_one_time(referral, actor)
    packet = Packet.objects.select_related("object").filter(referral=referral).first()
    if packet is None or referral.sealed_share is None:
        return
    tell_partner(packet, what)
    referral.sealed_share = None
    referral.save(update_fields=["sealed_share"])
    destroy_object(actor=actor, object=packet.object)


def tell_partner(packet: Packet, what: str, *, still_there: bool = False, again: bool = True) -> None:
    """Tell whoever of the partner can open the packet, inside the caller's transaction; `again` as in notices.

    Nobody can once the partner has declined.
    """
    if not Grant.objects.filter(object=packet.pk).exists():
        return
    people = User.objects.filter(
        memberships__team=packet.team_id, memberships__role=Role.FOCAL_POINT, is_active=True
    )
    out = kept_out_among(packet.pk, people)
    told = [person.pk for person in people if person.pk not in out]
    notices.tell(told, what, object=packet.object if still_there else None, again=again)


# --- when nothing allows it any more ----------------------------------------------------------------------------


def end_without_ground(referral: Referral, actor: Actor | None) -> None:
    """What becomes of a referral without a ground: by how far it has come."""
    if Step.WITHDRAW in allowed(referral.state):
        _take_back(referral, actor)
    elif referral.state in ACCEPTED:
        _open_handover(referral, actor)
    else:  # declined or expired: the packet would still open
        close_packet(referral, actor, TAKEN_BACK)


def _open_handover(referral: Referral, actor: Actor | None) -> None:
    _row, made = Handover.objects.get_or_create(referral=referral, defaults={"opened_at": timezone.now()})
    if made:
        close_one_time(referral, actor)
        # Without a packet the partner does not work with Hearth: whoever carries the case talks to it.
        for packet in Packet.objects.select_related("object").filter(referral=referral):
            tell_partner(packet, HANDOVER, still_there=True)
        audit.record("handover.opened", actor=actor, object=referral.case.object, referral=referral.pk)


@consent_withdrawn.register
def stop_what_rested_on(file: CaseFile, consent: ConsentDocument) -> None:
    """End the referrals that this consent let out, but those to which another one that holds applies as well."""
    if consent.purpose != Purpose.SHARE or consent.recipient is None:
        return
    # One whose exception was refused rests on consent alone: without it, it would have ended then.
    rests_on_consent = Q(exception=None) | Q(exception__state=Approval.State.REFUSED)
    referrals = Referral.objects.filter(
        rests_on_consent, case=file.case, service__organisation=consent.recipient
    )
    if consent.scope.service is not None:
        referrals = referrals.filter(service=consent.scope.service)
    for referral in _locked(referrals.values_list("pk", flat=True)):
        if file.consent_for(Purpose.SHARE, consent.recipient, referral.service_id) is None:
            end_without_ground(referral, file.actor)
        else:
            note_last_day(file, referral)


@exception_ended.register
def stop_what_was_sent_without_consent(file: CaseFile, exception: ApprovalDocument) -> None:
    """End the referral that rested on the exception, unless the survivor has consented meanwhile."""
    rested = Referral.objects.filter(case=file.case, exception=exception.approval)
    for referral in _locked(rested.values_list("pk", flat=True)):
        partner = referral.service.organisation_id
        if file.consent_for(Purpose.SHARE, partner, referral.service_id) is None:
            end_without_ground(referral, file.actor)
        else:
            note_last_day(file, referral)


@consent_given.register
def go_on_for_as_long(file: CaseFile, consent: ConsentDocument) -> None:
    """What rests on consent to share now lasts as long as this one, if it lasts longer than the one before."""
    if consent.purpose != Purpose.SHARE or consent.recipient is None:
        return
    lasting = Referral.objects.filter(
        case=file.case, service__organisation=consent.recipient, ends_on__isnull=False
    )
    if consent.scope.service is not None:
        lasting = lasting.filter(service=consent.scope.service)
    for referral in _locked(lasting.values_list("pk", flat=True)):
        note_last_day(file, referral)


def note_last_day(file: CaseFile, referral: Referral) -> None:
    """Write down until when the consent holds that the referral rests on: the task that ends it has no key to look."""
    referral.ends_on = last_day(file, referral.service)
    referral.save(update_fields=["ends_on"])


@case_keeps_out.register
def keep_out_of_packets(file: CaseFile) -> None:
    """Whoever the case keeps out is kept out of what was sent of it."""
    packets = Packet.objects.filter(referral__case=file.case, referral__sealed_share__isnull=False)
    for packet in packets.select_related("object"):
        copy_kept_out(actor=file.actor, source=file.opened.object, target=packet.object)
    waiting = OneTimePacket.objects.filter(referral__case=file.case, sealed__isnull=False)
    for row in waiting.select_related("referral__service__organisation"):
        if is_kept_out(file.case.pk, row.referral.service.organisation):
            referral = locked_referral(row.referral_id)
            if Step.WITHDRAW in allowed(referral.state):
                _take_back(referral, file.actor)
            else:  # accepted or declined by phone
                close_one_time(referral, file.actor)


def _locked(ids: Iterable[UUID]) -> list[Referral]:
    return [locked_referral(id) for id in ids]


# --- handing over ----------------------------------------------------------------------------------------------


@transaction.atomic
def close_handover(*, actor: Actor, referral_id: UUID, note: str = "") -> Handover:
    """Close it, as the sender: the partner's answer moves under the case key, and the packet's key is destroyed.

    Raises NotVisible, NotAllowed; WrongState where there is none, or it is closed; Invalid at `note` where the
    partner has not answered and nothing says what was agreed.
    """
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    referral = locked_referral(referral_id)
    row = Handover.objects.select_for_update().filter(referral=referral, closed_at=None).first()
    outside = referral.way != Referral.Way.HEARTH
    if row is None or (referral.sealed_share is None and not outside):
        raise WrongState
    if row.answered_at is None and not note.strip():
        raise Invalid({"note": [_("The partner has not answered. Say what was agreed, and how.")]})
    document = HandoverDocument(row, HandoverAnswer()) if outside else _as_answered(file, referral, row)
    row.sealed, row.sealed_record = None, seal_record(file, document, note)
    row.closed_at = timezone.now()
    row.save(update_fields=["sealed", "sealed_record", "closed_at"])
    close_packet(referral, actor, HANDED_OVER)
    audit.record("handover.closed", actor=actor, object=file.opened.object, referral=referral.pk)
    return row


def _as_answered(file: CaseFile, referral: Referral, row: Handover) -> HandoverDocument:
    assert referral.sealed_share is not None
    packet = Packet.objects.select_related("object").get(referral=referral)
    share = file.opened.unseal("packet-share", referral.pk, sealed=referral.sealed_share)
    return read_answer(row, open_with_share(packet.object, share))
