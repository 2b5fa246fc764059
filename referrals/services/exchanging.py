"""Writing in the exchange of a referral, as either side, and what follows from what is written."""

from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.case_file import open_case_file
from casework.record.documents import validate
from casework.record.fields import Value
from casework.record.values import show
from casework.selectors import carried_by
from casework.services.follow_ups import leave_follow_ups
from core import audit, notices
from core.access import OpenObject
from core.actor import Actor
from core.errors import Invalid, WrongState
from core.models import Level
from referrals.exchange import ExchangeDocument, key_of, read_exchange, seal_entry
from referrals.exchange_kinds import EntryKind, kind_named
from referrals.exchange_rules import BY_VERB, PARTNER, SENDER, Side, can_change, is_urgent, may_write, step_of
from referrals.models import Exchange, ExchangeEntry, ExchangeRead, Handover, Packet, Referral
from referrals.services.ending import tell_partner
from referrals.services.packets import locked_packet
from referrals.services.sending import case_of, locked_referral
from referrals.transitions import after

FROM_PARTNER = notices.define("exchange_from_partner", gettext_lazy("A partner has written about a referral"))
URGENT = notices.define(
    "exchange_urgent",
    gettext_lazy("A partner has written something that cannot wait: see your urgent follow-ups"),
)
FROM_SENDER = notices.define(
    "exchange_from_sender", gettext_lazy("The sender has written about a referral to your team")
)


@transaction.atomic
def write_as_partner(
    *, actor: Actor, packet_id: UUID, kind: str, values: Mapping[str, object], about: int | None = None
) -> ExchangeEntry:
    """Write an entry as the partner; `about` is the number of the one whose place it takes.

    Something begun puts the referral under way, an outcome completes it. Where the survivor did not come, whoever
    carries the case gets an urgent follow-up that is due now. Raises NotVisible, NotAllowed, WrongState, Invalid.
    """
    packet, opened = locked_packet(actor, packet_id, with_case=True)
    if kind in BY_VERB:
        raise WrongState
    entry = _write(actor, packet.referral, PARTNER, opened, kind, values, about)
    audit.record(
        "exchange.written", actor=actor, object=opened.object, referral=packet.referral.pk, seq=entry.seq
    )
    return entry


@transaction.atomic
def write_as_sender(
    *, actor: Actor, referral_id: UUID, kind: str, values: Mapping[str, object], about: int | None = None
) -> ExchangeEntry:
    """Write an entry as the sender. Raises NotVisible, NotAllowed, WrongState, Invalid."""
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    referral = locked_referral(referral_id)
    if referral.sealed_share is None:  # the partner can't read it any more
        raise WrongState
    entry = _write(actor, referral, SENDER, file.opened, kind, values, about)
    packet = Packet.objects.select_related("object").get(referral=referral)
    tell_partner(packet, FROM_SENDER, still_there=True, again=False)
    audit.record(
        "exchange.written", actor=actor, object=file.opened.object, referral=referral.pk, seq=entry.seq
    )
    return entry


def write_onward(actor: Actor, packet: Packet, opened: OpenObject, to: str) -> None:
    """Whom a partner that declines has referred to instead, inside the caller's transaction.

    Raises WrongState, Invalid at `onward`.
    """
    try:
        _write(actor, packet.referral, PARTNER, opened, "onward", {"to": to})
    except Invalid as error:
        raise Invalid({"onward": error.fields["to"]}) from None


def _write(
    actor: Actor,
    referral: Referral,
    side: Side,
    opened: OpenObject,
    kind: str,
    values: Mapping[str, object],
    about: int | None = None,
) -> ExchangeEntry:
    """Append an entry to the exchange of a locked referral, with what follows. `opened` is the packet or the case."""
    declared = kind_named(kind)
    ending = Handover.objects.filter(pk=referral.pk).exists()
    if not may_write(side, kind, referral.state, ending=ending):
        raise WrongState
    clean = validate(declared, values)
    document = read_exchange(actor, referral.pk, side, opened)
    if document is None:
        raise WrongState
    _check_about(document, declared, about)
    key = key_of(document.exchange, side, opened)
    entry = ExchangeEntry(
        exchange=document.exchange, seq=len(document.entries) + 1, side=side, at=timezone.now()
    )
    content = {"kind": kind, "by": str(actor.user.pk), "values": clean, "about": about}
    entry.sealed = seal_entry(key, entry, content)
    entry.save(force_insert=True)
    if step := step_of(kind, clean, referral.state):
        referral.state = after(referral.state, step)
        referral.save(update_fields=["state"])
        audit.record(f"referral.{referral.state}", actor=actor, object=opened.object, referral=referral.pk)
    if side == PARTNER and kind not in BY_VERB:
        _tell_sender(actor, referral, document.exchange, opened, entry, declared, clean)
    return entry


def _check_about(document: ExchangeDocument, declared: EntryKind, about: int | None) -> None:
    if about is None:
        if declared.only_changes:
            raise Invalid({"about": [_("Choose what is cancelled.")]})
        return
    earlier = document.get(about)
    if earlier is None or not can_change(declared.name, earlier.kind.name):
        raise Invalid({"about": [_("This can't take its place.")]})
    if not earlier.standing:
        raise WrongState


def _tell_sender(
    actor: Actor,
    referral: Referral,
    exchange: Exchange,
    opened: OpenObject,
    entry: ExchangeEntry,
    declared: EntryKind,
    values: Mapping[str, Value],
) -> None:
    case = referral.case
    if not is_urgent(declared.name, values):
        notices.tell(carried_by(case), FROM_PARTNER, object=case.object, again=False)
        return
    with translation.override(
        settings.LANGUAGE_CODE
    ):  # the reader's language may be another than the partner's
        said = [show(each, values[each.name]) for each in declared.fields if each.name in values]
        about = _("Look for them today. %(partner)s says:") % {"partner": referral.service.organisation.name}
    told = leave_follow_ups(
        actor,
        case,
        key_of(exchange, PARTNER, opened),
        sealed_key=bytes(exchange.key_for_sender),
        about="\n".join([about, *said]),
        source=f"{referral.pk}/{entry.seq}",
    )
    notices.tell(told, URGENT, object=case.object)


@transaction.atomic
def note_read(*, actor: Actor, document: ExchangeDocument) -> None:
    """Note how far the actor has read, which no one else sees."""
    if not document.unread:
        return
    ExchangeRead.objects.update_or_create(
        exchange=document.exchange, person=actor.user, defaults={"seq": len(document.entries)}
    )
