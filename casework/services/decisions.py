"""Decisions: our own assessment, the authority's two, and the recovery and reflection period that follows."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.case_file import CaseFile, decision_print, open_case_file
from casework.countries import recovery_rule
from casework.models import Decision
from casework.record.codelists import COUNTRIES
from casework.services.follow_ups import add_follow_up
from core.actor import Actor
from core.errors import Invalid, Message
from core.models import Level
from core.padded import padded_json
from core.registries import Registry

decision_recorded: Registry[[CaseFile, Decision, date, str]] = Registry("decision_recorded")
"""Run when a decision was recorded, in the same transaction, with its day and its outcome."""

WARNED_BEFORE = timedelta(days=7)
"""How long before the end of a recovery period its follow-up comes due."""


class Outcome(models.TextChoices):
    """What was decided. Our own assessment has three degrees, an authority's decision two."""

    POSSIBLE = "possible", _("Possible")
    PRESUMED = "presumed", _("Presumed")
    NOT_INDICATED = "not_indicated", _("Not indicated so far")
    POSITIVE = "positive", _("Positive")
    NEGATIVE = "negative", _("Negative")
    EXTENDED = "extended", _("Extended")


class Body(models.TextChoices):
    """Who decided: the kinds of HTCDS 2.0 (vic_TraffickingStatusDecisionMakingOrg)."""

    POLICE = "Police", _("Police")
    NGO = "NGO", _("Non-governmental organisation")
    COURT = "CourtOrProsecution", _("Court or prosecution")
    GOVERNMENT = "NonPoliceGovernmentalOrganization", _("Another government body")
    OTHER = "Other", _("Other")


OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Decision.Kind.NGO: (Outcome.POSSIBLE, Outcome.PRESUMED, Outcome.NOT_INDICATED),
    Decision.Kind.REASONABLE: (Outcome.POSITIVE, Outcome.NEGATIVE),
    Decision.Kind.CONCLUSIVE: (Outcome.POSITIVE, Outcome.NEGATIVE),
    Decision.Kind.EXTENSION: (Outcome.EXTENDED,),
}


@transaction.atomic
def record_decision(
    *,
    actor: Actor,
    case_id: UUID,
    kind: str,
    outcome: str,
    decided_on: date,
    body: str,
    body_name: str = "",
    reason: str = "",
    country: str = "",
    recovery_days: int | None = None,
) -> Decision:
    """Append a decision; nothing is overwritten, and a negative one closes nothing.

    A positive decision on reasonable grounds starts the recovery and reflection period (article 13 of CETS 197): of
    `recovery_days`, or of the country's length, never under its floor. An extension adds `recovery_days` to it. Some
    days before the end a follow-up comes due. Raises NotVisible, NotAllowed; Invalid at the field.
    """
    file = open_case_file(actor, case_id, level=Level.WRITE, lock=True)
    days = _check(kind, outcome, decided_on, body, country, recovery_days)
    if kind == Decision.Kind.EXTENSION and file.recovery_end is None:
        raise Invalid({"kind": [_("There is no recovery period that could be extended.")]})
    row = Decision(case=file.case, kind=kind, recorded_at=timezone.now(), recorded_by=actor.user)
    row.sealed = file.opened.seal(
        "decision",
        row.pk,
        content=padded_json(
            {
                "outcome": outcome,
                "decided_on": decided_on.isoformat(),
                "body": body,
                "body_name": body_name.strip(),
                "reason": reason.strip(),
                "country": country,
                "recovery_days": days,
            }
        ),
    )
    row.save(force_insert=True)
    file.note_change(f"decision/{row.pk}", 1, decision_print(row), "decision.recorded")
    if days:
        end = open_case_file(actor, case_id).recovery_end
        assert end is not None
        about = _("The recovery and reflection period ends on %(end)s. It closes nothing by itself.")
        warned = datetime.combine(end - WARNED_BEFORE, time(8), tzinfo=timezone.get_current_timezone())
        add_follow_up(actor, file.opened, due_at=warned, about=str(about % {"end": end.isoformat()}))
    decision_recorded.run(file, row, decided_on, outcome)
    return row


def _check(
    kind: str, outcome: str, decided_on: date, body: str, country: str, recovery_days: int | None
) -> int | None:
    """The length of the recovery period that this decision starts or adds, in calendar days; None for none."""
    wrong: dict[str, list[Message]] = {}
    if kind not in OUTCOMES:
        raise Invalid({"kind": [_("Choose from the list.")]})
    if outcome not in OUTCOMES[kind]:
        wrong["outcome"] = [_("Choose from the list.")]
    if body not in Body.values:
        wrong["body"] = [_("Choose from the list.")]
    if decided_on > timezone.localdate():
        wrong["decided_on"] = [_("This date is in the future.")]
    if country and country not in COUNTRIES:
        wrong["country"] = [_("Choose from the list.")]
    days = None
    if kind == Decision.Kind.REASONABLE and outcome == Outcome.POSITIVE:
        rule = recovery_rule(country)
        days = rule.days if recovery_days is None else recovery_days
        if days is None:
            wrong["recovery_days"] = [_("Enter the length in days: none is known for this country.")]
        elif days < rule.floor:
            message = _("At least %(floor)s days (article 13 of the Convention).")
            wrong["recovery_days"] = [message % {"floor": rule.floor}]
    elif kind == Decision.Kind.EXTENSION:
        days = recovery_days
        if not days or days < 1:
            wrong["recovery_days"] = [_("Enter by how many days.")]
    elif recovery_days is not None:
        wrong["recovery_days"] = [
            _("Only a positive decision on reasonable grounds starts a recovery period.")
        ]
    if days is not None and days > 3650:
        wrong["recovery_days"] = [_("Enter at most ten years.")]
    if wrong:
        raise Invalid(wrong)
    return days
