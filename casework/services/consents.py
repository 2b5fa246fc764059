"""Recording what came of asking for consent, and withdrawing it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, open_case_file
from casework.children import GUARDIAN_BARRED, is_child, may_receive_copy, why_not_guardian
from casework.consents import (
    Asking,
    ChildsView,
    ConsentDocument,
    CopyFor,
    GivenBy,
    How,
    Outcome,
    Purpose,
    Scope,
    consent_print,
    unseal_consent,
    write_consent,
)
from casework.extensions import offers
from casework.interpreters import check_interpreter
from casework.models import Consent
from casework.record.codelists import COUNTRIES
from casework.record.contact_codes import CHANNELS
from casework.record.fields import Value
from casework.services.cases import renew_fact, section_rule
from core import audit, notices
from core.actor import Actor
from core.errors import Invalid, Message, NotAllowed, NotVisible, WrongState
from core.models import Level, Organisation
from core.padded import padded_json
from core.registries import Registry

__all__ = [
    "Asking",
    "How",
    "Outcome",
    "Purpose",
    "Scope",
    "consent_given",
    "consent_withdrawn",
    "hand_out_copy",
    "record_consent",
    "withdraw_consent",
]

consent_given: Registry[[CaseFile, ConsentDocument]] = Registry("consent_given")
"""Run when a consent was given, in the same transaction: what rests on it may go on for as long."""

consent_withdrawn: Registry[[CaseFile, ConsentDocument]] = Registry("consent_withdrawn")
"""Run when a consent ends, in the same transaction: whatever rested on it ends."""

ENDED = notices.define("consent_ended", _("A consent has ended, and with it what rested on it"))

Wrong = dict[str, list[Message]]


@transaction.atomic
def record_consent(
    *,
    actor: Actor,
    case_id: UUID,
    purpose: Purpose,
    given_on: date,
    how: How | None,
    explained: str,
    language: str,
    recipient: UUID | None = None,
    service: UUID | None = None,
    authority: str = "",
    country: str = "",
    channel: str = "",
    outcome: Outcome = Outcome.GIVEN,
    asking: Asking = Asking(),  # noqa: B008  frozen
    expires_on: date | None = None,
) -> Consent:
    """Record what came of asking for one purpose, and for whom or what it names: a yes, a no, or that they can't say.

    Consent is informed and specific, with regard to vulnerability and to what children need: article 12(7) of CETS
    197; principle 4 of IOM's Data Protection Manual. For a child the guardian consents and the child's view is
    recorded, a dissent too; nothing goes through a guardian who is suspected, complicit or in conflict.

    One that ends can be renewed before it does, by one that lasts longer. Raises NotVisible, NotAllowed; Invalid at
    each field at fault; WrongState where a consent to the same holds for as long.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    scope = Scope(purpose, recipient, service, authority.strip(), country, channel)
    wrong = wrong_scope(scope) | _wrong_dates(outcome, given_on, expires_on)
    wrong |= _wrong_asking(outcome, how, explained, asking) | _wrong_people(file, outcome, asking)
    if wrong:
        raise Invalid(wrong)
    if asking.interpreter is not None:
        check_interpreter(file, asking.interpreter)
    held = file.consent_to(scope)
    if held is not None and not (outcome == Outcome.GIVEN and _outlasts(expires_on, held)):
        raise WrongState(_("There is a consent for this that still holds."))
    row = Consent(
        case=file.case,
        given_on=given_on,
        expires_on=expires_on,
        state=Consent.State(outcome),
        recorded_by=actor.user,
    )
    told = {"how": how or "", "explained": explained.strip(), "language": language}
    content = write_consent(scope, asking, told) | {"guardian": _guardian(file, asking)}
    row.sealed = file.opened.seal("consent", row.pk, content=padded_json(content))
    row.save(force_insert=True)
    file.note_change(f"consent/{row.pk}", 1, consent_print(row), "consent.recorded", state=row.state)
    if purpose == Purpose.STATISTICS and outcome == Outcome.GIVEN:
        renew_fact(actor=actor, case_id=case_id)
    if outcome == Outcome.GIVEN:
        consent_given.run(open_case_file(actor, case_id, level=Level.WRITE), unseal_consent(file.opened, row))
    return row


