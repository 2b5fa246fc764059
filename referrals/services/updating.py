"""A new version of a packet: what the case says now, for a partner that has the referral already."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.consents import Purpose
from casework.exceptions import exceptions_for
from core import audit, notices
from core.access import KEPT_OUT, open_with_share
from core.actor import Actor
from core.errors import Invalid, Refused, WrongState
from core.marks import is_kept_out
from core.models import Level
from core.padded import padded_json
from referrals.basis import Basis
from referrals.gates import require_open
from referrals.models import Handover, Packet, Referral
from referrals.packets import read_content, seal_content
from referrals.safe_contact import packet_fields
from referrals.services.ending import tell_partner
from referrals.services.sending import NOTE_LENGTH, case_of, locked_referral, read_draft, require_not_closed

UPDATED = notices.define("packet_updated", _("Something that was sent to your team has a newer version"))

CAN_BE_UPDATED = frozenset(
    {Referral.State.SENT, Referral.State.RECEIVED, Referral.State.ACCEPTED, Referral.State.IN_PROGRESS}
)


@transaction.atomic
def update_packet(*, actor: Actor, referral_id: UUID, fields: Sequence[str], note: str = "") -> Packet:
    """Give the partner these fields as the case says them now, in the place of what it could read; it is told.

    Documents stay as they were sent. Raises NotVisible, NotAllowed; WrongState where the referral has ended or is to
    be ended; Refused, as sending is, where neither consent nor the ground that it was sent on holds, and for whoever
    is kept out meanwhile; GateClosed; Invalid at `fields` or `note`, also where nothing would change.
    """
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    require_not_closed(file)
    referral = locked_referral(referral_id)
    if not can_be_updated(referral) or referral.sealed_share is None:
        raise WrongState
    if not fields:
        raise Invalid({"fields": [_("Choose at least one field.")]})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": [_("Use at most 2000 characters.")]})
    if is_kept_out(file.case.pk, referral.service.organisation):
        raise Refused(KEPT_OUT)
    require_open(file, referral.service)
    basis = _still_on(file, referral)
    packet: Packet = (
        Packet.objects.select_for_update(of=("self",)).select_related("object").get(referral=referral)
    )
    share = file.opened.unseal("packet-share", referral.pk, sealed=referral.sealed_share)
    opened = open_with_share(packet.object, share)
    before = read_content(packet, opened)
    content = {**packet_fields(file, fields), "note": note.strip(), **basis.for_partner}
    changed = _changed(before, content)
    if content == {name: before[name] for name in before if name not in ("documents", "changed")}:
        raise Invalid({"fields": [_("This is what the partner reads already.")]})
    kept = {name: before[name] for name in ("documents",) if name in before}
    now = timezone.now()
    packet.version, packet.updated_at = packet.version + 1, now
    packet.sealed = seal_content(packet, opened, {**content, **kept, "changed": changed})
    packet.save(update_fields=["version", "updated_at", "sealed"])
    _note_choice(file, referral, fields, note, packet)
    tell_partner(packet, UPDATED, still_there=True)
    audit.record(
        "packet.updated",
        actor=actor,
        object=file.opened.object,
        referral=referral.pk,
        version=packet.version,
    )
    return packet


def can_be_updated(referral: Referral) -> bool:
    """Whether the partner can still be given a newer version."""
    to_be_ended = Handover.objects.filter(referral=referral).exists()
    through_hearth = referral.way == Referral.Way.HEARTH
    return through_hearth and referral.state in CAN_BE_UPDATED and not to_be_ended


def _still_on(file: CaseFile, referral: Referral) -> Basis:
    """The very ground that it was sent on, as long as that holds; else consent.

    Not a consent beside a ground that holds: its end would not end what rests on the ground.
    """
    partner = referral.service.organisation_id
    for each in exceptions_for(file, partner, referral.service_id):
        if each.approval.pk == referral.exception_id:
            return Basis(exception=each)
    if consent := file.consent_for(Purpose.SHARE, partner, referral.service_id):
        return Basis(consent=consent)
    raise Refused(
        _("There is no consent to share with %(partner)s. Record it first; nothing was sent.")
        % {"partner": referral.service.organisation.name}
    )


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields that are new, gone or say something else, as "section.field"."""
    old, new = (
        {
            f"{section}.{name}": value
            for section, values in each["fields"].items()
            for name, value in values.items()
        }
        for each in (before, after)
    )
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def _note_choice(
    file: CaseFile, referral: Referral, fields: Sequence[str], note: str, packet: Packet
) -> None:
    """What was chosen before stays in the case: what a partner has read can't be taken back."""
    draft: dict[str, Any] = dict(read_draft(file, referral))
    earlier = [*draft.pop("earlier", []), {"fields": draft["fields"], "until": packet.updated_at.isoformat()}]  # type: ignore[union-attr]
    draft |= {"fields": list(dict.fromkeys(fields)), "note": note.strip(), "earlier": earlier}
    referral.sealed_draft = file.opened.seal("referral-draft", referral.pk, content=padded_json(draft))
    referral.save(update_fields=["sealed_draft"])
