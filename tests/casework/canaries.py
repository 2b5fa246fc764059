"""A word of its own planted in everything that can be written about a survivor, through the services that write it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from casework.approvals import Subject
from casework.consents import Asking, ChildsView, How, Purpose
from casework.interview import _CHOICES, Interview
from casework.models import Case, Consent
from casework.people import OUTSIDE
from casework.record.contact_codes import SURVIVOR
from casework.record.entries import ENTRIES
from casework.record.fields import EntryKind, Field, Kind, Section
from casework.record.roster import INTERPRETER
from casework.record.sections import SECTIONS
from casework.services import (
    add_document,
    cancel_follow_up,
    complete_follow_up,
    open_case,
    plan_follow_up,
    record_consent,
    record_decision,
    record_identification,
    save_draft,
    save_section,
    start_draft,
    withdraw_consent,
)
from casework.services.approvals import approve, ask_approval, refuse
from casework.services.documents import remove_document
from casework.services.emergency import break_glass
from casework.services.entries import add_entry
from casework.services.erasure import ask_erasure
from casework.services.exceptions import claim_exception
from casework.services.importing import case_from_elsewhere, import_cases
from casework.services.interpreters import add_interpreter
from casework.services.links import link_cases
from casework.services.national import prepare_national_referral, send_national_referral
from casework.services.states import change_state
from casework.services.transfers import decline_transfer, offer_transfer
from casework.transitions import CaseStep
from core.uploads import sealed_upload
from referrals.demo import Persona, World
from referrals.handovers import HandoverAnswer
from referrals.models import Packet
from referrals.services import (
    accept_referral,
    answer_handover,
    close_handover,
    decline_referral,
    draft_referral,
    send_referral,
)
from tests.casework.test_transitions import POINTS
from tests.neighbours import Neighbours

STEM, PHONE = "Bluethroat", "33355509"
"""What every planted word begins with, and what is in every planted number: nothing else has them."""

TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE, Kind.EMAIL})
TODAY = timezone.localdate()

# What the rules of a kind ask for beside its texts and its required fields.
BESIDE: dict[str, dict[str, object]] = {
    "keep_out": {"whom": OUTSIDE},
    "action": {"done_by": "partner"},
    "contact": {"kind": "visit", "with_whom": ["authority"]},
    "quiet_time": {"days": ["sun"]},
    "missing_episode": {"found_on": TODAY.isoformat()},
    "pathway_step": {"done_on": TODAY.isoformat()},
    "closure": dict.fromkeys(POINTS, "goes_on"),
    "legal_hold": {"ended_on": TODAY.isoformat()},  # one in force would forbid the erasure
}


MADE = frozenset({"national_referral/sent_text"})
"""What is made of words that stand elsewhere too."""


def texts_of(declared: Section) -> list[Field]:
    """The fields of a declaration that take words or numbers of somebody's own."""
    return [
        each for each in declared.fields if each.kind in TEXTS and f"{declared.name}/{each.name}" not in MADE
    ]


@dataclass(slots=True)
class Planted:
    """The words, each by what it was planted in; and the case that holds most of them."""

    words: dict[str, str] = field(default_factory=dict)
    case: Case | None = None

    def word(self, *path: str) -> str:
        """A word for one place."""
        name = "/".join(path)
        assert name not in self.words, f"{name} is planted twice"
        letters = "".join(part.replace("_", " ").title().replace(" ", "") for part in path)
        self.words[name] = f"{STEM}{letters}End"
        return self.words[name]

    def value(self, declared: Section, each: Field) -> str:
        """A word, number or address for a field that takes one."""
        word = self.word(declared.name, each.name)
        if each.kind == Kind.PHONE:
            self.words[f"{declared.name}/{each.name}"] = f"+39{PHONE}{len(self.words):02}"
        elif each.kind == Kind.EMAIL:
            self.words[f"{declared.name}/{each.name}"] = f"{word}@mail.example".lower()
        return self.words[f"{declared.name}/{each.name}"]

    def values(self, declared: Section, **given: object) -> dict[str, object]:
        """Values for a form: a word wherever there is room for one, and what is required beside."""
        made: dict[str, object] = {each.name: self.value(declared, each) for each in texts_of(declared)}
        for each in declared.fields:
            if each.required and each.name not in made | given:
                made[each.name] = _required(each)
        return made | given