def _outlasts(expires_on: date | None, held: ConsentDocument) -> bool:
    until = held.consent.expires_on
    return until is not None and (expires_on is None or expires_on > until)


def _guardian(file: CaseFile, asking: Asking) -> str:
    """Who the guardian was when asked: there may be another one later."""
    if asking.given_by == GivenBy.SURVIVOR:
        return ""
    return str(file.section("child_protection").values.get("guardian", ""))


def wrong_scope(scope: Scope) -> Wrong:
    """What is wrong with it, by field: a purpose must name some things and none of the others."""
    wrong: Wrong = {}
    sharing = scope.purpose == Purpose.SHARE
    if sharing and not (scope.recipient and Organisation.objects.filter(pk=scope.recipient).exists()):
        wrong["recipient"] = [_("Choose the organisation that this is shared with.")]
    if not sharing and scope.recipient is not None:
        wrong["recipient"] = [_("Only a consent to share has a recipient.")]
    of_recipient = (
        {each.id for each in offers() if each.organisation == scope.recipient} if sharing else set()
    )
    if scope.service is not None and scope.service not in of_recipient:
        wrong["service"] = [_("Choose a service of this organisation.")]
    to_authority = scope.purpose == Purpose.AUTHORITY
    if to_authority != bool(scope.authority):
        wrong["authority"] = [
            _("Name the authority.") if to_authority else _("Only a consent to share with one names it.")
        ]
    if scope.country not in COUNTRIES if to_authority else scope.country:
        wrong["country"] = [_("Choose from the list.")]
    to_contact = scope.purpose == Purpose.CONTACT
    if scope.channel not in CHANNELS if to_contact else scope.channel:
        wrong["channel"] = [_("Choose from the list.")]
    return wrong


def _wrong_dates(outcome: Outcome, given_on: date, expires_on: date | None) -> Wrong:
    today = timezone.localdate()
    wrong: Wrong = {}
    if given_on > today:
        wrong["given_on"] = [_("This date is in the future.")]
    if expires_on is not None and expires_on < max(given_on, today):
        wrong["expires_on"] = [_("This date has passed.")]
    if expires_on is not None and outcome != Outcome.GIVEN:
        wrong["expires_on"] = [_("Only what was given ends.")]
    return wrong


def _wrong_asking(outcome: Outcome, how: How | None, explained: str, asking: Asking) -> Wrong:
    """An inability is recorded with its reason, never guessed; a consent with all that makes it one."""
    wrong: Wrong = {}
    if outcome == Outcome.NOT_ABLE and not asking.note.strip():
        wrong["note"] = [_("Say how you know, and when to ask again.")]
    if outcome != Outcome.GIVEN:
        return wrong
    if how is None:
        wrong["how"] = [_("Say how it was given.")]
    if how == How.ORAL and not asking.witness.strip():
        wrong["witness"] = [_("Name the witness.")]
    if not explained.strip():
        wrong["explained"] = [_("Say what was explained.")]
    return wrong


