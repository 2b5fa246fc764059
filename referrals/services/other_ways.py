"""Files, calls and paper: handing something over oneself, recording what was told, and what they answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.consents import Purpose
from casework.models import Approval
from casework.services.approvals import deciders
from casework.services.follow_ups import add_follow_up
from core import audit, notices
from core.actor import Actor
from core.errors import Invalid, Message, WrongState
from core.models import Level
from core.padded import padded_json
from referrals.basis import CONSENT
from referrals.disclosures import Told, read_disclosure, write_disclosure
from referrals.leaving import basis_on, obstacle_label, obstacles, prepare
from referrals.models import Referral, Service
from referrals.safe_contact import packet_fields
from referrals.services.answering import DeclineReason
from referrals.services.emptying import close_one_time
from referrals.services.ending import end_without_ground
from referrals.services.leaving import leave
from referrals.services.sending import NOTE_LENGTH, case_of, locked_referral, read_draft
from referrals.sheets import Sheet, sheet_of
from referrals.transitions import Step, after

BREACH = notices.define(
    "told_before_its_time", _("Something was told to a partner before what must come first: look at it now")
)
TO_LENGTH = 200  # characters
ACCEPTED, DECLINED = Referral.State.ACCEPTED.value, Referral.State.DECLINED.value
BY_MOUTH = (Referral.Way.SPOKEN, Referral.Way.PAPER)
"""Ways that Hearth learns of afterwards."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How something was told: `to` whom, when, and the `answer` ("", accepted, declined) with what they said."""

    way: str
    to: str
    at: datetime
    answer: str = ""
    reason: str = ""
    said: str = ""


# --- files ----------------------------------------------------------------------------------------------------


@transaction.atomic
def hand_out_file(
    *, actor: Actor, referral_id: UUID, again: str = ""
) -> tuple[Referral, Sheet, dict[str, object]]:
    """Let what is to leave out as a file, which the caller encrypts and nobody stores: its sheet, and its data.

    What must be so before is what `send_referral` asks for; documents are left out. Raises NotVisible, NotAllowed,
    WrongState; Refused (SentAlready, GateClosed among them); Invalid where a chosen field has become empty.
    """
    file, referral = _locked(actor, referral_id)
    after(referral.state, Step.SEND)
    basis, content = prepare(file, referral, again)
    leave(file, referral, Referral.Way.FILE, basis, content, again=again)
    sheet = sheet_of(content, sender=file.case.team.organisation.name, service=referral.service)
    return referral, sheet, content


# --- by phone, in person, on paper ----------------------------------------------------------------------------


@transaction.atomic
def open_sheet(*, actor: Actor, referral_id: UUID) -> Sheet:
    """What a draft says, for paper or to be read out: it is about to leave, so all that must come first is asked for.

    Raises as `send_referral`, but a second one to the same service is named when it is recorded.
    """
    file, referral = _locked(actor, referral_id)
    after(referral.state, Step.SEND)
    _basis, content = prepare(file, referral, again="-")
    audit.record("referral.sheet_opened", actor=actor, object=file.opened.object, referral=referral.pk)
    return sheet_of(content, sender=file.case.team.organisation.name, service=referral.service)


@transaction.atomic
def record_told_draft(*, actor: Actor, referral_id: UUID, telling: Telling, again: str = "") -> Referral:
    """Record that what a draft holds was told, by mouth or on paper. Raises as `record_told`."""
    file, referral = _locked(actor, referral_id)
    after(referral.state, Step.SEND)
    draft = read_draft(file, referral)
    return _record(file, referral, list(draft["fields"]), str(draft["note"]), telling, again)


