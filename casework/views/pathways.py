"""Pathways: the timeline of one, with the form for its next step, and what the case page shows of all."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.case_file import CaseFile
from casework.children import Missing
from casework.documents.attachments import OpenedDocument
from casework.entries import Entry
from casework.extensions import Panel, case_panels
from casework.pathway_forms import step_form
from casework.pathways.gates import PathwayClosed, missing_before, situation_of
from casework.pathways.schema import Certainty
from casework.pathways.timeline import KIND, Journey, Stage, day, journey_of, journeys_of
from casework.record.documents import display
from casework.selectors import read_case
from casework.services.pathways import record_step
from casework.views.entries import EntryRow, add_problems, entry_rows
from core.errors import Invalid, Refused
from core.views import actor_of, posted


class StepRow(EntryRow):
    """A recorded step as the timeline shows it."""

    def __init__(self, entry: Entry, documents: list[OpenedDocument]) -> None:
        super().__init__(entry)
        self.documents = documents

    @property
    def done_on(self) -> date | None:
        """The day on which it was done."""
        return day(self.entry.values, "done_on")

    @property
    def planned_on(self) -> date | None:
        """The day for which it is planned."""
        return day(self.entry.values, "planned_on")


class StageRow:
    """A step of the table as the timeline shows it."""

    def __init__(self, file: CaseFile, journey: Journey, stage: Stage) -> None:
        self.step = stage.step
        self.rows = [StepRow(each, _documents(file, each)) for each in stage.entries]
        self.due_on = journey.due_on(stage)
        self.overdue = journey.overdue(stage)
        ahead = journey.next
        self.is_next = ahead is not None and ahead.code == stage.code
        self.state = "done" if stage.done_on else "current" if self.is_next else "ahead"
        rule = stage.step.deadline
        self.rule = rule
        self.rule_unconfirmed = rule is not None and rule.certainty is Certainty.FROM_MEMORY


def _documents(file: CaseFile, entry: Entry) -> list[OpenedDocument]:
    chosen = entry.values.get("documents", [])
    named = {str(each) for each in chosen} if isinstance(chosen, list) else {str(chosen)}
    return [each for each in file.attachments.all if str(each.id) in named] if named else []


@dataclass(frozen=True, slots=True)
class PathwayRow:
    """A pathway as the case page shows it."""

    journey: Journey
    next_due: date | None
    overdue: bool


@require_http_methods(["GET", "POST"])
def pathway_page(request: HttpRequest, case_id: UUID, pathway_id: UUID) -> HttpResponse:
    """One pathway: what is done, what comes next and by when; and the form to record a step."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    journey = journey_of(file, file.entries.get(KIND, pathway_id))
    form, status = step_form(file, journey, posted(request)), 200
    missing: list[Missing] = []
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                record_step(
                    actor=actor,
                    case_id=case_id,
                    pathway_id=pathway_id,
                    values=form.cleaned_data,
                    reason=request.POST.get("reason", ""),
                )
            except PathwayClosed as error:
                status, missing = error.status, error.missing
            except (Invalid, Refused) as error:
                status = error.status
                add_problems(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("pathway", case_id, pathway_id)
    elif (ahead := journey.next) is not None:
        authority = str(form.initial.get("authority", ""))
        missing = missing_before(situation_of(file, journey.entry, authority), ahead.step)
    context: dict[str, Any] = {
        "case": file.case,
        "journey": journey,
        "row": EntryRow(journey.entry),
        "shown": display(journey.entry.kind, journey.entry.values),
        "stages": [StageRow(file, journey, each) for each in journey.stages],
        "form": form,
        "missing": missing,
    }
    return render(request, "casework/pathway.html", context, status=status)


@case_panels.register
def add_pathways(file: CaseFile, panels: list[Panel]) -> None:
    """The case's pathways, each with its next step, and what went to the national authority."""
    rows = []
    for journey in journeys_of(file):
        ahead = journey.next
        due = journey.due_on(ahead) if ahead else None
        rows.append(PathwayRow(journey, due, ahead is not None and journey.overdue(ahead)))
    context = {"pathways": rows, "nationals": entry_rows(file, "national_referral")}
    panels.append(Panel("casework/_pathways_panel.html", context))