def _wrong_people(file: CaseFile, outcome: Outcome, asking: Asking) -> Wrong:
    """Who may say yes, who is asked beside, and who may be handed a copy."""
    wrong: Wrong = {}
    guardian = asking.given_by != GivenBy.SURVIVOR
    if outcome == Outcome.GIVEN and guardian and (reason := why_not_guardian(file)):
        wrong["given_by"] = [_not_through(reason is GUARDIAN_BARRED)]
    if outcome == Outcome.GIVEN and is_child(file):
        if not guardian:
            wrong["given_by"] = [
                _(
                    "For a child the guardian consents, beside the child. Without one, ask for one to be appointed."
                )
            ]
        if asking.childs_view is None:
            wrong["childs_view"] = [_("Say what the child thinks of it.")]
    if asking.given_by == GivenBy.BOTH and asking.childs_view not in (None, ChildsView.AGREES):
        wrong["childs_view"] = [_("Where both have given it, the child agrees.")]
    if asking.childs_view in (ChildsView.DISAGREES, ChildsView.NOT_ASKED) and not asking.childs_words.strip():
        wrong["childs_words"] = [_("Write down what the child said, or why nobody asked.")]
    if not may_receive_copy(file, asking.copy_for):
        wrong["copy_for"] = [_("Nothing of this case may be handed to the guardian.")]
    return wrong


def _not_through(barred: bool) -> Message:
    if barred:
        return _("This guardian is suspected or in a conflict of interest: nothing goes through them.")
    return _("First record whether the guardian may be involved or in a conflict of interest.")


@transaction.atomic
def withdraw_consent(*, actor: Actor, case_id: UUID, consent_id: UUID) -> Consent:
    """Withdraw, effective at once: the fact goes, and what rested on the consent ends (`consent_withdrawn`).

    So does every other one for the same, since one can be renewed while it holds. Raises NotVisible, NotAllowed;
    WrongState where it was withdrawn before, or never given.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    document = next((each for each in file.consents if each.id == consent_id), None)
    if document is None:
        raise NotVisible
    if document.consent.state != Consent.State.GIVEN:
        raise WrongState
    given = [each for each in file.consents if each.consent.state == Consent.State.GIVEN]
    _withdraw(file, [each for each in given if each.scope == document.scope])
    if document.purpose == Purpose.STATISTICS:
        renew_fact(actor=actor, case_id=case_id)
    return document.consent


def _withdraw(file: CaseFile, documents: list[ConsentDocument]) -> None:
    """End these consents, then what rested on them, and tell the assigned caseworker that it happened."""
    for document in documents:
        row = document.consent
        row.state, row.withdrawn_on = Consent.State.WITHDRAWN, timezone.localdate()
        row.save(update_fields=["state", "withdrawn_on"])
        file.note_change(f"consent/{row.pk}", 2, consent_print(row), "consent.withdrawn")
    now = open_case_file(file.actor, file.case.pk, level=Level.WRITE)
    for document in {each.scope: each for each in documents}.values():
        consent_withdrawn.run(now, document)
    file.opened = now.opened  # what ended may have drawn a new key
    notices.tell({file.case.assigned_to_id} - {file.actor.user.pk}, ENDED, object=file.opened.object)


@section_rule("child_protection")
def withdraw_what_a_barred_guardian_gave(
    file: CaseFile, before: Mapping[str, Value], after: Mapping[str, Value]
) -> None:
    """Once the case distrusts the guardian, what was given through them ends for good: another one is asked anew."""
    if after.get("guardian_in_conflict") != "yes" or before.get("guardian_in_conflict") == "yes":
        return
    given = [each for each in file.consents if each.consent.state == Consent.State.GIVEN]
    if through_them := [each for each in given if each.through_guardian]:
        _withdraw(file, through_them)


@transaction.atomic
def hand_out_copy(*, actor: Actor, case_id: UUID, consent_id: UUID, who: CopyFor) -> ConsentDocument:
    """Note that a copy of a consent is printed for somebody, and return what it says.

    Raises NotVisible; NotAllowed where it may not go to them: no copy of anything for a guardian who is barred.
    """
    file = open_case_file(actor, case_id)
    document = next((each for each in file.consents if each.id == consent_id), None)
    if document is None:
        raise NotVisible
    if who == CopyFor.NOBODY or not may_receive_copy(file, who):
        raise NotAllowed(_("Nothing of this case may be handed to the guardian."))
    audit.record("consent.copied", actor=actor, object=file.opened.object, consent=consent_id, to=who)
    return document
