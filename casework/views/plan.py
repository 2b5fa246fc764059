"""The case plan on one page: needs, goals and actions, what help came, who conferred, and whether it is approved."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from casework.approvals import ApprovalDocument, approvals_of
from casework.case_file import CaseFile
from casework.plan import Goal, Need, needs_of, plan_approval
from casework.record.documents import display
from casework.record.sections import section
from casework.selectors import read_case
from casework.views.entries import EntryRow, entry_rows
from core.views import actor_of


class StepRow(EntryRow):
    """A goal or an action as the plan shows it."""

    @property
    def ended(self) -> bool:
        """Whether it was reached, done or given up."""
        return "result" in self.entry.values

    @property
    def by_when(self) -> date | None:
        """The day that was set for it."""
        day = self.entry.values.get("target_date") or self.entry.values.get("by_when")
        return date.fromisoformat(str(day)) if day else None

    @property
    def overdue(self) -> bool:
        """Whether that day has passed."""
        return not self.ended and self.by_when is not None and self.by_when < timezone.localdate()

    @property
    def doer(self) -> str:
        """Who does an action, by name where it isn't the survivor."""
        return self.texts.get("colleague") or self.texts.get("partner") or self.texts["done_by"]


class GoalRow(StepRow):
    """A goal with its actions."""

    def __init__(self, goal: Goal) -> None:
        super().__init__(goal.entry)
        self.actions = [StepRow(each) for each in goal.actions]


def _goals(need: Need) -> list[GoalRow]:
    return [GoalRow(each) for each in need.goals]


def plan_of(file: CaseFile, approvals: list[ApprovalDocument]) -> dict[str, Any]:
    """What the case page shows of the plan."""
    open_goals = [each for each in file.entries.of("goal") if "result" not in each.values]
    return {"plan_state": plan_approval(file, approvals), "goals": len(open_goals)}


@require_GET
def plan_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The plan, to be read and printed."""
    file = read_case(actor_of(request), case_id)
    context = {
        "case": file.case,
        "agreed": display(section("plan"), file.section("plan").values),
        "needs": [(need.label, _goals(need)) for need in needs_of(file)],
        "services": entry_rows(file, "service_received"),
        "conferences": entry_rows(file, "conference"),
        "plan_state": plan_approval(file, approvals_of(file)),
    }
    return render(request, "casework/plan.html", context)
