"""Decisions: what a case page shows of them, and recording one."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from casework.case_file import CaseFile, DecisionDocument
from casework.countries import recovery_rule
from casework.decision_forms import DecisionForm, decision_label
from casework.models import Decision
from casework.record.codelists import COUNTRIES
from casework.selectors import read_case
from casework.services import record_decision
from casework.services.decisions import Body, Outcome
from core.errors import Invalid
from core.views import actor_of, posted

_REMAINS = {
    Outcome.NOT_INDICATED.value: gettext_lazy(
        "This can change as soon as more is said. Help does not wait for it, and goes on."
    ),
    Outcome.NEGATIVE.value: gettext_lazy(
        "Help goes on: yours does not depend on this decision, and none may depend on giving evidence (article 12(6) "
        "of the Convention). Ask about a review, legal advice, medical care and other protection."
    ),
}


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision as a page shows it."""

    document: DecisionDocument

    @property
    def title(self) -> str:
        """Whose decision, and what it says."""
        return decision_label(self.document.decision.kind, self.document.outcome)

    @property
    def body(self) -> str:
        """The kind of body that decided."""
        return str(Body(self.document.content["body"]).label)

    @property
    def remains(self) -> str:
        """What help remains where a decision is not what was hoped for; empty for any other."""
        return str(_REMAINS.get(self.document.outcome, ""))


@dataclass(frozen=True, slots=True)
class Recovery:
    """The recovery and reflection period, and how its end comes about.

    `floor` is 0 where none is known for the country; `unverified` where the length is the country's usual one and
    nobody has checked that. `extended_by` in days.
    """

    end: date
    begins: date
    days: int
    country: str
    usual: bool
    floor: int
    unverified: bool
    extended_by: int

    @property
    def over(self) -> bool:
        """Whether its last day has passed."""
        return self.end < timezone.localdate()


def decision_rows(file: CaseFile) -> list[DecisionRow]:
    """The case's decisions, the earliest first."""
    return [DecisionRow(each) for each in sorted(file.decisions, key=lambda each: each.decided_on)]


def recovery_of(file: CaseFile) -> Recovery | None:
    """The recovery and reflection period of a case; None where none was granted."""
    end = file.recovery_end
    if end is None:
        return None
    counted = [each for each in file.decisions if each.recovery_days]
    start = max(n for n, each in enumerate(counted) if each.decision.kind == Decision.Kind.REASONABLE)
    granted, extensions = counted[start], counted[start + 1 :]
    country, days = granted.content["country"], granted.recovery_days or 0
    rule = recovery_rule(country)
    return Recovery(
        end=end,
        begins=granted.decided_on,
        days=days,
        country=str(COUNTRIES.label(country)) if country else "",
        usual=days == rule.days,
        floor=rule.floor,
        unverified=days == rule.days and not rule.confirmed,
        extended_by=sum(each.recovery_days or 0 for each in extensions),
    )


@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Record a decision."""
    actor = actor_of(request)
    file = read_case(actor, case_id)
    countries = [each.content["country"] for each in file.decisions if each.content["country"]]
    form = DecisionForm(posted(request), {"country": countries[-1]} if countries else None)
    if request.method == "POST" and form.is_valid():
        try:
            record_decision(actor=actor, case_id=case_id, **form.decided)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("case", case_id)
    context = {"form": form, "case": file.case}
    return render(request, "casework/decision_new.html", context, status=400 if form.errors else 200)
