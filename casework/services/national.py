"""Referring a survivor to the national authority: preparing the form, sending it, and waiting for what comes back."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.approvals import ApprovalDocument
from casework.case_file import CaseFile, open_case_file
from casework.children import Age, age_of
from casework.consents import ConsentDocument, Purpose, Scope
from casework.countries import national_rule
from casework.entries import Entry, entry_name
from casework.exceptions import exception_scope
from casework.models import Case, Decision, FollowUp
from casework.pathways.national import KIND, as_text, basis_for, form_of, offered_fields, sent_of
from casework.record.entries import entry_kind
from casework.record.fields import Value
from casework.record.national_codes import Basis, Route
from casework.services.consents import consent_withdrawn
from casework.services.decisions import WARNED_BEFORE, Outcome, decision_recorded
from casework.services.entries import write_entry
from casework.services.exceptions import exception_ended
from casework.services.follow_ups import add_follow_up, end_follow_ups, morning_of
from core import audit
from core.actor import Actor
from core.errors import Invalid, Message, Refused, WrongState
from core.models import Level

_DECIDED = {Decision.Kind.REASONABLE, Decision.Kind.CONCLUSIVE}


@transaction.atomic
def prepare_national_referral(
    *,
    actor: Actor,
    case_id: UUID,
    authority: str,
    country: str,
    route: Route = Route.REFERRAL,
    fields: Sequence[str] = (),
    grounds: str = "",
) -> UUID:
    """Prepare the form with the chosen fields ("identity.given_name"); nothing leaves the case yet. Returns its id.

    Raises NotVisible, NotAllowed; Invalid at each field at fault; WrongState for a closed case.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    if file.case.state == Case.State.CLOSED:
        raise WrongState(_("The case is closed. Reopen it first."))
    _check(file, country, route, fields)
    values = {
        "authority": authority,
        "country": country,
        "route": route.value,
        "fields": list(fields),
        "grounds": grounds,
    }
    return write_entry(file, KIND, values)


def _check(file: CaseFile, country: str, route: Route, fields: Sequence[str]) -> None:
    wrong: dict[str, list[Message]] = {}
    offered = {path for lines in offered_fields(file).values() for path, _text in lines}
    if route is Route.REFERRAL and not fields:
        wrong["fields"] = [_("Choose at least one field.")]
    if set(fields) - offered:
        wrong["fields"] = [_("Nothing is recorded here, or it may not go to an authority.")]
    if route is Route.ANONYMOUS:
        if fields:
            wrong["fields"] = [_("A notice without a name holds nothing of the record.")]
        if not national_rule(country).anonymous_notice:
            wrong["route"] = [_("No such notice is known for this country.")]
        elif age_of(file) is not Age.ADULT:
            wrong["route"] = [_("Such a notice is for adults who do not agree.")]
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def send_national_referral(
    *,
    actor: Actor,
    case_id: UUID,
    entry_id: UUID,
    sent_on: date,
    how: str = "",
    reference: str = "",
    decision_due_on: date | None = None,
    reason: str = "",
) -> None:
    """Note that the form went out: it is made of what the case says now, and stays in the case as it was.

    It rests on a consent that holds for this authority, or a legal ground; where a country refers children without
    consent, on that, with a `reason`. A follow-up asks for the decision. Raises NotVisible, NotAllowed; WrongState
    where it was sent already; Refused without a ground; Invalid at each field at fault.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    entry = file.entries.get(KIND, entry_id)
    if "sent_on" in entry.values or file.case.state == Case.State.CLOSED:
        raise WrongState
    _check(file, str(entry.values["country"]), Route(str(entry.values["route"])), _still_there(file, entry))
    basis = _basis(file, entry, reason)
    rule = national_rule(str(entry.values["country"]))
    if decision_due_on is None and rule.decision_days is not None and basis is not None:
        decision_due_on = sent_on + timedelta(days=rule.decision_days)
    if decision_due_on is not None and decision_due_on < sent_on:
        raise Invalid({"decision_due_on": [_("This can't come before the beginning.")]})
    sent: dict[str, Value] = {
        "sent_on": sent_on.isoformat(),
        "sent_how": how,
        "reference": reference,
        "basis": basis.value if basis else "",
        "reason": reason,
        "decision_due_on": decision_due_on.isoformat() if decision_due_on else "",
        "sent_text": as_text(form_of(file, entry.values)),
    }
    _rewrite(file, entry, sent)
    audit.record("national_referral.sent", actor=actor, object=file.opened.object)
    if decision_due_on:
        _remind(file, entry, decision_due_on, _("Ask the authority for its decision."))


def _still_there(file: CaseFile, entry: Entry) -> list[str]:
    """The chosen fields that still say something: one that has become empty is left out."""
    chosen = entry.values.get("fields", [])
    offered = {path for lines in offered_fields(file).values() for path, _text in lines}
    return [path for path in chosen if path in offered] if isinstance(chosen, list) else []


def _basis(file: CaseFile, entry: Entry, reason: str) -> Basis | None:
    """On what it rests; None for a notice without a name. Raises Refused, or Invalid at `reason`."""
    if entry.values["route"] == Route.ANONYMOUS:
        return None
    basis = basis_for(file, str(entry.values["authority"]), str(entry.values["country"]))
    if basis is None:
        raise Refused(
            _("There is no consent to share with this authority, and no legal ground. Nothing was sent.")
        )
    if basis is Basis.CHILD and not reason.strip():
        raise Invalid({"reason": [_("Say why it is sent without consent, and what the child says to it.")]})
    return basis


@transaction.atomic
def note_reconsideration(*, actor: Actor, case_id: UUID, entry_id: UUID, until: date) -> None:
    """Note until when another look can be asked for: a follow-up comes due a week before, but not before tomorrow.

    Raises NotVisible, NotAllowed; WrongState where nobody was referred; Invalid at `reconsider_until` for a past day.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    entry = file.entries.get(KIND, entry_id)
    if "sent_on" not in entry.values or entry.values["route"] == Route.ANONYMOUS:
        raise WrongState
    if until < timezone.localdate():
        raise Invalid({"reconsider_until": [_("This date has passed.")]})
    _rewrite(file, entry, {"reconsider_until": until.isoformat()})
    _end(file, entry)
    _remind(file, entry, _warned(until), _("Ask for another look at the decision, with legal advice."))