def _required(each: Field) -> object:
    if each.kind == Kind.DATE:
        return TODAY.isoformat()
    assert each.codes is not None, f"{each.name} is chosen from what the case knows: it belongs in BESIDE"
    first = next(iter(each.codes.codes))
    return [first] if each.kind == Kind.CODES else first


def plant(world: World, near: Neighbours) -> Planted:
    """Write all of it. The texts are taken from the declarations; what has none is named here, one by one."""
    planted = Planted()
    assigned = world["assigned"]
    case = planted.case = _identify(planted, world)
    _sections(planted, assigned, case)
    _entries(planted, world, case)
    for also in (_documents, _decisions, _follow_ups, _consents_and_referrals, _exceptions, _approvals):
        also(planted, world, case)
    _hand_over(planted, world, case, near)
    _elsewhere(planted, world)
    _close(planted, world, case)
    return planted


# --- the record  ----------------------------------------


def _sections(planted: Planted, persona: Persona, case: Case) -> None:
    for section in SECTIONS:
        save_section(
            actor=persona.actor,
            case_id=case.pk,
            section=section.name,
            values=planted.values(section),
            base_version=0,
        )


def _entries(planted: Planted, world: World, case: Case) -> None:
    supervisor = world["supervisor"].actor
    roster = planted.values(INTERPRETER, languages=["nep"])
    interpreter = add_interpreter(actor=supervisor, team_id=world.team.pk, values=roster)
    beside = BESIDE | {"interpreter_excluded": {"interpreter": str(interpreter.pk)}}
    made: dict[str, UUID] = {}
    for kind in ENTRIES:
        if kind.by_verb:
            VERBS[kind.name](planted, world, case, kind)
            continue
        values = planted.values(kind, **beside.get(kind.name, {}))
        made[kind.name] = add_entry(
            actor=supervisor,
            case_id=case.pk,
            kind=kind.name,
            values=values,
            under=made[kind.under] if kind.under else None,
        )
    add_entry(
        actor=supervisor,
        case_id=case.pk,
        kind="contact",
        values={
            "kind": "call",
            "on": TODAY.isoformat(),
            "at": "00:05",
            "with_whom": [SURVIVOR],
            "begun_by": "us",
        },
        reason=planted.word("contact", "reason"),
    )


def _link(planted: Planted, world: World, case: Case, kind: EntryKind) -> None:
    row = _identification(world, answers={})
    other = open_case(actor=world["assigned"].actor, identification_id=row.pk)
    note = planted.word(kind.name, "note")
    link_cases(
        actor=world["assigned"].actor, case_id=case.pk, other_id=other.pk, relation="family", note=note
    )


def _hold(planted: Planted, world: World, case: Case, kind: EntryKind) -> None:
    note = planted.word(kind.name, "note")
    actor = world["assigned"].actor
    change_state(actor=actor, case_id=case.pk, step=CaseStep.HOLD, reason="other", note=note)


def _national(planted: Planted, world: World, case: Case, kind: EntryKind) -> None:
    words = {each.name: planted.value(kind, each) for each in texts_of(kind)}
    at: dict[str, Any] = {"actor": world["assigned"].actor, "case_id": case.pk}
    scope = {"authority": words.pop("authority"), "country": "ITA"}
    which = "consent_to_national_authority"
    _consent(planted, world, case, which, purpose=Purpose.AUTHORITY, **scope)
    fields_, grounds = ["identity.given_name"], words.pop("grounds")
    made = prepare_national_referral(**at, **scope, fields=fields_, grounds=grounds)
    send_national_referral(**at, entry_id=made, sent_on=TODAY, how=words.pop("sent_how"), **words)


VERBS: Mapping[str, Callable[[Planted, World, Case, EntryKind], None]] = {
    "linked_case": _link,
    "national_referral": _national,
    "state_change": _hold,
}
"""The verb that writes an entry which the generic form does not."""


# --- what stands beside the record  ----------------------------------------


def _identification(world: World, **given: Any) -> Any:
    return record_identification(
        actor=world["assigned"].actor,
        team_id=world.team.pk,
        instrument_id="ilo-adult-labour",
        interviewed_on=TODAY,
        **given,
    )


