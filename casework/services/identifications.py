"""Recording an identification."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.assessment import (
    AnswersError,
    Assessment,
    ImpossibleAge,
    UnknownAnswers,
    UnknownIndicators,
    assess,
)
from casework.instruments import Instrument
from casework.instruments.schema import ADULT_FROM
from casework.interview import Interview
from casework.models import Identification
from casework.offered import instrument_for
from casework.palermo import PalermoResult
from casework.services.follow_ups import add_follow_up, follow_up_concerns
from core import audit
from core.access import OpenObject, found_object
from core.actor import Actor
from core.errors import Invalid, Message, NotAllowed
from core.models import CASE_ROLES, Kind, Level
from core.padded import padded_json

BEST_INTERESTS_WITHIN = timedelta(days=3)
"""Our own reading of "without delay": a best interests assessment runs through the whole of a child's case."""

_INDICATIONS = {PalermoResult.INDICATORS_OF_TRAFFICKING, PalermoResult.INDICATORS_OF_CHILD_TRAFFICKING}


@transaction.atomic
def record_identification(
    *,
    actor: Actor,
    team_id: UUID,
    instrument_id: str,
    answers: Mapping[str, str],
    interviewed_on: date,
    age: int | None = None,
    age_at_exploitation: int | None = None,
    notes: str = "",
    interview: Interview | None = None,
) -> Identification:
    """Record the answers to an instrument, sealed under a key of their own and granted to the team.

    `answers` maps indicator ids to present, absent, unknown or declined. Each concern of the interview becomes an
    urgent follow-up, and for a child a best interests assessment comes due. Raises NotAllowed unless the actor is a
    caseworker or supervisor of the team; Invalid at `instrument`, `answers.<id>`, `age`, `age_at_exploitation`,
    `interviewed_on`, `gate_reason` (the age is not the instrument's, and nobody said why) or a field of the interview.
    """
    identification, opened = write_identification(
        actor,
        team_id,
        {
            "instrument": instrument_id,
            "answers": dict(answers),
            "age": age,
            "age_at_exploitation": age_at_exploitation,
            "notes": notes,
            "interview": (interview or Interview()).as_data(),
        },
        interviewed_on,
    )
    follow_up_concerns(actor, opened, (interview.concerns if interview else None) or ())
    return identification


def write_identification(
    actor: Actor, team_id: UUID, content: dict[str, Any], interviewed_on: date
) -> tuple[Identification, OpenObject]:
    """Check the content and write the row, inside the caller's transaction; raises what record_identification does."""
    if not actor.has_role(*CASE_ROLES, team_id=team_id):
        raise NotAllowed
    if interviewed_on > timezone.localdate():
        raise Invalid({"interviewed_on": [_("This date is in the future.")]})
    interview = Interview.from_data(content["interview"])
    interview.check()
    team = next(each.team for each in actor.memberships if each.team_id == team_id)
    assessment = check_answers(
        instrument_for(team.organisation_id, content["instrument"]),
        content["answers"],
        content["age"],
        content["age_at_exploitation"],
    )
    if assessment.warnings and not interview.gate_reason.strip():
        raise Invalid({"gate_reason": [assessment.warnings[0].text, _("To go on all the same, say why.")]})
    _check_evidence(assessment.instrument, interview)
    opened, _share = found_object(actor=actor, kind=Kind.IDENTIFICATION, grants=[(team, Level.WRITE)])
    content |= {"version": assessment.instrument.version, "result": assessment.palermo_result}
    identification: Identification = Identification.objects.create(
        object=opened.object,
        team=team,
        state=_state(assessment),
        urgent=bool(interview.concerns),
        recorded_on=interviewed_on,
        recorded_by=actor.user,
        sealed=opened.seal("identification", content=padded_json(content)),
    )
    if is_child(content["age"], interview):
        add_follow_up(
            actor,
            opened,
            due_at=timezone.now() + BEST_INTERESTS_WITHIN,
            about=str(_("Best interests assessment, and a guardian if there is none.")),
        )
    audit.record("identification.recorded", actor=actor, object=opened.object)
    return identification, opened


def is_child(age: int | None, interview: Interview) -> bool:
    """Under 18 today, or presumed so while the age is unknown (article 10(3) of CETS 197)."""
    return interview.presumed_child if age is None else age < ADULT_FROM


def _check_evidence(used: Instrument, interview: Interview) -> None:
    foreign = [id for id in interview.evidence if id not in used.by_id]
    if foreign:
        raise Invalid({f"evidence.{id}": [_("This instrument has no such indicator.")] for id in foreign})


def _state(assessment: Assessment) -> Identification.State:
    """A screen presumes or asks for more. It never says that someone is not concerned."""
    if assessment.palermo_result in _INDICATIONS:
        return Identification.State.PRESUMED
    return Identification.State.NEEDS_MORE


def check_answers(
    used: Instrument, answers: Mapping[str, str], age: int | None, age_at_exploitation: int | None
) -> Assessment:
    """Assess, with the instrument's errors put at their fields. Raises Invalid."""
    try:
        return assess(used, answers, age=age, age_at_exploitation=age_at_exploitation)
    except AnswersError as error:
        raise Invalid(_at_fields(error)) from None


def _at_fields(error: AnswersError) -> dict[str, list[Message]]:
    if isinstance(error, UnknownIndicators):
        return {f"answers.{id}": [_("This instrument has no such indicator.")] for id in error.ids}
    if isinstance(error, UnknownAnswers):
        return {f"answers.{id}": [_("Choose present, absent, unknown or declined.")] for id in error.ids}
    assert isinstance(error, ImpossibleAge)
    return {error.field: [_("Enter an age in years that is possible.")]}
