"""Pathways and their steps: what holds for each, what is gated, and the follow-ups that come of it."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.case_file import CaseFile, open_case_file
from casework.closing import StillOpen, still_open_elsewhere
from casework.documents import chosen  # noqa: F401  what a step's documents are chosen from
from casework.entries import Entry, entry_name
from casework.models import FollowUp
from casework.pathways.gates import PathwayClosed, missing_before, needs_reason, situation_of
from casework.pathways.schema import Pathway, Phase, Step
from casework.pathways.table import pathway
from casework.pathways.timeline import KIND, STEP_KIND, Journey, day, journey_of
from casework.record.fields import Value
from casework.record.pathway_codes import GRANTED, REFUSED
from casework.services.cases import renew_fact
from casework.services.entries import Change, add_entry, change_entry, entry_rule, entry_written
from casework.services.follow_ups import add_follow_up, end_follow_ups, morning_of
from core.actor import Actor
from core.errors import Invalid, Message
from core.models import Level

_NEEDED = gettext_lazy("This is needed.")
_PLANNED = ("step", "planned_on", "due_on", "done_on")


# --- the pathway ------------------------------------------------------------------------------------------------


@entry_rule(KIND)
def end_whole(change: Change) -> None:
    """How it ended and when go together, and with what others decided; then nothing of it is due any more.

    What it is stays once it has steps. Raises Invalid.
    """
    now, before = change.values, change.before
    wrong: dict[str, list[Message]] = {}
    ending = {"outcome", "ended_on"}
    if ending & now.keys():
        wrong |= {name: [_NEEDED] for name in ending - now.keys()}
    if before is not None:
        journey = journey_of(change.file, before)
        begun = any(stage.entries for stage in journey.stages)
        if begun and now["kind"] != before.values["kind"]:
            wrong["kind"] = [_("It has steps already. End it and open another one.")]
        decided = journey.decided.values["outcome"] if journey.decided else None
        said = now.get("outcome")
        if decided and said in (GRANTED, REFUSED) and said != decided:
            wrong["outcome"] = [_("The decision among its steps says something else.")]
    if wrong:
        raise Invalid(wrong)
    if before is not None and "outcome" in now:
        for stage in journey_of(change.file, before).stages:
            end_follow_ups(change.file.actor, change.file.opened, _deadline(change.id, stage.step))
            for entry in stage.entries:
                end_follow_ups(change.file.actor, change.file.opened, entry_name(STEP_KIND, entry.id))


# --- its steps --------------------------------------------------------------------------------------------------


@entry_rule(STEP_KIND)
def take_step(change: Change) -> None:
    """A step belongs to its pathway and is planned or done; the gates are asked when that is new.

    What is planned gets a follow-up, and so does what must be done after this by a day that can be counted. Raises
    Invalid, or PathwayClosed with what is missing.
    """
    assert change.under is not None
    parent = change.file.entries.get(KIND, change.under)
    journey, declared = journey_of(change.file, parent), pathway(str(parent.values["kind"]))
    step = declared.step(str(change.values["step"]))
    if step is None:
        raise Invalid({"step": [_("This is no step of this pathway.")]})
    _check(change, journey, step)
    if _is_new(change) and change.values.get("outcome") != "not_needed":
        _pass_gates(change, parent, step)
    _plan(change, declared, step)


def _check(change: Change, journey: Journey, step: Step) -> None:
    now = change.values
    wrong: dict[str, list[Message]] = {}
    if not {"planned_on", "done_on"} & now.keys():
        wrong["done_on"] = [_("Say when it was done, or for when it is planned.")]
    outcome, decides = now.get("outcome"), step.phase is Phase.DECIDE
    if outcome and "done_on" not in now:
        wrong["done_on"] = [_NEEDED]
    if outcome in (GRANTED, REFUSED) and not decides:
        wrong["outcome"] = [_("Only the step in which others decide is granted or refused.")]
    if decides and "done_on" in now and not outcome:
        wrong["outcome"] = [_NEEDED]
    if outcome in (GRANTED, REFUSED) and decides and journey.applied_on is None:
        wrong["step"] = [_("Record first that it was applied for.")]
    if (
        step.only_by
        and outcome != "not_needed"
        and step.only_by.casefold() not in str(now.get("authority", "")).casefold()
    ):
        wrong["authority"] = [_("This goes through %(who)s only. Name it.") % {"who": step.only_by}]
    if journey.outcome and _is_new(change) and step.phase not in (Phase.DECIDE, Phase.FOLLOW):
        wrong["step"] = [_("This pathway has ended. Open another one.")]
    if wrong:
        raise Invalid(wrong)


def _is_new(change: Change) -> bool:
    """Whether it is planned, done, needed or another step now and was not before: to put a note right needs no gate."""
    before: Mapping[str, Value] = change.before.values if change.before else {}
    if before.get("outcome") == "not_needed" != change.values.get("outcome"):
        return True
    return before.get("step") != change.values["step"] or any(
        name in change.values and name not in before for name in ("planned_on", "done_on")
    )


def _pass_gates(change: Change, parent: Entry, step: Step) -> None:
    situation = situation_of(change.file, parent, str(change.values.get("authority", "")))
    if missing := missing_before(situation, step):
        raise PathwayClosed(missing)
    if not change.reason and (rules := needs_reason(situation, step)):
        raise Invalid({"reason": [rule.text for rule in rules]})


def _plan(change: Change, declared: Pathway, step: Step) -> None:
    now, before = change.values, change.before.values if change.before else {}
    if all(now.get(name) == before.get(name) for name in _PLANNED):
        return
    file, source = change.file, entry_name(STEP_KIND, change.id)
    done_on = day(now, "done_on")
    end_follow_ups(
        file.actor,
        file.opened,
        source,
        FollowUp.State.DONE if done_on else FollowUp.State.CANCELLED,
    )
    assert change.under is not None
    if done_on is None:
        due = day(now, "planned_on") or day(now, "due_on")
        if due:
            _remind(file, declared, step, due, source)
        return
    end_follow_ups(file.actor, file.opened, _deadline(change.under, step), FollowUp.State.DONE)
    if now.get("outcome") == "not_needed":
        return
    for later in declared.steps:
        rule = later.deadline
        if rule is None or rule.after != step.name:
            continue
        by = rule.falls_on(done_on)
        if by is not None:
            end_follow_ups(file.actor, file.opened, _deadline(change.under, later))
            _remind(file, declared, later, by, _deadline(change.under, later))


def _remind(file: CaseFile, declared: Pathway, step: Step, on: date, source: str) -> None:
    add_follow_up(
        file.actor,
        file.opened,
        due_at=morning_of(on),
        about=f"{declared.label}: {step.label}",
        assignee_id=file.case.assigned_to_id,
        source=source,
    )


def _deadline(pathway_id: UUID, step: Step) -> str:
    """The source of the follow-up for a deadline that a rule sets."""
    return f"{entry_name(KIND, pathway_id)}/{step.name}"


@transaction.atomic
def record_step(
    *,
    actor: Actor,
    case_id: UUID,
    pathway_id: UUID,
    values: Mapping[str, object],
    reason: str = "",
) -> UUID:
    """Record a step: the one that was planned is now done, or a new one is added. Returns its id.

    Raises NotVisible, NotAllowed; Invalid at each field at fault; PathwayClosed with what must be recorded first.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    journey = journey_of(file, file.entries.get(KIND, pathway_id))
    stage = next((each for each in journey.stages if each.code == values.get("step")), None)
    if stage is None or (planned := stage.planned) is None:
        return add_entry(
            actor=actor, case_id=case_id, kind=STEP_KIND, values=values, under=pathway_id, reason=reason
        )
    change_entry(
        actor=actor,
        case_id=case_id,
        kind=STEP_KIND,
        entry_id=planned.id,
        values=values,
        base_version=planned.version,
        reason=reason,
    )
    return planned.id


@still_open_elsewhere.register
def add_open_pathways(file: CaseFile, found: list[StillOpen]) -> None:
    """Pathways that have no end yet, for whoever is about to close the case."""
    count = sum("outcome" not in each.values for each in file.entries.of(KIND))
    found.append(StillOpen("referrals", gettext_lazy("Pathways that have not ended"), count, "pathways"))


@entry_written(KIND, STEP_KIND)
def renew_what_is_counted(change: Change) -> None:
    """Bring the case's fact up to it."""
    renew_fact(actor=change.file.actor, case_id=change.file.case.pk)