def _identify(planted: Planted, world: World) -> Case:
    row = _identification(
        world,
        answers={"dr_wages_earnings": "present"},
        notes=planted.word("identification", "notes"),
        interview=_interview(planted, "identification"),
    )
    draft = start_draft(actor=world["assigned"].actor, team_id=world.team.pk, instrument_id="raft")
    save_draft(
        actor=world["assigned"].actor,
        draft_id=draft.pk,
        base_version=1,
        screen="before",
        interview=_interview(planted, "draft").as_data(),
        notes=planted.word("draft", "notes"),
    )
    return open_case(actor=world["assigned"].actor, identification_id=row.pk)


def _interview(planted: Planted, where: str) -> Interview:
    free = [each.name for each in fields(Interview) if each.type == "str" and each.name not in _CHOICES]
    words: dict[str, Any] = {
        name: planted.word(where, name) for name in free if name not in ("language", "campaign")
    }
    evidence = {"dr_wages_earnings": planted.word(where, "evidence")}
    return Interview(language="nep", evidence=evidence, **words)


def _documents(planted: Planted, world: World, case: Case) -> None:
    actor = world["assigned"].actor

    def keep(which: str) -> Any:
        upload = sealed_upload(
            planted.word(which, "name") + ".txt", [planted.word(which, "content").encode() * 20]
        )
        described = planted.word(which, "description")
        try:
            return add_document(
                actor=actor, case_id=case.pk, upload=upload, kind="other", description=described
            ).pk
        finally:
            upload.close()

    keep("document")
    gone = keep("removed_document")
    reason = planted.word("removed_document", "reason")
    remove_document(actor=actor, case_id=case.pk, document_id=gone, reason=reason)


def _decisions(planted: Planted, world: World, case: Case) -> None:
    record_decision(
        actor=world["assigned"].actor,
        case_id=case.pk,
        kind="reasonable_grounds",
        outcome="positive",
        decided_on=TODAY,
        body="Police",
        body_name=planted.word("decision", "body_name"),
        reason=planted.word("decision", "reason"),
        country="ITA",
    )


def _follow_ups(planted: Planted, world: World, case: Case) -> None:
    actor, due = world["assigned"].actor, timezone.now() + timedelta(minutes=-5)

    def planned(which: str, **given: Any) -> Any:
        about = planted.word(which, "about")
        return plan_follow_up(actor=actor, case_id=case.pk, due_at=due, about=about, **given).pk

    planned("follow_up", channel="call", reason=planted.word("follow_up", "reason"))
    done, cancelled = planned("done_follow_up"), planned("cancelled_follow_up")
    complete_follow_up(actor=actor, follow_up_id=done, outcome=planted.word("done_follow_up", "outcome"))
    cancel_follow_up(
        actor=actor, follow_up_id=cancelled, outcome=planted.word("cancelled_follow_up", "outcome")
    )


def _consent(planted: Planted, world: World, case: Case, which: str, **scope: Any) -> Consent:
    said: dict[str, Any] = {
        each.name: planted.word(which, each.name) for each in fields(Asking) if each.type == "str"
    }
    return record_consent(
        actor=world["assigned"].actor,
        case_id=case.pk,
        given_on=TODAY,
        how=How.ORAL,
        explained=planted.word(which, "explained"),
        language="nep",
        asking=Asking(childs_view=ChildsView.DISAGREES, **said),
        **scope,
    )