@transaction.atomic
def record_told(
    *,
    actor: Actor,
    case_id: UUID,
    service_id: UUID,
    fields: Sequence[str],
    note: str,
    telling: Telling,
) -> Referral:
    """Record what was told of a case to somebody by mouth or on paper, whatever stood against it.

    A record of a breach is better than none: what was missing is kept with it, and an urgent follow-up goes to the
    team's supervisors. Where nothing allows it today, it ends as it does when a consent is withdrawn.

    Raises NotVisible, NotAllowed; Invalid at `service`, `way`, `to`, `at`, `answer`, `reason`, `said` and `note`, and
    at each field that is unknown, never shared or empty.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    service = Service.objects.select_related("team", "organisation").filter(pk=service_id).first()
    if service is None or (service.team_id is not None and service.team_id == file.case.team_id):
        raise Invalid({"service": [_("Choose a partner's service.")]})
    if not fields and not note.strip():
        raise Invalid({"fields": [_("Choose what was told, or write it down.")]})
    if len(note) > NOTE_LENGTH:
        raise Invalid({"note": [_("Use at most 2000 characters.")]})
    referral = Referral(
        case=file.case, service=service, created_by=actor.user, created_on=timezone.localdate()
    )
    draft = padded_json({"fields": list(dict.fromkeys(fields)), "note": note.strip(), "documents": []})
    referral.sealed_draft = file.opened.seal("referral-draft", referral.pk, content=draft)
    _check(telling)
    packet_fields(file, fields)
    referral.save(force_insert=True)
    return _record(file, referral, fields, note.strip(), telling, "")


def _record(
    file: CaseFile, referral: Referral, fields: Sequence[str], note: str, telling: Telling, again: str
) -> Referral:
    _check(telling)
    day, now, partner = timezone.localdate(telling.at), timezone.now(), referral.service.organisation_id
    basis = basis_on(file, referral.service, day)
    missing = obstacles(file, referral.service, basis)
    ground = basis.for_partner if basis else {"basis": CONSENT, "reference": ""}
    content = {**packet_fields(file, fields), "note": note, **ground}
    told = Told(
        content=content,
        to=telling.to.strip(),
        reason=telling.reason,
        answer=telling.said.strip(),
        missing=missing,
        entered_at=now.isoformat(),
    )
    leave(file, referral, Referral.Way(telling.way), basis, content, again=again, told=told, at=telling.at)
    referral.state = after(referral.state, Step.RECEIVE)
    _note_answer(referral, telling.answer, telling.at)
    referral.save(update_fields=["state", "decided_at"])
    if missing:
        _raise_the_alarm(file, referral, missing)
    rests_on_consent = basis is None or basis.consent is not None
    if rests_on_consent and not file.consent_for(Purpose.SHARE, partner, referral.service_id):
        end_without_ground(referral, file.actor)  # none was given, or it was withdrawn or has run out since
    return referral


def _check(telling: Telling) -> None:
    wrong: dict[str, list[Message]] = {}
    if telling.way not in BY_MOUTH:
        wrong["way"] = [_("Choose from the list.")]
    if not telling.to.strip():
        wrong["to"] = [_("Say whom it was told to.")]
    elif len(telling.to) > TO_LENGTH:
        wrong["to"] = [_("Use at most 200 characters.")]
    if telling.at > timezone.now():
        wrong["at"] = [_("This lies in the future.")]
    wrong |= _wrong_answer(telling.answer, telling.reason, telling.said, needed=False)
    if wrong:
        raise Invalid(wrong)


def _wrong_answer(answer: str, reason: str, said: str, *, needed: bool) -> dict[str, list[Message]]:
    wrong: dict[str, list[Message]] = {}
    if answer not in (ACCEPTED, DECLINED, *(() if needed else ("",))):
        wrong["answer"] = [_("Choose from the list.")]
    if (answer == DECLINED) != bool(reason) or (reason and reason not in DeclineReason.values):
        wrong["reason"] = [_("A no needs a reason from the list, and nothing else has one.")]
    if len(said) > NOTE_LENGTH:
        wrong["said"] = [_("Use at most 2000 characters.")]
    return wrong


def _note_answer(referral: Referral, answer: str, at: datetime) -> None:
    if answer:
        step = Step.ACCEPT if answer == ACCEPTED else Step.DECLINE
        referral.state, referral.decided_at = after(referral.state, step), at


def _raise_the_alarm(file: CaseFile, referral: Referral, missing: list[str]) -> None:
    """An urgent follow-up for each supervisor of the team, or for whoever recorded it where there is no other."""
    people = deciders(file, Approval.Subject.PLAN)
    about = gettext("Told to a partner before what must come first: %(what)s") % {
        "what": " ".join(obstacle_label(code) for code in missing)
    }
    for person in people or [file.actor.user.pk]:
        add_follow_up(
            file.actor,
            file.opened,
            due_at=timezone.now(),
            about=about,
            assignee_id=person,
            urgent=True,
            source=f"disclosure/{referral.pk}",
        )
    notices.tell(people, BREACH, object=file.opened.object)
    audit.record(
        "referral.told_before_its_time",
        actor=file.actor,
        object=file.opened.object,
        referral=referral.pk,
        missing=":".join(missing)[:80],
    )


# --- answers that the sender enters ---------------------------------------------------------------------------


@transaction.atomic
def record_answer(
    *, actor: Actor, referral_id: UUID, answer: str, reason: str = "", said: str = ""
) -> Referral:
    """Record what a partner has answered by another way than Hearth; after a no its link opens nothing any more.

    Raises NotVisible, NotAllowed; WrongState through Hearth, where the partner answers itself, and once it is
    answered or has ended; Invalid at `answer`, `reason` or `said`.
    """
    file, referral = _locked(actor, referral_id)
    told = read_disclosure(file, referral)
    if told is None:
        raise WrongState
    if wrong := _wrong_answer(answer, reason, said, needed=True):
        raise Invalid(wrong)
    if referral.state == Referral.State.SENT:
        referral.state = after(referral.state, Step.RECEIVE)
    _note_answer(referral, answer, timezone.now())
    referral.save(update_fields=["state", "decided_at"])
    if answer == DECLINED:
        close_one_time(referral, actor)
    write_disclosure(file, referral, replace(told, reason=reason, answer=said.strip()))
    audit.record(f"referral.{referral.state}", actor=actor, object=file.opened.object, referral=referral.pk)
    return referral


def _locked(actor: Actor, referral_id: UUID) -> tuple[CaseFile, Referral]:
    file = open_case_file(actor, case_of(referral_id), level=Level.WRITE, lock=True)
    return file, locked_referral(referral_id)
