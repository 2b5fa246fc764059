"""A packet that is opened once: sending it, opening it, and answering it."""

from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from casework.case_file import open_case_file
from core import audit, crypto, notices
from core.access import lock_object
from core.actor import Actor
from core.errors import Invalid, NotVisible
from core.handed_out import found_handed_out, share_of
from core.models import Level
from core.padded import padded_json
from referrals.leaving import prepare
from referrals.models import OneTimePacket, Referral
from referrals.one_time import (
    MOST_TRIES,
    Secrets,
    checks_of,
    keys_of,
    new_secrets,
    proves_link,
    proves_passphrase,
)
from referrals.services.answering import DeclineReason
from referrals.services.emptying import empty
from referrals.services.leaving import leave
from referrals.services.sending import case_of, locked_referral
from referrals.sheets import sheet_of
from referrals.transitions import Step, after

OPENED = notices.define("one_time_opened", _("Something that you sent by link was opened"))
ANSWERED = notices.define("one_time_answered", _("Something that you sent by link was answered"))
USED_UP = notices.define(
    "one_time_used_up", _("Something that you sent by link was destroyed: the passphrase was wrong too often")
)

STILL_OPENS = (Referral.State.SENT, Referral.State.RECEIVED, Referral.State.ACCEPTED)
"""Where a referral stands whose link opens: a partner may have accepted by phone before."""


@dataclass(frozen=True, slots=True)
class SentByLink:
    """A referral that was sent by link; what its `secrets` say is shown to the sender now, and never again."""

    referral: Referral
    packet_id: UUID
    secrets: Secrets = field(repr=False)

    @property
    def link(self) -> str:
        """The address for the partner."""
        return self.secrets.link(self.packet_id)


@transaction.atomic
def send_by_link(*, actor: Actor, referral_id: UUID, language: str, again: str = "") -> SentByLink:
    """Seal what is to leave under a link's key and a passphrase, in words of a language, to be opened once.

    What must be so before is what `send_referral` asks for; documents are left out. Raises NotVisible, NotAllowed,
    WrongState; Refused (SentAlready, GateClosed among them); Invalid at `language`, and where a chosen field has
    become empty.
    """
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": [_("Choose from the list.")]})
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    referral = locked_referral(referral_id)
    after(referral.state, Step.SEND)
    basis, content = prepare(file, referral, again)
    leave(file, referral, Referral.Way.LINK, basis, content, again=again)
    with translation.override(language):
        sheet = sheet_of(content, sender=file.case.team.organisation.name, service=referral.service)
        written = padded_json(sheet.as_data)
    object, share = found_handed_out(actor=actor)
    secrets, rounds = new_secrets(), settings.LINK_ROUNDS
    keys = keys_of(secrets, object.pk, rounds)
    OneTimePacket.objects.create(
        object=object,
        referral=referral,
        sealed=keys.seal(share, written),
        checks=checks_of(share, keys.link_proof, keys.proof),
        rounds=rounds,
    )
    audit.record("one_time.sent", actor=actor, object=object, referral=referral.pk)
    return SentByLink(referral, object.pk, secrets)


# --- whoever has the link: nobody's Actor ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """What is handed out, once: with `token` the page can answer."""

    sealed: bytes = field(repr=False)
    share: bytes = field(repr=False)
    token: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrongPassphrase:
    """The link is right and the passphrase is not; how many tries are `left` before it is destroyed."""

    left: int


def find_waiting(packet_id: UUID) -> OneTimePacket:
    """One that can still be opened. Raises NotVisible for any other, in whichever way it has ended."""
    row = OneTimePacket.objects.filter(
        pk=packet_id, sealed__isnull=False, referral__state__in=STILL_OPENS
    ).first()
    if row is None:
        raise NotVisible
    return row


@transaction.atomic
def open_once(*, packet_id: UUID, link_proof: bytes, proof: bytes) -> Opened | WrongPassphrase:
    """Hand it out to whoever proves the link and the passphrase, and destroy it here in the same transaction.

    Raises NotVisible where there is nothing to open, and for whoever does not have the whole link; Tampered.
    """
    row, referral = _locked(packet_id)
    if row.sealed is None or row.checks is None or referral.state not in STILL_OPENS:
        raise NotVisible
    share = share_of(row.object)
    if not proves_link(row.checks, share, link_proof):
        raise NotVisible
    if not proves_passphrase(row.checks, share, proof):
        return _wrong(row, referral)
    token = crypto.new_key()
    opened = Opened(bytes(row.sealed), share, token)
    row.opened_at, row.answer_check = timezone.now(), crypto.digest("one-time-answer", token)
    empty(row, "opened_at", "answer_check")
    if referral.state == Referral.State.SENT:
        referral.state = after(referral.state, Step.RECEIVE)
        referral.save(update_fields=["state"])
    audit.record("one_time.opened", object=row.object, referral=referral.pk)
    _tell_sender(referral, OPENED)
    return opened


def _wrong(row: OneTimePacket, referral: Referral) -> WrongPassphrase:
    row.tries += 1
    left = MOST_TRIES - row.tries
    audit.record("one_time.tried", object=row.object, outcome="denied", left=left)
    if left > 0:
        row.save(update_fields=["tries"])
    else:
        row.closed_at = timezone.now()
        empty(row, "closed_at", "tries")
        _tell_sender(referral, USED_UP)
    return WrongPassphrase(left)


@transaction.atomic
def answer_once(*, packet_id: UUID, token: bytes, answer: str, reason: str = "") -> Referral:
    """Answer from the page that opened it: once, in codes alone, which the case's states are in too.

    Raises NotVisible for any other page, once it is answered and once it has ended; Invalid at `answer` or `reason`.
    """
    if answer not in OneTimePacket.Answer.values:
        raise Invalid({"answer": [_("Choose from the list.")]})
    declines = answer == OneTimePacket.Answer.DECLINED
    if declines and (reason not in DeclineReason.values or reason == DeclineReason.ONWARD):
        raise Invalid({"reason": [_("Choose a reason from the list.")]})
    row, referral = _locked(packet_id)
    check = row.answer_check
    if check is None or not crypto.same(bytes(check), crypto.digest("one-time-answer", token)):
        raise NotVisible
    row.answer, row.reason = answer, reason if declines else ""
    row.answered_at, row.answer_check = timezone.now(), None
    row.save(update_fields=["answer", "reason", "answered_at", "answer_check"])
    if answer != OneTimePacket.Answer.CALL:
        step = Step.DECLINE if declines else Step.ACCEPT
        referral.state, referral.decided_at = after(referral.state, step), row.answered_at
        referral.save(update_fields=["state", "decided_at"])
    audit.record("one_time.answered", object=row.object, referral=referral.pk, answer=answer)
    _tell_sender(referral, ANSWERED)
    return referral


def _locked(packet_id: UUID) -> tuple[OneTimePacket, Referral]:
    """The row as it is once nobody else can change it. The case comes first, as in its own verbs: it gets a notice."""
    found = OneTimePacket.objects.filter(pk=packet_id).values_list("referral", "referral__case").first()
    if found is None:
        raise NotVisible
    referral_id, case_id = found
    lock_object(case_id)
    referral = locked_referral(referral_id)
    return OneTimePacket.objects.select_related("object").get(pk=packet_id), referral


def _tell_sender(referral: Referral, what: str) -> None:
    people = {referral.created_by_id, referral.case.assigned_to_id}
    notices.tell(people, what, object=referral.case.object)