def _consents_and_referrals(planted: Planted, world: World, case: Case) -> None:
    sender, partner = world["assigned"].actor, world["focal_point"].actor
    shared = [
        f"{section.name}.{each.name}" for section in SECTIONS for each in texts_of(section) if each.shareable
    ]
    authority = planted.word("consent_to_authority", "authority")
    _consent(
        planted,
        world,
        case,
        "consent_to_authority",
        purpose=Purpose.AUTHORITY,
        authority=authority,
        country="ITA",
    )
    share = _consent(
        planted,
        world,
        case,
        "consent",
        purpose=Purpose.SHARE,
        recipient=world.partner_team.organisation_id,
    )

    def drafted(which: str) -> Any:
        note = planted.word(which, "note")
        return draft_referral(
            actor=sender, case_id=case.pk, service_id=world.services[0].pk, fields=shared, note=note
        ).pk

    def sent(which: str) -> Any:
        row = send_referral(actor=sender, referral_id=drafted(which), again="x")
        return Packet.objects.get(referral=row).pk

    declined = sent("declined_referral")
    note = planted.word("declined_referral", "answer")
    decline_referral(actor=partner, packet_id=declined, reason="full", note=note)
    accepted = {which: sent(which) for which in ("referral", "closed_referral")}
    for which, packet in accepted.items():
        accept_referral(actor=partner, packet_id=packet, note=planted.word(which, "answer"))
    withdraw_consent(actor=sender, case_id=case.pk, consent_id=share.pk)
    for which, packet in accepted.items():
        words = {each.name: planted.word(which, each.name) for each in fields(HandoverAnswer)}
        answer_handover(actor=partner, packet_id=packet, answer=HandoverAnswer(**words))
    closed = Packet.objects.get(pk=accepted["closed_referral"]).referral_id
    close_handover(actor=sender, referral_id=closed, note=planted.word("closed_referral", "closing_note"))
    drafted("draft_referral")


def _exceptions(planted: Planted, world: World, case: Case) -> None:
    free = ("what", "reason", "authority", "reference")
    words: dict[str, Any] = {name: planted.word("exception", name) for name in free}
    claimed = claim_exception(
        actor=world["assigned"].actor,
        case_id=case.pk,
        basis=Subject.COURT_ORDER,
        country="ITA",
        **words,
    )
    _approve(planted, world["teammate"], claimed, "exception")


def _approve(planted: Planted, by: Persona, row: Any, which: str) -> None:
    note = planted.word(which, "note")
    approve(actor=by.actor, case_id=row.case_id, approval_id=row.pk, note=note)


def _asked(planted: Planted, world: World, case: Case, subject: Any, which: str) -> Any:
    reason = planted.word(which, "reason")
    return ask_approval(actor=world["assigned"].actor, case_id=case.pk, subject=subject, reason=reason)


def _approvals(planted: Planted, world: World, case: Case) -> None:
    row = _asked(planted, world, case, Subject.PLAN, "refused_approval")
    refuse(
        actor=world["supervisor"].actor,
        case_id=case.pk,
        approval_id=row.pk,
        note=planted.word("refused_approval", "note"),
    )
    _asked(planted, world, case, Subject.PLAN, "approval")  # which stays open


def _hand_over(planted: Planted, world: World, case: Case, near: Neighbours) -> None:
    break_glass(actor=near.supervisor.actor, number=case.number, reason=planted.word("emergency", "reason"))
    for name in ("assigned", "supervisor"):  # the two who must review it
        review = case.approvals.get(subject=Subject.BREAK_GLASS, reviewer=world[name].user)
        _approve(planted, world[name], review, f"emergency_review_by_{name}")

    def offered(which: str) -> Any:
        note = planted.word(which, "note")
        return offer_transfer(
            actor=world["supervisor"].actor, case_id=case.pk, to_team=near.team.pk, note=note
        ).pk

    declined = offered("declined_transfer")
    reason = planted.word("declined_transfer", "reason")
    decline_transfer(actor=near.supervisor.actor, transfer_id=declined, reason=reason)
    offered("transfer")


def _elsewhere(planted: Planted, world: World) -> None:
    """A case that was kept in another system."""
    words: Iterable[str] = ("given_name", "document_numbers")
    case = case_from_elsewhere(
        number=planted.word("imported", "number"),
        opened_on=date(2024, 5, 3),
        sections={"identity": {name: planted.word("imported", name) for name in words}},
    )
    import_cases(actor=world["supervisor"].actor, team_id=world.team.pk, cases=[case])


def _close(planted: Planted, world: World, case: Case) -> None:
    row = _asked(planted, world, case, Subject.CLOSURE, "closing")
    _approve(planted, world["supervisor"], row, "closing")
    actor = world["supervisor"].actor
    note = planted.word("closing", "other")
    change_state(actor=actor, case_id=case.pk, step=CaseStep.CLOSE, reason="other", note=note)
    ask_erasure(actor=actor, case_id=case.pk, reason=planted.word("erasure", "reason"))
