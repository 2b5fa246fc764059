"""Where a pathway stands, read off its steps: nobody sets a state by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from casework.entries import Entry
from casework.pathways.schema import Pathway, Phase, Step
from casework.pathways.table import pathway
from casework.record.fields import Value
from casework.record.pathway_codes import GRANTED, PATHWAY_OUTCOMES, REFUSED

if TYPE_CHECKING:
    from casework.case_file import CaseFile

KIND, STEP_KIND = "pathway", "pathway_step"


class Standing(StrEnum):
    """Where a pathway stands, as long as it has not ended."""

    CONSIDERED = "considered"
    STARTED = "started"
    WAITING = "waiting"  # others decide
    GRANTED = "granted"
    REFUSED = "refused"


_LABELS: dict[str, str | Promise] = {
    Standing.CONSIDERED: _("Talked over"),
    Standing.STARTED: _("Under way"),
    Standing.WAITING: _("Waiting for a decision"),
    Standing.GRANTED: _("Granted"),
    Standing.REFUSED: _("Refused"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A declared step with what the case says of it, the first made first."""

    step: Step
    code: str
    entries: list[Entry]

    @property
    def done_on(self) -> date | None:
        """The day on which it was last done, or was found not to be needed; None while it is ahead."""
        days = [day(each.values, "done_on") for each in self.entries]
        return max((each for each in days if each), default=None)

    @property
    def planned(self) -> Entry | None:
        """The newest entry of it that is planned and not done yet."""
        return next((each for each in reversed(self.entries) if "done_on" not in each.values), None)


@dataclass(frozen=True, slots=True)
class Journey:
    """A pathway of a case, with every step of its table."""

    entry: Entry
    pathway: Pathway
    stages: list[Stage]

    @property
    def outcome(self) -> str:
        """How it ended, "" while it goes on."""
        return str(self.entry.values.get("outcome", ""))

    @property
    def standing(self) -> str:
        """How it ended, or else where its steps have led: a code of PATHWAY_OUTCOMES or of Standing."""
        return self.outcome or self._standing()

    def _standing(self) -> Standing:
        if decided := self.decided:
            return Standing.GRANTED if decided.values["outcome"] == GRANTED else Standing.REFUSED
        done = {each.step.phase for each in self.stages if each.done_on}
        if Phase.APPLY in done:
            return Standing.WAITING
        return Standing.STARTED if done - {Phase.CONSIDER} else Standing.CONSIDERED

    @property
    def led_to(self) -> Standing:
        """Where it has led so far, whether or not it has ended."""
        return Standing(self.outcome) if self.outcome in (GRANTED, REFUSED) else self._standing()

    @property
    def standing_label(self) -> str:
        """The same as people read it."""
        return PATHWAY_OUTCOMES.label(self.outcome) if self.outcome else str(_LABELS[self._standing()])

    @property
    def decided(self) -> Entry | None:
        """The newest decision of others that says yes or no."""
        made = [
            entry
            for stage in self.stages
            if stage.step.phase is Phase.DECIDE
            for entry in stage.entries
            if entry.values.get("outcome") in (GRANTED, REFUSED) and "done_on" in entry.values
        ]
        return max(made, key=lambda each: (str(each.values["done_on"]), each.first_saved_at), default=None)

    @property
    def applied_on(self) -> date | None:
        """The day from which others had it."""
        days = [
            found
            for stage in self.stages
            if stage.step.phase is Phase.APPLY
            for entry in stage.entries
            if (found := day(entry.values, "done_on"))
        ]
        return min(days, default=None)

    @property
    def next(self) -> Stage | None:
        """The first step after the last one that was done; None where it has ended or nothing is ahead."""
        if self.outcome in ("withdrawn", "transferred"):
            return None
        done = [at for at, each in enumerate(self.stages) if each.done_on]
        ahead = self.stages[max(done) + 1 if done else 0 :]
        if self._standing() is Standing.REFUSED:
            return None
        return next(iter(ahead), None)

    def due_on(self, stage: Stage) -> date | None:
        """By when a step is to be done: the day that was set for it, or that its rule comes to."""
        if (planned := stage.planned) and (found := day(planned.values, "due_on")):
            return found
        rule = stage.step.deadline
        if rule is None or not rule.after or stage.done_on:
            return None
        since = next(each for each in self.stages if each.step.name == rule.after).done_on
        return rule.falls_on(since) if since else None

    def overdue(self, stage: Stage) -> bool:
        """Whether that day has passed, and it is neither done nor over."""
        due = self.due_on(stage)
        return not self.outcome and not stage.done_on and due is not None and due < localdate()


def day(values: Mapping[str, Value], name: str) -> date | None:
    """A recorded day, if it is."""
    return date.fromisoformat(str(values[name])) if name in values else None


def journey_of(file: CaseFile, entry: Entry) -> Journey:
    """One pathway of a case with its steps. Raises Tampered."""
    declared = pathway(str(entry.values["kind"]))
    by_code: dict[str, list[Entry]] = {}
    for each in reversed(file.entries.under(entry, STEP_KIND)):
        by_code.setdefault(str(each.values["step"]), []).append(each)
    stages = [Stage(step, code := declared.code(step), by_code.get(code, [])) for step in declared.steps]
    return Journey(entry, declared, stages)


def journeys_of(file: CaseFile) -> list[Journey]:
    """Every pathway of a case, the latest opened first. Raises Tampered."""
    return [journey_of(file, each) for each in file.entries.of(KIND)]