def _warned(until: date) -> date:
    return max(until - WARNED_BEFORE, timezone.localdate() + timedelta(days=1))


@decision_recorded.register
def follow_decision(file: CaseFile, row: Decision, decided_on: date, outcome: str) -> None:
    """A decision of the authority ends the wait for it; a negative one asks for what can still be done."""
    if row.kind not in _DECIDED:
        return
    sent = [each for each in sent_of(file) if each.values["route"] == Route.REFERRAL]
    for entry in sent:
        _end(file, entry, FollowUp.State.DONE)
    if sent and outcome == Outcome.NEGATIVE:
        days = national_rule(str(sent[0].values["country"])).reconsideration_days
        due = timezone.localdate() + timedelta(days=1)
        if days is not None:
            due = _warned(decided_on + timedelta(days=days))
        _remind(
            file, sent[0], due, _("Find out who can ask for another look at the decision, and until when.")
        )


@consent_withdrawn.register
def tell_the_authority(file: CaseFile, document: ConsentDocument) -> None:
    """What has been sent can't be called back: somebody tells the authority that the consent has ended."""
    if document.purpose == Purpose.AUTHORITY:
        _tell(file, document.scope, Basis.CONSENT)


@exception_ended.register
def tell_of_the_refusal(file: CaseFile, document: ApprovalDocument) -> None:
    """The same where a second person has refused the legal ground."""
    _tell(file, exception_scope(document), Basis.EXCEPTION)


def _tell(file: CaseFile, scope: Scope, basis: Basis) -> None:
    for entry in sent_of(file):
        named = (entry.values["authority"], entry.values["country"])
        if entry.values.get("basis") == basis and named == (scope.authority, scope.country):
            add_follow_up(
                file.actor,
                file.opened,
                due_at=timezone.now(),
                about=_("Tell the authority that nothing may rest on it any more, and ask what it keeps."),
                assignee_id=file.case.assigned_to_id,
                urgent=True,
                source=f"{_source(entry)}/ended",
            )


def _rewrite(file: CaseFile, entry: Entry, added: Mapping[str, object]) -> None:
    declared = entry_kind(KIND)
    known: dict[str, object] = {name: entry.values[name] for name in entry.values if declared.get(name)}
    write_entry(file, KIND, known | dict(added), entry_id=entry.id)


def _remind(file: CaseFile, entry: Entry, on: date, about: str) -> None:
    add_follow_up(
        file.actor,
        file.opened,
        due_at=morning_of(on),
        about=about,
        assignee_id=file.case.assigned_to_id,
        source=_source(entry),
    )


def _end(file: CaseFile, entry: Entry, state: FollowUp.State = FollowUp.State.CANCELLED) -> None:
    end_follow_ups(file.actor, file.opened, _source(entry), state)


def _source(entry: Entry) -> str:
    return entry_name(KIND, entry.id)
